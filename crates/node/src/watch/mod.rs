//! `watch` and `watched`: events, from asking again and again.
//!
//! ```text
//!   state ── watch ──► the call to make ── rows ──► watched ──► the rows that are events, state
//! ```
//!
//! Something in between may answer with an empty list where there is none. So before all or most is told as gone, and
//! where a list is empty to begin with, there is a second look: `watched` answers with a call that counts, and is
//! asked again with what it brought.
//!
//! No clock decides what is new: not this machine's, and not the PBX's either. What has numbers is
//! identified by its numbers, and what has none by its keys. The state holds what is needed to go on
//! after a restart; nothing is lost and nothing comes twice as long as it is kept. It is bounded:
//!
//! | event | what is kept |
//! |---|---|
//! | event log, call history, recordings | up to 2,000 numbers |
//! | finished calls | 30 bytes for each row of twice the longest call, up to 50,000 |
//! | active calls | those that are on |
//! | records | 25 bytes each, up to 10,000 |

mod fingerprint;
mod look;
mod numbered;
mod present;
mod recent;
pub mod records;
mod settings;

use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use serde_json::{Map, Value, json};
use threecx_core::Error;

use crate::command::Reply;
use crate::error_reply::Failure;

pub(crate) use settings::settings;

/// The number of rows for a trial.
const SAMPLE: u64 = 3;

/// What can be watched.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) enum Event {
    /// A call starts, changes its state or ends.
    ActiveCall,
    /// A call is over: rows of the call log.
    CallFinished,
    /// A segment of a call is over: rows of the call history.
    CallHistory,
    /// Something was written into the event log.
    #[serde(rename = "eventLog")]
    Logged,
    /// A record was added, changed or removed.
    Record,
    /// A recording is complete.
    Recording,
}

/// What is known so far, as it is kept between two polls.
#[derive(Debug, Deserialize, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) enum State {
    Numbered(numbered::State),
    Present(present::State),
    Recent(recent::State),
    Records(records::State),
}

/// The command `watch`.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Watch {
    event: Event,
    #[serde(default)]
    state: Option<State>,
    /// For a trial: the newest rows, whatever is known.
    #[serde(default)]
    sample: bool,
    /// The time here, in seconds since 1970; only where the PBX wants a period.
    now: i64,
    /// How long a call may last, in seconds.
    longest: i64,
    /// The operation that lists the records.
    #[serde(default)]
    records: Option<String>,
    /// Which of the records.
    #[serde(default)]
    filter: Option<String>,
    /// Which of their properties; all if empty.
    #[serde(default)]
    properties: Vec<String>,
}

/// `{operation, parameters, options, wanted}`: the call to make.
pub(crate) fn watch(watch: &Watch) -> Reply {
    match watch.event {
        Event::ActiveCall => Ok(present::ask()),
        Event::CallFinished => recent::ask(watch),
        Event::Record => records::ask(records::listed_by(watch.records.as_deref())?, watch),
        event => Ok(numbered::ask(numbered::source(event), watch)),
    }
}

/// The command `watched`.
#[derive(Deserialize)]
pub(crate) struct Watched<'a> {
    event: Event,
    #[serde(default)]
    state: Option<State>,
    /// The rows that came.
    #[serde(borrow)]
    rows: Vec<&'a RawValue>,
    /// How long a call may last, in seconds.
    longest: i64,
    /// The operation that lists the records.
    #[serde(default)]
    records: Option<&'a str>,
    /// Which of the records.
    #[serde(default)]
    filter: Option<&'a str>,
    /// What the second look brought.
    #[serde(default)]
    looked: Option<look::Looked>,
    /// For a trial: the rows are told as the events that they would be.
    #[serde(default)]
    sample: bool,
}

/// `{events, state, notice}`: the rows that are new, oldest first, what is known now, and what the
/// log should say. Or `{look: {operation, options}}`: the call that has to be made before.
pub(crate) fn watched(watched: Watched<'_>) -> Reply {
    let mismatch = || Failure::command("the state is of another event".into());
    let Watched { event, state, rows, longest, records, filter, looked, sample } = watched;
    if sample {
        return Ok(json!({ "events": as_events(event, records, parsed(&rows)?)?, "notice": null }));
    }
    let mut doubted = None;
    if let Some(doubt) = look::doubt(event, state.as_ref(), &rows, records)? {
        let Some(looked) = looked else { return Ok(json!({ "look": look::ask(event, records, filter)? })) };
        doubted = look::notice(doubt, looked)?;
    }
    let outcome = match (event, state) {
        // Nothing is told, and all that is known stays: the next poll sees more.
        (Event::ActiveCall, state @ Some(_)) if doubted.is_some() => {
            return Ok(json!({ "events": [], "state": state, "notice": doubted }));
        }
        (Event::ActiveCall, None) => present::first(parsed(&rows)?)?,
        (Event::ActiveCall, Some(State::Present(state))) => present::events(state, parsed(&rows)?)?,
        (Event::CallFinished, None) => recent::first(parsed(&rows)?, longest)?,
        (Event::CallFinished, Some(State::Recent(state))) => recent::events(state, parsed(&rows)?, longest)?,
        (Event::Record, None) => records::events(records::listed_by(records)?, None, &rows, false)?,
        (Event::Record, Some(State::Records(state))) => {
            records::events(records::listed_by(records)?, Some(state), &rows, doubted.is_some())?
        }
        (Event::ActiveCall | Event::CallFinished | Event::Record, Some(_)) => return Err(mismatch()),
        (event, None) => numbered::first(numbered::source(event), &parsed(&rows)?),
        (event, Some(State::Numbered(state))) => numbered::events(numbered::source(event), state, parsed(&rows)?),
        (_, Some(_)) => return Err(mismatch()),
    };
    Ok(json!({ "events": outcome.events, "state": outcome.state, "notice": outcome.notice.or(doubted) }))
}

fn parsed(rows: &[&RawValue]) -> Result<Vec<Map<String, Value>>, Failure> {
    let parsed = rows.iter().map(|row| serde_json::from_str(row.get())).collect::<Result<_, _>>();
    parsed.map_err(unreadable)
}

fn unreadable(error: serde_json::Error) -> Failure {
    Error::Answer { reason: threecx_core::mask::unfit(&error) }.into()
}

/// What came of a poll.
struct Outcome {
    events: Vec<Map<String, Value>>,
    /// What is known after it.
    state: State,
    /// Something that a person should know.
    notice: Option<String>,
}

/// Rows in the shapes of the events that there are, for someone who builds what comes after the trigger.
fn as_events(
    event: Event,
    records: Option<&str>,
    rows: Vec<Map<String, Value>>,
) -> Result<Vec<Map<String, Value>>, Failure> {
    let kinds = match event {
        Event::ActiveCall => present::KINDS,
        Event::Record => records::KINDS,
        _ => return Ok(rows),
    };
    let key = if event == Event::Record { Some(records::listed_by(records)?.key) } else { None };
    let shaped = |(mut row, what): (Map<String, Value>, &str)| {
        // Of what is gone, the key is all that is known.
        if let Some(key) = key.filter(|_| what == records::REMOVED) {
            row.retain(|name, _| name == key);
        }
        as_event(what, row)
    };
    Ok(rows.into_iter().zip(kinds.into_iter().cycle()).map(shaped).collect())
}

/// A row, preceded by what happened to it.
fn as_event(what: &str, row: Map<String, Value>) -> Map<String, Value> {
    let mut event = Map::new();
    event.insert("event".into(), what.into());
    event.extend(row);
    event
}

/// The property that says when a row of this list began.
fn when(operation: &str) -> Option<&'static str> {
    threecx_catalog::operation(operation)?.period?.when
}

/// A text, number or nothing as a text: keys are compared as such.
fn text(row: &Map<String, Value>, name: &str) -> String {
    match row.get(name) {
        None | Some(Value::Null) => String::new(),
        Some(Value::String(text)) => text.clone(),
        Some(other) => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What a trial tells, as JSON.
    fn trial(event: &str, rows: Value) -> Value {
        let command = json!({ "do": "watched", "event": event, "records": "Users.ListUser", "longest": 1, "rows": rows,
            "sample": true });
        let reply: Value = serde_json::from_slice(&crate::call(command.to_string().as_bytes())).expect("JSON");
        reply["events"].clone()
    }

    #[test]
    fn a_trial_has_the_shapes_of_real_events() {
        let users = json!([{ "Id": 1, "Number": "100" }, { "Id": 2, "Number": "101" }, { "Id": 3, "Number": "102" }]);
        let told = json!([{ "event": "added", "Id": 1, "Number": "100" }, { "event": "changed", "Id": 2, "Number": "101" },
            { "event": "removed", "Id": 3 }]);
        assert_eq!(trial("record", users), told);
        let calls = json!([{ "Id": 1, "Status": "Talking" }, { "Id": 2 }, { "Id": 3, "Status": "Routing" }]);
        let told = json!([{ "event": "started", "Id": 1, "Status": "Talking" }, { "event": "changed", "Id": 2 },
            { "event": "ended", "Id": 3, "Status": "Routing" }]);
        assert_eq!(trial("activeCall", calls), told);
        assert_eq!(trial("eventLog", json!([{ "Id": 9 }])), json!([{ "Id": 9 }]));
    }
}
