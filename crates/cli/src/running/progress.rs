//! How far a run is, for someone who watches it.

use std::convert::Infallible;
use std::io::{self, Write};
use std::time::Duration;

use crate::output::Output;

/// How often it is shown.
const EVERY: Duration = Duration::from_millis(500);

/// Says again and again how many rows have been begun; never returns.
pub async fn show(begun: impl Fn() -> usize, total: usize, output: &Output) -> Infallible {
    if output.is_for_programs() || !output.shows_progress() {
        return std::future::pending().await;
    }
    let line = Line;
    loop {
        tokio::time::sleep(EVERY).await;
        line.write(&format!("{} of {total} sent", begun()));
    }
}

/// A line that is written over, and gone in the end.
struct Line;

impl Line {
    fn write(&self, text: &str) {
        let mut stderr = io::stderr().lock();
        // If stderr is closed, no one is watching.
        let _ = write!(stderr, "\r\x1b[K{text}").and_then(|()| stderr.flush());
    }
}

impl Drop for Line {
    fn drop(&mut self) {
        self.write("");
    }
}
