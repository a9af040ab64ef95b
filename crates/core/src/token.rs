//! Tokens: asking for one, reading the answer, and knowing when it ends.
//!
//! A PBX keeps one live token per client: a new one kills the old. So whoever meets a 401
//! first looks whether somebody else has fetched a newer token, then fetches once, then gives up.
//!
//! ```text
//!             none / expired                 401 on the newest
//!   (start) ───────────────► Fetch ◄────────────────────────── Use(token)
//!                              │  arrived                          ▲ │ 401 on an older one
//!                              └───────────────────────────────────┘ └──► Use(newer)
//! ```

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::Deserialize;
use threecx_catalog::{Answer, Content, Method};
use zeroize::Zeroizing;

use crate::error::Error;
use crate::literal;
use crate::read::Head;
use crate::request::Request;

/// Where tokens come from, below the PBX's address.
pub const TOKEN_PATH: &str = "/connect/token";

/// A token is renewed when it has less than this left, in seconds: clocks differ.
const MARGIN: u64 = 30;

/// An access token. Its text is wiped from memory when it is dropped and never shown.
#[derive(Clone, PartialEq, Eq)]
pub struct Token {
    text: Zeroizing<String>,
    /// Seconds since 1970 at which it ends; `None` if it does not say.
    expires_at: Option<u64>,
}

impl Token {
    /// A token that was fetched elsewhere.
    pub fn new(text: String) -> Token {
        let expires_at = expiry(&text);
        Token { text: Zeroizing::new(text), expires_at }
    }

    /// The value of the `Authorization` header.
    pub fn authorization(&self) -> Zeroizing<String> {
        Zeroizing::new(format!("Bearer {}", self.text.as_str()))
    }

    /// Seconds since 1970 at which it ends, from its own `exp` claim. The `expires_in` beside
    /// it is not to be trusted: 60 meant minutes before 20.0.9 and means seconds since.
    pub fn expires_at(&self) -> Option<u64> {
        self.expires_at
    }

    /// True if it still holds at `now`, in seconds since 1970.
    pub fn holds_at(&self, now: u64) -> bool {
        self.expires_at.is_none_or(|end| now.saturating_add(MARGIN) < end)
    }
}

impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Token(*** until {:?})", self.expires_at)
    }
}

/// The `exp` claim of a JWT. The signature is the PBX's business.
fn expiry(token: &str) -> Option<u64> {
    #[derive(Deserialize)]
    struct Claims {
        exp: f64,
    }
    let payload = token.split('.').nth(1)?;
    let payload = URL_SAFE_NO_PAD.decode(payload.trim_end_matches('=')).ok()?;
    let Claims { exp } = serde_json::from_slice(&payload).ok()?;
    (exp > 0.0).then_some(exp as u64)
}

/// Plans the request for a token by client credentials.
pub fn request(client_id: &str, client_secret: &str) -> Request {
    let mut body = "grant_type=client_credentials&client_id=".to_owned();
    form_value(client_id, &mut body);
    body.push_str("&client_secret=");
    let start = body.len();
    form_value(client_secret, &mut body);
    let secrets = std::iter::once(start..body.len()).collect();
    Request {
        method: Method::Post,
        path_and_query: TOKEN_PATH.to_owned(),
        headers: vec![
            ("accept", "application/json".to_owned()),
            ("content-type", "application/x-www-form-urlencoded".to_owned()),
        ],
        body: Some(body),
        answer: Answer { status: 200, content: Content::Nothing },
        secrets,
    }
}

/// In a form, what `encode` leaves alone is safe except for the characters that forms use.
fn form_value(text: &str, out: &mut String) {
    let mut encoded = String::new();
    literal::encode(text, &mut encoded);
    out.push_str(&encoded.replace('=', "%3D").replace('\'', "%27"));
}

/// Reads the answer to the request for a token.
///
/// # Errors
/// [`Error::Authentication`] if the PBX does not accept the credentials, [`Error::NotA3cx`]
/// if what came is not a 3CX's answer.
pub fn read(host: &str, head: &Head<'_>, body: &[u8]) -> Result<Token, Error> {
    #[derive(Deserialize)]
    struct Granted {
        access_token: String,
    }
    #[derive(Deserialize)]
    struct Refused {
        error: Option<String>,
        error_description: Option<String>,
    }
    match head.status {
        200 => match serde_json::from_slice::<Granted>(body) {
            Ok(granted) if !granted.access_token.is_empty() => Ok(Token::new(granted.access_token)),
            _ => Err(not_a_3cx(host, head, "it answers the request for a token with something else")),
        },
        400 | 401 | 403 => match serde_json::from_slice::<Refused>(body) {
            Ok(Refused { error_description: Some(reason), .. } | Refused { error: Some(reason), .. }) => {
                Err(Error::Authentication { reason })
            }
            _ if head.version.is_some() => Err(Error::Authentication { reason: format!("status {}", head.status) }),
            _ => Err(not_a_3cx(host, head, "it refuses the request for a token in another way")),
        },
        429 => Err(Error::RateLimited { retry_after: head.retry_after }),
        status @ 500.. => Err(Error::Server { status, reason: "while asking for a token".into() }),
        _ => Err(not_a_3cx(host, head, &format!("{TOKEN_PATH} answers with status {}", head.status))),
    }
}

fn not_a_3cx(host: &str, head: &Head<'_>, reason: &str) -> Error {
    let kind = head.content_type.map(|kind| format!(" ({kind})")).unwrap_or_default();
    Error::NotA3cx { host: host.to_owned(), reason: format!("{reason}{kind}") }
}
