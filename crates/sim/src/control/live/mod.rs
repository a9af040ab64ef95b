//! `GET /sim/live`: what the page shows, and after that only what has changed. Whoever asks
//! carries a cursor from answer to question, so that the PBX need not remember who asked.
//!
//! ```text
//!   no cursor, or one that is out of date ──► fresh, the first extensions ─┐
//!                                ┌── more ◄────────────────────────────────┤
//!                                └──────── the next ones ──────────────────┤
//!   changed extensions, calls, new requests ◄── again and again ◄──────────┘
//! ```
//!
//! However much has changed, an answer has at most [`MOST_EXTENSIONS`] extensions and
//! [`MOST_REQUESTS`] requests.

mod cursor;
mod extensions;

use jiff::Timestamp;
use serde::Serialize;
use threecx_catalog::{Effect, operation};

use crate::calls::{Kind, Shown};
use crate::http::Response;
use crate::journal::Entry;
use crate::operations::active_calls;
use crate::state::Set;
use crate::system::System;
use cursor::Cursor;
use extensions::{Extension, after, changed};

/// More extensions come with the next answer.
const MOST_EXTENSIONS: usize = 10_000;
/// Of more new requests, the last ones are sent.
const MOST_REQUESTS: usize = 500;

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Answer<'a> {
    /// To be given as `since` next time.
    cursor: String,
    /// True if all that was told before is out of date.
    fresh: bool,
    /// True if there are more extensions to ask for at once.
    more: bool,
    now: String,
    /// How many extensions there are.
    total: usize,
    /// Those that are new to whoever asks.
    extensions: Vec<Extension<'a>>,
    /// The ids of those that no longer exist.
    gone: Vec<i64>,
    /// All calls that are on.
    calls: Vec<Call<'a>>,
    /// How many requests there have been.
    noted: u64,
    /// The number of the oldest request that is remembered.
    first: u64,
    /// New requests, oldest first.
    requests: Vec<Request<'a>>,
    /// Those that can still strike.
    faults: Vec<String>,
    latencies: Vec<String>,
}

#[derive(Serialize)]
struct Call<'a> {
    id: i64,
    caller: Party<'a>,
    callee: Party<'a>,
    status: &'static str,
    /// Since when it has had this status.
    since: String,
    begins: String,
}

#[derive(Serialize)]
struct Party<'a> {
    number: &'a str,
    name: &'a str,
    /// Whose extension it is, if it is one.
    user: Option<i64>,
}

impl<'a> Party<'a> {
    fn of(shown: &'a Shown<'_>) -> Party<'a> {
        let user = (shown.kind == Kind::Extension).then_some(shown.id);
        Party { number: &shown.number, name: &shown.name, user }
    }
}

/// A request without what it said and was told; `/sim/received/N` has that.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Request<'a> {
    number: u64,
    at: String,
    method: &'a str,
    path: &'a str,
    operation: Option<&'static str>,
    /// True if such an operation changes something, carried out or not.
    changes: bool,
    carried_out: bool,
    status: u16,
    fault: Option<&'static str>,
}

impl<'a> Request<'a> {
    fn of(number: u64, entry: &'a Entry) -> Request<'a> {
        let known = entry.operation.and_then(operation);
        Request {
            number,
            at: entry.at.to_string(),
            method: entry.method.as_str(),
            path: &entry.path,
            operation: entry.operation,
            changes: known.is_some_and(|operation| operation.effect != Effect::Reads),
            carried_out: entry.carried_out,
            status: entry.status,
            fault: entry.fault,
        }
    }
}

/// Answers what has changed since the cursor in the query.
pub(super) fn answer(system: &System, query: &str) -> Response {
    let given = query.split('&').find_map(|pair| pair.strip_prefix("since="));
    let Ok(cursor) = given.map(str::parse::<Cursor>).transpose() else {
        return super::refuse(400, "since: expected the cursor of an answer before, or nothing");
    };
    let store = system.read();
    let now = system.clock.now();
    let update = cursor.and_then(|cursor| changed(&store, &cursor, now));
    let seen = cursor.filter(|_| update.is_some());
    let update = update.unwrap_or_else(|| after(&store, i64::MIN, now));
    let look = system.journal.look(seen.map_or(0, |seen| seen.noted), MOST_REQUESTS);
    let calls: Vec<_> = active_calls(&store, now.as_second()).collect();
    let calls = calls.iter().map(|call| Call {
        id: call.id,
        caller: Party::of(&call.caller),
        callee: Party::of(&call.callee),
        status: call.status,
        since: instant(call.since),
        begins: instant(call.begins),
    });
    let revision = |name: &str| store.set(name).map_or(0, |set| set.revisions().latest());
    let next = Cursor {
        users: revision("Users"),
        groups: revision("Groups"),
        phones: store.phones.revision(),
        second: now.as_second(),
        noted: look.noted,
        last: update.last,
    };
    let set = system.misbehaviour.faults();
    let faults = set.iter().filter(|fault| fault.times != Some(0));
    let answer = Answer {
        cursor: next.to_string(),
        fresh: seen.is_none(),
        more: update.last.is_some(),
        now: now.to_string(),
        total: store.set("Users").map_or(0, Set::len),
        extensions: update.extensions,
        gone: update.gone,
        calls: calls.collect(),
        noted: look.noted,
        first: look.first,
        requests: look.entries.iter().map(|(number, entry)| Request::of(*number, entry)).collect(),
        faults: faults.map(ToString::to_string).collect(),
        latencies: system.misbehaviour.latencies().iter().map(ToString::to_string).collect(),
    };
    match serde_json::to_string(&answer) {
        Ok(json) => Response::json(200, json),
        Err(error) => super::refuse(500, &error.to_string()),
    }
}

fn instant(second: i64) -> String {
    Timestamp::from_second(second).unwrap_or_default().to_string()
}
