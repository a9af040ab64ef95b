//! Where text and bytes go: stdout, or a file.

use std::fs::{File, OpenOptions};
use std::io::{self, BufWriter, IsTerminal, Write};

use super::style::escaped;
use crate::failure::Failure;

/// The number of bytes that are gathered before they are written.
const BUFFER: usize = 64 << 10;

/// Somewhere to print. What is printed arrives when it is finished.
pub struct Sink {
    inner: BufWriter<Target>,
    name: String,
    length: u64,
}

enum Target {
    Stdout(io::Stdout),
    Terminal(io::Stdout, Shown),
    File(File),
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
            Target::File(file) => file.write(bytes),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        match self {
            Target::Stdout(stdout) | Target::Terminal(stdout, _) => stdout.flush(),
            Target::File(file) => file.flush(),
        }
    }
}

impl Sink {
    fn new(target: Target, name: &str, length: u64) -> Sink {
        Sink { inner: BufWriter::with_capacity(BUFFER, target), name: name.to_owned(), length }
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

    /// A file that is new, or takes the place of what was there; see [`writing`].
    pub fn create(path: &str, private: bool) -> Result<Sink, Failure> {
        let file = writing(private).truncate(true).open(path).map_err(|error| Failure::file(path, &error))?;
        Ok(Sink::new(Target::File(file), path, 0))
    }

    /// A file that holds this much already; its position is at its end.
    pub fn continued(file: File, path: &str, length: u64) -> Sink {
        Sink::new(Target::File(file), path, length)
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
        self.inner.flush().map_err(|error| self.failure(&error))
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
        let written = self.inner.write(bytes)?;
        self.length += written as u64;
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.inner.flush()
    }
}

/// How a file is opened to be written, or made; one that is private only for its owner.
pub fn writing(private: bool) -> OpenOptions {
    let mut options = OpenOptions::new();
    options.write(true).create(true);
    #[cfg(unix)]
    if private {
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    }
    #[cfg(not(unix))]
    let _ = private;
    options
}
