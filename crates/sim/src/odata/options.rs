//! Query options: read from a query string, applied to entities.

use std::borrow::Borrow;
use std::cmp::Ordering;

use super::QueryError;
use super::filter::{Expression, Scalar};
use super::path::decode;
use crate::assumptions::{MAX_QUERY_DEPTH, SEARCHED};
use crate::state::{Entity, Shape, Shapes};
use threecx_catalog::Type;

/// A longer query string is refused.
const LONGEST: usize = 65_536;

/// The query options of a request or of one `$expand`.
#[derive(Clone, Debug, Default)]
pub(crate) struct Options {
    pub top: Option<usize>,
    pub skip: usize,
    pub count: bool,
    pub filter: Option<Expression>,
    pub search: Option<Vec<String>>,
    pub orderby: Vec<(Expression, bool)>,
    pub selection: Selection,
}

/// Which properties are shown.
#[derive(Clone, Debug, Default)]
pub(crate) struct Selection {
    /// Empty: all that are not navigation properties.
    pub select: Vec<String>,
    pub expand: Vec<Expand>,
}

/// A navigation property to show, with options of its own.
#[derive(Clone, Debug)]
pub(crate) struct Expand {
    pub name: String,
    pub options: Options,
}

/// Rows of a page, and how many there are in all, if that was asked.
pub(crate) struct Page<E> {
    pub rows: Vec<E>,
    pub count: Option<usize>,
}

impl Selection {
    /// Everything but navigation properties.
    pub fn all() -> &'static Selection {
        static ALL: Selection = Selection { select: Vec::new(), expand: Vec::new() };
        &ALL
    }

    /// True if nothing was said of what is shown.
    pub fn is_all(&self) -> bool {
        self.select.is_empty() && self.expand.is_empty()
    }

    pub fn selects(&self, name: &str) -> bool {
        self.select.is_empty() || self.select.iter().any(|selected| selected == name || selected == "*")
    }

    pub fn expand_of(&self, name: &str) -> Option<&Expand> {
        self.expand.iter().find(|expand| expand.name == name)
    }

    /// The part of a context URL in parentheses: `(Number,FirstName)`.
    pub fn context(&self) -> String {
        match self.is_all() {
            true => String::new(),
            false => {
                let expanded = self
                    .expand
                    .iter()
                    .map(|expand| format!("{}{}", expand.name, parenthesised(&expand.options.selection)));
                let names: Vec<String> = self.select.iter().cloned().chain(expanded).collect();
                format!("({})", names.join(","))
            }
        }
    }
}

fn parenthesised(selection: &Selection) -> String {
    let inner = selection.context();
    if inner.is_empty() { "()".to_owned() } else { inner }
}

impl Options {
    /// Reads a query string for entities of a shape. Options that begin with `$` and are not
    /// known are refused; others are none of OData's business.
    pub fn parse(query: &str, shape: Option<&'static Shape>, shapes: &'static Shapes) -> Result<Options, QueryError> {
        if query.len() > LONGEST {
            return Err(QueryError::new("The query string is too long."));
        }
        let mut options = Options::default();
        for pair in query.split('&').filter(|pair| !pair.is_empty()) {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            let decoded = decode(name, true).zip(decode(value, true));
            let (name, value) = decoded.ok_or_else(|| QueryError::new("The query string is not properly encoded."))?;
            if let Some(name) = name.strip_prefix('$') {
                options.take(name, &value, shape, shapes, 0)?;
            }
        }
        Ok(options)
    }

    fn take(
        &mut self,
        name: &str,
        value: &str,
        shape: Option<&'static Shape>,
        shapes: &'static Shapes,
        depth: usize,
    ) -> Result<(), QueryError> {
        let number = || {
            let text = format!(
                "Invalid value '{value}' for ${name} query option found. The ${name} query option requires a non-negative integer value."
            );
            value.trim().parse::<usize>().map_err(|_| QueryError::new(text))
        };
        let shape_for = |what: &str| {
            shape.ok_or_else(|| QueryError::new(format!("The query option '${what}' cannot be applied here.")))
        };
        match name {
            "top" => self.top = Some(number()?),
            "skip" => self.skip = number()?,
            "count" => {
                self.count = match value {
                    "true" => true,
                    "false" => false,
                    other => {
                        return Err(QueryError::new(format!(
                            "Invalid value '{other}' for $count query option found. Valid options are 'true' and 'false'."
                        )));
                    }
                }
            }
            "filter" => self.filter = Some(Expression::filter(value, shape_for(name)?)?),
            "search" => self.search = Some(value.trim_matches('"').split_whitespace().map(str::to_lowercase).collect()),
            "orderby" => {
                for part in split_top(value, ',')? {
                    let (text, descending) = match part.rsplit_once(' ') {
                        Some((text, "desc")) => (text, true),
                        Some((text, "asc")) => (text, false),
                        _ => (part, false),
                    };
                    self.orderby.push((Expression::value(text, shape_for(name)?)?, descending));
                }
            }
            "select" => {
                for part in split_top(value, ',')? {
                    let shape = shape_for(name)?;
                    let first = part.split('/').next().unwrap_or(part).trim();
                    if first != "*" && shape.index(first).is_none() {
                        return Err(unknown_property(first, shape));
                    }
                    self.selection.select.push(first.to_owned());
                }
            }
            "expand" => {
                for part in split_top(value, ',')? {
                    self.selection.expand.push(expand(part, shape_for(name)?, shapes, depth)?);
                }
            }
            other => return Err(QueryError::new(format!("The query parameter '${other}' is not supported."))),
        }
        Ok(())
    }

    /// The rows that pass, in order, from `skip` on, `limit` at most. Rows may be made while
    /// they are asked for: no more of them are held than the page needs.
    pub fn page<E: Borrow<Entity>>(&self, rows: impl Iterator<Item = E>, limit: usize) -> Page<E> {
        let limit = self.top.unwrap_or(limit).min(limit);
        let passing = rows.filter(|row| self.passes(row.borrow()));
        if self.orderby.is_empty() { self.first(passing, limit) } else { self.least(passing, limit) }
    }

    /// The rows as they come. Without a count, what follows the page is not looked at.
    fn first<E>(&self, passing: impl Iterator<Item = E>, limit: usize) -> Page<E> {
        let mut page = Page { rows: Vec::new(), count: None };
        let mut seen = 0;
        for row in passing {
            seen += 1;
            if seen > self.skip && page.rows.len() < limit {
                page.rows.push(row);
            }
            if !self.count && page.rows.len() >= limit {
                break;
            }
        }
        page.count = self.count.then_some(seen);
        page
    }

    /// The rows in the order asked for.
    fn least<E: Borrow<Entity>>(&self, passing: impl Iterator<Item = E>, limit: usize) -> Page<E> {
        let wanted = self.skip.saturating_add(limit);
        let mut keyed: Vec<(Vec<Scalar<'static>>, E)> = Vec::new();
        let mut seen = 0;
        for row in passing {
            seen += 1;
            let key =
                self.orderby.iter().map(|(expression, _)| expression.evaluate(row.borrow()).into_owned()).collect();
            keyed.push((key, row));
            // Sorting is stable, so rows that are alike stay in the order in which they came.
            if keyed.len() >= wanted.saturating_mul(2).saturating_add(1024) {
                keyed.sort_by(|(a, _), (b, _)| self.compare(a, b));
                keyed.truncate(wanted);
            }
        }
        keyed.sort_by(|(a, _), (b, _)| self.compare(a, b));
        let rows = keyed.into_iter().map(|(_, row)| row).skip(self.skip).take(limit).collect();
        Page { rows, count: self.count.then_some(seen) }
    }

    fn compare(&self, a: &[Scalar<'_>], b: &[Scalar<'_>]) -> Ordering {
        let by = a.iter().zip(b).zip(&self.orderby).map(|((a, b), (_, descending))| {
            let order = a.order(b);
            if *descending { order.reverse() } else { order }
        });
        by.fold(Ordering::Equal, Ordering::then)
    }

    fn passes(&self, row: &Entity) -> bool {
        self.filter.as_ref().is_none_or(|filter| filter.holds(row))
            && self.search.as_ref().is_none_or(|words| found(words, row))
    }
}

/// Every word stands in one of the properties that are searched.
fn found(words: &[String], row: &Entity) -> bool {
    words.iter().all(|word| {
        SEARCHED.iter().filter_map(|name| row.get(name).as_text()).any(|text| text.to_lowercase().contains(word))
    })
}

fn expand(text: &str, shape: &'static Shape, shapes: &'static Shapes, depth: usize) -> Result<Expand, QueryError> {
    if depth > MAX_QUERY_DEPTH {
        return Err(QueryError::new("The $expand is nested too deeply."));
    }
    let (name, inner) = match text.trim().split_once('(') {
        Some((name, rest)) => {
            let inner = rest.strip_suffix(')').ok_or_else(|| {
                QueryError::new(format!("Syntax error in $expand: ')' expected at the end of '{text}'."))
            })?;
            (name.trim(), inner)
        }
        None => (text.trim(), ""),
    };
    let property =
        shape.index(name).map(|index| shape.properties[index]).ok_or_else(|| unknown_property(name, shape))?;
    let Type::Structure(structure) = property.ty.ty else {
        return Err(QueryError::new(format!(
            "Property '{name}' on type 'Pbx.{}' is not a navigation property or complex property. Only navigation properties can be expanded.",
            shape.structure.name
        )));
    };
    let inner_shape = shapes.get(structure.name);
    let mut options = Options::default();
    for part in split_top(inner, ';')? {
        if let Some((name, value)) =
            part.trim().split_once('=').and_then(|(name, value)| Some((name.trim().strip_prefix('$')?, value)))
        {
            options.take(name, value, inner_shape, shapes, depth + 1)?;
            continue;
        }
        // `Groups(Rights())`, as 3CX's documentation writes it: an expand without its name.
        for part in split_top(part, ',')? {
            let inner_shape = inner_shape.ok_or_else(|| QueryError::new(format!("'{name}' has nothing to expand.")))?;
            options.selection.expand.push(expand(part, inner_shape, shapes, depth + 1)?);
        }
    }
    Ok(Expand { name: property.name.to_owned(), options })
}

/// Splits at a separator outside quotes and parentheses; an empty text has no parts.
fn split_top(text: &str, separator: char) -> Result<Vec<&str>, QueryError> {
    let (mut parts, mut start, mut quoted, mut depth) = (Vec::new(), 0, false, 0_usize);
    for (index, c) in text.char_indices() {
        match c {
            '\'' => quoted = !quoted,
            '(' if !quoted => depth += 1,
            ')' if !quoted => {
                depth = depth
                    .checked_sub(1)
                    .ok_or_else(|| QueryError::new(format!("Unbalanced ')' at position {index} in '{text}'.")))?;
            }
            c if c == separator && !quoted && depth == 0 => {
                parts.push(text[start..index].trim());
                start = index + 1;
            }
            _ => {}
        }
    }
    if quoted || depth > 0 {
        return Err(QueryError::new(format!("Unterminated quote or parenthesis in '{text}'.")));
    }
    parts.push(text[start..].trim());
    parts.retain(|part| !part.is_empty());
    Ok(parts)
}

pub(super) fn unknown_property(name: &str, shape: &Shape) -> QueryError {
    QueryError::new(format!("Could not find a property named '{name}' on type 'Pbx.{}'.", shape.structure.name))
}
