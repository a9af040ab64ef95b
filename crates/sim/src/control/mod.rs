//! `/sim/*`: what a test asks of a simulated PBX and would never ask of a real one, and the
//! page on `/`.
//!
//! ```text
//! GET    /sim/overview              what it is, its time, how many of everything
//! GET    /sim/live?since=CURSOR     what has changed, for the page
//! GET    /sim/users/ID              an extension, for the page
//! GET    /sim/received/N            one request with everything about it
//! GET    /sim/received?after=N&most=N&operation=Users.RebootPhone&status=N&carriedOut=true
//! DELETE /sim/received              forgets what was received
//! GET    /sim/counts                how often there was a request for each operation
//! GET    /sim/counts/Users.RebootPhone
//! GET    /sim/faults                the faults that are set
//! PUT    /sim/faults                ["429:1:3", "drop-after:0.5@Users.RebootPhone"]
//! GET    /sim/latency               the latencies that are set
//! PUT    /sim/latency               ["20ms", "1s+500ms@Users.ListUser"]
//! GET    /sim/clock                 its time
//! POST   /sim/clock                 {"seconds": 3600}: steps the clock on
//! PUT    /sim/clock                 {"now": "2027-01-31T09:30:00Z"}: sets it, never back
//! GET    /sim/tokens                who has a token, and until when
//! DELETE /sim/tokens?of=900         evicts the tokens of a client or user, or all
//! POST   /sim/tokens/expire?of=900  makes them expire now
//! GET    /sim/state                 all that it remembers, to be compared
//! POST   /sim/reset                 the data of the first day, no faults, nothing received
//! ```

mod details;
mod live;
mod misbehaviour;
mod origin;
mod page;
mod received;
mod state;
mod time;
mod tokens;

use bytes::Bytes;
use hyper::http::request::Parts;
use serde::de::DeserializeOwned;
use serde_json::{Value as Json, json};

use crate::http::Response;
use crate::odata::decode;
use crate::state::Set;
use crate::system::System;
pub(crate) use state::export;

/// Answers a request to `/` or `/sim/*`.
pub(crate) fn answer(system: &System, head: &Parts, body: &Bytes) -> Response {
    if let Err(why) = origin::check(system, head) {
        return refuse(403, why);
    }
    let query = Query(head.uri.query().unwrap_or_default());
    match (head.method.as_str(), head.uri.path()) {
        ("GET", "/sim/overview") => ok(&overview(system)),
        ("GET", "/sim/live") => live::answer(system, query.0),
        ("GET", path) if let Some(id) = path.strip_prefix("/sim/users/") => details::user(system, id),
        ("GET", path) if let Some(number) = path.strip_prefix("/sim/received/") => details::request(system, number),
        ("GET", "/sim/received") => or_refuse(received::list(system, &query)),
        ("DELETE", "/sim/received") => received::forget(system),
        ("GET", "/sim/counts") => received::counts(system),
        ("GET", path) if let Some(what) = path.strip_prefix("/sim/counts/") => received::count(system, what),
        ("GET", "/sim/faults") => misbehaviour::faults(system),
        ("PUT", "/sim/faults") => or_refuse(misbehaviour::set_faults(system, body)),
        ("GET", "/sim/latency") => misbehaviour::latencies(system),
        ("PUT", "/sim/latency") => or_refuse(misbehaviour::set_latencies(system, body)),
        ("GET", "/sim/clock") => time::show(system),
        ("POST", "/sim/clock") => or_refuse(time::step(system, body)),
        ("PUT", "/sim/clock") => or_refuse(time::set(system, body)),
        ("GET", "/sim/tokens") => tokens::list(system),
        ("DELETE", "/sim/tokens") => tokens::evict(system, &query),
        ("POST", "/sim/tokens/expire") => tokens::expire(system, &query),
        ("GET", "/sim/state") => ok(&state::export(&system.read())),
        ("POST", "/sim/reset") => reset(system),
        ("GET", path) if let Some(file) = page::file(path) => file,
        (_, path) => match allowed(path) {
            Some(methods) => refuse(405, &format!("expected {methods}")).with("allow", methods),
            None => refuse(404, "no such path; crates/sim/README.md lists them"),
        },
    }
}

/// The methods of a path.
fn allowed(path: &str) -> Option<&'static str> {
    Some(match path {
        "/sim/overview" | "/sim/live" | "/sim/counts" | "/sim/state" => "GET",
        "/sim/received" => "GET, DELETE",
        "/sim/faults" | "/sim/latency" => "GET, PUT",
        "/sim/clock" => "GET, POST, PUT",
        "/sim/tokens" => "GET, DELETE",
        "/sim/tokens/expire" | "/sim/reset" => "POST",
        _ if ["/sim/counts/", "/sim/received/", "/sim/users/"].iter().any(|start| path.starts_with(start)) => "GET",
        _ if page::file(path).is_some() => "GET",
        _ => return None,
    })
}

fn ok(json: &Json) -> Response {
    Response::json(200, json.to_string())
}

fn refuse(status: u16, message: &str) -> Response {
    Response::json(status, json!({ "error": message }).to_string())
}

/// An answer, or why what was sent makes no sense.
fn or_refuse(answer: Result<Response, String>) -> Response {
    answer.unwrap_or_else(|why| refuse(400, &why))
}

/// The body as what it has to be; `expected` says in the refusal what that is.
fn read<T: DeserializeOwned>(body: &Bytes, expected: &str) -> Result<T, String> {
    serde_json::from_slice(body).map_err(|error| format!("expected {expected}; {error}"))
}

/// The query of a request.
struct Query<'q>(&'q str);

impl Query<'_> {
    fn get(&self, name: &str) -> Option<String> {
        let mut pairs = self.0.split('&').filter_map(|pair| pair.split_once('='));
        pairs.find_map(|(given, value)| if given == name { decode(value, true) } else { None })
    }

    /// A value that has to be of a type.
    fn parse<T: std::str::FromStr>(&self, name: &str, expected: &str) -> Result<Option<T>, String> {
        let wrong = |text: &str| format!("{name}: expected {expected}; got `{text}`");
        self.get(name).map(|text| text.parse().map_err(|_| wrong(&text))).transpose()
    }
}

fn reset(system: &System) -> Response {
    if system.reset() { Response::empty(204) } else { refuse(500, "the data file cannot be written") }
}

fn overview(system: &System) -> Json {
    let store = system.read();
    let rows = |name: &str| store.set(name).map_or(0, Set::len);
    json!({
        "version": system.version,
        "api": system.release.last.version(),
        "now": system.clock.now().to_string(),
        "seed": system.initial.seed,
        "company": store.singletons.get("LicenseStatus").map_or("", |license| license.text("CompanyName")),
        "clientId": system.auth.client_id(),
        "users": rows("Users"),
        "queues": rows("Queues"),
        "ringGroups": rows("RingGroups"),
        "trunks": rows("Trunks"),
        "activeCalls": rows("ActiveCalls"),
        "faults": misbehaviour::written(system.misbehaviour.faults()),
        "latency": misbehaviour::written(system.misbehaviour.latencies()),
    })
}
