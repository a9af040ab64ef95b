//! Everything that ends the program early: its message, its code, its exit code. Rendered
//! once, in `main`.

use std::io::{self, Write};

use serde_json::{Map, Value, json};
use threecx::{Error, NextStep};

use crate::output::style::{Style, plain_text};

/// The exit codes, for the help. They are stable.
pub const EXIT_CODES: [(u8, &str); 31] = [
    (0, "done"),
    (1, "you said no"),
    (2, "usage: an unknown command or flag, or no PBX given"),
    (3, "unconfirmed: it interrupts or destroys, and nobody could be asked; nothing was sent"),
    (4, "unhealthy: doctor has found something red"),
    (10, "input: a value does not fit; nothing was sent"),
    (11, "url: the address of the PBX is not one"),
    (12, "not-in-version: the PBX's release does not have this"),
    (20, "connection: the PBX cannot be reached; nothing was sent"),
    (21, "certificate: the PBX's certificate is not valid"),
    (22, "not-a-3cx: something else answers at this address"),
    (30, "authentication: the client or user is not accepted, or a login has ended"),
    (31, "permission: the client may not do this"),
    (40, "not-found: no such thing on this PBX"),
    (41, "rejected: the PBX refuses"),
    (42, "rate-limited: too many calls"),
    (43, "incomplete: some rows or things of many failed or were not sent"),
    (44, "changed: somebody else changed it meanwhile; nothing was sent"),
    (50, "server: the PBX failed"),
    (51, "unknown-outcome: sent, but no answer came"),
    (52, "answer: the PBX's answer cannot be read"),
    (53, "not-kept: the PBX accepted a change, but shows something else afterwards"),
    (54, "no-answer: no complete answer came to a question; nothing was changed"),
    (60, "file: a local file cannot be read or written"),
    (61, "simulator: the simulated PBX cannot start"),
    (62, "jq: the filter of --jq fails on what came"),
    (63, "editor: the editor cannot be run, or failed"),
    (64, "document: the edited text cannot be read"),
    (65, "keyring: the system's keyring does not keep the secret"),
    (66, "journal: the journal of a bulk run belongs to another run, or to a finished one"),
    (70, "internal: a bug in this program"),
];

/// Why the program ends without having done what was asked.
#[derive(Debug, thiserror::Error)]
pub enum Failure {
    /// A call failed, or would.
    #[error("{0}")]
    Call(#[from] Error),
    /// The login that a profile keeps does not hold any more.
    #[error("{error}")]
    LoggedOut {
        /// Why.
        error: Error,
        /// The name of the profile.
        profile: String,
    },
    /// A list broke off.
    #[error("{error}; the {rows} rows before were complete")]
    CutShort {
        /// Why.
        error: Box<Error>,
        /// So many rows came whole and in order.
        rows: u64,
        /// How to get the others.
        go_on: String,
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
        next_step: Option<String>,
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
    /// A file of rows that cannot be read as one.
    #[error("{path}: {reason}; nothing was sent")]
    Table {
        /// Which.
        path: String,
        /// What is wrong, and where.
        reason: String,
        /// What to do about it.
        next_step: &'static str,
    },
    /// The question was answered with no.
    #[error("nothing was sent")]
    Declined,
    /// Somebody would have to be asked, and there is no terminal.
    #[error("{warning} Nobody can be asked here whether to go on, so nothing was sent")]
    Unconfirmed {
        /// What the operation does, as a sentence.
        warning: String,
    },
    /// Between reading and writing, somebody else changed the same properties.
    #[error("{what} was changed by somebody else meanwhile ({}), so nothing was sent", .properties.join(", "))]
    Changed {
        /// `queue 800 Sales`
        what: String,
        /// Which of those that were to be written.
        properties: Vec<String>,
    },
    /// The PBX accepted a change and shows something else.
    #[error("the PBX accepted the change of {what}, but shows something else now: {}", .properties.join(", "))]
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
    /// An edited text is no YAML, or not of such a thing.
    #[error("the text cannot be read: {reason}")]
    Document {
        /// What is wrong, and where.
        reason: String,
    },
    /// Something failed after somebody had written something.
    #[error("{failure}; what you wrote is kept in {path}")]
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
    /// A bulk run that is not done.
    #[error("{}", incomplete(*.rows, *.failed, *.unknown, *.not_sent, .cause.as_deref()))]
    Incomplete {
        /// How many there are in all.
        rows: usize,
        /// How many were not carried out.
        failed: usize,
        /// Of how many nobody knows whether they were.
        unknown: usize,
        /// How many were not sent.
        not_sent: usize,
        /// True if the same command goes on where this one ended.
        goes_on: bool,
        /// Why it ended before its time.
        cause: Option<String>,
    },
    /// A journal that cannot be gone on with.
    #[error("{path}: {reason}")]
    Journal {
        /// Which.
        path: String,
        /// What is the matter with it.
        reason: String,
        /// What to do.
        next_step: String,
    },
    /// Ctrl-C in the middle of a bulk run.
    #[error("it was interrupted")]
    Interrupted,
    /// Nobody reads our output any more: not worth a word.
    #[error("stdout is closed")]
    Closed,
    /// The keyring that is to keep a secret does not.
    #[error("the keyring does not do it: {reason}")]
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

fn of_row(row: &Option<u64>) -> String {
    row.map(|row| format!(" (row {row})")).unwrap_or_default()
}

/// What is wrong with a row of a file.
#[derive(Debug)]
pub struct RowProblem {
    /// Where the row begins, counted from 1.
    pub line: u64,
    /// The header of the column.
    pub column: Option<String>,
    pub message: String,
    pub hint: Option<String>,
}

/// So many problems are listed.
const PROBLEMS: usize = 20;

fn problem_list(problems: &[RowProblem], rows: usize) -> String {
    let mut text = format!("{} of {rows} rows do not fit; nothing was sent", problems.len());
    for RowProblem { line, column, message, hint } in problems.iter().take(PROBLEMS) {
        let column = column.as_ref().map(|column| format!(", column {column}")).unwrap_or_default();
        let hint = hint.as_ref().map(|hint| format!(" ({hint})")).unwrap_or_default();
        text.push_str(&format!("\n  line {line}{column}: {message}{hint}"));
    }
    if problems.len() > PROBLEMS {
        text.push_str(&format!("\n  and {} more", problems.len() - PROBLEMS));
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

/// What to do about an error, in the words of the command line.
pub fn next_step(error: &Error) -> String {
    match error.next_step() {
        NextStep::LogIn => "Log in again: threecx login".into(),
        NextStep::Use(new) => format!("Use {} instead: threecx {} {}", new.id, new.resource.command, new.command),
        NextStep::ReportAnswer => "Send it with `threecx api` to see the answer as it comes, and report it.".into(),
        other => other.to_string(),
    }
}

/// What the system says, without the number that helps nobody.
pub fn reason_of(error: &io::Error) -> String {
    let text = error.to_string();
    text.split(" (os error").next().unwrap_or(&text).to_lowercase()
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
        let tip = paragraphs.find_map(|paragraph| paragraph.trim().strip_prefix("tip: ").map(words));
        let usage = text.lines().find_map(|line| line.strip_prefix("Usage: "));
        let help = match usage {
            Some(usage) => {
                let words = usage.split_whitespace().take_while(|word| !word.starts_with(['[', '<', '-']));
                format!("See `{} --help`.", words.collect::<Vec<_>>().join(" "))
            }
            None => "Add --help to see how it is used.".to_owned(),
        };
        let next_step = tip.map_or(help.clone(), |tip| format!("{}. {help}", capitalised(&tip)));
        Failure::Usage { message, next_step: Some(next_step) }
    }
}

/// The text with a capital letter first.
pub fn capitalised(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().map(|first| first.to_uppercase().chain(chars).collect()).unwrap_or_default()
}

impl Failure {
    /// A file that cannot be read or written.
    pub fn file(path: impl Into<String>, error: &io::Error) -> Failure {
        Failure::File { path: path.into(), reason: reason_of(error) }
    }

    /// The same, with the profile that somebody has to log in to again, if it is that.
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

    /// The stable code, for programs.
    pub fn code(&self) -> &'static str {
        match self {
            Failure::Call(error) | Failure::LoggedOut { error, .. } => error.code(),
            Failure::CutShort { error, .. } => error.code(),
            Failure::Jq { .. } => "jq",
            Failure::NotPlanned { .. } => "not-in-version",
            Failure::Usage { .. } | Failure::NotConfigured { .. } => "usage",
            Failure::Help(_) => "help",
            Failure::File { .. } => "file",
            Failure::Declined => "declined",
            Failure::Unconfirmed { .. } => "unconfirmed",
            Failure::Keyring { .. } => "keyring",
            Failure::Unhealthy => "unhealthy",
            Failure::Rows { .. } | Failure::Table { .. } => "input",
            Failure::Incomplete { unknown: 1.., .. } => "unknown-outcome",
            Failure::Incomplete { .. } => "incomplete",
            Failure::Journal { .. } => "journal",
            Failure::Interrupted => "interrupted",
            Failure::Simulator { .. } => "simulator",
            Failure::Changed { .. } => "changed",
            Failure::NotKept { .. } => "not-kept",
            Failure::Editor { .. } => "editor",
            Failure::Document { .. } => "document",
            Failure::Kept { failure, .. } => failure.code(),
            Failure::Closed => "closed",
            Failure::Internal(_) => "internal",
        }
    }

    /// The stable exit code.
    pub fn exit_code(&self) -> u8 {
        match self {
            Failure::Help(_) | Failure::Closed => 0,
            Failure::Declined => 1,
            Failure::Kept { failure, .. } => failure.exit_code(),
            _ => {
                let begins = |meaning: &str| meaning.split(':').next() == Some(self.code());
                EXIT_CODES.iter().find(|(_, meaning)| begins(meaning)).map_or(70, |(code, _)| *code)
            }
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
                Some("Make the filter fit: `.Name?` passes over what has none, `-o json` shows all.".into())
            }
            Failure::Usage { next_step, .. } => next_step.clone(),
            Failure::NotPlanned { next_step, .. } => Some(next_step.clone()),
            Failure::NotConfigured { .. } => Some(
                "Log in once with `threecx login`; or set THREECX_URL, THREECX_CLIENT_ID and THREECX_CLIENT_SECRET \
                 (or use --url, --client-id and --client-secret-file); or add --sim to try it on a simulated PBX."
                    .into(),
            ),
            Failure::Unconfirmed { .. } => Some("Add --yes to go ahead without being asked.".into()),
            Failure::Changed { .. } => Some("Look at what it is now, and run it again.".into()),
            Failure::NotKept { .. } => {
                Some("Look at what it is now: the PBX may not take this, or somebody changed it right after.".into())
            }
            Failure::Editor { .. } => {
                Some("Set VISUAL or EDITOR to an editor that waits until you are done, such as `code --wait`.".into())
            }
            Failure::Document { .. } => {
                Some("Each line is `Name: value`; put texts with special characters in \"quotes\".".into())
            }
            Failure::Kept { failure, .. } => failure.next_step(),
            Failure::Keyring { .. } => {
                Some("Unlock it, or set THREECX_SECRETS=file to keep secrets in files that only you can read.".into())
            }
            Failure::File { .. } => Some("Check the path and its permissions.".into()),
            Failure::Table { next_step, .. } => Some((*next_step).into()),
            Failure::Simulator { .. } => Some("Take another --port (0 takes a free one) or --bind.".into()),
            Failure::Internal(_) => Some("Report it, with the command line and without secrets.".into()),
            Failure::Declined => Some("Answer y to go ahead, or add --yes to be asked nothing.".into()),
            Failure::Rows { .. } => Some("Correct the file and run it again.".into()),
            Failure::Incomplete { unknown, goes_on, failed, .. } => Some(match (unknown, goes_on) {
                (0, true) if *failed > 0 => {
                    "Correct the file and run the same command again: what is done is not sent \
                                             again. With --failed skip, what failed is given up."
                        .into()
                }
                (0, true) => "Run the same command again: it goes on with what is not done.".into(),
                (0, false) => "Run it again for those that are not done.".into(),
                (_, true) => "Look at the PBX whether the unknown ones were carried out; then run the same command \
                              again, with --unknown repeat or --unknown skip."
                    .into(),
                (_, false) => {
                    "Look at the PBX whether the unknown ones were carried out before you send them again.".into()
                }
            }),
            Failure::Journal { next_step, .. } => Some(next_step.clone()),
            Failure::Help(_) | Failure::Interrupted | Failure::Closed | Failure::Unhealthy => None,
        }
    }

    /// Says it on stderr, once. Help and version are not errors and go to stdout.
    pub fn report(&self, json: bool) {
        // If even stderr is closed, nobody is left to tell.
        let _ = self.try_report(json);
    }

    fn try_report(&self, json: bool) -> io::Result<()> {
        let mut stderr = io::stderr().lock();
        match self {
            Failure::Closed | Failure::Unhealthy => Ok(()),
            Failure::Help(error) => error.print(),
            _ if json => writeln!(stderr, "{}", self.json()),
            _ => {
                let style = Style::for_stderr();
                let head = style.red(&format!("error[{}]:", self.code()));
                writeln!(stderr, "{head} {}", plain_text(&self.message()))?;
                match self.next_step() {
                    Some(next) => writeln!(stderr, "  next: {}", plain_text(&next)),
                    None => Ok(()),
                }
            }
        }
    }

    /// What is wrong, without what the code says already.
    fn message(&self) -> String {
        match self {
            Failure::Call(Error::NotFound(refusal)) => match refusal.says_nothing() {
                true => format!("nothing exists at this path (status {})", refusal.status),
                false => refusal.to_string(),
            },
            other => other.to_string(),
        }
    }

    fn json(&self) -> Value {
        let mut error = Map::new();
        error.insert("code".into(), self.code().into());
        error.insert("message".into(), self.to_string().into());
        error.insert("next_step".into(), self.next_step().into());
        error.insert("exit_code".into(), self.exit_code().into());
        match self {
            Failure::Call(Error::Input(input)) => {
                error.insert("argument".into(), input.argument.clone().into());
                error.insert("path".into(), input.path.clone().into());
                error.insert("expected".into(), input.expected.clone().into());
                error.insert("came".into(), input.came.clone().into());
                if let Some(position) = input.position {
                    error.insert("line".into(), position.line.into());
                    error.insert("column".into(), position.column.into());
                }
            }
            Failure::Call(Error::NotFound(refusal) | Error::Rejected(refusal)) => {
                let reasons = refusal.reasons.iter();
                let reasons: Vec<Value> = reasons
                    .map(|reason| json!({"target": reason.target, "code": reason.code, "sentence": reason.sentence()}))
                    .collect();
                error.insert("status".into(), refusal.status.into());
                error.insert("reasons".into(), reasons.into());
            }
            Failure::Call(Error::RateLimited { retry_after: Some(after) }) => {
                error.insert("retry_after_seconds".into(), after.as_secs().into());
            }
            Failure::CutShort { rows, .. } => {
                error.insert("complete_rows".into(), (*rows).into());
            }
            Failure::Rows { problems, rows } => {
                let problem = |problem: &RowProblem| {
                    let RowProblem { line, column, message, hint } = problem;
                    json!({"line": line, "column": column, "message": message, "hint": hint})
                };
                error.insert("rows".into(), (*rows).into());
                error.insert("problems".into(), problems.iter().map(problem).collect());
            }
            Failure::Incomplete { rows, failed, unknown, not_sent, .. } => {
                for (name, count) in [("rows", rows), ("failed", failed), ("unknown", unknown), ("not_sent", not_sent)]
                {
                    error.insert(name.into(), (*count).into());
                }
            }
            Failure::File { path, .. } | Failure::Journal { path, .. } | Failure::Table { path, .. } => {
                error.insert("path".into(), path.clone().into());
            }
            _ => {}
        }
        json!({ "error": error })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_of_error_has_its_exit_code() {
        let text = String::new;
        for (error, code) in [
            (Error::Url { url: text(), reason: text() }, 11),
            (Error::Connection { host: text(), reason: text() }, 20),
            (Error::Certificate { host: text(), reason: text() }, 21),
            (Error::NotA3cx { host: text(), reason: text() }, 22),
            (Error::Authentication { reason: text() }, 30),
            (Error::Permission { operation: None, role: None, reason: text() }, 31),
            (Error::NotFound(Box::default()), 40),
            (Error::Rejected(Box::default()), 41),
            (Error::RateLimited { retry_after: None }, 42),
            (Error::Server { status: 500, reason: text() }, 50),
            (Error::UnknownOutcome { cause: threecx::Cause::TimedOut }, 51),
            (Error::Answer { reason: text() }, 52),
            (Error::NoAnswer { host: text(), cause: threecx::Cause::TimedOut }, 54),
        ] {
            assert_eq!(Failure::from(error.clone()).exit_code(), code, "{error}");
        }
        assert_eq!(Failure::Usage { message: text(), next_step: None }.exit_code(), 2);
        assert_eq!(Failure::File { path: text(), reason: text() }.exit_code(), 60);
        assert_eq!(Failure::Simulator { reason: text() }.exit_code(), 61);
        assert_eq!(Failure::Declined.exit_code(), 1);
        assert_eq!(Failure::Unconfirmed { warning: text() }.exit_code(), 3);
    }

    #[test]
    fn every_failure_says_what_to_do_next() {
        let text = String::new;
        for failure in [
            Failure::NotConfigured { missing: vec!["X"] },
            Failure::File { path: text(), reason: text() },
            Failure::Declined,
            Failure::Unconfirmed { warning: text() },
            Failure::Changed { what: text(), properties: vec![text()] },
            Failure::NotKept { what: text(), properties: vec![text()] },
            Failure::Editor { editor: text(), reason: text() },
            Failure::Document { reason: text() },
            Failure::Simulator { reason: text() },
            Failure::Internal(text()),
        ] {
            let next = failure.next_step().unwrap_or_default();
            assert!(next.ends_with(['.', '`']) && next.starts_with(char::is_uppercase), "{failure}: {next}");
            let kept = Failure::Kept { failure: Box::new(failure), path: "x.yaml".into() };
            assert!(kept.next_step().is_some() && kept.to_string().contains("x.yaml"));
        }
    }
}
