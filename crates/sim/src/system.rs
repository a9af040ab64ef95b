//! What answers: one request after the other, from whoever holds a token.

use std::sync::{Arc, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};
use std::time::Duration;

use bytes::Bytes;
use hyper::http::request::Parts;
use threecx_catalog::{Content, Form, Span, Type, TypeRef};

use crate::assumptions::CHALLENGE;
use crate::auth::{self, Auth, Grant, Moment};
use crate::calls::{Calls, Directory, Traffic};
use crate::clock::Clock;
use crate::company;
use crate::control;
use crate::faults::{FaultKind, Faults};
use crate::http::{API, Ending, Problem, Response, Service};
use crate::journal::{Entry, Journal};
use crate::odata::{metadata, service_document};
use crate::operations::{self, Call, Routes};
#[cfg(feature = "sqlite")]
use crate::persist::File;
use crate::state::{Shapes, Store};

/// A running PBX, without its connections.
#[derive(Debug)]
pub(crate) struct System {
    pub url: String,
    pub version: String,
    pub release: Span,
    /// True where `expires_in` counts minutes.
    pub minutes: bool,
    pub auth: Auth,
    pub clock: Clock,
    pub shapes: &'static Shapes,
    pub routes: Routes,
    pub founding: Founding,
    pub store: RwLock<Store>,
    pub faults: Faults,
    pub latency: Duration,
    pub journal: Journal,
    /// Where what was written is kept, if it is.
    #[cfg(feature = "sqlite")]
    pub file: Option<File>,
}

/// What the demo company is made from.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Founding {
    pub users: u32,
    pub seed: u64,
    pub traffic: Traffic,
}

impl Founding {
    /// The state of a PBX on its first day.
    pub fn store(self, routes: &Routes, shapes: &'static Shapes, release: Span) -> Store {
        let mut store = operations::empty_store(routes, shapes, release);
        operations::install_services(&mut store);
        company::found(&mut store, shapes, self.users, self.seed);
        store.calls = Calls::new(Directory::of(&store), self.seed, self.traffic);
        store
    }
}

/// What became of a request, for the journal.
#[derive(Default)]
struct Fate {
    operation: Option<&'static str>,
    carried_out: bool,
    fault: Option<FaultKind>,
}

impl Service for System {
    async fn answer(&self, head: Parts, body: Bytes) -> Response {
        if !self.latency.is_zero() {
            tokio::time::sleep(self.latency).await;
        }
        let path = head.uri.path();
        if path == "/" || path.starts_with("/sim/") {
            return control::answer(self, &head, &body);
        }
        let mut fate = Fate::default();
        let response = match path.strip_prefix(API).filter(|below| below.is_empty() || below.starts_with('/')) {
            Some(below) => self.api(&head, below, &body, &mut fate).with("x-3cx-version", self.version.as_str()),
            None => self.log_in_or_out(&head, &body).await,
        };
        self.note(head, body, &fate, &response);
        response
    }
}

impl System {
    pub fn read(&self) -> RwLockReadGuard<'_, Store> {
        self.store.read().unwrap_or_else(PoisonError::into_inner)
    }

    pub fn write(&self) -> RwLockWriteGuard<'_, Store> {
        self.store.write().unwrap_or_else(PoisonError::into_inner)
    }

    /// Writes what has changed to the file; false if that fails.
    fn keep(&self) -> bool {
        #[cfg(feature = "sqlite")]
        if let Some(Err(error)) = self.file.as_ref().map(|file| file.keep(&self.store)) {
            eprintln!("the data could not be written: {error}");
            return false;
        }
        true
    }

    /// As on the first day. Tokens go on to hold.
    pub fn reset(&self) {
        let fresh = self.founding.store(&self.routes, self.shapes, self.release);
        self.write().replace_with(fresh);
        self.keep();
        self.faults.set(Vec::new());
        self.journal.clear();
    }

    async fn log_in_or_out(&self, head: &Parts, body: &Bytes) -> Response {
        let moment = Moment { issuer: &self.url, now: self.clock.now(), in_minutes: self.minutes };
        let path = head.uri.path();
        if !matches!(path, "/connect/token" | "/webclient/api/Login/GetAccessToken" | "/webclient/api/Logout") {
            return Response::empty(404);
        }
        if head.method != "POST" {
            return Response::empty(405).with("allow", "POST");
        }
        match path {
            "/connect/token" => {
                let grant = Grant::read(header(head, "content-type").unwrap_or_default(), body.clone()).await;
                auth::answer(&self.auth, &grant, &moment)
            }
            "/webclient/api/Logout" => auth::log_out(&self.auth, bearer(head)),
            _ => auth::log_in(&self.auth, &self.read(), body, &moment),
        }
    }

    /// Answers a request to the API.
    fn api(&self, head: &Parts, path: &str, body: &Bytes, fate: &mut Fate) -> Response {
        match (head.method.as_str(), path) {
            ("GET", "/$metadata") => return metadata(&self.read(), &self.routes, self.shapes, self.release),
            ("GET", "" | "/") => return service_document(&self.url, &self.read()),
            _ => {}
        }
        let now = self.clock.now();
        let principal = bearer(head).and_then(|token| self.auth.holder(token, now));
        let Some(principal) = principal else { return unauthorised() };
        let (path, only_count) = match path.strip_suffix("/$count") {
            Some(counted) if head.method == "GET" => (counted, true),
            _ => (path, false),
        };
        let (route, parameters) = match self.routes.find(head.method.as_str(), path) {
            Ok(found) => found,
            Err(problem) => return problem.into(),
        };
        if only_count && !answers_rows(route.form, self.release) {
            return Problem::NoSuchPath.into();
        }
        let operation = route.operation;
        fate.operation = Some(operation.id);
        if !principal.may(operation.role) {
            return Response::empty(403);
        }
        fate.fault = self.faults.strike(operation.id);
        if let Some(refusal) = fate.fault.and_then(refusal) {
            return refusal;
        }
        let carried_out = json(body).and_then(|json| {
            operations::carry_out(&Call {
                operation,
                form: route.form,
                route,
                parameters,
                query: head.uri.query().unwrap_or_default(),
                only_count,
                body: json,
                store: &self.store,
                shapes: self.shapes,
                now,
                budget: Arc::default(),
                release: self.release,
                url: &self.url,
                version: &self.version,
            })
        });
        fate.carried_out = carried_out.is_ok();
        let mut response = carried_out.unwrap_or_else(Response::from);
        if head.method != "GET" && !self.keep() {
            response = Response::empty(500);
        }
        match fate.fault {
            Some(FaultKind::GatewayTimeout) => Response::empty(504),
            Some(FaultKind::DropAfter) => Response { ending: Ending::Cut, ..response },
            Some(FaultKind::Truncate) => Response { ending: Ending::BreaksOff, ..response },
            _ => response,
        }
    }

    fn note(&self, head: Parts, body: Bytes, fate: &Fate, response: &Response) {
        self.journal.note(Entry {
            at: self.clock.now(),
            method: head.method,
            path: head.uri.path_and_query().map_or("", |path| path.as_str()).into(),
            operation: fate.operation,
            body,
            carried_out: fate.carried_out,
            status: if response.ending == Ending::Cut { 0 } else { response.status },
            answer: response.body.clone(),
            fault: fate.fault.map(FaultKind::name),
        });
    }
}

/// True if what a form answers can be counted.
fn answers_rows(form: &Form, release: Span) -> bool {
    let content = form.answer_in(release).content;
    matches!(content, Content::Value(TypeRef { ty: Type::Structure(_), collection: true, .. }))
}

/// A fault that takes the place of the work.
fn refusal(fault: FaultKind) -> Option<Response> {
    match fault {
        FaultKind::Unauthorized => Some(unauthorised()),
        FaultKind::TooManyRequests => Some(Response::empty(429).with("retry-after", "1")),
        FaultKind::Unavailable => Some(Response::empty(503).with("retry-after", "1")),
        FaultKind::Error => Some(Response::empty(500)),
        FaultKind::DropBefore => Some(Response { ending: Ending::Cut, ..Response::empty(500) }),
        FaultKind::GatewayTimeout | FaultKind::DropAfter | FaultKind::Truncate => None,
    }
}

fn unauthorised() -> Response {
    Response::empty(401).with("www-authenticate", CHALLENGE)
}

fn header<'h>(head: &'h Parts, name: &str) -> Option<&'h str> {
    head.headers.get(name).and_then(|value| value.to_str().ok())
}

fn bearer(head: &Parts) -> Option<&str> {
    header(head, "authorization")?.strip_prefix("Bearer ")
}

/// The body as JSON; an empty object where nothing came.
fn json(body: &Bytes) -> Result<serde_json::Value, Problem> {
    if body.is_empty() {
        return Ok(serde_json::Value::Object(serde_json::Map::new()));
    }
    serde_json::from_slice(body).map_err(|error| Problem::Binding { target: String::new(), message: error.to_string() })
}
