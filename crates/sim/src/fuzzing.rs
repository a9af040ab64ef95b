//! Entry points for the fuzz targets: query strings and paths on a small company, and requests to a
//! whole PBX, without a connection between.

use std::sync::Arc;

use bytes::Bytes;
use hyper::Request;
use jiff::Timestamp;
use threecx_catalog::Span;
use tokio::runtime::Runtime;

use crate::calls::{Period, Traffic};
use crate::http::Service;
use crate::initial_state::InitialState;
use crate::odata::{Budget, Options, QueryContext, Results, parse_path, write_entity};
use crate::operations::Routes;
use crate::pbx::Pbx;
use crate::state::{Shapes, Store};

/// A company to ask.
#[derive(Debug)]
pub struct Company {
    shapes: &'static Shapes,
    routes: Routes,
    store: Store,
}

impl Default for Company {
    fn default() -> Company {
        let shapes = Shapes::of(Span::NEWEST);
        let routes = Routes::of(shapes);
        let traffic = Traffic { segments: 0, period: Period { from: 0, to: 0 }, boot: 0, live: false };
        let store = InitialState { users: 12, seed: 7, traffic }.store(&routes, shapes);
        Company { shapes, routes, store }
    }
}

impl Company {
    /// The names of the sets.
    pub fn sets(&self) -> Vec<&'static str> {
        let mut names: Vec<&'static str> = self.store.sets.keys().copied().collect();
        names.sort_unstable();
        names
    }

    /// Asks a set with one query option, such as `filter`; how long the answer is.
    pub fn ask(&self, set: &str, option: &str, value: &str) -> usize {
        let escape = |byte: u8| format!("%{byte:02x}");
        self.query(set, &format!("${option}={}", value.bytes().map(escape).collect::<String>()))
    }

    /// Asks a set with a query string; how long the answer is.
    pub fn query(&self, set: &str, query: &str) -> usize {
        let Some(set) = self.store.set(set) else { return 0 };
        let budget = Arc::new(Budget::default());
        let (shapes, now) = (self.shapes, Timestamp::UNIX_EPOCH);
        let context = QueryContext { shapes, release: Span::NEWEST, now, budget: &budget };
        // No fuzzer waits for the most work that a request may be.
        budget.spend(budget.left() - 1_000_000);
        let mut answer = String::new();
        match Options::parse(query, Some(set.shape), Results::Collection, &context) {
            Ok(options) => {
                answer.push_str(&options.selection.context());
                let page = options.page(set.rows(), 100);
                page.rows.into_iter().for_each(|row| write_entity(row, &options.selection, &mut answer));
            }
            Err(error) => answer.push_str(&error.message),
        }
        answer.len()
    }

    /// Looks for the operation behind a path; true if there is one.
    pub fn path(&self, path: &str) -> bool {
        let _ = parse_path(path).map(|segments| format!("{segments:?}"));
        self.routes.find("GET", path).is_ok()
    }
}

/// A PBX to send requests to.
#[derive(Debug)]
pub struct Requests {
    runtime: Runtime,
    pbx: Pbx,
    token: String,
}

impl Default for Requests {
    fn default() -> Requests {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
        let pbx = Pbx::builder().users(12).calls(0).live_calls(false).client("a", "b").start();
        let pbx = runtime.block_on(pbx).expect("a PBX");
        let mut requests = Requests { runtime, pbx, token: String::new() };
        let form = b"grant_type=client_credentials&client_id=a&client_secret=b";
        let (_, answer) = requests.send("POST", "/connect/token", "application/x-www-form-urlencoded", form);
        let answer: serde_json::Value = serde_json::from_slice(&answer).expect("a token");
        requests.token = answer["access_token"].as_str().expect("a token").to_owned();
        requests
    }
}

impl Requests {
    /// What it answers: status and body. What is no request that could be sent is a bad one.
    pub fn send(&self, method: &str, path_and_query: &str, content_type: &str, body: &[u8]) -> (u16, Vec<u8>) {
        let request = Request::builder()
            .method(method)
            .uri(path_and_query)
            .header("host", "localhost")
            .header("content-type", content_type)
            .header("authorization", format!("Bearer {}", self.token))
            .body(());
        let Ok(request) = request else { return (400, Vec::new()) };
        let answer = self.pbx.system().answer(request.into_parts().0, Bytes::copy_from_slice(body));
        let response = self.runtime.block_on(answer);
        (response.status, response.body.to_vec())
    }
}
