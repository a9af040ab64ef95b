//! The phone system itself: licence, services, disk, backups, trunks, phones.

use jiff::Timestamp;
use serde_json::Value;
use threecx::{Client, Error};

use super::check::{Finding, Limits};
use super::question::{ask, days, in_days, instant};

/// Days before a licence or its maintenance ends: it should be renewed, and it has to be.
const LICENCE_DAYS: Limits = Limits { yellow: 30, red: 7 };

/// How full the disk is, in per cent: more than is good, and more than works.
const DISK_PER_CENT: Limits = Limits { yellow: 80, red: 92 };

/// The maximum number of names in a message.
const NAMES: usize = 5;

pub fn licence(status: &Result<Value, Error>, now: Timestamp) -> Finding {
    let status = match status {
        Ok(status) => status,
        Err(error) => return Finding::unanswered(error),
    };
    let product = status["ProductCode"].as_str().unwrap_or("licence");
    let next = "Renew the licence (3CX customer portal).";
    if status["LicenseActive"] == false {
        return Finding::red(format!("{product} is not active"), next);
    }
    match instant(&status["ExpirationDate"]) {
        Some(end) => {
            let days = days(now, end);
            let ends = if days < 0 { "expired" } else { "expires" };
            Finding::by_days(days, LICENCE_DAYS, format!("{product} {ends} {}", in_days(days)), next)
        }
        None if status["LicenseActive"] == true => Finding::green(format!("{product} is active and does not expire")),
        None => Finding::unknown("the PBX does not say"),
    }
}

pub fn maintenance(status: &Result<Value, Error>, now: Timestamp) -> Finding {
    let status = match status {
        Ok(status) => status,
        Err(error) => return Finding::unanswered(error),
    };
    let Some(end) = instant(&status["MaintenanceExpiresAt"]) else { return Finding::unknown("the PBX does not say") };
    let days = days(now, end);
    let next = "Renew the maintenance (3CX customer portal): without it there are no updates.";
    match days {
        days if days < 0 => Finding::yellow(format!("it expired {}", in_days(days)), next),
        days if days < LICENCE_DAYS.yellow => Finding::yellow(format!("it expires {}", in_days(days)), next),
        days => Finding::green(format!("it expires {}", in_days(days))),
    }
}

pub async fn services(client: &Client) -> Finding {
    let services = match ask(client, "Services.ListServiceInfo", &[]).await {
        Ok(services) => services,
        Err(error) => return Finding::unanswered(&error),
    };
    let services = services.as_array().map(Vec::as_slice).unwrap_or_default();
    let named = |status: fn(&str) -> bool| {
        let such = services.iter().filter(move |service| service["Status"].as_str().is_some_and(status));
        such.filter_map(|service| service["DisplayName"].as_str().or(service["Name"].as_str())).collect::<Vec<_>>()
    };
    let (stopped, between) = (named(|status| status == "Stopped"), named(|status| status.ends_with("Pending")));
    match (services.len(), stopped.as_slice(), between.as_slice()) {
        (0, ..) => Finding::unknown("the PBX lists none"),
        (_, [], []) => Finding::green(format!("all {} run", services.len())),
        (_, [], between) => {
            Finding::yellow(format!("starting or stopping: {}", some(between)), "Look again in a minute.")
        }
        (_, stopped, _) => Finding::red(
            format!("stopped: {}", some(stopped)),
            "Start them: threecx services start --options '{\"ServiceNames\": [\"NAME\"]}' (`threecx services list` has the names).",
        ),
    }
}

pub fn disk(status: &Result<Value, Error>) -> Finding {
    let status = match status {
        Ok(status) => status,
        Err(error) => return Finding::unanswered(error),
    };
    let (Some(free), Some(total)) = (status["FreeDiskSpace"].as_i64(), status["TotalDiskSpace"].as_i64()) else {
        return Finding::unknown("the PBX does not say");
    };
    if total <= 0 {
        return Finding::unknown("the PBX does not say");
    }
    let used = 100 - free.saturating_mul(100) / total;
    let message = format!("{used} % used, {:.1} GB free", free as f64 / 1e9);
    let next = "Delete or archive recordings, voicemail and old backups, or enlarge the disk.";
    match used {
        used if used >= DISK_PER_CENT.red => Finding::red(message, next),
        used if used >= DISK_PER_CENT.yellow => Finding::yellow(message, next),
        _ => Finding::green(message),
    }
}

pub async fn backups(client: &Client, status: &Result<Value, Error>, now: Timestamp) -> Finding {
    let settings = match ask(client, "Backups.GetBackupSettings", &[]).await {
        Ok(settings) => settings,
        Err(error) => return Finding::unanswered(&error),
    };
    let last = status.as_ref().ok().and_then(|status| instant(&status["LastBackupDateTime"]));
    let age = last.map(|last| -days(now, last));
    let ago =
        age.map_or("there is none yet".to_owned(), |age| format!("the last one was made {}", in_days(-age.max(0))));
    if settings["ScheduleEnabled"] != true {
        return Finding::yellow(
            format!("none are scheduled; {ago}"),
            "Schedule them in the console (Backup and Restore).",
        );
    }
    let kind = settings["Schedule"]["ScheduleType"].as_str().unwrap_or_default();
    // A day more than there should be between two.
    let most = match kind {
        "Weekly" => 8,
        "Monthly" => 32,
        _ => 2,
    };
    let how = if kind.is_empty() { "scheduled".to_owned() } else { format!("scheduled ({})", kind.to_lowercase()) };
    let message = format!("{how}; {ago}");
    match age {
        Some(age) if age <= most => Finding::green(message),
        Some(_) => Finding::red(message, "Find out why none are made (threecx event-logs list), and make one now."),
        None if status.is_err() => Finding::unknown(format!("{how}; how old the last one is, the PBX does not say")),
        None => Finding::yellow(message, "Make one now: threecx backups create, or wait for the schedule."),
    }
}

pub async fn trunks(client: &Client) -> Finding {
    // Not `$select`: some releases refuse it for trunks. (Seen live.)
    let trunks = match ask(client, "Trunks.ListTrunk", &[("top", "100")]).await {
        Ok(trunks) => trunks,
        Err(error) => return Finding::unanswered(&error),
    };
    let trunks = trunks.as_array().map(Vec::as_slice).unwrap_or_default();
    let down = trunks.iter().filter(|trunk| trunk["IsOnline"] == false);
    let name = |trunk: &Value| {
        let number = trunk["Number"].as_str().unwrap_or("?");
        trunk["Gateway"]["Name"].as_str().map_or(number.to_owned(), |name| format!("{number} ({name})"))
    };
    let down: Vec<String> = down.map(name).collect();
    match (trunks.len(), down.as_slice()) {
        (0, _) => Finding::green("there are none"),
        (all, []) => Finding::green(format!("all {all} are registered")),
        (all, down) => Finding::red(
            format!("{} of {all} are not registered: {}", down.len(), some(down)),
            "Check their credentials and the provider: threecx event-logs list shows when they went down.",
        ),
    }
}

pub fn extensions(status: &Result<Value, Error>) -> Finding {
    let status = match status {
        Ok(status) => status,
        Err(error) => return Finding::unanswered(error),
    };
    match status["HasUnregisteredSystemExtensions"].as_bool() {
        Some(false) => Finding::green("all system extensions are registered"),
        Some(true) => Finding::red(
            "some system extensions are not registered: calls to them fail",
            "See which: threecx system-status system-extensions; restarting the services usually helps.",
        ),
        None => Finding::unknown("the PBX does not say"),
    }
}

pub async fn phones(client: &Client, status: &Result<Value, Error>) -> Finding {
    let options = [("filter", "IsRegistered eq false and Enabled eq true"), ("select", "Number"), ("top", "100")];
    let users = match ask(client, "Users.ListUser", &options).await {
        Ok(users) => users,
        Err(error) => return Finding::unanswered(&error),
    };
    let users = users.as_array().map(Vec::as_slice).unwrap_or_default();
    let numbers: Vec<&str> = users.iter().filter_map(|user| user["Number"].as_str()).collect();
    let status = status.as_ref().ok();
    let count = |name: &str| status.and_then(|status| status[name].as_u64());
    let (registered, all) = (count("ExtensionsRegistered"), count("UserExtensions").or(count("ExtensionsTotal")));
    let next = "See which: threecx users list --filter 'IsRegistered eq false' --select Number,DisplayName";
    let without = if numbers.is_empty() { String::new() } else { format!("; without: {}", some(&numbers)) };
    match (registered, all) {
        (Some(_), Some(0)) => Finding::green("there are no extensions"),
        (Some(0), Some(all)) => Finding::red(format!("none of {all} extensions is registered"), next),
        (Some(registered), Some(all)) => {
            let message = format!("{registered} of {all} extensions are registered{without}");
            if registered * 2 < all { Finding::yellow(message, next) } else { Finding::green(message) }
        }
        _ => Finding::unknown(format!("the PBX does not say how many{without}")),
    }
}

/// The first few of them.
fn some<T: AsRef<str>>(names: &[T]) -> String {
    let shown: Vec<&str> = names.iter().take(NAMES).map(AsRef::as_ref).collect();
    match names.len().saturating_sub(NAMES) {
        0 => shown.join(", "),
        more => format!("{} and {more} more", shown.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::doctor::check::Status::{self, Green, Red, Unknown, Yellow};

    const NOW: &str = "2026-06-15T12:00:00Z";

    #[track_caller]
    fn finds(check: impl Fn(&Result<Value, Error>, Timestamp) -> Finding, status: Value, expected: (Status, &str)) {
        let finding = check(&Ok(status), NOW.parse().expect("an instant"));
        assert_eq!((finding.status, finding.message.as_str()), expected);
    }

    #[test]
    fn licences_and_their_maintenance() {
        let until = |end: &str| json!({"ProductCode": "ENT", "LicenseActive": true, "ExpirationDate": end});
        finds(licence, until("2026-06-15T13:00:00Z"), (Red, "ENT expires today"));
        finds(licence, until("2026-06-14T13:00:00Z"), (Red, "ENT expired yesterday"));
        finds(licence, until("2026-07-01T12:00:00Z"), (Yellow, "ENT expires in 16 days"));
        finds(licence, until("2026-12-01T12:00:00Z"), (Green, "ENT expires in 169 days"));
        finds(licence, json!({"LicenseActive": false}), (Red, "licence is not active"));
        finds(licence, json!({"LicenseActive": true}), (Green, "licence is active and does not expire"));
        finds(licence, json!({}), (Unknown, "the PBX does not say"));
        let until = |end: &str| json!({"MaintenanceExpiresAt": end});
        finds(maintenance, until("2026-06-01T12:00:00Z"), (Yellow, "it expired 14 days ago"));
        finds(maintenance, until("2026-06-30T12:00:00Z"), (Yellow, "it expires in 15 days"));
        finds(maintenance, until("2027-06-15T12:00:00Z"), (Green, "it expires in 365 days"));
    }

    #[test]
    fn disks() {
        let check = |status: &Result<Value, Error>, _| disk(status);
        let free = |free: i64| json!({"FreeDiskSpace": free, "TotalDiskSpace": 100_000_000_000_i64});
        finds(check, free(50_000_000_000), (Green, "50 % used, 50.0 GB free"));
        finds(check, free(20_000_000_000), (Yellow, "80 % used, 20.0 GB free"));
        finds(check, free(5_000_000_000), (Red, "95 % used, 5.0 GB free"));
        finds(check, json!({"FreeDiskSpace": 0, "TotalDiskSpace": 0}), (Unknown, "the PBX does not say"));
    }
}
