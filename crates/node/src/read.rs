//! `read`: what an answer is. The face keeps the rows: it may hand over the answer with the rows
//! left out (`{"@odata.count": 500, "value": []}`).

use std::time::Duration;

use serde::Deserialize;
use serde::de::IgnoredAny;
use serde_json::json;
use threecx_catalog::{Operation, Span};
use threecx_core::read::{self, Answer, Head};
use threecx_core::{Error, retry};

use crate::command::{self, Reply};

/// The command.
#[derive(Deserialize)]
pub(crate) struct Read<'a> {
    operation: &'a str,
    #[serde(default)]
    version: Option<&'a str>,
    /// True if only rows will do: for a face to which their absence means something.
    #[serde(default)]
    rows: bool,
    /// The body that was sent, which may come back in an error: its secrets are taken out.
    #[serde(default)]
    sent: Option<String>,
    /// How many bytes came: of a file, the body is not handed over, or only its start.
    #[serde(default)]
    size: Option<u64>,
    /// What the face finds wrong with the body, which it does not hand over then.
    #[serde(default)]
    wrong: Option<String>,
    #[serde(flatten)]
    received: Received,
}

/// An answer: status, headers in lowercase, body as text (empty for a file).
#[derive(Deserialize)]
pub(crate) struct Received {
    pub status: u16,
    #[serde(default)]
    pub headers: Headers,
    #[serde(default)]
    pub body: String,
}

/// The headers that matter.
#[derive(Default, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) struct Headers {
    content_type: Option<String>,
    content_disposition: Option<String>,
    location: Option<String>,
    retry_after: Option<String>,
    date: Option<String>,
    #[serde(rename = "x-3cx-version")]
    version: Option<String>,
}

impl Received {
    pub fn head(&self) -> Head<'_> {
        Head {
            status: self.status,
            content_type: self.headers.content_type.as_deref(),
            content_disposition: self.headers.content_disposition.as_deref(),
            location: self.headers.location.as_deref(),
            retry_after: self.retry_after(),
            version: self.headers.version.as_deref(),
        }
    }

    /// A date counts from the answer's own: there is no clock here.
    fn retry_after(&self) -> Option<Duration> {
        let Headers { retry_after, date, .. } = &self.headers;
        retry::retry_after(retry_after.as_deref()?, date.as_deref(), None)
    }
}

/// `{kind: "nothing"}`, `{kind: "value", in}`, `{kind: "rows", rows, count, nextLink}` or
/// `{kind: "file", name, mediaType}`; `in` says whether the value is the whole `body` or its
/// member `value`. All of them name the PBX's `version`, if the answer does.
pub(crate) fn read(mut read: Read<'_>) -> Reply {
    let operation = command::operation(read.operation)?;
    let sent = read.sent.take();
    understood(operation, read).map_err(|failure| failure.without_secrets_of(operation, sent.as_deref()))
}

fn understood(operation: &'static Operation, read: Read<'_>) -> Reply {
    let target = command::target(read.version)?.unwrap_or(Span::NEWEST);
    let declared = operation.form(target).unwrap_or(operation.newest_form()).answer_in(target);
    let Received { body, headers, .. } = &read.received;
    if let Some(reason) = read.wrong {
        return Err(read::senseless(Some(operation), reason).into());
    }
    let mut reply = match read::read(Some(operation), declared, &read.received.head(), body.as_bytes())? {
        Answer::Nothing | Answer::Value(_) | Answer::File(_) if read.rows => {
            return Err(Error::Answer { reason: "there are no rows in it".into() }.into());
        }
        Answer::File(_) if body.trim().is_empty() && read.size.is_some_and(|size| size <= body.len() as u64) => {
            return Err(read::senseless(Some(operation), "the file is empty".into()).into());
        }
        // Nothing but its type says that it is one.
        Answer::File(file) if !file.may_be_streamed() && serde_json::from_str::<IgnoredAny>(body).is_err() => {
            return Err(read::senseless(Some(operation), "its type is JSON, but its content is not".into()).into());
        }
        Answer::Nothing => json!({ "kind": "nothing" }),
        Answer::Value(value) => {
            let whole = value.get().len() == body.trim().len();
            json!({ "kind": "value", "in": if whole { "body" } else { "value" } })
        }
        Answer::Rows(rows) => json!({
            "kind": "rows",
            "rows": rows.rows.len(),
            "count": rows.count,
            "nextLink": rows.next_link,
        }),
        Answer::File(file) => json!({ "kind": "file", "name": file.name, "mediaType": file.media_type }),
    };
    reply["version"] = json!(headers.version);
    Ok(reply)
}
