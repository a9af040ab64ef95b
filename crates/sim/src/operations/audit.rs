//! Who changed what: noted by every operation that changes something, and told by the audit
//! report, the activity log and the event log.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde_json::Value as Json;
use threecx_catalog::{Effect, Method, Verb};

use super::behaviours::Behaviour::Reads;
use super::behaviours::{Answer, Behaviours};
use super::moments::instant;
use super::nature::Nature;
use super::{Call, csv, entities};
use crate::assumptions::{CALLER_ADDRESS, LONGEST_AUDIT_LOG, LONGEST_EVENT_LOG, SYSTEM_SOURCE};
use crate::calls::Kind;
use crate::http::Problem;
use crate::state::{Entity, NUMBERED, Set, Shapes, Store, Value, label, snapshot};

pub(super) const BEHAVIOURS: Behaviours = &[
    ("ActivityLog.GetFilter", Reads(filter)),
    ("ActivityLog.GetLogs", Reads(activity)),
    ("EventLogs.DownloadEventLogs", Reads(download_events)),
    ("ReportAuditLog.DownloadAuditLog", Reads(report)),
    ("ReportAuditLog.GetAuditLogData", Reads(report)),
];

pub(super) const EVENT_LOGS: Nature = Nature { name: "EventLogs", outlives_restore: true, ..Nature::PLAIN };

pub(super) const REPORT_AUDIT_LOG: Nature = Nature { name: LOG, outlives_restore: true, ..Nature::PLAIN };

/// The set in which changes are kept; no client can list it, only the report.
const LOG: &str = "ReportAuditLog";
/// The number of calls that can be chosen from, the last ones.
const LONGEST_FILTER: usize = 1000;
/// Longer data are not kept.
const LONGEST_DATA: usize = 4096;

/// What was done. The numbers are an assumption.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Action {
    Created = 1,
    Changed = 2,
    Deleted = 3,
    Ordered = 4,
}

/// The empty audit log.
pub(super) fn install(store: &mut Store, shapes: &'static Shapes) {
    if let Some(shape) = shapes.get("AuditLog") {
        store.sets.insert(LOG, Set::new(shape, "Id"));
    }
}

/// True if what a call does is noted: it changes something.
pub(super) fn notes(call: &Call<'_>) -> bool {
    call.operation.effect != Effect::Reads && call.form.method != Method::Get
}

/// What a call is about to change, as it is before.
pub(super) struct Before {
    action: Action,
    object: String,
    json: Option<Json>,
}

impl Before {
    pub fn of(call: &Call<'_>, store: &Store) -> Before {
        let action = match call.operation.verb {
            Verb::Create => Action::Created,
            Verb::Update => Action::Changed,
            Verb::Delete => Action::Deleted,
            _ => Action::Ordered,
        };
        let name = call.route.root;
        let found = match store.set(name) {
            Some(set) if !call.parameters.is_empty() => entities::find(call, set).ok(),
            Some(_) => None,
            None => store.singletons.get(name),
        };
        let object = found.map(title).filter(|title| !title.is_empty()).unwrap_or_else(|| name.to_owned());
        let json = found.filter(|_| action != Action::Ordered).map(|entity| {
            let Json::Object(mut members) = snapshot(&without_secrets(entity)) else { return Json::Null };
            if let (Action::Changed, Some(changed)) = (action, call.body.as_object()) {
                members.retain(|name, _| changed.keys().any(|changed| changed.eq_ignore_ascii_case(name)));
            }
            Json::Object(members)
        });
        Before { action, object, json }
    }

    /// Notes that it was done.
    pub fn note(self, call: &Call<'_>, store: &mut Store) {
        let after = matches!(self.action, Action::Created | Action::Changed).then(|| masked(call));
        let object = match after.as_ref().and_then(|after| after["Name"].as_str().or(after["Number"].as_str())) {
            Some(name) if self.action == Action::Created => name.to_owned(),
            _ => self.object,
        };
        let data = |json: Option<Json>| {
            let text = json.map(|json| json.to_string()).filter(|text| text.len() <= LONGEST_DATA);
            text.map_or(Value::Null, Value::text)
        };
        let resource = call.operation.resource.name;
        let kind = NUMBERED.iter().position(|numbered| numbered.set == resource).map_or(0, |place| place as i64 + 1);
        let Some(log) = store.set_mut(LOG) else { return };
        let change = Entity::new(log.shape)
            .with("Id", log.free_key().into())
            .with("Timestamp", instant(call.now.as_second()))
            .with("UserName", Value::text(call.by))
            .with("Ip", Value::text(CALLER_ADDRESS))
            .with("Source", Value::Int(0))
            .with("Action", Value::Int(self.action as i64))
            .with("ObjectType", Value::Int(kind))
            .with("ObjectName", Value::text(object))
            .with("PrevData", data(self.json))
            .with("NewData", data(after));
        log.put(change);
        log.keep_last(LONGEST_AUDIT_LOG);
    }
}

/// How people call an entity: its number and name.
fn title(entity: &Entity) -> String {
    format!("{} {}", entity.text("Number"), label(entity)).trim().to_owned()
}

fn without_secrets(entity: &Entity) -> Entity {
    let mut open = entity.clone();
    for (index, property) in entity.shape.properties.iter().enumerate().filter(|(_, property)| property.secret) {
        if entity.at(index) != &Value::Null {
            open.set(property.name, Value::text("***"));
        }
    }
    open
}

/// The body of a call without secrets.
fn masked(call: &Call<'_>) -> Json {
    crate::journal::masked(call.body.clone())
}

/// Adds to the event log. Messages are templates; the client puts the parameters in.
pub(super) fn event(store: &mut Store, now: Timestamp, (kind, id): (&str, i64), message: &str, params: &[&str]) {
    let Some(set) = store.set_mut("EventLogs") else { return };
    let row = Entity::new(set.shape)
        .with("Id", set.free_key().into())
        .with("EventId", Value::Int(id))
        .with("Type", Value::text(kind))
        .with("Source", Value::text(SYSTEM_SOURCE))
        .with("Group", Value::text("GRP0000"))
        .with("GroupName", Value::text("DEFAULT"))
        .with("TimeGenerated", Value::text(now.to_string()))
        .with("Message", Value::text(message))
        .with("Params", Value::List(params.iter().map(|param| Value::text(*param)).collect()));
    set.put(row);
    set.keep_last(LONGEST_EVENT_LOG);
}

fn report(call: &Call<'_>, store: &Store) -> Answer {
    let shape = call.shapes.get("AuditLog").ok_or(Problem::NoSuchPath)?;
    let options = call.options(Some(shape))?;
    // Newest first, as in the console.
    let rows: Vec<&Entity> = store.set(LOG).into_iter().flat_map(Set::rows).collect();
    let rows = rows.into_iter().rev();
    let page = options.page(rows, usize::MAX);
    if call.operation.name().starts_with("Download") {
        return csv::answer(call, shape, page.rows);
    }
    let fragment = format!("Collection(Pbx.AuditLog){}", options.selection.context());
    Ok(call.rows(&fragment, page.rows, page.count, &options.selection))
}

/// How serious a line of the activity log is, in the words of the event log.
#[derive(Clone, Copy)]
enum Severity {
    Info,
    Warning,
}

impl Severity {
    fn name(self) -> &'static str {
        match self {
            Severity::Info => "Info",
            Severity::Warning => "Warning",
        }
    }
}

/// What happened in a period, line by line: calls and changes.
fn activity(call: &Call<'_>, store: &Store) -> Answer {
    let shape = call.shapes.get("ActivityLogEvent").ok_or(Problem::NoSuchPath)?;
    let options = call.options(Some(shape))?;
    let moment = |name: &str| {
        let text = call.parameters.get(name).and_then(Value::as_text)?;
        text.parse::<Timestamp>().ok().map(Timestamp::as_second)
    };
    let period = moment("startDate").unwrap_or(i64::MIN)..moment("endDate").unwrap_or(i64::MAX);
    let wanted = |name: &str| call.parameters.get(name).and_then(Value::as_text).filter(|text| !text.is_empty());
    let (extension, words, id) = (wanted("extension"), wanted("search"), wanted("call"));
    let mut lines: Vec<(i64, Severity, String)> = Vec::new();
    for phone_call in store.calls.ended(call.now.as_second(), period.clone()) {
        if id.is_some_and(|id| id != phone_call.id().to_string()) {
            continue;
        }
        for leg in &phone_call.legs {
            let (from, to) = (store.calls.directory().show(leg.from), store.calls.directory().show(leg.to));
            if extension.is_some_and(|wanted| wanted != from.dn && wanted != to.dn) {
                continue;
            }
            let outcome = if leg.answered { "answered" } else { "not answered" };
            let (id, talked) = (phone_call.id(), leg.talks);
            let severity = if leg.answered { Severity::Info } else { Severity::Warning };
            lines.push((leg.begins, Severity::Info, format!("Call {id}: {} calls {}", from.number, to.number)));
            lines.push((leg.ends(), severity, format!("Call {id}: ended, {outcome}, {talked} s of talk")));
        }
    }
    if extension.is_none() && id.is_none() {
        for change in store.set(LOG).into_iter().flat_map(Set::rows) {
            let at = change.text("Timestamp").parse().map_or(0, Timestamp::as_second);
            if period.contains(&at) {
                let words = ["changes", "creates", "changes", "deletes", "acts on"];
                let word = words[change.int("Action").unwrap_or(0) as usize % words.len()];
                let line = format!("{} {word} {}", change.text("UserName"), change.text("ObjectName"));
                lines.push((at, Severity::Info, line));
            }
        }
    }
    let severity = wanted("severity");
    lines.retain(|(_, is, line)| {
        severity.is_none_or(|severity| severity.eq_ignore_ascii_case(is.name()))
            && words.is_none_or(|words| line.contains(words))
    });
    lines.sort_by_key(|(at, ..)| *at);
    let number = |name: &str| call.parameters.get(name).and_then(Value::as_int).and_then(|n| usize::try_from(n).ok());
    let rows = (1..).zip(lines).map(|(index, (at, _, line))| {
        let row = Entity::new(shape).with("Index", Value::Int(index)).with("TimeStamp", instant(at));
        row.with("Message", Value::text(line))
    });
    let rows = rows.skip(number("skip").unwrap_or(0)).take(number("top").filter(|top| *top > 0).unwrap_or(usize::MAX));
    let page = options.page(rows, usize::MAX);
    Ok(call.rows("Collection(Pbx.ActivityLogEvent)", page.rows, page.count, &options.selection))
}

/// Whose lines can be asked for.
fn filter(call: &Call<'_>, store: &Store) -> Answer {
    let blank = call.shapes.entity("ExtensionFilter").ok_or(Problem::NoSuchPath)?;
    let answer = call.shapes.entity("ActivityLogsFilter").ok_or(Problem::NoSuchPath)?;
    let mut calls: BTreeMap<&str, Vec<Value>> = BTreeMap::new();
    for phone_call in store.calls.ended(call.now.as_second(), i64::MIN..i64::MAX).rev().take(LONGEST_FILTER) {
        for leg in &phone_call.legs {
            for party in [leg.from, leg.to].map(|party| store.calls.directory().show(party)) {
                if party.kind == Kind::Extension {
                    let ids = calls.entry(party.dn).or_default();
                    ids.push(Value::text(phone_call.id().to_string()));
                    ids.dedup();
                }
            }
        }
    }
    let extensions = calls.into_iter().map(|(number, ids)| {
        let filter = blank.clone().with("Number", Value::text(number));
        Value::Object(Box::new(filter.with("CallIds", Value::List(ids))))
    });
    let answer = answer.with("Extensions", Value::List(extensions.collect()));
    Ok(call.whole(&answer))
}

fn download_events(call: &Call<'_>, store: &Store) -> Answer {
    let set = store.set("EventLogs").ok_or(Problem::NoSuchPath)?;
    let options = call.options(Some(set.shape))?;
    let page = options.page(set.rows(), usize::MAX);
    csv::answer(call, set.shape, page.rows)
}
