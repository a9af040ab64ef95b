//! What to do about an error. Where that is a command, each face has its own words for it.

use std::fmt;

use threecx_catalog::{Operation, Role};

use crate::error::{Error, NotInVersion};

/// What to do next. [`fmt::Display`] says it for someone who writes a program; a face with
/// commands or menus names them.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum NextStep {
    /// A sentence that fits every face.
    Sentence(String),
    /// Log in again, as a user.
    LogIn,
    /// Use this operation, which replaces the other.
    Use(&'static Operation),
    /// See what the answer is, and report it.
    ReportAnswer,
}

impl fmt::Display for NextStep {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            NextStep::Sentence(sentence) => f.write_str(sentence),
            NextStep::LogIn => f.write_str("Log in again."),
            NextStep::Use(new) => write!(f, "Use {} instead.", new.id),
            NextStep::ReportAnswer => {
                f.write_str("Look at the answer as it comes, and report it with the operation and the PBX's version.")
            }
        }
    }
}

impl Error {
    /// What to do next.
    pub fn next_step(&self) -> NextStep {
        let sentence = match self {
            Error::NoSuchEntity(error) => error.hint.as_deref().unwrap_or("List what there is first."),
            Error::Input(error) => error.hint.as_deref().unwrap_or("Correct the value and run it again."),
            Error::NotInVersion(error) => return error.next_step(),
            Error::Url { .. } => {
                "Give the address of the web console, with https:// and the port if there is one: https://pbx.example.com:5001"
            }
            Error::Connection { .. } => {
                "Check the host name and port (3CX listens on 443 or 5001), the network, and whether the PBX is running."
            }
            Error::Certificate { .. } => {
                "Renew the certificate on the PBX, or use the host name that it is issued for."
            }
            Error::Proxy { variable, .. } => {
                return NextStep::Sentence(format!(
                    "Correct {variable}, or reach the PBX without a proxy: add its host to NO_PROXY."
                ));
            }
            Error::NotA3cx { .. } => "Check the host name and port: 3CX listens on 443 or 5001.",
            Error::Authentication { .. } => {
                "Check the client ID and secret (Admin > Integrations > API); the secret is shown only once, when it is made."
            }
            Error::LoginRefused { .. } => {
                "Check the extension number or e-mail address, the password and the security code."
            }
            Error::LoginExpired { .. } => return NextStep::LogIn,
            Error::Permission { role: Some(Role::SystemOwners), .. } => {
                "Give the service principal the role System Owner (Admin > Integrations > API), or use one that has it."
            }
            Error::Permission { role: Some(Role::User), .. } => {
                "Log in as a user; a service principal (client ID and secret) cannot do this."
            }
            Error::Permission { .. } => {
                "Check the service principal's role and department, and the console's IP restrictions (Admin > Advanced)."
            }
            Error::NotFound(_) => "Check the id or number; list what there is first.",
            Error::Rejected(_) => "Change what the message names and run it again; nothing was changed.",
            Error::RateLimited { .. } => "Wait and try again, with fewer calls at once.",
            Error::Server { .. } => "Try again later; if it stays, look into the PBX's event log.",
            Error::UnknownOutcome { .. } => "Look at the PBX whether it happened before you send it again.",
            Error::NoAnswer { .. } => {
                "Try again later, or ask for less at once; if it stays, look at what lies between here and the PBX."
            }
            Error::Answer { .. } => return NextStep::ReportAnswer,
        };
        NextStep::Sentence(sentence.to_owned())
    }
}

impl NotInVersion {
    fn next_step(&self) -> NextStep {
        let sentence = match self.replacement() {
            Some(new) => return NextStep::Use(new),
            None if self.exists.iter().all(|span| span.first > self.target.last) => "Update the PBX, or do without it.",
            None => "There is nothing that replaces it in this release.",
        };
        NextStep::Sentence(sentence.to_owned())
    }
}
