//! Calls: those that are on, and those that were. They are not kept: a call is worked out from
//! its number whenever somebody looks, the same for the same seed. So a million of them cost
//! nothing, and every report sees the same ones.
//!
//! ```text
//!   history (--calls N) ───────────────┐ start-up        now
//!   … ── call ── call ── call ── call ─┤   live: call ── call ── (on)
//!                                      │   made by a client: call ── (on)
//! ```

mod call;
mod chat;
mod directory;
mod script;
mod stream;

use std::collections::{BTreeSet, HashMap};
use std::ops::Range;

use serde::{Deserialize, Serialize};

use crate::assumptions::RECORDED_CALLS;
use call::FIRST_MADE;
pub(crate) use call::{Leg, Party, PhoneCall};
pub(crate) use chat::{Chat, Message};
pub(crate) use directory::{Directory, Dn, Kind, Line, NameOrder, Shown, Team};
use script::{ROUND, ROUND_LEGS, Script};
use stream::Stream;

/// No call lasts longer, in seconds.
const LONGEST: i64 = 1200;

/// How much has been said, and when.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub(crate) struct Traffic {
    /// How many segments the history has at start-up.
    pub segments: u64,
    /// The period of the history; its end is no later than start-up.
    pub period: Period,
    /// When the PBX started, in seconds since 1970.
    pub boot: i64,
    /// False if nobody calls after that.
    pub live: bool,
}

/// From one second to another.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub(crate) struct Period {
    pub from: i64,
    pub to: i64,
}

/// All calls of a PBX.
#[derive(Debug, Default)]
pub(crate) struct Calls {
    directory: Directory,
    seed: u64,
    history: Stream,
    live: Stream,
    boot: i64,
    overrides: Overrides,
}

/// What clients have done to calls.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct Overrides {
    made: Vec<PhoneCall>,
    /// When calls were dropped that would have gone on.
    dropped: HashMap<u64, i64>,
    /// Recordings that were deleted, by id.
    erased: BTreeSet<i64>,
    /// Those that were moved to the archive.
    archived: BTreeSet<i64>,
    /// Those that were written down.
    transcribed: BTreeSet<i64>,
    /// Periods whose calls were deleted.
    purged: Vec<Range<i64>>,
    /// People who came after the first day and took part in a call.
    enlisted: Vec<Dn>,
}

impl Calls {
    pub fn new(directory: Directory, seed: u64, traffic: Traffic) -> Calls {
        let anybody = directory.can_call();
        let history = if anybody { Stream::of_history(traffic) } else { Stream::default() };
        let live = match anybody && traffic.live {
            true => Stream::of_life(traffic, &history, directory.people.len()),
            false => Stream::default(),
        };
        Calls { directory, seed, history, live, boot: traffic.boot, overrides: Overrides::default() }
    }

    pub fn directory(&self) -> &Directory {
        &self.directory
    }

    /// What clients have done, to be kept and put back.
    pub fn overrides(&self) -> &Overrides {
        &self.overrides
    }

    #[cfg(feature = "sqlite")]
    pub fn set_overrides(&mut self, overrides: Overrides) {
        self.directory.later = overrides.enlisted.clone();
        self.overrides = overrides;
    }

    /// Somebody who can take part in calls from now on.
    pub fn enlist(&mut self, dn: Dn) -> Party {
        self.overrides.enlisted.push(dn.clone());
        self.directory.later.push(dn);
        Party::Person((self.directory.people.len() + self.directory.later.len() - 1) as u32)
    }

    /// Deletes the history of the calls that began in a period.
    pub fn purge(&mut self, period: Range<i64>) {
        self.overrides.purged.push(period);
    }

    /// Moves a recording to the archive.
    pub fn archive(&mut self, id: i64) {
        self.overrides.archived.insert(id);
    }

    pub fn is_archived(&self, id: i64) -> bool {
        self.overrides.archived.contains(&id)
    }

    /// Writes a recording down.
    pub fn transcribe(&mut self, id: i64) {
        self.overrides.transcribed.insert(id);
    }

    pub fn is_transcribed(&self, id: i64) -> bool {
        self.overrides.transcribed.contains(&id)
    }

    /// The recording of a leg, if there is one: its id is that of its segment.
    pub fn recording_of(&self, call: &PhoneCall, segment: i64) -> Option<i64> {
        let (id, leg) = call.segments().last()?;
        let outside = matches!(leg.from, Party::Outside { .. }) || matches!(leg.to, Party::Outside { .. });
        let recorded = call.number.is_multiple_of(RECORDED_CALLS) && outside && leg.answered && leg.talks > 0;
        (recorded && id == segment && !self.overrides.erased.contains(&id)).then_some(id)
    }

    /// The calls that ended by `now` and began in a period, in the order in which they began.
    pub fn ended(&self, now: i64, period: Range<i64>) -> impl DoubleEndedIterator<Item = PhoneCall> {
        self.ended_from(0, now, period)
    }

    /// All that ended by `now`, without the first `segments` segments: how many of them are still to be
    /// left out of what comes. Whole rounds of the history need not be looked at.
    pub fn ended_after(&self, now: i64, segments: u64) -> (u64, impl Iterator<Item = PhoneCall>) {
        let whole = if self.overrides.purged.is_empty() { self.history.rounds(segments) } else { 0 };
        let calls = self.ended_from(whole * ROUND, now, i64::MIN..i64::MAX);
        (segments - whole * ROUND_LEGS, calls)
    }

    fn ended_from(&self, first: u64, now: i64, period: Range<i64>) -> impl DoubleEndedIterator<Item = PhoneCall> {
        let Range { start, end } = self.history.within(&period);
        let history = (start.max(first)..end).map(|index| self.decode(&self.history, index));
        let live = self.live.within(&(period.start..period.end.min(now + 1)));
        let live = live.map(|index| self.decode(&self.live, index)).filter(|call| call.ends() > self.boot);
        let made = self
            .overrides
            .made
            .iter()
            .filter(move |call| period.contains(&call.begins()))
            .map(|call| self.cut(call.clone()));
        let purged = |call: &PhoneCall| self.overrides.purged.iter().any(|period| period.contains(&call.begins()));
        let over = move |call: &PhoneCall| !call.legs.is_empty() && call.ends() <= now && !purged(call);
        history.chain(live).chain(made).filter(over)
    }

    /// The calls that are on.
    pub fn active(&self, now: i64) -> impl Iterator<Item = PhoneCall> {
        let live = self.live.within(&(now - LONGEST..now + 1)).map(|index| self.decode(&self.live, index));
        let made = self.overrides.made.iter().map(|call| self.cut(call.clone()));
        live.chain(made).filter(move |call| call.begins() <= now && now < call.ends())
    }

    /// Somebody calls somebody, on behalf of a client.
    pub fn make(&mut self, from: Party, to: Party, now: i64) {
        let number = FIRST_MADE + self.overrides.made.len() as u64;
        let legs = vec![Leg { from, to, begins: now, rings: 3, talks: 120, answered: true }];
        self.overrides.made.push(PhoneCall { number, first_segment: number, legs });
    }

    /// Ends a call; false if no such call is on.
    pub fn drop_call(&mut self, id: i64, now: i64) -> bool {
        let Some(number) = self.active(now).find(|call| call.id() == id).map(|call| call.number) else { return false };
        self.overrides.dropped.insert(number, now);
        true
    }

    /// The legs that were recorded, with the ids of the recordings: every fourth talk with
    /// somebody outside.
    pub fn recordings(&self, now: i64) -> impl DoubleEndedIterator<Item = (i64, Leg)> {
        self.ended(now, i64::MIN..i64::MAX).filter_map(|call| {
            let (segment, leg) = call.segments().last()?;
            Some((self.recording_of(&call, segment)?, leg.clone()))
        })
    }

    /// Deletes a recording.
    pub fn erase(&mut self, id: i64) {
        self.overrides.erased.insert(id);
    }

    fn decode(&self, stream: &Stream, index: u64) -> PhoneCall {
        let script = Script::of(self.seed, stream.number(index));
        let legs = script.legs(&self.directory, stream.begins(index));
        let legs = legs.into_iter().take(stream.legs_left(index, self.seed)).collect();
        self.cut(PhoneCall {
            number: stream.number(index),
            first_segment: stream.first_segment(index, self.seed),
            legs,
        })
    }

    fn cut(&self, mut call: PhoneCall) -> PhoneCall {
        if let Some(end) = self.overrides.dropped.get(&call.number) {
            call.cut(*end);
        }
        call
    }
}
