//! Operations on many entities of a set at once: bulk deletes, purges, the order of outbound
//! rules.

use serde_json::Value as Json;

use super::{Behaviour, Call, deleting};
use crate::http::{Problem, Response};
use crate::state::{Entity, Key, Value};

pub(super) fn behaviour(operation: &str) -> Option<Behaviour> {
    Some(match operation {
        "BlackListNumbers.BulkNumbersDelete"
        | "Blocklist.BulkIpsDelete"
        | "Contacts.BatchContactsDelete"
        | "Contacts.DeleteContactsById"
        | "Fax.BulkFaxDelete"
        | "InboundRules.BulkInboundRulesDelete"
        | "Recordings.BulkRecordingsDelete"
        | "WebsiteLinks.BulkLinksDelete" => |call| delete_keys(call, call.field("ids")),
        "OutboundRules.Purge" => |call| delete_keys(call, call.field("purgeObject").map(|object| &object["Ids"])),
        "ActivityLog.PurgeLogs" | "EventLogs.PurgeEventLog" | "Recordings.PurgeLocal" => purge,
        "OutboundRules.MoveUpDown" => move_rule,
        "OutboundRules.CreateOutboundRule" | "OutboundRules.UpdateOutboundRule" => |call| save_rule(call),
        _ => return None,
    })
}

/// Deletes the entities with these keys; keys that nothing has are no error.
fn delete_keys(call: &Call<'_>, keys: Option<&Json>) -> Result<Response, Problem> {
    let required = || Problem::Binding { target: "ids".into(), message: "The ids field is required.".into() };
    let keys = keys.and_then(Json::as_array).ok_or_else(required)?;
    let key = |key: &Json| match (key.as_i64(), key.as_str()) {
        (Some(number), _) => Ok(Key::Int(number)),
        (None, Some(text)) => Ok(Key::Text(text.into())),
        (None, None) => Err(required()),
    };
    let keys = keys.iter().map(key).collect::<Result<Vec<Key>, _>>()?;
    for result in deleting::remove_all(&mut call.write(), call.operation.resource.name, &keys) {
        match result {
            Ok(()) | Err(Problem::NoSuchEntity) => {}
            Err(problem) => return Err(problem),
        }
    }
    Ok(Response::empty(204))
}

fn purge(call: &Call<'_>) -> Result<Response, Problem> {
    if let Some(set) = call.write().set_mut(call.operation.resource.name) {
        set.clear();
    }
    Ok(Response::empty(204))
}

/// Swaps the priority of a rule with that of its neighbour.
fn move_rule(call: &Call<'_>) -> Result<Response, Problem> {
    let id = call.field("id").and_then(Json::as_i64);
    let up = call.field("up").and_then(Json::as_bool).unwrap_or(false);
    let mut store = call.write();
    let set = store.set_mut("OutboundRules").ok_or(Problem::NoSuchPath)?;
    let mut rules: Vec<Entity> = set.rows().cloned().collect();
    rules.sort_by_key(|rule| rule.int("Priority"));
    let place = rules.iter().position(|rule| rule.int("Id") == id && id.is_some());
    let place = place.ok_or(Problem::Refused { target: "id".into(), code: "WARNINGS.XAPI.NOT_FOUND" })?;
    let neighbour = if up { place.checked_sub(1) } else { Some(place + 1).filter(|next| *next < rules.len()) };
    if let Some(neighbour) = neighbour {
        let (a, b) = (rules[place].clone(), rules[neighbour].clone());
        let (first, second) = (a.get("Priority").clone(), b.get("Priority").clone());
        set.put(a.with("Priority", second));
        set.put(b.with("Priority", first));
    }
    Ok(Response::empty(204))
}

/// Creates or changes an outbound rule.
fn save_rule(call: &Call<'_>) -> Result<Response, Problem> {
    super::entities::carry_out(call).inspect(|_| number_priorities(call))
}

/// Gives rules without a priority the next one.
fn number_priorities(call: &Call<'_>) {
    let mut store = call.write();
    let Some(set) = store.set_mut("OutboundRules") else { return };
    let mut last = set.rows().filter_map(|rule| rule.int("Priority")).max().unwrap_or(0);
    for rule in set.rows().filter(|rule| rule.int("Priority").unwrap_or(0) == 0).cloned().collect::<Vec<_>>() {
        last += 1;
        set.put(rule.with("Priority", Value::Int(last)));
    }
}
