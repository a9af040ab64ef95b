//! `watch` and `watched`: events, from asking again and again.
//!
//! ```text
//!   state ── watch ──► the call to make ── rows ──► watched ──► the rows that are events, state
//! ```
//!
//! No clock decides what is new: not this machine's, and not the PBX's either. What has numbers is
//! told apart by its numbers, and what has none by its keys. The state holds what is needed to go on
//! after a restart; nothing is lost and nothing comes twice as long as it is kept.

mod numbered;
mod present;
mod recent;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use crate::command::Reply;
use crate::failure::Failure;

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
}

/// `{operation, parameters, options, wanted}`: the call to make.
pub(crate) fn watch(watch: &Watch) -> Reply {
    match watch.event {
        Event::ActiveCall => Ok(present::ask()),
        Event::CallFinished => recent::ask(watch),
        event => Ok(numbered::ask(numbered::source(event), watch)),
    }
}

/// The command `watched`.
#[derive(Deserialize)]
pub(crate) struct Watched {
    event: Event,
    #[serde(default)]
    state: Option<State>,
    /// The rows that came.
    rows: Vec<Map<String, Value>>,
    /// How long a call may last, in seconds.
    longest: i64,
}

/// `{events, state}`: the rows that are new, oldest first, and what is known now.
pub(crate) fn watched(watched: Watched) -> Reply {
    let mismatch = || Failure::command("the state is of another event".into());
    let Watched { event, state, rows, longest } = watched;
    let (events, state) = match (event, state) {
        (Event::ActiveCall, None) => present::first(rows),
        (Event::ActiveCall, Some(State::Present(state))) => present::events(state, rows),
        (Event::CallFinished, None) => recent::first(rows, longest),
        (Event::CallFinished, Some(State::Recent(state))) => recent::events(state, rows, longest),
        (Event::ActiveCall | Event::CallFinished, Some(_)) => return Err(mismatch()),
        (event, None) => numbered::first(numbered::source(event), &rows),
        (event, Some(State::Numbered(state))) => numbered::events(numbered::source(event), state, rows),
        (_, Some(_)) => return Err(mismatch()),
    };
    Ok(json!({ "events": events, "state": state }))
}

/// The events of a poll, and what is known after it.
type Outcome = (Vec<Map<String, Value>>, State);

/// A text, number or nothing as a text: keys are compared as such.
fn text(row: &Map<String, Value>, name: &str) -> String {
    match row.get(name) {
        None | Some(Value::Null) => String::new(),
        Some(Value::String(text)) => text.clone(),
        Some(other) => other.to_string(),
    }
}
