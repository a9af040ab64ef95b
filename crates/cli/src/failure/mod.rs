//! Everything that ends the program early: its message, its kind, and what to do next. Rendered
//! once, in `main`.

mod kind;
mod next_steps;
mod render;
mod usage;
mod wording;

use std::io;

use threecx::Error;
use threecx_catalog::words::counted;
use threecx_change::JournalError;
use threecx_change::sealed::SealError;

use crate::output::style::one_line;
use crate::signals::Signal;
use wording::{by, each, incomplete, indented, missing_list, of_row, problem_list, what_came};

pub use kind::{Kind, exit_codes};
pub use next_steps::next_step;
pub use usage::capitalised;

/// Why the program ends without having done what was asked.
#[derive(Debug, thiserror::Error)]
pub enum Failure {
    /// A call failed, or would.
    #[error("{0}")]
    Call(#[from] Error),
    /// The login of a profile is no longer valid.
    #[error("{error}")]
    LoggedOut {
        /// Why.
        error: Error,
        /// The name of the profile.
        profile: String,
    },
    /// A list broke off.
    #[error("{error}; {}", what_came(*.rows, .left.as_deref()))]
    CutShort {
        /// Why.
        error: Box<Error>,
        /// The number of rows that came whole and in order.
        rows: u64,
        /// How to get the others.
        go_on: String,
        /// The file that was to hold all of them, and holds what it did before.
        left: Option<String>,
    },
    /// A filter fails on a value.
    #[error("--jq: {message}{}", of_row(.row))]
    Jq {
        /// What the filter says.
        message: String,
        /// The number of the row, from 1.
        row: Option<u64>,
    },
    /// The command line makes no sense.
    #[error("{message}")]
    Usage {
        /// What is wrong.
        message: String,
        /// What to do about it.
        next_step: String,
    },
    /// No release to plan for was named, and the newest does not have the operation.
    #[error("{error}")]
    NotPlanned {
        /// When it exists.
        error: Box<threecx_core::NotInVersion>,
        /// How to plan it all the same.
        next_step: String,
    },
    /// Help or the version was asked for: not an error.
    #[error("{0}")]
    Help(clap::Error),
    /// It is not known which PBX to call, or as whom.
    #[error("no PBX to call: {} not set", missing_list(.missing))]
    NotConfigured {
        /// The environment variables that would say so.
        missing: Vec<&'static str>,
    },
    /// A file on this machine.
    #[error("{path}: {reason}")]
    File {
        /// Which.
        path: String,
        /// What the system says.
        reason: String,
    },
    /// A file that does not hold what it should: text, or rows.
    #[error("{}; nothing was sent{}", one_line(&format!("{path}: {reason}")), indented(.places))]
    Unreadable {
        /// Which.
        path: String,
        /// What is wrong, and where.
        reason: String,
        /// The places, if there are several.
        places: Vec<String>,
        /// What to do about it.
        next_step: &'static str,
    },
    /// The question was answered with no.
    #[error("nothing was sent")]
    Declined,
    /// It has to be confirmed, and there is no terminal to ask at.
    #[error("{warning} Not running interactively, so it could not be confirmed; nothing was sent")]
    Unconfirmed {
        /// What the operation does, as a sentence.
        warning: String,
    },
    /// Between reading and writing, someone else changed the same properties.
    #[error("{what} was changed by someone else in the meantime ({}); nothing was sent", .properties.join(", "))]
    Changed {
        /// `queue 800 Sales`
        what: String,
        /// Which of those that were to be written.
        properties: Vec<String>,
    },
    /// The PBX accepted a change and shows something else.
    #[error("the PBX accepted the change to {what}, but now shows other values: {}", .properties.join(", "))]
    NotKept {
        /// `queue 800 Sales`
        what: String,
        /// Which of those that were written.
        properties: Vec<String>,
    },
    /// The editor cannot be run, or says that it failed.
    #[error("the editor `{editor}` failed: {reason}")]
    Editor {
        /// As it was given.
        editor: String,
        /// What the system says.
        reason: String,
    },
    /// An edited text is not YAML, or not of such an entity.
    #[error("the text cannot be read: {reason}")]
    Document {
        /// What is wrong, and where.
        reason: String,
    },
    /// Something failed after a text had been written.
    #[error("{failure}; your text is kept in {path}")]
    Kept {
        /// What.
        failure: Box<Failure>,
        /// Where the text is.
        path: String,
    },
    /// The simulated PBX does not start.
    #[error("the simulated PBX cannot start: {reason}")]
    Simulator {
        /// Why.
        reason: String,
    },
    /// Rows of a file do not fit; nothing was sent.
    #[error("{}", problem_list(.problems, *.rows))]
    Rows {
        /// What is wrong, in the order of the rows.
        problems: Vec<RowProblem>,
        /// How many rows there are.
        rows: usize,
    },
    /// Several arguments do not fit.
    #[error("{} do not fit; nothing was sent{}", counted(.failures.len(), "argument", "arguments"), each(.failures))]
    Arguments {
        /// What is wrong with each of them.
        failures: Vec<Failure>,
    },
    /// A bulk run that is not done.
    #[error("{}", incomplete(*.rows, *.failed, *.unknown, *.not_sent, .cause.as_deref()))]
    Incomplete {
        /// How many there are in all.
        rows: usize,
        /// How many were not carried out.
        failed: usize,
        /// How many have an unknown outcome.
        unknown: usize,
        /// How many were not sent.
        not_sent: usize,
        /// True if the same command goes on where this one ended.
        resumable: bool,
        /// Why it ended before its time.
        cause: Option<String>,
    },
    /// The journal does not let a run begin, or cannot be used.
    #[error("{0}")]
    Journal(#[from] JournalError),
    /// Rows that may have been carried out are in the file no more.
    #[error(
        "it is not known whether {rows} of the rows that were sent were carried out, and the file no longer has them (lines {lines} of before)"
    )]
    LostRows {
        /// The file.
        path: String,
        /// How many.
        rows: usize,
        /// Where they were.
        lines: String,
    },
    /// A file is not carried out as a plan.
    #[error("{0}")]
    Plan(#[from] SealError),
    /// A plan that was made with another key, where nobody can look at it.
    #[error("{path} was made by {by}, with another key: somebody has to look at it and agree, so nothing was sent")]
    ForeignPlan {
        /// The file.
        path: String,
        /// Who says that they made it.
        by: String,
    },
    /// A part of a run stays.
    #[error("run {run} is not undone as a whole: {}", counted(*.left, "step stays", "steps stay"))]
    NotAllUndone {
        /// The run.
        run: i64,
        /// How many steps of it stay.
        left: usize,
    },
    /// The filter of `--jq` says `halt_error`, or `halt` with an exit code: it has said why.
    #[error("the filter halted")]
    Halted {
        /// The exit code.
        code: u8,
    },
    /// Ctrl-C or the like in the middle of a run, or of a file that was written.
    #[error("it was interrupted{}", by(*.0))]
    Interrupted(Signal),
    /// Nothing reads our output any more: not worth a message.
    #[error("stdout is closed")]
    Closed,
    /// The keyring that is to keep a secret does not.
    #[error("the system keyring refused: {reason}")]
    Keyring {
        /// Why.
        reason: String,
    },
    /// `threecx doctor` has found something, and has said so.
    #[error("something is wrong")]
    Unhealthy,
    /// Something that cannot happen.
    #[error("{0}")]
    Internal(String),
}

/// What is wrong with a row of a file, or with a column.
#[derive(Clone, Debug)]
pub struct RowProblem {
    /// Where the row begins, counted from 1; nothing for a column as a whole.
    pub line: Option<u64>,
    /// The header of the column.
    pub column: Option<String>,
    pub message: String,
    pub hint: Option<String>,
}

impl From<io::Error> for Failure {
    /// For stdout: everything else names its file.
    fn from(error: io::Error) -> Failure {
        match error.kind() {
            io::ErrorKind::BrokenPipe => Failure::Closed,
            _ => Failure::File { path: "stdout".into(), reason: reason_of(&error) },
        }
    }
}

/// What the system says, without the error number, which helps no user.
pub fn reason_of(error: &io::Error) -> String {
    let text = error.to_string();
    // What this program says itself may have a path in it.
    let Some(text) = text.split(" (os error").next().filter(|_| error.raw_os_error().is_some()) else { return text };
    text.to_lowercase()
}

impl Failure {
    /// A file that cannot be read or written.
    pub fn file(path: impl Into<String>, error: &io::Error) -> Failure {
        Failure::File { path: path.into(), reason: reason_of(error) }
    }

    /// What several errors come to: one is itself.
    pub fn all(mut failures: Vec<Failure>) -> Failure {
        match failures.len() {
            0 => Failure::Internal("nothing is wrong".into()),
            1 => failures.remove(0),
            _ => Failure::Arguments { failures },
        }
    }

    /// The same, with the profile to log in to again, if the login has expired.
    #[must_use]
    pub fn of_profile(self, profile: impl FnOnce() -> Option<String>) -> Failure {
        match self {
            Failure::Call(error @ Error::LoginExpired { .. }) => match profile() {
                Some(profile) => Failure::LoggedOut { error, profile },
                None => error.into(),
            },
            other => other,
        }
    }
}

#[cfg(test)]
mod tests;
