//! What happens in a call, by its number: ten kinds of calls take turns, so that it is known
//! without looking how many segments any stretch of calls has.

use fastrand::Rng;

use super::call::{Leg, Party};
use super::directory::{Directory, Team};

/// The kinds of calls, each with the number of its legs.
const KINDS: [(Kind, u64); 10] = [
    (Kind::Internal, 1),
    (Kind::InternalMissed, 1),
    (Kind::Outbound, 1),
    (Kind::OutboundMissed, 1),
    (Kind::Direct, 1),
    (Kind::Queue, 3),
    (Kind::QueueAbandoned, 2),
    (Kind::QueueSecondAgent, 3),
    (Kind::RingGroup, 3),
    (Kind::VoiceMail, 2),
];
/// Calls that have each kind once.
pub(super) const ROUND: u64 = KINDS.len() as u64;
/// The legs of such a round.
pub(super) const ROUND_LEGS: u64 = 18;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Internal,
    InternalMissed,
    Outbound,
    OutboundMissed,
    /// From outside to a person.
    Direct,
    /// Over a menu into a queue.
    Queue,
    QueueAbandoned,
    /// The first agent does not answer.
    QueueSecondAgent,
    /// Over a menu to a ring group.
    RingGroup,
    /// From outside to a person who does not answer.
    VoiceMail,
}

/// One call's course.
pub(super) struct Script {
    kind: Kind,
    rng: Rng,
}

impl Script {
    pub fn of(seed: u64, number: u64) -> Script {
        let kind = round(seed, number / ROUND)[(number % ROUND) as usize].0;
        Script { kind, rng: Rng::with_seed(mix(seed, number)) }
    }

    /// The legs of the call if it begins at this second.
    pub fn legs(mut self, directory: &Directory, begins: i64) -> Vec<Leg> {
        let mut course = Course { legs: Vec::with_capacity(3), at: begins };
        let person = self.person(directory);
        let other = self.other(directory, person);
        let outside = Party::Outside { trunk: self.below(directory.trunks.len()), caller: self.rng.u32(..10_000) };
        let (rings, talks) = (self.rng.i64(2..20), self.talk());
        match self.kind {
            Kind::Internal => course.answered(Party::Person(person), Party::Person(other), rings, talks),
            Kind::InternalMissed => course.missed(Party::Person(person), Party::Person(other), rings + 10),
            Kind::Outbound => course.answered(Party::Person(person), outside, rings, talks),
            Kind::OutboundMissed => course.missed(Party::Person(person), outside, rings + 10),
            Kind::Direct => course.answered(outside, Party::Person(person), rings, talks),
            Kind::VoiceMail => {
                course.missed(outside, Party::Person(person), 20);
                course.answered(outside, Party::VoiceMail(person), 0, self.rng.i64(5..60));
            }
            Kind::QueueAbandoned => {
                // No menu: these callers dial the queue's DID and hang up while an agent's phone rings.
                let (queue, team) = self.team(&directory.queues);
                course.missed(outside, Party::Queue(queue), self.rng.i64(5..120));
                course.missed(outside, Party::Person(self.member(team, 0)), rings);
            }
            Kind::Queue => {
                self.menu(directory, outside, &mut course);
                let (queue, team) = self.team(&directory.queues);
                course.answered(outside, Party::Queue(queue), self.rng.i64(0..60), 0);
                course.answered(outside, Party::Person(self.member(team, 0)), rings, talks);
            }
            Kind::QueueSecondAgent => {
                let (queue, team) = self.team(&directory.queues);
                let first = self.below(team.members.len());
                course.answered(outside, Party::Queue(queue), self.rng.i64(0..60), 0);
                course.missed(outside, Party::Person(team.members[first as usize]), 15);
                let second = (first as usize + 1) % team.members.len();
                course.answered(outside, Party::Person(team.members[second]), rings, talks);
            }
            Kind::RingGroup => {
                self.menu(directory, outside, &mut course);
                let (group, team) = self.team(&directory.ring_groups);
                course.answered(outside, Party::RingGroup(group), 0, 0);
                course.answered(outside, Party::Person(self.member(team, 0)), rings, talks);
            }
        }
        course.legs
    }

    fn menu(&mut self, directory: &Directory, from: Party, course: &mut Course) {
        let menu = Party::Receptionist(self.below(directory.receptionists.len()));
        course.answered(from, menu, 0, self.rng.i64(3..25));
    }

    fn below(&mut self, end: usize) -> u32 {
        self.rng.usize(..end) as u32
    }

    fn person(&mut self, directory: &Directory) -> u32 {
        self.below(directory.people.len())
    }

    fn other(&mut self, directory: &Directory, but: u32) -> u32 {
        let other = self.below(directory.people.len() - 1);
        if other >= but { other + 1 } else { other }
    }

    fn team<'d>(&mut self, teams: &'d [Team]) -> (u32, &'d Team) {
        let place = self.below(teams.len());
        (place, &teams[place as usize])
    }

    fn member(&mut self, team: &Team, after: usize) -> u32 {
        team.members[(self.rng.usize(..team.members.len()) + after) % team.members.len()]
    }

    /// Most talks are short, few are long.
    fn talk(&mut self) -> i64 {
        5 + (self.rng.f64().powi(3) * 600.0) as i64
    }
}

/// A call while it is worked out.
struct Course {
    legs: Vec<Leg>,
    at: i64,
}

impl Course {
    fn answered(&mut self, from: Party, to: Party, rings: i64, talks: i64) {
        self.push(Leg { from, to, begins: self.at, rings, talks, answered: true });
    }

    fn missed(&mut self, from: Party, to: Party, rings: i64) {
        self.push(Leg { from, to, begins: self.at, rings, talks: 0, answered: false });
    }

    fn push(&mut self, leg: Leg) {
        self.at = leg.ends();
        self.legs.push(leg);
    }
}

/// How many legs the calls of a round before this one have.
pub(super) fn legs_before(seed: u64, number: u64) -> u64 {
    round(seed, number / ROUND)[..(number % ROUND) as usize].iter().map(|(_, legs)| legs).sum()
}

/// The kinds in the order in which they come in a round.
fn round(seed: u64, round: u64) -> [(Kind, u64); KINDS.len()] {
    let mut kinds = KINDS;
    Rng::with_seed(mix(seed ^ 0xCA11, round)).shuffle(&mut kinds);
    kinds
}

fn mix(seed: u64, number: u64) -> u64 {
    (seed ^ number.wrapping_mul(0x9E37_79B9_7F4A_7C15)).rotate_left(31).wrapping_mul(0xD6E8_FEB8_6659_FD93)
}
