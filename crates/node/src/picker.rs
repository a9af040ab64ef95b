//! Pickers: what an id or number refers to, and how to list it for somebody to choose from.

use serde::Deserialize;
use serde_json::json;
use threecx_catalog::{self as catalog, Operation, Options, Span, Structure, Type, TypeRef, Verb};

use crate::command::Reply;
use crate::failure::Failure;

/// So many properties make a label.
const PARTS: usize = 3;

/// What identifies something to a person, most telling first. Ids are not among it.
const TELLING: [&str; 28] = [
    "Number",
    "FirstName",
    "LastName",
    "DisplayName",
    "RuleName",
    "ExternalNumber",
    "PromptSetName",
    "ClientId",
    "FriendlyName",
    "Name",
    "ReportName",
    "StartTime",
    "FromDisplayName",
    "ToDisplayName",
    "CompanyName",
    "Caller",
    "Callee",
    "CallerId",
    "MAC",
    "MacAddress",
    "Model",
    "IPAddrMask",
    "PhoneNumber",
    "Filename",
    "FileName",
    "Link",
    "ProvLink",
    "Description",
];

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
    let (resource, property) = reference.split_once('.')?;
    let set = format!("/{resource}");
    let list = catalog::operations()
        .find(|operation| operation.verb == Verb::List && operation.forms.iter().any(|form| form.path == set))?;
    picker(list, property)
}

/// The picker for a key of the entities below a path: `/Users({Id})…` lists users.
pub fn of_key(path: &str, key: &str) -> Option<Picker> {
    let set = path.trim_start_matches('/').split(['(', '/']).next()?;
    let placeholder = format!("{{{key}}}");
    // Only the first key of a path belongs to the set that it starts with.
    let first = path.find('{')?;
    path[first..].starts_with(&placeholder).then(|| of(&format!("{set}.{key}")))?
}

fn picker(list: &'static Operation, property: &str) -> Option<Picker> {
    let form = list.newest_form();
    let catalog::Content::Value(TypeRef { ty: Type::Structure(structure), .. }) = form.answer_in(Span::ALL).content
    else {
        return None;
    };
    let has = |name: &str| structure.all_properties().find(|known| known.name == name && !known.navigation);
    let value = has(property)?.name;
    let single = |name: &&str| has(name).is_some_and(|found| !found.ty.collection);
    let label = TELLING.into_iter().filter(single).take(PARTS).collect();
    Some(Picker { of: format!("{}.{value}", list.resource.name), list, value, label, structure })
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
        assert_eq!(of_key("/Users({Id})/Pbx.SendWelcomeEmail", "Id").expect("listed").of, "Users.Id");
        assert_eq!(of("Queues.Number").expect("listed").label, ["Number", "Name"]);
    }
}
