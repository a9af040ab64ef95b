//! Rows on their way out, one by one: nothing here holds a whole list.

use super::shape::Shape;
use crate::failure::Failure;

/// Takes the rows of a list.
pub trait Rows {
    /// Takes the next row: a JSON value, as it came.
    fn row(&mut self, row: &str) -> Result<(), Failure>;

    /// Ends the list. Returns what is to be said about it.
    fn finish(self: Box<Self>) -> Result<Vec<String>, Failure>;

    /// Makes sure that all rows so far are in the file, and returns how long it is now. Only for
    /// formats in which a file can be continued.
    fn checkpoint(&mut self) -> Result<u64, Failure> {
        Err(Failure::Internal("this format cannot be continued".into()))
    }
}

/// What is to be said of a list that may not have come whole: a PBX gives the first page of a list
/// that nobody limited, and does not say so. Its pages are as long as it likes, but of round numbers.
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
