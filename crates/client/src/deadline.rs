//! When calls end, whatever became of them.

use std::future::Future;
use std::time::{Duration, Instant};

/// The limits that a client keeps.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Deadline {
    /// How long a call may take with all its attempts.
    pub call_time: Option<Duration>,
    /// When all calls end.
    pub until: Option<Instant>,
}

/// No time is left.
#[derive(Debug)]
pub(crate) struct OutOfTime;

impl Deadline {
    /// When a call ends that begins now.
    pub fn of_call(self) -> Option<Instant> {
        let own = self.call_time.and_then(|time| Instant::now().checked_add(time));
        [own, self.until].into_iter().flatten().min()
    }
}

/// Works until then and no longer.
pub(crate) async fn within<T>(end: Option<Instant>, work: impl Future<Output = T>) -> Result<T, OutOfTime> {
    match end {
        None => Ok(work.await),
        // Nothing is begun that could not be ended.
        Some(end) if end <= Instant::now() => Err(OutOfTime),
        Some(end) => tokio::time::timeout_at(end.into(), work).await.map_err(|_| OutOfTime),
    }
}

/// True if a pause that begins now is over before the end.
pub(crate) fn is_before(end: Option<Instant>, pause: Duration) -> bool {
    let over = Instant::now().checked_add(pause);
    end.is_none_or(|end| over.is_some_and(|over| over < end))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_pause_that_is_over_in_time_is_waited_for() {
        let hour = Duration::from_hours(1);
        let in_an_hour = Instant::now().checked_add(hour);
        for (end, pause, wanted) in [
            (None, Duration::MAX, true),
            (in_an_hour, Duration::ZERO, true),
            (in_an_hour, hour / 2, true),
            (in_an_hour, hour * 2, false),
            (in_an_hour, Duration::MAX, false),
            (Some(Instant::now()), Duration::ZERO, false),
        ] {
            assert_eq!(is_before(end, pause), wanted, "{end:?} {pause:?}");
        }
    }
}
