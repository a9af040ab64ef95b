//! What a person should know, and agree to, before a call is sent. Pure: from the operation, what is
//! given, and what is there where that is known; who agrees, and how they are asked, is up to the face.

mod emergency;
mod lists;

use serde_json::{Map, Value};
use threecx_catalog::words;
use threecx_catalog::{Collection, Effect, Operation, Target, Verb, collections};

use crate::coerce::truth;
use crate::input::Arguments;
use lists::Given;

pub use emergency::reads;

/// Something that a call does and that needs agreement.
#[derive(Clone, Debug, PartialEq)]
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
    /// The same as [`Finding::ReplacesCollection`] for a list that has no commands for single items.
    ReplacesList(List),
    /// It leaves nothing in a list.
    EmptiesList(List),
    /// It leaves a rule without a route, and it is not known whether emergency calls take it.
    MaySilenceEmergencyCalls,
    /// It takes away the last route of a rule for emergency calls.
    SilencesEmergencyCalls {
        /// What the rule is called.
        rule: String,
        /// The numbers that it is for.
        numbers: String,
    },
    /// It may end the access of whoever sends it. Completes "This …".
    LocksOut(&'static str),
    /// It changes a lot at once: this many things.
    ChangesMany(usize),
}

/// A list of an entity, or of an object in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct List {
    /// The property that holds it.
    pub property: &'static str,
    /// The property that holds the object which it is in, where it is in one.
    pub within: Option<&'static str>,
}

impl List {
    /// `routes`, `periods of the hours`
    pub fn noun(&self) -> String {
        let own = words::noun(self.property);
        match self.within {
            Some(within) => format!("{own} of the {}", words::noun(within)),
            None => own,
        }
    }
}

/// From this many things on, a change has to be agreed to even if each alone would not have to be.
pub const MANY: usize = 1000;

/// What may end the access of whoever changes it: operation, properties.
const LOCKS_OUT: (&str, [&str; 2]) =
    ("ConsoleRestrictions.UpdateConsoleRestrictions", ["IpWhitelist", "AccessRestricted"]);

/// How.
const CLOSES: &str =
    "closes the console to all addresses but those of the list, yours too if it is not among them (see MyIpAddress)";

impl Finding {
    /// The finding as a sentence.
    pub fn sentence(&self) -> String {
        match self {
            Finding::Interrupts(what) | Finding::Destroys(what) => format!("This {what}."),
            Finding::ReplacesCollection(collection) => format!("This replaces all {}.", collection.plural),
            Finding::EmptiesCollection(collection) => {
                format!("This replaces all {}. None will be left.", collection.plural)
            }
            Finding::ReplacesList(list) => format!("This replaces all {}.", list.noun()),
            Finding::EmptiesList(list) => format!("This replaces all {}. None will be left.", list.noun()),
            Finding::MaySilenceEmergencyCalls => {
                "If it is an emergency rule, emergency calls go nowhere without a route.".to_owned()
            }
            Finding::SilencesEmergencyCalls { rule, numbers } => {
                let calls = if numbers.is_empty() { String::new() } else { format!(" to {numbers}") };
                format!(
                    "This takes away the last route of the emergency rule {rule}: emergency calls{calls} go nowhere."
                )
            }
            Finding::LocksOut(what) => format!("This {what}."),
            Finding::ChangesMany(number) => format!("This changes {number} things at once."),
        }
    }

    /// True for what becomes of a list or collection as a whole, which a change of single items leaves as it is.
    pub fn is_about_list(&self) -> bool {
        matches!(
            self,
            Finding::ReplacesCollection(_)
                | Finding::EmptiesCollection(_)
                | Finding::ReplacesList(_)
                | Finding::EmptiesList(_)
        )
    }
}

/// What there is to know about a call: what the operation does, and which collections and lists it replaces,
/// whether they are given as fields, inside the body, or inside an object of it. `there` is what is there before
/// ([`reads`] says what of it matters), where that is known.
pub fn findings(operation: &Operation, arguments: &Arguments, there: Option<&Map<String, Value>>) -> Vec<Finding> {
    let effect = match operation.effect {
        Effect::Reads => return Vec::new(),
        Effect::Writes => None,
        Effect::Interrupts(what) => Some(Finding::Interrupts(what)),
        Effect::Destroys(what) => Some(Finding::Destroys(what)),
    };
    let mut findings: Vec<Finding> = effect.into_iter().collect();
    if operation.verb == Verb::Update {
        let given = Given::of(operation, arguments);
        findings.extend(locks_out(operation, &given));
        findings.extend(replaceable(operation).filter_map(|collection| {
            Some(match lists::is_empty(given.get(collection.property.name)?) {
                true => Finding::EmptiesCollection(collection),
                false => Finding::ReplacesCollection(collection),
            })
        }));
        let is_collection = |name: &str| replaced(operation, name).is_some();
        findings.extend(given.lists(is_collection, there));
        findings.extend(emergency::routes_go(operation, &given, there));
    } else {
        findings.extend(emergency::rule_goes(operation, there));
    }
    findings
}

/// What a property of an operation's body asks for, if it is given: for whoever describes the operation.
pub fn asks_for(operation: &Operation, property: &str) -> Option<Finding> {
    if operation.verb != Verb::Update {
        return None;
    }
    let (id, names) = LOCKS_OUT;
    if id == operation.id && names.iter().any(|name| name.eq_ignore_ascii_case(property)) {
        return Some(Finding::LocksOut(CLOSES));
    }
    let replaced = replaced(operation, property).map(Finding::ReplacesCollection);
    replaced.or_else(|| lists::first_of(operation, property).map(Finding::ReplacesList))
}

fn locks_out(operation: &Operation, given: &Given<'_>) -> Option<Finding> {
    let (id, names) = LOCKS_OUT;
    if id != operation.id {
        return None;
    }
    // Opening it locks nobody out.
    let closes = |given: &str| truth(given.trim().trim_matches('"')) != Some(false);
    names.iter().find_map(|name| given.get(name).filter(|given| closes(given))).map(|_| Finding::LocksOut(CLOSES))
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

#[cfg(test)]
mod tests {
    use threecx_catalog::operation;

    use super::*;
    use crate::input::Place;

    fn said(id: &str, given: &[(Place, &str, &str)]) -> Vec<String> {
        let mut arguments = Arguments::default();
        for (place, name, value) in given {
            arguments.set(*place, name, *value);
        }
        findings(operation(id).expect(id), &arguments, None).iter().map(Finding::sentence).collect()
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
