//! What a person should know, and agree to, before a call is sent. Pure: from the operation and
//! what is given; who agrees, and how they are asked, is up to the face.

use std::collections::HashMap;

use serde_json::value::RawValue;
use threecx_catalog::{Collection, Effect, Operation, Target, Verb, collections};

use crate::input::{Arguments, Input, Place};

/// Something that a call does and that needs agreement.
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub enum Finding {
    /// It interrupts service, drops calls, restarts something or disturbs people. Completes "This …".
    Interrupts(&'static str),
    /// It loses something that cannot be got back. Completes "This …".
    Destroys(&'static str),
    /// It replaces a collection whole: what is not named again is gone.
    ReplacesCollection(&'static Collection),
    /// It leaves nothing in a collection.
    EmptiesCollection(&'static Collection),
}

impl Finding {
    /// The finding as a sentence.
    pub fn sentence(&self) -> String {
        match self {
            Finding::Interrupts(what) | Finding::Destroys(what) => format!("This {what}."),
            Finding::ReplacesCollection(collection) => format!("This replaces all {}.", collection.plural),
            Finding::EmptiesCollection(collection) => {
                format!("This replaces all {}. None will be left.", collection.plural)
            }
        }
    }
}

/// What there is to know about a call: what the operation does, and which collections it replaces,
/// whether they are given as fields or inside the body.
pub fn findings(operation: &Operation, arguments: &Arguments) -> Vec<Finding> {
    let effect = match operation.effect {
        Effect::Reads | Effect::Writes => None,
        Effect::Interrupts(what) => Some(Finding::Interrupts(what)),
        Effect::Destroys(what) => Some(Finding::Destroys(what)),
    };
    let body = arguments.body.as_ref().map(|body| members(body.text())).unwrap_or_default();
    let given = |collection: &Collection| {
        let field = arguments.get(Place::Field, collection.property.name).map(Input::text);
        field.or_else(|| body.get(&collection.property.name.to_lowercase()).map(|value| value.get()))
    };
    let replaced = replaceable(operation).filter_map(|collection| {
        let is_empty = matches!(given(collection)?.trim(), "[]" | "null");
        Some(if is_empty { Finding::EmptiesCollection(collection) } else { Finding::ReplacesCollection(collection) })
    });
    effect.into_iter().chain(replaced).collect()
}

/// The collection that a property of an operation's body replaces whole.
pub fn replaced(operation: &Operation, property: &str) -> Option<&'static Collection> {
    replaceable(operation).find(|collection| collection.property.name.eq_ignore_ascii_case(property))
}

fn replaceable(operation: &Operation) -> impl Iterator<Item = &'static Collection> {
    let set = match operation.newest_form().target {
        Target::Entity(set, _) if operation.verb == Verb::Update => Some(set),
        _ => None,
    };
    collections().iter().filter(move |collection| Some(collection.set) == set)
}

/// The members of a body, by their names in lowercase. A body that is not an object is refused later.
fn members(body: &str) -> HashMap<String, &RawValue> {
    let members: HashMap<String, &RawValue> = serde_json::from_str(body).unwrap_or_default();
    members.into_iter().map(|(name, value)| (name.to_lowercase(), value)).collect()
}

#[cfg(test)]
mod tests {
    use threecx_catalog::operation;

    use super::*;

    fn said(id: &str, given: &[(Place, &str, &str)]) -> Vec<String> {
        let mut arguments = Arguments::default();
        for (place, name, value) in given {
            arguments.set(*place, name, *value);
        }
        findings(operation(id).expect(id), &arguments).iter().map(Finding::sentence).collect()
    }

    #[test]
    fn collections_are_found_however_they_are_given() {
        for given in [
            (Place::Field, "Agents", "[{\"Number\":\"100\"}]"),
            (Place::Field, "agents", "100"),
            (Place::Body, "", r#"{"Name":"x","Agents":[{"Number":"100"}]}"#),
            (Place::Body, "", r#" { "AGENTS" : [1] } "#),
        ] {
            assert_eq!(said("Queues.UpdateQueue", &[given]), ["This replaces all agents."], "{given:?}");
        }
        for given in [(Place::Field, "Agents", " [] "), (Place::Body, "", r#"{"agents": []}"#)] {
            assert_eq!(
                said("Queues.UpdateQueue", &[given]),
                ["This replaces all agents. None will be left."],
                "{given:?}"
            );
        }
        let both = [(Place::Field, "Managers", "[]"), (Place::Body, "", r#"{"Agents": [1]}"#)];
        assert_eq!(
            said("Queues.UpdateQueue", &both),
            ["This replaces all agents.", "This replaces all managers. None will be left."]
        );
    }

    #[test]
    fn nothing_is_found_where_nothing_is_lost() {
        let field = (Place::Field, "Name", "x");
        for body in
            [(Place::Body, "", r#"{"Name":{"Agents":[]}}"#), (Place::Body, "", "[]"), (Place::Body, "", "x"), field]
        {
            assert!(said("Queues.UpdateQueue", &[body]).is_empty(), "{body:?}");
        }
        assert!(said("Queues.CreateQueue", &[(Place::Field, "Agents", "[1]")]).is_empty());
        assert!(said("Users.ListUser", &[]).is_empty());
    }

    #[test]
    fn what_an_operation_does_comes_first() {
        let sentences = said("Users.ReprovisionAllPhones", &[]);
        assert!(sentences[0].starts_with("This makes every phone"), "{sentences:?}");
        assert_eq!(said("Queues.DeleteQueue", &[]).len(), 1);
        let update = operation("Trunks.UpdateTrunk").expect("known");
        assert_eq!(replaced(update, "didnumbers").map(|collection| collection.word), Some("dids"));
        assert_eq!(replaced(update, "Number"), None);
    }
}
