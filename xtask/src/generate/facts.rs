//! What overrides know besides the record, as tables: names, periods, contents of files, collections.

use super::emit::{self, Types};
use super::names;
use super::roots::{Roots, property};
use super::structures::Structures;
use crate::record::{CollectionRow, Column, ForeignColumn, ItemFlag, ItemRow, Operation, Overrides};

/// The index's tables.
pub fn index(
    overrides: &Overrides,
    roots: &Roots<'_>,
    types: &Types,
    structures: &Structures<'_>,
) -> Result<String, String> {
    let naming = &overrides.names;
    let texts = |texts: &[String]| emit::slice("    ", texts.iter().map(|text| format!("{text:?}")));
    let mut out = format!(
        "\npub const NAMING: Naming = Naming {{\n    summary: {},\n    columns: {},\n    searched: {},\n    volatile: {},\n    numbered: {},\n}};\n",
        texts(&naming.summary),
        texts(&naming.columns),
        texts(&naming.searched),
        texts(&naming.volatile),
        texts(&naming.numbered),
    );
    out.push_str(&format!("\npub static FILE_CONTENTS: &[&str] = &{:?};\n", overrides.content.names));
    out.push_str(&texts_and_columns(overrides));
    let tables = Collections { overrides, roots, types, structures };
    let rows = overrides.collections.iter().map(|(name, row)| {
        tables.collection(name, row).map_err(|error| format!("[collections.\"{name}\"] in overrides.toml: {error}"))
    });
    let rows = rows.collect::<Result<Vec<_>, _>>()?;
    // The index is beside the modules; everything else refers to them from inside of one of them.
    let rows = emit::slice("", rows).replace("&super::", "&");
    out.push_str(&format!("\npub static COLLECTIONS: &[Collection] = {rows};\n"));
    Ok(out)
}

/// Texts that are more than any text, and what other programs call columns.
fn texts_and_columns(overrides: &Overrides) -> String {
    let texts = &overrides.texts;
    let kind = |names: &[String], kind: &str| -> Vec<String> {
        names.iter().map(|name| format!("(\"{name}\", TextKind::{kind})")).collect()
    };
    let words = texts.words.iter().map(|(name, words)| format!("(\"{name}\", TextKind::Words(&{words:?}))"));
    let kinds = kind(&texts.mac, "Mac").into_iter().chain(kind(&texts.did, "Did")).chain(words);
    let columns = overrides.columns.iter().flat_map(|(set, columns)| {
        columns.iter().map(move |(header, column)| {
            let ForeignColumn { is, not, words, instead } = column;
            format!(
                "ForeignColumn {{ set: \"{set}\", header: \"{header}\", property: {is:?}, negated: {not}, words: &{words:?}, instead: {instead:?} }}"
            )
        })
    });
    let examples = overrides.examples.iter().map(|(owner, values)| {
        let values: Vec<(&String, &String)> = values.iter().collect();
        format!("({owner:?}, &{values:?})")
    });
    format!(
        "\npub static TEXT_KINDS: &[(&str, TextKind)] = {};\n\npub static FOREIGN_COLUMNS: &[ForeignColumn] = {};\n\npub static EXAMPLES: &[(&str, &[(&str, &str)])] = {};\n",
        emit::slice("", kinds),
        emit::slice("", columns),
        emit::slice("", examples)
    )
}

/// How an operation is asked for a period, by its newest form.
pub fn period(overrides: &Overrides, id: &str, newest: &Operation) -> String {
    let periods = &overrides.periods;
    let pair = periods
        .parameters
        .iter()
        .find(|(from, to)| [from, to].iter().all(|name| newest.parameters.contains_key(*name)));
    let when = periods.when.get(id);
    let ask = match pair {
        Some((from, to)) => format!("Ask::Parameters(\"{from}\", \"{to}\")"),
        None if periods.by_day.contains(id) => "Ask::FilterByDay".to_owned(),
        None if when.is_some() => "Ask::Filter".to_owned(),
        None => return "None".to_owned(),
    };
    format!("Some(&Periodic {{ ask: {ask}, when: {when:?} }})")
}

struct Collections<'a> {
    overrides: &'a Overrides,
    roots: &'a Roots<'a>,
    types: &'a Types,
    structures: &'a Structures<'a>,
}

impl Collections<'_> {
    fn collection(&self, name: &str, row: &CollectionRow) -> Result<String, String> {
        let (set, word) = name.split_once('.').ok_or("not a set and a word")?;
        let structure = self.roots.structure_of(set).ok_or(format!("{set} is not an entity set"))?;
        let found = self.structures.property(structure, &row.property);
        let found = found.filter(|found| found.name == row.property && found.spec.ty.collection);
        let found = found.ok_or(format!("{structure} has no collection {}", row.property))?;
        if found.spec.navigation != row.expand.is_some() {
            return Err(format!("{}: `expand` belongs to what answers leave out, and only there", row.property));
        }
        let items = found.spec.ty.name.as_str();
        let also = row.also.iter().map(|flag| self.flag(items, flag)).collect::<Result<Vec<_>, _>>()?;
        let columns = row.columns.iter().map(|column| self.column(items, column)).collect::<Result<Vec<_>, _>>()?;
        let plural = row.plural.clone().unwrap_or_else(|| names::plural(&row.noun));
        Ok(format!(
            "Collection {{\n        set: {},\n        word: \"{word}\",\n        property: {},\n        expand: {:?},\n        item: {},\n        also: {},\n        columns: {},\n        noun: {:?},\n        plural: {plural:?},\n    }}",
            Roots::table(set),
            property(self.types, structure, found.name),
            row.expand,
            self.item(items, row.item.as_ref())?,
            emit::slice("        ", also),
            emit::slice("        ", columns),
            row.noun,
        ))
    }

    fn item(&self, items: &str, row: Option<&ItemRow>) -> Result<String, String> {
        let Some(ItemRow { number_of, key_of, property }) = row else {
            return match items {
                "String" => Ok("Item::Text".to_owned()),
                _ => Err("`item` is missing: what identifies one?".to_owned()),
            };
        };
        self.has(items, property)?;
        let set = |set: &String| {
            let known = self.roots.structure_of(set).map(|_| Roots::table(set));
            known.ok_or(format!("{set} is not an entity set"))
        };
        match (number_of, key_of) {
            (Some(_), Some(_)) => Err("`number-of` and `key-of` exclude each other".to_owned()),
            (Some(of), None) => Ok(format!("Item::Number {{ of: {}, property: \"{property}\" }}", set(of)?)),
            (None, Some(of)) => Ok(format!("Item::Reference {{ of: {}, property: \"{property}\" }}", set(of)?)),
            (None, None) => Ok(format!("Item::Value {{ property: \"{property}\" }}")),
        }
    }

    fn flag(&self, items: &str, name: &str) -> Result<String, String> {
        let flag = self.overrides.item_flags.get(name).ok_or(format!("[item-flags] lacks {name}"))?;
        let ItemFlag { value, property, default, help } = flag;
        self.has(items, property)?;
        Ok(format!(
            "Also {{ flag: \"{name}\", value: {value:?}, property: \"{property}\", default: {default:?}, help: {help:?} }}"
        ))
    }

    fn column(&self, items: &str, column: &Column) -> Result<String, String> {
        let (heading, property) = match column {
            Column::Property(property) => (property, property),
            Column::Headed { heading, property } => (heading, property),
        };
        self.has(items, property)?;
        Ok(format!("ItemColumn {{ heading: {heading:?}, property: \"{property}\" }}"))
    }

    fn has(&self, items: &str, path: &str) -> Result<(), String> {
        let found = self.structures.at(items, path);
        found.map(|_| ()).ok_or(format!("{items} has no {path}"))
    }
}
