//! Rows as cells of columns that are known beforehand, for CSV, workbooks and the like: nested
//! fields have a column each (`Address.City`), lists are one cell.
//!
//! The columns come from the catalogue and from what was asked for, never from the rows: the
//! heading of a list is the same today and tomorrow, and there if the list is empty.

use std::borrow::Cow;
use std::collections::HashMap;
use std::fmt;

use indexmap::{IndexMap, IndexSet};
use serde::de::{Deserialize, DeserializeSeed, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::value::RawValue;
use threecx_catalog::{Property, Span, Structure, Type, TypeRef};

use super::shape::{self, Named, Shape};

/// How deep structures in structures are flattened; what lies deeper stays JSON.
const DEEPEST: usize = 4;

/// The column of a list of scalars.
const VALUE: &str = "Value";

/// A column.
#[derive(Clone, Debug)]
pub struct Column {
    /// `Number`, `Address.City`
    pub name: String,
    /// What the catalogue says it holds.
    pub ty: Option<TypeRef>,
}

/// The columns of a list, and where in a row their cells are.
#[derive(Debug, Default)]
pub struct Columns {
    pub columns: Vec<Column>,
    members: Members,
    /// Columns of lists with secrets in them, and what they are lists of.
    masked: HashMap<usize, &'static Structure>,
    /// Secrets that have no column.
    secrets: IndexSet<String>,
    /// Members of rows that have no column.
    unknown: IndexSet<String>,
}

type Members = IndexMap<String, Member>;

#[derive(Debug)]
enum Member {
    /// A cell of the column with this index.
    Cell(usize),
    Object(Members),
    /// A secret that was not asked for.
    Secret,
}

impl Columns {
    /// The columns of a list of which this is known; `None` if the first row has to tell.
    pub fn of(shape: &Shape) -> Option<Columns> {
        let structure = shape.structure?;
        let mut columns = Columns::default();
        let mut members = Members::new();
        columns.add(structure, shape, 0, "", &mut members);
        columns.members = members;
        Some(columns)
    }

    /// The columns of a list whose first row this is.
    pub fn of_row(row: &str) -> Columns {
        let mut columns = Columns::default();
        match serde_json::from_str::<IndexMap<String, IgnoredAny>>(row) {
            Ok(members) => {
                for name in members.into_keys().filter(|name| !name.contains('@')) {
                    let cell = columns.column(name.clone(), None);
                    columns.members.insert(name, cell);
                }
            }
            Err(_) => drop(columns.column(VALUE.into(), None)),
        }
        columns
    }

    fn column(&mut self, name: String, ty: Option<TypeRef>) -> Member {
        self.columns.push(Column { name, ty });
        Member::Cell(self.columns.len() - 1)
    }

    /// Adds what was asked for of a structure.
    fn add(&mut self, structure: &'static Structure, asked: &Shape, depth: usize, prefix: &str, into: &mut Members) {
        let properties: Vec<&'static Property> = structure.properties_in(asked.target).collect();
        let find = |name: &str| properties.iter().copied().find(|property| property.name.eq_ignore_ascii_case(name));
        let expanded = shape::names(asked.expand.as_deref());
        match asked.select.as_deref() {
            Some(select) => {
                for named in shape::names(Some(select)) {
                    let first = named.name.split('.').next().unwrap_or_default();
                    // A related thing is there only if it is expanded, and then comes below.
                    if expanded.iter().any(|expanded| expanded.name.eq_ignore_ascii_case(first)) {
                        continue;
                    }
                    match find(first) {
                        Some(property) => self.property(property, &named, asked.target, depth, prefix, into),
                        None => self.unknown_name(&named, prefix, into),
                    }
                }
            }
            None => {
                for property in properties.iter().filter(|property| !property.navigation) {
                    if property.secret {
                        self.secret(property, prefix, into);
                        continue;
                    }
                    let named = Named { name: property.name.into(), ..Named::default() };
                    self.property(property, &named, asked.target, depth, prefix, into);
                }
            }
        }
        for named in expanded {
            match find(&named.name) {
                Some(property) => self.property(property, &named, asked.target, depth, prefix, into),
                None => self.unknown_name(&named, prefix, into),
            }
        }
    }

    fn secret(&mut self, property: &'static Property, prefix: &str, into: &mut Members) {
        if !into.contains_key(property.name) {
            self.secrets.insert(format!("{prefix}{}", property.name));
            into.insert(property.name.into(), Member::Secret);
        }
    }

    fn unknown_name(&mut self, named: &Named, prefix: &str, into: &mut Members) {
        if !into.contains_key(&named.name) {
            let cell = self.column(format!("{prefix}{}", named.name), None);
            into.insert(named.name.clone(), cell);
        }
    }

    fn property(
        &mut self,
        property: &'static Property,
        named: &Named,
        target: Span,
        depth: usize,
        prefix: &str,
        into: &mut Members,
    ) {
        let name = format!("{prefix}{}", property.name);
        match property.ty.ty {
            Type::Structure(inner) if !property.ty.collection && depth < DEEPEST => {
                let below = named.name.split_once('.').map(|(_, below)| below.to_owned());
                let select = below.or_else(|| named.select.clone());
                let asked = Shape { select, expand: named.expand.clone(), target, ..Shape::unknown() };
                let mut members = match into.shift_remove(property.name) {
                    Some(Member::Object(members)) => members,
                    _ => Members::new(),
                };
                self.add(inner, &asked, depth + 1, &format!("{name}."), &mut members);
                into.insert(property.name.into(), Member::Object(members));
            }
            _ if into.contains_key(property.name) => {}
            _ => {
                let cell = match (self.column(name, Some(property.ty)), property.ty.ty) {
                    // Who asks for a secret gets it; nobody asks for those that are somewhere in a list.
                    (Member::Cell(index), Type::Structure(inner))
                        if !property.secret && shape::holds_secrets(property.ty) =>
                    {
                        self.masked.insert(index, inner);
                        Member::Cell(index)
                    }
                    (cell, _) => cell,
                };
                into.insert(property.name.into(), cell);
            }
        }
    }

    /// The cells of a row: JSON as it came, or nothing. What is not an object is one cell.
    pub fn cells<'a>(&mut self, row: &'a str) -> Vec<Option<Cow<'a, str>>> {
        let cells = self.unmasked(row);
        let masked = |(index, cell): (usize, Option<&'a str>)| {
            Some(match (cell?, self.masked.get(&index)) {
                (json, Some(structure)) => shape::masked_text(Some(structure), json).into(),
                (json, None) => json.into(),
            })
        };
        cells.into_iter().enumerate().map(masked).collect()
    }

    fn unmasked<'a>(&mut self, row: &'a str) -> Vec<Option<&'a str>> {
        let mut cells = vec![None; self.columns.len()];
        if !row.trim_start().starts_with('{') {
            if let Some(first) = cells.first_mut() {
                *first = Some(row);
            }
            return cells;
        }
        let mut unknown = Vec::new();
        let object = Object { members: &self.members, cells: &mut cells, unknown: &mut unknown };
        // A row is JSON already; where it does not end as it should, its cells stay empty.
        let _ = object.deserialize(&mut serde_json::Deserializer::from_str(row));
        self.unknown.extend(unknown);
        cells
    }

    /// Remarks about what has no column: secrets, and members that rows had and the
    /// catalogue does not know.
    pub fn left_out(&self) -> Vec<String> {
        let names = |names: &IndexSet<String>| names.iter().map(String::as_str).collect::<Vec<_>>().join(", ");
        let mut remarks = Vec::new();
        if !self.secrets.is_empty() {
            remarks
                .push(format!("Left out because they are secret: {}; --select includes them.", names(&self.secrets)));
        }
        if !self.unknown.is_empty() {
            let unknown = names(&self.unknown);
            remarks
                .push(format!("Left out because the catalogue does not know them: {unknown}; -o json includes them."));
        }
        remarks
    }
}

/// Puts the members of an object where they belong.
struct Object<'m, 'c, 'a> {
    members: &'m Members,
    cells: &'c mut [Option<&'a str>],
    unknown: &'c mut Vec<String>,
}

impl<'de> DeserializeSeed<'de> for Object<'_, '_, 'de> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Object<'_, '_, 'de> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        while let Some(name) = map.next_key::<Name<'de>>()? {
            match self.members.get(&*name.0) {
                Some(Member::Cell(index)) => {
                    let value: &'de RawValue = map.next_value()?;
                    self.cells[*index] = Some(value.get());
                }
                Some(Member::Object(members)) => {
                    map.next_value_seed(Object { members, cells: self.cells, unknown: self.unknown })?;
                }
                Some(Member::Secret) => drop(map.next_value::<IgnoredAny>()?),
                None => {
                    map.next_value::<IgnoredAny>()?;
                    if !name.0.contains('@') {
                        self.unknown.push(name.0.into_owned());
                    }
                }
            }
        }
        Ok(())
    }

    // Where there could be an object: nothing, or something unknown.
    fn visit_unit<E>(self) -> Result<(), E> {
        Ok(())
    }
    fn visit_bool<E>(self, _: bool) -> Result<(), E> {
        Ok(())
    }
    fn visit_i64<E>(self, _: i64) -> Result<(), E> {
        Ok(())
    }
    fn visit_u64<E>(self, _: u64) -> Result<(), E> {
        Ok(())
    }
    fn visit_f64<E>(self, _: f64) -> Result<(), E> {
        Ok(())
    }
    fn visit_str<E>(self, _: &str) -> Result<(), E> {
        Ok(())
    }
    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<(), A::Error> {
        while seq.next_element::<IgnoredAny>()?.is_some() {}
        Ok(())
    }
}

/// A name that is copied only where it is written with escapes.
struct Name<'a>(std::borrow::Cow<'a, str>);

impl<'de> Deserialize<'de> for Name<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct AsCow;
        impl<'de> Visitor<'de> for AsCow {
            type Value = std::borrow::Cow<'de, str>;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a name")
            }
            fn visit_borrowed_str<E>(self, text: &'de str) -> Result<Self::Value, E> {
                Ok(text.into())
            }
            fn visit_str<E>(self, text: &str) -> Result<Self::Value, E> {
                Ok(text.to_owned().into())
            }
        }
        deserializer.deserialize_str(AsCow).map(Name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shape(operation: &str, select: Option<&str>, expand: Option<&str>) -> Shape {
        let operation = threecx::operation(operation).expect(operation);
        let shape = Shape::of(operation, &threecx::Arguments::default(), Span::NEWEST);
        Shape { select: select.map(Into::into), expand: expand.map(Into::into), ..shape }
    }

    fn names(shape: &Shape) -> Vec<String> {
        Columns::of(shape).expect("known").columns.into_iter().map(|column| column.name).collect()
    }

    #[test]
    fn columns_follow_what_was_asked_for() {
        let asked = shape("Queues.ListQueue", Some("Number,ForwardNoAnswer/To,name"), Some("Agents"));
        assert_eq!(names(&asked), ["Number", "ForwardNoAnswer.To", "Name", "Agents"]);
        let all = names(&shape("Queues.ListQueue", None, None));
        assert!(all.contains(&"ForwardNoAnswer.Number".to_owned()) && !all.contains(&"Agents".to_owned()), "{all:?}");
    }

    #[test]
    fn cells_are_found_wherever_they_stand() {
        let asked = shape("Queues.ListQueue", Some("Number,ForwardNoAnswer"), None);
        let mut columns = Columns::of(&asked).expect("known");
        let row = r#"{"New":1,"ForwardNoAnswer":{"Number":"7","To":"Queue"},"Number":"8\u0030"}"#;
        let cells = columns.cells(row);
        let found: Vec<(&str, &str)> = columns
            .columns
            .iter()
            .zip(&cells)
            .filter_map(|(c, cell)| Some((c.name.as_str(), cell.as_deref()?)))
            .collect();
        assert_eq!(
            found,
            [("Number", r#""8\u0030""#), ("ForwardNoAnswer.Number", r#""7""#), ("ForwardNoAnswer.To", r#""Queue""#)]
        );
        assert!(columns.unknown.iter().eq(["New"]));
        assert!(columns.cells(r#"{"ForwardNoAnswer":null}"#).iter().all(Option::is_none));
    }
}
