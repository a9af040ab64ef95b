//! `/sim/*`: what a test asks of a simulated PBX and would never ask of a real one, and the
//! page on `/`.
//!
//! ```text
//! GET    /sim/overview              what it is, its time, how many of everything
//! GET    /sim/live?since=CURSOR      what has changed, for the page
//! GET    /sim/users/ID              an extension, for the page
//! GET    /sim/received/N            one request with everything about it
//! GET    /sim/received?after=N&most=N&operation=Users.RebootPhone
//! DELETE /sim/received              forgets what was received
//! GET    /sim/faults                the faults that are set
//! PUT    /sim/faults                ["429:1:3", "drop-after:0.5@Users.RebootPhone"]
//! POST   /sim/clock                 {"seconds": 3600}: steps the clock on
//! POST   /sim/reset                 the data of the first day, no faults, nothing received
//! DELETE /sim/tokens                no token holds any more
//! ```

mod details;
mod live;
mod page;

use std::time::Duration;

use bytes::Bytes;
use hyper::http::request::Parts;
use serde_json::{Value as Json, json};

use crate::faults::Fault;
use crate::http::Response;
use crate::journal::Received;
use crate::odata::decode;
use crate::state::Set;
use crate::system::System;

/// Answers a request to `/` or `/sim/*`.
pub(crate) fn answer(system: &System, head: &Parts, body: &Bytes) -> Response {
    if is_foreign(system, head) {
        return refuse(403, "a page of another origin may not do this");
    }
    let query = head.uri.query().unwrap_or_default();
    match (head.method.as_str(), head.uri.path()) {
        ("GET", "/sim/overview") => ok(&overview(system)),
        ("GET", "/sim/received") => ok(&received(system, query)),
        ("DELETE", "/sim/received") => {
            system.journal.clear();
            Response::empty(204)
        }
        ("GET", "/sim/faults") => ok(&faults(system)),
        ("PUT", "/sim/faults") => match serde_json::from_slice::<Vec<String>>(body) {
            Ok(texts) => match texts.iter().map(|text| text.parse::<Fault>()).collect() {
                Ok(set) => {
                    system.faults.set(set);
                    ok(&faults(system))
                }
                Err(error) => refuse(400, &error),
            },
            Err(_) => refuse(400, r#"expected a list of faults, such as ["429:1:3"]"#),
        },
        ("POST", "/sim/clock") => {
            match serde_json::from_slice::<Json>(body).ok().and_then(|step| step["seconds"].as_u64()) {
                Some(seconds) => {
                    system.clock.step(Duration::from_secs(seconds));
                    ok(&json!({ "now": system.clock.now().to_string() }))
                }
                None => refuse(400, r#"expected {"seconds": N}, a whole number"#),
            }
        }
        ("POST", "/sim/reset") => {
            system.reset();
            Response::empty(204)
        }
        ("DELETE", "/sim/tokens") => {
            system.auth.evict();
            Response::empty(204)
        }
        ("GET", "/sim/live") => live::answer(system, query),
        ("GET", path) if let Some(number) = path.strip_prefix("/sim/received/") => details::request(system, number),
        ("GET", path) if let Some(id) = path.strip_prefix("/sim/users/") => details::user(system, id),
        ("GET", path) if let Some(file) = page::file(path) => file,
        (_, "/sim/overview" | "/sim/received" | "/sim/faults" | "/sim/clock" | "/sim/reset" | "/sim/tokens" | "/") => {
            Response::empty(405)
        }
        _ => Response::empty(404),
    }
}

/// True if a browser sends this for a page that is not the PBX's own: such a page must not
/// reset somebody's test.
fn is_foreign(system: &System, head: &Parts) -> bool {
    let origin = head.headers.get("origin").and_then(|origin| origin.to_str().ok());
    origin.is_some_and(|origin| {
        let own = head.headers.get("host").and_then(|host| host.to_str().ok());
        origin != system.url && own.is_none_or(|host| origin.split_once("://").map(|(_, rest)| rest) != Some(host))
    })
}

fn ok(json: &Json) -> Response {
    Response::json(200, json.to_string())
}

fn refuse(status: u16, message: &str) -> Response {
    Response::json(status, json!({ "error": message }).to_string())
}

fn overview(system: &System) -> Json {
    let store = system.read();
    let rows = |name: &str| store.set(name).map_or(0, Set::len);
    json!({
        "version": system.version,
        "api": system.release.last.version(),
        "now": system.clock.now().to_string(),
        "seed": system.founding.seed,
        "company": store.singletons.get("LicenseStatus").map_or("", |license| license.text("CompanyName")),
        "clientId": system.auth.client_id(),
        "users": rows("Users"),
        "queues": rows("Queues"),
        "ringGroups": rows("RingGroups"),
        "trunks": rows("Trunks"),
        "activeCalls": rows("ActiveCalls"),
        "faults": faults(system),
    })
}

fn faults(system: &System) -> Json {
    system.faults.get().iter().map(|fault| Json::from(fault.to_string())).collect()
}

fn received(system: &System, query: &str) -> Json {
    let option = |name: &str| {
        let pairs = query.split('&').filter_map(|pair| pair.split_once('='));
        pairs.filter(|(given, _)| *given == name).find_map(|(_, value)| decode(value, true))
    };
    let number = |name: &str| option(name).and_then(|text| text.parse::<u64>().ok());
    let most = number("most").and_then(|most| usize::try_from(most).ok()).unwrap_or(usize::MAX);
    let operation = option("operation");
    let meant = |received: &Received| operation.as_deref().is_none_or(|meant| received.operation == Some(meant));
    let entries = system.journal.after(number("after").unwrap_or(0), most);
    entries.iter().filter(|received| meant(received)).map(entry).collect()
}

fn entry(received: &Received) -> Json {
    json!({
        "number": received.number,
        "at": received.at,
        "method": received.method,
        "path": received.path,
        "operation": received.operation,
        "body": received.body,
        "carriedOut": received.carried_out,
        "status": received.status,
        "answer": received.answer,
        "fault": received.fault,
    })
}
