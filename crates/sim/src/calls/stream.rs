//! When calls begin: a number of them in a period, or one every few seconds without end. Calls are
//! counted in the order in which they begin.

use std::ops::Range;

use super::script::{ROUND, ROUND_LEGS, legs_before};
use super::{LONGEST, Period, Traffic};

const DAY: f64 = 86_400.0;
/// Hours of the day, and which part of a day's calls has begun by then.
const BUSY: [(f64, f64); 4] = [(0.0, 0.0), (7.0, 0.05), (19.0, 0.95), (24.0, 1.0)];

/// Calls, one after the other. By default there are none.
#[derive(Debug, Default)]
pub(super) struct Stream {
    /// How many calls there are.
    calls: u64,
    /// How many segments they have.
    segments: u64,
    /// The number of the first call.
    first: u64,
    /// The id of the first segment.
    first_segment: u64,
    timing: Timing,
}

#[derive(Debug, Default)]
enum Timing {
    #[default]
    Never,
    /// Spread over a period, most of them in the day.
    Spread { from: f64, to: f64 },
    /// From a second on, one every `every` seconds.
    Steady { from: i64, every: i64 },
}

impl Stream {
    /// The calls before start-up; all of them end before it.
    pub fn of_history(traffic: Traffic) -> Stream {
        let Period { from, to } = traffic.period;
        let to = to - LONGEST;
        let rounds = traffic.segments / ROUND_LEGS;
        // Of the last round as many calls as it takes; what its last call has too much is left out.
        let rest = traffic.segments % ROUND_LEGS;
        let calls = rounds * ROUND + if rest == 0 { 0 } else { ROUND };
        let timing = Timing::Spread { from: busy(from.min(to) as f64), to: busy(to as f64) };
        Stream { calls, segments: traffic.segments, first: 0, first_segment: 1, timing }
    }

    /// The calls after start-up, and some that are on already then.
    pub fn of_life(traffic: Traffic, history: &Stream, people: usize) -> Stream {
        // About one in a hundred is on the phone.
        let every = (15_000 / people.max(1) as i64).clamp(1, 300);
        let first = history.calls.next_multiple_of(ROUND);
        let timing = Timing::Steady { from: traffic.boot - LONGEST, every };
        Stream { calls: u64::MAX, segments: u64::MAX, first, first_segment: history.segments + 1, timing }
    }

    pub fn number(&self, index: u64) -> u64 {
        self.first + index
    }

    pub fn first_segment(&self, index: u64, seed: u64) -> u64 {
        self.first_segment + index / ROUND * ROUND_LEGS + legs_before(seed, self.number(index))
    }

    /// How many legs of a call are left until all segments have been given out.
    pub fn legs_left(&self, index: u64, seed: u64) -> usize {
        let before = index / ROUND * ROUND_LEGS + legs_before(seed, self.number(index));
        usize::try_from(self.segments.saturating_sub(before)).unwrap_or(usize::MAX)
    }

    /// How many whole rounds of calls a number of segments is.
    pub fn rounds(&self, segments: u64) -> u64 {
        segments.min(self.segments) / ROUND_LEGS
    }

    pub fn begins(&self, index: u64) -> i64 {
        match self.timing {
            Timing::Never => i64::MAX,
            Timing::Steady { from, every } => from.saturating_add((index as i64).saturating_mul(every)),
            Timing::Spread { from, to } => {
                let part = (index as f64 + 0.5) / self.calls as f64;
                unbusy(from + part * (to - from)) as i64
            }
        }
    }

    /// The calls that begin in a period.
    pub fn within(&self, period: &Range<i64>) -> Range<u64> {
        let first = self.first_from(period.start);
        first..self.first_from(period.end).max(first)
    }

    /// The first call that begins at this second or later.
    fn first_from(&self, second: i64) -> u64 {
        match self.timing {
            Timing::Never => 0,
            Timing::Steady { from, every } => {
                let since = second.saturating_sub(from).max(0);
                (since / every + i64::from(since % every > 0)) as u64
            }
            Timing::Spread { .. } => {
                let (mut low, mut high) = (0, self.calls);
                while low < high {
                    let middle = low + (high - low) / 2;
                    if self.begins(middle) < second { low = middle + 1 } else { high = middle }
                }
                low
            }
        }
    }
}

/// How many days' worth of calls have begun by a second since 1970.
fn busy(second: f64) -> f64 {
    let (day, hour) = ((second / DAY).floor(), second.rem_euclid(DAY) / 3600.0);
    day + between(hour, |(hour, _)| hour, |(_, part)| part)
}

/// The second by which this many days' worth of calls have begun.
fn unbusy(days: f64) -> f64 {
    let (day, part) = (days.floor(), days.rem_euclid(1.0));
    day * DAY + between(part, |(_, part)| part, |(hour, _)| hour) * 3600.0
}

fn between(value: f64, from: fn((f64, f64)) -> f64, to: fn((f64, f64)) -> f64) -> f64 {
    let pair = BUSY.windows(2).find(|pair| value < from(pair[1])).unwrap_or(&BUSY[2..]);
    let part = (value - from(pair[0])) / (from(pair[1]) - from(pair[0]));
    to(pair[0]) + part * (to(pair[1]) - to(pair[0]))
}
