//! The items of a collection: which they are, what they are called, and what is done to them.

use serde_json::{Map, Value, json};

use super::table::{Collection, Item};
use crate::names::Word;

/// What identifies an item, as text.
pub fn identity(collection: &Collection, item: &Value) -> String {
    let Some(property) = collection.item.property() else { return plain(item) };
    item.get(property).map(plain).unwrap_or_default()
}

/// What an item is called, for people: `100 Lovelace, Ada`.
pub fn label(collection: &Collection, item: &Value) -> String {
    let text = |names: &[&str]| {
        let mut texts = names.iter().filter_map(|name| item.get(*name)).filter_map(Value::as_str);
        texts.find(|text| !text.is_empty()).unwrap_or_default().to_owned()
    };
    let label = match collection.item {
        Item::Text => plain(item),
        Item::Number { .. } => format!("{} {}", identity(collection, item), text(&["MemberName", "Name"])),
        Item::Reference { .. } => match text(&["Name"]) {
            name if name.is_empty() => identity(collection, item),
            name => name,
        },
        Item::Value { .. } => {
            format!(
                "{} → {} {}",
                identity(collection, item),
                text(&["ForwardType"]),
                text(&["ForwardDN", "CustomData"])
            )
        }
    };
    label.trim().to_owned()
}

/// True if somebody who says this means this item: by what identifies it, by its name, or by a
/// range of numbers. `number` is the word as one for something that has a number.
pub fn is_meant(collection: &Collection, item: &Value, word: &str, number: Option<&Word>) -> bool {
    let identity = identity(collection, item);
    match number {
        Some(Word::Number(number)) => identity == *number,
        Some(range @ Word::Range { .. }) => range.spans(&identity),
        _ => identity.eq_ignore_ascii_case(word) || is_called(item, word),
    }
}

/// True if it is the name of this item.
pub fn is_called(item: &Value, word: &str) -> bool {
    let small = word.to_lowercase();
    let mut names = ["MemberName", "Name"].into_iter().filter_map(|name| item.get(name)).filter_map(Value::as_str);
    names.any(|name| {
        let name = name.to_lowercase();
        // `Lovelace, Ada` is Ada Lovelace too.
        let turned = name.split_once(", ").map(|(last, first)| format!("{first} {last}"));
        name == small || turned.is_some_and(|turned| turned == small)
    })
}

/// A new item.
pub fn make(collection: &Collection, identity: &str, also: &[(&'static str, String)]) -> Value {
    let mut item = Map::new();
    match collection.item {
        Item::Text => return identity.into(),
        Item::Number { property, .. } | Item::Value { property } => item.insert(property.into(), identity.into()),
        Item::Reference { property, .. } => {
            item.insert(property.into(), identity.parse::<i64>().map_or_else(|_| identity.into(), Value::from))
        }
    };
    for (property, value) in also {
        match property.split_once('/') {
            Some((outer, inner)) => item.insert(outer.to_owned(), json!({ inner: value })),
            None => item.insert((*property).to_owned(), value.as_str().into()),
        };
    }
    Value::Object(item)
}

/// What is to be done, and what need not be.
#[derive(Debug, Default)]
pub struct Difference {
    /// Labels of what is added and removed.
    pub added: Vec<String>,
    pub removed: Vec<String>,
    /// What is there already, or not there to be removed.
    pub nothing_to_do: Vec<String>,
}

fn plain(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::collections::table::named;
    use crate::names::Set;

    fn collection(resource: &str, word: &str) -> &'static Collection {
        named(threecx_catalog::resource(resource).expect(resource), word).expect(word)
    }

    #[test]
    fn items_are_known_by_number_range_and_name() {
        let users = Set::named("Users").expect("a set");
        let agent = json!({"Number": "102", "Name": "Lovelace, Ada"});
        for (word, meant) in [
            ("102", true),
            ("100-105", true),
            ("103-105", false),
            ("0100-0105", false),
            ("Lovelace, Ada", true),
            ("ada lovelace", true),
            ("Ada", false),
        ] {
            let number = Word::parse(&users, "AGENT", word).expect(word);
            assert_eq!(is_meant(collection("Queues", "agents"), &agent, word, Some(&number)), meant, "{word}");
        }
    }

    #[test]
    fn new_items_hold_what_they_have_to() {
        let made = make(collection("Groups", "members"), "100", &[("Rights/RoleName", "managers".into())]);
        assert_eq!(made, json!({"Number": "100", "Rights": {"RoleName": "managers"}}));
        let made = make(collection("Users", "departments"), "28", &[("Rights/RoleName", "users".into())]);
        assert_eq!(made, json!({"GroupId": 28, "Rights": {"RoleName": "users"}}));
    }
}
