//! The editor of the person at the terminal, or of the script.

use std::cell::Cell;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::process::Command;

use tempfile::TempPath;

use crate::env_vars;
use crate::failure::Failure;
use crate::text_file;

/// A text in a file of its own, which only its owner can read. It is gone when this is, unless
/// it is kept.
pub struct Draft {
    path: TempPath,
    was_edited: Cell<bool>,
}

impl Draft {
    /// A file called after what it is about.
    pub fn new(about: &str) -> Result<Draft, Failure> {
        let plain = |c: char| if c.is_ascii_alphanumeric() { c.to_ascii_lowercase() } else { '-' };
        let name: String = about.chars().map(plain).collect();
        let file = tempfile::Builder::new().prefix(&format!("threecx-{name}-")).suffix(".yaml").tempfile();
        let file = file.map_err(|error| Failure::file("a temporary file", &error))?;
        Ok(Draft { path: file.into_temp_path(), was_edited: Cell::new(false) })
    }

    /// Opens the editor on this text.
    pub fn edit(&self, text: &str) -> Result<String, Failure> {
        let wrong = |error: io::Error| Failure::file(self.path.display().to_string(), &error);
        fs::write(&self.path, text).map_err(wrong)?;
        run(&self.path)?;
        self.was_edited.set(true);
        text_file::read(&self.path.display().to_string())
    }

    /// True if something was written that would be lost.
    pub fn was_edited(&self) -> bool {
        self.was_edited.get()
    }

    /// Keeps what was written, and says where.
    pub fn keep(self) -> Option<PathBuf> {
        self.path.keep().ok()
    }
}

/// Runs the editor on a file and waits for its end.
fn run(path: &Path) -> Result<(), Failure> {
    let given = env_vars::VISUAL.get().or_else(|| env_vars::EDITOR.get());
    let editor = given.unwrap_or_else(|| if cfg!(windows) { "notepad".into() } else { "vi".into() });
    // As git does it: a shell sees to quotes and arguments, such as `code --wait`.
    let mut command = if cfg!(windows) {
        let mut words = editor.split_whitespace();
        let mut command = Command::new(words.next().unwrap_or("notepad"));
        command.args(words).arg(path);
        command
    } else {
        let mut command = Command::new("sh");
        command.arg("-c").arg(format!("{editor} \"$@\"")).arg(&editor).arg(path);
        command
    };
    let failed = |reason: String| Failure::Editor { editor: editor.clone(), reason };
    let status = command.status().map_err(|error| failed(crate::failure::reason_of(&error)))?;
    if status.success() { Ok(()) } else { Err(failed(status.to_string())) }
}
