//! What the files of other programs call what the API calls differently.

use crate::generated::FOREIGN_COLUMNS;

/// A column of a file that another program has written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ForeignColumn {
    /// The entity set that its rows belong to.
    pub set: &'static str,
    /// What the column is called.
    pub header: &'static str,
    /// The property that it is; none where no property takes it.
    pub property: Option<&'static str>,
    /// True if it means the opposite.
    pub negated: bool,
    /// What its numbers stand for, from 0 on.
    pub words: &'static [&'static str],
    /// What to do where no property takes it.
    pub instead: Option<&'static str>,
}

/// The column of this name in files about a set.
pub fn foreign_column(set: &str, header: &str) -> Option<&'static ForeignColumn> {
    FOREIGN_COLUMNS.iter().find(|column| column.set == set && column.header.eq_ignore_ascii_case(header))
}
