//! Reading: what came back becomes an answer, or the error that it means.
//!
//! Rows and values stay raw JSON that points into the body: whoever only passes them on never
//! pays for parsing them.

use std::fmt;
use std::time::Duration;

use serde::Deserialize;
use serde::de::{Error as _, IgnoredAny, MapAccess, Visitor};
use serde_json::value::RawValue;
use threecx_catalog::{Answer as Declared, Content, Operation};

use crate::error::{Error, Reason, Refusal};

/// What the core needs of an answer's head.
#[derive(Clone, Copy, Debug, Default)]
pub struct Head<'a> {
    /// The HTTP status.
    pub status: u16,
    /// `Content-Type`
    pub content_type: Option<&'a str>,
    /// `Content-Disposition`
    pub content_disposition: Option<&'a str>,
    /// `Retry-After`, read by [`crate::retry::retry_after`].
    pub retry_after: Option<Duration>,
    /// `X-3CX-Version`: the PBX's build, which every answer of the API carries.
    pub version: Option<&'a str>,
}

/// What a call brought.
#[derive(Debug)]
pub enum Answer<'a> {
    /// It is done; there is nothing to read.
    Nothing,
    /// An entity, or the value of a function.
    Value(&'a RawValue),
    /// A collection.
    Rows(Rows<'a>),
    /// A file; its bytes are the body.
    File(File),
}

/// A collection, or one page of it.
#[derive(Debug, Default)]
pub struct Rows<'a> {
    /// The rows as they came.
    pub rows: Vec<&'a RawValue>,
    /// `@odata.count`, where it was asked for.
    pub count: Option<u64>,
    /// `@odata.nextLink`
    pub next_link: Option<String>,
}

/// A file in an answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct File {
    /// The name that the PBX gives it, without any folder.
    pub name: Option<String>,
    /// Its media type.
    pub media_type: String,
}

/// True if the body is a file, so that it may be streamed to where it belongs. What came
/// decides: many downloads are declared as JSON.
pub fn file(declared: Declared, head: &Head<'_>) -> Option<File> {
    if !(200..300).contains(&head.status) {
        return None;
    }
    let name = head.content_disposition.and_then(file_name);
    let media_type = head.content_type.map(|kind| kind.split(';').next().unwrap_or(kind).trim().to_owned());
    let json = media_type.as_deref().is_none_or(|kind| kind == "application/json" || kind.ends_with("+json"));
    match declared.content {
        Content::File(media, _) => Some(File { name, media_type: media_type.unwrap_or_else(|| media.to_owned()) }),
        _ if name.is_some() || (!json && head.status != 204) => {
            Some(File { name, media_type: media_type.unwrap_or_else(|| "application/octet-stream".into()) })
        }
        _ => None,
    }
}

/// Reads an answer to an operation (`None` for a raw call).
///
/// # Errors
/// The error that the answer means; [`Error::Answer`] if it makes no sense.
pub fn read<'a>(
    operation: Option<&'static Operation>,
    declared: Declared,
    head: &Head<'_>,
    body: &'a [u8],
) -> Result<Answer<'a>, Error> {
    if !(200..300).contains(&head.status) {
        return Err(refusal(operation, head, body));
    }
    if let Some(file) = file(declared, head) {
        return Ok(Answer::File(file));
    }
    if body.iter().all(u8::is_ascii_whitespace) {
        return Ok(Answer::Nothing);
    }
    json(declared, body)
}

fn json(declared: Declared, body: &[u8]) -> Result<Answer<'_>, Error> {
    // Lists are what is long: they are read in one go. Anything else shows at its first members.
    if let Ok(Listing(rows)) = serde_json::from_slice(body) {
        return Ok(Answer::Rows(rows));
    }
    let broken = |error: serde_json::Error| Error::Answer { reason: error.to_string() };
    let raw: &RawValue = serde_json::from_slice(body).map_err(broken)?;
    if !raw.get().starts_with('{') {
        return Ok(Answer::Value(raw));
    }
    let envelope: Envelope = serde_json::from_str(raw.get()).map_err(broken)?;
    // An entity may have a property called `value`; an envelope has nothing else beside it.
    let Some(value) = envelope.value.filter(|_| !envelope.has_others) else { return Ok(Answer::Value(raw)) };
    let collection = match declared.content {
        Content::Value(ty) => ty.collection || value.get().starts_with('['),
        _ => value.get().starts_with('['),
    };
    if !collection || value.get() == "null" {
        return Ok(Answer::Value(value));
    }
    let rows = serde_json::from_str(value.get()).map_err(broken)?;
    Ok(Answer::Rows(Rows { rows, count: envelope.count, next_link: envelope.next_link }))
}

/// An envelope around a list, and nothing else: `{"@odata.context": …, "value": [row, row]}`.
struct Listing<'a>(Rows<'a>);

impl<'de: 'a, 'a> Deserialize<'de> for Listing<'a> {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(ListingVisitor).map(Listing)
    }
}

struct ListingVisitor;

impl<'de> Visitor<'de> for ListingVisitor {
    type Value = Rows<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an envelope around a list")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Rows<'de>, A::Error> {
        let (mut found, mut rows) = (false, Rows::default());
        while let Some(name) = members.next_key::<String>()? {
            match name.as_str() {
                "value" => {
                    rows.rows = members.next_value()?;
                    found = true;
                }
                "@odata.count" => rows.count = count(members.next_value()?),
                "@odata.nextLink" => rows.next_link = link(members.next_value()?),
                name if name.starts_with('@') => drop(members.next_value::<IgnoredAny>()?),
                _ => return Err(A::Error::custom("it is an entity")),
            }
        }
        if found { Ok(rows) } else { Err(A::Error::missing_field("value")) }
    }
}

fn count(value: &RawValue) -> Option<u64> {
    value.get().trim_matches('"').parse().ok()
}

fn link(value: &RawValue) -> Option<String> {
    serde_json::from_str(value.get()).ok()
}

/// `{"@odata.context": …, "@odata.count": …, "value": …}`
#[derive(Default)]
struct Envelope<'a> {
    value: Option<&'a RawValue>,
    count: Option<u64>,
    next_link: Option<String>,
    has_others: bool,
}

impl<'de: 'a, 'a> Deserialize<'de> for Envelope<'a> {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let mut envelope = Envelope::default();
        for (name, value) in crate::coerce::Members::deserialize(deserializer)?.0 {
            match name.as_str() {
                "value" => envelope.value = Some(value),
                "@odata.count" => envelope.count = count(value),
                "@odata.nextLink" => envelope.next_link = link(value),
                name => envelope.has_others |= !name.starts_with('@'),
            }
        }
        Ok(envelope)
    }
}

/// The name in a `Content-Disposition`, without any folder: a server must not be able to
/// choose where a file goes.
fn file_name(header: &str) -> Option<String> {
    let parameter = |wanted: &str| {
        parameters(header).into_iter().find(|(key, _)| key.eq_ignore_ascii_case(wanted)).map(|(_, value)| value)
    };
    let extended = parameter("filename*").and_then(|value| {
        let (_, encoded) = value.split_once("''")?;
        percent_decoded(encoded)
    });
    let name = extended.or_else(|| parameter("filename"))?;
    let name = name.rsplit(['/', '\\']).next().unwrap_or_default().trim();
    let name: String = name.chars().filter(|c| !c.is_control() && !"<>:\"|?*".contains(*c)).collect();
    (!name.trim_matches('.').is_empty()).then_some(name)
}

/// The `key=value` parts of a header; a value in quotes may hold semicolons.
fn parameters(header: &str) -> Vec<(String, String)> {
    let mut parts = vec![String::new()];
    let (mut quoted, mut escaped) = (false, false);
    for c in header.chars() {
        match c {
            _ if escaped => escaped = false,
            '\\' if quoted => {
                escaped = true;
                continue;
            }
            '"' => {
                quoted = !quoted;
                continue;
            }
            ';' if !quoted => {
                parts.push(String::new());
                continue;
            }
            _ => {}
        }
        if let Some(part) = parts.last_mut() {
            part.push(c);
        }
    }
    let pair = |part: &String| part.split_once('=').map(|(k, v)| (k.trim().to_owned(), v.trim().to_owned()));
    parts.iter().filter_map(pair).collect()
}

fn percent_decoded(text: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((&first, after)) = rest.split_first() {
        if first == b'%' {
            let hex = after.get(..2).and_then(|hex| std::str::from_utf8(hex).ok())?;
            bytes.push(u8::from_str_radix(hex, 16).ok()?);
            rest = &after[2..];
        } else {
            bytes.push(first);
            rest = after;
        }
    }
    String::from_utf8(bytes).ok()
}

/// The error that a status other than success means.
fn refusal(operation: Option<&'static Operation>, head: &Head<'_>, body: &[u8]) -> Error {
    let refusal = parse_refusal(head.status, body);
    match head.status {
        401 => Error::Authentication { reason: non_empty(&refusal.message, "it says the token does not hold") },
        403 => Error::Permission {
            operation: operation.map(|operation| operation.id),
            role: operation.and_then(|operation| operation.role),
            reason: refusal.message,
        },
        404 => Error::NotFound(Box::new(refusal)),
        429 => Error::RateLimited { retry_after: head.retry_after },
        500.. => Error::Server { status: head.status, reason: refusal.message },
        _ if refusal.reasons.iter().any(|reason| reason.code == "WARNINGS.XAPI.NOT_FOUND") => {
            Error::NotFound(Box::new(refusal))
        }
        _ => Error::Rejected(Box::new(refusal)),
    }
}

fn non_empty(text: &str, otherwise: &str) -> String {
    if text.is_empty() { otherwise.to_owned() } else { text.to_owned() }
}

/// Reads the error envelope; of anything else, the start of its text.
fn parse_refusal(status: u16, body: &[u8]) -> Refusal {
    #[derive(Deserialize)]
    struct Envelope {
        error: Main,
    }
    #[derive(Deserialize)]
    struct Main {
        #[serde(default)]
        message: String,
        #[serde(default)]
        target: Option<String>,
        #[serde(default)]
        details: Option<Vec<Detail>>,
    }
    #[derive(Deserialize)]
    struct Detail {
        #[serde(default)]
        message: String,
        #[serde(default)]
        target: Option<String>,
    }
    let Ok(Envelope { error }) = serde_json::from_slice(body) else {
        let text = String::from_utf8_lossy(&body[..body.len().min(400)]);
        let text = if text.trim_start().starts_with('<') { "" } else { text.trim() };
        return Refusal { status, message: text.chars().take(200).collect(), reasons: Vec::new() };
    };
    let details = error.details.unwrap_or_default().into_iter();
    let mut reasons: Vec<Reason> =
        details.map(|detail| Reason { target: detail.target, code: detail.message }).collect();
    let code = error.message.rsplit('\n').next().unwrap_or_default().trim();
    if reasons.is_empty() && code.starts_with("WARNINGS.") {
        reasons.push(Reason { target: error.target, code: code.to_owned() });
    }
    Refusal { status, message: error.message, reasons }
}
