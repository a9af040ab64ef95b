//! Where text and bytes go: stdout, or a file.

use std::fs::{File, OpenOptions};
use std::io::{self, BufWriter, IsTerminal, Write};
use std::path::{Path, PathBuf};

use super::style::escaped;
#[cfg(unix)]
use super::style::note;
use crate::atomic_file::{Incomplete, Readers, is_special, meant};
use crate::failure::Failure;
use crate::signals;

/// The number of bytes that are gathered before they are written.
const BUFFER: usize = 64 << 10;

/// Somewhere to print. What is printed arrives when it is finished: a file that was there stays until then.
pub struct Sink {
    inner: BufWriter<Target>,
    name: String,
    length: u64,
    /// What comes before everything else, if anything comes.
    mark: &'static [u8],
}

enum Target {
    Stdout(io::Stdout),
    Terminal(io::Stdout, Shown),
    /// A file that is written on.
    File(File),
    /// A pipe or a device.
    Stream(File),
    /// A file that is put in place when it is complete.
    New {
        file: Incomplete,
        path: PathBuf,
        readers: Readers,
    },
}

/// What goes to a terminal. Tables and messages are safe already; data is shown with escapes.
#[derive(Default)]
struct Shown {
    /// The beginning of a character whose end has not come yet.
    begun: Vec<u8>,
    /// True for what may have colours.
    painted: bool,
}

impl Shown {
    fn write(&mut self, stdout: &mut io::Stdout, bytes: &[u8]) -> io::Result<()> {
        if self.painted {
            return stdout.write_all(bytes);
        }
        self.begun.extend_from_slice(bytes);
        let end = match std::str::from_utf8(&self.begun) {
            Err(error) if error.error_len().is_none() => error.valid_up_to(),
            _ => self.begun.len(),
        };
        let text: Vec<u8> = self.begun.drain(..end).collect();
        stdout.write_all(escaped(&String::from_utf8_lossy(&text)).as_bytes())
    }
}

impl Write for Target {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match self {
            Target::Stdout(stdout) => stdout.write(bytes),
            Target::Terminal(stdout, shown) => shown.write(stdout, bytes).map(|()| bytes.len()),
            Target::File(file) | Target::Stream(file) => file.write(bytes),
            Target::New { file, .. } => file.write(bytes),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        match self {
            Target::Stdout(stdout) | Target::Terminal(stdout, _) => stdout.flush(),
            Target::File(file) | Target::Stream(file) => file.flush(),
            Target::New { file, .. } => file.flush(),
        }
    }
}

impl Sink {
    fn new(target: Target, name: &str, length: u64) -> Sink {
        Sink { inner: BufWriter::with_capacity(BUFFER, target), name: name.to_owned(), length, mark: &[] }
    }

    /// Standard output.
    pub fn stdout() -> Sink {
        let stdout = io::stdout();
        let target = match stdout.is_terminal() {
            true => Target::Terminal(stdout, Shown::default()),
            false => Target::Stdout(stdout),
        };
        Sink::new(target, "stdout", 0)
    }

    /// A file that takes the place of what is there once it is finished, and goes away if it is not. What is no
    /// file, such as a pipe, is written to as it comes.
    pub fn create(path: &str, readers: Readers) -> Result<Sink, Failure> {
        let failed = |error: io::Error| Failure::file(path, &error);
        let target = meant(Path::new(path));
        if is_special(&target) {
            return Ok(Sink::new(Target::Stream(stream(&target).map_err(failed)?), path, 0));
        }
        if target.is_dir() {
            return Err(failed(io::ErrorKind::IsADirectory.into()));
        }
        signals::listen();
        let file = Incomplete::beside(&target).map_err(failed)?;
        Ok(Sink::new(Target::New { file, path: target, readers }, path, 0))
    }

    /// A file that holds this much already; its position is at its end.
    pub fn continued(file: File, path: &str, length: u64) -> Sink {
        Sink::new(Target::File(file), path, length)
    }

    /// Begins with a byte order mark where it is not seen, and nothing was printed before.
    #[must_use]
    pub fn marked(mut self) -> Sink {
        if self.is_empty() && !self.is_terminal() {
            self.mark = "\u{feff}".as_bytes();
        }
        self
    }

    /// Prints a line.
    pub fn line(&mut self, text: &str) -> Result<(), Failure> {
        self.raw(text.as_bytes())?;
        self.raw(b"\n")
    }

    /// Prints a line that is safe already, perhaps in colours.
    pub fn painted(&mut self, line: &str) -> Result<(), Failure> {
        self.paint(true)?;
        self.line(line)?;
        self.paint(false)
    }

    fn paint(&mut self, on: bool) -> Result<(), Failure> {
        if !matches!(self.inner.get_ref(), Target::Terminal(..)) {
            return Ok(());
        }
        self.inner.flush().map_err(|error| self.failure(&error))?;
        if let Target::Terminal(_, shown) = self.inner.get_mut() {
            shown.painted = on;
        }
        Ok(())
    }

    /// Prints text as it is; to a terminal, with escapes for what would control it.
    pub fn raw(&mut self, bytes: &[u8]) -> Result<(), Failure> {
        self.write_all(bytes).map_err(|error| self.failure(&error))
    }

    /// True if a person sees it as it comes.
    pub fn is_terminal(&self) -> bool {
        matches!(self.inner.get_ref(), Target::Terminal(..))
    }

    /// True if nothing was printed yet.
    pub fn is_empty(&self) -> bool {
        self.length == 0
    }

    /// Makes sure that all of it has arrived.
    pub fn finish(mut self) -> Result<(), Failure> {
        self.inner.flush().map_err(|error| self.failure(&error))?;
        let Sink { inner, name, .. } = self;
        let failed = |error: io::Error| Failure::file(name, &error);
        match inner.into_inner().map_err(io::IntoInnerError::into_error) {
            Ok(Target::New { file, path, readers }) => file.replace(&path, readers).map_err(failed),
            other => other.map(drop).map_err(failed),
        }
    }

    /// The same in the middle: puts what was printed on the disk, and returns its length.
    pub fn checkpoint(&mut self) -> Result<u64, Failure> {
        self.inner.flush().map_err(|error| self.failure(&error))?;
        self.synced()
    }

    /// Makes what was flushed safe against a machine that goes down, and returns its length.
    pub fn synced(&self) -> Result<u64, Failure> {
        if let Target::File(file) = self.inner.get_ref() {
            file.sync_data().map_err(|error| self.failure(&error))?;
        }
        Ok(self.length)
    }

    /// What it means that printing failed.
    pub fn failure(&self, error: &io::Error) -> Failure {
        match (error.kind(), self.inner.get_ref()) {
            (io::ErrorKind::BrokenPipe, Target::Stdout(_) | Target::Terminal(..)) => Failure::Closed,
            _ => Failure::file(&self.name, error),
        }
    }
}

impl Write for Sink {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let mark = std::mem::take(&mut self.mark);
        self.inner.write_all(mark)?;
        let written = self.inner.write(bytes)?;
        self.length += mark.len() as u64;
        self.length += written as u64;
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.inner.flush()
    }
}

/// Writes a text to where somebody said: as a file that is whole or not there, or to a pipe.
pub fn write_text(path: &str, text: &str, readers: Readers) -> Result<(), Failure> {
    let mut sink = Sink::create(path, readers)?;
    sink.raw(text.as_bytes())?;
    sink.finish()
}

/// Opens what is not a file. A pipe that nobody reads is waited for, and somebody who waits is told.
#[cfg(unix)]
fn stream(path: &Path) -> io::Result<File> {
    use rustix::fs::{OFlags, fcntl_getfl, fcntl_setfl};
    use std::os::unix::fs::OpenOptionsExt as _;
    let without_waiting = i32::try_from(OFlags::NONBLOCK.bits()).unwrap_or_default();
    // To where a shell has redirected a descriptor, it goes behind what is there.
    let open = |flags| OpenOptions::new().append(true).custom_flags(flags).open(path);
    match open(without_waiting) {
        Err(error) if error.raw_os_error() == Some(rustix::io::Errno::NXIO.raw_os_error()) => {
            note(&format!("Waiting for somebody to read {}.", path.display()));
            open(0)
        }
        opened => {
            let file = opened?;
            fcntl_setfl(&file, fcntl_getfl(&file)? - OFlags::NONBLOCK)?;
            Ok(file)
        }
    }
}

#[cfg(not(unix))]
fn stream(path: &Path) -> io::Result<File> {
    OpenOptions::new().write(true).open(path)
}
