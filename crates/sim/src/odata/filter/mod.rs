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

mod arithmetic;
mod calls;
mod chains;
mod eval;
mod functions;
mod lexer;
mod literals;
mod parser;
mod paths;
mod scalar;
mod sort;
mod tree;

use std::sync::Arc;

pub(crate) use scalar::Scalar;

use super::budget::Budget;
use super::{QueryContext, QueryError};
use crate::state::{Entity, Shape};
use eval::Steps;
use parser::Parser;
use tree::Node;

/// A parsed expression on entities of one shape.
#[derive(Clone, Debug)]
pub(crate) struct Expression {
    root: Node,
    /// The properties of the entity that it looks at.
    reads: Arc<[usize]>,
    budget: Arc<Budget>,
}

/// An expression to order by, and whether the order descends.
#[derive(Clone, Debug)]
pub(crate) struct SortKey {
    pub expression: Expression,
    pub descends: bool,
}

impl Expression {
    /// A `$filter`: has to be true or false.
    pub fn filter(text: &str, shape: &'static Shape, context: &QueryContext<'_>) -> Result<Expression, QueryError> {
        let (root, reads) = Parser::new(text, shape, context)?.filter()?;
        Ok(Expression { root, reads: reads.into(), budget: Arc::clone(context.budget) })
    }

    /// An `$orderby`.
    pub fn orderby(text: &str, shape: &'static Shape, context: &QueryContext<'_>) -> Result<Vec<SortKey>, QueryError> {
        let (keys, reads) = Parser::new(text, shape, context)?.orderby()?;
        let reads: Arc<[usize]> = reads.into();
        let key = |(root, descends)| {
            let (reads, budget) = (Arc::clone(&reads), Arc::clone(context.budget));
            SortKey { expression: Expression { root, reads, budget }, descends }
        };
        Ok(keys.into_iter().map(key).collect())
    }

    /// True if it looks at a property of the entity.
    pub fn reads(&self, property: usize) -> bool {
        self.reads.contains(&property)
    }

    /// True if the filter lets the entity pass; what is unknown does not pass.
    pub fn holds(&self, entity: &Entity) -> bool {
        self.evaluate(entity).truth() == Some(true)
    }

    pub fn evaluate<'e>(&'e self, entity: &'e Entity) -> Scalar<'e> {
        let before = self.budget.left();
        let steps = Steps::new(before);
        let value = eval::evaluate(&self.root, entity, &steps);
        self.budget.spend(before - steps.left());
        value
    }
}

#[cfg(test)]
mod tests;
