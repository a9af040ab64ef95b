//! Refusals, and the envelope that they come in.

use threecx_catalog::{Body, Form, Method, Span};

use super::codes;
use super::response::Response;
use crate::assumptions::{OTHER_MEDIA_TYPE, UNKNOWN_KEY_MESSAGE};
use crate::odata::QueryError;
use crate::state::{Misfit, write_text};

/// Why a request is not carried out.
#[derive(Debug)]
pub(crate) enum Problem {
    /// The release has no such path.
    NoSuchPath,
    /// The path is, but not with this method.
    Method(Vec<&'static str>),
    /// No entity has the key.
    NoSuchEntity,
    /// A function's argument is not of its type. (Seen live: 500.)
    Argument,
    /// A value that the PBX does not take: the property and a `WARNINGS.*` code.
    Refused { target: String, code: &'static str },
    /// The body cannot be read as what it should be.
    Binding { target: String, message: String },
    /// The body is not JSON, by what the request says of it.
    MediaType,
    /// An invalid query option.
    Query(QueryError),
}

impl Problem {
    /// A value that is not taken.
    pub fn refused(target: &str, code: &'static str) -> Problem {
        Problem::Refused { target: target.to_owned(), code }
    }

    /// A body that is not of its type: which field it is, is not said. (Seen live.)
    pub fn of_body(misfit: Misfit, form: &Form) -> Problem {
        if misfit.too_long.is_some() { misfit.into() } else { Problem::unreadable(form) }
    }

    /// A body that cannot be read: the name that the PBX's own code has for it is missing. (Seen live for changes; the
    /// other names are an assumption.)
    pub fn unreadable(form: &Form) -> Problem {
        let target = match (form.body, form.method) {
            (Body::Entity(_), Method::Patch) => "delta".to_owned(),
            (Body::Entity(ty), _) => {
                let (first, rest) = ty.name.split_at_checked(1).unwrap_or_default();
                first.to_ascii_lowercase() + rest
            }
            _ => "parameters".to_owned(),
        };
        let message = format!("The {target} field is required.");
        Problem::Binding { target, message }
    }

    /// The same with the name that its code has in a release.
    pub fn in_release(self, release: Span) -> Problem {
        match self {
            Problem::Refused { target, code } => Problem::Refused { target, code: codes::in_release(code, release) },
            other => other,
        }
    }
}

impl From<QueryError> for Problem {
    fn from(error: QueryError) -> Problem {
        Problem::Query(error)
    }
}

impl From<Misfit> for Problem {
    fn from(misfit: Misfit) -> Problem {
        match misfit.too_long {
            Some(most) => Problem::Refused { target: misfit.target, code: codes::too_long(most) },
            None => Problem::Binding { target: misfit.target, message: misfit.message },
        }
    }
}

impl From<Problem> for Response {
    fn from(problem: Problem) -> Response {
        match problem {
            Problem::NoSuchPath => Response::empty(404),
            Problem::Method(allowed) => Response::empty(405).with("allow", allowed.join(", ")),
            Problem::NoSuchEntity => envelope(404, UNKNOWN_KEY_MESSAGE, &[]),
            Problem::Argument => Response::empty(500),
            Problem::MediaType => Response::empty(OTHER_MEDIA_TYPE).with("accept", "application/json"),
            Problem::Refused { target, code } => envelope(400, &format!("{target}:\n{code}"), &[(&target, code)]),
            Problem::Binding { target, message } => {
                envelope(400, &format!("The input was not valid.\n\n{target}:\n{message}"), &[])
            }
            Problem::Query(QueryError { message }) => {
                envelope(400, &format!("The query specified in the URI is not valid. {message}"), &[])
            }
        }
    }
}

/// `{"error":{"code":"","message":…,"details":[…]}}`
fn envelope(status: u16, message: &str, details: &[(&str, &str)]) -> Response {
    let mut body = r#"{"error":{"code":"","message":"#.to_owned();
    write_text(message, &mut body);
    if !details.is_empty() {
        body.push_str(r#","details":["#);
        for (index, (target, code)) in details.iter().enumerate() {
            body.push_str(if index > 0 { "," } else { "" });
            body.push_str(r#"{"code":"","message":"#);
            write_text(code, &mut body);
            body.push_str(r#","target":"#);
            write_text(target, &mut body);
            body.push('}');
        }
        body.push(']');
    }
    body.push_str("}}");
    Response::odata(status, body)
}
