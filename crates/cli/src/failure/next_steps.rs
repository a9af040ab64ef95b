//! What to do about an error, in the words of this program's commands.

use threecx::{Cause, Error, NextStep};
use threecx_change::JournalError;
use threecx_change::sealed::SealError;

use super::Failure;

/// About an error of a call.
pub fn next_step(error: &Error) -> String {
    if let Error::Proxy { variable, .. } = error {
        return format!("Correct {variable}, or go without a proxy: --no-proxy, or the PBX's host in NO_PROXY.");
    }
    if matches!(error, Error::NoAnswer { cause: Cause::OutOfTime, .. }) {
        return "Give it more time with --timeout, or find out what takes so long: threecx doctor".into();
    }
    match error.next_step() {
        NextStep::LogIn => "Log in again: threecx login".into(),
        NextStep::Use(new) => format!("Use {} instead: threecx {} {}", new.id, new.resource.command, new.command),
        NextStep::ReportAnswer => "Send it with `threecx api` to see the answer as it comes, and report it.".into(),
        other => other.to_string(),
    }
}

/// About the journal.
fn journal(error: &JournalError) -> String {
    match error {
        JournalError::Folder { .. } | JournalError::Database { .. } => {
            "Make room on that disk, check its permissions, or name another folder: THREECX_STATE_DIR.".into()
        }
        JournalError::Newer { .. } => "Update this program, or name another folder: THREECX_STATE_DIR.".into(),
        JournalError::Busy { .. } => "Wait until it has ended.".into(),
        JournalError::Finished { .. } => {
            "Add --again to send all rows of this file, also those that were sent before.".into()
        }
        JournalError::Unfinished { .. } => "Leave out --again: the run then goes on where it ended.".into(),
        JournalError::OtherArguments { .. } => {
            "Give the same arguments as before to go on with it; or copy the file to begin anew: rows that are done \
             are then sent again."
                .into()
        }
        JournalError::OldJournal { path, .. } => {
            format!("Rename or delete {} to begin anew: rows that it calls done are then sent again.", path.display())
        }
        JournalError::NoKey { folder } => format!(
            "Put the file `key` back from a backup; or, to begin anew, move {} away: rows that are done are then \
             sent again.",
            folder.join("journal.db").display()
        ),
        JournalError::NoSuchRun { .. } => "List the runs: threecx history".into(),
        _ => "See `threecx history`.".into(),
    }
}

/// About a plan in a file.
fn plan(error: &SealError) -> String {
    match error {
        SealError::Journal(error) => journal(error),
        SealError::Call(error) => next_step(error),
        SealError::OtherPbx { .. } => "Name the PBX that it is for: --profile NAME, or --url.".into(),
        SealError::NotAPlan { .. } | SealError::Version { .. } => {
            "Name a file that --plan-out has written, with the same version of this program.".into()
        }
        _ => "Make it again: the same command with --plan-out.".into(),
    }
}

impl Failure {
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
            Failure::Journal(error) => Some(journal(error)),
            Failure::LostRows { .. } => {
                Some("Put them back as they were; or check on the PBX, and add --unknown skip.".into())
            }
            Failure::Plan(error) => Some(plan(error)),
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
