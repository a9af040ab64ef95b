//! What comes next: keys, ids and numbers. Whatever has a number shares one range of ids, and no
//! two of them have the same number.

use super::entity::Entity;
use super::store::{Key, Set, Store};

/// A set whose entities have a number.
#[derive(Debug)]
pub(crate) struct Numbered {
    pub set: &'static str,
    /// What its entities are to others.
    pub kind: PeerKind,
    series: Series,
    range: Option<Range>,
}

/// The kind of peer that something with a number is, as the API names it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum PeerKind {
    Extension,
    Queue,
    RingGroup,
    Receptionist,
    Fax,
    Parking,
    RoutePoint,
    ExternalLine,
    Group,
}

impl PeerKind {
    pub fn name(self) -> &'static str {
        match self {
            PeerKind::Extension => "Extension",
            PeerKind::Queue => "Queue",
            PeerKind::RingGroup => "RingGroup",
            PeerKind::Receptionist => "IVR",
            PeerKind::Fax => "Fax",
            PeerKind::Parking => "Parking",
            PeerKind::RoutePoint => "RoutePoint",
            PeerKind::ExternalLine => "ExternalLine",
            PeerKind::Group => "Group",
        }
    }

    /// True if somebody can call it: not a trunk or department.
    pub fn can_be_called(self) -> bool {
        !matches!(self, PeerKind::ExternalLine | PeerKind::Group)
    }
}

/// The numbers that a set gives out, in order.
#[derive(Clone, Copy, Debug)]
enum Series {
    /// From this one on.
    From(u64),
    /// From the lowest that is there, so that all have as many digits; from this one if none is.
    FromLowest(u64),
    /// A prefix, and a number of at least `digits` digits that counts from `first`.
    Prefixed { prefix: &'static str, digits: usize, first: u64 },
}

/// The properties of a department's `Props` with the first and last of the numbers that it has for
/// something.
pub(crate) type Range = (&'static str, &'static str);

pub(crate) const USER_NUMBERS: Range = ("UserNumberFrom", "UserNumberTo");
pub(crate) const SYSTEM_NUMBERS: Range = ("SystemNumberFrom", "SystemNumberTo");
pub(crate) const TRUNK_NUMBERS: Range = ("TrunkNumberFrom", "TrunkNumberTo");

const fn numbered(set: &'static str, kind: PeerKind, series: Series, range: Option<Range>) -> Numbered {
    Numbered { set, kind, series, range }
}

/// All of them. Their order is that of lists of peers, and of the audit log's object types.
pub(crate) const NUMBERED: [Numbered; 10] = [
    numbered("Users", PeerKind::Extension, Series::FromLowest(100), Some(USER_NUMBERS)),
    numbered("Queues", PeerKind::Queue, Series::From(800), Some(SYSTEM_NUMBERS)),
    numbered("RingGroups", PeerKind::RingGroup, Series::From(800), Some(SYSTEM_NUMBERS)),
    numbered("Receptionists", PeerKind::Receptionist, Series::From(800), Some(SYSTEM_NUMBERS)),
    numbered("Fax", PeerKind::Fax, Series::From(888), Some(SYSTEM_NUMBERS)),
    numbered("Parkings", PeerKind::Parking, Series::Prefixed { prefix: "SP", digits: 0, first: 11 }, None),
    numbered("CallFlowApps", PeerKind::RoutePoint, Series::From(900), None),
    numbered("ServicePrincipals", PeerKind::RoutePoint, Series::From(900), None),
    numbered("Trunks", PeerKind::ExternalLine, Series::From(10_000), Some(TRUNK_NUMBERS)),
    numbered("Groups", PeerKind::Group, Series::Prefixed { prefix: "GRP", digits: 4, first: 0 }, None),
];

impl Set {
    /// A key that is free: the next whole number, never one that was given before, or a text that no other has.
    pub fn free_key(&self) -> Key {
        match self.last_key() {
            Some(Key::Text(_)) => self.free_text(|number| number.to_string()),
            // Ids have 32 bits; if the last one is taken, there are gaps below.
            _ if self.largest_id() >= i64::from(i32::MAX) => {
                Key::Int((1..self.largest_id()).find(|id| self.get(&Key::Int(*id)).is_none()).unwrap_or(1))
            }
            _ => Key::Int(self.largest_id() + 1),
        }
    }

    /// A text that is free, made from the first number for which it is.
    pub fn free_text(&self, text: impl Fn(usize) -> String) -> Key {
        let keys = (self.len() + 1..).map(|number| Key::Text(text(number).into()));
        // Some number is free, for there are more of them than rows.
        keys.into_iter().find(|key| self.get(key).is_none()).unwrap_or(Key::Int(1))
    }
}

/// The id after all of these.
pub(crate) fn next_id(known: impl Iterator<Item = i64>) -> i64 {
    known.max().unwrap_or(0) + 1
}

/// The next id in the range that all share that have numbers.
pub(crate) fn free_id(store: &Store) -> i64 {
    next_id(sets(store).map(Set::largest_id))
}

fn sets(store: &Store) -> impl Iterator<Item = &Set> {
    NUMBERED.iter().filter_map(|numbered| store.set(numbered.set))
}

/// True if something other than `but` has the number.
pub(crate) fn is_taken(store: &Store, number: &str, but: Option<i64>) -> bool {
    sets(store).filter_map(|set| set.by_number(number)).any(|found| found.int("Id") != but)
}

/// The lowest number that is free: in the department's range, else where such numbers begin.
pub(crate) fn free_number(store: &Store, set: &str, department: Option<&Entity>) -> Option<String> {
    let Numbered { series, range, .. } = NUMBERED.iter().find(|numbered| numbered.set == set)?;
    let free = |number: &String| !is_taken(store, number, None);
    if let Some((from, to)) = range
        && let Some(props) = department.and_then(|department| department.get("Props").as_object())
        && let (Ok(from), Ok(to)) = (props.text(from).parse::<u64>(), props.text(to).parse::<u64>())
    {
        return (from..=to).map(|number| number.to_string()).find(free);
    }
    let first = match *series {
        Series::Prefixed { prefix, digits, first } => {
            return (first..).map(|number| format!("{prefix}{number:0digits$}")).find(free);
        }
        Series::From(first) => first,
        Series::FromLowest(first) => {
            store.set(set)?.rows().filter_map(|row| row.text("Number").parse().ok()).min().unwrap_or(first)
        }
    };
    (first..).map(|number| number.to_string()).find(free)
}

impl Numbered {
    /// The set that entities like this one are in, if they have numbers.
    pub fn of(entity: &Entity, store: &Store) -> Option<&'static Numbered> {
        let is_like =
            |numbered: &&Numbered| store.set(numbered.set).is_some_and(|set| std::ptr::eq(set.shape, entity.shape));
        NUMBERED.iter().find(is_like)
    }
}
