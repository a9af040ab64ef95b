//! Which columns of a list a person wants to see, and what a cell says.

use std::collections::HashSet;

use indexmap::{IndexMap, IndexSet};
use serde_json::value::RawValue;
use threecx_catalog::{NAMING, Property, Structure, Type};
use threecx_core::mask;

use super::shape::{self, Shape};

/// A row of a list: names and values in the order in which they came, nested ones as
/// `Address.City`.
pub type Record<'a> = IndexMap<String, &'a RawValue>;

/// How deep objects in objects are flattened.
const DEEPEST: usize = 3;

/// A row, or `None` if it is not an object.
pub fn record(row: &str) -> Option<Record<'_>> {
    let members: Record<'_> = serde_json::from_str(row).ok()?;
    let mut record = Record::new();
    flatten(members, "", DEEPEST, &mut record);
    Some(record)
}

fn flatten<'a>(members: Record<'a>, prefix: &str, depth: usize, into: &mut Record<'a>) {
    for (name, value) in members {
        let name = format!("{prefix}{name}");
        let nested = Some(value.get()).filter(|json| json.starts_with('{') && depth > 0);
        match nested.and_then(|json| serde_json::from_str::<Record<'a>>(json).ok()) {
            Some(members) => flatten(members, &format!("{name}."), depth - 1, into),
            None => drop(into.insert(name, value)),
        }
    }
}

/// The maximum width of a column, where others need room too.
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
pub fn choose(rows: &[Record<'_>], asked: &Shape, width: usize) -> Columns {
    // PBXs leave out what has no value: the order of columns, and how many there are, must not depend on it.
    let known = asked.own_properties().map(|property| property.name);
    let keys = rows.iter().flat_map(|row| row.keys());
    let objects: HashSet<&str> = keys.filter_map(|key| key.split_once('.')).map(|(name, _)| name).collect();
    let known = known.filter(|name| !objects.contains(name));
    let came = rows.iter().flat_map(|row| row.keys()).map(String::as_str).filter(|name| !name.contains('@'));
    let present: IndexSet<&str> = known.chain(came).collect();
    let expanded = || shape::names(asked.expand.as_deref()).into_iter();
    let empty = |value: &str| matches!(value, "null" | "\"\"" | "[]");
    let something = |name: &String| rows.iter().filter_map(|row| row.get(name)).any(|value| !empty(value.get()));
    // An object has many fields, of which few are used.
    let with_something = |names: Vec<String>| match names.iter().any(something) {
        true => names.into_iter().filter(something).collect(),
        false => names.into_iter().take(1).collect::<Vec<String>>(),
    };
    let select = asked.select.as_deref().filter(|asked| *asked != "*");
    if select.is_some() {
        let wanted = shape::names(select).into_iter().chain(expanded());
        let names: IndexSet<String> =
            wanted.flat_map(|named| with_something(spelling(&present, &named.name))).collect();
        return Columns { names: names.into_iter().collect(), left_out: 0 };
    }
    let secret = |name: &str| is_secret(asked.structure, name);
    let scalar = |name: &&str| {
        let mut values = rows.iter().filter_map(|row| row.get(*name)).map(|value| value.get());
        let nested = |value: &str| value.starts_with(['{', '[']);
        values.clone().any(|value| !empty(value)) && !values.any(nested)
    };
    // What is nested comes after what is not.
    let rank = |name: &&str| {
        let path = name.replace('.', "/");
        let first = NAMING.columns.iter().position(|first| *first == path).unwrap_or(NAMING.columns.len());
        (name.matches('.').count(), first)
    };
    let mut candidates: Vec<&str> = present.iter().copied().filter(|name| !secret(name)).filter(scalar).collect();
    candidates.sort_by_cached_key(rank);
    let expanded: IndexSet<String> =
        expanded().flat_map(|named| with_something(spelling(&present, &named.name))).collect();
    candidates.retain(|name| !expanded.contains(*name));
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
    names.extend(expanded);
    let left_out = present.iter().filter(|name| !names.iter().any(|chosen| chosen == *name)).count();
    Columns { names, left_out }
}

/// How wide a column wants to be, with the gap after it.
fn needs(rows: &[Record<'_>], name: &str) -> usize {
    let widths = rows.iter().filter_map(|row| row.get(name)).map(|value| cell(value.get()).chars().count());
    widths.chain([name.len()]).max().unwrap_or_default().min(WIDEST) + 2
}

/// As the PBX spells it; what lies in an object has a column each.
fn spelling(present: &IndexSet<&str>, name: &str) -> Vec<String> {
    let inside = |known: &str| {
        known.get(..name.len()).is_some_and(|start| start.eq_ignore_ascii_case(name))
            && (known.len() == name.len() || known[name.len()..].starts_with('.'))
    };
    let same: Vec<String> = present.iter().filter(|known| inside(known)).map(|known| (*known).to_owned()).collect();
    if same.is_empty() { vec![name.to_owned()] } else { same }
}

/// True if the catalogue says that the property is a secret. `ForwardNoAnswer.To` lies in another
/// structure.
pub fn is_secret(structure: Option<&'static Structure>, name: &str) -> bool {
    let (first, below) = name.split_once('.').map_or((name, None), |(first, below)| (first, Some(below)));
    let named: Vec<&Property> = properties(structure, first).collect();
    if named.is_empty() {
        // Of what a later release brings, the name has to say it.
        return mask::is_secret_name(first) || below.is_some_and(|below| is_secret(None, below));
    }
    named.into_iter().any(|property| match (property.ty.ty, below) {
        (Type::Structure(inner), Some(below)) => property.secret || is_secret(Some(inner), below),
        _ => property.secret,
    })
}

fn properties(structure: Option<&'static Structure>, name: &str) -> impl Iterator<Item = &'static Property> {
    let properties = structure.into_iter().flat_map(Structure::all_properties);
    properties.filter(move |property| property.name.eq_ignore_ascii_case(name))
}

/// A value for a cell of this name, without the secrets of what lies in it.
pub fn shown_cell(structure: Option<&'static Structure>, name: &str, json: &str) -> String {
    if !json.starts_with(['{', '[']) {
        return cell(json);
    }
    cell(&shape::masked_text(structure_of(structure, name), json))
}

/// What the catalogue says that a column holds.
fn structure_of(structure: Option<&'static Structure>, name: &str) -> Option<&'static Structure> {
    let (first, below) = name.split_once('.').map_or((name, None), |(first, below)| (first, Some(below)));
    let inner = properties(structure, first).find_map(|property| match property.ty.ty {
        Type::Structure(inner) => Some(inner),
        _ => None,
    })?;
    below.map_or(Some(inner), |below| structure_of(Some(inner), below))
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
        let row = record(r#"{"Id":1,"LastName":"L","Route":{"To":"Queue","Number":"8"},"Number":"100"}"#);
        let rows = [row.expect("an object")];
        let asked = |select: Option<&str>| Shape { select: select.map(Into::into), ..Shape::unknown() };
        assert_eq!(choose(&rows, &asked(Some("number, id")), 80).names, ["Number", "Id"]);
        assert_eq!(choose(&rows, &asked(Some("route,Id")), 80).names, ["Route.To", "Route.Number", "Id"]);
        assert_eq!(choose(&rows, &asked(None), 80).names, ["Id", "Number", "LastName", "Route.To", "Route.Number"]);
        assert_eq!(choose(&rows, &asked(None), 25).left_out, 2);
    }

    #[test]
    fn columns_do_not_depend_on_which_row_lacks_what() {
        let structure = threecx_catalog::structures().iter().copied().find(|structure| structure.name == "User");
        let asked = |select: Option<&str>| Shape { structure, select: select.map(Into::into), ..Shape::unknown() };
        let with_nulls = [r#"{"Id":1,"Mobile":null,"Number":"100"}"#, r#"{"Id":2,"Mobile":"7","Number":"101"}"#];
        let without = [r#"{"Id":1,"Number":"100"}"#, r#"{"Number":"101","Mobile":"7","Id":2}"#];
        let turned = [without[1], without[0]];
        let chosen = |rows: &[&str], select: Option<&str>, width: usize| {
            let rows: Vec<Record<'_>> = rows.iter().filter_map(|row| record(row)).collect();
            let Columns { names, left_out } = choose(&rows, &asked(select), width);
            (names, left_out)
        };
        for (select, width) in [(None, 80), (None, 12), (Some("mobile,id"), 80)] {
            let expected = chosen(&with_nulls, select, width);
            for rows in [&without, &turned] {
                assert_eq!(chosen(rows, select, width), expected, "{select:?} {width}");
            }
        }
        // As the catalogue spells it, also where no row has it.
        assert_eq!(chosen(&without[..1], Some("mobile"), 80).0, ["Mobile"]);
    }
}
