//! Texts: refusals, instants, addresses and the activity log.

use reqwest::Method;
use serde_json::{Value, json};

use super::session;

#[tokio::test]
async fn line_20_a_body_that_cannot_be_read_is_refused_as_live() {
    let session = session().await;
    let refused = |target: &str| format!("The input was not valid.\n\n{target}:\nThe {target} field is required.");
    for body in
        [json!({ "delta": { "FirstName": "Ada" } }), json!({ "Nonsense": 1 }), json!({ "FirstName": 7 }), json!([])]
    {
        let (status, message) = session.refusal(Method::PATCH, "/Users(29)", Some(body.clone())).await;
        assert_eq!((status, message), (400, refused("delta")), "{body}");
    }
    let (status, message) = session.refusal(Method::POST, "/Users", Some(json!({ "Nonsense": 1 }))).await;
    assert_eq!((status, message), (400, refused("user")));
    for (method, path, target) in [
        (Method::PATCH, "/Users(29)", "delta"),
        (Method::POST, "/Users", "user"),
        (Method::POST, "/Users/Pbx.BatchDelete", "parameters"),
    ] {
        let url = format!("{}/xapi/v1{path}", session.pbx.url());
        let answer = session.http.request(method, url).bearer_auth(&session.token).body("{\"a\":").send().await;
        let answer: Value = answer.expect("an answer").json().await.expect("JSON");
        assert_eq!(answer["error"]["message"], refused(target), "{path}");
    }
}

#[tokio::test]
async fn line_21_instants_have_seven_digits_at_most() {
    // The machine's clock, which counts nanoseconds.
    let session = super::common::Session::start(threecx_sim::Pbx::builder().users(5).calls(0)).await;
    for _ in 0..20 {
        for service in session.rows("/Services").await {
            let at = service["SampleTime"].as_str().expect("a time");
            let digits = at.trim_end_matches('Z').split_once('.').map_or(0, |(_, digits)| digits.len());
            assert!(at.ends_with('Z') && digits <= 7, "{at}");
        }
    }
}

#[tokio::test]
async fn line_22_severity_filters_the_activity_log() {
    let session = session().await;
    let count = async |severity: &str| {
        let path = format!(
            "/ActivityLog/Pbx.GetLogs(startDate=2026-12-01T00:00:00Z,endDate=2027-02-01T00:00:00Z,extension='',call='',severity='{severity}')"
        );
        session.rows(&path).await.len()
    };
    let (all, info, warning) = (count("").await, count("Info").await, count("warning").await);
    assert!(info > 0 && warning > 0 && info + warning == all, "{info} + {warning} of {all}");
    assert_eq!(count("Error").await, 0);
}

#[tokio::test]
async fn line_23_addresses_are_those_that_were_asked() {
    let session = session().await;
    let port = session.pbx.url().rsplit(':').next().expect("a port").to_owned();
    let ask = |host: String, path: &str| {
        let request = session.http.get(format!("{}/xapi/v1{path}", session.pbx.url())).bearer_auth(&session.token);
        request.header("host", host).send()
    };
    for host in [format!("localhost:{port}"), "pbx.example".to_owned()] {
        let answer: Value = ask(host.clone(), "/Users?$top=1").await.expect("an answer").json().await.expect("JSON");
        let context = answer["@odata.context"].as_str().expect("a context");
        assert!(context.starts_with(&format!("http://{host}/xapi/v1/$metadata#Users")), "{context}");
    }
    // What could break out of a JSON text is not an address.
    let answer = ask("a\"b".to_owned(), "/Users?$top=1").await.expect("an answer");
    let answer: Value = answer.json().await.expect("JSON");
    assert!(
        answer["@odata.context"].as_str().is_some_and(|context| context.starts_with(session.pbx.url())),
        "{answer}"
    );
    let status = session.ok("/SystemStatus/Pbx.GetRemoteAccessStatus()").await;
    assert!(status["@odata.context"].as_str().is_some_and(|at| at.ends_with("#Pbx.RemoteAccessStatus")), "{status}");
}
