//! The items of a collection: which they are, what they are called, and what is done to them.

use serde_json::{Map, Value, json};

use super::table::{Collection, Item};

/// What identifies an item, as text.
pub fn identity(collection: &Collection, item: &Value) -> String {
    let property = match collection.item {
        Item::Text => return plain(item),
        Item::Number { .. } => "Number",
        Item::Department => "GroupId",
        Item::Key => "Input",
    };
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
        Item::Department => match text(&["Name"]) {
            name if name.is_empty() => identity(collection, item),
            name => name,
        },
        Item::Key => {
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
/// range of numbers.
pub fn is_meant(collection: &Collection, item: &Value, word: &str) -> bool {
    let identity = identity(collection, item);
    if identity.eq_ignore_ascii_case(word) {
        return true;
    }
    let numbers = matches!(collection.item, Item::Number { .. });
    if numbers && let Some((from, to)) = range(word) {
        return identity.len() == from.len() && from <= identity.as_str() && identity.as_str() <= to;
    }
    is_called(item, word)
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

/// `100-105`, where both ends have as many digits.
fn range(word: &str) -> Option<(&str, &str)> {
    let (from, to) = word.split_once('-')?;
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    (digits(from) && digits(to) && from.len() == to.len() && from <= to).then_some((from, to))
}

/// A new item.
pub fn make(collection: &Collection, identity: &str, also: &[(&'static str, String)]) -> Value {
    let mut item = Map::new();
    match collection.item {
        Item::Text => return identity.into(),
        Item::Number { .. } => item.insert("Number".into(), identity.into()),
        Item::Department => {
            item.insert("GroupId".into(), identity.parse::<i64>().map_or_else(|_| identity.into(), Value::from))
        }
        Item::Key => item.insert("Input".into(), identity.into()),
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
    use crate::collections::table::COLLECTIONS;

    #[test]
    fn items_are_known_by_number_range_and_name() {
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
            assert_eq!(is_meant(&COLLECTIONS[0], &agent, word), meant, "{word}");
        }
    }

    #[test]
    fn new_items_hold_what_they_have_to() {
        let made = make(&COLLECTIONS[3], "100", &[("Rights/RoleName", "managers".into())]);
        assert_eq!(made, json!({"Number": "100", "Rights": {"RoleName": "managers"}}));
        let made = make(&COLLECTIONS[4], "28", &[("Rights/RoleName", "users".into())]);
        assert_eq!(made, json!({"GroupId": 28, "Rights": {"RoleName": "users"}}));
    }
}
