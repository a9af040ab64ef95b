//! How fast steps go out: a number of them a second, and none while the PBX asks to slow down. Both
//! count for the run as a whole. (Two instants; a rate limiter made for many threads would be larger
//! than everything else here.)

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use tokio::time::{Instant, sleep_until};

/// What every request passes before it leaves.
#[derive(Debug)]
pub struct Gate {
    /// The time between two requests.
    interval: Option<Duration>,
    /// When the next may leave.
    next: Mutex<Instant>,
    /// Until when none may.
    closed_until: Mutex<Instant>,
}

impl Gate {
    /// For a maximum of `rate` requests a second.
    pub fn new(rate: Option<f64>) -> Gate {
        let now = Instant::now();
        let interval = rate.map(|rate| Duration::from_secs_f64(1.0 / rate));
        Gate { interval, next: Mutex::new(now), closed_until: Mutex::new(now) }
    }

    /// Returns when a request may leave.
    pub async fn pass(&self) {
        if let Some(turn) = self.turn(Instant::now()) {
            sleep_until(turn).await;
        }
        // It may be closed again while a step waits.
        while let Some(opens) = self.opens(Instant::now()) {
            sleep_until(opens).await;
        }
    }

    /// Lets nothing pass for a while.
    pub fn close(&self, pause: Duration) {
        let mut until = self.closed_until.lock().unwrap_or_else(PoisonError::into_inner);
        *until = (*until).max(Instant::now() + pause);
    }

    /// When it is the turn of one that comes now.
    fn turn(&self, now: Instant) -> Option<Instant> {
        let interval = self.interval?;
        let mut next = self.next.lock().unwrap_or_else(PoisonError::into_inner);
        let turn = (*next).max(now);
        *next = turn + interval;
        Some(turn)
    }

    /// When it opens, if it is closed.
    fn opens(&self, now: Instant) -> Option<Instant> {
        Some(*self.closed_until.lock().unwrap_or_else(PoisonError::into_inner)).filter(|opens| *opens > now)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn turns_come_one_after_the_other() {
        let gate = Gate::new(Some(10.0));
        let start = Instant::now();
        let after = |ms: u64| start + Duration::from_millis(ms);
        let turns: Vec<_> = [0, 0, 0, 950].into_iter().filter_map(|ms| gate.turn(after(ms))).collect();
        assert_eq!(turns, [start, after(100), after(200), after(950)]);
        assert_eq!(Gate::new(None).turn(start), None);
    }

    #[test]
    fn it_stays_closed_for_the_longest_pause() {
        let gate = Gate::new(None);
        assert_eq!(gate.opens(Instant::now()), None);
        gate.close(Duration::from_secs(60));
        gate.close(Duration::from_secs(1));
        let later = Instant::now() + Duration::from_secs(30);
        assert!(gate.opens(later).is_some());
        assert_eq!(gate.opens(later + Duration::from_secs(31)), None);
    }
}
