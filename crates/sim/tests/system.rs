//! Services, backups, trunks and the system's own state: what is done shows, and takes its time.

mod common;

use std::sync::Arc;
use std::time::Duration;

use common::Session;
use reqwest::Method;
use serde_json::{Value, json};
use threecx_sim::{Clock, Pbx};

/// 2027-01-15T08:00:00Z
const NOW: i64 = 1_800_000_000;

async fn session() -> (Session, Clock) {
    let clock = Clock::manual(NOW);
    (Session::start(Pbx::builder().users(20).calls(500).clock(clock.clone())).await, clock)
}

impl Session {
    async fn done(&self, path: &str, body: Value) {
        let (status, answer) = self.send(Method::POST, path, Some(body)).await;
        assert_eq!(status, 204, "{path}: {answer}");
    }

    async fn rows(&self, path: &str) -> Vec<Value> {
        let (status, answer) = self.get(path).await;
        assert_eq!(status, 200, "{path}: {answer}");
        answer["value"].as_array().cloned().unwrap_or_default()
    }

    async fn service(&self, name: &str) -> Value {
        self.rows(&format!("/Services?$filter=Name%20eq%20'{name}'")).await[0]["Status"].clone()
    }
}

#[tokio::test]
async fn services_stop_and_start_and_take_their_time() {
    let (session, clock) = session().await;
    let order = json!({ "options": { "ServiceNames": ["3CXIVR"] } });
    let step = || clock.step(Duration::from_secs(4));
    let mut seen = vec![session.service("3CXIVR").await];
    session.done("/Services/Pbx.Stop", order.clone()).await;
    seen.push(session.service("3CXIVR").await);
    assert_eq!(session.get("/SystemStatus").await.1["HasNotRunningServices"], true);
    step();
    seen.push(session.service("3CXIVR").await);
    session.done("/Services/Pbx.Start", order.clone()).await;
    seen.push(session.service("3CXIVR").await);
    step();
    seen.push(session.service("3CXIVR").await);
    session.done("/Services/Pbx.Restart", order).await;
    seen.push(session.service("3CXIVR").await);
    step();
    seen.push(session.service("3CXIVR").await);
    step();
    seen.push(session.service("3CXIVR").await);
    let way =
        ["Running", "StopPending", "Stopped", "StartPending", "Running", "StopPending", "StartPending", "Running"];
    assert_eq!(seen, way.map(Value::from));
    assert_eq!(session.get("/SystemStatus").await.1["HasNotRunningServices"], false);
    let events = session.rows("/EventLogs?$filter=startswith(Message,'Service')").await;
    assert_eq!(
        events.iter().map(|event| event["Params"].clone()).collect::<Vec<_>>(),
        [json!(["3CXIVR", "stopped"]), json!(["3CXIVR", "started"]), json!(["3CXIVR", "started"])]
    );
}

#[tokio::test]
async fn a_backup_appears_is_downloaded_without_a_token_and_brings_back_what_was() {
    let (session, clock) = session().await;
    let contents =
        json!({ "FQDN": true, "EncryptBackup": true, "EncryptBackupPassword": { "Concealed": false, "Value": "pw" } });
    session.done("/Backups/Pbx.Backup", json!({ "description": { "Name": "x y.zip", "Contents": contents } })).await;
    let listed = "/Backups?$select=CreationTime,Size,FileName,DownloadLink&$filter=FileName%20eq%20'x%20y.zip'";
    assert!(session.rows(listed).await.is_empty());
    assert_eq!(session.get("/Backups/Pbx.GetCanCreateBackup()").await.1["value"], false);
    clock.step(Duration::from_secs(10));
    assert_eq!(session.get("/Backups/Pbx.GetCanCreateBackup()").await.1["value"], true);
    let backup = session.rows(listed).await[0].clone();
    let link = format!("{}{}", session.pbx.url(), backup["DownloadLink"].as_str().expect("a link").replace(' ', "%20"));
    let file = session.http.get(&link).send().await.expect("an answer");
    assert_eq!(
        (file.status().as_u16(), &file.headers()["content-type"]),
        (200, &"application/zip".parse().expect("text"))
    );
    let file = file.bytes().await.expect("bytes");
    assert_eq!((&file[..2], backup["Size"].as_u64()), (&b"PK"[..], Some(file.len() as u64)));
    let none = session.http.get(format!("{}/api/download/backup/none.zip", session.pbx.url())).send().await;
    assert_eq!(none.expect("an answer").status(), 404);

    let (_, extras) = session.get("/Backups('x%20y.zip')/Pbx.GetBackupExtras()").await;
    assert_eq!(extras["IsEncrypted"], true);
    assert_eq!(session.send(Method::DELETE, "/Users(31)", None).await.0, 204);
    assert_eq!(session.send(Method::PATCH, "/VoicemailSettings", Some(json!({ "Quota": 7 }))).await.0, 204);
    let restore = "/Backups('x%20y.zip')/Pbx.Restore";
    for (footprint, password, code) in [
        (extras["Footprint"].clone(), "wrong", "WARNINGS.INVALID_PASSWORD"),
        (json!(1), "pw", "WARNINGS.BACKUP_NOT_FOUND_OR_INVALID"),
    ] {
        let body = json!({ "footprint": footprint, "password": password });
        let (status, refused) = session.send(Method::POST, restore, Some(body)).await;
        assert_eq!((status.as_u16(), &refused["error"]["details"][0]["message"]), (400, &json!(code)));
    }
    session.done(restore, json!({ "footprint": extras["Footprint"], "password": "pw" })).await;
    assert_eq!(session.get("/Users(31)").await.0, 200);
    assert_eq!(session.get("/VoicemailSettings").await.1["Quota"], 100);

    let schedule = json!({ "settings": { "ScheduleEnabled": false, "Rotation": 3, "Schedule": { "ScheduleType": "Weekly", "Day": "Monday", "Time": "03:00:00" } } });
    session.done("/Backups/Pbx.SetBackupSettings", schedule).await;
    let (_, settings) = session.get("/Backups/Pbx.GetBackupSettings()").await;
    assert_eq!((&settings["Rotation"], &settings["Schedule"]["Day"]), (&json!(3), &json!("Monday")));
    let (_, status) = session.get("/SystemStatus").await;
    assert_eq!((&status["BackupScheduled"], &status["LastBackupDateTime"]), (&json!(false), &backup["CreationTime"]));
    assert_eq!(session.send(Method::DELETE, "/Backups('x%20y.zip')", None).await.0, 204);
    assert!(session.rows(listed).await.is_empty());
}

#[tokio::test]
async fn blanks_can_be_filled_in_and_sent_back() {
    let (session, _) = session().await;
    for (init, set) in [
        ("/Fax/Pbx.InitFax()", "/Fax"),
        ("/Trunks/Pbx.InitTrunk(template='1cx.pv.xml')", "/Trunks"),
        ("/Trunks/Pbx.InitMasterBridge()", "/Trunks"),
        ("/Trunks/Pbx.InitSlaveBridge()", "/Trunks"),
    ] {
        let (status, mut blank) = session.get(init).await;
        assert_eq!(status, 200, "{init}: {blank}");
        blank.as_object_mut().expect("an object").remove("@odata.context");
        let (status, created) = session.send(Method::POST, set, Some(blank.clone())).await;
        assert_eq!(status, 201, "{init}: {created}");
        assert_eq!((&created["Number"], &created["Gateway"]), (&blank["Number"], &blank["Gateway"]), "{init}");
    }
    assert_eq!(session.get("/Trunks/Pbx.InitTrunk(template='none.pv.xml')").await.0, 400);
}

#[tokio::test]
async fn dids_belong_to_trunks_and_lead_where_rules_say() {
    let (session, _) = session().await;
    let (_, trunk) = session.get("/Trunks(Number='10000')?$expand=RoutingRules").await;
    assert_eq!(trunk["RoutingRules"].as_array().map(Vec::len), Some(8));
    let path = format!("/Trunks({})", trunk["Id"]);
    let dids = json!({ "DidNumbers": ["+4930555000", "+4930555999"], "IsOnline": false });
    assert_eq!(session.send(Method::PATCH, &path, Some(dids)).await.0, 204);
    let own = format!("/DidNumbers?$expand=RoutingRule&$filter=TrunkId%20eq%20{}", trunk["Id"]);
    let rows = session.rows(&own).await;
    assert_eq!(rows.iter().map(|row| row["Number"].clone()).collect::<Vec<_>>(), ["+4930555000", "+4930555999"]);
    assert_eq!(rows[0]["RoutingRule"], Value::Null);
    assert_eq!(session.send(Method::POST, "/DidNumbers", Some(json!({}))).await.0, 405);
    let (_, queue) = session.get("/Queues(Number='800')").await;
    let routes = json!({ "Id": queue["Id"], "Routes": [{ "DID": "+4930555999", "TrunkId": trunk["Id"], "DisplayName": "Sales" }] });
    session.done("/Trunks/Pbx.SetRoutes", json!({ "routes": routes })).await;
    let rule = &session.rows(&own).await[1]["RoutingRule"];
    assert_eq!((&rule["RuleName"], &rule["OfficeHoursDestination"]["Number"]), (&json!("Sales"), &json!("800")));
    let (_, told) = session.send(Method::POST, "/Defs/Pbx.GetRoutes", Some(json!({ "ids": [queue["Id"]] }))).await;
    assert_eq!(told["value"][0]["Routes"][0]["DID"], "+4930555999");

    // It went offline, which the event log tells, and registers when it is told to.
    assert_eq!(session.get("/SystemStatus").await.1["TrunksRegistered"], 1);
    assert_eq!(session.get("/SystemStatus/Pbx.SystemHealthStatus()").await.1["Trunks"], false);
    session.done("/Trunks/Pbx.RefreshRegistration", json!({ "id": trunk["Id"] })).await;
    assert_eq!(session.get("/SystemStatus").await.1["TrunksRegistered"], 2);
    let events = session.rows("/EventLogs?$orderby=Id%20desc&$top=2").await;
    assert_eq!(events[0]["Message"], "Trunk %1$s has changed status to %2$s");
    assert_eq!(
        [&events[0]["Params"], &events[1]["Params"]],
        [&json!(["10000", "registered"]), &json!(["10000", "unregistered"])]
    );
}

#[tokio::test]
async fn the_audit_log_tells_who_changed_what_and_keeps_secrets() {
    let (session, _) = session().await;
    let user = json!({ "Number": "777", "FirstName": "Ada", "AuthPassword": "s3cret-pass" });
    let (_, created) = session.send(Method::POST, "/Users", Some(user)).await;
    let path = format!("/Users({})", created["Id"]);
    assert_eq!(session.send(Method::PATCH, &path, Some(json!({ "FirstName": "Eva", "VMPIN": "4711" }))).await.0, 204);
    assert_eq!(session.send(Method::DELETE, &path, None).await.0, 204);
    assert_eq!(session.send(Method::DELETE, &path, None).await.0, 404);
    let rows = session.rows("/ReportAuditLog/Pbx.GetAuditLogData()").await;
    assert_eq!(rows.len(), 3, "{rows:?}");
    assert_eq!(rows.iter().map(|row| row["Action"].clone()).collect::<Vec<_>>(), [3, 2, 1]);
    assert!(rows.iter().all(|row| row["UserName"] == session.pbx.client_id()));
    let data =
        |row: &Value, name: &str| serde_json::from_str::<Value>(row[name].as_str().unwrap_or("null")).expect("JSON");
    assert_eq!(data(&rows[1], "PrevData")["FirstName"], "Ada");
    assert_eq!(data(&rows[1], "NewData"), json!({ "FirstName": "Eva", "VMPIN": "***" }));
    let text = serde_json::to_string(&rows).expect("JSON");
    assert!(!text.contains("s3cret") && !text.contains("4711"), "{text}");
    let log = session
        .rows("/ActivityLog/Pbx.GetLogs(startDate=2027-01-15T07:59:00Z,endDate=2027-01-15T08:01:00Z,extension='',call='',severity='')")
        .await;
    assert!(
        log.iter().any(|line| line["Message"].as_str().is_some_and(|text| text.contains("deletes 777"))),
        "{log:?}"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_change_is_noted_with_what_was_there_before_it_and_nothing_else() {
    let (session, _) = session().await;
    let session = Arc::new(session);
    assert_eq!(session.send(Method::PATCH, "/Users(31)", Some(json!({ "Mobile": "start" }))).await.0, 204);
    let writers = (0..8).map(|writer| {
        let session = Arc::clone(&session);
        tokio::spawn(async move {
            for round in 0..10 {
                let change = json!({ "Mobile": format!("{writer}-{round}") });
                assert_eq!(session.send(Method::PATCH, "/Users(31)", Some(change)).await.0, 204);
            }
        })
    });
    for writer in writers.collect::<Vec<_>>() {
        writer.await.expect("a writer");
    }
    let mut rows = session.rows("/ReportAuditLog/Pbx.GetAuditLogData()").await;
    rows.reverse();
    assert_eq!(rows.len(), 81);
    for pair in rows.windows(2) {
        assert_eq!(pair[0]["NewData"], pair[1]["PrevData"]);
    }
}

#[tokio::test]
async fn the_exported_state_is_the_same_until_something_changes() {
    let (session, clock) = session().await;
    let export = async |session: &Session| {
        let answer = session.http.get(format!("{}/sim/state", session.pbx.url())).send().await.expect("an answer");
        answer.json::<Value>().await.expect("JSON")
    };
    let start = export(&session).await;
    assert_eq!(start, session.pbx.state());
    assert_eq!(start["sets"]["Users"].as_object().map(|users| users.len()), Some(20));
    clock.step(Duration::from_secs(60));
    session.rows("/Users").await;
    assert_eq!(export(&session).await, start);

    let change = json!({ "FirstName": "Eva", "AuthPassword": "s3cret-pass" });
    assert_eq!(session.send(Method::PATCH, "/Users(31)", Some(change)).await.0, 204);
    session.done("/Users/Pbx.ReprovisionAllPhones", json!({ "ids": [30, 31, 32] })).await;
    let changed = export(&session).await;
    assert_eq!(changed["sets"]["Users"]["31"]["FirstName"], "Eva");
    assert_ne!(changed["sets"]["Users"]["31"]["AuthPassword"], start["sets"]["Users"]["31"]["AuthPassword"]);
    assert_ne!(changed["phones"], start["phones"]);
    assert_eq!(changed["sets"]["Users"]["30"], start["sets"]["Users"]["30"]);
    assert!(!changed.to_string().contains("s3cret-pass"));
    session.pbx.reset();
    assert_eq!(session.pbx.state(), start);
}

#[tokio::test]
async fn departments_force_their_hours_for_a_while() {
    let (session, clock) = session().await;
    let force = json!({ "CurrentGroupHours": "ForceClosed", "OverrideExpiresAt": "2027-01-15T08:30:00Z" });
    assert_eq!(session.send(Method::PATCH, "/Groups(28)", Some(force)).await.0, 204);
    let hours = "/Groups(28)?$select=CurrentGroupHours";
    assert_eq!(session.get(hours).await.1["CurrentGroupHours"], "ForceClosed");
    clock.step(Duration::from_secs(1800));
    assert_eq!(session.get(hours).await.1["CurrentGroupHours"], "Default");
}

#[tokio::test]
async fn status_follows_from_what_there_is() {
    let (session, _) = session().await;
    let (_, status) = session.get("/SystemStatus").await;
    let (_, license) = session.get("/LicenseStatus").await;
    assert_eq!(status["LicenseKey"], license["LicenseKey"]);
    assert_eq!(session.send(Method::DELETE, "/Users(31)", None).await.0, 204);
    assert_eq!(session.get("/SystemStatus").await.1["ExtensionsTotal"], 19);
    session.done("/LicenseStatus/Pbx.ReplaceLicenseKey", json!({ "licenseKey": "AAAA-BBBB-CCCC-DDDD" })).await;
    assert_eq!(session.get("/SystemStatus").await.1["LicenseKey"], "AAAA-BBBB-CCCC-DDDD");
    let (_, parameters) = session.get("/Defs/Pbx.GetSystemParameters()").await;
    assert_eq!((&parameters["ENL"], &parameters["Version"]), (&json!(3), &status["Version"]));
    assert_eq!(session.get("/Defs/Pbx.HasSystemOwner()").await.1["value"], true);
    let samples = session.rows("/SystemStatus/Pbx.SystemTelemetry()").await;
    assert_eq!(samples.last().expect("a sample")["Time"], "2027-01-15T08:00:00Z");
    let (_, counted) = session.get("/SystemStatus/Pbx.SystemDatabaseInformation()").await;
    let segments = session.get("/CallHistoryView/$count").await.1.as_i64().expect("a number");
    assert_eq!(counted["CallsUsedSpace"], segments * 1024);
    assert_eq!(session.get("/Firewall").await.1["Running"], false);
    session.done("/Firewall/Pbx.StartCheck", json!({})).await;
    assert_eq!(session.get("/Firewall").await.1["Running"], true);
}
