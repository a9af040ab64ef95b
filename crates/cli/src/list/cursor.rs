//! `--cursor FILE`: how far a list was read, so that the next run goes on from there.
//!
//! ```text
//!   window complete ──► its rows are on the disk ──► the cursor is replaced ──► next window
//! ```
//!
//! The cursor says up to when the list was read and how long the file with its rows was then. A run
//! that goes on first cuts the file back to that length: what a run that was killed had written of
//! a window is read again. So every row is in the file once, whenever a run ends. A file that was there before
//! the first run stays until the first window is complete.

use std::cell::{Cell, RefCell};
use std::fs::{File, OpenOptions, TryLockError};
use std::io::{self, Seek, SeekFrom};
use std::path::{Path, PathBuf};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use threecx::{Arguments, Input, Operation};

use super::window::Window;
use crate::atomic_file::{self, Incomplete, Readers, is_special, meant};
use crate::failure::Failure;
use crate::output::{Output, Sink};
use crate::signals;

/// What the file holds.
#[derive(Debug, Deserialize, Serialize)]
pub struct State {
    operation: String,
    /// What else was asked, so that no other list is continued in its place.
    asked: String,
    format: String,
    file: String,
    /// The list was read up to here.
    pub until: Timestamp,
    /// True for this very instant, false for where a day begins.
    pub at_an_instant: bool,
    /// The length of the file then.
    length: u64,
}

/// A cursor and the list that it belongs to.
#[derive(Debug)]
pub struct Cursor {
    path: String,
    operation: &'static str,
    asked: String,
    format: &'static str,
    file: String,
    /// The new rows, until they take the place of an old file.
    replacing: RefCell<Option<Replacing>>,
    /// True for a file that was not there before, until something of a list is in it.
    is_new: Cell<bool>,
}

/// A file that nothing came for goes away again.
impl Drop for Cursor {
    fn drop(&mut self) {
        let path = self.rows();
        if self.is_new.get() && std::fs::metadata(&path).is_ok_and(|about| about.len() == 0) {
            // Where it stays, it is empty.
            let _ = std::fs::remove_file(path);
        }
    }
}

#[derive(Debug)]
struct Replacing {
    new: Incomplete,
    readers: Readers,
    /// The old file, which no other run may write meanwhile.
    _held: File,
}

impl Cursor {
    /// Refuses what cannot be continued: rows have to go into a file, in a format that has no end.
    pub fn new(
        path: String,
        operation: &'static Operation,
        arguments: &Arguments,
        output: &Output,
    ) -> Result<Cursor, Failure> {
        let refuse = |message: &str, next: &str| Err(Failure::usage(message).next(next));
        if !output.format.can_be_continued() {
            return refuse("--cursor needs a format that can be appended to", "Add -o ndjson, -o csv or -o yaml.");
        }
        let Some(file) = output.file.clone().filter(|file| file != "-") else {
            return refuse(
                "--cursor needs a file for the rows, to cut off what a killed run had begun",
                "Add --output-file.",
            );
        };
        if let Some(special) = [&path, &file].into_iter().find(|path| is_special(Path::new(path))) {
            return refuse(&format!("--cursor needs files, and {special} is not one"), "Name a file.");
        }
        if output.replaces(Path::new(&path)) {
            return refuse("--cursor and --output-file are the same file", "Use another file for the cursor.");
        }
        let asked = arguments.parameters.iter().chain(&arguments.options).map(|(name, input)| match input {
            Input::Text(value) | Input::Json(value) => format!("{name}={value}"),
        });
        let asked = asked.chain(output.jq.iter().map(|jq| format!("jq={}", jq.expression())));
        let asked = asked.chain(output.csv.name().map(|style| format!("csv={style}")));
        let asked = asked.collect::<Vec<_>>().join("&");
        Ok(Cursor {
            path,
            operation: operation.id,
            asked,
            format: output.format.name(),
            file,
            replacing: RefCell::default(),
            is_new: Cell::default(),
        })
    }

    /// How far it is, if it does not begin here, and the file with the rows, cut back to what the
    /// cursor says. No other run may write it during that time.
    pub fn begin(&self, readers: Readers) -> Result<(Sink, Option<State>), Failure> {
        let failed = |error: io::Error| Failure::file(&self.file, &error);
        signals::listen();
        let path = self.rows();
        let is_new = !path.exists();
        let mut file = writing(readers).open(&path).map_err(failed)?;
        self.lock(&file)?;
        self.is_new.set(is_new);
        let state = self.read()?;
        let wanted = state.as_ref().map_or(0, |state| state.length);
        let length = file.metadata().map_err(failed)?.len();
        if length < wanted {
            let reason = format!("{} has {length} bytes, and had {wanted}: rows are missing", self.file);
            return Err(self.refused(&reason));
        }
        if state.is_none() && length > 0 {
            let new = Incomplete::beside(&path).map_err(failed)?;
            let handle = new.handle().map_err(failed)?;
            self.lock(&handle)?;
            *self.replacing.borrow_mut() = Some(Replacing { new, readers, _held: file });
            return Ok((Sink::continued(handle, &self.file, 0), None));
        }
        file.set_len(wanted).and_then(|()| file.seek(SeekFrom::End(0))).map_err(failed)?;
        Ok((Sink::continued(file, &self.file, wanted), state))
    }

    /// Where the rows are.
    fn rows(&self) -> PathBuf {
        meant(Path::new(&self.file))
    }

    fn lock(&self, file: &File) -> Result<(), Failure> {
        match file.try_lock() {
            // Some file systems have no locks.
            Ok(()) | Err(TryLockError::Error(_)) => Ok(()),
            Err(TryLockError::WouldBlock) => {
                Err(Failure::File { path: self.file.clone(), reason: "another run is writing it".into() })
            }
        }
    }

    fn read(&self) -> Result<Option<State>, Failure> {
        let text = match std::fs::read_to_string(&self.path) {
            Ok(text) => text,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(Failure::file(&self.path, &error)),
        };
        let state: State = serde_json::from_str(&text).map_err(|_| self.refused("not a cursor file"))?;
        for (was, is, what) in [
            (state.operation.as_str(), self.operation, "another operation"),
            (&state.asked, &self.asked, "a list that was asked for in another way"),
            (&state.format, self.format, "another format"),
            (&state.file, &self.file, "another --output-file"),
        ] {
            if was != is {
                return Err(self.refused(&format!("it belongs to {what}: `{was}`, not `{is}`")));
            }
        }
        Ok(Some(state))
    }

    fn refused(&self, reason: &str) -> Failure {
        Failure::usage(format!("the cursor {} cannot be used: {reason}", self.path))
            .next("Use another --cursor, or delete the file to start over.")
    }

    /// Notes that a window is complete, in one step: there is the old cursor or the new one.
    pub fn write(&self, window: &Window, length: u64) -> Result<(), Failure> {
        self.is_new.set(false);
        if let Some(Replacing { new, readers, .. }) = self.replacing.take() {
            new.replace(&self.rows(), readers).map_err(|error| Failure::file(&self.file, &error))?;
        }
        let state = State {
            operation: self.operation.into(),
            asked: self.asked.clone(),
            format: self.format.into(),
            file: self.file.clone(),
            until: window.until,
            at_an_instant: window.closes(),
            length,
        };
        let failed = |error: io::Error| Failure::file(&self.path, &error);
        let text = serde_json::to_string_pretty(&state).map_err(|error| Failure::Internal(error.to_string()))?;
        atomic_file::write(Path::new(&self.path), &format!("{text}\n"), Readers::Owner).map_err(failed)
    }
}

/// How the file with the rows is opened, or made; no link is followed, and nothing is waited for.
fn writing(readers: Readers) -> OpenOptions {
    let mut options = OpenOptions::new();
    options.write(true).create(true).truncate(false);
    #[cfg(unix)]
    {
        use rustix::fs::OFlags;
        use std::os::unix::fs::OpenOptionsExt as _;
        let flags = OFlags::NOFOLLOW | OFlags::NONBLOCK;
        options.custom_flags(i32::try_from(flags.bits()).unwrap_or_default());
        if readers == Readers::Owner {
            options.mode(0o600);
        }
    }
    #[cfg(not(unix))]
    let _ = readers;
    options
}
