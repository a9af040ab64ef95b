//! Which lists a change replaces: those of the entity, and those of the objects in it, in whatever way they are given.

use std::borrow::Cow;
use std::collections::HashMap;

use serde_json::value::RawValue;
use serde_json::{Map, Value};
use threecx_catalog::{Body, Operation, Property, Structure, Type};

use super::{Finding, List};
use crate::input::{Arguments, Input};

/// How far down objects are looked at whose type says what lists they have: types may hold themselves.
const DEEPEST: u8 = 3;

/// The properties of an entity that are given for it, by themselves or in the body.
pub(super) struct Given<'a>(Vec<(&'static Property, &'a str)>);

impl<'a> Given<'a> {
    /// What is given, in the order in which the entity has its properties. What it does not have is refused later.
    pub fn of(operation: &Operation, arguments: &'a Arguments) -> Given<'a> {
        let Some(structure) = entity(operation) else { return Given(Vec::new()) };
        let body = arguments.body.as_ref().map(|body| members(body.text())).unwrap_or_default();
        let body = body.into_iter().map(|(name, value)| (Cow::Owned(name), value.get()));
        let fields = arguments.fields.iter().map(|(name, input)| (Cow::Borrowed(name.as_str()), Input::text(input)));
        let known = |(name, value): (Cow<'_, str>, &'a str)| {
            let found = structure.all_properties().enumerate().filter(|(_, known)| is_called(known, &name)).last();
            found.map(|(place, property)| (place, property, value))
        };
        let mut given: Vec<_> = fields.chain(body).filter_map(known).collect();
        given.sort_by_key(|(place, ..)| *place);
        Given(given.into_iter().map(|(_, property, value)| (property, value)).collect())
    }

    /// What is given for a property.
    pub fn get(&self, name: &str) -> Option<&'a str> {
        self.0.iter().find(|(property, _)| is_called(property, name)).map(|(_, value)| *value)
    }

    /// The lists that are replaced, but for those of the entity that are something else, and those in objects that stay
    /// as they are there: an object is often given whole for one of its members.
    pub fn lists(&self, is_something_else: impl Fn(&str) -> bool, there: Option<&Map<String, Value>>) -> Vec<Finding> {
        let mut findings = Vec::new();
        for &(property, value) in &self.0 {
            if !property.ty.collection || !is_something_else(property.name) {
                let there = there.and_then(|there| there.get(property.name));
                replaced(property, Some(value), there, None, DEEPEST, &mut findings);
            }
        }
        findings
    }
}

/// What becomes of the lists in a value; without one, they go with the object that they are in.
fn replaced(
    property: &'static Property,
    value: Option<&str>,
    there: Option<&Value>,
    within: Option<&'static str>,
    depth: u8,
    findings: &mut Vec<Finding>,
) {
    if property.ty.collection {
        if within.is_some() && there.is_some_and(|there| stays(there, value)) {
            return;
        }
        let list = List { property: property.name, within };
        let finding = if value.is_none_or(is_empty) { Finding::EmptiesList(list) } else { Finding::ReplacesList(list) };
        if !findings.contains(&finding) {
            findings.push(finding);
        }
        return;
    }
    let Type::Structure(structure) = property.ty.ty else { return };
    let value = value.map(unquoted);
    let gone = value.as_deref().is_none_or(is_nothing);
    // An entity of its own stays what it is when nothing refers to it any more.
    if gone && (depth == 0 || property.navigation) {
        return;
    }
    let members = value.as_deref().map(members).unwrap_or_default();
    for inner in structure.all_properties() {
        let given = members.get(&inner.name.to_lowercase()).map(|value| value.get());
        if gone || given.is_some() {
            let there = there.map(|there| there.get(inner.name).unwrap_or(&Value::Null));
            replaced(inner, given, there, Some(property.name), depth.saturating_sub(1), findings);
        }
    }
}

/// True if what is given for a list is what is there.
fn stays(there: &Value, given: Option<&str>) -> bool {
    let is_gone = given.is_none_or(is_empty);
    match there {
        Value::Null => is_gone,
        Value::Array(items) if items.is_empty() => is_gone,
        _ => given
            .is_some_and(|given| serde_json::from_str::<Value>(&unquoted(given)).is_ok_and(|given| given == *there)),
    }
}

/// The list that a property of an operation's body is, or the first of the object that it is.
pub(super) fn first_of(operation: &Operation, property: &str) -> Option<List> {
    fn within(property: &'static Property, outer: Option<&'static str>, depth: u8) -> Option<List> {
        if property.ty.collection {
            return Some(List { property: property.name, within: outer });
        }
        let Type::Structure(structure) = property.ty.ty else { return None };
        let inner = || structure.all_properties().find_map(|inner| within(inner, Some(property.name), depth - 1));
        if depth == 0 { None } else { inner() }
    }
    let found = entity(operation)?.all_properties().filter(|known| is_called(known, property)).last();
    found.and_then(|property| within(property, None, DEEPEST))
}

fn entity(operation: &Operation) -> Option<&'static Structure> {
    match operation.newest_form().body {
        Body::Entity(structure) => Some(structure),
        _ => None,
    }
}

fn is_called(property: &Property, name: &str) -> bool {
    property.name.eq_ignore_ascii_case(name)
}

/// True for a list that has nothing in it.
pub(super) fn is_empty(given: &str) -> bool {
    let bare: String = unquoted(given).chars().filter(|c| !c.is_whitespace()).collect();
    matches!(bare.as_str(), "" | "[]" | "null" | "[null]")
}

fn is_nothing(given: &str) -> bool {
    matches!(given.trim(), "" | "null")
}

/// The text in a JSON text, as forms and spreadsheets give lists and objects.
pub(super) fn unquoted(given: &str) -> Cow<'_, str> {
    let inner = if given.trim_start().starts_with('"') { serde_json::from_str(given).ok() } else { None };
    inner.map_or(Cow::Borrowed(given), Cow::Owned)
}

/// The members of an object, by their names in lowercase. What is not an object is refused later.
fn members(object: &str) -> HashMap<String, &RawValue> {
    let members: HashMap<String, &RawValue> = serde_json::from_str(object).unwrap_or_default();
    members.into_iter().map(|(name, value)| (name.to_lowercase(), value)).collect()
}

#[cfg(test)]
mod tests {
    use threecx_catalog::operation;

    use super::super::{asks_for, findings};
    use super::*;
    use crate::input::Place;

    fn said(id: &str, place: Place, name: &str, value: &str) -> Vec<String> {
        let mut arguments = Arguments::default();
        arguments.set(place, name, value);
        findings(operation(id).expect(id), &arguments, None).iter().map(Finding::sentence).collect()
    }

    /// However a list in an object is given, it asks as one of the entity does.
    #[test]
    fn lists_in_objects_ask_as_those_of_the_entity_do() {
        let (all, none) = ("This replaces all periods of the hours.", "None will be left.");
        for (hours, wanted) in [
            (r#"{"Periods": []}"#, Some(format!("{all} {none}"))),
            (r#"{"periods":[ ]}"#, Some(format!("{all} {none}"))),
            (r#"{"Periods": null}"#, Some(format!("{all} {none}"))),
            (r#"{"Periods": "[]"}"#, Some(format!("{all} {none}"))),
            (r#""{\"Periods\": []}""#, Some(format!("{all} {none}"))),
            ("null", Some(format!("{all} {none}"))),
            (r#"{"Type": "OfficeHours", "Periods": [{"DayOfWeek": "Monday"}]}"#, Some(all.to_owned())),
            (r#"{"Type": "OfficeHours"}"#, None),
            ("{}", None),
            ("[", None),
            ("{", None),
        ] {
            let body = format!("{{\"Hours\": {hours}}}");
            for said in [
                said("Groups.UpdateGroup", Place::Field, "Hours", hours),
                said("Groups.UpdateGroup", Place::Field, "hours", hours),
                said("Groups.UpdateGroup", Place::Body, "", &body),
            ] {
                // A broken object breaks the body that it is in.
                let broken = matches!(hours, "[" | "{");
                assert_eq!(said, wanted.clone().filter(|_| !broken).into_iter().collect::<Vec<_>>(), "{hours}");
            }
        }
        assert!(said("Groups.CreateGroup", Place::Field, "Hours", r#"{"Periods": []}"#).is_empty());
        assert!(said("Groups.UpdateGroup", Place::Field, "Name", r#"{"Periods": []}"#).is_empty());
    }

    #[test]
    fn a_list_in_an_object_that_stays_as_it_is_does_not_ask() {
        let there =
            serde_json::json!({ "Hours": { "Type": "x", "Periods": [{ "Start": "07:30:00" }] }, "BreakTime": {} });
        let asked = |name: &str, value: &str| {
            let mut arguments = Arguments::default();
            arguments.set(Place::Field, name, value);
            !findings(operation("Groups.UpdateGroup").expect("known"), &arguments, there.as_object()).is_empty()
        };
        for (name, value, asks) in [
            ("Hours", r#"{"Type": "y", "Periods": [{"Start": "07:30:00"}]}"#, false),
            ("Hours", r#"{"Type": "y", "periods": "[{\"Start\": \"07:30:00\"}]"}"#, false),
            ("Hours", r#"{"Type": "y"}"#, false),
            ("Hours", r#"{"Periods": [{"Start": "07:31:00"}]}"#, true),
            ("Hours", r#"{"Periods": []}"#, true),
            ("Hours", "null", true),
            ("BreakTime", r#"{"Periods": []}"#, false),
            ("BreakTime", "null", false),
            ("BreakTime", r#"{"Periods": [{"Start": "07:31:00"}]}"#, true),
        ] {
            assert_eq!(asked(name, value), asks, "{name} {value}");
        }
    }

    /// A value that empties the first list in a property.
    fn emptied(property: &Property, depth: u8) -> Option<String> {
        if property.ty.collection {
            return Some("[]".to_owned());
        }
        let Type::Structure(structure) = property.ty.ty else { return None };
        let mut inner = structure.all_properties().filter(|_| depth > 0);
        inner.find_map(|inner| Some(format!("{{\"{}\":{}}}", inner.name, emptied(inner, depth - 1)?)))
    }

    /// What is described is what asks, for every update there is.
    #[test]
    fn every_list_of_every_update_asks_and_is_described() {
        let mut nested = 0;
        for operation in threecx_catalog::operations().filter(|operation| entity(operation).is_some()) {
            for property in entity(operation).into_iter().flat_map(Structure::all_properties) {
                let described = asks_for(operation, property.name);
                let value = emptied(property, DEEPEST).unwrap_or_else(|| "1".to_owned());
                nested += usize::from(value.starts_with('{'));
                let mut arguments = Arguments::default();
                arguments.set(Place::Field, property.name, value);
                let found = findings(operation, &arguments, None);
                let about_lists = found.iter().any(Finding::is_about_list);
                let locks = found.iter().any(|finding| matches!(finding, Finding::LocksOut(_)));
                assert_eq!(about_lists || locks, described.is_some(), "{} {}", operation.id, property.name);
            }
        }
        assert!(nested > 10, "{nested}");
    }
}
