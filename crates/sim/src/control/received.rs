//! What the PBX was asked: one by one, and how often.

use serde_json::{Value as Json, json};
use threecx_catalog::operation;

use super::{Query, ok, refuse};
use crate::faults::LOGINS;
use crate::http::Response;
use crate::journal::{Count, Received};
use crate::system::System;

pub(super) fn list(system: &System, query: &Query<'_>) -> Result<Response, String> {
    let after = query.parse("after", "a whole number")?.unwrap_or(0);
    let most = query.parse("most", "a whole number")?.unwrap_or(usize::MAX);
    let status: Option<u16> = query.parse("status", "a status")?;
    let carried_out: Option<bool> = query.parse("carriedOut", "true or false")?;
    let operation = query.get("operation");
    let meant = |received: &&Received| {
        operation.as_deref().is_none_or(|meant| received.operation == Some(meant))
            && status.is_none_or(|meant| received.status == meant)
            && carried_out.is_none_or(|meant| received.carried_out == meant)
    };
    let all = system.journal.after(after, usize::MAX);
    let meant: Vec<&Received> = all.iter().filter(meant).collect();
    let shown = meant.iter().skip(meant.len().saturating_sub(most));
    Ok(ok(&shown.map(|received| entry(received)).collect()))
}

pub(super) fn forget(system: &System) -> Response {
    system.journal.clear();
    Response::empty(204)
}

pub(super) fn counts(system: &System) -> Response {
    let counts = system.journal.counts();
    ok(&counts.iter().map(|(operation, count)| ((*operation).to_owned(), counted(count))).collect())
}

/// Also for an operation that has not been asked for yet.
pub(super) fn count(system: &System, what: &str) -> Response {
    if operation(what).is_none() && !LOGINS.contains(&what) {
        return refuse(404, &format!("expected an operation, such as Users.RebootPhone; got `{what}`"));
    }
    ok(&counted(&system.journal.count(what)))
}

fn counted(count: &Count) -> Json {
    let statuses: Json =
        count.statuses.iter().map(|(status, times)| (status.to_string(), Json::from(*times))).collect();
    json!({ "received": count.received, "carriedOut": count.carried_out, "statuses": statuses })
}

/// A request as `/sim/*` shows it.
pub(super) fn entry(received: &Received) -> Json {
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
