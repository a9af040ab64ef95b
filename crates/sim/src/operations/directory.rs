//! Who can call and be called, taken out of the store: what calls are made up from.

use crate::calls::{Directory, Dn, Line, Team};
use crate::state::{Entity, Set, Store, Value, label};

/// The phone book of a company.
pub(crate) fn directory(store: &Store) -> Directory {
    let people: Vec<Dn> = rows(store, "Users").map(dn).collect();
    let team = |row: &Entity, members: &str| Team {
        dn: dn(row),
        members: row.get(members).as_list().iter().filter_map(|member| place(&people, member)).collect(),
        sla: row.int("SLATime").unwrap_or(0),
    };
    let queues = rows(store, "Queues").map(|row| team(row, "Agents")).collect();
    let ring_groups = rows(store, "RingGroups").map(|row| team(row, "Members")).collect();
    let receptionists = rows(store, "Receptionists").map(dn).collect();
    let trunks = rows(store, "Trunks").map(line).collect();
    Directory { people, queues, ring_groups, receptionists, trunks, later: Vec::new() }
}

fn rows<'s>(store: &'s Store, name: &str) -> impl Iterator<Item = &'s Entity> {
    store.set(name).into_iter().flat_map(Set::rows)
}

/// Something with a number.
pub(super) fn dn(row: &Entity) -> Dn {
    Dn { id: row.int("Id").unwrap_or(0), number: row.text("Number").into(), name: label(row).into() }
}

/// The place of a member among the people.
fn place(people: &[Dn], member: &Value) -> Option<u32> {
    let id = member.as_object()?.int("Id")?;
    people.binary_search_by_key(&id, |person| person.id).ok().map(|place| place as u32)
}

fn line(trunk: &Entity) -> Line {
    let dids = trunk.get("DidNumbers").as_list().iter().filter_map(Value::as_text).map(Into::into).collect();
    Line { dn: dn(trunk), dids }
}
