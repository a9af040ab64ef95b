//! What a person should know, and agree to, before a call is sent. Pure: from the operation and
//! what is given; who agrees, and how they are asked, is up to the face.

use std::collections::HashMap;

use serde_json::value::RawValue;
use threecx_catalog::words;
use threecx_catalog::{Body, Collection, Effect, Operation, Property, Target, Verb, collections};

use crate::coerce::truth;
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
    /// The same as [`Finding::ReplacesCollection`] for a list that has no commands for single items, by its property.
    ReplacesList(&'static str),
    /// It leaves nothing in a list.
    EmptiesList(&'static str),
    /// It may end the access of whoever sends it. Completes "This …".
    LocksOut(&'static str),
    /// It changes a lot at once: this many things.
    ChangesMany(usize),
}

/// From this many things on, a change has to be agreed to even if each alone would not have to be.
pub const MANY: usize = 1000;

/// Lists of which more is to be known than that they are replaced: operation, property, and what may come of
/// it.
const CONSEQUENCES: [(&str, &str, Consequence); 3] = [
    (
        "OutboundRules.UpdateOutboundRule",
        "Routes",
        Consequence::Sentence("If it is an emergency rule, emergency calls go nowhere without a route."),
    ),
    ("ConsoleRestrictions.UpdateConsoleRestrictions", "IpWhitelist", Consequence::LocksOut(LOCKS_OUT)),
    ("ConsoleRestrictions.UpdateConsoleRestrictions", "AccessRestricted", Consequence::LocksOut(LOCKS_OUT)),
];

const LOCKS_OUT: &str =
    "closes the console to all addresses but those of the list, yours too if it is not among them (see MyIpAddress)";

#[derive(Clone, Copy)]
enum Consequence {
    Sentence(&'static str),
    LocksOut(&'static str),
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
            Finding::ReplacesList(property) => {
                format!("This replaces all {}.{}", words::noun(property), consequence(property))
            }
            Finding::EmptiesList(property) => {
                let (list, more) = (words::noun(property), consequence(property));
                format!("This replaces all {list}. None will be left.{more}")
            }
            Finding::LocksOut(what) => format!("This {what}."),
            Finding::ChangesMany(number) => format!("This changes {number} things at once."),
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
    let given = |property: &Property| {
        let field = arguments.get(Place::Field, property.name).map(Input::text);
        field.or_else(|| body.get(&property.name.to_lowercase()).map(|value| value.get()))
    };
    let replaced = replaceable(operation).filter_map(|collection| {
        Some(match is_empty(given(collection.property)?) {
            true => Finding::EmptiesCollection(collection),
            false => Finding::ReplacesCollection(collection),
        })
    });
    let lists = lists(operation).into_iter().filter_map(|property| {
        Some(match is_empty(given(property)?) {
            true => Finding::EmptiesList(property.name),
            false => Finding::ReplacesList(property.name),
        })
    });
    effect.into_iter().chain(locks_out(operation, &given)).chain(replaced).chain(lists).collect()
}

/// What each property of an operation's body asks for, if it is given: for whoever describes the operation.
pub fn asks_for(operation: &Operation, property: &str) -> Option<Finding> {
    let replaced = replaced(operation, property).map(Finding::ReplacesCollection);
    let list = || lists(operation).into_iter().find(|list| list.name.eq_ignore_ascii_case(property));
    let locks = |(id, name, consequence): &(&str, &str, Consequence)| match consequence {
        Consequence::LocksOut(what) if *id == operation.id && name.eq_ignore_ascii_case(property) => Some(*what),
        _ => None,
    };
    let locks_out = || CONSEQUENCES.iter().find_map(locks).map(Finding::LocksOut);
    replaced.or_else(locks_out).or_else(|| list().map(|list| Finding::ReplacesList(list.name)))
}

fn is_empty(given: &str) -> bool {
    let bare: String = given.chars().filter(|c| !c.is_whitespace()).collect();
    // A text that is a list, as forms and spreadsheets give it.
    let bare = bare.strip_prefix('"').and_then(|bare| bare.strip_suffix('"')).unwrap_or(&bare);
    matches!(bare, "" | "[]" | "null" | "[null]")
}

/// Lists of the entity that an operation updates, which it replaces whole where they are given.
fn lists(operation: &Operation) -> Vec<&'static Property> {
    if operation.verb != Verb::Update {
        return Vec::new();
    }
    let Body::Entity(structure) = operation.newest_form().body else { return Vec::new() };
    let mut lists: Vec<&'static Property> = Vec::new();
    for property in structure.all_properties().filter(|property| property.ty.collection) {
        if replaced(operation, property.name).is_none() && !lists.iter().any(|list| list.name == property.name) {
            lists.push(property);
        }
    }
    lists
}

fn consequence(property: &str) -> String {
    let known = CONSEQUENCES.iter().find(|(_, name, _)| *name == property);
    match known {
        Some((_, _, Consequence::Sentence(sentence))) => format!(" {sentence}"),
        _ => String::new(),
    }
}

fn locks_out<'b>(operation: &Operation, given: &impl Fn(&Property) -> Option<&'b str>) -> Option<Finding> {
    let Body::Entity(structure) = operation.newest_form().body else { return None };
    CONSEQUENCES.iter().filter(|(id, ..)| *id == operation.id).find_map(|(_, name, consequence)| {
        let Consequence::LocksOut(what) = consequence else { return None };
        let property = structure.all_properties().find(|property| property.name == *name)?;
        // Opening it locks nobody out.
        let opens = truth(given(property)?.trim().trim_matches('"')) == Some(false);
        (!opens).then_some(Finding::LocksOut(what))
    })
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
