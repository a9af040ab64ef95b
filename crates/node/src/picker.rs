//! Pickers: what an id or number refers to, and how to list it for someone to choose from.

use serde::Deserialize;
use serde_json::json;
use threecx_catalog::{self as catalog, EntitySet, Operation, Options, Span, Structure, Target};

use crate::command::Reply;
use crate::error_reply::Failure;

/// How to list what something refers to.
#[derive(Clone, Debug)]
pub struct Picker {
    /// What it refers to: `Users.Id`.
    pub of: String,
    /// The operation that lists it.
    pub list: &'static Operation,
    /// The property that is the value.
    pub value: &'static str,
    /// The properties that make the label; empty if the value says it all.
    pub label: Vec<&'static str>,
    /// What is listed.
    pub structure: &'static Structure,
}

/// The picker for a reference, if what it refers to can be listed.
pub fn of(reference: &str) -> Option<Picker> {
    let (set, property) = reference.split_once('.')?;
    picker(catalog::entity_set(set)?, property)
}

/// The picker for a key in the path of a form: that of `/Users({Id})…` lists users.
pub fn of_key(target: Target, key: &str) -> Option<Picker> {
    match target {
        Target::Entity(set, by) if by.name == key => picker(set, key),
        _ => None,
    }
}

fn picker(set: &EntitySet, property: &str) -> Option<Picker> {
    let value = set.property(property).filter(|found| found.name == property && !found.navigation)?.name;
    let label = set.label.to_vec();
    Some(Picker { of: format!("{}.{value}", set.name), list: set.list?, value, label, structure: set.structure })
}

/// The command.
#[derive(Deserialize)]
pub(crate) struct Command<'a> {
    /// `Users.Id`
    of: &'a str,
}

/// `{operation, value, label, search, select}`: the list to ask for, whether it can be searched,
/// and which properties are needed.
pub(crate) fn command(command: Command<'_>) -> Reply {
    let picker = of(command.of).ok_or_else(|| Failure::command(format!("nothing lists `{}`", command.of)))?;
    let options = picker.list.newest_form().options_in(Span::NEWEST);
    let mut select = vec![picker.value];
    select.extend(picker.label.iter().filter(|name| **name != picker.value));
    Ok(json!({
        "operation": picker.list.id,
        "value": picker.value,
        "label": picker.label,
        "search": options.contains(Options::SEARCH),
        "paged": picker.list.is_paged(),
        "select": options.contains(Options::SELECT).then(|| select.join(",")),
    }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whatever_is_referred_to_can_be_listed() {
        let operations = catalog::operations().flat_map(|operation| operation.forms);
        let named = operations.flat_map(|form| {
            let fields = match form.body {
                catalog::Body::Fields(fields) => fields,
                _ => &[],
            };
            form.parameters.iter().map(|p| p.refers_to).chain(fields.iter().map(|f| f.refers_to))
        });
        for reference in named.flatten() {
            let picker = of(reference).unwrap_or_else(|| panic!("nothing lists {reference}"));
            assert_eq!(picker.of, reference);
        }
    }

    #[test]
    fn people_are_found_by_number_and_name() {
        let users = of("Users.Id").expect("listed");
        assert_eq!((users.list.id, users.value), ("Users.ListUser", "Id"));
        assert_eq!(users.label, ["Number", "FirstName", "LastName"]);
        let welcome = catalog::operation("Users.SendWelcomeEmail").expect("known");
        assert_eq!(of_key(welcome.newest_form().target, "Id").expect("listed").of, "Users.Id");
        assert_eq!(of("Queues.Number").expect("listed").label, ["Number", "Name"]);
    }
}
