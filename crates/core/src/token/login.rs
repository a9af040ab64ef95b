//! Users: they log in once with a password and, where the PBX asks for it, a second factor, and
//! get a refresh token, which is all that has to be kept. (Seen live: the web client does so.)

use serde::Deserialize;
use serde_json::json;
use zeroize::Zeroizing;

use super::{Granted, GrantedJson, TOKEN_PATH, form_value, is_token, not_a_3cx, posted, read_granted};
use crate::error::Error;
use crate::read::Head;
use crate::request::Request;

/// Where users log in, below the PBX's address.
pub const LOGIN_PATH: &str = "/webclient/api/Login/GetAccessToken";

/// The cookie in which the refresh token comes, too.
const COOKIE: &str = "RefreshTokenCookie";

/// What became of a login.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LoggedIn {
    /// It is done.
    Granted(Granted),
    /// The same again, with a security code.
    SecondFactor {
        /// Where the code comes from, as the PBX calls it: `Email`.
        kind: String,
    },
}

/// Plans the login of a user; `code` is the second factor, empty where there is none.
pub fn request(user: &str, password: &str, code: &str) -> Request {
    let mut body = Zeroizing::new(String::from("{\"Username\":"));
    body.push_str(&json!(user).to_string());
    body.push_str(",\"Password\":");
    let secret = |body: &mut String, text: &str| {
        let start = body.len();
        body.push_str(&Zeroizing::new(json!(text).to_string()));
        start..body.len()
    };
    let password = secret(&mut body, password);
    body.push_str(",\"SecurityCode\":");
    let code = secret(&mut body, code);
    body.push('}');
    posted(LOGIN_PATH, "application/json", body.to_string(), vec![password, code])
}

/// Reads the answer to a login. `cookies` are the `Set-Cookie` headers that came with it.
///
/// # Errors
/// [`Error::LoginRefused`] for a wrong password or code; those of
/// [`read_granted`] for answers of another kind.
pub fn read(head: &Head<'_>, cookies: &[&str], body: &[u8], user: &str, host: &str) -> Result<LoggedIn, Error> {
    #[derive(Deserialize)]
    #[serde(rename_all = "PascalCase")]
    struct Answer {
        status: String,
        token: Option<GrantedJson>,
        two_factor_auth: Option<TwoFactor>,
    }
    #[derive(Deserialize)]
    #[serde(rename_all = "PascalCase")]
    struct TwoFactor {
        #[serde(default)]
        r#type: String,
    }
    let refused = || Error::LoginRefused { user: user.to_owned(), reason: "the password is not accepted".into() };
    match head.status {
        200 => {}
        400 | 401 | 403 => return Err(refused()),
        429 => return Err(Error::RateLimited { retry_after: head.retry_after }),
        status @ 500.. => return Err(Error::Server { status, reason: "while logging in".into() }),
        status => return Err(not_a_3cx(host, head, &format!("{LOGIN_PATH} answers with status {status}"))),
    }
    let Ok(answer) = serde_json::from_slice::<Answer>(body) else {
        return Err(not_a_3cx(host, head, "it answers a login with something else"));
    };
    if let Some(mut granted) = answer.token.and_then(GrantedJson::granted) {
        granted.refresh = granted.refresh.or_else(|| refresh_cookie(cookies));
        return Ok(LoggedIn::Granted(granted));
    }
    match answer.two_factor_auth {
        Some(second) => Ok(LoggedIn::SecondFactor { kind: second.r#type }),
        None if answer.status == "AuthFailed" => Err(refused()),
        None => Err(Error::LoginRefused { user: user.to_owned(), reason: format!("it answers {}", answer.status) }),
    }
}

fn refresh_cookie(cookies: &[&str]) -> Option<Zeroizing<String>> {
    let pairs = cookies.iter().filter_map(|cookie| cookie.split(';').next()?.split_once('='));
    let mut tokens = pairs.filter(|(name, _)| name.trim() == COOKIE).map(|(_, token)| token.trim());
    tokens.find(|token| is_token(token)).map(|token| Zeroizing::new(token.to_owned()))
}

/// Plans the request for a user's next token.
pub fn renewal(refresh_token: &str) -> Request {
    let mut body = Zeroizing::new(String::from("grant_type=refresh_token&client_id=Webclient&refresh_token="));
    let start = body.len();
    form_value(refresh_token, &mut body);
    let secrets = std::iter::once(start..body.len()).collect();
    posted(TOKEN_PATH, "application/x-www-form-urlencoded", body.to_string(), secrets)
}

/// Reads the answer to [`renewal`].
///
/// # Errors
/// [`Error::LoginExpired`] if the user has to log in again; those of
/// [`read_granted`] otherwise.
pub fn read_renewal(head: &Head<'_>, body: &[u8], user: &str, host: &str) -> Result<Granted, Error> {
    read_granted(host, head, body).map_err(|error| match error {
        Error::Authentication { reason } => Error::LoginExpired { user: user.to_owned(), reason },
        other => other,
    })
}
