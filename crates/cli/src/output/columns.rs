//! Which columns of a list a person wants to see, and what a cell says.

use indexmap::{IndexMap, IndexSet};
use serde_json::value::RawValue;
use threecx::Operation;
use threecx_catalog::{Span, Structure};

/// A row of a list: names and values in the order in which they came.
pub type Record<'a> = IndexMap<String, &'a RawValue>;

/// What people look for first, in this order.
const FIRST: [&str; 14] = [
    "Id",
    "Number",
    "Name",
    "DisplayName",
    "Title",
    "FirstName",
    "LastName",
    "EmailAddress",
    "Email",
    "Type",
    "Enabled",
    "IsRegistered",
    "StartTime",
    "Status",
];

/// A column may be so wide at most where others want room too.
const WIDEST: usize = 40;

/// What is shown in place of a secret.
pub const HIDDEN: &str = "***";

/// The columns of a list, and how many more there are that did not fit.
pub struct Columns {
    pub names: Vec<String>,
    pub left_out: usize,
}

/// Chooses the columns: those of `--select` and `--expand` where they are given, else scalars
/// that hold something, the telling ones first, as many as fit.
pub fn choose(
    rows: &[Record<'_>],
    asked: Option<&str>,
    expanded: Option<&str>,
    structure: Option<&'static Structure>,
    width: usize,
) -> Columns {
    let present: IndexSet<&str> =
        rows.iter().flat_map(|row| row.keys()).map(String::as_str).filter(|name| !name.contains('@')).collect();
    let expanded = names(expanded);
    if let Some(asked) = asked.filter(|asked| *asked != "*") {
        let wanted = names(Some(asked)).into_iter().chain(expanded);
        let spelt = wanted.map(|name| spelling(&present, &name));
        return Columns { names: spelt.collect::<IndexSet<_>>().into_iter().collect(), left_out: 0 };
    }
    let secret = |name: &str| is_secret(structure, name);
    let scalar = |name: &&str| {
        let mut values = rows.iter().filter_map(|row| row.get(*name)).map(|value| value.get());
        let nested = |value: &str| value.starts_with(['{', '[']);
        let empty = |value: &str| matches!(value, "null" | "\"\"");
        values.clone().any(|value| !empty(value)) && !values.any(nested)
    };
    let rank = |name: &&str| FIRST.iter().position(|first| first == name).unwrap_or(FIRST.len());
    let mut candidates: Vec<&str> = present.iter().copied().filter(|name| !secret(name)).filter(scalar).collect();
    candidates.sort_by_key(rank);
    let expanded: Vec<String> = expanded.into_iter().map(|name| spelling(&present, &name)).collect();
    let reserved: usize = expanded.iter().map(|name| needs(rows, name)).sum();
    let mut names: Vec<String> = Vec::new();
    let mut used = reserved;
    for name in &candidates {
        used += needs(rows, name);
        if used > width && !names.is_empty() {
            break;
        }
        names.push((*name).to_owned());
    }
    let left_out = present.len() - names.len();
    names.extend(expanded);
    Columns { names, left_out }
}

/// How wide a column wants to be, with the gap after it.
fn needs(rows: &[Record<'_>], name: &str) -> usize {
    let widths = rows.iter().filter_map(|row| row.get(name)).map(|value| cell(value.get()).chars().count());
    widths.chain([name.len()]).max().unwrap_or_default().min(WIDEST) + 2
}

/// The names in a `$select` or `$expand`, without what stands in parentheses.
fn names(list: Option<&str>) -> Vec<String> {
    let mut names = vec![String::new()];
    let mut depth = 0_i32;
    for c in list.unwrap_or_default().chars() {
        match (c, names.last_mut()) {
            ('(', _) => depth += 1,
            (')', _) => depth -= 1,
            (',', _) if depth == 0 => names.push(String::new()),
            (c, Some(name)) if depth == 0 && !c.is_whitespace() => name.push(c),
            _ => {}
        }
    }
    names.retain(|name| !name.is_empty());
    names
}

/// As the PBX spells it.
fn spelling(present: &IndexSet<&str>, name: &str) -> String {
    let same = present.iter().find(|known| known.eq_ignore_ascii_case(name));
    same.map_or(name, |known| known).to_owned()
}

/// True if the catalogue says that the property is a secret.
pub fn is_secret(structure: Option<&'static Structure>, name: &str) -> bool {
    structure.is_some_and(|structure| {
        structure.all_properties().any(|property| property.secret && property.name.eq_ignore_ascii_case(name))
    })
}

/// The structure that the answers of an operation consist of.
pub fn answers_of(operation: &'static Operation) -> Option<&'static Structure> {
    use threecx_catalog::{Content, Type, TypeRef};
    match operation.newest_form().answer_in(Span::ALL).content {
        Content::Value(TypeRef { ty: Type::Structure(structure), .. }) => Some(structure),
        _ => None,
    }
}

/// A value for a cell: text without quotes, things by their names, long lists by their number.
pub fn cell(json: &str) -> String {
    match json.as_bytes().first() {
        Some(b'"') => serde_json::from_str(json).unwrap_or_else(|_| json.to_owned()),
        Some(b'[') => {
            let Ok(items) = serde_json::from_str::<Vec<&RawValue>>(json) else { return json.to_owned() };
            match items.as_slice() {
                [] => String::new(),
                items if items.len() <= 3 => {
                    let items: Vec<String> = items.iter().map(|item| cell(item.get())).collect();
                    items.join(", ")
                }
                items => format!("{} items", items.len()),
            }
        }
        Some(b'{') => object(json),
        _ if json == "null" => String::new(),
        _ => json.to_owned(),
    }
}

fn object(json: &str) -> String {
    const TELLING: [&str; 6] = ["Name", "DisplayName", "Number", "Title", "To", "Id"];
    let Ok(members) = serde_json::from_str::<Record<'_>>(json) else { return json.to_owned() };
    let telling = TELLING.iter().filter_map(|name| members.get(*name)).map(|value| value.get());
    let scalar = telling.filter(|value| !value.starts_with(['{', '[']) && !matches!(*value, "null" | "\"\""));
    scalar.map(cell).next().unwrap_or_else(|| if members.is_empty() { String::new() } else { json.to_owned() })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_say_the_telling_part() {
        for (json, text) in [
            (r#""Ada""#, "Ada"),
            ("null", ""),
            ("12", "12"),
            (r#"[{"Name":"a"},{"Name":"b"}]"#, "a, b"),
            ("[1,2,3,4]", "4 items"),
            (r#"{"X":1}"#, r#"{"X":1}"#),
        ] {
            assert_eq!(cell(json), text);
        }
    }

    #[test]
    fn columns_follow_select_in_its_order_and_the_pbx_in_its_spelling() {
        let row: Record<'_> = serde_json::from_str(r#"{"Id":1,"LastName":"L","Number":"100"}"#).expect("JSON");
        let columns = choose(std::slice::from_ref(&row), Some("number, id"), None, None, 80);
        assert_eq!(columns.names, ["Number", "Id"]);
        let columns = choose(&[row], None, None, None, 80);
        assert_eq!(columns.names, ["Id", "Number", "LastName"]);
    }
}
