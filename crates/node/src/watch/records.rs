//! Records of an entity set: users, contacts, queues and whatever else has a key. All of them are
//! read with each poll; of each, its key and a fingerprint are kept, which tell what was added,
//! what was changed and what was removed.
//!
//! A list is read page by page, and what is deleted meanwhile moves the rest: a record may be
//! missing from a reading although it is there. So one counts as removed once it is missing from
//! two readings in a row; where that is most of them, a count has to agree.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use serde_json::{Map, Value, json};
use threecx_catalog::{self as catalog, Operation, Options, Span, Target, Verb};
use threecx_core::{Error, InputError};

use super::fingerprint::fingerprint;
use super::{Outcome, SAMPLE, Watch, as_event, unreadable};
use crate::command::{self, Reply};
use crate::error_reply::Failure;

/// The maximum number of records that are watched: about 250 KB that n8n keeps.
const MOST: usize = 10_000;

/// The longest key that is kept: file names are the longest that a PBX has.
const LONGEST_KEY: usize = 1000;

/// What happens to records.
pub(super) const KINDS: [&str; 3] = ["added", "changed", REMOVED];

/// What happened to a record that is no longer there.
pub(super) const REMOVED: &str = "removed";

/// What other events are for.
const OTHERWISE: [&str; 3] = ["ActiveCalls", "EventLogs", "Recordings"];

/// Records that can be watched.
#[derive(Clone, Copy)]
pub struct Records {
    /// The operation that lists them.
    pub list: &'static Operation,
    /// The property that identifies them.
    pub key: &'static str,
}

/// All records that can be watched: what is listed page by page and has a key.
pub fn all() -> impl Iterator<Item = Records> {
    catalog::operations().filter_map(of)
}

fn of(list: &'static Operation) -> Option<Records> {
    if list.verb != Verb::List || !list.is_paged() || OTHERWISE.contains(&list.resource.name) {
        return None;
    }
    let Target::Set(set) = list.newest_form().target else { return None };
    let key = set.key.filter(|key| set.addressed && !key.navigation)?;
    Some(Records { list, key: key.name })
}

/// The records that an operation lists.
pub(super) fn listed_by(operation: Option<&str>) -> Result<Records, Failure> {
    let id = operation.unwrap_or_default();
    let unknown = || Failure::command(format!("`{id}` lists no records that can be watched"));
    of(command::operation(id)?).ok_or_else(unknown)
}

/// The fingerprint of each record, by its key as JSON.
#[derive(Debug, Default, Deserialize, Serialize)]
pub struct State {
    known: BTreeMap<String, u64>,
    /// Those that the last reading lacked.
    missing: BTreeSet<String>,
}

/// All records there are, or those that a filter lets through.
pub(super) fn ask(records: Records, watch: &Watch) -> Reply {
    let offered = records.list.newest_form().options_in(Span::NEWEST);
    let mut options = Map::new();
    if offered.contains(Options::ORDERBY) {
        options.insert("orderby".into(), records.key.into());
    }
    if let Some(filter) = watch.filter.as_deref().filter(|filter| !filter.trim().is_empty()) {
        options.insert("filter".into(), filter.into());
    }
    if !watch.properties.is_empty() {
        let others = watch.properties.iter().map(String::as_str).filter(|name| *name != records.key);
        let select: Vec<&str> = std::iter::once(records.key).chain(others).collect();
        options.insert("select".into(), select.join(",").into());
    }
    let wanted = if watch.sample { SAMPLE } else { MOST as u64 + 1 };
    Ok(json!({ "operation": records.list.id, "options": options, "wanted": wanted }))
}

/// How many records are there, and whether more than half of those that are known would be told as removed.
pub(super) fn lost(records: Records, state: &State, rows: &[&RawValue]) -> Result<(usize, bool), Failure> {
    // Only what was missing before can be told as removed: seldom as many.
    if state.missing.len() * 2 <= state.known.len() {
        return Ok((rows.len(), false));
    }
    let keys: BTreeSet<String> =
        rows.iter().map(|row| Ok(identify(records, row)?.0)).collect::<Result<_, Failure>>()?;
    let gone = state.missing.iter().filter(|key| state.known.contains_key(*key) && !keys.contains(*key)).count();
    Ok((keys.len(), gone * 2 > state.known.len()))
}

/// What was added or changed, and then what was removed; at the beginning nothing. What is missing is not removed
/// while that is `doubted`.
pub(super) fn events(
    records: Records,
    state: Option<State>,
    rows: &[&RawValue],
    doubted: bool,
) -> Result<Outcome, Failure> {
    if rows.len() > MOST {
        return Err(too_many());
    }
    let begins = state.is_none();
    let State { mut known, missing } = state.unwrap_or_default();
    let (mut events, mut now) = (Vec::new(), BTreeMap::new());
    for row in rows {
        let (key, print) = identify(records, row)?;
        let what = match known.remove(&key) {
            Some(before) if before == print => None,
            Some(_) => Some("changed"),
            None => Some("added"),
        };
        // A record that moves to the next page meanwhile comes twice.
        let is_new = now.insert(key, print).is_none();
        if let Some(what) = what.filter(|_| is_new && !begins) {
            events.push(as_event(what, serde_json::from_str(row.get()).map_err(unreadable)?));
        }
    }
    let (removed, lacked): (BTreeMap<_, _>, _) =
        known.into_iter().partition(|(key, _)| !doubted && missing.contains(key));
    for key in removed.into_keys() {
        let value: Value = serde_json::from_str(&key).map_err(unreadable)?;
        events.push(as_event(REMOVED, Map::from_iter([(records.key.to_owned(), value)])));
    }
    let missing = lacked.keys().cloned().collect();
    now.extend(lacked);
    let state = super::State::Records(State { known: now, missing });
    Ok(Outcome { events, state, notice: None })
}

/// A record's key, and the fingerprint of its properties in whatever order they come. PBXs leave out what has no value:
/// to be null is the same.
fn identify(records: Records, row: &RawValue) -> Result<(String, u64), Failure> {
    let properties: BTreeMap<&str, &RawValue> = serde_json::from_str(row.get()).map_err(unreadable)?;
    let Some(key) = properties.get(records.key) else {
        let reason = format!("a record of {} without {}", records.list.resource.name, records.key);
        return Err(Error::Answer { reason }.into());
    };
    if key.get().len() > LONGEST_KEY {
        let reason = format!(
            "a record of {} whose {} has more than {LONGEST_KEY} bytes",
            records.list.resource.name, records.key
        );
        return Err(Error::Answer { reason }.into());
    }
    let data = properties.iter().filter(|(name, value)| !name.starts_with('@') && value.get() != "null");
    Ok((key.get().to_owned(), fingerprint(data.flat_map(|(name, value)| [*name, value.get()]))))
}

fn too_many() -> Failure {
    let expected = format!("one that lets {MOST} records through at most");
    Error::from(InputError::of("Filter", expected, "more").with_hint("Narrow down what is watched.")).into()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn users() -> Records {
        listed_by(Some("Users.ListUser")).expect("users have a key")
    }

    /// One poll: what it tells, and the state as it comes back from n8n.
    fn poll(state: Option<State>, rows: &[Value]) -> (Vec<Value>, Option<State>) {
        let rows: Vec<Box<RawValue>> =
            rows.iter().map(|row| RawValue::from_string(row.to_string()).expect("JSON")).collect();
        let rows: Vec<&RawValue> = rows.iter().map(AsRef::as_ref).collect();
        let outcome = events(users(), state, &rows, false).expect("readable");
        let kept = serde_json::to_string(&outcome.state).expect("JSON");
        let super::super::State::Records(state) = serde_json::from_str(&kept).expect("JSON") else { panic!("records") };
        (outcome.events.into_iter().map(Value::Object).collect(), Some(state))
    }

    #[test]
    fn added_changed_and_removed_records_are_told_once() {
        let (none, state) = poll(None, &[json!({ "Id": 1, "Number": "100" }), json!({ "Id": 2, "Number": "101" })]);
        assert!(none.is_empty());
        let reordered = json!({ "Number": "100", "@odata.etag": "x", "Mobile": null, "Id": 1 });
        let changed = json!({ "Id": 2, "Number": "109" });
        let added = json!({ "Id": 3, "Number": "102" });
        let (events, state) = poll(state, &[reordered.clone(), changed.clone(), added.clone()]);
        assert_eq!(
            events,
            [
                json!({ "event": "changed", "Id": 2, "Number": "109" }),
                json!({ "event": "added", "Id": 3, "Number": "102" })
            ]
        );
        // Once missing may be a page that moved; twice is gone.
        let (none, state) = poll(state, &[reordered.clone(), added.clone()]);
        assert!(none.is_empty());
        let (none, state) = poll(state, &[reordered.clone(), changed, added.clone(), added.clone()]);
        assert!(none.is_empty());
        let (none, state) = poll(state, &[reordered.clone(), added.clone()]);
        assert!(none.is_empty());
        let (events, state) = poll(state, &[reordered.clone(), added.clone()]);
        assert_eq!(events, [json!({ "event": "removed", "Id": 2 })]);
        let (none, _) = poll(state, &[reordered, added]);
        assert!(none.is_empty());
    }

    #[test]
    fn more_than_can_be_kept_is_refused() {
        let row = RawValue::from_string(r#"{"Id":1}"#.into()).expect("JSON");
        let rows = vec![row.as_ref(); MOST + 1];
        assert!(events(users(), None, &rows, false).is_err());
        assert!(events(users(), None, &rows[1..], false).is_ok());
    }

    #[test]
    fn a_key_of_a_megabyte_is_refused() {
        let row = |length: usize| RawValue::from_string(json!({ "Id": "x".repeat(length) }).to_string()).expect("JSON");
        assert!(events(users(), None, &[row(900).as_ref()], false).is_ok());
        assert!(events(users(), None, &[row(1_000_000).as_ref()], false).is_err());
    }

    #[test]
    fn what_has_a_key_can_be_watched() {
        let known: BTreeMap<&str, &str> = all().map(|records| (records.list.id, records.key)).collect();
        for (list, key) in [("Users.ListUser", "Id"), ("Contacts.ListContact", "Id"), ("Queues.ListQueue", "Id")] {
            assert_eq!(known.get(list), Some(&key));
        }
        assert!(known.len() > 20, "{known:?}");
    }
}
