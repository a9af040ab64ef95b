//! What answers: one request after the other, from whoever holds a token.

use std::sync::Arc;

use bytes::Bytes;
use hyper::http::request::Parts;
use hyper::http::uri::{PathAndQuery, Uri};
use jiff::Timestamp;
use jiff::fmt::rfc2822::DateTimePrinter;
use threecx_catalog::{Body, Content, Form, Method, Role, Span, Type, TypeRef};

use crate::assumptions::{ACCESS_TOKEN_FOR_DOWNLOADS_ONLY, CHALLENGE, EXPIRED, MISSING_BODY_MESSAGE, RETRY_AFTER};
use crate::auth::{self, Grant, Invalid, LoginRequest, Moment, Principal, SessionRequest};
use crate::control;
use crate::faults::{Fault, FaultKind, LOGIN, LOGINS, LOGOUT, SESSION, TOKEN};
use crate::http::{API, Ending, Problem, Response, Service, json};
use crate::journal::Entry;
use crate::odata::decode;
use crate::operations::{self, Call};
use crate::system::System;

/// What became of a request, for the journal.
#[derive(Default)]
struct Fate {
    /// An operation of the API, or one of the logins.
    what: Option<&'static str>,
    carried_out: bool,
    fault: Option<Fault>,
}

impl Service for System {
    async fn answer(&self, head: Parts, body: Bytes) -> Response {
        let path = head.uri.path();
        if path == "/" || path.starts_with("/sim/") {
            return self.dated(control::answer(self, &head, &body));
        }
        let (at, mut fate) = (self.clock.now(), Fate::default());
        let response = match path.strip_prefix(API).filter(|below| below.is_empty() || below.starts_with('/')) {
            Some(below) => {
                let response = self.api(&head, below, &body, at, &mut fate).await;
                response.with("x-3cx-version", self.version_header.clone())
            }
            None => match self.file(&head) {
                Some(file) => file,
                None => self.log_in_or_out(&head, &body, &mut fate).await,
            },
        };
        if fate.what.is_none() {
            self.delay("").await;
        }
        self.note(at, head, body, &fate, &response);
        self.dated(response)
    }
}

impl System {
    /// An answer with the time that it is for the PBX, which clients compare with their own.
    fn dated(&self, response: Response) -> Response {
        match DateTimePrinter::new().timestamp_to_rfc9110_string(&self.clock.now()) {
            Ok(date) => response.with("date", date),
            Err(_) => response,
        }
    }

    /// A file outside the API, if that is what is asked for.
    fn file(&self, head: &Parts) -> Option<Response> {
        let asked = head.method == "GET";
        asked
            .then(|| operations::download_file(&self.read(), head.uri.path(), self.clock.now()))
            .flatten()
            .map(|file| file.part(&head.headers))
    }

    /// The PBX's address as the request has it: by whatever name it was asked.
    fn url_asked(&self, head: &Parts) -> String {
        let is_name = |c: char| c.is_ascii_alphanumeric() || "-._:[]".contains(c);
        let host = header(head, "host").filter(|host| !host.is_empty() && host.chars().all(is_name));
        match (host, self.url.split_once("://")) {
            (Some(host), Some((scheme, _))) => format!("{scheme}://{host}"),
            _ => self.url.clone(),
        }
    }

    /// Waits as long as was asked for.
    async fn delay(&self, what: &str) {
        let delay = self.misbehaviour.delay(what);
        if !delay.is_zero() {
            tokio::time::sleep(delay).await;
        }
    }

    /// Answers a request for a token or to give it back.
    async fn log_in_or_out(&self, head: &Parts, body: &Bytes, fate: &mut Fate) -> Response {
        let what = match head.uri.path() {
            "/connect/token" => TOKEN,
            "/webclient/api/Login/GetAccessToken" => LOGIN,
            "/webclient/api/Logout" => LOGOUT,
            "/webclient/api/MyPhone/session" => SESSION,
            _ => return Response::empty(404),
        };
        if head.method != "POST" {
            return Response::empty(405).with("allow", "POST");
        }
        fate.what = Some(what);
        self.delay(what).await;
        fate.fault = self.misbehaviour.strike(what);
        if let Some(refusal) = fate.fault.as_ref().and_then(refusal) {
            return refusal;
        }
        let url = self.url_asked(head);
        let moment = Moment { issuer: &url, now: self.clock.now(), in_minutes: self.minutes };
        let response = match what {
            TOKEN => {
                let grant = Grant::read(header(head, "content-type").unwrap_or_default(), body.clone()).await;
                let grant = grant.complete(header(head, "authorization"), header(head, "cookie"));
                let response = auth::answer(&self.auth, &self.read(), &grant, &moment);
                if response.status == 200 {
                    let _turn = self.turn();
                    if auth::note_use(&mut self.write(), &grant, moment.now) {
                        self.keep();
                    }
                }
                response
            }
            LOGIN => match json(body).and_then(LoginRequest::from_json) {
                Ok(given) => auth::log_in(&self.auth, &self.read(), &given, &moment),
                Err(problem) => problem.into(),
            },
            SESSION => match json(body).and_then(SessionRequest::from_json) {
                Ok(given) => auth::open_session(&self.auth, &self.read(), bearer(head), &given, &moment),
                Err(problem) => problem.into(),
            },
            _ => auth::log_out(&self.auth, bearer(head)),
        };
        fate.carried_out = response.status == 200;
        let response = if head.method == "GET" { response.part(&head.headers) } else { response };
        spoil(fate.fault.as_ref(), response)
    }

    /// Answers a request to the API.
    async fn api(&self, head: &Parts, path: &str, body: &Bytes, now: Timestamp, fate: &mut Fate) -> Response {
        let url = self.url_asked(head);
        match (head.method.as_str(), path) {
            ("GET", "/$metadata") => {
                let made = || operations::metadata(&self.read(), &self.routes, self.shapes, self.release);
                return self.metadata.get_or_init(made).clone();
            }
            ("GET", operations::DESCRIPTION) => {
                let made = || operations::description(&self.routes, self.shapes, &self.version);
                return self.description.get_or_init(made).clone();
            }
            ("GET", "" | "/") => return operations::service_document(&url, &self.read()),
            _ => {}
        }
        let query = head.uri.query().unwrap_or_default();
        let in_query = bearer(head).is_none().then(|| access_token(query)).flatten();
        let token = in_query.as_deref().or(bearer(head)).unwrap_or_default();
        let principal = match self.auth.holder(token, now) {
            Ok(principal) => principal,
            Err(invalid) => return unauthorised(invalid),
        };
        let imports = head.method == "POST" && path.eq_ignore_ascii_case(operations::IMPORT_CONTACTS);
        if imports && in_query.is_none() {
            return self.import_contacts(&principal, body, now);
        }
        let (path, only_count) = match path.strip_suffix("/$count") {
            Some(counted) if head.method == "GET" => (counted, true),
            _ => (path, false),
        };
        let (route, parameters) = match self.routes.find(head.method.as_str(), path) {
            Ok(found) => found,
            Err(problem) => return problem.into(),
        };
        if ACCESS_TOKEN_FOR_DOWNLOADS_ONLY && in_query.is_some() && !is_download(route.form, self.release) {
            return unauthorised(Invalid::Unknown);
        }
        if only_count && !answers_rows(route.form, self.release) {
            return Problem::NoSuchPath.into();
        }
        let operation = route.operation;
        fate.what = Some(operation.id);
        self.delay(operation.id).await;
        if !principal.may(operation.role) {
            return Response::empty(403);
        }
        fate.fault = self.misbehaviour.strike(operation.id);
        if let Some(fault) = &fate.fault
            && let Some(refusal) = self.invalidate(fault.kind, token).or_else(|| refusal(fault))
        {
            return refusal;
        }
        let turn = if head.method == "GET" { None } else { self.turn() };
        let carried_out = body_of(head, body).map_err(|problem| match problem {
            Problem::Binding { .. } => Problem::unreadable(route.form),
            other => other,
        });
        let carried_out = carried_out.and_then(|json| fitting(route.form, body, json)).and_then(|body| {
            let call = Call {
                operation,
                form: route.form,
                route,
                parameters,
                query,
                only_count,
                body,
                shapes: self.shapes,
                now: self.clock.now(),
                by: &principal.name,
                budget: Arc::default(),
                release: self.release,
                live: self.live,
                url: &url,
                version: &self.version,
            };
            operations::carry_out(&call, &self.store)
        });
        fate.carried_out = carried_out.is_ok();
        let mut response = carried_out.unwrap_or_else(Response::from);
        if turn.is_some() && !self.keep() {
            fate.carried_out = false;
            response = Response::empty(500);
        }
        drop(turn);
        spoil(fate.fault.as_ref(), response)
    }

    /// The one operation that no description has; its body is a CSV file.
    fn import_contacts(&self, principal: &Principal, file: &Bytes, now: Timestamp) -> Response {
        if !principal.may(Some(Role::SystemAdmins)) {
            return Response::empty(403);
        }
        let _turn = self.turn();
        let imported = operations::import_contacts(&mut self.write(), self.shapes, file, now);
        if self.keep() { imported.unwrap_or_else(Response::from) } else { Response::empty(500) }
    }

    /// Makes the token of a request invalid, if that is the fault.
    fn invalidate(&self, fault: FaultKind, token: &str) -> Option<Response> {
        let invalid = match fault {
            FaultKind::Evict => {
                self.auth.evict_token(token);
                Invalid::Unknown
            }
            FaultKind::Expire => {
                let now = self.clock.now();
                self.auth.expire_token(token, now);
                Invalid::Expired(now)
            }
            _ => return None,
        };
        Some(unauthorised(invalid))
    }

    fn note(&self, at: Timestamp, head: Parts, body: Bytes, fate: &Fate, response: &Response) {
        let entry = Entry {
            at,
            method: head.method,
            path: shown(&head.uri),
            operation: fate.what.filter(|what| !LOGINS.contains(what)),
            body,
            carried_out: fate.carried_out,
            status: if response.ending == Ending::Cut { 0 } else { response.status },
            answer: response.body.clone(),
            fault: fate.fault.as_ref().map(|fault| fault.kind.name()),
        };
        self.journal.note(entry, fate.what);
    }
}

/// True if what a form answers can be counted.
fn answers_rows(form: &Form, release: Span) -> bool {
    let content = form.answer_in(release).content;
    matches!(content, Content::Value(TypeRef { ty: Type::Structure(_), collection: true, .. }))
}

/// True if what a form answers is a file.
fn is_download(form: &Form, release: Span) -> bool {
    form.method == Method::Get && matches!(form.answer_in(release).content, Content::File(..))
}

/// A fault that takes the place of the work.
fn refusal(fault: &Fault) -> Option<Response> {
    let later = |status| Response::empty(status).with("retry-after", fault.retry_after.unwrap_or(RETRY_AFTER));
    match fault.kind {
        FaultKind::Unauthorized | FaultKind::Evict | FaultKind::Expire => Some(unauthorised(Invalid::Unknown)),
        FaultKind::TooManyRequests => Some(later(429)),
        FaultKind::Unavailable => Some(later(503)),
        FaultKind::Error => Some(Response::empty(500)),
        FaultKind::BadGateway => Some(Response::empty(502)),
        FaultKind::DropBefore => Some(Response { ending: Ending::Cut, ..Response::empty(500) }),
        FaultKind::GatewayTimeout | FaultKind::DropAfter | FaultKind::Truncate => None,
    }
}

/// What a fault makes of the answer, once the work is done.
fn spoil(fault: Option<&Fault>, response: Response) -> Response {
    match fault.map(|fault| fault.kind) {
        Some(FaultKind::GatewayTimeout) => Response::empty(504),
        Some(FaultKind::DropAfter) => Response { ending: Ending::Cut, ..response },
        Some(FaultKind::Truncate) => Response { ending: Ending::BreaksOff, ..response },
        _ => response,
    }
}

fn unauthorised(invalid: Invalid) -> Response {
    let challenge = match invalid {
        Invalid::Unknown => CHALLENGE.to_owned(),
        Invalid::Expired(end) => {
            format!("{CHALLENGE}, error_description=\"{}\"", end.strftime(EXPIRED))
        }
    };
    Response::empty(401).with("www-authenticate", challenge)
}

fn header<'h>(head: &'h Parts, name: &str) -> Option<&'h str> {
    head.headers.get(name).and_then(|value| value.to_str().ok())
}

fn bearer(head: &Parts) -> Option<&str> {
    let (scheme, token) = header(head, "authorization")?.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
}

/// The name of a token in a query, as links to recordings have it. (Seen live.)
const ACCESS_TOKEN: &str = "access_token";

fn access_token(query: &str) -> Option<String> {
    let pairs = query.split('&').filter_map(|pair| pair.split_once('='));
    pairs.filter(|(name, _)| *name == ACCESS_TOKEN).find_map(|(_, token)| decode(token, true))
}

/// Path and query as they came, except for a token in it.
fn shown(uri: &Uri) -> Box<str> {
    let text = uri.path_and_query().map_or("", PathAndQuery::as_str);
    if !text.contains(ACCESS_TOKEN) {
        return text.into();
    }
    let (path, query) = text.split_once('?').unwrap_or((text, ""));
    let masked = query.split('&').map(|pair| match pair.split_once('=') {
        Some((ACCESS_TOKEN, _)) => "access_token=***",
        _ => pair,
    });
    format!("{path}?{}", masked.collect::<Vec<_>>().join("&")).into()
}

/// The body as JSON, which is what it says to be unless it says nothing.
fn body_of(head: &Parts, body: &Bytes) -> Result<serde_json::Value, Problem> {
    let media = header(head, "content-type").and_then(|kind| kind.split(';').next()).map(str::trim);
    let is_json = |media: &str| media.eq_ignore_ascii_case("application/json") || media.ends_with("+json");
    let coded = head.headers.get("content-encoding").is_some_and(|coding| coding != "identity");
    let other = coded || media.is_some_and(|media| !is_json(media));
    if other && !body.is_empty() { Err(Problem::MediaType) } else { json(body) }
}

/// The body of a form that takes one, which has to be there and to be an object.
fn fitting(form: &Form, body: &Bytes, json: serde_json::Value) -> Result<serde_json::Value, Problem> {
    let message = match form.body {
        Body::Entity(_) | Body::Fields([_, ..]) if body.is_empty() => MISSING_BODY_MESSAGE,
        Body::Entity(_) | Body::Fields([_, ..]) if !json.is_object() => return Err(Problem::unreadable(form)),
        _ => return Ok(json),
    };
    Err(Problem::Binding { target: String::new(), message: message.into() })
}
