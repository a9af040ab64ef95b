//! What to do about an error, in the words of this program's commands.

use threecx::{Cause, Error, NextStep};
use threecx_change::JournalError;
use threecx_change::sealed::SealError;

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
pub fn journal(error: &JournalError) -> String {
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
pub fn plan(error: &SealError) -> String {
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
