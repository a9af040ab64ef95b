//! Logging in: service principals at `/connect/token`, users at the web client's address.

use std::convert::Infallible;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use jiff::{SignedDuration, Timestamp};
use serde::Deserialize;
use serde_json::{Value as Json, json};

use super::{Auth, Principal, Session, role_of, same};
use crate::assumptions::{BASIC_CLIENT_AUTHENTICATION, SECURITY_CODE};
use crate::http::{Problem, Response};
use crate::odata::decode;
use crate::state::{Entity, Set, Store, Value};

/// The cookie that a user gets with a refresh token in it. (Seen live, for 60 days.)
const COOKIE: &str = "RefreshTokenCookie";
const COOKIE_DAYS: i64 = 60;
/// Seen live, as far as it was quoted.
const CONTENT_SECURITY_POLICY: &str = "default-src 'self'; script-src 'self'";

/// What a request for a token holds.
#[derive(Default)]
pub(crate) struct Grant {
    grant_type: String,
    pub(super) client_id: String,
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
            let whole = futures_util::stream::once(std::future::ready(Ok::<_, Infallible>(body)));
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

    /// Takes client ID and secret from a header, and a refresh token from a cookie, where the
    /// body has none.
    pub fn complete(mut self, authorization: Option<&str>, cookies: Option<&str>) -> Grant {
        let basic = authorization.filter(|_| BASIC_CLIENT_AUTHENTICATION && self.client_secret.is_empty());
        if let Some((id, secret)) = basic.and_then(basic_credentials) {
            (self.client_id, self.client_secret) = (id, secret);
        }
        if self.refresh_token.is_empty() {
            let cookies = cookies.unwrap_or_default().split(';').filter_map(|cookie| cookie.trim().split_once('='));
            let found = cookies.into_iter().find(|(name, _)| *name == COOKIE);
            self.refresh_token = found.map(|(_, token)| token.to_owned()).unwrap_or_default();
        }
        self
    }
}

/// `Basic BASE64(id:secret)`. OAuth 2 has both percent-encoded, which many clients do not do: an
/// invalid escape is left unchanged.
fn basic_credentials(authorization: &str) -> Option<(String, String)> {
    let (scheme, encoded) = authorization.split_once(' ')?;
    let bytes = STANDARD.decode(encoded.trim()).ok().filter(|_| scheme.eq_ignore_ascii_case("basic"))?;
    let text = String::from_utf8(bytes).ok()?;
    let (id, secret) = text.split_once(':')?;
    let plain = |text: &str| if text.contains('%') { decode(text, false) } else { None }.unwrap_or(text.to_owned());
    Some((plain(id), plain(secret)))
}

/// Where and when somebody logs in. `expires_in` counts minutes before 20.0.9 and seconds
/// since: 60 and 3600 for the hour that is documented.
pub(crate) struct Moment<'m> {
    pub issuer: &'m str,
    pub now: Timestamp,
    pub in_minutes: bool,
}

/// Answers `POST /connect/token`.
pub(crate) fn answer(auth: &Auth, store: &Store, grant: &Grant, moment: &Moment<'_>) -> Response {
    let refused =
        json!({ "error": "unauthorized", "error_description": "The request requires valid user authentication." });
    let refreshed = grant.grant_type == "refresh_token";
    let found = match grant.grant_type.as_str() {
        "client_credentials" => {
            auth.client(store, &grant.client_id, &grant.client_secret).map(|principal| (principal, Session::OF_CLIENT))
        }
        "refresh_token" => auth
            .tokens
            .refreshes(&grant.refresh_token, moment.now)
            .and_then(|(number, session)| Some((store.set("Users")?.by_number(&number)?, session)))
            .filter(|(user, _)| is_enabled(user))
            .map(|(user, session)| (principal(user), session)),
        _ => return Response::json(400, json!({ "error": "unsupported_grant_type" }).to_string()),
    };
    let Some((principal, session)) = found else { return Response::json(401, refused.to_string()) };
    let refresh = refreshed.then(|| grant.refresh_token.clone());
    match token(auth, (principal, session), refresh, moment) {
        // Headers seen live.
        Some(token) => Response::json(200, token.to_string())
            .with("x-frame-options", "DENY")
            .with("x-content-type-options", "nosniff")
            .with("x-xss-protection", "0")
            .with("content-security-policy", CONTENT_SECURITY_POLICY),
        None => Response::empty(500),
    }
}

fn token(
    auth: &Auth,
    (principal, session): (Principal, Session),
    refresh: Option<String>,
    moment: &Moment<'_>,
) -> Option<Json> {
    let token = auth.issue(principal, session, moment).ok()?;
    let expires_in = if moment.in_minutes { (auth.lifetime as u64).div_ceil(60) } else { auth.lifetime as u64 };
    Some(json!({ "token_type": "Bearer", "expires_in": expires_in, "access_token": token, "refresh_token": refresh }))
}

/// What a user sends to log in, whatever the case of its keys.
#[derive(Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) struct LoginRequest {
    #[serde(default)]
    username: String,
    #[serde(default)]
    password: String,
    /// The second factor. Some clients send null where there is none.
    #[serde(default, rename = "securitycode")]
    security_code: Option<String>,
}

impl LoginRequest {
    /// Reads the body of a login.
    pub fn from_json(body: Json) -> Result<LoginRequest, Problem> {
        let binding = |message: String| Problem::Binding { target: String::new(), message };
        let Json::Object(members) = body else {
            return Err(binding("An object with Username and Password is expected.".to_owned()));
        };
        let members = members.into_iter().map(|(name, value)| (name.to_ascii_lowercase(), value));
        serde_json::from_value(Json::Object(members.collect())).map_err(|error| binding(error.to_string()))
    }
}

/// Answers `POST /webclient/api/Login/GetAccessToken`: a user with their password and, where
/// the extension asks for it, a security code.
pub(crate) fn log_in(auth: &Auth, store: &Store, given: &LoginRequest, moment: &Moment<'_>) -> Response {
    let failed = |second: Json| {
        let answer = json!({ "Status": "AuthFailed", "Token": null, "TwoFactorAuth": second });
        Response::json(200, answer.to_string())
    };
    let user = store.set("Users").and_then(|users| find(users, &given.username)).filter(|user| is_enabled(user));
    let Some(user) = user.filter(|user| knows(auth, user, &given.password)) else { return failed(Json::Null) };
    if user.get("Enable2FA") == &Value::Bool(true) && given.security_code.as_deref() != Some(SECURITY_CODE) {
        return failed(json!({ "Type": "Email" }));
    }
    let number = user.text("Number");
    let life = COOKIE_DAYS * 86_400;
    let refresh = auth.signer.refresh_token(number, moment.issuer, moment.now.as_second(), life);
    let Ok(refresh) = refresh else { return Response::empty(500) };
    let end = moment.now.checked_add(SignedDuration::from_secs(life)).unwrap_or(Timestamp::MAX);
    let session = auth.tokens.begin();
    auth.tokens.add_refresh(number, session, &refresh, (moment.now, end));
    match token(auth, (principal(user), session), Some(refresh.clone()), moment) {
        Some(token) => {
            let answer = json!({ "Status": "AuthSuccess", "Token": token, "TwoFactorAuth": null });
            let cookie = format!("{COOKIE}={refresh}; Max-Age={life}; Path=/; HttpOnly; SameSite=Strict");
            Response::json(200, answer.to_string()).with("set-cookie", cookie)
        }
        None => Response::empty(500),
    }
}

pub(super) fn principal(user: &Entity) -> Principal {
    Principal { name: user.text("Number").to_owned(), user: true, role: role_of(user).to_owned() }
}

pub(super) fn is_enabled(user: &Entity) -> bool {
    user.get("Enabled") != &Value::Bool(false)
}

fn find<'s>(users: &'s Set, name: &str) -> Option<&'s Entity> {
    let by_email =
        || users.rows().find(|user| !name.is_empty() && user.text("EmailAddress").eq_ignore_ascii_case(name));
    users.by_number(name).or_else(by_email)
}

/// The user's own password; those of the demo company have none and take the client's secret.
fn knows(auth: &Auth, user: &Entity, password: &str) -> bool {
    match user.get("AccessPassword").as_text() {
        Some(own) if !own.is_empty() => same(own, password),
        _ => auth.is_secret(password),
    }
}

/// Answers `POST /webclient/api/Logout`: the token is no longer valid, nor is the one to get a
/// new one with.
pub(crate) fn log_out(auth: &Auth, token: Option<&str>) -> Response {
    let Some(live) = token.and_then(|token| auth.tokens.remove(token)) else { return Response::empty(401) };
    if live.principal.user {
        auth.tokens.remove_refresh(live.session);
    }
    Response::empty(200)
}
