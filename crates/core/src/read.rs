//! Reading: what came back becomes an answer, or the error that it means.
//!
//! A status of success is not enough: what lies in between (a captive portal, a maintenance page, a
//! single-page app behind a wrong address) answers 200 as well. An answer counts only if it is what
//! the operation is due.
//!
//! Rows and values stay raw JSON that points into the body: a caller that only passes them on
//! never pays for parsing them.

mod fits;

use std::fmt;
use std::time::Duration;

use serde::de::{Error as _, IgnoredAny, MapAccess, Visitor};
use serde::{Deserialize, Deserializer as _};
use serde_json::value::RawValue;
use threecx_catalog::{Answer as Declared, Content, Effect, Operation, Type, TypeRef, Verb};

use crate::depth;
use crate::error::{Cause, Error, Reason, Refusal};
use crate::{file_name, mask};

/// What the core needs of an answer's head.
#[derive(Clone, Copy, Debug, Default)]
pub struct Head<'a> {
    /// The HTTP status.
    pub status: u16,
    /// `Content-Type`
    pub content_type: Option<&'a str>,
    /// `Content-Disposition`
    pub content_disposition: Option<&'a str>,
    /// `Location`: where a redirect points.
    pub location: Option<&'a str>,
    /// `Retry-After`, read by [`crate::retry::retry_after`].
    pub retry_after: Option<Duration>,
    /// `X-3CX-Version`: the PBX's build, which every answer of the API carries.
    pub version: Option<&'a str>,
}

/// What a call brought. `Debug` shows what it is, and not what it says.
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

impl fmt::Debug for Answer<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Answer::Nothing => f.write_str("Nothing"),
            Answer::Value(value) => write!(f, "Value({} bytes)", value.get().len()),
            Answer::Rows(rows) => rows.fmt(f),
            Answer::File(file) => file.fmt(f),
        }
    }
}

/// A collection, or one page of it. `Debug` shows how many rows there are, and not what they say.
#[derive(Default)]
pub struct Rows<'a> {
    /// The rows as they came.
    pub rows: Vec<&'a RawValue>,
    /// `@odata.count`, where it was asked for.
    pub count: Option<u64>,
    /// `@odata.nextLink`
    pub next_link: Option<String>,
}

impl fmt::Debug for Rows<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Rows").field("rows", &self.rows.len()).field("count", &self.count).finish_non_exhaustive()
    }
}

/// A file in an answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct File {
    /// The name that the PBX gives it, without any folder, as every file system takes it: see [`file_name`].
    pub name: Option<String>,
    /// Its media type.
    pub media_type: String,
}

impl File {
    /// False where only the body tells a file from an error that is called a success: it has to be
    /// there whole before it counts.
    pub fn may_be_streamed(&self) -> bool {
        self.name.is_some() || !is_json(&self.media_type)
    }
}

/// The file that the body is, as far as the head tells. Only operations that give files do so: what
/// another one sends is not what it was asked for. A raw call may bring anything.
pub fn file(operation: Option<&Operation>, declared: Declared, head: &Head<'_>) -> Option<File> {
    if !(200..300).contains(&head.status) || head.status == NO_CONTENT {
        return None;
    }
    let name = head.content_disposition.and_then(file_name::of_header);
    let media_type = head.media_type();
    let is_due = match declared.content {
        // A page that says it is an attachment is one, and so is one where a page is due.
        Content::File(media, _) => name.is_some() || !media_type.is_some_and(is_page) || is_page(media),
        _ if operation.is_some() => false,
        _ => name.is_some() || media_type.is_some_and(|kind| !is_json(kind) && !is_page(kind)),
    };
    let usual = match declared.content {
        Content::File(media, _) => media,
        _ => "application/octet-stream",
    };
    is_due.then(|| File { name, media_type: media_type.unwrap_or(usual).to_owned() })
}

/// The status that says that there is no body.
const NO_CONTENT: u16 = 204;

impl Head<'_> {
    /// `Content-Type` without its parameters.
    fn media_type(&self) -> Option<&str> {
        self.content_type.map(|kind| kind.split(';').next().unwrap_or(kind).trim())
    }
}

fn is_json(media_type: &str) -> bool {
    media_type.eq_ignore_ascii_case("application/json") || media_type.to_ascii_lowercase().ends_with("+json")
}

/// True for the media types of web pages.
fn is_page(media_type: &str) -> bool {
    ["text/html", "application/xhtml+xml"].iter().any(|page| media_type.eq_ignore_ascii_case(page))
}

/// True for a file of an operation that turns out to be a web page, by its first bytes: for callers that hand it on
/// piece by piece.
pub fn is_page_instead(file: &File, beginning: &[u8]) -> bool {
    !is_page(&file.media_type) && begins_as_page(beginning)
}

/// True for a body that begins as a web page does, whatever its head calls it.
fn begins_as_page(body: &[u8]) -> bool {
    let text = body.strip_prefix(b"\xef\xbb\xbf").unwrap_or(body).trim_ascii_start();
    let begins = |with: &str| text.get(..with.len()).is_some_and(|start| start.eq_ignore_ascii_case(with.as_bytes()));
    begins("<!doctype html") || begins("<html")
}

/// Checks whether what came is an answer to this operation at all, which its status alone does not
/// say. This is enough to know whether a call has succeeded, and it costs next to nothing for a list.
/// A raw call may be answered with anything that the API could answer.
///
/// # Errors
/// The error in an answer; [`Error::NotA3cx`] for a web page; of an answer that makes no
/// sense [`Error::Answer`], or [`Error::UnknownOutcome`] if the operation changes something.
pub fn check(
    operation: Option<&'static Operation>,
    declared: Declared,
    head: &Head<'_>,
    body: &[u8],
) -> Result<(), Error> {
    if !(200..300).contains(&head.status) {
        return Err(refusal(operation, head, body));
    }
    let Some(operation) = operation else { return check_raw(declared, head, body) };
    let senseless = |reason: String| Err(senseless(Some(operation), reason));
    let file = file(Some(operation), declared, head);
    let is_called_page = head.status != NO_CONTENT && head.media_type().is_some_and(is_page);
    let page_is_due = file.as_ref().is_some_and(|file| is_page(&file.media_type));
    if !page_is_due && (is_called_page && file.is_none() || begins_as_page(body)) {
        return Err(page(head));
    }
    match file {
        // A file of another kind may say whatever it wants.
        Some(file) if file.may_be_streamed() => return Ok(()),
        None if matches!(declared.content, Content::File(..)) => return senseless("there is no file in it".into()),
        _ => {}
    }
    if let Some(message) = error_in(body) {
        let message = mask::text_about(operation, &message);
        return senseless(error_under(head.status, &message));
    }
    let is_empty = body.iter().all(u8::is_ascii_whitespace);
    match declared.content {
        Content::Value(ty) if is_empty && is_due(operation, ty, head.status) => senseless("it is empty".into()),
        // Of a question, the answer is read anyway.
        Content::Nothing | Content::Value(_) if !is_empty && operation.effect != Effect::Reads => {
            serde_json::from_slice::<IgnoredAny>(body).map(drop).or_else(|error| senseless(error.to_string()))
        }
        _ => Ok(()),
    }
}

/// The same for a raw call, of which it is only known whether it went to the API: that never answers with a web
/// page, and with an error only under a status that says so.
fn check_raw(declared: Declared, head: &Head<'_>, body: &[u8]) -> Result<(), Error> {
    let is_of_api = matches!(declared.content, Content::Value(_));
    if !is_of_api || head.status == NO_CONTENT || file(None, declared, head).is_some_and(|file| file.may_be_streamed())
    {
        return Ok(());
    }
    if head.media_type().is_some_and(is_page) || begins_as_page(body) {
        return Err(page(head));
    }
    match error_in(body) {
        Some(message) => Err(senseless(None, error_under(head.status, &message))),
        None => Ok(()),
    }
}

fn error_under(status: u16, message: &str) -> String {
    let colon = if message.is_empty() { "" } else { ": " };
    format!("it is an error under status {status}{colon}{message}")
}

/// True if an answer without a body does not count as one. A 204 says that there is nothing: for a function that is
/// how OData gives null. An action may answer nothing, unless an entity or rows are due.
fn is_due(operation: &Operation, ty: TypeRef, status: u16) -> bool {
    let several = ty.collection || matches!(operation.verb, Verb::List | Verb::Get);
    match operation.effect {
        Effect::Reads => status != NO_CONTENT || several,
        _ => status != NO_CONTENT && (several || matches!(ty.ty, Type::Structure(_))),
    }
}

/// An answer that makes no sense. A question can be asked again; what changes something may have
/// been carried out.
pub fn senseless(operation: Option<&Operation>, reason: String) -> Error {
    let error = match operation {
        Some(operation) if operation.effect != Effect::Reads => Error::UnknownOutcome { cause: Cause::Broken(reason) },
        _ => Error::Answer { reason },
    };
    error.without::<&str>(&[])
}

fn page(head: &Head<'_>) -> Error {
    let kind = head.media_type().filter(|kind| is_page(kind)).unwrap_or("text/html");
    not_a_3cx(format!("it sends a web page ({kind}) where an answer of the API is due"))
}

/// A caller that knows where the request went replaces this name.
fn not_a_3cx(reason: String) -> Error {
    Error::NotA3cx { host: "the server".into(), reason }
}

/// The message of an error envelope, `{"error": …}`. No answer of the API has a member of this name.
fn error_in(body: &[u8]) -> Option<String> {
    #[derive(Deserialize)]
    #[serde(field_identifier, rename_all = "lowercase")]
    enum Member {
        Error,
        Value,
        #[serde(other)]
        Other,
    }
    struct Found<'a, 'de>(&'a mut Option<&'de RawValue>);
    impl<'de> Visitor<'de> for Found<'_, 'de> {
        type Value = ();

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("an object")
        }

        fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<(), A::Error> {
            while let Some(member) = members.next_key()? {
                match member {
                    Member::Error => {
                        *self.0 = Some(members.next_value()?);
                        return Ok(());
                    }
                    // Where a list begins, its rows have come; they are not read twice.
                    Member::Value => return Ok(()),
                    Member::Other => drop(members.next_value::<IgnoredAny>()?),
                }
            }
            Ok(())
        }
    }
    #[derive(Deserialize)]
    struct Said {
        message: String,
    }
    if !body.trim_ascii_start().starts_with(b"{") {
        return None;
    }
    let mut found = None;
    // It stops at that member, and complains that more follows: that matters to the caller that reads all of it.
    let _ = serde_json::Deserializer::from_slice(body).deserialize_map(Found(&mut found));
    let found = found?;
    match serde_json::from_str::<Said>(found.get()) {
        Ok(Said { message }) => Some(message.trim().to_owned()),
        Err(_) => serde_json::from_str::<Option<String>>(found.get()).unwrap_or(Some(String::new())),
    }
}

/// Reads an answer to an operation (`None` for a raw call).
///
/// # Errors
/// Those of [`check`]; [`Error::Answer`] if it makes no sense.
pub fn read<'a>(
    operation: Option<&'static Operation>,
    declared: Declared,
    head: &Head<'_>,
    body: &'a [u8],
) -> Result<Answer<'a>, Error> {
    check(operation, declared, head, body)?;
    read_checked(operation, declared, head, body)
}

/// Reads an answer that [`check`] lets pass.
///
/// # Errors
/// [`Error::Answer`] if it makes no sense.
pub fn read_checked<'a>(
    operation: Option<&'static Operation>,
    declared: Declared,
    head: &Head<'_>,
    body: &'a [u8],
) -> Result<Answer<'a>, Error> {
    if let Some(file) = file(operation, declared, head) {
        return Ok(Answer::File(file));
    }
    if body.iter().all(u8::is_ascii_whitespace) {
        return Ok(Answer::Nothing);
    }
    match json(declared, body) {
        Ok(answer) if is_too_deep(&answer) => {
            let reason = format!("it is nested deeper than the {} levels that are read", depth::DEEPEST);
            Err(senseless(operation, reason))
        }
        Ok(answer) => match (operation, declared.content) {
            (Some(due), Content::Value(ty)) => match fits::misfit(due, ty, &answer) {
                Some(reason) => Err(senseless(operation, reason)),
                None => Ok(answer),
            },
            _ => Ok(answer),
        },
        Err(_) if head.media_type().is_some_and(is_page) || begins_as_page(body) => Err(page(head)),
        Err(error) => Err(senseless(operation, error.to_string())),
    }
}

/// True for what no program should have to walk through: each of its levels takes stack and indentation.
fn is_too_deep(answer: &Answer<'_>) -> bool {
    match answer {
        Answer::Value(value) => depth::is_deeper(value.get()),
        Answer::Rows(rows) => rows.rows.iter().any(|row| depth::is_deeper(row.get())),
        Answer::Nothing | Answer::File(_) => false,
    }
}

fn json(declared: Declared, body: &[u8]) -> Result<Answer<'_>, serde_json::Error> {
    // Lists are what is long: they are read in one go. Anything else shows at its first members.
    let mut is_entity = false;
    let mut reader = serde_json::Deserializer::from_slice(body);
    let listed = reader.deserialize_map(Listing { is_entity: &mut is_entity });
    if let Ok(rows) = listed.and_then(|rows| reader.end().map(|()| rows)) {
        return Ok(Answer::Rows(rows));
    }
    let raw: &RawValue = serde_json::from_slice(body)?;
    if is_entity || !raw.get().starts_with('{') {
        return Ok(Answer::Value(raw));
    }
    let envelope: Envelope = serde_json::from_str(raw.get())?;
    // An entity may have a property called `value`; an envelope has nothing else beside it.
    let Some(value) = envelope.value.filter(|_| !envelope.has_others) else { return Ok(Answer::Value(raw)) };
    let collection = match declared.content {
        Content::Value(ty) => ty.collection || value.get().starts_with('['),
        _ => value.get().starts_with('['),
    };
    if !collection || value.get() == "null" {
        return Ok(Answer::Value(value));
    }
    let rows = serde_json::from_str(value.get())?;
    Ok(Answer::Rows(Rows { rows, count: envelope.count, next_link: envelope.next_link }))
}

/// An envelope around a list, and nothing else: `{"@odata.context": …, "value": [row, row]}`.
struct Listing<'a> {
    /// Whether it has a member that no envelope has.
    is_entity: &'a mut bool,
}

impl<'de> Visitor<'de> for Listing<'_> {
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
                _ => {
                    *self.is_entity = true;
                    return Err(A::Error::custom("it is an entity"));
                }
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
        for (name, value) in crate::members::Members::deserialize(deserializer)?.0 {
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

/// The error that a status other than success means.
fn refusal(operation: Option<&'static Operation>, head: &Head<'_>, body: &[u8]) -> Error {
    let mut refusal = parse_refusal(head.status, body);
    if let Some(operation) = operation {
        let texts = refusal.reasons.iter_mut().flat_map(|reason| [Some(&mut reason.code), reason.target.as_mut()]);
        for text in texts.flatten().chain([&mut refusal.message]) {
            *text = mask::text_about(operation, text).into_owned();
        }
    }
    let error = match head.status {
        300..=399 => not_a_3cx(format!("it redirects to {}", head.location.unwrap_or("nowhere"))),
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
    };
    // It may quote what it refuses.
    error.without::<&str>(&[])
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
        let text = String::from_utf8_lossy(&body[..body.len().min(4000)]);
        let text = if text.trim_start().starts_with('<') { "" } else { text.trim() };
        // Before it is cut: of half a secret nobody knows what it is.
        let text = mask::shown_text(text);
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
