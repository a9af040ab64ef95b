//! The journal of this user: where it is, and what is recorded in it.

pub use threecx_change::journal::Kind;
use threecx_change::journal::{Head, Log};
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

/// Records that a command is about to carry out a plan; nothing for a simulated PBX, which is gone
/// afterwards. Where there can be no journal, a single call is made all the same, with a warning that it
/// cannot be undone.
pub fn begin_call(
    settings: &Settings,
    plan: &Plan,
    kind: Kind,
    of_run: Option<i64>,
    identity: &str,
) -> Result<Option<Log>, Failure> {
    if settings.sim {
        return Ok(None);
    }
    let begun = open().and_then(|journal| {
        let states = plan.states();
        let head = head(plan, kind, of_run, identity);
        journal.begin(&head, &plan.new_steps(&states), &plan.order()).map_err(Failure::from)
    });
    match begun {
        Ok(log) => Ok(Some(log)),
        // A full disk, or a folder that cannot be written, must not stop a single call.
        Err(
            failure @ (Failure::Journal(JournalError::Folder { .. } | JournalError::Database { .. })
            | Failure::Usage { .. }),
        ) if kind == Kind::Call && plan.steps.len() == 1 => {
            warn(&format!("this is not recorded, so it cannot be undone: {failure}"));
            Ok(None)
        }
        Err(failure) => Err(failure),
    }
}

/// What is recorded of a run as a whole.
pub fn head(plan: &Plan, kind: Kind, of_run: Option<i64>, identity: &str) -> Head {
    Head {
        kind,
        pbx: plan.pbx.clone(),
        identity: identity.to_owned(),
        operation: plan.steps.first().map(|step| step.operation.id.to_owned()).unwrap_or_default(),
        source: None,
        constants: None,
        release: Some(plan.release.last.to_string()),
        of_run,
    }
}

/// Who is at work: `ada@workstation`.
pub fn who() -> String {
    threecx_change::journal::who()
}
