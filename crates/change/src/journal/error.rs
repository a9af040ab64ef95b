//! What can be wrong with a journal.

use std::fmt::Display;
use std::io;
use std::path::{Path, PathBuf};

/// Why the journal cannot be used, or does not let a run begin.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum JournalError {
    /// The folder, or a file in it, cannot be used.
    #[error("the journal in {} cannot be used: {reason}", folder.display())]
    Folder {
        /// The state folder.
        folder: PathBuf,
        /// What the system says.
        reason: String,
    },
    /// The database does not take or give what it should: a full disk, say.
    #[error("the journal in {} cannot be read or written: {reason}", folder.display())]
    Database {
        /// The state folder.
        folder: PathBuf,
        /// What SQLite says.
        reason: String,
    },
    /// A newer version of this program has written it.
    #[error("the journal in {} is of a newer version of this program (format {version})", folder.display())]
    Newer {
        /// The state folder.
        folder: PathBuf,
        /// The version of its tables.
        version: i64,
    },
    /// Another process is at work on the same rows.
    #[error("another run is at work on {what}")]
    Busy {
        /// The file whose rows they are, or the run.
        what: String,
    },
    /// All rows of a file are settled.
    #[error("nothing is left to do in {what}: {done} rows done{}", skipped_text(*.skipped))]
    Finished {
        /// The file.
        what: String,
        /// How many rows were carried out.
        done: usize,
        /// How many were left for good.
        skipped: usize,
    },
    /// The file should be run once more, and its last run is not finished.
    #[error("the last run of {what} is not finished")]
    Unfinished {
        /// The file.
        what: String,
    },
    /// The last run of the file was given other arguments with it.
    #[error("the arguments given with {what} are not those of its unfinished run")]
    OtherArguments {
        /// The file.
        what: String,
    },
    /// A file beside the input that has the name of a journal and cannot be read as one.
    #[error("{}: {reason}", path.display())]
    OldJournal {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        reason: String,
    },
    /// The database is there, and the key that belongs to it is not.
    #[error("the key of the journal in {} is missing", folder.display())]
    NoKey {
        /// The state folder.
        folder: PathBuf,
    },
    /// There is no run with this number.
    #[error("there is no run {run} in the journal")]
    NoSuchRun {
        /// The number.
        run: i64,
    },
}

fn skipped_text(skipped: usize) -> String {
    if skipped == 0 { String::new() } else { format!(", {skipped} skipped") }
}

impl JournalError {
    pub(crate) fn folder(folder: &Path, error: &io::Error) -> JournalError {
        JournalError::Folder { folder: folder.to_owned(), reason: error.to_string() }
    }

    pub(crate) fn database(folder: &Path, error: &rusqlite::Error) -> JournalError {
        JournalError::Database { folder: folder.to_owned(), reason: error.to_string() }
    }

    pub(crate) fn damaged(folder: &Path, reason: &dyn Display) -> JournalError {
        JournalError::Database { folder: folder.to_owned(), reason: reason.to_string() }
    }
}
