//! Who is kept waiting, and for how long: a program can tell its user before a timeout does.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// For which host clients are waiting. [`Builder::waiting`](crate::Builder::waiting) tells a client to keep it.
#[derive(Debug, Default)]
pub struct Waiting(Mutex<State>);

#[derive(Debug, Default)]
struct State {
    requests: usize,
    host: String,
    /// When something was last heard.
    since: Option<Instant>,
}

impl Waiting {
    /// The host that is waited for, and how long nothing has been heard of it; nothing while no request is under way.
    pub fn silence(&self) -> Option<(String, Duration)> {
        let state = self.state();
        let since = state.since.filter(|_| state.requests > 0)?;
        Some((state.host.clone(), since.elapsed()))
    }

    /// Something is waited for until what this returns is dropped.
    pub(crate) fn begin(&self, host: &str) -> Wait<'_> {
        let mut state = self.state();
        if state.requests == 0 {
            state.since = Some(Instant::now());
            host.clone_into(&mut state.host);
        }
        state.requests += 1;
        Wait(self)
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Something that is waited for. It ends when something is heard, or when it is given up.
pub(crate) struct Wait<'w>(&'w Waiting);

impl Drop for Wait<'_> {
    fn drop(&mut self) {
        let mut state = self.0.state();
        state.requests = state.requests.saturating_sub(1);
        state.since = Some(Instant::now());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn silence_lasts_while_something_is_waited_for() {
        let waiting = Waiting::default();
        assert!(waiting.silence().is_none());
        let first = waiting.begin("a");
        let second = waiting.begin("b");
        drop(first);
        assert_eq!(waiting.silence().map(|(host, _)| host).as_deref(), Some("a"));
        drop(second);
        assert!(waiting.silence().is_none());
    }
}
