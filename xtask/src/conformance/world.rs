//! A PBX to ask, what it answers, and what it has that can be asked for.

use std::cell::RefCell;
use std::collections::HashMap;

use serde_json::{Value, json};
use threecx_catalog::{Operation, Role, Verb};
use threecx_sim::Pbx;

/// A PBX, and a client that is logged in to it.
pub struct World {
    url: String,
    /// The service principal's token.
    token: String,
    /// A user's, for what service principals are refused.
    user_token: String,
    http: ureq::Agent,
    /// Keys of the entities that were created, to be deleted again.
    created: RefCell<HashMap<&'static str, Value>>,
}

/// What came back.
pub struct Answer {
    pub status: u16,
    pub content_type: String,
    pub body: Vec<u8>,
}

impl Answer {
    /// The beginning of the body.
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).chars().take(300).collect()
    }
}

impl World {
    pub fn of(pbx: &Pbx) -> Result<World, String> {
        let config = ureq::Agent::config_builder().http_status_as_error(false).build();
        let http = ureq::Agent::new_with_config(config);
        let fails = |error: ureq::Error| error.to_string();
        let form = [
            ("grant_type", "client_credentials"),
            ("client_id", pbx.client_id()),
            ("client_secret", pbx.client_secret()),
        ];
        let mut granted = http.post(format!("{}/connect/token", pbx.url())).send_form(form).map_err(fails)?;
        let granted = parsed(&granted.body_mut().read_to_string().map_err(fails)?)?;
        let login = json!({ "Username": "100", "Password": pbx.client_secret(), "SecurityCode": "" }).to_string();
        let mut user =
            http.post(format!("{}/webclient/api/Login/GetAccessToken", pbx.url())).send(&login).map_err(fails)?;
        let user = parsed(&user.body_mut().read_to_string().map_err(fails)?)?;
        let token =
            |granted: &Value| granted["access_token"].as_str().map(str::to_owned).ok_or(format!("no token: {granted}"));
        let (token, user_token) = (token(&granted)?, token(&user["Token"])?);
        Ok(World { url: format!("{}/xapi/v1", pbx.url()), token, user_token, http, created: RefCell::default() })
    }

    pub fn send(
        &self,
        operation: &Operation,
        method: &str,
        path: &str,
        body: Option<&Value>,
    ) -> Result<Answer, String> {
        let token = if operation.role == Some(Role::User) { &self.user_token } else { &self.token };
        self.send_as(token, method, path, body)
    }

    fn send_as(&self, token: &str, method: &str, path: &str, body: Option<&Value>) -> Result<Answer, String> {
        let request = ureq::http::Request::builder().method(method).uri(format!("{}{path}", self.url));
        let request = request.header("authorization", format!("Bearer {token}"));
        let request = request.header("content-type", "application/json");
        let request =
            request.body(body.map(Value::to_string).unwrap_or_default()).map_err(|error| error.to_string())?;
        let mut answer = self.http.run(request).map_err(|error| error.to_string())?;
        let content_type =
            answer.headers().get("content-type").and_then(|kind| kind.to_str().ok()).unwrap_or_default().to_owned();
        let body = answer.body_mut().read_to_vec().map_err(|error| error.to_string())?;
        Ok(Answer { status: answer.status().as_u16(), content_type, body })
    }

    /// What a path answers.
    pub fn json(&self, path: &str) -> Result<Value, String> {
        let token = if path.starts_with("/My") { &self.user_token } else { &self.token };
        let answer = self.send_as(token, "GET", path, None)?;
        serde_json::from_slice(&answer.body).map_err(|_| format!("{path}: {} {}", answer.status, answer.text()))
    }

    /// The first row of a set.
    pub fn row(&self, set: &str) -> Result<Value, String> {
        Ok(self.json(&format!("/{set}?$top=1"))?["value"][0].clone())
    }

    /// Keeps the key of what was created.
    pub fn remember(&self, operation: &Operation, answer: &Answer) {
        if operation.verb == Verb::Create
            && let Ok(entity) = serde_json::from_slice(&answer.body)
        {
            self.created.borrow_mut().insert(operation.resource.name, entity);
        }
    }

    /// The entity that was created last in a set.
    pub fn created(&self, set: &str) -> Option<Value> {
        self.created.borrow().get(set).cloned()
    }

    /// Does something that an operation needs to have been done.
    pub fn prepare(&self, path: &str, body: &Value) -> Result<Value, String> {
        let answer = self.send_as(&self.token, "POST", path, Some(body))?;
        match answer.status {
            200 | 201 => serde_json::from_slice(&answer.body).map_err(|error| format!("{path}: {error}")),
            204 => Ok(Value::Null),
            status => Err(format!("{path}: {status} {}", answer.text())),
        }
    }
}

fn parsed(text: &str) -> Result<Value, String> {
    serde_json::from_str(text).map_err(|error| format!("{error}: {text}"))
}
