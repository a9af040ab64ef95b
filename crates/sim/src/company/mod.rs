//! The demo company: the same for the same seed.

pub(crate) mod library;
mod names;
mod telephony;

use fastrand::Rng;
use jiff::Timestamp;

use crate::auth::ROLES;
use crate::state::{Entity, Shapes, Store, Value};

/// The first user's id; 28 is the DEFAULT department's (seen live).
pub(crate) const FIRST_USER: i64 = 29;
/// The DEFAULT department's id.
pub(crate) const DEFAULT_GROUP: i64 = 28;

/// Fills the store with `users` extensions, their phones and departments.
pub(crate) fn found(store: &mut Store, shapes: &'static Shapes, users: u32, seed: u64) {
    let mut rng = Rng::with_seed(seed);
    let departments = departments(store, shapes, i64::from(users));
    let Some(set) = store.set_mut("Users") else { return };
    let first_number = first_number(users);
    for index in 0..i64::from(users) {
        let department = &departments[rng.usize(..departments.len())];
        let blank = Entity::new(set.shape);
        set.put(user(shapes, blank, &mut rng, index, first_number + index, department));
    }
    telephony::install(store, shapes, &mut rng);
    library::install(store, shapes);
    system_status(store, shapes, users);
}

/// The backup and the search for updates of the last night before the PBX started, in seconds since 1970.
pub(crate) fn back_up(store: &mut Store, boot: i64) {
    const DAY: i64 = 86_400;
    const TWO_O_CLOCK: i64 = 2 * 3600;
    let night = (boot - TWO_O_CLOCK).div_euclid(DAY) * DAY + TWO_O_CLOCK;
    let Some(set) = store.set_mut("Backups") else { return };
    let made: Vec<Entity> = set.rows().cloned().collect();
    for backup in made {
        set.put(backup.with("CreationTime", Value::text(at(night))));
    }
    if let Some(status) = store.singletons.get_mut("SystemStatus") {
        for name in ["LastCheckForUpdates", "LastSuccessfulUpdate"] {
            status.set(name, Value::text(at(night)));
        }
    }
}

/// An instant as the API writes it.
fn at(second: i64) -> String {
    Timestamp::from_second(second).unwrap_or_default().to_string()
}

/// Extension numbers all have as many digits as the last one needs: 100 … 599, 1000 … 5999.
fn first_number(users: u32) -> i64 {
    let mut first = 100;
    while i64::from(users) > first * 9 {
        first *= 10;
    }
    first
}

/// A department: its id and name.
type Department = (i64, &'static str);

fn departments(store: &mut Store, shapes: &'static Shapes, users: i64) -> Vec<Department> {
    let mut departments = vec![(DEFAULT_GROUP, "DEFAULT")];
    // Their ids come after the users', as on a PBX where they were made later.
    let later = names::DEPARTMENTS.iter().enumerate().map(|(index, name)| (FIRST_USER + users + index as i64, *name));
    departments.extend(later);
    let Some(shape) = shapes.get("Group") else { return departments };
    let Some(set) = store.set_mut("Groups") else { return departments };
    for (index, (id, name)) in departments.iter().enumerate() {
        let group = Entity::new(shape)
            .with("Id", Value::Int(*id))
            .with("Number", Value::text(format!("GRP{index:04}")))
            .with("Name", Value::text(*name))
            .with("IsDefault", Value::Bool(index == 0))
            .with("HasMembers", Value::Bool(true))
            .with("Rights", rights(shapes));
        set.put(group);
    }
    departments
}

/// The rights of a department: one for each role that a member can have.
fn rights(shapes: &'static Shapes) -> Value {
    let rights = ROLES.iter().filter_map(|role| Some(shapes.entity("Rights")?.with("RoleName", Value::text(*role))));
    Value::List(rights.map(|rights| Value::Object(Box::new(rights))).collect())
}

fn user(
    shapes: &'static Shapes,
    user: Entity,
    rng: &mut Rng,
    index: i64,
    number: i64,
    department: &Department,
) -> Entity {
    let (first, last) = (names::FIRST[rng.usize(..names::FIRST.len())], names::LAST[rng.usize(..names::LAST.len())]);
    let number = number.to_string();
    let phones = phones(shapes, rng, index);
    let registered = !phones.is_empty() && rng.u8(..10) > 0;
    let entity = |name: &str| shapes.entity(name);
    let membership = entity("UserGroup").map(|membership| {
        let rights = entity("Rights")
            .map(|rights| rights.with("RoleName", Value::text(if index == 0 { "system_owners" } else { "users" })));
        membership
            .with("Id", Value::Int(FIRST_USER + index))
            .with("GroupId", Value::Int(department.0))
            .with("Name", Value::text(department.1))
            .with("Number", Value::text(number.as_str()))
            .with("MemberName", Value::text(format!("{last}, {first}")))
            .with("Type", Value::text("Extension"))
            .with("CanDelete", Value::Bool(true))
            .with("Rights", rights.map_or(Value::Null, |rights| Value::Object(Box::new(rights))))
    });
    with_credentials(user, rng)
        .with("Id", Value::Int(FIRST_USER + index))
        .with("Number", Value::text(number.as_str()))
        .with("FirstName", Value::text(first))
        .with("LastName", Value::text(last))
        .with("DisplayName", Value::text(format!("{last}, {first}")))
        .with("EmailAddress", Value::text(format!("ext{number}@demo.example")))
        .with("ClickToCallId", Value::text(web_name(first, last, &number)))
        .with("WebMeetingFriendlyName", Value::text(web_name(first, last, &number)))
        .with("IsRegistered", Value::Bool(registered))
        .with("PrimaryGroupId", Value::Int(department.0))
        .with(
            "Groups",
            Value::List(membership.into_iter().map(|membership| Value::Object(Box::new(membership))).collect()),
        )
        .with("Phones", Value::List(phones))
}

/// What is a new extension's alone: credentials that were not chosen.
pub(crate) fn with_credentials(user: Entity, rng: &mut Rng) -> Entity {
    let password = |rng: &mut Rng| (0..10).map(|_| rng.alphanumeric()).collect::<String>();
    let (auth_id, auth_password) = (password(rng), password(rng));
    user.with("AuthID", Value::text(auth_id))
        .with("AuthPassword", Value::text(auth_password))
        .with("VMPIN", Value::text(format!("{:06}", rng.u32(..1_000_000))))
}

/// The name that somebody has in web addresses: their name in lowercase with the number after
/// it, so that no two are the same.
pub(crate) fn web_name(first: &str, last: &str, number: &str) -> String {
    let letters = first.chars().chain(last.chars()).filter(char::is_ascii_alphanumeric);
    letters.map(|letter| letter.to_ascii_lowercase()).chain(number.chars()).collect()
}

/// Most have a phone, some two, some none.
fn phones(shapes: &'static Shapes, rng: &mut Rng, user: i64) -> Vec<Value> {
    let count = match rng.u8(..10) {
        0 => 0,
        1 | 2 => 2,
        _ => 1,
    };
    let Some(shape) = shapes.get("Phone") else { return Vec::new() };
    (0..count)
        .map(|index| {
            let (vendor, model, template, firmware) = names::PHONES[rng.usize(..names::PHONES.len())];
            let settings = shapes
                .entity("PhoneSettings")
                .map(|settings| settings.with("Firmware", Value::text(firmware)).with("IsSBC", Value::Bool(false)));
            let phone = Entity::new(shape)
                .with("Id", Value::Int(user * 2 + index + 1))
                .with("Name", Value::text(format!("{vendor} {model}")))
                .with("MacAddress", Value::text(format!("805EC0{:06X}", user * 2 + index)))
                .with("TemplateName", Value::text(template))
                .with("Settings", settings.map_or(Value::Null, |settings| Value::Object(Box::new(settings))));
            Value::Object(Box::new(phone))
        })
        .collect()
}

fn system_status(store: &mut Store, shapes: &'static Shapes, users: u32) {
    let Some(status) = shapes.entity("SystemStatus") else { return };
    let status = status
        .with("FQDN", Value::text("demo.3cx.example"))
        .with("Ip", Value::text("192.0.2.10 Static"))
        .with("IpV4", Value::text("192.0.2.10"))
        .with("CurrentLocalIp", Value::text("192.0.2.10"))
        .with("AvailableLocalIps", Value::text("192.0.2.10"))
        .with("LocalIpValid", Value::Bool(true))
        .with("Activated", Value::Bool(true))
        .with("LicenseActive", Value::Bool(true))
        .with("MaxSimCalls", Value::Int(64))
        .with("MaxUserExtensions", Value::Int(i64::from(users.max(500)) * 2))
        .with("OS", Value::text("Linux"))
        .with("IsAuditLogEnabled", Value::Bool(true))
        .with("IsChatLogEnabled", Value::Bool(true))
        .with("RecordingQuota", Value::Int(5_368_709_120))
        .with("AutoUpdateEnabled", Value::Bool(true))
        .with("IpV6", Value::text(""))
        .with("ChatUsedSpace", Value::Int(0))
        .with("RecordingUsedSpace", Value::Int(0))
        .with("IsRecordingArchiveEnabled", Value::Bool(true))
        .with("RemoteStorageEnabled", Value::Bool(true));
    // Members that a live one has, as they are when nothing is wrong.
    let status =
        ["DBMaintenanceInProgress", "RecordingQuotaReached", "RecordingStopped", "RemoteConfigurationRequired"]
            .into_iter()
            .chain(["VoicemailQuotaReached", "VoicemailStopped"])
            .fold(status, |status, name| status.with(name, Value::Bool(false)));
    let status = status.with("RemoteStorageStatus", Value::text("Configured"));
    store.singletons.insert("SystemStatus", status);
}
