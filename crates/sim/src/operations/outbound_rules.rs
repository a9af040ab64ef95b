//! Outbound rules and their order.

use serde_json::Value as Json;

use super::behaviours::Behaviour::{Changes, Reads};
use super::behaviours::{Answer, Behaviours};
use super::nature::Nature;
use super::{Call, bulk, entities};
use crate::assumptions::MAX_ROUTES;
use crate::http::{Problem, Response};
use crate::state::{Entity, Store, Value};

pub(super) const BEHAVIOURS: Behaviours = &[
    (
        "OutboundRules.CreateOutboundRule",
        Changes(|call, store| {
            let answer = entities::create(call, store, |_, _| Ok(()));
            answer.inspect(|_| number_priorities(store))
        }),
    ),
    ("OutboundRules.GetEmergencyOutboundRules", Reads(emergency_rules)),
    ("OutboundRules.MoveUpDown", Changes(move_rule)),
    (
        "OutboundRules.Purge",
        Changes(|call, store| bulk::delete_keys(call, store, call.field("purgeObject").map(|object| &object["Ids"]))),
    ),
    (
        "OutboundRules.UpdateOutboundRule",
        Changes(|call, store| {
            let answer = entities::update(call, store, |_, _, _| Ok(()));
            answer.inspect(|_| number_priorities(store))
        }),
    ),
];

pub(super) const NATURE: Nature = Nature {
    name: "OutboundRules",
    filled: &["Name"],
    check: |rule, _, _| match rule.get("Routes").as_list().len() > MAX_ROUTES {
        true => Err(Problem::refused("Routes", "WARNINGS.XAPI.TOO_MANY_ITEMS_IN_LIST")),
        false => Ok(()),
    },
    ..Nature::PLAIN
};

/// True for a rule for emergency calls.
pub(super) fn is_for_emergencies(rule: &Entity) -> bool {
    rule.get("EmergencyRule") == &Value::Bool(true)
}

fn emergency_rules(call: &Call<'_>, store: &Store) -> Answer {
    let set = entities::root(call, store)?;
    let options = call.options(Some(set.shape))?;
    let rules = set.rows().filter(|rule| is_for_emergencies(rule));
    let page = options.page(rules, usize::MAX);
    Ok(call.rows("OutboundRules", page.rows, page.count, &options.selection))
}

/// Swaps the priority of a rule with that of its neighbour.
fn move_rule(call: &Call<'_>, store: &mut Store) -> Answer {
    let id = call.field("id").and_then(Json::as_i64);
    let up = call.field("up").and_then(Json::as_bool).unwrap_or(false);
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

/// Gives rules without a priority the next one.
fn number_priorities(store: &mut Store) {
    let Some(set) = store.set_mut("OutboundRules") else { return };
    let mut last = set.rows().filter_map(|rule| rule.int("Priority")).max().unwrap_or(0);
    for rule in set.rows().filter(|rule| rule.int("Priority").unwrap_or(0) == 0).cloned().collect::<Vec<_>>() {
        last += 1;
        set.put(rule.with("Priority", Value::Int(last)));
    }
}
