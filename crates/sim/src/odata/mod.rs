//! OData: what a URL says, query options on entities, and what the PBX says of itself.

mod budget;
mod enumeration;
mod filter;
mod literal;
mod options;
mod page;
mod path;
mod search;
mod selection;
mod write;

use std::sync::Arc;

use jiff::Timestamp;
use threecx_catalog::Span;

pub(crate) use budget::Budget;
pub(crate) use enumeration::number as member_number;
pub(crate) use literal::Literal;
pub(crate) use options::{Options, Results};
pub(crate) use path::{Arguments, Segment, decode, parse_path};
pub(crate) use selection::Selection;
pub(crate) use write::write_entity;

use crate::state::{Shape, Shapes};

/// An invalid query option: what is wrong, and where in the text.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct QueryError {
    pub message: String,
}

impl QueryError {
    pub fn new(message: impl Into<String>) -> QueryError {
        QueryError { message: message.into() }
    }
}

/// What query options are read against, beside the type that they are about.
#[derive(Clone, Copy, Debug)]
pub(crate) struct QueryContext<'g> {
    pub shapes: &'static Shapes,
    pub release: Span,
    /// What `now()` is.
    pub now: Timestamp,
    /// What the request's queries may cost.
    pub budget: &'g Arc<Budget>,
}

fn unknown_property(name: &str, shape: &Shape) -> QueryError {
    QueryError::new(format!("Could not find a property named '{name}' on type 'Pbx.{}'.", shape.structure.name))
}

/// Splits at a separator outside quotes of either kind and parentheses; an empty text has no
/// parts.
fn split_outside(text: &str, separator: char) -> Result<Vec<&str>, QueryError> {
    let (mut parts, mut start, mut quote, mut depth) = (Vec::new(), 0, None, 0_usize);
    for (index, c) in text.char_indices() {
        match c {
            c if quote == Some(c) => quote = None,
            _ if quote.is_some() => {}
            '\'' | '"' => quote = Some(c),
            '(' => depth += 1,
            ')' => {
                depth = depth
                    .checked_sub(1)
                    .ok_or_else(|| QueryError::new(format!("Unbalanced ')' at position {index} in '{text}'.")))?;
            }
            c if c == separator && depth == 0 => {
                parts.push(text[start..index].trim());
                start = index + c.len_utf8();
            }
            _ => {}
        }
    }
    if quote.is_some() || depth > 0 {
        return Err(QueryError::new(format!("Unterminated quote or parenthesis in '{text}'.")));
    }
    parts.push(text[start..].trim());
    parts.retain(|part| !part.is_empty());
    Ok(parts)
}

#[cfg(test)]
mod tests;
