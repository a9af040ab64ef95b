//! A simulated PBX and somebody who is logged in to it.

#![allow(dead_code, reason = "no test uses all of it")]

use reqwest::{Client, Method, StatusCode};
use serde_json::Value;
use threecx_sim::{Builder, Pbx};

/// A PBX and somebody who is logged in.
pub struct Session {
    pub pbx: Pbx,
    pub http: Client,
    pub token: String,
}

impl Session {
    pub async fn start(settings: Builder) -> Session {
        let pbx = settings.start().await.expect("a free port");
        let http = http();
        let token = log_in(&pbx, &http).await;
        Session { pbx, http, token }
    }

    pub async fn send(&self, method: Method, path: &str, body: Option<Value>) -> (StatusCode, Value) {
        let mut request =
            self.http.request(method, format!("{}/xapi/v1{path}", self.pbx.url())).bearer_auth(&self.token);
        if let Some(body) = body {
            request = request.json(&body);
        }
        let response = request.send().await.expect("an answer");
        (response.status(), serde_json::from_str(&response.text().await.expect("text")).unwrap_or(Value::Null))
    }

    pub async fn get(&self, path: &str) -> (StatusCode, Value) {
        self.send(Method::GET, path, None).await
    }

    pub async fn numbers(&self, query: &str) -> Vec<String> {
        let (status, answer) = self.get(&format!("/Users?{query}")).await;
        assert_eq!(status, 200, "{query}: {answer}");
        let rows = answer["value"].as_array().expect("rows");
        rows.iter().map(|row| row["Number"].as_str().unwrap_or_default().to_owned()).collect()
    }
}

pub fn http() -> Client {
    // In a build of the whole workspace, reqwest is one that wants to be given its cryptography.
    let _ = rustls::crypto::ring::default_provider().install_default();
    Client::new()
}

pub async fn log_in(pbx: &Pbx, http: &Client) -> String {
    let form =
        [("grant_type", "client_credentials"), ("client_id", pbx.client_id()), ("client_secret", pbx.client_secret())];
    let response = http.post(format!("{}/connect/token", pbx.url())).form(&form).send().await.expect("an answer");
    assert_eq!(response.status(), 200);
    let granted: Value = response.json().await.expect("JSON");
    granted["access_token"].as_str().expect("a token").to_owned()
}
