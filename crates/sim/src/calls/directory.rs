//! Who can call and be called: taken from the company on its first day.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};

use super::call::Party;

/// Something with a number and a name.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Dn {
    pub id: i64,
    pub number: Box<str>,
    pub name: Box<str>,
}

/// A queue or ring group.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Team {
    pub dn: Dn,
    /// Places of its members among the people.
    pub members: Vec<u32>,
    /// Within how many seconds a queue promises to answer.
    pub sla: i64,
}

/// A trunk, and the number that all its DIDs begin with.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Line {
    pub dn: Dn,
    pub dids: Vec<Box<str>>,
}

#[derive(Debug, Default, Serialize, Deserialize)]
pub(crate) struct Directory {
    pub people: Vec<Dn>,
    pub queues: Vec<Team>,
    pub ring_groups: Vec<Team>,
    pub receptionists: Vec<Dn>,
    pub trunks: Vec<Line>,
    /// People who came later; their places follow those of the others.
    #[serde(default)]
    pub later: Vec<Dn>,
}

impl Directory {
    /// True if there are enough parties for every kind of call.
    pub fn can_call(&self) -> bool {
        let staffed = |teams: &[Team]| !teams.is_empty() && teams.iter().all(|team| !team.members.is_empty());
        self.people.len() > 1
            && staffed(&self.queues)
            && staffed(&self.ring_groups)
            && !self.receptionists.is_empty()
            && !self.trunks.is_empty()
    }
}

/// A party as reports and lists show it.
pub(crate) struct Shown<'d> {
    /// Its number; for somebody outside, the trunk's.
    pub dn: &'d str,
    pub id: i64,
    pub name: Cow<'d, str>,
    /// The number that it calls from or is called at.
    pub number: Cow<'d, str>,
    /// The name of the trunk of somebody outside.
    pub trunk: &'d str,
    pub kind: Kind,
}

/// Which of a person's names comes first, as the phone book is set to show them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum NameOrder {
    FirstLast,
    LastFirst,
}

impl Shown<'_> {
    /// Number and name, as lists of calls have them: `230 Ada Lovelace`; somebody outside is the trunk that they come
    /// over, with their number: `10000 Provider A (+15551234567)`. (Seen live.)
    pub fn label(&self, order: NameOrder) -> String {
        match (self.kind, self.name.split_once(", ")) {
            (Kind::ExternalLine, _) => format!("{} {} ({})", self.dn, self.trunk, self.number),
            (Kind::VoiceMail, _) => "VoiceMail".to_owned(),
            (Kind::Extension, Some((last, first))) if order == NameOrder::FirstLast => {
                format!("{} {first} {last}", self.number)
            }
            _ => format!("{} {}", self.number, self.name),
        }
    }
}

/// What a party is, with the code that the call history has for it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Extension = 0,
    ExternalLine = 1,
    RingGroup = 2,
    Queue = 4,
    VoiceMail = 5,
    Receptionist = 6,
}

impl Directory {
    pub fn show(&self, party: Party) -> Shown<'_> {
        match party {
            Party::Person(place) => shown(self.one(place), Kind::Extension),
            Party::VoiceMail(place) => shown(self.one(place), Kind::VoiceMail),
            Party::Queue(place) => shown(&self.queues[place as usize].dn, Kind::Queue),
            Party::RingGroup(place) => shown(&self.ring_groups[place as usize].dn, Kind::RingGroup),
            Party::Receptionist(place) => shown(&self.receptionists[place as usize], Kind::Receptionist),
            Party::Outside { trunk, caller } => {
                let dn = &self.trunks[trunk as usize].dn;
                let number = format!("+4915155{caller:05}");
                Shown {
                    dn: &dn.number,
                    id: dn.id,
                    name: Cow::Owned(number.clone()),
                    number: Cow::Owned(number),
                    trunk: &dn.name,
                    kind: Kind::ExternalLine,
                }
            }
        }
    }

    /// The person with this number.
    pub fn person(&self, number: &str) -> Option<Party> {
        let mut everybody = self.people.iter().chain(&self.later);
        everybody.position(|person| &*person.number == number).map(|place| Party::Person(place as u32))
    }

    /// The person in a place.
    fn one(&self, place: u32) -> &Dn {
        let place = place as usize;
        self.people.get(place).unwrap_or_else(|| &self.later[place - self.people.len()])
    }
}

fn shown(dn: &Dn, kind: Kind) -> Shown<'_> {
    let (name, number) = (Cow::Borrowed(&*dn.name), Cow::Borrowed(&*dn.number));
    Shown { dn: &dn.number, id: dn.id, name, number, trunk: "", kind }
}
