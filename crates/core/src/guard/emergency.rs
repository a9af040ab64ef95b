//! Rules for emergency calls: before the last route of one goes, somebody has to know.

use serde_json::{Map, Value};
use threecx_catalog::Operation;

use super::Finding;
use super::lists::{Given, unquoted};
use crate::coerce::truth;

/// The operations that take routes away.
const UPDATE: &str = "OutboundRules.UpdateOutboundRule";
const DELETE: &str = "OutboundRules.DeleteOutboundRule";

/// The properties of a rule.
const ROUTES: &str = "Routes";
const IS_EMERGENCY: &str = "EmergencyRule";
const NAME: &str = "Name";
const NUMBERS: &str = "Prefix";

/// What of an entity has to be read, besides what changes, to tell what an update of these properties does.
pub fn reads(operation: &Operation, mut changes: impl Iterator<Item = impl AsRef<str>>) -> &'static [&'static str] {
    match operation.id == UPDATE && changes.any(|name| name.as_ref() == ROUTES) {
        true => &[IS_EMERGENCY, NAME, NUMBERS],
        false => &[],
    }
}

/// What it means that the routes of a rule change.
pub(super) fn routes_go(
    operation: &Operation,
    given: &Given<'_>,
    there: Option<&Map<String, Value>>,
) -> Option<Finding> {
    let left = given.get(ROUTES).filter(|_| operation.id == UPDATE)?;
    if is_way_out(&serde_json::from_str(&unquoted(left)).unwrap_or_default()) {
        return None;
    }
    let becomes = given.get(IS_EMERGENCY).and_then(|given| truth(&unquoted(given)));
    // What is null may be left out, but every rule has a name.
    match there.filter(|there| there.contains_key(NAME)) {
        Some(there) => silenced(there, becomes == Some(true)),
        None => Some(Finding::MaySilenceEmergencyCalls),
    }
}

/// What it means that a rule goes.
pub(super) fn rule_goes(operation: &Operation, there: Option<&Map<String, Value>>) -> Option<Finding> {
    silenced(there.filter(|_| operation.id == DELETE)?, false)
}

/// For a rule that is there and loses all its routes.
fn silenced(there: &Map<String, Value>, becomes_one: bool) -> Option<Finding> {
    let is_emergency = becomes_one || there.get(IS_EMERGENCY) == Some(&Value::Bool(true));
    // What has none loses none.
    let has_routes = there.get(ROUTES).is_some_and(is_way_out);
    let text = |name: &str| there.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
    (is_emergency && has_routes).then(|| Finding::SilencesEmergencyCalls { rule: text(NAME), numbers: text(NUMBERS) })
}

/// True for routes of which one leads to a trunk: a rule has places for several, and some are empty.
fn is_way_out(routes: &Value) -> bool {
    let leads = |route: &Value| {
        let trunk = route.as_object().and_then(|route| {
            route.iter().find(|(name, _)| name.eq_ignore_ascii_case("TrunkId")).map(|(_, trunk)| trunk)
        });
        let id = trunk.and_then(|trunk| trunk.as_i64().or_else(|| trunk.as_str()?.trim().parse().ok()));
        id.is_some_and(|id| id > 0)
    };
    routes.as_array().is_some_and(|routes| routes.iter().any(leads))
}

#[cfg(test)]
mod tests {
    use serde_json::json;
    use threecx_catalog::operation;

    use super::super::findings;
    use super::*;
    use crate::input::{Arguments, Input, Place};

    fn about(there: Option<&Value>, id: &str, given: &[(&str, &str)]) -> Vec<String> {
        let mut arguments = Arguments::default();
        for (name, value) in given {
            arguments.set(Place::Field, name, Input::Text((*value).to_owned()));
        }
        let found = findings(operation(id).expect(id), &arguments, there.and_then(Value::as_object));
        found.iter().map(Finding::sentence).filter(|sentence| sentence.contains("mergency")).collect()
    }

    #[test]
    fn only_the_last_route_of_an_emergency_rule_asks_for_it() {
        const GONE: &str =
            "This takes away the last route of the emergency rule Help: emergency calls to 110,112 go nowhere.";
        const PERHAPS: &str = "If it is an emergency rule, emergency calls go nowhere without a route.";
        let rule = |emergency: Value, routes: Value| json!({"Name": "Help", "Prefix": "110,112", "EmergencyRule": emergency, "Routes": routes});
        let trunk = json!([{"TrunkId": 0}, {"TrunkId": 30}]);
        let none = json!([{"TrunkId": 0}, {"TrunkId": -1}]);
        let (help, other) = (rule(json!(true), trunk.clone()), rule(json!(false), trunk.clone()));
        let (empty, quiet) = (rule(json!(true), none), rule(json!(null), trunk));
        for (there, given, wanted) in [
            (Some(&help), &[("Routes", "[]")][..], Some(GONE)),
            (Some(&help), &[("routes", " null")], Some(GONE)),
            (Some(&help), &[("Routes", "\"[]\"")], Some(GONE)),
            (Some(&help), &[("Routes", r#"[{"TrunkId": 0}, {"TrunkId": -1}, {}]"#)], Some(GONE)),
            (Some(&help), &[("Routes", r#"[{"trunkid": "30"}]"#)], None),
            (Some(&help), &[("Routes", r#"[{"TrunkId": 31}]"#)], None),
            (Some(&help), &[("Name", "x")], None),
            // It is one as long as the PBX says so.
            (Some(&help), &[("Routes", "[]"), ("EmergencyRule", "false")], Some(GONE)),
            (Some(&other), &[("Routes", "[]")], None),
            (Some(&other), &[("Routes", "[]"), ("EmergencyRule", "true")], Some(GONE)),
            (Some(&quiet), &[("Routes", "[]")], None),
            (Some(&empty), &[("Routes", "[]")], None),
            (None, &[("Routes", "[]")], Some(PERHAPS)),
            (None, &[("Routes", r#"[{"TrunkId": -1}]"#)], Some(PERHAPS)),
            (None, &[("Routes", "[]"), ("EmergencyRule", "false")], Some(PERHAPS)),
            (None, &[("Routes", r#"[{"TrunkId": 1}]"#)], None),
        ] {
            let said = about(there, UPDATE, given);
            assert_eq!(said, wanted.into_iter().collect::<Vec<_>>(), "{there:?} {given:?}");
        }
        for (there, wanted) in [(Some(&help), Some(GONE)), (Some(&other), None), (Some(&empty), None), (None, None)] {
            assert_eq!(about(there, DELETE, &[]), wanted.into_iter().collect::<Vec<_>>(), "{there:?}");
        }
        let update = operation(UPDATE).expect("known");
        assert!(reads(update, ["Routes"].into_iter()).contains(&"EmergencyRule"));
        assert!(reads(update, ["Name"].into_iter()).is_empty());
    }
}
