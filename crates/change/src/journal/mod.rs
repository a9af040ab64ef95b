//! The journal: every run that changed something, step by step, in one SQLite database in the state
//! folder. What a run sends is on disk before it is sent; a process that is killed, a disk that
//! fills up and a machine that loses power lose no intent.
//!
//! ```text
//! Journal::open ──► begin | go_on ──► Log ──► (run) ──► Log::end
//!       │                              │
//!       └──► runs, run (history)       ├─ trail: a file that says step by step what left and what came of it
//!                                      └─ writer: a thread that commits intents and outcomes a window at a time
//! ```
//!
//! What steps say (arguments, what was there before and after) is encrypted with the key of the
//! folder (`keys.rs`): a copy of the database alone gives no secret away.

mod cut_off;
mod error;
#[cfg(feature = "fuzzing")]
pub(crate) mod fuzzing;
mod history;
mod lock;
mod log;
mod rows;
mod text;
mod text_identity;
mod trail;
mod writer;

use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use rusqlite::{Connection, OptionalExtension, params};
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::identity::Identity;
use crate::keys::Keys;
use crate::state::State;
use crate::trust;

pub use error::JournalError;
pub use history::{Counts, RunDetail, RunSummary, StepRecord};
pub use lock::Lock;
pub use log::{FileRun, Log, NewStep, OldRun};
pub use rows::{Entry, Known, Row};
pub use text::beside;
pub use text_identity::{of_constants as old_constants, of_row as old_hash};

/// The version of the tables. Version 1 had no trails: what it knew of a run in progress is in the states of the
/// steps (`intended`, `sent`), which are read as they were. A version that knows no trails must not read what has
/// them: it would take what is on its way for unsent.
const VERSION: i64 = 2;

const TABLES: &str = "
    CREATE TABLE runs (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        begun INTEGER NOT NULL,
        ended INTEGER,
        kind TEXT NOT NULL,
        pbx TEXT NOT NULL,
        identity TEXT NOT NULL,
        who TEXT NOT NULL,
        operation TEXT NOT NULL,
        source TEXT,
        constants BLOB,
        release TEXT,
        of_run INTEGER,
        boot TEXT,
        ending TEXT,
        trail BLOB,
        intended INTEGER NOT NULL DEFAULT 0
    );
    CREATE INDEX runs_of_files ON runs (source, pbx, operation) WHERE source IS NOT NULL;
    CREATE TABLE steps (
        run INTEGER NOT NULL REFERENCES runs (id) ON DELETE CASCADE,
        seq INTEGER NOT NULL,
        operation TEXT NOT NULL,
        identity BLOB,
        twin INTEGER NOT NULL DEFAULT 0,
        line INTEGER,
        label TEXT NOT NULL,
        state TEXT NOT NULL,
        detail TEXT,
        at INTEGER,
        arguments BLOB,
        before BLOB,
        after BLOB,
        position INTEGER,
        PRIMARY KEY (run, seq)
    ) WITHOUT ROWID;
    CREATE TABLE seals (
        id TEXT PRIMARY KEY,
        used INTEGER NOT NULL,
        expires INTEGER NOT NULL
    ) WITHOUT ROWID;
";

/// Makes version 2 of version 1.
const FROM_VERSION_1: &str = "
    ALTER TABLE runs ADD COLUMN trail BLOB;
    ALTER TABLE runs ADD COLUMN intended INTEGER NOT NULL DEFAULT 0;
    ALTER TABLE steps ADD COLUMN position INTEGER;
";

/// How long a statement waits for another process.
const BUSY: Duration = Duration::from_secs(20);

/// What began a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// One command.
    Call,
    /// The rows of a file.
    File,
    /// A plan that was kept in a file.
    Plan,
    /// It takes another run back.
    Undo,
}

impl Kind {
    const ALL: [(Kind, &'static str); 4] =
        [(Kind::Call, "call"), (Kind::File, "file"), (Kind::Plan, "plan"), (Kind::Undo, "undo")];

    /// The word in the journal.
    pub fn word(self) -> &'static str {
        Kind::ALL.into_iter().find(|(kind, _)| *kind == self).map_or("", |(_, word)| word)
    }

    fn of(word: &str) -> Kind {
        Kind::ALL.into_iter().find(|(_, known)| *known == word).map_or(Kind::Call, |(kind, _)| kind)
    }
}

/// What is known of a run as a whole.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Head {
    /// What began it.
    pub kind: Kind,
    /// The address of the PBX.
    pub pbx: String,
    /// As whom the PBX is called: `client 900`.
    pub identity: String,
    /// The id of the operation; of several, the first.
    pub operation: String,
    /// The file with its rows, links followed.
    pub source: Option<String>,
    /// A keyed hash of what is the same for all rows.
    pub constants: Option<Identity>,
    /// The release that the PBX is of, where it is known.
    pub release: Option<String>,
    /// The run that this one takes back.
    pub of_run: Option<i64>,
}

/// The journal of a state folder.
#[derive(Debug)]
pub struct Journal {
    folder: PathBuf,
    db: Connection,
    keys: Keys,
}

impl Journal {
    /// Opens the journal in a folder, and makes both where they are missing.
    ///
    /// # Errors
    /// That the folder or the database cannot be used, or that a newer version of this program has
    /// written it.
    pub fn open(folder: &Path) -> Result<Journal, JournalError> {
        private_folder(folder).map_err(|error| JournalError::folder(folder, &error))?;
        let path = folder.join("journal.db");
        trust::check(&path).map_err(|error| JournalError::folder(folder, &error))?;
        // A new key could read nothing, and would make rows that are done look new.
        if path.exists() && !Keys::are_in(folder) {
            return Err(JournalError::NoKey { folder: folder.to_owned() });
        }
        let keys = Keys::open(folder).map_err(|error| JournalError::folder(folder, &error))?;
        let db = connect(&path).map_err(|error| JournalError::database(folder, &error))?;
        let journal = Journal { folder: folder.to_owned(), db, keys };
        journal.migrate()?;
        Ok(journal)
    }

    /// Makes the tables, or what they lack of this version. Two processes may come at once.
    fn migrate(&self) -> Result<(), JournalError> {
        let wrong = |error: rusqlite::Error| self.wrong(&error);
        let version = || self.db.query_row("PRAGMA user_version", [], |row| row.get::<_, i64>(0)).map_err(wrong);
        if version()? < VERSION {
            self.db.execute_batch("BEGIN IMMEDIATE").map_err(wrong)?;
            let make = |tables| self.db.execute_batch(&format!("{tables} PRAGMA user_version = {VERSION};"));
            let made = version().and_then(|version| match version {
                0 => make(TABLES).map_err(wrong),
                1 => make(FROM_VERSION_1).map_err(wrong),
                _ => Ok(()),
            });
            self.db.execute_batch(if made.is_ok() { "COMMIT" } else { "ROLLBACK" }).map_err(wrong)?;
            made?;
        }
        match version()? {
            VERSION => Ok(()),
            newer => Err(JournalError::Newer { folder: self.folder.clone(), version: newer }),
        }
    }

    /// Where it is.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// The keys of its folder.
    pub(crate) fn keys(&self) -> &Keys {
        &self.keys
    }

    /// Notes that a sealed plan is used; false if it was before. What has expired is forgotten: it is
    /// refused for that.
    pub(crate) fn use_seal(&self, id: &str, expires: i64) -> Result<bool, JournalError> {
        let wrong = |error: rusqlite::Error| self.wrong(&error);
        self.db.execute("DELETE FROM seals WHERE expires < ?1", [now() - 86_400_000]).map_err(wrong)?;
        let new = self.db.execute(
            "INSERT OR IGNORE INTO seals (id, used, expires) VALUES (?1, ?2, ?3)",
            params![id, now(), expires],
        );
        Ok(new.map_err(wrong)? == 1)
    }

    /// True if a sealed plan was used.
    pub(crate) fn is_used(&self, id: &str) -> Result<bool, JournalError> {
        let found = self.db.query_row("SELECT 1 FROM seals WHERE id = ?1", [id], |_| Ok(())).optional();
        Ok(found.map_err(|error| self.wrong(&error))?.is_some())
    }

    /// The hash by which content is known again.
    pub fn identity(&self, content: &[u8]) -> Identity {
        self.keys.identity(content)
    }

    fn wrong(&self, error: &rusqlite::Error) -> JournalError {
        JournalError::database(&self.folder, error)
    }

    fn hidden<T: Serialize>(&self, value: &T) -> Result<Vec<u8>, JournalError> {
        let text = serde_json::to_vec(value).map_err(|error| JournalError::damaged(&self.folder, &error))?;
        self.keys.hide(&text).map_err(|error| JournalError::folder(&self.folder, &error))
    }

    fn shown<T: DeserializeOwned>(&self, hidden: Option<Vec<u8>>) -> Result<Option<T>, JournalError> {
        let Some(hidden) = hidden else { return Ok(None) };
        let text = self.uncovered(&hidden)?;
        serde_json::from_slice(&text).map(Some).map_err(|error| JournalError::damaged(&self.folder, &error))
    }

    fn uncovered(&self, hidden: &[u8]) -> Result<Vec<u8>, JournalError> {
        let text = self.keys.show(hidden);
        text.ok_or_else(|| JournalError::damaged(&self.folder, &"the key in the folder is another one"))
    }

    /// True if the machine has not restarted since a run began, or went on.
    fn is_of_this_start(&self, run: i64) -> Result<bool, JournalError> {
        let then = self.db.query_row("SELECT boot FROM runs WHERE id = ?1", [run], |row| row.get(0));
        let then: Option<String> = then.map_err(|error| self.wrong(&error))?;
        Ok(is_same_start(then.as_deref()))
    }

    /// The last run of a file's rows on a PBX.
    fn last_of_file(&self, pbx: &str, operation: &str, source: &str) -> Result<Option<i64>, JournalError> {
        let found = self.db.query_row(
            "SELECT id FROM runs WHERE source = ?1 AND pbx = ?2 AND operation = ?3 ORDER BY id DESC LIMIT 1",
            params![source, pbx, operation],
            |row| row.get(0),
        );
        found.optional().map_err(|error| self.wrong(&error))
    }
}

/// A connection that waits for others, and whose commits are on disk when they return.
fn connect(path: &Path) -> rusqlite::Result<Connection> {
    let db = Connection::open(path)?;
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        // The folder is private already; this keeps a copy of the file private too.
        let _ = fs::set_permissions(path, fs::Permissions::from_mode(0o600));
    }
    db.busy_timeout(BUSY)?;
    db.pragma_update(None, "journal_mode", "WAL")?;
    db.pragma_update(None, "synchronous", "FULL")?;
    db.pragma_update(None, "foreign_keys", true)?;
    // A checkpoint costs two waits for the disk: seldom enough not to be felt.
    db.pragma_update(None, "wal_autocheckpoint", 8000)?;
    db.pragma_update(None, "journal_size_limit", 4 << 20)?;
    Ok(db)
}

/// A folder that is its owner's alone.
fn private_folder(folder: &Path) -> std::io::Result<()> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder)
}

/// Milliseconds since 1970.
pub(crate) fn now() -> i64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| i64::try_from(since.as_millis()).unwrap_or(i64::MAX))
}

/// True if the machine has not restarted since then: what was written and was not yet on disk is still there.
fn is_same_start(then: Option<&str>) -> bool {
    then.is_some() && then == boot().as_deref()
}

/// Tells one start of this machine from another; `None` where that cannot be known.
fn boot() -> Option<String> {
    let id = fs::read_to_string("/proc/sys/kernel/random/boot_id").ok()?;
    Some(id.trim().to_owned()).filter(|id| !id.is_empty())
}

/// The user and machine that a run is begun by.
pub fn who() -> String {
    let variable = |names: &[&str]| names.iter().find_map(|name| std::env::var(name).ok());
    let user = variable(&["USER", "LOGNAME", "USERNAME"]).unwrap_or_else(|| "unknown".into());
    let machine = fs::read_to_string("/proc/sys/kernel/hostname").ok().map(|name| name.trim().to_owned());
    match machine.or_else(|| variable(&["COMPUTERNAME", "HOSTNAME"])) {
        Some(machine) => format!("{user}@{machine}"),
        None => user,
    }
}

/// The state of a step as the table has it: a word to count by, and the whole.
fn columns_of(state: &State) -> (&'static str, Option<String>) {
    match state {
        State::Unsent => ("unsent", None),
        State::Sent => ("sent", None),
        State::Skipped => ("skipped", None),
        State::Done { .. } => ("done", serde_json::to_string(state).ok()),
        State::Failed { .. } => ("failed", serde_json::to_string(state).ok()),
        State::Unknown { .. } => ("unknown", serde_json::to_string(state).ok()),
    }
}

/// The same read back. An intent is as good as sent: whether it left is decided where more is known.
fn state_of(word: &str, detail: Option<&str>) -> State {
    match (word, detail.and_then(|detail| serde_json::from_str(detail).ok())) {
        (_, Some(state)) => state,
        ("unsent", None) => State::Unsent,
        ("skipped", None) => State::Skipped,
        ("intended" | "sent", None) => State::Sent,
        // What cannot be read is not known.
        _ => State::Unknown { status: None, message: "the journal does not say".into() },
    }
}
