//! Misbehaviour on demand, as a client meets it, and how a test controls it.

mod common;

use std::time::Duration;

use common::{Session, log_in};
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use threecx_sim::{Clock, Fault, FaultKind, Latency, Pbx};

const REBOOT: &str = "/Users/Pbx.RebootPhone";

fn fault(text: &str) -> Fault {
    text.parse().expect(text)
}

/// Reboots some phone; nothing if no answer came.
async fn reboot(session: &Session) -> Option<reqwest::Response> {
    let url = format!("{}/xapi/v1{REBOOT}", session.pbx.url());
    let sent =
        session.http.post(url).bearer_auth(&session.token).json(&json!({"mac": mac(session).await})).send().await;
    sent.ok()
}

/// Some phone's MAC address.
async fn mac(session: &Session) -> String {
    let (_, users) = session.get("/Users?$expand=Phones&$filter=Phones/$count%20gt%200&$top=1").await;
    users["value"][0]["Phones"][0]["MacAddress"].as_str().expect("a phone").to_owned()
}

async fn control(session: &Session, method: Method, path: &str, body: Option<Value>) -> (StatusCode, Value) {
    let mut request = session.http.request(method, format!("{}/sim{path}", session.pbx.url()));
    if let Some(body) = body {
        request = request.json(&body);
    }
    let response = request.send().await.expect("an answer");
    (response.status(), serde_json::from_str(&response.text().await.expect("text")).unwrap_or(Value::Null))
}

#[tokio::test]
async fn every_fault_does_what_it_says_and_no_more() {
    let session = Session::start(Pbx::builder().users(20)).await;
    for (text, status, carried_out, retry_after) in [
        ("401:1:1@Users.RebootPhone", Some(401), false, None),
        ("429:1:1@Users.RebootPhone", Some(429), false, Some("1")),
        ("429:1:1:retry-after=7@Users.RebootPhone", Some(429), false, Some("7")),
        ("500:1:1@Users.RebootPhone", Some(500), false, None),
        ("502:1:1@Users.RebootPhone", Some(502), false, None),
        ("503:1:1:retry-after=0@Users.RebootPhone", Some(503), false, Some("0")),
        ("504:1:1@Users.RebootPhone", Some(504), true, None),
        ("drop-before:1:1@Users.RebootPhone", None, false, None),
        ("drop-after:1:1@Users.RebootPhone", None, true, None),
    ] {
        session.pbx.set_faults(vec![fault(text)]);
        session.pbx.forget_received();
        let answer = reboot(&session).await;
        assert_eq!(answer.as_ref().map(|answer| answer.status().as_u16()), status, "{text}");
        let header = answer.as_ref().and_then(|answer| answer.headers().get("retry-after"));
        assert_eq!(header.and_then(|value| value.to_str().ok()), retry_after, "{text}");
        let count = session.pbx.count("Users.RebootPhone");
        assert_eq!((count.received, count.carried_out), (1, u64::from(carried_out)), "{text}");
        assert_eq!(count.statuses.keys().copied().collect::<Vec<_>>(), [status.unwrap_or(0)], "{text}");
        // That was all, and the token still holds.
        assert_eq!(session.pbx.faults()[0].times, Some(0));
        assert_eq!(reboot(&session).await.expect("an answer").status(), 204, "{text}");
    }
    session.pbx.set_faults(vec![Fault::new(FaultKind::Truncate)]);
    let url = format!("{}/xapi/v1/Users(29)", session.pbx.url());
    let answer = session.http.get(url).bearer_auth(&session.token).send().await.expect("a head");
    assert_eq!(answer.status(), 200);
    assert!(answer.bytes().await.is_err());
}

#[tokio::test]
async fn a_token_that_is_taken_away_stays_away() {
    let session = Session::start(Pbx::builder().users(5).clock(Clock::manual(1_800_000_000))).await;
    for (kind, description) in [("evict", false), ("expire", true)] {
        let token = log_in(&session.pbx, &session.http).await;
        session.pbx.set_faults(vec![fault(&format!("{kind}:1:1"))]);
        let url = format!("{}/xapi/v1/Users(29)?$select=Id", session.pbx.url());
        let get = || session.http.get(&url).bearer_auth(&token).send();
        for _ in 0..3 {
            let refused = get().await.expect("an answer");
            assert_eq!(refused.status(), 401, "{kind}");
            let challenge = refused.headers()["www-authenticate"].to_str().expect("text");
            assert!(challenge.starts_with("Bearer error=\"invalid_token\""), "{challenge}");
            assert_eq!(challenge.contains("The token expired at '01/15/2027 08:00:00'"), description, "{challenge}");
        }
    }
    let renewed = Session { token: log_in(&session.pbx, &session.http).await, ..session };
    assert_eq!(renewed.get("/Users(29)?$select=Id").await.0, 200);
}

#[tokio::test]
async fn logins_fail_too() {
    let pbx = Pbx::builder().users(5).fault(fault("503:1:1@token")).fault(fault("drop-after:1:1@token")).start();
    let pbx = pbx.await.expect("a free port");
    let http = common::http();
    let form =
        [("grant_type", "client_credentials"), ("client_id", pbx.client_id()), ("client_secret", pbx.client_secret())];
    let attempt = || http.post(format!("{}/connect/token", pbx.url())).form(&form).send();
    assert_eq!(attempt().await.expect("an answer").status(), 503);
    assert!(attempt().await.is_err());
    assert_eq!(attempt().await.expect("an answer").status(), 200);
    let count = pbx.count("token");
    assert_eq!((count.received, count.carried_out), (3, 2));
}

#[tokio::test]
async fn everything_can_be_changed_while_it_runs() {
    let session = Session::start(Pbx::builder().users(5).latency(Duration::from_millis(1))).await;
    assert_eq!(control(&session, Method::GET, "/latency", None).await.1, json!(["1ms"]));
    let faults = json!(["429:1:3", "drop-after:0.5:retry-after=2@Users.RebootPhone"]);
    assert_eq!(control(&session, Method::PUT, "/faults", Some(faults.clone())).await, (StatusCode::OK, faults.clone()));
    assert_eq!(session.get("/Users(29)").await.0, 429);
    let left = json!(["429:1:2", faults[1]]);
    assert_eq!(control(&session, Method::GET, "/faults", None).await.1, left);
    let latencies = json!(["2ms+1ms", "0s@Users.ListUser"]);
    assert_eq!(control(&session, Method::PUT, "/latency", Some(latencies.clone())).await.1, latencies);
    let overview = control(&session, Method::GET, "/overview", None).await.1;
    assert_eq!((&overview["faults"], &overview["latency"]), (&left, &latencies));

    assert_eq!(control(&session, Method::POST, "/reset", None).await.0, 204);
    assert_eq!(control(&session, Method::GET, "/faults", None).await.1, json!([]));
    assert_eq!(control(&session, Method::GET, "/latency", None).await.1, json!([]));
    assert_eq!(control(&session, Method::GET, "/counts", None).await.1, json!({}));
    assert_eq!(session.get("/Users(29)?$select=Id").await.0, 200);
    session.pbx.set_latencies(vec![Latency::from(Duration::from_millis(1))]);
    assert_eq!(session.get("/Users(29)?$select=Id").await.0, 200);
    session.pbx.reset();

    for (method, path, body, status, words) in [
        (Method::PUT, "/faults", json!(["402"]), 400, "expected one of 401"),
        (Method::PUT, "/faults", json!({"a": 1}), 400, "a list of faults"),
        (Method::PUT, "/latency", json!(["soon"]), 400, "such as 20ms"),
        (Method::POST, "/clock", json!({"seconds": -1}), 400, "a whole number"),
        (Method::POST, "/clock", json!({"seconds": u64::MAX}), 400, "at most"),
        (Method::PUT, "/clock", json!({"now": "soon"}), 400, "an instant"),
        (Method::PUT, "/clock", json!({"now": "1999-01-01T00:00:00Z"}), 400, "after"),
        (Method::PUT, "/clock", json!({"now": "9999-01-01T00:00:00Z"}), 400, "ten years"),
        (Method::POST, "/faults", json!([]), 405, "GET, PUT"),
        (Method::GET, "/nothing", json!(null), 404, "README"),
        (Method::GET, "/counts/Users.RebotPhone", json!(null), 404, "an operation"),
        (Method::GET, "/received?after=x", json!(null), 400, "a whole number"),
    ] {
        let (refused, answer) = control(&session, method, path, Some(body)).await;
        let said = answer["error"].as_str().unwrap_or_default();
        assert!(refused == status && said.contains(words), "{path}: {refused} {answer}");
    }
}

#[tokio::test]
async fn a_test_sees_what_arrived_and_moves_time() {
    let session = Session::start(Pbx::builder().users(20).clock(Clock::manual(1_800_000_000))).await;
    assert_eq!(reboot(&session).await.expect("an answer").status(), 204);
    session.pbx.set_faults(vec![fault("429:1:1")]);
    assert_eq!(session.send(Method::POST, REBOOT, Some(json!({"mac": "x"}))).await.0, 429);
    let (_, count) = control(&session, Method::GET, "/counts/Users.RebootPhone", None).await;
    assert_eq!(count, json!({"received": 2, "carriedOut": 1, "statuses": {"204": 1, "429": 1}}));
    let (_, counts) = control(&session, Method::GET, "/counts", None).await;
    assert_eq!((&counts["Users.RebootPhone"], &counts["token"]["received"]), (&count, &json!(1)));
    let (_, none) = control(&session, Method::GET, "/counts/Users.ReprovisionAllPhones", None).await;
    assert_eq!(none, json!({"received": 0, "carriedOut": 0, "statuses": {}}));
    for (query, found) in [
        ("", 4),
        ("?operation=Users.RebootPhone", 2),
        ("?operation=Users.RebootPhone&status=429", 1),
        ("?operation=Users.RebootPhone&carriedOut=true", 1),
        ("?operation=Users.RebootPhone&most=1", 1),
        ("?after=3", 1),
        ("?status=404", 0),
    ] {
        let (_, entries) = control(&session, Method::GET, &format!("/received{query}"), None).await;
        assert_eq!(entries.as_array().map(Vec::len), Some(found), "{query}: {entries}");
    }

    let now = |text: &str| json!({ "now": text });
    assert_eq!(control(&session, Method::GET, "/clock", None).await.1, now("2027-01-15T08:00:00Z"));
    let step = control(&session, Method::POST, "/clock", Some(json!({"seconds": 60}))).await;
    assert_eq!(step.1, now("2027-01-15T08:01:00Z"));
    let set = control(&session, Method::PUT, "/clock", Some(now("2027-01-15T08:30:00Z"))).await;
    assert_eq!(set, (StatusCode::OK, now("2027-01-15T08:30:00Z")));

    let (_, tokens) = control(&session, Method::GET, "/tokens", None).await;
    let mine = json!({"of": "sim", "kind": "client", "role": "system_owners", "until": "2027-01-15T09:00:00Z"});
    assert_eq!(tokens, json!([mine]));
    assert_eq!(control(&session, Method::DELETE, "/tokens?of=900", None).await.1, json!({"evicted": 0}));
    assert_eq!(control(&session, Method::POST, "/tokens/expire?of=sim", None).await.1, json!({"expired": 1}));
    assert_eq!(session.get("/Users(29)").await.0, 401);
    let renewed = Session { token: log_in(&session.pbx, &session.http).await, ..session };
    assert_eq!(control(&renewed, Method::DELETE, "/tokens", None).await.1, json!({"evicted": 1}));
    assert_eq!(renewed.get("/Users(29)").await.0, 401);
}

#[tokio::test]
async fn pages_from_elsewhere_control_nothing() {
    let session = Session::start(Pbx::builder().users(5)).await;
    let url = session.pbx.url();
    let own = url.trim_start_matches("http://");
    for (host, origin, status) in [
        (own, None, 204),
        (own, Some(url), 204),
        ("localhost", None, 204),
        ("[::1]:5004", Some("http://[::1]:5004"), 204),
        (own, Some("https://evil.example"), 403),
        (own, Some("null"), 403),
        ("evil.example", None, 403),
        // What a page sends whose name has come to stand for this machine.
        ("evil.example:5004", Some("http://evil.example:5004"), 403),
        ("127.0.0.1.evil.example", None, 403),
    ] {
        let mut request = session.http.post(format!("{url}/sim/reset")).header("host", host);
        if let Some(origin) = origin {
            request = request.header("origin", origin);
        }
        assert_eq!(request.send().await.expect("an answer").status(), status, "{host} {origin:?}");
    }
}
