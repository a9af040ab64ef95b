//! A call, and the legs that it is made of. Each leg is a segment of the history.

use serde::{Deserialize, Serialize};

/// The first segment and call of those that clients make; streams never get there.
pub(super) const FIRST_MADE: u64 = 1_500_000_000;

/// Who takes part in a leg, by its place in the directory.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Party {
    Person(u32),
    /// Somebody outside, over a trunk; with the last digits of their number.
    Outside {
        trunk: u32,
        caller: u32,
    },
    Queue(u32),
    RingGroup(u32),
    Receptionist(u32),
    /// The voicemail of a person.
    VoiceMail(u32),
}

/// From one party to another.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Leg {
    pub from: Party,
    pub to: Party,
    /// In seconds since 1970.
    pub begins: i64,
    /// Seconds until it is answered or given up; in a queue, how long somebody waits.
    pub rings: i64,
    /// Seconds of talk, or of listening to a menu.
    pub talks: i64,
    pub answered: bool,
}

impl Leg {
    pub fn ends(&self) -> i64 {
        self.begins + self.rings + self.talks
    }
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct PhoneCall {
    /// Counts calls from 0.
    pub number: u64,
    /// The segment id of the first leg.
    pub first_segment: u64,
    /// In order; a later one begins when the one before ends.
    pub legs: Vec<Leg>,
}

impl PhoneCall {
    /// As clients know it.
    pub fn id(&self) -> i64 {
        self.number as i64 + 1
    }

    pub fn begins(&self) -> i64 {
        self.legs.first().map_or(0, |leg| leg.begins)
    }

    pub fn ends(&self) -> i64 {
        self.legs.last().map_or(0, Leg::ends)
    }

    /// Legs with their segment ids.
    pub fn segments(&self) -> impl Iterator<Item = (i64, &Leg)> {
        (self.first_segment as i64..).zip(&self.legs)
    }

    /// The leg that is on.
    pub fn current(&self, now: i64) -> Option<&Leg> {
        self.legs.iter().rfind(|leg| leg.begins <= now)
    }

    /// True if a client asked for it.
    pub fn is_made(&self) -> bool {
        self.number >= FIRST_MADE
    }

    /// Who called.
    pub fn caller(&self) -> Option<Party> {
        self.legs.first().map(|leg| leg.from)
    }

    /// True if somebody talked to somebody.
    pub fn answered(&self) -> bool {
        self.legs.iter().any(|leg| leg.answered && matches!(leg.to, Party::Person(_) | Party::Outside { .. }))
    }

    /// Ends it early.
    pub fn cut(&mut self, end: i64) {
        self.legs.retain(|leg| leg.begins <= end);
        if let Some(leg) = self.legs.last_mut() {
            let lasted = end - leg.begins;
            if lasted < leg.rings {
                (leg.rings, leg.talks, leg.answered) = (lasted, 0, false);
            } else {
                leg.talks = leg.talks.min(lasted - leg.rings);
            }
        }
    }

    /// Its visit to a queue, if it made one.
    pub fn queue_visit(&self) -> Option<QueueVisit<'_>> {
        let place = self.legs.iter().position(|leg| matches!(leg.to, Party::Queue(_)))?;
        let Party::Queue(queue) = self.legs[place].to else { return None };
        let after = &self.legs[place + 1..];
        let polled = |leg: &&Leg| matches!(leg.to, Party::Person(_));
        Some(QueueVisit { queue, leg: &self.legs[place], polls: after.iter().filter(polled).collect() })
    }
}

/// What happened to a call in a queue.
pub(crate) struct QueueVisit<'c> {
    pub queue: u32,
    pub leg: &'c Leg,
    /// The agents that it rang at, in order; the last one answered, if anybody did.
    pub polls: Vec<&'c Leg>,
}

impl QueueVisit<'_> {
    pub fn answer(&self) -> Option<&Leg> {
        self.polls.iter().copied().find(|leg| leg.answered)
    }

    /// From entering the queue until an agent answers, or the caller gives up.
    pub fn waited(&self) -> i64 {
        self.leg.rings + self.polls.iter().map(|leg| leg.rings).sum::<i64>()
    }
}
