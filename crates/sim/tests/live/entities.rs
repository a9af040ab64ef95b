//! Entities and what lists of them show.

use std::time::Duration;

use reqwest::Method;
use serde_json::{Value, json};
use threecx_sim::{Clock, LiveSwitch, Nulls, Pbx};

use super::common::Session;
use super::{NOW, of_release, session, settings};

/// True if there is a null anywhere in a value.
fn has_null(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::Array(items) => items.iter().any(has_null),
        Value::Object(members) => members.values().any(has_null),
        _ => false,
    }
}

const LISTS: [&str; 6] =
    ["/Users?$expand=Groups,Phones", "/Groups", "/Queues?$expand=Agents", "/Trunks", "/SystemStatus", "/Recordings"];

#[tokio::test]
async fn line_01_nulls_are_left_out() {
    let session = session().await;
    for path in LISTS {
        assert!(!has_null(&session.ok(path).await), "{path}");
    }
    // Also those that were asked for by name, and those of an entity that was just created.
    let row = session.ok("/Users(29)?$select=Id,ContactImage").await;
    assert_eq!(row.as_object().expect("an object").keys().collect::<Vec<_>>(), ["@odata.context", "Id"]);
    let made = session.create("/Groups", json!({ "Name": "Lab", "Language": null })).await;
    assert!(made["Name"] == "Lab" && !has_null(&made), "{made}");
    // They are still there for queries.
    let without = session.numbers("$filter=ContactImage%20eq%20null&$top=100").await;
    assert_eq!(without.len(), 20);
}

#[tokio::test]
async fn line_01_nulls_are_written_if_that_is_asked_for() {
    let session = Session::start(settings().live(LiveSwitch::Nulls(Nulls::Present))).await;
    for path in ["/Users?$expand=Groups,Phones", "/Groups", "/Trunks"] {
        assert!(has_null(&session.ok(path).await), "{path}");
    }
    let row = session.ok("/Users(29)?$select=Id,ContactImage").await;
    assert_eq!(row.get("ContactImage"), Some(&Value::Null));
}

#[tokio::test]
async fn line_02_active_calls_name_trunks_people_and_queues_as_live_ones_do() {
    let clock = Clock::manual(NOW);
    let session = Session::start(Pbx::builder().users(300).calls(0).clock(clock.clone())).await;
    let (mut outside, mut people, mut waiting) = (0, 0, 0);
    let mut statuses = std::collections::BTreeSet::new();
    let queues = session.rows("/Queues?$select=Number,Name").await;
    let queues: Vec<String> =
        queues.iter().map(|queue| format!("{} {}", queue["Number"], queue["Name"]).replace('"', "")).collect();
    for _ in 0..200 {
        clock.step(Duration::from_secs(1));
        for call in session.rows("/ActiveCalls").await {
            let parties = [&call["Caller"], &call["Callee"]].map(|party| party.as_str().expect("text").to_owned());
            for party in &parties {
                assert!(!party.contains(','), "the phone book shows first names first: {party}");
                outside +=
                    u32::from(party.starts_with("10000 Provider A (+49") || party.starts_with("10001 Provider B (+49"));
                people += u32::from(party.starts_with("1") && party.split(' ').count() == 3 && !party.contains('('));
            }
            if queues.contains(&parties[1]) {
                assert_eq!(call["Status"], "Talking", "{call}");
                waiting += 1;
            }
            statuses.insert(call["Status"].as_str().expect("text").to_owned());
            assert!(call["LastChangeStatus"].as_str() <= call["ServerNow"].as_str(), "{call}");
        }
    }
    assert!(outside > 0 && people > 0 && waiting > 0, "{outside} {people} {waiting}");
    for status in ["Talking", "Ringing", "Routing", "Initiating"] {
        assert!(statuses.contains(status), "{status} is not among {statuses:?}");
    }
}

#[tokio::test]
async fn line_02_names_follow_the_phone_book_and_a_call_that_was_asked_for_rings_at_home_first() {
    let clock = Clock::manual(NOW);
    let session = Session::start(settings().clock(clock.clone())).await;
    let users = session.rows("/Users?$select=Number,FirstName,LastName&$top=2").await;
    let label = |user: &Value, first: &str, last: &str| {
        format!("{} {}{}", user["Number"], user[first], user[last]).replace("\"\"", " ").replace('"', "")
    };
    let call = json!({ "dn": users[0]["Number"], "destination": users[1]["Number"] });
    assert_eq!(session.send(Method::POST, "/Users/Pbx.MakeCall", Some(call)).await.0, 200);
    let parties = |row: &Value| [row["Caller"].clone(), row["Callee"].clone()];
    let first = [label(&users[0], "FirstName", "LastName"), label(&users[1], "FirstName", "LastName")];
    assert_eq!(parties(&session.rows("/ActiveCalls").await[0]), [json!("MakeCall"), json!(first[0])]);
    clock.step(Duration::from_secs(5));
    assert_eq!(parties(&session.rows("/ActiveCalls").await[0]), first.map(Value::from));
    let display = json!({ "PhoneBookDisplay": "LastNameFirstName" });
    assert_eq!(session.send(Method::PATCH, "/PhoneBookSettings", Some(display)).await.0, 204);
    let caller = format!("{} {}, {}", users[0]["Number"], users[0]["LastName"], users[0]["FirstName"]).replace('"', "");
    assert_eq!(session.rows("/ActiveCalls").await[0]["Caller"], caller);
}

#[tokio::test]
async fn line_03_the_status_has_every_member_and_no_id() {
    for release in ["20.0.8", "20.0.10"] {
        let status = of_release(release).await.ok("/SystemStatus").await;
        for (name, value) in [
            ("ChatUsedSpace", json!(0)),
            ("RecordingUsedSpace", json!(0)),
            ("IpV6", json!("")),
            ("DBMaintenanceInProgress", json!(false)),
            ("RecordingQuotaReached", json!(false)),
            ("RecordingStopped", json!(false)),
            ("RemoteConfigurationRequired", json!(false)),
            ("VoicemailQuotaReached", json!(false)),
            ("VoicemailStopped", json!(false)),
            ("IsRecordingArchiveEnabled", json!(true)),
            ("RemoteStorageEnabled", json!(true)),
            ("RemoteStorageStatus", json!("Configured")),
        ] {
            assert_eq!(status[name], value, "{release}: {name}");
        }
        for name in ["LastCheckForUpdates", "LastSuccessfulUpdate", "LastBackupDateTime"] {
            assert!(status[name].as_str().is_some_and(|at| at.starts_with("2027-01-15T")), "{release}: {name}");
        }
        assert!(status["LogUsedSpace"].is_i64() && status.get("Id").is_none(), "{release}");
    }
    let newest = session().await;
    let status = newest.ok("/SystemStatus").await;
    assert!(status["UserExtensions"] == 20 && status["MaxUserExtensions"].is_i64(), "{status}");
    assert!(newest.ok("/SystemStatus?$select=Id").await["Id"].is_i64());
}

#[tokio::test]
async fn line_17_a_crm_that_was_not_set_up_has_a_name() {
    assert_eq!(session().await.ok("/CrmIntegration").await["Name"], "CRM.NoneCrmSelected");
}

#[tokio::test]
async fn line_18_an_id_is_never_given_again() {
    let session = session().await;
    let contact = || json!({ "FirstName": "Ada", "PhoneNumber": "1" });
    for (set, body) in [("Users", json!({})), ("Contacts", contact()), ("Queues", json!({}))] {
        let first = session.create(&format!("/{set}"), body.clone()).await["Id"].as_i64().expect("an id");
        assert_eq!(session.send(Method::DELETE, &format!("/{set}({first})"), None).await.0, 204);
        let second = session.create(&format!("/{set}"), body).await["Id"].as_i64().expect("an id");
        assert!(second > first, "{set}: {second} after {first}");
    }
}

#[tokio::test]
async fn line_19_a_password_is_not_echoed() {
    let session = session().await;
    let made = session.create("/Users", json!({ "FirstName": "Ada", "AccessPassword": "Passw0rd!x" })).await;
    assert!(made["FirstName"] == "Ada" && made.get("AccessPassword").is_none(), "{made}");
}

#[tokio::test]
async fn line_26_inbound_rules_are_filled() {
    let session = session().await;
    let trunk = json!({ "Number": "10000" });
    let to = json!({ "To": "Extension", "Number": "100" });
    let body = json!({ "RuleName": "DID x", "Data": "+49305559999", "TrunkDN": trunk, "OfficeHoursDestination": to });
    session.create("/InboundRules", body).await;
    let rules = session.rows("/InboundRules?$top=100").await;
    assert!(rules.iter().any(|rule| rule["RuleName"] == "DID x"));
    for rule in rules {
        assert_eq!(rule["Hours"]["IgnoreHolidays"], false, "{rule}");
        for name in ["OfficeHoursDestination", "OutOfOfficeHoursDestination", "HolidaysDestination"] {
            let to = &rule[name];
            assert!(to["External"] == "" && to["Name"].as_str().is_some_and(|name| !name.is_empty()), "{name}: {rule}");
        }
    }
}
