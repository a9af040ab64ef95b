//! Logging in: service principals at `/connect/token`, users at the web client's address.

use bytes::Bytes;
use jiff::Timestamp;
use serde_json::{Value as Json, json};

use super::{Auth, Principal, locked};
use crate::assumptions::SECURITY_CODE;
use crate::http::Response;
use crate::odata::decode;
use crate::state::{Entity, Set, Store, Value};

/// What a request for a token holds.
#[derive(Default)]
pub(crate) struct Grant {
    grant_type: String,
    client_id: String,
    client_secret: String,
    refresh_token: String,
}

impl Grant {
    fn set(&mut self, name: &str, value: String) {
        match name {
            "grant_type" => self.grant_type = value,
            "client_id" => self.client_id = value,
            "client_secret" => self.client_secret = value,
            "refresh_token" => self.refresh_token = value,
            _ => {}
        }
    }

    /// Reads the body, by its content type: a form, or parts.
    pub async fn read(content_type: &str, body: Bytes) -> Grant {
        let mut grant = Grant::default();
        if let Ok(boundary) = multer::parse_boundary(content_type) {
            let whole = futures_util::stream::once(std::future::ready(Ok::<_, std::convert::Infallible>(body)));
            let mut parts = multer::Multipart::new(whole, boundary);
            while let Ok(Some(part)) = parts.next_field().await {
                let name = part.name().unwrap_or_default().to_owned();
                grant.set(&name, part.text().await.unwrap_or_default());
            }
            return grant;
        }
        let text = String::from_utf8_lossy(&body);
        for (name, value) in text.split('&').filter_map(|pair| pair.split_once('=')) {
            grant.set(name, decode(value, true).unwrap_or_default());
        }
        grant
    }
}

/// Where and when somebody logs in. `expires_in` is 60 before 20.0.9, where it means
/// minutes, and 3600 since, in seconds.
pub(crate) struct Moment<'m> {
    pub issuer: &'m str,
    pub now: Timestamp,
    pub in_minutes: bool,
}

/// Answers `POST /connect/token`.
pub(crate) fn answer(auth: &Auth, grant: &Grant, moment: &Moment<'_>) -> Response {
    let refused =
        json!({ "error": "unauthorized", "error_description": "The request requires valid user authentication." });
    let principal = match grant.grant_type.as_str() {
        "client_credentials" => auth.client(&grant.client_id, &grant.client_secret),
        "refresh_token" => locked(&auth.refresh).get(&grant.refresh_token).cloned(),
        _ => return Response::json(400, json!({ "error": "unsupported_grant_type" }).to_string()),
    };
    let Some(principal) = principal else { return Response::json(401, refused.to_string()) };
    let refresh = (grant.grant_type == "refresh_token").then(|| grant.refresh_token.clone());
    match token(auth, principal, refresh, moment) {
        Some(token) => Response::json(200, token.to_string()),
        None => Response::empty(500),
    }
}

fn token(auth: &Auth, principal: Principal, refresh: Option<String>, moment: &Moment<'_>) -> Option<Json> {
    let token = auth.issue(principal, moment.issuer, moment.now).ok()?;
    let expires_in = if moment.in_minutes { 60 } else { 3600 };
    Some(json!({ "token_type": "Bearer", "expires_in": expires_in, "access_token": token, "refresh_token": refresh }))
}

/// Answers `POST /webclient/api/Login/GetAccessToken`: a user with his password and, where
/// the extension asks for it, a security code.
pub(crate) fn log_in(auth: &Auth, store: &Store, body: &Bytes, moment: &Moment<'_>) -> Response {
    let failed = |second: Json| json!({ "Status": "AuthFailed", "Token": null, "TwoFactorAuth": second }).to_string();
    let Ok(given) = serde_json::from_slice::<Json>(body) else { return Response::empty(400) };
    let field = |name: &str| given[name].as_str().unwrap_or_default();
    let user = store.set("Users").and_then(|users| find(users, field("Username")));
    let Some(user) = user.filter(|user| knows(auth, user, field("Password"))) else {
        return Response::json(200, failed(Json::Null));
    };
    if user.get("Enable2FA") == &Value::Bool(true) && field("SecurityCode") != SECURITY_CODE {
        return Response::json(200, failed(json!({ "Type": "Email" })));
    }
    let membership = user.get("Groups").as_list().first().and_then(Value::as_object);
    let role = membership
        .and_then(|membership| membership.get("Rights").as_object())
        .map_or("users", |rights| rights.text("RoleName"));
    let principal = Principal { name: user.text("Number").to_owned(), user: true, role: role.to_owned() };
    let granted =
        auth.issue_refresh(principal.clone()).ok().and_then(|refresh| token(auth, principal, Some(refresh), moment));
    match granted {
        Some(token) => {
            Response::json(200, json!({ "Status": "AuthSuccess", "Token": token, "TwoFactorAuth": null }).to_string())
        }
        None => Response::empty(500),
    }
}

fn find<'s>(users: &'s Set, name: &str) -> Option<&'s Entity> {
    let by_email =
        || users.rows().find(|user| !name.is_empty() && user.text("EmailAddress").eq_ignore_ascii_case(name));
    users.by_number(name).or_else(by_email)
}

/// The user's own password; those of the demo company have none and take the client's secret.
fn knows(auth: &Auth, user: &Entity, password: &str) -> bool {
    match user.get("AccessPassword").as_text() {
        Some(own) if !own.is_empty() => super::same(own, password),
        _ => auth.is_secret(password),
    }
}

/// Answers `POST /webclient/api/Logout`: the token no longer holds.
pub(crate) fn log_out(auth: &Auth, token: Option<&str>) -> Response {
    let removed = token.and_then(|token| locked(&auth.live).remove(token));
    Response::empty(if removed.is_some() { 200 } else { 401 })
}
