//! Logging in: clients and users, and what becomes of their tokens.

mod common;

use std::time::Duration;

use common::{Session, http, log_in};
use reqwest::{Client, Method, Response};
use serde_json::{Value, json};
use threecx_catalog::Span;
use threecx_sim::{Clock, Pbx};

async fn grant(pbx: &Pbx, http: &Client, form: &[(&str, &str)]) -> Response {
    http.post(format!("{}/connect/token", pbx.url())).form(form).send().await.expect("an answer")
}

async fn client_token(pbx: &Pbx, http: &Client, id: &str, secret: &str) -> Option<String> {
    let form = [("grant_type", "client_credentials"), ("client_id", id), ("client_secret", secret)];
    let response = grant(pbx, http, &form).await;
    let granted: Value = response.json().await.expect("JSON");
    granted["access_token"].as_str().map(str::to_owned)
}

async fn user_login(pbx: &Pbx, http: &Client, user: &str, password: &str, code: &str) -> (Value, Option<String>) {
    let body = json!({"Username": user, "Password": password, "SecurityCode": code});
    let url = format!("{}/webclient/api/Login/GetAccessToken", pbx.url());
    let response = http.post(url).json(&body).send().await.expect("an answer");
    assert_eq!(response.status(), 200);
    let cookie = response.headers().get("set-cookie").and_then(|cookie| cookie.to_str().ok()).map(str::to_owned);
    (response.json().await.expect("JSON"), cookie)
}

#[tokio::test]
async fn the_header_of_oauth_will_do() {
    let pbx = Pbx::builder().users(3).client("900", "s+cr&t:=é%").start().await.expect("a free port");
    let (http, url) = (http(), format!("{}/connect/token", pbx.url()));
    for (id, secret, status) in [
        ("900", "s+cr&t:=é%", 200),
        // As OAuth 2 has it, percent-encoded.
        ("900", "s%2Bcr%26t%3A%3D%C3%A9%25", 200),
        ("900", "wrong", 401),
        ("901", "s+cr&t:=é%", 401),
    ] {
        let request = http.post(&url).basic_auth(id, Some(secret)).form(&[("grant_type", "client_credentials")]);
        assert_eq!(request.send().await.expect("an answer").status(), status, "{id}:{secret}");
    }
    for header in ["Basic", "Basic x", "Basic /////", "Basic OTAw", "Digest x"] {
        let request = http.post(&url).header("authorization", header).form(&[("grant_type", "client_credentials")]);
        assert_eq!(request.send().await.expect("an answer").status(), 401, "{header}");
    }
}

#[tokio::test]
async fn tokens_last_as_long_as_they_say_in_the_unit_of_the_release() {
    for (release, life, said) in [("20.0.8", 3600, 60), ("20.0.9", 3600, 3600), ("20.0.10", 5, 5), ("20.0.8", 5, 1)] {
        let clock = Clock::manual(1_800_000_000);
        let builder = Pbx::builder().users(3).api(Span::parse(release).expect("known")).clock(clock.clone());
        let pbx = builder.token_life(Duration::from_secs(life)).start().await.expect("a free port");
        let http = http();
        let form = [
            ("grant_type", "client_credentials"),
            ("client_id", pbx.client_id()),
            ("client_secret", pbx.client_secret()),
        ];
        let granted: Value = grant(&pbx, &http, &form).await.json().await.expect("JSON");
        assert_eq!(granted["expires_in"], said, "{release}");
        let token = granted["access_token"].as_str().expect("a token").to_owned();
        let session = Session { pbx, http, token };
        clock.step(Duration::from_secs(life - 1));
        assert_eq!(session.get("/Defs?$select=Id").await.0, 200);
        clock.step(Duration::from_secs(1));
        assert_eq!(session.get("/Defs?$select=Id").await.0, 401);
    }
}

#[tokio::test]
async fn clients_made_over_the_api_have_tokens_of_their_own() {
    let owner = Session::start(Pbx::builder().users(5)).await;
    let groups = json!([{"GroupId": 28, "Rights": {"RoleName": "system_admins"}}]);
    let body = json!({"Number": "950", "XAPIEnabled": true, "Groups": groups});
    let (status, made) = owner.send(Method::POST, "/ServicePrincipals", Some(body)).await;
    assert_eq!(status, 201, "{made}");
    let key_path = format!("/ServicePrincipals({})/Pbx.GenerateAppToken", made["Id"]);
    assert_eq!(client_token(&owner.pbx, &owner.http, "950", "").await, None);
    let generate = || async {
        let (status, key) = owner.send(Method::POST, &key_path, None).await;
        assert_eq!(status, 200);
        key["value"].as_str().expect("a key").to_owned()
    };
    let first = generate().await;
    assert!(client_token(&owner.pbx, &owner.http, "950", &first).await.is_some());
    let key = generate().await;
    assert_eq!(client_token(&owner.pbx, &owner.http, "950", &first).await, None);
    assert_eq!(client_token(&owner.pbx, &owner.http, "950", owner.pbx.client_secret()).await, None);
    let token = client_token(&owner.pbx, &owner.http, "950", &key).await.expect("a token");
    let last_used = format!("/ServicePrincipals({})?$select=LastUsed", made["Id"]);
    assert!(owner.get(&last_used).await.1["LastUsed"].is_string());

    let path = format!("{}/xapi/v1", owner.pbx.url());
    let get = |token: String, below: &str| owner.http.get(format!("{path}{below}")).bearer_auth(token).send();
    for (below, status) in
        [("/Users(29)?$select=Id", 200), ("/Recordings", 403), ("/MyUser", 403), ("/Defs?$select=Id", 200)]
    {
        assert_eq!(get(token.clone(), below).await.expect("an answer").status(), status, "{below}");
    }
    // One token per client: the owner's is untouched by the other's, and each by its own next.
    assert_eq!(owner.get("/Recordings").await.0, 200);
    let next = client_token(&owner.pbx, &owner.http, "950", &key).await.expect("a token");
    assert_eq!(get(token, "/Defs?$select=Id").await.expect("an answer").status(), 401);
    log_in(&owner.pbx, &owner.http).await;
    assert_eq!(owner.get("/Defs?$select=Id").await.0, 401);
    assert_eq!(get(next, "/Defs?$select=Id").await.expect("an answer").status(), 200);

    let owner = Session { token: log_in(&owner.pbx, &owner.http).await, ..owner };
    let entity = format!("/ServicePrincipals({})", made["Id"]);
    assert_eq!(owner.send(Method::PATCH, &entity, Some(json!({"XAPIEnabled": false}))).await.0, 204);
    assert_eq!(client_token(&owner.pbx, &owner.http, "950", &key).await, None);
    assert_eq!(owner.send(Method::PATCH, &entity, Some(json!({"XAPIEnabled": true}))).await.0, 204);
    assert!(client_token(&owner.pbx, &owner.http, "950", &key).await.is_some());
    assert_eq!(owner.send(Method::DELETE, &entity, None).await.0, 204);
    assert_eq!(client_token(&owner.pbx, &owner.http, "950", &key).await, None);
}

#[tokio::test]
async fn roles_decide_what_is_forbidden() {
    for (role, users, recordings) in [("system_owners", 200, 200), ("system_admins", 200, 403), ("users", 403, 403)] {
        let session = Session::start(Pbx::builder().users(5).role(role)).await;
        let status = |path: &'static str| async { session.get(path).await.0.as_u16() };
        let seen = (status("/Users(29)?$select=Id").await, status("/Recordings").await, status("/MyUser").await);
        assert_eq!(seen, (users, recordings, 403), "{role}");
    }
}

#[tokio::test]
async fn users_log_in_refresh_and_log_out() {
    let clock = Clock::manual(1_800_000_000);
    let owner = Session::start(Pbx::builder().users(5).clock(clock.clone())).await;
    let change = json!({"AccessPassword": "Passw0rd!", "Enable2FA": true});
    assert_eq!(owner.send(Method::PATCH, "/Users(30)", Some(change)).await.0, 204);
    let (pbx, http) = (&owner.pbx, &owner.http);
    for (user, password, code, second) in [
        ("101", "wrong", "", Value::Null),
        ("nobody", "Passw0rd!", "", Value::Null),
        ("101", "Passw0rd!", "", json!({"Type": "Email"})),
        ("101", "Passw0rd!", "000000", json!({"Type": "Email"})),
    ] {
        let (refused, cookie) = user_login(pbx, http, user, password, code).await;
        assert_eq!(
            refused,
            json!({"Status": "AuthFailed", "Token": null, "TwoFactorAuth": second}),
            "{user} {password}"
        );
        assert_eq!(cookie, None);
    }
    let (answer, cookie) = user_login(pbx, http, "101", "Passw0rd!", "123456").await;
    assert_eq!(answer["Status"], "AuthSuccess");
    let token = answer["Token"]["access_token"].as_str().expect("a token").to_owned();
    let refresh = answer["Token"]["refresh_token"].as_str().expect("a refresh token").to_owned();
    let cookie = cookie.expect("a cookie");
    assert!(cookie.starts_with(&format!("RefreshTokenCookie={refresh};")) && cookie.contains("HttpOnly"), "{cookie}");
    let me = |token: &str| http.get(format!("{}/xapi/v1/MyUser", pbx.url())).bearer_auth(token).send();
    assert_eq!(me(&token).await.expect("an answer").status(), 200);

    let form = [("grant_type", "refresh_token"), ("client_id", "Webclient"), ("refresh_token", refresh.as_str())];
    let renewed: Value = grant(pbx, http, &form).await.json().await.expect("JSON");
    assert_eq!(renewed["refresh_token"], refresh.as_str());
    assert_eq!(me(&token).await.expect("an answer").status(), 401);
    let by_cookie = http
        .post(format!("{}/connect/token", pbx.url()))
        .header("cookie", format!("a=b; RefreshTokenCookie={refresh}"))
        .form(&[("grant_type", "refresh_token"), ("client_id", "Webclient")]);
    let renewed: Value = by_cookie.send().await.expect("an answer").json().await.expect("JSON");
    let token = renewed["access_token"].as_str().expect("a token").to_owned();
    assert_eq!(me(&token).await.expect("an answer").status(), 200);

    let log_out = || http.post(format!("{}/webclient/api/Logout", pbx.url())).bearer_auth(&token).send();
    assert_eq!(log_out().await.expect("an answer").status(), 200);
    assert_eq!(log_out().await.expect("an answer").status(), 401);
    assert_eq!(me(&token).await.expect("an answer").status(), 401);
    assert_eq!(grant(pbx, http, &form).await.status(), 401);

    // Of those who may not log in any more, the refresh token does not help either.
    let (answer, _) = user_login(pbx, http, "101", "Passw0rd!", "123456").await;
    let refresh = answer["Token"]["refresh_token"].as_str().expect("a refresh token").to_owned();
    let form = [("grant_type", "refresh_token"), ("client_id", "Webclient"), ("refresh_token", refresh.as_str())];
    assert_eq!(owner.send(Method::PATCH, "/Users(30)", Some(json!({"Enabled": false}))).await.0, 204);
    assert_eq!(grant(pbx, http, &form).await.status(), 401);
    assert_eq!(user_login(pbx, http, "101", "Passw0rd!", "123456").await.0["Status"], "AuthFailed");
    assert_eq!(owner.send(Method::PATCH, "/Users(30)", Some(json!({"Enabled": true}))).await.0, 204);
    clock.step(Duration::from_secs(61 * 86_400));
    assert_eq!(grant(pbx, http, &form).await.status(), 401);
}

#[tokio::test]
async fn a_link_to_a_recording_may_hold_the_token_and_nothing_else_may() {
    let session = Session::start(Pbx::builder().users(20)).await;
    let (_, recordings) = session.get("/Recordings?$top=1&$select=Id").await;
    let id = recordings["value"][0]["Id"].as_i64().expect("a recording");
    let get = |path: String| session.http.get(format!("{}/xapi/v1{path}", session.pbx.url())).send();
    let token = &session.token;
    let link = format!("/Recordings/Pbx.DownloadRecording(recId={id})?access_token={token}");
    let file = get(link).await.expect("an answer");
    assert_eq!((file.status().as_u16(), &file.headers()["content-type"]), (200, &"audio/x-wav".parse().expect("text")));
    for path in
        [format!("/Users(29)?access_token={token}"), "/Recordings/Pbx.DownloadRecording(recId=1)?access_token=x".into()]
    {
        assert_eq!(get(path.clone()).await.expect("an answer").status(), 401, "{path}");
    }
    let paths: Vec<String> = session.pbx.received().into_iter().map(|received| received.path).collect();
    assert!(paths.iter().any(|path| path.ends_with("?access_token=***")), "{paths:?}");
    assert!(!paths.iter().any(|path| path.contains(token.as_str())));
}
