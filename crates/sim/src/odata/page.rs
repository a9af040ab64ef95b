//! Query options applied to entities: which rows a page has, and in what order.

use std::borrow::Borrow;
use std::cmp::Ordering;

use super::filter::{Scalar, SortKey};
use super::options::Options;
use crate::state::Entity;

/// Rows of a page, and how many there are in all, if that was asked.
pub(crate) struct Page<E> {
    pub rows: Vec<E>,
    pub count: Option<usize>,
}

impl Options {
    /// The rows that pass, in order, from `skip` on, `limit` at most. Rows may be made while
    /// they are asked for: no more of them are held than the page needs.
    pub fn page<E: Borrow<Entity>>(&self, rows: impl Iterator<Item = E>, limit: usize) -> Page<E> {
        let limit = self.top.unwrap_or(limit).min(limit);
        if self.filter.is_none() && self.search.is_none() && self.orderby.is_empty() {
            // Rows that can be skipped without being made are.
            return self.first(rows, limit);
        }
        let passing = rows.filter(|row| self.passes(row.borrow()));
        if self.orderby.is_empty() { self.first(passing, limit) } else { self.least(passing, limit) }
    }

    fn passes(&self, row: &Entity) -> bool {
        self.filter.as_ref().is_none_or(|filter| filter.holds(row))
            && self.search.as_ref().is_none_or(|search| search.finds(row))
    }

    /// The rows as they come. Without a count, what follows the page is not looked at.
    fn first<E>(&self, passing: impl Iterator<Item = E>, limit: usize) -> Page<E> {
        if !self.count {
            return Page { rows: passing.skip(self.skip).take(limit).collect(), count: None };
        }
        let mut rows = Vec::new();
        let mut seen = 0;
        for row in passing {
            seen += 1;
            if seen > self.skip && rows.len() < limit {
                rows.push(row);
            }
        }
        Page { rows, count: Some(seen) }
    }

    /// The rows in the order asked for.
    fn least<E: Borrow<Entity>>(&self, passing: impl Iterator<Item = E>, limit: usize) -> Page<E> {
        let wanted = self.skip.saturating_add(limit);
        let held = wanted.saturating_mul(2).saturating_add(1024);
        let mut keyed: Vec<(Vec<Scalar<'static>>, E)> = Vec::new();
        // True as soon as the last of `keyed` is the last that the page can have.
        let mut full = false;
        let mut seen = 0;
        for row in passing {
            seen += 1;
            if full && keyed.get(wanted.wrapping_sub(1)).is_none_or(|(last, _)| !self.precedes(row.borrow(), last)) {
                continue;
            }
            let key = self.orderby.iter().map(|key| key.expression.evaluate(row.borrow()).into_owned()).collect();
            keyed.push((key, row));
            // Sorting is stable, so rows that are alike stay in the order in which they came.
            if keyed.len() >= held {
                keyed.sort_by(|(a, _), (b, _)| self.compare(a, b));
                keyed.truncate(wanted);
                full = true;
            }
        }
        keyed.sort_by(|(a, _), (b, _)| self.compare(a, b));
        let rows = keyed.into_iter().map(|(_, row)| row).skip(self.skip).take(limit).collect();
        Page { rows, count: self.count.then_some(seen) }
    }

    fn compare(&self, a: &[Scalar<'_>], b: &[Scalar<'_>]) -> Ordering {
        let by = a.iter().zip(b).zip(&self.orderby).map(|((a, b), key)| ordered(key, a, b));
        by.fold(Ordering::Equal, Ordering::then)
    }

    /// True if a row comes before one with these keys. Nothing is kept of it.
    fn precedes(&self, row: &Entity, keys: &[Scalar<'_>]) -> bool {
        let order = self.orderby.iter().zip(keys).map(|(by, key)| ordered(by, &by.expression.evaluate(row), key));
        order.into_iter().find(|order| order.is_ne()) == Some(Ordering::Less)
    }
}

fn ordered(key: &SortKey, a: &Scalar<'_>, b: &Scalar<'_>) -> Ordering {
    let order = a.order(b);
    if key.descends { order.reverse() } else { order }
}
