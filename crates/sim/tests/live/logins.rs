//! Logging in as clients do it, and sessions of the web client.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use reqwest::Response;
use serde_json::{Value, json};

use super::common::Session;
use super::session;

impl Session {
    async fn post(&self, path: &str, token: Option<&str>, body: Value) -> Response {
        let request = self.http.post(format!("{}{path}", self.pbx.url())).json(&body);
        let request = match token {
            Some(token) => request.bearer_auth(token),
            None => request,
        };
        request.send().await.expect("an answer")
    }

    /// The token of a user, who has the client's secret as their password.
    async fn log_in(&self, number: &str, keys: [&str; 2]) -> Value {
        let body = json!({ keys[0]: number, keys[1]: self.pbx.client_secret() });
        let answer = self.post("/webclient/api/Login/GetAccessToken", None, body).await;
        let answer: Value = answer.json().await.expect("JSON");
        assert_eq!(answer["Status"], "AuthSuccess", "{answer}");
        assert_eq!(answer.get("TwoFactorAuth"), Some(&Value::Null));
        answer["Token"].clone()
    }

    async fn status_with(&self, token: &str, path: &str) -> u16 {
        let url = format!("{}/xapi/v1{path}", self.pbx.url());
        self.http.get(url).bearer_auth(token).send().await.expect("an answer").status().as_u16()
    }
}

/// Header and claims of a JWT.
fn read(token: &str) -> [Value; 2] {
    let parts: Vec<&str> = token.split('.').collect();
    assert_eq!(parts.len(), 3, "{token}");
    [0, 1].map(|part| {
        let json = URL_SAFE_NO_PAD.decode(parts[part]).expect("base64");
        serde_json::from_slice(&json).expect("JSON")
    })
}

fn text<'v>(value: &'v Value, name: &str) -> &'v str {
    value[name].as_str().unwrap_or_else(|| panic!("{name} in {value}"))
}

#[tokio::test]
async fn line_04_keys_of_a_login_may_be_in_any_case() {
    let session = session().await;
    for keys in [["Username", "Password"], ["username", "password"], ["userName", "PASSWORD"]] {
        let token = session.log_in("101", keys).await;
        assert_eq!(session.status_with(text(&token, "access_token"), "/MyUser").await, 200, "{keys:?}");
    }
}

#[tokio::test]
async fn line_05_a_session_of_the_web_client_has_a_key_and_a_password() {
    let session = session().await;
    let (own, path) = (session.token.clone(), "/webclient/api/MyPhone/session");
    let program =
        |impersonate: Value| json!({ "name": "x", "version": "1", "isHuman": false, "impersonate": impersonate });
    assert_eq!(session.post(path, None, program(Value::Null)).await.status(), 401);
    let opened = session.post(path, Some(&own), program(json!("101"))).await;
    assert_eq!(opened.status(), 200);
    let opened: Value = opened.json().await.expect("JSON");
    assert_eq!(opened.as_object().expect("an object").keys().collect::<Vec<_>>(), ["sessionKey", "pass"]);
    assert!(!text(&opened, "sessionKey").is_empty());
    // The password has the rights of the other, and the caller's own token stays valid.
    let pass = text(&opened, "pass");
    assert_eq!(read(pass)[1]["sub"], "101");
    assert_eq!(session.status_with(pass, "/MyUser?$select=Number").await, 200);
    assert_eq!(session.status_with(pass, "/Users").await, 403);
    assert_eq!(session.status_with(&own, "/Users?$top=1").await, 200);
    assert_eq!(session.status_with(&own, "/MyUser").await, 403);

    // A user may open one for themselves, and for nobody else.
    let user = session.log_in("102", ["Username", "Password"]).await;
    let user = text(&user, "access_token");
    for (other, status) in [(Value::Null, 200), (json!("102"), 200), (json!("101"), 403)] {
        assert_eq!(session.post(path, Some(user), program(other.clone())).await.status(), status, "{other}");
    }
    assert_eq!(session.post(path, Some(&own), program(json!("nobody"))).await.status(), 404);
    assert_eq!(session.pbx.count("session").received, 6);
}

#[tokio::test]
async fn line_25_a_second_login_leaves_the_first_alone() {
    let session = session().await;
    let keys = ["Username", "Password"];
    let (first, second) = (session.log_in("101", keys).await, session.log_in("101", keys).await);
    assert_ne!(first["refresh_token"], second["refresh_token"]);
    for token in [&first, &second] {
        assert_eq!(session.status_with(text(token, "access_token"), "/MyUser").await, 200);
    }
    // Logging one out leaves the other alone.
    let out = session.post("/webclient/api/Logout", Some(text(&first, "access_token")), json!({})).await;
    assert_eq!(out.status(), 200);
    let refresh = |token: &Value| {
        let form = [
            ("grant_type", "refresh_token"),
            ("client_id", "Webclient"),
            ("refresh_token", text(token, "refresh_token")),
        ];
        session.http.post(format!("{}/connect/token", session.pbx.url())).form(&form).send()
    };
    assert_eq!(refresh(&first).await.expect("an answer").status(), 401);
    let renewed: Value = refresh(&second).await.expect("an answer").json().await.expect("JSON");
    // The new token takes the place of the one that the same session had.
    assert_eq!(session.status_with(text(&second, "access_token"), "/MyUser").await, 401);
    assert_eq!(session.status_with(text(&renewed, "access_token"), "/MyUser").await, 200);
}

#[tokio::test]
async fn line_25_sessions_are_bounded() {
    let session = session().await;
    let mut tokens = Vec::new();
    for _ in 0..=threecx_sim::assumptions::MAX_SESSIONS {
        tokens.push(session.log_in("101", ["Username", "Password"]).await);
    }
    let (oldest, next) = (text(&tokens[0], "access_token"), text(&tokens[1], "access_token"));
    assert_eq!(session.status_with(oldest, "/MyUser").await, 401);
    assert_eq!(session.status_with(next, "/MyUser").await, 200);
}

#[tokio::test]
async fn line_25_tokens_are_what_live_ones_are() {
    let session = session().await;
    let owner = session.rows("/Users?$select=Number&$top=1").await[0]["Number"].as_str().expect("a number").to_owned();
    let token = session.log_in(&owner, ["Username", "Password"]).await;
    let [header, claims] = read(text(&token, "refresh_token"));
    assert_eq!((&header["alg"], &claims["sub"]), (&json!("ES256"), &json!(owner)));
    assert!(header["kid"].is_string() && claims["exp"].is_i64());
    let [_, claims] = read(text(&token, "access_token"));
    assert_eq!(claims["MaxRole"], "system_owners");
    let roles = claims["role"].as_array().expect("roles");
    for role in ["MyUser", "GlobalAdmin", "PhoneSystemAdmin", "Groups.Create", "Enterprise"] {
        assert!(roles.contains(&json!(role)), "{role}: {claims}");
    }
    let plain = session.log_in("102", ["Username", "Password"]).await;
    let [_, claims] = read(text(&plain, "access_token"));
    let roles = claims["role"].as_array().expect("roles");
    assert!(roles.contains(&json!("MyUser")) && !roles.contains(&json!("PhoneSystemAdmin")), "{claims}");

    let form = [
        ("grant_type", "client_credentials"),
        ("client_id", session.pbx.client_id()),
        ("client_secret", session.pbx.client_secret()),
    ];
    let answer = session.http.post(format!("{}/connect/token", session.pbx.url())).form(&form).send().await;
    let answer = answer.expect("an answer");
    assert!(answer.headers()["content-security-policy"].to_str().expect("text").starts_with("default-src 'self';"));
    let granted: Value = answer.json().await.expect("JSON");
    assert_eq!(granted.get("refresh_token"), Some(&Value::Null));
}
