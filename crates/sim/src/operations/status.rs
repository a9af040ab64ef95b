//! How the system is doing: worked out from what there is and from the clock.

use jiff::Timestamp;
use serde_json::Value as Json;

use super::history::instant;
use super::{Behaviour, Call, backups, peers, services};
use crate::assumptions::{FIREWALL_CHECK_SECONDS, TELEMETRY_SAMPLES, TELEMETRY_STEP_SECONDS};
use crate::http::{Problem, Response};
use crate::odata::Selection;
use crate::state::{Entity, Set, Store, Value};

/// The bytes that the disk has, and those that are free.
const DISK: i64 = 40_947_412_992;
const FREE_DISK: i64 = 29_891_611_484;

pub(super) fn behaviour(operation: &str) -> Option<Behaviour> {
    Some(match operation {
        "SystemStatus.SystemHealthStatus" => health,
        "SystemStatus.SystemTelemetry" => |call| telemetry(call, "SystemTelemetry", system),
        "SystemStatus.NetworkTelemetry" => |call| telemetry(call, "NetworkTelemetry", network),
        "SystemStatus.ServiceTelemetry" => |call| telemetry(call, "ProcessTelemetry", process),
        "SystemStatus.SystemExtensions" => extensions,
        "SystemStatus.SystemDatabaseInformation" => database,
        "SystemStatus.SetChatLogStatus" => |call| {
            let enabled = call.field("enable").and_then(Json::as_bool).unwrap_or(false);
            if let Some(status) = call.write().singletons.get_mut("SystemStatus") {
                status.set("IsChatLogEnabled", Value::Bool(enabled));
            }
            Ok(Response::empty(204))
        },
        "SystemStatus.SetMultiCompanyMode" => |call| {
            call.write().ledger.multi_company = call.field("enable").and_then(Json::as_bool).unwrap_or(false);
            Ok(Response::empty(204))
        },
        "Defs.GetSystemParameters" => parameters,
        "Defs.GetLicenseParameters" => |call| {
            let license = license(call).ok_or(Problem::NoSuchPath)?;
            Ok(call.entity(200, "Pbx.License", &license, Selection::all()))
        },
        "Defs.HasSystemOwner" => |call| {
            let owns = |membership: &Value| {
                let rights = membership.as_object().and_then(|membership| membership.get("Rights").as_object());
                rights.is_some_and(|rights| rights.text("RoleName") == "system_owners")
            };
            let store = call.read();
            let mut users = store.set("Users").into_iter().flat_map(Set::rows);
            let has = users.any(|user| user.get("Groups").as_list().iter().any(owns));
            Ok(call.value("Edm.Boolean", &Value::Bool(has)))
        },
        "LicenseStatus.ReplaceLicenseKey" => replace_key,
        "LicenseStatus.EditLicenseInfo" => edit_license,
        "Firewall.StartCheck" => |call| check_firewall(call, true),
        "Firewall.StopCheck" => |call| check_firewall(call, false),
        "Firewall.GetLastResult" => |call| {
            let done = firewall(&call.read(), call.now) == Check::Done;
            Ok(call.value("Edm.Boolean", &Value::Bool(done)))
        },
        _ => return None,
    })
}

fn rows<'s>(store: &'s Store, set: &str) -> impl Iterator<Item = &'s Entity> + use<'s> {
    store.set(set).into_iter().flat_map(Set::rows)
}

fn are(name: &'static str) -> impl Fn(&&Entity) -> bool {
    move |row| row.get(name) == &Value::Bool(true)
}

/// A singleton as it is now.
pub(super) fn now(call: &Call<'_>, store: &Store, name: &str, entity: &Entity) -> Entity {
    match name {
        "SystemStatus" => system_status(call, store, entity),
        "LicenseStatus" => {
            let active = !entity.text("ExpirationDate").parse::<Timestamp>().is_ok_and(|end| end < call.now);
            entity.clone().with("LicenseActive", Value::Bool(active))
        }
        "Firewall" => {
            let running = firewall(store, call.now) == Check::Running;
            entity
                .clone()
                .with("Id", Value::text("1"))
                .with("Running", Value::Bool(running))
                .with("Stopping", Value::Bool(false))
        }
        _ => entity.clone(),
    }
}

fn system_status(call: &Call<'_>, store: &Store, entity: &Entity) -> Entity {
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
        .with("LicenseKey", licensed("LicenseKey"))
        .with("ProductCode", licensed("ProductCode"))
        .with("ExpirationDate", licensed("ExpirationDate"))
        .with("MaintenanceExpiresAt", licensed("MaintenanceExpiresAt"))
        .with("ResellerName", licensed("ResellerName"))
        .with("Support", licensed("Support"))
}

fn health(call: &Call<'_>) -> Result<Response, Problem> {
    let store = call.read();
    let answer = call.shapes.entity("SystemHealthStatus").ok_or(Problem::NoSuchPath)?;
    let custom: usize = ["PhoneTemplates", "TrunkTemplates", "FxsTemplates"]
        .into_iter()
        .map(|set| rows(&store, set).filter(are("IsCustom")).count())
        .sum();
    let online = rows(&store, "Trunks").all(|trunk| are("IsOnline")(&trunk));
    let answer = answer
        .with("Id", Value::Int(1))
        .with("Trunks", Value::Bool(online))
        .with("Phones", Value::Bool(rows(&store, "Users").any(|user| are("IsRegistered")(&user))))
        .with("Firewall", Value::Bool(firewall(&store, call.now) == Check::Done))
        .with("CustomTemplatesCount", Value::Int(custom as i64))
        .with("UnsupportedFirmwaresCount", Value::Int(0));
    Ok(call.entity(200, "Pbx.SystemHealthStatus", &answer, Selection::all()))
}

/// Samples of the last while, oldest first. They depend on nothing but their times.
fn telemetry(call: &Call<'_>, ty: &str, fill: fn(Entity, i64) -> Entity) -> Result<Response, Problem> {
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

/// What has a number and belongs to nobody.
fn extensions(call: &Call<'_>) -> Result<Response, Problem> {
    let store = call.read();
    let shape = call.shapes.get("SystemExtensionStatus").ok_or(Problem::NoSuchPath)?;
    let options = call.options(Some(shape))?;
    let kinds = peers::KINDS.iter().filter(|(set, _)| !matches!(*set, "Users" | "Trunks" | "Groups"));
    let all = kinds.flat_map(|(set, kind)| rows(&store, set).map(move |row| (row, *kind)));
    let all = all.map(|(row, kind)| {
        Entity::new(shape)
            .with("Number", row.get("Number").clone())
            .with("Name", Value::text(peers::label(row)))
            .with("Type", Value::text(kind))
            .with("IsRegistered", Value::Bool(row.get("IsRegistered") != &Value::Bool(false)))
    });
    let page = options.page(all, usize::MAX);
    Ok(call.rows("Collection(Pbx.SystemExtensionStatus)", page.rows, page.count, &options.selection))
}

fn database(call: &Call<'_>) -> Result<Response, Problem> {
    use crate::calls::Party;
    let store = call.read();
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
        .with("EventLogUsedSpace", Value::Int(store.set("EventLogs").map_or(0, Set::len) as i64 * 512));
    Ok(call.entity(200, "Pbx.SystemDatabaseInformation", &answer, Selection::all()))
}

fn license(call: &Call<'_>) -> Option<Entity> {
    let store = call.read();
    let status = store.singletons.get("LicenseStatus")?;
    let maintained = status.text("MaintenanceExpiresAt").parse::<Timestamp>().is_ok_and(|end| end > call.now);
    Some(
        call.shapes
            .entity("License")?
            .with("ProductCode", status.get("ProductCode").clone())
            .with("CountryCode", status.get("CountryCode").clone())
            .with("MaxSimCalls", status.get("MaxSimCalls").clone())
            .with("IsEnterprise", Value::Bool(status.text("ProductCode").contains("ENT")))
            .with("IsProfessional", Value::Bool(status.text("ProductCode").contains("PROF")))
            .with("IsBrandingEnabled", Value::Bool(true))
            .with("IsCfdEnabled", Value::Bool(true))
            .with("IsMaintainceExpired", Value::Bool(!maintained)),
    )
}

fn parameters(call: &Call<'_>) -> Result<Response, Problem> {
    let license = license(call).map_or(Value::Null, |license| Value::Object(Box::new(license)));
    let store = call.read();
    let status = store.singletons.get("SystemStatus").ok_or(Problem::NoSuchPath)?;
    let first = rows(&store, "Users").next().map_or(3, |user| user.text("Number").len()) as i64;
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
    Ok(call.entity(200, "Pbx.SystemParameters", &answer, Selection::all()))
}

/// A licence key is four groups of four letters and digits.
fn replace_key(call: &Call<'_>) -> Result<Response, Problem> {
    let key = call.text_field("licenseKey")?;
    let group = |group: &str| group.len() == 4 && group.bytes().all(|byte| byte.is_ascii_alphanumeric());
    if key.split('-').count() != 4 || !key.split('-').all(group) {
        return Err(Problem::refused("licenseKey", "WARNINGS.LICENSE_NOT_FOUND"));
    }
    let key = Value::text(key);
    if let Some(status) = call.write().singletons.get_mut("LicenseStatus") {
        status.set("LicenseKey", key);
    }
    Ok(Response::empty(204))
}

fn edit_license(call: &Call<'_>) -> Result<Response, Problem> {
    let given = call.field("licenseParams").cloned().unwrap_or_default();
    let store = &mut *call.write();
    let country = given["Country"].as_str().and_then(|code| {
        let known = rows(store, "Countries").find(|country| country.text("CountryCode") == code)?;
        Some(known.get("Name").clone())
    });
    let Some(status) = store.singletons.get_mut("LicenseStatus") else { return Err(Problem::NoSuchPath) };
    for (from, to) in [
        ("CompanyName", "CompanyName"),
        ("ContactName", "ContactName"),
        ("Email", "EMail"),
        ("Phone", "Telephone"),
        ("Country", "CountryCode"),
    ] {
        if let Some(text) = given[from].as_str() {
            status.set(to, Value::text(text));
        }
    }
    if let Some(country) = country {
        status.set("CountryName", country);
    }
    Ok(Response::empty(204))
}

/// How far the check of the firewall is.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Check {
    Never,
    Running,
    Done,
}

fn firewall(store: &Store, now: Timestamp) -> Check {
    match store.ledger.firewall_check {
        None => Check::Never,
        Some(begun) if now.as_second() - begun < FIREWALL_CHECK_SECONDS => Check::Running,
        Some(_) => Check::Done,
    }
}

fn check_firewall(call: &Call<'_>, start: bool) -> Result<Response, Problem> {
    call.write().ledger.firewall_check = start.then(|| call.now.as_second());
    Ok(Response::empty(204))
}
