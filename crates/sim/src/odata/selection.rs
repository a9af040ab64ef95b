//! `$select` and `$expand`: which properties of an entity are shown, and of those below it.

use threecx_catalog::{Property, Type};

use super::options::{Options, Reader};
use super::{QueryError, split_outside, unknown_property};
use crate::assumptions::MAX_QUERY_DEPTH;
use crate::state::Shape;

/// Which properties are shown.
#[derive(Clone, Debug, Default)]
pub(crate) struct Selection {
    /// `*` is among what is selected.
    star: bool,
    /// Empty: all that are not navigation properties.
    select: Vec<Selected>,
    expand: Vec<Expand>,
}

/// A selected property, and what is shown of it.
#[derive(Clone, Debug)]
struct Selected {
    name: &'static str,
    inner: Selection,
}

/// A navigation property to show, with options of its own.
#[derive(Clone, Debug)]
pub(crate) struct Expand {
    pub name: &'static str,
    pub options: Options,
}

impl Selection {
    /// Everything but navigation properties.
    pub fn all() -> &'static Selection {
        static ALL: Selection = Selection { star: false, select: Vec::new(), expand: Vec::new() };
        &ALL
    }

    /// True if nothing was chosen.
    pub fn is_all(&self) -> bool {
        self.select.is_empty() && self.expand.is_empty()
    }

    /// True if properties were selected by their names.
    pub fn chooses(&self) -> bool {
        !self.select.is_empty()
    }

    /// What is shown of a property, if it is shown.
    pub fn of(&self, name: &str) -> Option<&Selection> {
        match self.select.iter().find(|selected| selected.name == name) {
            Some(selected) => Some(&selected.inner),
            None => (self.star || self.select.is_empty()).then(Selection::all),
        }
    }

    pub fn expand_of(&self, name: &str) -> Option<&Expand> {
        self.expand.iter().find(|expand| expand.name == name)
    }

    /// The part of a context URL in parentheses: `(Number,Hours/Type,Groups(Name))`.
    pub fn context(&self) -> String {
        if !self.star && self.is_all() {
            return String::new();
        }
        let mut names = Vec::new();
        self.name_selected("", &mut names);
        let expanded = self.expand.iter().map(|expand| {
            let inner = expand.options.selection.context();
            format!("{}{}", expand.name, if inner.is_empty() { "()" } else { &inner })
        });
        names.extend(expanded);
        format!("({})", names.join(","))
    }

    fn name_selected(&self, before: &str, names: &mut Vec<String>) {
        if self.star {
            names.push(format!("{before}*"));
        }
        for Selected { name, inner } in &self.select {
            let path = format!("{before}{name}");
            match inner.select.is_empty() && !inner.star {
                true => names.push(path),
                false => inner.name_selected(&format!("{path}/"), names),
            }
        }
    }

    /// Adds a selected property. What is selected twice is shown as widely as either has it.
    fn add(&mut self, name: &'static str, inner: Selection) {
        match self.select.iter_mut().find(|selected| selected.name == name) {
            None => self.select.push(Selected { name, inner }),
            Some(selected) if selected.inner.select.is_empty() => {}
            Some(selected) if inner.select.is_empty() => selected.inner = inner,
            Some(selected) => {
                selected.inner.star |= inner.star;
                inner.select.into_iter().for_each(|below| selected.inner.add(below.name, below.inner));
            }
        }
    }
}

impl Reader<'_> {
    /// `Id,Hours/Type,Settings($select=IsSBC)`
    pub fn select(&self, selection: &mut Selection, value: &str, shape: &'static Shape) -> Result<(), QueryError> {
        let parts = split_outside(value, ',')?;
        if parts.is_empty() {
            return Err(QueryError::new("$select needs at least one property."));
        }
        for part in parts {
            if part == "*" {
                selection.star = true;
                continue;
            }
            let (name, inner) = self.selected(part, shape, self.depth)?;
            selection.add(name, inner);
        }
        Ok(())
    }

    /// A property, and what is selected below it.
    fn selected(
        &self,
        part: &str,
        shape: &'static Shape,
        depth: usize,
    ) -> Result<(&'static str, Selection), QueryError> {
        self.check_depth("$select", depth)?;
        let end = part.find(['/', '(']).unwrap_or(part.len());
        let (name, rest) = (part[..end].trim(), part[end..].trim());
        let property = property(name, shape)?;
        let mut inner = Selection::default();
        if rest.is_empty() {
            return Ok((property.name, inner));
        }
        if property.navigation {
            return Err(QueryError::new(format!(
                "'{name}' is a navigation property of 'Pbx.{}'; choose among its properties in $expand.",
                shape.structure.name
            )));
        }
        let below = self.shape_of(property).ok_or_else(|| {
            QueryError::new(format!("'{name}' of type 'Pbx.{}' has no properties.", shape.structure.name))
        })?;
        if let Some(path) = rest.strip_prefix('/') {
            match path.trim() {
                "*" => inner.star = true,
                path => {
                    let (name, below) = self.selected(path, below, depth + 1)?;
                    inner.add(name, below);
                }
            }
            return Ok((property.name, inner));
        }
        let options = self.nested(parenthesised(part, rest)?, below, depth + 1)?;
        Ok((property.name, options.selection))
    }

    /// `Groups($select=Name;$expand=Rights),Phones`
    pub fn expand(&self, selection: &mut Selection, value: &str, shape: &'static Shape) -> Result<(), QueryError> {
        let parts = split_outside(value, ',')?;
        if parts.is_empty() {
            return Err(QueryError::new("$expand needs at least one property."));
        }
        for part in parts {
            if part == "*" {
                let navigation = shape.properties.iter().filter(|property| property.navigation);
                let all = navigation.map(|property| Expand { name: property.name, options: Options::default() });
                selection.expand.extend(all);
                continue;
            }
            let expand = self.expanded(part, shape)?;
            if selection.expand_of(expand.name).is_some() {
                return Err(QueryError::new(format!("'{}' is expanded more than once.", expand.name)));
            }
            selection.expand.push(expand);
        }
        Ok(())
    }

    fn expanded(&self, part: &str, shape: &'static Shape) -> Result<Expand, QueryError> {
        self.check_depth("$expand", self.depth)?;
        let end = part.find('(').unwrap_or(part.len());
        let (name, rest) = (part[..end].trim(), part[end..].trim());
        let property = property(name, shape)?;
        let Some(below) = self.shape_of(property) else {
            return Err(QueryError::new(format!(
                "Property '{name}' on type 'Pbx.{}' is not a navigation property or complex property. Only navigation properties can be expanded.",
                shape.structure.name
            )));
        };
        let options = match rest {
            "" => Options::default(),
            rest => self.nested(parenthesised(part, rest)?, below, self.depth + 1)?,
        };
        Ok(Expand { name: property.name, options })
    }

    /// The options in the parentheses after a property.
    fn nested(&self, text: &str, shape: &'static Shape, depth: usize) -> Result<Options, QueryError> {
        let mut reader = Reader { shape: Some(shape), context: self.context, depth, seen: Vec::new() };
        let mut options = Options::default();
        for part in split_outside(text, ';')? {
            let named = part.split_once('=').and_then(|(name, value)| Some((name.trim().strip_prefix('$')?, value)));
            match named {
                Some(("levels", value)) => return Err(no_levels(value, shape)),
                Some((name, value)) => reader.take(&mut options, name, value)?,
                // `Groups(Rights())`, as 3CX's documentation writes it: an expand without its name.
                None => reader.expand(&mut options.selection, part, shape)?,
            }
        }
        Ok(options)
    }

    fn shape_of(&self, property: &Property) -> Option<&'static Shape> {
        match property.ty.ty {
            Type::Structure(structure) => self.context.shapes.get(structure.name),
            _ => None,
        }
    }

    fn check_depth(&self, option: &str, depth: usize) -> Result<(), QueryError> {
        match depth < MAX_QUERY_DEPTH {
            true => Ok(()),
            false => Err(QueryError::new(format!("The {option} is nested too deeply."))),
        }
    }
}

fn property(name: &str, shape: &'static Shape) -> Result<&'static Property, QueryError> {
    let index = shape.index_of_similar(name).ok_or_else(|| unknown_property(name, shape))?;
    Ok(shape.properties[index])
}

/// What is in the parentheses that `rest` of a part consists of.
fn parenthesised<'t>(part: &str, rest: &'t str) -> Result<&'t str, QueryError> {
    let inner = rest.strip_prefix('(').and_then(|rest| rest.strip_suffix(')'));
    inner.ok_or_else(|| QueryError::new(format!("Syntax error: ')' expected at the end of '{part}'.")))
}

/// `$levels` needs a navigation property that leads back to its own type. No release has one,
/// so that there is nothing that it could expand.
fn no_levels(value: &str, shape: &Shape) -> QueryError {
    let value = value.trim();
    let is_number = value.parse::<u32>().is_ok_and(|levels| levels > 0);
    if value != "max" && !is_number {
        return QueryError::new(format!(
            "Invalid value '{value}' for $levels query option found. The $levels query option requires a positive integer value or 'max'."
        ));
    }
    QueryError::new(format!(
        "The $levels option is not allowed here: it needs a navigation property that leads from 'Pbx.{0}' to 'Pbx.{0}'.",
        shape.structure.name
    ))
}
