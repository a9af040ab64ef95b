//! How many calls are made at a time, and in a second.

use std::time::Duration;

use tokio::sync::{Mutex, Semaphore, SemaphorePermit};
use tokio::time::{Interval, MissedTickBehavior};

/// Limits that a client keeps on its own.
#[derive(Debug, Default)]
pub(crate) struct Limits {
    at_a_time: Option<Semaphore>,
    pace: Option<Pace>,
}

#[derive(Debug)]
struct Pace {
    apart: Duration,
    /// Made by the first call: before, there may be no clock to ask.
    ticks: Mutex<Option<Interval>>,
}

impl Limits {
    pub fn new(at_a_time: Option<usize>, apart: Option<Duration>) -> Limits {
        let pace = apart.filter(|apart| !apart.is_zero()).map(|apart| Pace { apart, ticks: Mutex::new(None) });
        Limits { at_a_time: at_a_time.map(|calls| Semaphore::new(calls.max(1))), pace }
    }

    /// Waits until a call may be made; others wait until what this gives is dropped.
    pub async fn turn(&self) -> Option<SemaphorePermit<'_>> {
        let permit = match &self.at_a_time {
            Some(semaphore) => semaphore.acquire().await.ok(),
            None => None,
        };
        if let Some(pace) = &self.pace {
            let mut ticks = pace.ticks.lock().await;
            let ticks = ticks.get_or_insert_with(|| {
                let mut ticks = tokio::time::interval(pace.apart);
                ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
                ticks
            });
            ticks.tick().await;
        }
        permit
    }
}
