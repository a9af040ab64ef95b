//! `$filter` and `$orderby`: OData 4's expressions, parsed against a type and evaluated on
//! entities.
//!
//! ```text
//!  text ──lexer──► tokens ──parser (knows the shape)──► Expression ──eval──► Scalar
//! ```
//!
//! The parser is written by hand, by precedence climbing: every error has to name a position
//! and a property in OData's words, and nesting has to be bounded, which is simplest where
//! the grammar is plain functions.

mod eval;
mod lexer;
mod parser;
mod scalar;

pub(crate) use scalar::Scalar;

use super::QueryError;
use crate::state::{Entity, Shape};
use parser::Node;

/// A parsed expression on entities of one shape.
#[derive(Clone, Debug)]
pub(crate) struct Expression {
    root: Node,
}

impl Expression {
    /// A `$filter`: has to be true or false.
    pub fn filter(text: &str, shape: &'static Shape) -> Result<Expression, QueryError> {
        parser::parse(text, shape, true).map(|root| Expression { root })
    }

    /// A value to order by.
    pub fn value(text: &str, shape: &'static Shape) -> Result<Expression, QueryError> {
        parser::parse(text, shape, false).map(|root| Expression { root })
    }

    /// True if the filter lets the entity pass; what is unknown does not pass.
    pub fn holds(&self, entity: &Entity) -> bool {
        matches!(self.evaluate(entity), Scalar::Bool(true))
    }

    pub fn evaluate<'e>(&'e self, entity: &'e Entity) -> Scalar<'e> {
        eval::evaluate(&self.root, &[entity])
    }
}

#[cfg(test)]
mod tests;
