//! Time, for everything in the simulated PBX.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};

/// The nanoseconds that a PBX counts in.
const TICK: i128 = 100;

/// A clock: the machine's, or one that stands still until it is stepped. Either can be
/// stepped on. Clones show the same time.
#[derive(Clone, Debug)]
pub struct Clock {
    /// Where it started, if it stands still.
    start: Option<Timestamp>,
    /// How far it was stepped, in nanoseconds.
    stepped: Arc<AtomicI64>,
}

impl Clock {
    /// The machine's clock.
    pub fn real() -> Clock {
        Clock { start: None, stepped: Arc::default() }
    }

    /// A clock that stands still at this second since 1970 until it is stepped.
    pub fn manual(seconds: i64) -> Clock {
        Clock { start: Some(Timestamp::from_second(seconds).unwrap_or_default()), stepped: Arc::default() }
    }

    /// Moves the clock on.
    pub fn step(&self, by: Duration) {
        let nanoseconds = i64::try_from(by.as_nanos()).unwrap_or(i64::MAX);
        let _ =
            self.stepped.fetch_update(Ordering::SeqCst, Ordering::SeqCst, |now| Some(now.saturating_add(nanoseconds)));
    }

    /// Moves the clock on to an instant; false, and nothing is done, if that has passed.
    #[must_use]
    pub fn advance_to(&self, instant: Timestamp) -> bool {
        match Duration::try_from(instant.duration_since(self.now())) {
            Ok(ahead) => {
                self.step(ahead);
                true
            }
            Err(_) => false,
        }
    }

    /// What it shows: as finely as a PBX does, whose times have seven digits after the point. (Seen live.)
    pub fn now(&self) -> Timestamp {
        let base = self.start.unwrap_or_else(Timestamp::now);
        let stepped = SignedDuration::from_nanos(self.stepped.load(Ordering::SeqCst));
        let now = base.checked_add(stepped).unwrap_or(base).as_nanosecond();
        Timestamp::from_nanosecond(now - now.rem_euclid(TICK)).unwrap_or(base)
    }
}

impl Default for Clock {
    fn default() -> Clock {
        Clock::real()
    }
}
