//! Lists of what happened: how they are asked for a period, and which of their properties says when
//! a row happened.
//!
//! Functions take a period as two parameters. Whether the instants at its ends belong to it is not
//! known, so a caller that reads one period after the other has to look at each row's own time. Where no
//! property says when, a row is a total over the period, and periods cannot be put together.

/// How a list is asked for a period.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ask {
    /// By the parameters of these names.
    Parameters(&'static str, &'static str),
    /// By a filter on the property that says when.
    Filter,
    /// The same, by whole days: some builds fail to compare the property with an instant, and
    /// compare `date(property)` (seen live on the call history).
    FilterByDay,
}

/// A list of what happened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Periodic {
    /// How it is asked for a period.
    pub ask: Ask,
    /// The property that says when a row happened; `None` where rows are totals.
    pub when: Option<&'static str>,
}
