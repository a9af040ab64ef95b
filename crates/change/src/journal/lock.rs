//! Keeps two processes from working on the rows of one file, or on one run, at the same time. The system releases
//! the lock when a process ends, however it ends.

use std::fs::{File, OpenOptions, TryLockError};
use std::path::Path;

use super::JournalError;
use super::private_folder;
use crate::keys::{Keys, hex};

/// Held as long as a run lasts.
#[derive(Debug)]
pub struct Lock {
    _file: File,
}

impl Lock {
    /// Takes the lock of a file's rows on a PBX.
    pub(super) fn of_file(
        folder: &Path,
        keys: &Keys,
        pbx: &str,
        operation: &str,
        source: &str,
    ) -> Result<Lock, JournalError> {
        let name = hex(&keys.identity(format!("{pbx}\n{operation}\n{source}").as_bytes()).0);
        Lock::take(folder, &name, source)
    }

    /// Takes the lock of a run.
    pub(super) fn of_run(folder: &Path, run: i64) -> Result<Lock, JournalError> {
        Lock::take(folder, &format!("run-{run}"), &format!("run {run}"))
    }

    fn take(folder: &Path, name: &str, what: &str) -> Result<Lock, JournalError> {
        let wrong = |error: std::io::Error| JournalError::folder(folder, &error);
        let locks = folder.join("locks");
        private_folder(&locks).map_err(wrong)?;
        let file = OpenOptions::new().create(true).truncate(false).write(true).open(locks.join(name)).map_err(wrong)?;
        match file.try_lock() {
            Ok(()) => Ok(Lock { _file: file }),
            Err(TryLockError::WouldBlock) => Err(JournalError::Busy { what: what.to_owned() }),
            Err(TryLockError::Error(error)) => Err(wrong(error)),
        }
    }
}
