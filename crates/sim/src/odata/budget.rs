//! What one request's queries may cost: expressions are evaluated for every row, and lambdas
//! for every element of a collection within, so a short text can ask for a lot of work.

use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};

use super::QueryError;
use crate::assumptions::{MAX_QUERY_PATTERNS, MAX_QUERY_STEPS};

/// What is left of it.
#[derive(Debug)]
pub(crate) struct Budget {
    steps: AtomicU64,
    patterns: AtomicU32,
}

impl Default for Budget {
    fn default() -> Budget {
        Budget { steps: AtomicU64::new(MAX_QUERY_STEPS), patterns: AtomicU32::new(MAX_QUERY_PATTERNS) }
    }
}

impl Budget {
    /// How many nodes of expressions may still be evaluated.
    pub fn left(&self) -> u64 {
        self.steps.load(Ordering::Relaxed)
    }

    pub fn spend(&self, steps: u64) {
        self.steps.store(self.left().saturating_sub(steps), Ordering::Relaxed);
    }

    /// Takes one of the regular expressions that are left.
    pub fn take_pattern(&self) -> Result<(), QueryError> {
        let taken = self.patterns.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |left| left.checked_sub(1));
        taken.map(drop).map_err(|_| {
            QueryError::new(format!("A query may have {MAX_QUERY_PATTERNS} regular expressions; this one has more."))
        })
    }

    /// Refuses what was too much work. Rows that came after the end were left out, so that no
    /// answer may be made of those that came before.
    pub fn check(&self) -> Result<(), QueryError> {
        if self.left() > 0 {
            return Ok(());
        }
        Err(QueryError::new(format!(
            "The query takes more than {MAX_QUERY_STEPS} evaluations. Ask for less, or with fewer any and all."
        )))
    }
}
