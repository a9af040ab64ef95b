//! The journal of this user: where it is, and what is recorded in it.

pub use threecx_change::journal::who;
use threecx_change::journal::{Kind, Log};
use threecx_change::{Journal, JournalError, Plan};

use crate::connect::Settings;
use crate::failure::Failure;
use crate::folders;
use crate::output::style::warn;

/// Opens the journal.
pub fn open() -> Result<Journal, Failure> {
    let folder = folders::state().ok_or_else(|| {
        Failure::usage("there is no folder for the journal of changes: this user has no home")
            .next("Name one: THREECX_STATE_DIR=/path/to/folder")
    })?;
    Ok(Journal::open(&folder)?)
}

/// The journal, if there is one and it can be read.
pub fn existing() -> Option<Journal> {
    let folder = folders::state().filter(|folder| folder.exists())?;
    Journal::open(&folder).ok()
}

/// Records that a command is about to carry out a plan; nothing for a simulated PBX, which is gone
/// afterwards. Where there can be no journal, a single call is made all the same, with a warning that it
/// cannot be undone.
pub fn begin_call(settings: &Settings, plan: &Plan, identity: &str) -> Result<Option<Log>, Failure> {
    if settings.sim {
        return Ok(None);
    }
    let begun = open().and_then(|journal| Ok(journal.begin_plan(plan, Kind::Call, identity, None)?));
    match begun {
        Ok(log) => Ok(Some(log)),
        // A full disk, or a folder that cannot be written, must not stop a single call.
        Err(
            failure @ (Failure::Journal(JournalError::Folder { .. } | JournalError::Database { .. })
            | Failure::Usage { .. }),
        ) if plan.steps.len() == 1 => {
            warn(&format!("this is not recorded, so it cannot be undone: {failure}"));
            Ok(None)
        }
        Err(failure) => Err(failure),
    }
}
