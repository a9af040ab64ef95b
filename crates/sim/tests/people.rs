//! Users and their phones, contacts, greetings and prompts, properties and keys.

mod common;

use std::time::Duration;

use common::Session;
use reqwest::Method;
use serde_json::{Value, json};
use threecx_catalog::Span;
use threecx_sim::{Clock, Pbx};

async fn session() -> (Session, Clock) {
    let clock = Clock::manual(1_800_000_000);
    (Session::start(Pbx::builder().users(20).calls(0).live_calls(false).clock(clock.clone())).await, clock)
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

    async fn bytes(&self, path: &str) -> (String, Vec<u8>) {
        let url = format!("{}/xapi/v1{path}", self.pbx.url());
        let answer = self.http.get(url).bearer_auth(&self.token).send().await.expect("an answer");
        assert_eq!(answer.status(), 200, "{path}");
        let kind = answer.headers()["content-type"].to_str().expect("text").to_owned();
        (kind, answer.bytes().await.expect("bytes").to_vec())
    }
}

#[tokio::test]
async fn a_new_user_has_the_defaults_of_the_console() {
    let (session, _) = session().await;
    let (status, user) = session.send(Method::POST, "/Users", Some(json!({}))).await;
    assert_eq!(status, 201);
    for (name, value) in [
        ("Number", json!("120")),
        ("Enabled", json!(true)),
        ("SendEmailMissedCalls", json!(true)),
        ("VMEmailOptions", json!("Notification")),
        ("CallUsRequirement", json!("Both")),
        ("CurrentProfileName", json!("Available")),
        ("QueueStatus", json!("LoggedIn")),
        ("SRTPMode", json!("SRTPDisabled")),
        ("PromptSet", json!("8210986B-9412-497f-AD77-3A554F4A9BDB")),
        ("Blfs", json!("<PhoneDevice><BLFS/></PhoneDevice>")),
        ("PrimaryGroupId", json!(28)),
    ] {
        assert_eq!(user[name], value, "{name}");
    }
    let pin = user["VMPIN"].as_str().expect("a PIN");
    assert!(pin.len() == 6 && pin.bytes().all(|digit| digit.is_ascii_digit()), "{pin}");
    let (_, more) = session.get(&format!("/Users({})?$expand=ForwardingProfiles,Greetings", user["Id"])).await;
    let names: Vec<&Value> =
        more["ForwardingProfiles"].as_array().expect("profiles").iter().map(|p| &p["Name"]).collect();
    assert_eq!(names, ["Available", "Away", "Out of office", "Custom 1", "Custom 2"]);
    assert_eq!(more["Greetings"], json!([{ "Type": "Default", "Filename": "" }]));
    let (_, another) = session.send(Method::POST, "/Users", Some(json!({}))).await;
    assert_ne!(another["AuthPassword"], user["AuthPassword"]);
}

#[tokio::test]
async fn many_users_change_at_once_or_none_does() {
    let (session, _) = session().await;
    let change =
        |ids: Value| json!({ "ids": ids, "user": { "RecordCalls": true, "CanMoveForwardingExceptions": true } });
    let unknown = session.send(Method::POST, "/Users/Pbx.MultiUserUpdate", Some(change(json!([29, 9999])))).await;
    assert_eq!((unknown.0.as_u16(), session.get("/Users(29)").await.1["RecordCalls"].clone()), (400, json!(false)));
    session.done("/Users/Pbx.MultiUserUpdate", change(json!([29, 30]))).await;
    let recorded = session.rows("/Users?$filter=RecordCalls%20eq%20true").await;
    assert_eq!(recorded.iter().map(|user| user["Id"].clone()).collect::<Vec<_>>(), [29, 30]);
    assert!(recorded.iter().all(|user| user["VMEnabled"] == true), "the rest stays");
    let before = session.rows("/Users?$filter=Id%20in%20(29,30)").await;
    session.done("/Users/Pbx.RegeneratePasswords", json!({ "Ids": [29, 30], "opts": { "SipAuth": true, "VoicemailPIN": true, "WebclientPassword": false, "DeskphonePassword": false, "RpsKey": false, "SendWelcomeEmail": false, "ConfigurationLink": false } })).await;
    let after = session.rows("/Users?$filter=Id%20in%20(29,30)").await;
    for name in ["AuthPassword", "VMPIN"] {
        assert!(before[0][name] != after[0][name] && after[0][name] != after[1][name], "{name}");
    }
}

#[tokio::test]
async fn phones_start_again_and_run_what_they_were_given() {
    let (session, clock) = session().await;
    let one = "/Users?$expand=Phones&$filter=IsRegistered%20eq%20true%20and%20Phones/$count%20eq%201&$top=1";
    let user = session.rows(one).await[0].clone();
    let (path, mac) = (format!("/Users({})?$expand=Phones", user["Id"]), user["Phones"][0]["MacAddress"].clone());
    session.done("/Users/Pbx.UpgradePhone", json!({ "mac": mac, "useragent": "x", "version": "9.9.9" })).await;
    assert_eq!(session.get(&path).await.1["Phones"][0]["Settings"]["Firmware"], "9.9.9");
    clock.step(Duration::from_secs(25));
    assert_eq!(session.get(&path).await.1["IsRegistered"], false);
    clock.step(Duration::from_secs(25));
    assert_eq!(session.get(&path).await.1["IsRegistered"], true);
    // A phone that was detected and belongs to nobody is given to somebody.
    let new = session.rows("/DeviceInfos?$filter=Assigned%20eq%20false").await[0].clone();
    session
        .done(&format!("/DeviceInfos({})/Pbx.Provision", new["Id"]), json!({ "userId": 29, "reprovision": false }))
        .await;
    let (_, owner) = session.get("/Users(29)?$expand=Phones").await;
    assert!(
        owner["Phones"].as_array().expect("phones").iter().any(|phone| phone["MacAddress"] == new["MAC"]),
        "{owner}"
    );
    let waiting = session.rows("/DeviceInfos?$filter=Assigned%20eq%20false").await;
    assert!(waiting.iter().all(|device| device["Id"] != new["Id"]), "{waiting:?}");
}

#[tokio::test]
async fn contacts_belong_to_everybody_to_a_department_or_to_a_person() {
    let (session, _) = session().await;
    let contact = |name: &str| json!({ "FirstName": name, "PhoneNumber": "1", "ContactType": "3CX" });
    for (number, name) in [("101", "Personal"), ("GRP0001", "Of sales")] {
        let body = json!({ "number": number, "contact": contact(name) });
        assert_eq!(session.send(Method::POST, "/Contacts/Pbx.CreateContactByNumber", Some(body)).await.0, 200);
    }
    let of = |number: &str| format!("/Contacts/Pbx.GetContactsByNumber(number='{number}')?$select=FirstName");
    assert_eq!(session.rows(&of("101")).await, [json!({ "FirstName": "Personal" })]);
    assert_eq!(session.rows(&of("GRP0001")).await, [json!({ "FirstName": "Of sales" })]);
    assert_eq!(session.get(&of("9")).await.0, 400);
    session.done("/Contacts/Pbx.DeletePersonalContactsByType", json!({ "contactSource": "3CX" })).await;
    assert!(session.rows(&of("101")).await.is_empty());
    assert_eq!(session.rows(&of("GRP0001")).await.len(), 1);
    session.done("/Contacts/Pbx.DeleteContactsByType", json!({ "contactSource": "3CX", "number": "GRP0001" })).await;
    assert_eq!(session.rows("/Contacts").await.len(), 3);
}

#[tokio::test]
async fn contacts_are_imported_from_csv_or_not_at_all() {
    let (session, _) = session().await;
    let send = async |csv: String| {
        let url = format!("{}/xapi/v1/Contacts/Pbx.ImportContacts", session.pbx.url());
        let request = session.http.post(url).bearer_auth(&session.token).header("content-type", "text/csv").body(csv);
        let answer = request.send().await.expect("an answer");
        let status = answer.status().as_u16();
        let body: Value = serde_json::from_str(&answer.text().await.expect("text")).unwrap_or_default();
        (status, body["error"]["details"][0]["message"].as_str().unwrap_or_default().to_owned())
    };
    let header = "FirstName,LastName,CompanyName,PhoneNumber,Email\r\n";
    for (csv, code) in [
        (String::new(), "WARNINGS.WRONG_CSV_FILE_REQUIRED_HEADER_NOT_FOUND"),
        ("a,b\r\n1,2\r\n".to_owned(), "WARNINGS.WRONG_CSV_FILE_REQUIRED_HEADER_NOT_FOUND"),
        ("FirstName,Email\r\nAda,a@b.example\r\n".to_owned(), "WARNINGS.WRONG_CSV_FILE_REQUIRED_COLUMNS_NOT_FOUND"),
        (format!("{header}Ada,Lovelace\r\n"), "WARNINGS.CSV_LINE_CORRUPTED"),
        (format!("{header}Ada,Lovelace,,,\r\n"), "WARNINGS.CONTACTS_SPECIFY_PHONE_NUMBER"),
        (format!("{header}{}", "Ada,L,,1,\r\n".repeat(10_001)), "WARNINGS.CSV_IMPORT_LIMIT_REACHED"),
    ] {
        assert_eq!(send(csv).await, (400, code.to_owned()));
    }
    assert_eq!(session.rows("/Contacts").await.len(), 3);
    let good = format!("\u{feff}{header}\"Groß, Jürgen\",,\"\"\"Quoted\"\" GmbH\",+49301,j@b.example\r\nEva,,,2,\r\n");
    assert_eq!(send(good).await, (200, String::new()));
    let rows = session.rows("/Contacts?$orderby=Id%20desc&$top=2&$select=FirstName,CompanyName,LastName").await;
    assert_eq!(rows[1], json!({ "FirstName": "Groß, Jürgen", "CompanyName": "\"Quoted\" GmbH" }));
}

#[tokio::test]
async fn greetings_and_prompts_can_be_recorded_and_downloaded() {
    let (session, _) = session().await;
    session.done("/Users(29)/Pbx.MakeCallUserRecordGreeting", json!({ "dn": "100", "filename": "away.wav" })).await;
    session.done("/CustomPrompts/Pbx.MakeCallRecordCustomPrompt", json!({ "dn": "100", "filename": "new.wav" })).await;
    let prompt = session.rows("/CustomPrompts?$filter=Filename%20eq%20'new.wav'").await[0].clone();
    let link = format!("{}{}", session.pbx.url(), prompt["FileLink"].as_str().expect("a link"));
    let linked = session.http.get(link).send().await.expect("an answer").bytes().await.expect("bytes");
    let mut sounds = vec![linked.to_vec()];
    for path in [
        "/Users/Pbx.DownloadGreeting(userId=29,fileName='away.wav')",
        "/Playlists/Pbx.DownloadPlaylistFile(playlistKey='Lobby',fileName='onhold.wav')",
    ] {
        let (kind, sound) = session.bytes(path).await;
        assert_eq!(kind, "audio/x-wav");
        sounds.push(sound);
    }
    for sound in sounds {
        assert_eq!((&sound[..4], &sound[8..12]), (&b"RIFF"[..], &b"WAVE"[..]));
        assert_eq!(u32::from_le_bytes(sound[40..44].try_into().expect("four")) as usize, sound.len() - 44);
    }
    session.done("/Users/Pbx.MultiDeleteGreeting", json!({ "ids": [29], "filename": "away.wav" })).await;
    assert_eq!(session.get("/Users/Pbx.DownloadGreeting(userId=29,fileName='away.wav')").await.0, 400);
    assert_eq!(
        session.send(Method::PATCH, "/MusicOnHoldSettings", Some(json!({ "MusicOnHold": "lobby" }))).await.0,
        204
    );
    let (status, refused) = session.send(Method::DELETE, "/Playlists('Lobby')", None).await;
    assert_eq!(
        (status.as_u16(), &refused["error"]["details"][0]["message"]),
        (400, &json!("WARNINGS.XAPI.PLAYLIST_IN_USE"))
    );
    let (_, copy) = session
        .send(Method::POST, "/PromptSets(1)/Pbx.Copy", Some(json!({ "overrides": { "PromptSetName": "Mine" } })))
        .await;
    assert_eq!((&copy["PromptSetName"], &copy["PromptSetType"]), (&json!("Mine"), &json!("Custom")));
    session.done(&format!("/PromptSets({})/Pbx.SetActive", copy["Id"]), json!({})).await;
    assert_eq!(session.get("/PromptSets/Pbx.GetActive()").await.1["Id"], copy["Id"]);
    session
        .done(
            &format!("/PromptSets({})/Pbx.SetAlternatePronunciation", copy["Id"]),
            json!({ "alternatePronunciation": true }),
        )
        .await;
    assert_eq!(session.get(&format!("/PromptSets({})", copy["Id"])).await.1["UseAlternateNumberPronunciation"], true);
}

#[tokio::test]
async fn properties_and_keys_are_kept() {
    let (session, _) = session().await;
    let property = |value: &str| json!({ "dnNumber": "100", "property": { "Name": "COLOUR", "Value": value } });
    session.done("/DNProperties/Pbx.CreateDNProperty", property("red")).await;
    assert_eq!(session.send(Method::POST, "/DNProperties/Pbx.CreateDNProperty", Some(property("red"))).await.0, 400);
    session.done("/DNProperties/Pbx.UpdateDNProperty", property("blue")).await;
    let by_name = "/DNProperties/Pbx.GetDNPropertyByName(dnNumber='100',name='COLOUR')";
    assert_eq!(session.get(by_name).await.1["Value"], "blue");
    assert_eq!(session.rows("/DNProperties/Pbx.GetPropertiesByDn(dnNumber='100')").await.len(), 1);
    session.done("/DNProperties/Pbx.DeleteDNProperty", json!({ "dnNumber": "100", "propertyName": "COLOUR" })).await;
    assert_eq!(session.get(by_name).await.0, 404);

    let (_, apps) = session.get("/CallFlowApps").await;
    let app = format!("/CallFlowApps({})", apps["value"][0]["Id"]);
    let files = format!("{app}/Pbx.GetFiles()");
    assert_eq!(session.get(&files).await.1["value"], json!(["menu.wav", "status.wav"]));
    session.done(&format!("{app}/Pbx.DeleteFile"), json!({ "filename": "menu.wav" })).await;
    assert_eq!(
        session.send(Method::POST, &format!("{app}/Pbx.DeleteFile"), Some(json!({ "filename": "menu.wav" }))).await.0,
        400
    );
    assert_eq!(session.get(&files).await.1["value"], json!(["status.wav"]));

    let (_, principal) = session.send(Method::POST, "/ServicePrincipals", Some(json!({ "Number": "sptest" }))).await;
    let token = format!("/ServicePrincipals({})/Pbx.GenerateAppToken", principal["Id"]);
    let (status, key) = session.send(Method::POST, &token, None).await;
    assert_eq!(status, 200);
    let key = key["value"].as_str().expect("a key").to_owned();
    assert!(key.len() >= 20);
    assert_ne!(session.send(Method::POST, &token, None).await.1["value"], key.as_str());
    let (_, shown) = session.get("/ServicePrincipals").await;
    assert!(!shown.to_string().contains(&key));
    // What is ordered of somebody who does not exist is not found.
    for path in [
        "/ServicePrincipals(9)/Pbx.GenerateAppToken",
        "/Users(9)/Pbx.SendWelcomeEmail",
        "/Queues(9)/Pbx.ResetQueueStatistics",
    ] {
        assert_eq!(session.send(Method::POST, path, None).await.0, 404, "{path}");
    }
}

#[tokio::test]
async fn old_releases_have_numbers_and_contacts_in_their_own_ways() {
    let old = Session::start(Pbx::builder().users(20).calls(0).api(Span::parse("20.0.7").expect("known"))).await;
    for (path, number) in [
        ("/Queues/Pbx.GetByNumber(number='800')", "800"),
        ("/Parkings/Pbx.GetByNumber(number='SP11')", "SP11"),
        ("/Trunks/Pbx.GetTrunkByNumber(number='10000')", "10000"),
        ("/Peers/Pbx.GetPeerByNumber(number='100')", "100"),
    ] {
        let (status, found) = old.get(path).await;
        assert_eq!((status.as_u16(), &found["Number"]), (200, &json!(number)), "{path}: {found}");
    }
    old.done("/Contacts/Pbx.BatchContactsDelete", json!({ "ids": [1, 2] })).await;
    assert_eq!(old.rows("/Contacts").await.len(), 1);
    old.done("/Contacts/Pbx.AllContactsBulkDelete", json!({})).await;
    assert!(old.rows("/Contacts").await.is_empty());
}

#[tokio::test]
async fn users_who_log_in_find_themselves_and_their_department() {
    let (mut session, _) = session().await;
    let login = json!({ "Username": "100", "Password": session.pbx.client_secret(), "SecurityCode": "" });
    let url = format!("{}/webclient/api/Login/GetAccessToken", session.pbx.url());
    let answer: Value =
        session.http.post(url).json(&login).send().await.expect("an answer").json().await.expect("JSON");
    let service =
        std::mem::replace(&mut session.token, answer["Token"]["access_token"].as_str().expect("a token").to_owned());
    assert_eq!(session.get("/MyUser").await.1["Number"], "100");
    assert_eq!(session.send(Method::PATCH, "/MyUser", Some(json!({ "CurrentProfileName": "Away" }))).await.0, 204);
    assert_eq!(session.send(Method::PATCH, "/MyUser", Some(json!({ "Number": "9" }))).await.0, 400);
    assert_eq!(session.rows("/MyUser/ForwardingProfiles").await.len(), 5);
    let (_, group) = session.get("/MyGroup").await;
    let members = session.rows("/MyGroup/Members").await;
    assert!(members.iter().any(|member| member["Number"] == "100" && member["GroupId"] == group["Id"]), "{members:?}");
    session.token = service;
    assert_eq!(session.get("/Users(29)").await.1["CurrentProfileName"], "Away");
    // What lies below an entity cannot be posted to, nor put. (Seen live.)
    assert_eq!(session.send(Method::POST, "/Users(29)/Groups", Some(json!({}))).await.0, 404);
    assert_eq!(session.send(Method::PUT, "/Users(29)/Groups", Some(json!({}))).await.0, 405);
}

#[tokio::test]
async fn scripts_are_only_shown_to_whoever_asks_for_them() {
    let (session, _) = session().await;
    let app = json!({ "Name": "Script", "ScriptCode": "return;" });
    let (_, created) = session.send(Method::POST, "/CallFlowApps", Some(app)).await;
    let path = format!("/CallFlowApps({})", created["Id"]);
    for query in ["", "?$expand=Groups"] {
        assert_eq!(session.get(&format!("{path}{query}")).await.1["ScriptCode"], Value::Null, "{query}");
    }
    assert_eq!(session.get(&format!("{path}?$select=ScriptCode")).await.1["ScriptCode"], "return;");
}
