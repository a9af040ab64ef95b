//! How the system is doing: worked out from what there is and from the clock.

use serde_json::Value as Json;

use super::behaviours::Behaviour::{Changes, Reads};
use super::behaviours::{Answer, Behaviours};
use super::license::license;
use super::moments::instant;
use super::nature::Nature;
use super::{Call, backups, firewall, peers, services};
use crate::assumptions::{TELEMETRY_SAMPLES, TELEMETRY_STEP_SECONDS};
use crate::calls::Party;
use crate::http::{Problem, Response};
use crate::state::{Entity, PeerKind, Row, Set, Store, Value, label};

/// The bytes that the disk has, and those that are free.
const DISK: i64 = 40_947_412_992;
const FREE_DISK: i64 = 29_891_611_484;

pub(super) const BEHAVIOURS: Behaviours = &[
    ("Defs.GetSystemParameters", Reads(parameters)),
    ("Defs.HasSystemOwner", Reads(has_owner)),
    ("SystemStatus.NetworkTelemetry", Reads(|call, _| telemetry(call, "NetworkTelemetry", network))),
    ("SystemStatus.ServiceTelemetry", Reads(|call, _| telemetry(call, "ProcessTelemetry", process))),
    (
        "SystemStatus.SetChatLogStatus",
        Changes(|call, store| {
            if let Some(status) = store.singletons.get_mut("SystemStatus") {
                status.set("IsChatLogEnabled", Value::Bool(enables(call)));
            }
            Ok(Response::empty(204))
        }),
    ),
    (
        "SystemStatus.SetMultiCompanyMode",
        Changes(|call, store| {
            store.ledger.multi_company = enables(call);
            Ok(Response::empty(204))
        }),
    ),
    ("SystemStatus.SystemDatabaseInformation", Reads(database)),
    ("SystemStatus.SystemExtensions", Reads(extensions)),
    ("SystemStatus.SystemHealthStatus", Reads(health)),
    ("SystemStatus.SystemTelemetry", Reads(|call, _| telemetry(call, "SystemTelemetry", system))),
];

pub(super) const NATURE: Nature = Nature { name: "SystemStatus", current, ..Nature::PLAIN };

/// What a switch in the body is to be.
fn enables(call: &Call<'_>) -> bool {
    call.field("enable").and_then(Json::as_bool).unwrap_or(false)
}

fn has_owner(call: &Call<'_>, store: &Store) -> Answer {
    let owns = |membership: &Value| {
        let rights = membership.as_object().and_then(|membership| membership.get("Rights").as_object());
        rights.is_some_and(|rights| rights.text("RoleName") == "system_owners")
    };
    let has = rows(store, "Users").any(|user| user.get("Groups").as_list().iter().any(owns));
    Ok(call.value("Edm.Boolean", &Value::Bool(has)))
}

fn rows<'s>(store: &'s Store, set: &str) -> impl Iterator<Item = &'s Entity> + use<'s> {
    store.set(set).into_iter().flat_map(Set::rows)
}

fn are(name: &'static str) -> impl Fn(&&Entity) -> bool {
    move |row| row.get(name) == &Value::Bool(true)
}

/// How the system is doing now.
fn current<'s>(call: &Call<'_>, store: &'s Store, entity: &'s Entity) -> Row<'s> {
    let count = |number: usize| Value::Int(number as i64);
    let users = count(store.set("Users").map_or(0, Set::len));
    let schedule = store.settings.get(&("Backups", "BackupSettings"));
    let scheduled = schedule.is_none_or(|settings| settings.get("ScheduleEnabled") == &Value::Bool(true));
    let registered = ["Queues", "RingGroups", "Receptionists"].into_iter().flat_map(|set| rows(store, set));
    let unregistered = registered.filter(|row| row.get("IsRegistered") == &Value::Bool(false)).count();
    let license = store.singletons.get("LicenseStatus");
    let licensed = |name: &str| license.map_or(Value::Null, |license| license.get(name).clone());
    entity
        .clone()
        .with("Version", Value::text(call.version))
        .with("CallsActive", count(store.calls.active(call.now.as_second()).count()))
        .with("ExtensionsTotal", users.clone())
        .with("UserExtensions", users)
        .with("ExtensionsRegistered", count(rows(store, "Users").filter(are("IsRegistered")).count()))
        .with("TrunksTotal", count(store.set("Trunks").map_or(0, Set::len)))
        .with("TrunksRegistered", count(rows(store, "Trunks").filter(are("IsOnline")).count()))
        .with("OutboundRules", count(store.set("OutboundRules").map_or(0, Set::len)))
        .with("HasUnregisteredSystemExtensions", Value::Bool(unregistered > 0))
        .with("HasNotRunningServices", Value::Bool(!services::all_run(store, call.now)))
        .with("BackupScheduled", Value::Bool(scheduled))
        .with(
            "LastBackupDateTime",
            backups::last(store, call.now).map_or(Value::Null, |at| Value::text(at.to_string())),
        )
        .with("TotalDiskSpace", Value::Int(DISK))
        .with("FreeDiskSpace", Value::Int(FREE_DISK))
        .with("DiskUsage", Value::Int((DISK - FREE_DISK) * 100 / DISK))
        .with("LogUsedSpace", Value::Int(event_log_bytes(store)))
        .with("LicenseKey", licensed("LicenseKey"))
        .with("ProductCode", licensed("ProductCode"))
        .with("ExpirationDate", licensed("ExpirationDate"))
        .with("MaintenanceExpiresAt", licensed("MaintenanceExpiresAt"))
        .with("ResellerName", licensed("ResellerName"))
        .with("Support", licensed("Support"))
        .into()
}

fn health(call: &Call<'_>, store: &Store) -> Answer {
    let answer = call.shapes.entity("SystemHealthStatus").ok_or(Problem::NoSuchPath)?;
    let custom: usize = ["PhoneTemplates", "TrunkTemplates", "FxsTemplates"]
        .into_iter()
        .map(|set| rows(store, set).filter(are("IsCustom")).count())
        .sum();
    let online = rows(store, "Trunks").all(|trunk| are("IsOnline")(&trunk));
    let answer = answer
        .with("Id", Value::Int(1))
        .with("Trunks", Value::Bool(online))
        .with("Phones", Value::Bool(rows(store, "Users").any(|user| are("IsRegistered")(&user))))
        .with("Firewall", Value::Bool(firewall::is_checked(store, call.now)))
        .with("CustomTemplatesCount", Value::Int(custom as i64))
        .with("UnsupportedFirmwaresCount", Value::Int(0));
    Ok(call.whole(&answer))
}

/// Samples of the last while, oldest first. They depend on nothing but their times.
fn telemetry(call: &Call<'_>, ty: &str, fill: fn(Entity, i64) -> Entity) -> Answer {
    let shape = call.shapes.get(ty).ok_or(Problem::NoSuchPath)?;
    let options = call.options(Some(shape))?;
    let last = call.now.as_second() / TELEMETRY_STEP_SECONDS;
    let samples = (last - TELEMETRY_SAMPLES + 1..=last)
        .map(|sample| fill(Entity::new(shape).with("Time", instant(sample * TELEMETRY_STEP_SECONDS)), sample));
    let page = options.page(samples, usize::MAX);
    Ok(call.rows(&format!("Collection(Pbx.{ty})"), page.rows, page.count, &options.selection))
}

/// A number that goes up and down, from 0 to 1.
fn wave(sample: i64) -> f64 {
    ((sample as f64 / 7.0).sin() + 1.0) / 2.0
}

fn number(value: f64) -> Value {
    Value::Number(format!("{value:.2}").into())
}

fn system(row: Entity, sample: i64) -> Entity {
    let memory = 8 << 30;
    row.with("CpuUsage", number(3.0 + wave(sample) * 20.0))
        .with("TotalPhysicalMemory", Value::Int(memory))
        .with("FreePhysicalMemory", Value::Int(memory - ((1.0 + wave(sample)) * f64::from(1 << 30)) as i64))
        .with("TotalVirtualMemory", Value::Int(memory * 2))
        .with("FreeVirtualMemory", Value::Int(memory))
        .with("TotalDiskSpace", Value::Int(DISK))
        .with("FreeDiskSpace", Value::Int(FREE_DISK))
        .with("TickCount", Value::Int(sample * TELEMETRY_STEP_SECONDS * 1000))
}

fn network(row: Entity, sample: i64) -> Entity {
    row.with("Id", Value::text("eth0"))
        .with("KbpsReceived", number(40.0 + wave(sample) * 900.0))
        .with("KbpsSent", number(30.0 + wave(sample + 3) * 800.0))
}

fn process(row: Entity, sample: i64) -> Entity {
    row.with("Service", Value::text("SIPService"))
        .with("ProcessCount", Value::Int(1))
        .with("PrivateMemory", Value::Int((180 << 20) + (wave(sample) * f64::from(1 << 24)) as i64))
        .with("ThreadCount", Value::Int(60 + sample % 5))
        .with("HandleCount", Value::Int(900 + sample % 37))
}

/// What has a number and is not a person's.
fn extensions(call: &Call<'_>, store: &Store) -> Answer {
    let shape = call.shapes.get("SystemExtensionStatus").ok_or(Problem::NoSuchPath)?;
    let options = call.options(Some(shape))?;
    let of_the_system = |kind: PeerKind| kind.can_be_called() && kind != PeerKind::Extension;
    let all = peers::all(store).filter(|(_, kind)| of_the_system(*kind)).map(|(row, kind)| {
        Entity::new(shape)
            .with("Number", row.get("Number").clone())
            .with("Name", Value::text(label(row)))
            .with("Type", Value::text(kind.name()))
            .with("IsRegistered", Value::Bool(row.get("IsRegistered") != &Value::Bool(false)))
    });
    let page = options.page(all, usize::MAX);
    Ok(call.rows("Collection(Pbx.SystemExtensionStatus)", page.rows, page.count, &options.selection))
}

fn event_log_bytes(store: &Store) -> i64 {
    store.set("EventLogs").map_or(0, Set::len) as i64 * 512
}

fn database(call: &Call<'_>, store: &Store) -> Answer {
    let second = call.now.as_second();
    let today = second - second.rem_euclid(86_400);
    let outbound = store.calls.ended(second, today..i64::MAX);
    let outbound = outbound.filter(|call| matches!(call.legs.first().map(|leg| leg.to), Some(Party::Outside { .. })));
    let segments: usize = store.calls.ended(second, i64::MIN..i64::MAX).map(|call| call.legs.len()).sum();
    let messages: usize = store.calls.chats(second, i64::MIN..i64::MAX).map(|chat| chat.messages().len()).sum();
    let answer = call
        .shapes
        .entity("SystemDatabaseInformation")
        .ok_or(Problem::NoSuchPath)?
        .with("Id", Value::Int(1))
        .with("CallHistoryCount", Value::Int(segments as i64))
        .with("TodayOutboundCallsCount", Value::Int(outbound.count() as i64))
        .with("CallsUsedSpace", Value::Int(segments as i64 * 1024))
        .with("ChatMessagesCount", Value::Int(messages as i64))
        .with("ChatFilesCount", Value::Int(0))
        .with("ChatsUsedSpace", Value::Int(messages as i64 * 256))
        .with("EventLogUsedSpace", Value::Int(event_log_bytes(store)));
    Ok(call.whole(&answer))
}

fn parameters(call: &Call<'_>, store: &Store) -> Answer {
    let license = license(call, store).map_or(Value::Null, |license| Value::Object(Box::new(license)));
    let status = store.singletons.get("SystemStatus").ok_or(Problem::NoSuchPath)?;
    let first = rows(store, "Users").next().map_or(3, |user| user.text("Number").len()) as i64;
    let answer = call
        .shapes
        .entity("SystemParameters")
        .ok_or(Problem::NoSuchPath)?
        .with("FQDN", status.get("FQDN").clone())
        .with("Version", Value::text(call.version))
        .with("ENL", Value::Int(first))
        .with("License", license)
        .with("IsChatLogEnabled", status.get("IsChatLogEnabled").clone())
        .with("IsMulticompanyMode", Value::Bool(store.ledger.multi_company))
        .with("GlobalLanguage", Value::text("EN"))
        .with("GlobalACPRMSET", Value::text("8210986B-9412-497f-AD77-3A554F4A9BDB"))
        .with("HttpPort", Value::Int(5000))
        .with("HttpsPort", Value::Int(5001))
        .with("SipPort", Value::Int(5060))
        .with("SipsPort", Value::Int(5061))
        .with("TunnnelPort", Value::Int(5090))
        .with("FirstExternalPort", Value::Int(9000))
        .with("WebrtcLastPort", Value::Int(10999))
        .with("MaxDIDPerTrunk", Value::Int(1000))
        .with("ProcessorCount", Value::Int(4))
        .with("IsStaticIp", Value::Bool(true))
        .with("StaticIp", status.get("IpV4").clone())
        .with("EmRuleCreationAllowed", Value::Bool(true));
    Ok(call.whole(&answer))
}
