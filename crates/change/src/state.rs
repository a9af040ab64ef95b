//! What has become of a step.
//!
//! ```text
//! unsent ──► intended ──► sent ──► done | failed
//!   ▲           │           ├────► unknown     it may have been carried out, and twice is not once
//!   └───────────┘           └────► unsent      it certainly was not, and nothing can be sent now
//! ```

use serde::{Deserialize, Serialize};

/// What is known of a step.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "is", rename_all = "lowercase")]
pub enum State {
    /// It has not been sent.
    #[default]
    Unsent,
    /// It has been sent, and nothing has come back so far.
    Sent,
    /// It was carried out.
    Done {
        /// The HTTP status; 0 where it was found to be done without an answer.
        status: u16,
        /// The key of what it made.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        id: Option<String>,
        /// Where the file is that came.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        file: Option<String>,
    },
    /// It was not carried out.
    Failed {
        /// The HTTP status, if there was one.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        status: Option<u16>,
        /// The code of the error.
        code: String,
        /// The error in words.
        message: String,
    },
    /// It is not known whether it was carried out.
    Unknown {
        /// The HTTP status, if there was one.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        status: Option<u16>,
        /// Why that is not known.
        message: String,
    },
    /// Someone decided to leave it for good.
    Skipped,
}

impl State {
    /// True if it is not known whether it was carried out.
    pub fn is_unknown(&self) -> bool {
        matches!(self, State::Sent | State::Unknown { .. })
    }

    /// True if it was carried out.
    pub fn is_done(&self) -> bool {
        matches!(self, State::Done { .. })
    }

    /// True if there is nothing left to do about it.
    pub fn is_settled(&self) -> bool {
        matches!(self, State::Done { .. } | State::Skipped)
    }

    /// The HTTP status that came.
    pub fn status(&self) -> Option<u16> {
        match self {
            State::Done { status, .. } => Some(*status).filter(|status| *status > 0),
            State::Failed { status, .. } | State::Unknown { status, .. } => *status,
            State::Unsent | State::Sent | State::Skipped => None,
        }
    }

    /// The file that came.
    pub fn file(&self) -> Option<&str> {
        match self {
            State::Done { file, .. } => file.as_deref(),
            _ => None,
        }
    }

    /// The key of what was made.
    pub fn made(&self) -> Option<&str> {
        match self {
            State::Done { id, .. } => id.as_deref(),
            _ => None,
        }
    }

    /// What became of it, in a word or two: for results and history.
    pub fn outcome(&self) -> &'static str {
        match self {
            State::Unsent => "not sent",
            State::Sent | State::Unknown { .. } => "unknown",
            State::Done { .. } => "done",
            State::Failed { .. } => "failed",
            State::Skipped => "skipped",
        }
    }
}
