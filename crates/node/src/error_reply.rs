//! Errors as they leave: the core's code, line and next step. Next steps that name the command
//! line are worded for someone in front of a workflow editor.

use serde_json::{Value, json};
use threecx_catalog::{Operation, operations};
use threecx_core::{Error, NextStep, did_you_mean, mask};

/// Why a command brought no result.
#[derive(Debug)]
pub(crate) enum Failure {
    /// What the core says.
    Core(Error),
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

    /// The same without the secrets that an operation takes or gives, and those in the body that was sent.
    pub fn without_secrets_of(self, operation: &Operation, sent: Option<&str>) -> Failure {
        match self {
            Failure::Core(error) => {
                let secrets = sent.map(|sent| mask::secrets_in(operation, sent)).unwrap_or_default();
                Failure::Core(error.without_secrets_of(operation).without(&secrets))
            }
            other => other,
        }
    }

    /// `{"error": {code, message, next, argument?, status?}}`, of which no text is longer than a person reads.
    pub fn reply(&self) -> Value {
        let mut error = match self {
            Failure::Core(error) => core(error),
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

fn core(error: &Error) -> Value {
    let mut reply = json!({ "code": error.code(), "message": error.to_string(), "next": next_step(error) });
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
