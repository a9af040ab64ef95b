//! What a check finds.

use threecx::Error;

use crate::failure::next_step;

/// How it stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Status {
    /// Nobody knows: the PBX could not be asked, or does not say.
    Unknown,
    Green,
    /// Somebody should look at it some time.
    Yellow,
    /// Something does not work, or soon will not.
    Red,
}

impl Status {
    /// For programs, and for people.
    pub fn name(self) -> &'static str {
        match self {
            Status::Unknown => "unknown",
            Status::Green => "green",
            Status::Yellow => "yellow",
            Status::Red => "red",
        }
    }
}

/// What was found.
#[derive(Clone, Debug)]
pub struct Finding {
    pub status: Status,
    pub message: String,
    /// What to do; nothing where all is well.
    pub next_step: Option<String>,
}

impl Finding {
    pub fn green(message: impl Into<String>) -> Finding {
        Finding { status: Status::Green, message: message.into(), next_step: None }
    }

    pub fn yellow(message: impl Into<String>, next_step: impl Into<String>) -> Finding {
        Finding { status: Status::Yellow, message: message.into(), next_step: Some(next_step.into()) }
    }

    pub fn red(message: impl Into<String>, next_step: impl Into<String>) -> Finding {
        Finding { status: Status::Red, message: message.into(), next_step: Some(next_step.into()) }
    }

    pub fn unknown(message: impl Into<String>) -> Finding {
        Finding { status: Status::Unknown, message: message.into(), next_step: None }
    }

    /// It does not work, and the error says why.
    pub fn failed(error: &Error) -> Finding {
        Finding::red(error.to_string(), next_step(error))
    }

    /// The PBX does not answer the question, which says nothing about the thing itself.
    pub fn unanswered(error: &Error) -> Finding {
        Finding { next_step: Some(next_step(error)), ..Finding::unknown(error.to_string()) }
    }

    /// Green above `yellow` days, red below `red` days, yellow between.
    pub fn by_days(days: i64, (yellow, red): (i64, i64), message: String, next_step: &str) -> Finding {
        match days {
            days if days < red => Finding::red(message, next_step),
            days if days < yellow => Finding::yellow(message, next_step),
            _ => Finding::green(message),
        }
    }
}

/// The names of the checks, in their order, and what each looks at. They are stable.
pub const CHECKS: [(&str, &str); 15] = [
    ("reachable", "the PBX answers at its address"),
    ("certificate", "its certificate is valid, and for how long"),
    ("clock", "its clock and this machine's agree"),
    ("login", "client ID and secret, or the login of a user, are accepted"),
    ("token", "the token lives long enough, and all calls of this user share it"),
    ("version", "this program knows its release"),
    ("permissions", "what the role of the client or user does not allow"),
    ("licence", "the licence is active, and for how long"),
    ("maintenance", "updates and support are paid for, and for how long"),
    ("services", "all services run"),
    ("disk", "there is room on its disk"),
    ("backups", "backups are scheduled, and the last one is as old as it may be"),
    ("trunks", "all trunks are registered"),
    ("extensions", "queues, ring groups and receptionists are registered"),
    ("phones", "extensions have a phone or app that is registered"),
];
