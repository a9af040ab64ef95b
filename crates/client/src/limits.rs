//! How many calls are made at a time, and how many per second.

use std::time::Duration;

use tokio::sync::{Mutex, Semaphore, SemaphorePermit};
use tokio::time::{Interval, MissedTickBehavior};

/// The limits that a client keeps.
#[derive(Debug, Default)]
pub(crate) struct Limits {
    at_a_time: Option<Semaphore>,
    pace: Option<Pace>,
}

#[derive(Debug)]
struct Pace {
    min_interval: Duration,
    /// Made by the first call: before that, there may not be a runtime, and so no clock.
    ticks: Mutex<Option<Interval>>,
}

impl Limits {
    pub fn new(at_a_time: Option<usize>, min_interval: Option<Duration>) -> Limits {
        let pace = min_interval
            .filter(|min_interval| !min_interval.is_zero())
            .map(|min_interval| Pace { min_interval, ticks: Mutex::new(None) });
        Limits { at_a_time: at_a_time.map(|calls| Semaphore::new(calls.max(1))), pace }
    }

    /// Waits until a call may be made; others wait until the permit is dropped.
    pub async fn turn(&self) -> Option<SemaphorePermit<'_>> {
        let permit = match &self.at_a_time {
            Some(semaphore) => semaphore.acquire().await.ok(),
            None => None,
        };
        if let Some(pace) = &self.pace {
            let mut ticks = pace.ticks.lock().await;
            let ticks = ticks.get_or_insert_with(|| {
                let mut ticks = tokio::time::interval(pace.min_interval);
                ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
                ticks
            });
            ticks.tick().await;
        }
        permit
    }
}
