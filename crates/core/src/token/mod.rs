//! Tokens: asking for one, reading the answer, and knowing when it ends.
//!
//! A PBX keeps one live token per client: a new one kills the old. So a client that meets
//! a 401 first checks whether another one has fetched a newer token, then fetches once. Service
//! principals ask with client ID and secret; users log in once ([`login`]) and then renew.
//!
//! ```text
//!             none / expired                 401 on the newest
//!   (start) ───────────────► Fetch ◄────────────────────────── Use(token)
//!                              │  arrived                          ▲ │ 401 on an older one
//!                              └───────────────────────────────────┘ └──► Use(newer)
//! ```

pub mod login;

use std::fmt;
use std::ops::Range;

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
    /// When it has to be renewed, in seconds since 1970; `None` if it does not say.
    renew_at: Option<u64>,
}

impl Token {
    /// A token that was fetched elsewhere: it is renewed shortly before its own end.
    pub fn new(text: String) -> Token {
        let renew_at = claims(&text).map(|claims| claims.expires_at.saturating_sub(MARGIN));
        Token { text: Zeroizing::new(text), renew_at }
    }

    /// A token that came at `now`. How long it lives is what counts, by this machine's clock:
    /// the PBX's may be an hour off. A short life leaves a smaller margin.
    pub fn received(text: String, now: u64) -> Token {
        let life = claims(&text).and_then(|claims| claims.expires_at.checked_sub(claims.issued_at?));
        match life {
            Some(life) => Token::kept(text, Some(now.saturating_add(life - MARGIN.min(life / 4)))),
            None => Token::new(text),
        }
    }

    /// A token that was kept, with what [`Token::renew_at`] said of it.
    pub fn kept(text: String, renew_at: Option<u64>) -> Token {
        Token { text: Zeroizing::new(text), renew_at }
    }

    /// The token itself, to be kept where no one else can read it.
    pub fn expose(&self) -> &str {
        &self.text
    }

    /// The value of the `Authorization` header.
    pub fn authorization(&self) -> Zeroizing<String> {
        Zeroizing::new(format!("Bearer {}", self.text.as_str()))
    }

    /// What the token says of itself, if it can be read.
    pub fn claims(&self) -> Option<Claims> {
        claims(&self.text)
    }

    /// Seconds since 1970 at which it ends, from its own `exp` claim. The `expires_in` beside
    /// it cannot be trusted: 60 meant minutes before 20.0.9 and means seconds since.
    pub fn expires_at(&self) -> Option<u64> {
        self.claims().map(|claims| claims.expires_at)
    }

    /// When it has to be renewed, in seconds since 1970 by this machine's clock.
    pub fn renew_at(&self) -> Option<u64> {
        self.renew_at
    }

    /// How many seconds the PBX's clock was ahead of this machine's when the token came, as far
    /// as it says when it was made.
    pub fn clock_ahead(&self) -> Option<i64> {
        let Claims { expires_at, issued_at, .. } = self.claims()?;
        let issued_at = issued_at?;
        let life = expires_at.checked_sub(issued_at)?;
        let received = self.renew_at?.checked_sub(life - MARGIN.min(life / 4))?;
        // Seconds since 1970 fit, unless someone plays with us.
        i64::try_from(issued_at).ok()?.checked_sub(i64::try_from(received).ok()?)
    }

    /// True if it is still valid at `now`, in seconds since 1970.
    pub fn holds_at(&self, now: u64) -> bool {
        self.renew_at.is_none_or(|end| now < end)
    }
}

impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Token(*** until {:?})", self.renew_at)
    }
}

/// What a token says of itself. Instants are seconds since 1970 by the PBX's clock.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Claims {
    /// `exp`
    pub expires_at: u64,
    /// `iat`, or `nbf` where there is none.
    pub issued_at: Option<u64>,
    /// `role`: `system_owners` and the like, among others that are not roles of people.
    pub roles: Vec<String>,
}

/// The claims of a JWT. The signature is the PBX's business.
fn claims(token: &str) -> Option<Claims> {
    #[derive(Deserialize)]
    struct Payload {
        exp: f64,
        iat: Option<f64>,
        nbf: Option<f64>,
        role: Option<Roles>,
    }
    /// One role is a text, several are a list.
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum Roles {
        One(String),
        Several(Vec<String>),
    }
    let payload = token.split('.').nth(1)?;
    let payload = URL_SAFE_NO_PAD.decode(payload.trim_end_matches('=')).ok()?;
    let Payload { exp, iat, nbf, role } = serde_json::from_slice(&payload).ok()?;
    let seconds = |instant: f64| (instant > 0.0).then_some(instant as u64);
    let roles = match role {
        Some(Roles::One(role)) => vec![role],
        Some(Roles::Several(roles)) => roles,
        None => Vec::new(),
    };
    Some(Claims { expires_at: seconds(exp)?, issued_at: iat.or(nbf).and_then(seconds), roles })
}

/// Plans the request for a token by client credentials.
pub fn request(client_id: &str, client_secret: &str) -> Request {
    let mut body = "grant_type=client_credentials&client_id=".to_owned();
    form_value(client_id, &mut body);
    body.push_str("&client_secret=");
    let start = body.len();
    form_value(client_secret, &mut body);
    let secrets = std::iter::once(start..body.len()).collect();
    posted(TOKEN_PATH, "application/x-www-form-urlencoded", body, secrets)
}

fn posted(path: &str, content_type: &str, body: String, secrets: Vec<Range<usize>>) -> Request {
    Request {
        method: Method::Post,
        path_and_query: path.to_owned(),
        headers: vec![("accept", "application/json".to_owned()), ("content-type", content_type.to_owned())],
        body: Some(body),
        answer: Answer { status: 200, content: Content::Nothing },
        secrets,
    }
}

/// In a form, what `encode` leaves alone is safe except for the characters that forms use.
pub(crate) fn form_value(text: &str, out: &mut String) {
    let mut encoded = String::new();
    literal::encode(text, &mut encoded);
    out.push_str(&encoded.replace('=', "%3D").replace('\'', "%27"));
}

/// What came with a token.
#[derive(Clone, PartialEq, Eq)]
pub struct Granted {
    /// The token itself.
    pub access: Zeroizing<String>,
    /// What the next one is asked for with, where a user has logged in.
    pub refresh: Option<Zeroizing<String>>,
}

impl fmt::Debug for Granted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Granted(***)")
    }
}

#[derive(Deserialize)]
struct GrantedJson {
    access_token: String,
    refresh_token: Option<String>,
}

impl GrantedJson {
    /// Nothing if one of them is not a token.
    fn granted(self) -> Option<Granted> {
        let (access, refresh) = (Zeroizing::new(self.access_token), self.refresh_token.map(Zeroizing::new));
        let refresh = refresh.filter(|token| !token.is_empty());
        let are_tokens = is_token(&access) && refresh.as_ref().is_none_or(|refresh| is_token(refresh));
        are_tokens.then_some(Granted { access, refresh })
    }
}

/// The longest token, in bytes. Those of a PBX have a tenth of it; servers take no longer headers.
const LONGEST: usize = 16 << 10;

/// True if a header can carry it: visible ASCII, and not endless. Anything else would fail with every call.
pub fn is_token(text: &str) -> bool {
    (1..=LONGEST).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_graphic())
}

/// Reads the answer to the request for a token.
///
/// # Errors
/// Those of [`read_granted`].
pub fn read(host: &str, head: &Head<'_>, body: &[u8]) -> Result<Token, Error> {
    read_granted(host, head, body).map(|granted| Token::new(granted.access.to_string()))
}

/// Reads the answer to the request for a token, with what came beside it.
///
/// # Errors
/// [`Error::Authentication`] if the PBX does not accept the credentials, [`Error::NotA3cx`]
/// if what came is not a 3CX's answer.
pub fn read_granted(host: &str, head: &Head<'_>, body: &[u8]) -> Result<Granted, Error> {
    #[derive(Deserialize)]
    struct Refused {
        error: Option<String>,
        error_description: Option<String>,
    }
    match head.status {
        200 => {
            let granted = serde_json::from_slice::<GrantedJson>(body).ok().and_then(GrantedJson::granted);
            granted.ok_or_else(|| not_a_3cx(host, head, "it answers the request for a token with something else"))
        }
        400 | 401 | 403 => match serde_json::from_slice::<Refused>(body) {
            Ok(Refused { error_description: Some(reason), .. } | Refused { error: Some(reason), .. }) => {
                Err(Error::Authentication { reason }.without::<&str>(&[]))
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
    Error::NotA3cx { host: host.to_owned(), reason: format!("{reason}{kind}") }.without::<&str>(&[])
}
