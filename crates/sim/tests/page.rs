//! The page on `/`: how its files are served, and what `/sim/live` tells from question to
//! question. What people see of it is tested in a browser (`tests/browser`).

mod common;

use std::time::Duration;

use common::{Session, http};
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use threecx_sim::{Builder, Clock, Pbx};

/// Somebody who looks again and again.
struct Watcher<'s> {
    session: &'s Session,
    cursor: Option<String>,
}

impl Watcher<'_> {
    fn of(session: &Session) -> Watcher<'_> {
        Watcher { session, cursor: None }
    }

    /// What is new.
    async fn look(&mut self) -> Value {
        let since = self.cursor.as_ref().map_or(String::new(), |cursor| format!("?since={cursor}"));
        let answer = get(self.session, &format!("/sim/live{since}")).await.1;
        self.cursor = answer["cursor"].as_str().map(str::to_owned);
        answer
    }
}

async fn get(session: &Session, path: &str) -> (StatusCode, Value) {
    let response = session.http.get(format!("{}{path}", session.pbx.url())).send().await.expect("an answer");
    (response.status(), response.json().await.expect("JSON"))
}

async fn control(session: &Session, method: Method, path: &str, body: &Value) {
    let request = session.http.request(method, format!("{}/sim{path}", session.pbx.url())).json(body);
    assert!(request.send().await.expect("an answer").status().is_success(), "{path}");
}

fn quiet(users: u32) -> (Builder, Clock) {
    let clock = Clock::manual(1_800_000_000);
    (Pbx::builder().users(users).seed(7).live_calls(false).clock(clock.clone()), clock)
}

fn ids(answer: &Value) -> Vec<i64> {
    let rows = answer["extensions"].as_array().expect("rows");
    rows.iter().filter_map(|row| row["id"].as_i64()).collect()
}

#[tokio::test]
async fn files_come_with_headers_that_let_nothing_else_in() {
    let pbx = Pbx::builder().users(3).start().await.expect("a free port");
    let http = http();
    let page = http.get(format!("{}/", pbx.url())).send().await.expect("an answer").text().await.expect("text");
    let named = page.split('"').filter(|text| text.starts_with("/sim/page/"));
    let mut files: Vec<String> = ["/".to_owned()].into_iter().chain(named.map(str::to_owned)).collect();
    // Scripts name each other.
    let mut next = 0;
    while let Some(file) = files.get(next).cloned() {
        next += 1;
        let response = http.get(format!("{}{file}", pbx.url())).send().await.expect("an answer");
        assert_eq!(response.status(), 200, "{file}");
        let header = |name: &str| response.headers()[name].to_str().expect("text").to_owned();
        let policy = header("content-security-policy");
        for rule in ["default-src 'none'", "script-src 'self';", "frame-ancestors 'none'", "trusted-types 'none'"] {
            assert!(policy.contains(rule), "{file}: {policy}");
        }
        assert!(!policy.contains("unsafe"), "{policy}");
        assert_eq!(header("x-content-type-options"), "nosniff");
        let kind = match file.rsplit('.').next() {
            Some("js") => "text/javascript; charset=utf-8",
            Some("css") => "text/css; charset=utf-8",
            Some("svg") => "image/svg+xml",
            _ => "text/html; charset=utf-8",
        };
        assert_eq!(header("content-type"), kind, "{file}");
        let text = response.text().await.expect("text");
        assert!(!text.contains(pbx.client_secret()));
        for imported in text.lines().filter_map(|line| line.strip_prefix("import ")?.split_once("\"./")) {
            let file = format!("/sim/page/{}", imported.1.trim_end_matches("\";"));
            if !files.contains(&file) {
                files.push(file);
            }
        }
    }
    assert!(files.len() > 10, "{files:?}");
}

#[tokio::test]
async fn only_what_changed_is_told_again() {
    let (settings, clock) = quiet(50);
    let session = Session::start(settings).await;
    let mut watcher = Watcher::of(&session);
    let first = watcher.look().await;
    assert_eq!((&first["fresh"], &first["more"], &first["total"]), (&json!(true), &json!(false), &json!(50)));
    assert_eq!(ids(&first), (29..79).collect::<Vec<_>>());
    assert_eq!(first["requests"].as_array().map(Vec::len), Some(1), "the login");
    let second = watcher.look().await;
    assert_eq!((&second["fresh"], ids(&second)), (&json!(false), vec![]));
    assert_eq!((&second["requests"], &second["noted"]), (&json!([]), &json!(1)));

    let change = json!({ "DisplayName": "<b>Other</b>", "Phones": [] });
    assert_eq!(session.send(Method::PATCH, "/Users(30)", Some(change)).await.0, 204);
    assert_eq!(session.send(Method::DELETE, "/Users(31)", None).await.0, 204);
    let third = watcher.look().await;
    assert_eq!((ids(&third), &third["gone"], &third["total"]), (vec![30], &json!([31]), &json!(49)));
    let row = &third["extensions"][0];
    assert_eq!((&row["name"], &row["phones"]), (&json!("<b>Other</b>"), &json!([])));
    let requests = third["requests"].as_array().expect("requests");
    let told = requests.iter().map(|one| (one["operation"].as_str().unwrap_or(""), one["changes"].as_bool()));
    assert_eq!(told.collect::<Vec<_>>(), [("Users.UpdateUser", Some(true)), ("Users.DeleteUser", Some(true))]);

    // States pass with time alone, for everybody who looks.
    let id = registered(&session).await;
    let mut other = Watcher::of(&session);
    other.look().await;
    watcher.look().await;
    session.send(Method::POST, "/Users/Pbx.ReprovisionAllPhones", Some(json!({ "ids": [id] }))).await;
    for state in ["provisioning", "restarting", "registered"] {
        for watcher in [&mut watcher, &mut other] {
            let answer = watcher.look().await;
            assert_eq!((ids(&answer), &answer["fresh"]), (vec![id], &json!(false)), "{state}");
            assert_eq!(answer["extensions"][0]["phones"][0]["state"], state);
            assert!(ids(&watcher.look().await).is_empty());
        }
        clock.step(Duration::from_secs(20));
    }
}

/// The id of an extension with a phone that is registered.
async fn registered(session: &Session) -> i64 {
    let (_, answer) = session.get("/Users?$filter=IsRegistered%20eq%20true&$skip=3&$top=1&$select=Id").await;
    answer["value"][0]["Id"].as_i64().expect("an id")
}

#[tokio::test]
async fn many_extensions_come_in_parts_and_none_is_missed() {
    let session = Session::start(quiet(10_500).0).await;
    let mut watcher = Watcher::of(&session);
    let first = watcher.look().await;
    assert_eq!((ids(&first).len(), &first["more"], &first["total"]), (10_000, &json!(true), &json!(10_500)));
    // Meanwhile one changes that was told, one that was not, and one goes.
    for (method, path) in
        [(Method::PATCH, "/Users(40)"), (Method::PATCH, "/Users(10500)"), (Method::DELETE, "/Users(41)")]
    {
        let body = (method == Method::PATCH).then(|| json!({ "DisplayName": "Changed" }));
        assert_eq!(session.send(method, path, body).await.0, 204, "{path}");
    }
    let second = watcher.look().await;
    assert_eq!((&second["fresh"], &second["more"], &second["gone"]), (&json!(false), &json!(false), &json!([41])));
    let told = ids(&second);
    assert!(told.contains(&40) && (10_029..10_529).all(|id| told.contains(&id)));
    let changed = second["extensions"].as_array().expect("rows").iter().filter(|row| row["name"] == "Changed");
    assert!(changed.filter_map(|row| row["id"].as_i64()).any(|id| id == 10_500));
}

#[tokio::test]
async fn whoever_missed_too_much_begins_anew() {
    let session = Session::start(quiet(5).0).await;
    let mut watcher = Watcher::of(&session);
    watcher.look().await;
    control(&session, Method::POST, "/reset", &json!({})).await;
    let reset = watcher.look().await;
    assert_eq!((&reset["fresh"], ids(&reset).len(), &reset["requests"]), (&json!(true), 5, &json!([])));
    // A department's name stands in many rows.
    session.send(Method::PATCH, "/Groups(28)", Some(json!({ "Name": "Everybody" }))).await;
    assert_eq!(watcher.look().await["fresh"], true);
    assert_eq!(watcher.look().await["fresh"], false);
    // Another process has counted otherwise.
    let other = Session::start(quiet(5).0).await;
    let mut moved = Watcher { session: &other, cursor: watcher.cursor.clone() };
    assert_eq!(moved.look().await["fresh"], true);
    for wrong in ["x", "1.2.3", "1.2.3.4.5.6.7", "%00"] {
        let (status, answer) = get(&session, &format!("/sim/live?since={wrong}")).await;
        assert_eq!(status, 400, "{wrong}");
        assert!(answer["error"].as_str().is_some_and(|text| text.contains("cursor")), "{answer}");
    }
}

#[tokio::test]
async fn a_flood_of_requests_does_not_flood_who_looks() {
    let session = Session::start(quiet(5).0).await;
    let mut watcher = Watcher::of(&session);
    watcher.look().await;
    for _ in 0..600 {
        session.get("/Defs?$select=Id").await;
    }
    let answer = watcher.look().await;
    let requests = answer["requests"].as_array().expect("requests");
    assert_eq!((requests.len(), &requests[499]["number"], &answer["noted"]), (500, &json!(601), &json!(601)));
    assert_eq!((&answer["first"], &watcher.look().await["requests"]), (&json!(1), &json!([])));
}

#[tokio::test]
async fn calls_faults_and_details_are_told() {
    let session = Session::start(quiet(5).0).await;
    let call = json!({ "dn": "100", "destination": "101" });
    session.send(Method::POST, "/Users/Pbx.MakeCall", Some(call.clone())).await;
    control(&session, Method::PUT, "/faults", &json!(["429:1:1", "503:0.5@Users.GetUser"])).await;
    control(&session, Method::PUT, "/latency", &json!(["1ms@Users.GetUser"])).await;
    let answer = Watcher::of(&session).look().await;
    let told = &answer["calls"][0];
    assert_eq!(
        (&told["caller"]["user"], &told["callee"]["number"], &told["status"]),
        (&json!(29), &json!("101"), &json!("Initiating"))
    );
    assert_eq!(answer["faults"], json!(["429:1:1", "503:0.5@Users.GetUser"]));
    assert_eq!(answer["latencies"], json!(["1ms@Users.GetUser"]));
    assert_eq!(session.get("/Users(29)?$select=Id").await.0, 429);
    assert_eq!(Watcher::of(&session).look().await["faults"], json!(["503:0.5@Users.GetUser"]), "one is used up");

    let (_, made) = get(&session, "/sim/received/2").await;
    assert_eq!((&made["operation"], &made["body"], &made["parameters"]), (&json!("Users.MakeCall"), &call, &json!({})));
    let (_, asked) = get(&session, "/sim/received/3").await;
    assert_eq!((&asked["parameters"], &asked["fault"]), (&json!({ "Id": 29 }), &json!("429")));
    let (_, user) = get(&session, "/sim/users/29").await;
    assert_eq!(user["properties"]["EmailAddress"], "ext100@demo.example");
    let (_, secret) = session.get("/Users(30)?$select=AuthPassword,VMPIN").await;
    let text = get(&session, "/sim/users/30").await.1.to_string();
    for name in ["AuthPassword", "VMPIN"] {
        let value = secret[name].as_str();
        assert!(value.is_none_or(|value| !text.contains(value)), "{name}");
    }
    for unknown in ["/sim/received/0", "/sim/received/999", "/sim/received/x", "/sim/users/999", "/sim/users/x"] {
        assert_eq!(get(&session, unknown).await.0, 404, "{unknown}");
    }
}
