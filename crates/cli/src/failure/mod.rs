//! Everything that ends the program early: its message, its kind, and what to do next. Rendered
//! once, in `main`.

mod kind;
mod next_steps;
mod render;

use std::collections::BTreeSet;
use std::io;

use clap::error::{ContextKind, ContextValue, ErrorKind};
use threecx::Error;
use threecx_catalog::words::counted;
use threecx_change::JournalError;
use threecx_change::sealed::SealError;

use crate::output::style::one_line;
use crate::signals::Signal;

pub use kind::{Kind, exit_codes};
pub use next_steps::next_step;

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

fn what_came(rows: u64, left: Option<&str>) -> String {
    match left {
        Some(path) => format!("{rows} rows had come, and {path} is left as it was"),
        None => format!("the {rows} rows before it are complete"),
    }
}

fn by(signal: Signal) -> String {
    if signal == Signal::Interrupt { String::new() } else { format!(" by {}", signal.name()) }
}

fn indented(lines: &[String]) -> String {
    lines.iter().map(|line| format!("\n  {}", one_line(line))).collect()
}

fn each(failures: &[Failure]) -> String {
    let line = |failure: &Failure| {
        let hint = match failure {
            Failure::Call(error) => {
                error.given().and_then(|given| given.hint.as_ref()).map(|hint| format!(" ({hint})"))
            }
            _ => None,
        };
        format!("\n  {}", one_line(&format!("{failure}{}", hint.unwrap_or_default())))
    };
    failures.iter().map(line).collect()
}

fn of_row(row: &Option<u64>) -> String {
    row.map(|row| format!(" (row {row})")).unwrap_or_default()
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

/// The maximum number of problems that are listed.
const PROBLEMS: usize = 20;

/// Problems of columns are all listed: a file has few, and to correct them one by one takes as many runs.
fn problem_list(problems: &[RowProblem], rows: usize) -> String {
    let (in_rows, columns): (Vec<_>, Vec<_>) = problems.iter().partition(|problem| problem.line.is_some());
    let lines: BTreeSet<Option<u64>> = in_rows.iter().map(|problem| problem.line).collect();
    let of_rows = format!("{} of {rows} rows", lines.len());
    let which = match (columns.len(), lines.len()) {
        (0, _) => of_rows,
        (columns, 0) => counted(columns, "column", "columns"),
        (columns, _) => format!("{} and {of_rows}", counted(columns, "column", "columns")),
    };
    let one = which.starts_with("1 column") && lines.is_empty();
    let mut text = format!("{which} {} not fit; nothing was sent", if one { "does" } else { "do" });
    for RowProblem { line, column, message, hint } in
        columns.iter().copied().chain(in_rows.iter().copied().take(PROBLEMS))
    {
        let place: Vec<String> = line.iter().map(|line| format!("line {line}")).collect();
        let column = column.iter().map(|column| format!("column {column}"));
        let place: Vec<String> = place.into_iter().chain(column).collect();
        let hint = hint.as_ref().map(|hint| format!(" ({hint})")).unwrap_or_default();
        text.push_str("\n  ");
        text.push_str(&one_line(&format!("{}: {message}{hint}", place.join(", "))));
    }
    if in_rows.len() > PROBLEMS {
        text.push_str(&format!("\n  and {} more", in_rows.len() - PROBLEMS));
    }
    text
}

fn incomplete(rows: usize, failed: usize, unknown: usize, not_sent: usize, cause: Option<&str>) -> String {
    let parts = [(failed, "failed"), (unknown, "of unknown outcome"), (not_sent, "not sent")];
    let parts: Vec<String> =
        parts.iter().filter(|(count, _)| *count > 0).map(|(count, what)| format!("{count} {what}")).collect();
    let cause = cause.map(|cause| format!("; it ended early: {cause}")).unwrap_or_default();
    format!("{} of {rows} are not done: {}{cause}", failed + unknown + not_sent, parts.join(", "))
}

fn missing_list(missing: &[&str]) -> String {
    match missing {
        [one] => format!("{one} is"),
        [init @ .., last] => format!("{} and {last} are", init.join(", ")),
        [] => "it is".into(),
    }
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

impl From<clap::Error> for Failure {
    /// clap's complaint in our form: what is wrong, then what to do.
    fn from(error: clap::Error) -> Failure {
        if !error.use_stderr() {
            return Failure::Help(error);
        }
        let text = error.to_string();
        let mut paragraphs = text.split("\n\n");
        let words = |paragraph: &str| paragraph.split_whitespace().collect::<Vec<_>>().join(" ");
        let message = words(paragraphs.next().unwrap_or_default().trim_start_matches("error: "));
        let joined = joined_value(&error);
        let tip = joined.or_else(|| paragraphs.find_map(|paragraph| paragraph.trim().strip_prefix("tip: ").map(words)));
        let usage = text.lines().find_map(|line| line.strip_prefix("Usage: "));
        let help = match usage {
            Some(usage) => {
                let words = usage.split_whitespace().take_while(|word| !word.starts_with(['[', '<', '-']));
                format!("See `{} --help`.", words.collect::<Vec<_>>().join(" "))
            }
            None => "Add --help to see how it is used.".to_owned(),
        };
        let next_step = tip.map_or(help.clone(), |tip| format!("{}. {help}", capitalised(&tip)));
        Failure::usage(message).next(next_step)
    }
}

/// What to do where a value is missing, or taken for a flag, because it begins with a hyphen.
fn joined_value(error: &clap::Error) -> Option<String> {
    let context = |kind| match error.get(kind) {
        Some(ContextValue::String(text)) => Some(text.as_str()),
        _ => None,
    };
    let argument = context(ContextKind::InvalidArg)?;
    match error.kind() {
        ErrorKind::InvalidValue if context(ContextKind::InvalidValue) == Some("") => {
            let flag = argument.split(' ').next().filter(|flag| flag.starts_with("--"))?;
            Some(format!("a value that looks like a flag is joined to its own: {flag}='-…'"))
        }
        _ => None,
    }
}

/// The text with a capital letter first.
pub fn capitalised(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().map(|first| first.to_uppercase().chain(chars).collect()).unwrap_or_default()
}

/// The beginning of a [`Failure::Usage`], which wants a next step.
#[derive(Debug)]
#[must_use]
pub struct Usage(String);

impl Usage {
    /// Says what to do about it.
    pub fn next(self, next_step: impl Into<String>) -> Failure {
        Failure::Usage { message: self.0, next_step: next_step.into() }
    }
}

impl Failure {
    /// The command line does not make sense, and why.
    pub fn usage(message: impl Into<String>) -> Usage {
        Usage(message.into())
    }

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

    /// Its kind; `None` for what is not a failure: help, and a reader that went away.
    pub fn kind(&self) -> Option<Kind> {
        Some(match self {
            Failure::Help(_) | Failure::Closed | Failure::Halted { .. } => return None,
            Failure::Call(error) | Failure::LoggedOut { error, .. } => Kind::of(error),
            Failure::CutShort { error, .. } => Kind::of(error),
            Failure::Kept { failure, .. } => return failure.kind(),
            Failure::Jq { .. } => Kind::Jq,
            Failure::NotPlanned { .. } => Kind::NotInVersion,
            Failure::Usage { .. } | Failure::NotConfigured { .. } => Kind::Usage,
            Failure::File { .. } => Kind::File,
            Failure::Declined => Kind::Declined,
            Failure::Unconfirmed { .. } => Kind::Unconfirmed,
            Failure::Keyring { .. } => Kind::Keyring,
            Failure::Unhealthy => Kind::Unhealthy,
            Failure::Rows { .. } | Failure::Unreadable { .. } => Kind::Input,
            // What several have in common; one that is not valid has to be corrected first.
            Failure::Arguments { failures } => match failures.first().and_then(Failure::kind) {
                Some(kind) if failures.iter().all(|failure| failure.kind() == Some(kind)) => kind,
                _ => Kind::Input,
            },
            Failure::Incomplete { unknown: 1.., .. } => Kind::UnknownOutcome,
            Failure::Incomplete { .. } => Kind::Incomplete,
            Failure::Interrupted(_) => Kind::Interrupted,
            Failure::Journal(_) | Failure::LostRows { .. } => Kind::Journal,
            Failure::Plan(_) | Failure::ForeignPlan { .. } => Kind::Plan,
            Failure::NotAllUndone { .. } => Kind::Incomplete,
            Failure::Simulator { .. } => Kind::Simulator,
            Failure::Changed { .. } => Kind::Changed,
            Failure::NotKept { .. } => Kind::NotKept,
            Failure::Editor { .. } => Kind::Editor,
            Failure::Document { .. } => Kind::Document,
            Failure::Internal(_) => Kind::Internal,
        })
    }

    /// The exit code.
    pub fn exit_code(&self) -> u8 {
        match self {
            Failure::Interrupted(signal) => signal.exit_code(),
            Failure::Halted { code } => *code,
            _ => self.kind().map_or(0, Kind::exit_code),
        }
    }

    /// What to do next.
    pub fn next_step(&self) -> Option<String> {
        match self {
            Failure::Call(error @ Error::Certificate { .. }) => {
                let own = "If an authority of your own issued it: --ca-file FILE, with that authority's certificate.";
                Some(format!("{} {own}", next_step(error)))
            }
            Failure::Call(error) => Some(next_step(error)),
            Failure::LoggedOut { profile, .. } => Some(format!("Log in again: threecx login --profile {profile}")),
            Failure::CutShort { error, go_on, .. } => Some(format!("{} {go_on}", next_step(error))),
            Failure::Jq { .. } => {
                Some("Adjust the filter: `.Name?` skips values without a Name; `-o json` shows everything.".into())
            }
            Failure::Usage { next_step, .. } | Failure::NotPlanned { next_step, .. } => Some(next_step.clone()),
            Failure::NotConfigured { .. } => Some(
                "Log in once with `threecx login`; or set THREECX_URL, THREECX_CLIENT_ID and THREECX_CLIENT_SECRET \
                 (or use --url, --client-id and --client-secret-file); or add --sim to try it on a simulated PBX."
                    .into(),
            ),
            Failure::Unconfirmed { .. } => Some("Add --yes to go ahead without confirmation.".into()),
            Failure::Changed { .. } => Some("Look at its current values, then run the command again.".into()),
            Failure::NotKept { .. } => {
                Some("Look at its current values: the PBX may not support this change, or someone else changed it right after.".into())
            }
            Failure::Editor { .. } => {
                Some("Set VISUAL or EDITOR to an editor that waits until you are done, such as `code --wait`.".into())
            }
            Failure::Document { .. } => {
                Some("Each line is `Name: value`; put text with special characters in \"quotes\".".into())
            }
            Failure::Kept { failure, .. } => failure.next_step(),
            Failure::Keyring { .. } => {
                Some("Unlock it, or set THREECX_SECRETS=file to keep secrets in files that only you can read.".into())
            }
            Failure::File { .. } => Some("Check the path and its permissions.".into()),
            Failure::Unreadable { next_step, .. } => Some((*next_step).into()),
            Failure::Simulator { .. } => Some("Use another --port (0 picks a free one) or --bind.".into()),
            Failure::Internal(_) => Some("Please report it with the command line, without secrets.".into()),
            Failure::Declined => Some("Answer y to go ahead, or add --yes to skip the question.".into()),
            Failure::Rows { problems, .. } if problems.iter().any(|problem| problem.line.is_none()) => Some(
                "Say what a column is with --map 'Column=argument', or leave out all that are not known with \
                 --ignore-columns. Then correct the file and run it again."
                    .into(),
            ),
            Failure::Rows { .. } => Some("Correct the file and run it again.".into()),
            Failure::Arguments { .. } => Some("Correct each of them, and run it again.".into()),
            Failure::Incomplete { unknown, resumable, failed, .. } => Some(match (unknown, resumable) {
                (0, true) if *failed > 0 => {
                    "Correct the file and run the same command again: what is done is not sent \
                                             again. With --failed skip, what failed is given up."
                        .into()
                }
                (0, true) => "Run the same command again: it continues with what is not done.".into(),
                (0, false) => "Run it again for those that are not done.".into(),
                (_, true) => "Check on the PBX whether the unknown ones were carried out; then run the same command \
                              again, with --unknown repeat or --unknown skip."
                    .into(),
                (_, false) => {
                    "Check on the PBX whether the unknown ones were carried out before you send them again.".into()
                }
            }),
            Failure::Journal(error) => Some(next_steps::journal(error)),
            Failure::LostRows { .. } => {
                Some("Put them back as they were; or check on the PBX, and add --unknown skip.".into())
            }
            Failure::Plan(error) => Some(next_steps::plan(error)),
            Failure::ForeignPlan { .. } => Some("Run it at a terminal; or look at it with --dry-run.".into()),
            Failure::NotAllUndone { run, .. } => Some(format!("See what it was: threecx history {run}")),
            Failure::Help(_)
            | Failure::Interrupted(_)
            | Failure::Closed
            | Failure::Halted { .. }
            | Failure::Unhealthy => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A failure of each kind: a new kind has to say of which.
    fn sample(kind: Kind) -> Failure {
        let text = String::new;
        let of_a_call = match kind {
            Kind::Declined => return Failure::Declined,
            Kind::Usage => return Failure::NotConfigured { missing: vec!["X"] },
            Kind::Unconfirmed => return Failure::Unconfirmed { warning: text() },
            Kind::Unhealthy => return Failure::Unhealthy,
            Kind::Incomplete => {
                let (rows, failed, unknown, not_sent) = (2, 1, 0, 1);
                return Failure::Incomplete { rows, failed, unknown, not_sent, resumable: true, cause: None };
            }
            Kind::Changed => return Failure::Changed { what: text(), properties: vec![text()] },
            Kind::NotKept => return Failure::NotKept { what: text(), properties: vec![text()] },
            Kind::File => return Failure::File { path: text(), reason: text() },
            Kind::Simulator => return Failure::Simulator { reason: text() },
            Kind::Jq => return Failure::Jq { message: text(), row: None },
            Kind::Editor => return Failure::Editor { editor: text(), reason: text() },
            Kind::Document => return Failure::Document { reason: text() },
            Kind::Keyring => return Failure::Keyring { reason: text() },
            Kind::Journal => return JournalError::NoSuchRun { run: 1 }.into(),
            Kind::Plan => return SealError::Altered.into(),
            Kind::Internal => return Failure::Internal(text()),
            Kind::Interrupted => return Failure::Interrupted(Signal::Interrupt),
            Kind::NotInVersion => {
                let (what, target) = (text(), threecx::Span::NEWEST);
                let error = threecx_core::NotInVersion { what, exists: Vec::new(), target, replaced_by: None };
                Error::NotInVersion(Box::new(error))
            }
            Kind::Input => threecx_core::InputError::of("--x", "a number", "`y`").into(),
            Kind::Url => Error::Url { url: text(), reason: text() },
            Kind::Connection => Error::Connection { host: text(), reason: text() },
            Kind::Certificate => Error::Certificate { host: text(), reason: text() },
            Kind::NotA3cx => Error::NotA3cx { host: text(), reason: text() },
            Kind::Proxy => Error::Proxy { host: text(), proxy: text(), variable: "HTTPS_PROXY", reason: text() },
            Kind::Authentication => Error::Authentication { reason: text() },
            Kind::Permission => Error::Permission { operation: None, role: None, reason: text() },
            Kind::NotFound => Error::NotFound(Box::default()),
            Kind::Rejected => Error::Rejected(Box::default()),
            Kind::RateLimited => Error::RateLimited { retry_after: None },
            Kind::Server => Error::Server { status: 500, reason: text() },
            Kind::UnknownOutcome => Error::UnknownOutcome { cause: threecx::Cause::TimedOut },
            Kind::Answer => Error::Answer { reason: text() },
            Kind::NoAnswer => Error::NoAnswer { host: text(), cause: threecx::Cause::TimedOut },
        };
        of_a_call.into()
    }

    #[test]
    fn every_kind_comes_of_a_failure_and_has_its_exit_code() {
        for kind in Kind::ALL {
            let failure = sample(*kind);
            assert_eq!((failure.kind(), failure.exit_code()), (Some(*kind), *kind as u8), "{failure}");
        }
    }

    #[test]
    fn every_failure_says_what_to_do_next() {
        // The checks of doctor say so one by one, and who pressed Ctrl-C knows.
        let silent = [Kind::Unhealthy, Kind::Interrupted];
        for kind in Kind::ALL.iter().filter(|kind| !silent.contains(kind)) {
            let failure = sample(*kind);
            let next = failure.next_step().unwrap_or_default();
            assert!(!next.is_empty() && next.starts_with(char::is_uppercase), "{kind:?}: {next}");
            let kept = Failure::Kept { failure: Box::new(failure), path: "x.yaml".into() };
            assert!(kept.next_step().is_some() && kept.to_string().contains("x.yaml"));
        }
    }
}
