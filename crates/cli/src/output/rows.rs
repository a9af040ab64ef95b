//! Rows on their way out, one by one: nothing here holds a whole list.

use super::shape::Shape;
use crate::failure::Failure;

/// Takes the rows of a list.
pub trait Rows {
    /// Takes the next row: a JSON value, as it came.
    fn row(&mut self, row: &str) -> Result<(), Failure>;

    /// Ends the list. Returns remarks about it.
    fn finish(self: Box<Self>) -> Result<Vec<String>, Failure>;

    /// Makes sure that all rows so far are in the file, and returns how long it is now. Only for
    /// formats in which a file can be continued.
    fn checkpoint(&mut self) -> Result<u64, Failure> {
        Err(Failure::Internal("this format cannot be continued".into()))
    }
}

/// The remark about a list that may not be complete: a PBX returns the first page of a list without
/// a limit, and does not say so. It chooses the length of its pages, but they are round numbers.
pub fn more(number: u64, count: Option<u64>, shape: &Shape) -> Option<String> {
    const LEAST: u64 = 20;
    if shape.complete || number < LEAST || !number.is_multiple_of(10) || count.is_some_and(|count| count <= number) {
        return None;
    }
    Some(match count {
        Some(count) => format!("{number} of {count} rows; --all reads them all."),
        None => format!("{number} rows; there may be more: --all reads them all."),
    })
}
