//! Errors as they leave: the core's code, line and next step. Next steps that name the command
//! line are worded for someone in front of a workflow editor.

use serde_json::{Value, json};
use threecx_catalog::{Operation, operations};
use threecx_core::{Error, InputError, NextStep, did_you_mean, mask};

use crate::names;

/// Why a command brought no result.
#[derive(Debug)]
pub(crate) enum Failure {
    /// What the core says.
    Core(Error),
    /// The same of a call about one thing: `User 29`.
    About(Error, String),
    /// The command itself makes no sense: the face is wrong, not the person.
    Command(String),
    /// There is no such operation.
    Operation { id: String, hint: Option<String> },
}

impl Failure {
    pub fn command(message: String) -> Failure {
        Failure::Command(message)
    }

    pub fn unknown_operation(id: &str) -> Failure {
        let known: Vec<&str> = operations().map(|operation| operation.id).collect();
        Failure::Operation { id: id.to_owned(), hint: did_you_mean(id, &known) }
    }

    /// The same, with what the call is about.
    pub fn about(self, thing: Option<String>) -> Self {
        match (self, thing) {
            (Failure::Core(error), Some(thing)) => Failure::About(error, thing),
            (failure, _) => failure,
        }
    }

    /// The same without the secrets that an operation takes or gives, and those in the body that was sent.
    pub fn without_secrets_of(self, operation: &Operation, sent: Option<&str>) -> Failure {
        let without = |error: Error| {
            let secrets = sent.map(|sent| mask::secrets_in(operation, sent)).unwrap_or_default();
            error.without_secrets_of(operation).without(&secrets)
        };
        match self {
            Failure::Core(error) => Failure::Core(without(error)),
            Failure::About(error, thing) => Failure::About(without(error), thing),
            other => other,
        }
    }

    /// `{"error": {code, message, next, argument?, status?}}`, of which no text is longer than a person reads.
    pub fn reply(&self) -> Value {
        let mut error = match self {
            Failure::Core(error) => core(error),
            Failure::About(error, thing) => about(error, thing),
            Failure::Command(message) => json!({
                "code": "command",
                "message": message,
                "next": "This is a mistake in the node itself; please report it.",
            }),
            Failure::Operation { id, hint } => json!({
                "code": "input",
                "message": format!("there is no operation `{id}`"),
                "next": hint.as_deref().unwrap_or("Choose an operation from the list."),
            }),
        };
        for name in ["message", "next", "argument"] {
            if let Some(Value::String(text)) = error.get_mut(name) {
                cut(text);
            }
        }
        json!({ "error": error })
    }
}

/// Shortens what a PBX or an argument made long.
fn cut(text: &mut String) {
    const LONGEST: usize = 2000;
    if let Some((end, _)) = text.char_indices().nth(LONGEST) {
        text.truncate(end);
        text.push('…');
    }
}

impl From<Error> for Failure {
    fn from(error: Error) -> Failure {
        Failure::Core(error)
    }
}

/// What is not there is named, unless the PBX says that something else is meant.
fn about(error: &Error, thing: &str) -> Value {
    let mut reply = core(error);
    if let Error::NotFound(refusal) = error
        && refusal.reasons.iter().all(|reason| reason.target.is_none())
    {
        reply["message"] = json!(format!("{thing} does not exist"));
        reply["next"] = json!("Check the ID or number: an ID is not an extension number. List what there is first.");
    }
    reply
}

fn core(error: &Error) -> Value {
    let mut reply = json!({ "code": error.code(), "message": message(error), "next": next_step(error) });
    match error {
        Error::Input(input) => reply["argument"] = json!(input.argument),
        Error::NotFound(refusal) | Error::Rejected(refusal) => {
            reply["status"] = json!(refusal.status);
            let reasons = refusal.reasons.iter();
            reply["reasons"] = reasons
                .map(|reason| json!({ "target": reason.target, "code": reason.code, "sentence": reason.sentence() }))
                .collect();
        }
        Error::Server { status, .. } => reply["status"] = json!(status),
        Error::Authentication { .. } => reply["status"] = json!(401),
        Error::Permission { .. } => reply["status"] = json!(403),
        Error::RateLimited { .. } => reply["status"] = json!(429),
        _ => {}
    }
    reply
}

/// What happened, in the words of the editor: inputs by the names that they have there, and releases that came with
/// several descriptions with the date of one.
fn message(error: &Error) -> String {
    match error {
        Error::Input(input) if !input.argument.contains(' ') => {
            Error::from(InputError { argument: names::label(&input.argument), ..(**input).clone() }).to_string()
        }
        Error::NotInVersion(_) => dated(&error.to_string()),
        _ => error.to_string(),
    }
}

/// `20.0.7@2025-06-23` → `20.0.7 (2025-06-23)`
fn dated(text: &str) -> String {
    const DAY: usize = "2025-06-23".len();
    let mut parts = text.split('@');
    let mut out = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        match part.split_at_checked(DAY) {
            Some((day, rest)) if day.bytes().all(|byte| byte.is_ascii_digit() || byte == b'-') => {
                out.push_str(&format!(" ({day}){rest}"));
            }
            _ => out.push_str(&format!("@{part}")),
        }
    }
    out
}

fn next_step(error: &Error) -> String {
    let next = match error.next_step() {
        NextStep::Use(new) => format!("Use the operation {} of {} instead.", new.title, new.resource.title),
        NextStep::ReportAnswer => {
            "Run it again; if it stays, report it with the operation and the PBX's version.".to_owned()
        }
        other => other.to_string(),
    };
    match error {
        Error::Certificate { .. } => {
            format!("{next} For a private CA, give its certificate to n8n (NODE_EXTRA_CA_CERTS).")
        }
        _ => next,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(error: impl Into<Error>) -> String {
        Failure::from(error.into()).reply()["error"]["message"].as_str().unwrap_or_default().to_owned()
    }

    #[test]
    fn inputs_have_the_names_that_the_editor_shows() {
        for (argument, path, name) in [
            ("ids", "[0]", "IDs[0]"),
            ("periodFrom", "", "Period From"),
            ("Id", "", "ID"),
            ("body", "", "Body"),
            ("if-match", "", "If Match"),
            ("Property Names or IDs", "", "Property Names or IDs"),
        ] {
            let error = InputError { path: path.into(), ..InputError::of(argument, "a number", "`x`") };
            assert_eq!(shown(error), format!("{name}: expected a number; got `x`"));
        }
    }

    #[test]
    fn releases_are_named_with_their_date() {
        assert_eq!(dated("X exists since 20.0.7@2025-06-23, but"), "X exists since 20.0.7 (2025-06-23), but");
        assert_eq!(dated("20.0.6@2025-04-10"), "20.0.6 (2025-04-10)");
        for same in ["", "a@b", "someone@example.com", "@"] {
            assert_eq!(dated(same), same);
        }
    }
}
