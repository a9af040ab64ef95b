//! The remark for the person at the terminal that the PBX keeps them waiting, and the clients' account of it.

use std::io::{self, IsTerminal, Write};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, LazyLock};
use std::time::Duration;

use threecx::Waiting;

use crate::output::style::{is_quiet, one_line};

/// How long nothing is said.
const PATIENCE: Duration = Duration::from_secs(3);

/// How often the remark is written anew.
const EVERY: Duration = Duration::from_millis(500);

/// One process is one command, and all its clients keep the same account.
static WAITING: LazyLock<Arc<Waiting>> = LazyLock::new(Arc::default);
static QUIET: AtomicBool = AtomicBool::new(false);

/// What the clients of this process keep.
pub fn waiting() -> Arc<Waiting> {
    Arc::clone(&WAITING)
}

/// Says nothing from now on.
pub fn be_quiet() {
    QUIET.store(true, Ordering::Relaxed);
}

/// Says for whom the command waits, as long as it does; never returns.
pub async fn keep_saying() {
    if QUIET.load(Ordering::Relaxed) || is_quiet() || !io::stderr().is_terminal() {
        std::future::pending::<()>().await;
    }
    let mut line = Line { shown: false };
    loop {
        tokio::time::sleep(EVERY).await;
        match WAITING.silence().filter(|(_, silence)| *silence >= PATIENCE) {
            Some((host, silence)) => {
                line.write(&format!("still waiting for {} ({} s)…", one_line(&host), silence.as_secs()));
            }
            None => line.clear(),
        }
    }
}

/// A line that is written over, and gone in the end.
struct Line {
    shown: bool,
}

impl Line {
    fn write(&mut self, text: &str) {
        let mut stderr = io::stderr().lock();
        // If stderr is closed, no one is watching.
        let _ = write!(stderr, "\r\x1b[K{text}").and_then(|()| stderr.flush());
        self.shown = true;
    }

    fn clear(&mut self) {
        if self.shown {
            self.write("");
            self.shown = false;
        }
    }
}

impl Drop for Line {
    fn drop(&mut self) {
        self.clear();
    }
}
