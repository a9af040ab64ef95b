//! Releases of the API description, and the stretch of them in which a fact holds.

use std::fmt;

/// One dated description of the API. 3CX published several for some versions,
/// so the label is the version and the date: `20.0.7@2025-05-06`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Release {
    /// `2025-05-06`; first, so that releases sort by it.
    pub date: String,
    /// `20.0.7`
    pub version: String,
}

impl Release {
    /// Reads a label, or a file stem of the official descriptions (`20.0.7_2025-05-06`).
    pub fn parse(text: &str) -> Option<Release> {
        let (version, date) = text.split_once(['@', '_'])?;
        let dated = date.len() == 10 && date.split('-').count() == 3;
        (dated && version.starts_with(|c: char| c.is_ascii_digit()))
            .then(|| Release { date: date.to_owned(), version: version.to_owned() })
    }
}

impl fmt::Display for Release {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}@{}", self.version, self.date)
    }
}

/// The releases in which something exists, as indices into the record's list, both ends
/// included. Nothing in the API has ever come back after it went, so one stretch is enough;
/// the import checks that.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Span {
    pub first: usize,
    pub last: usize,
}

impl Span {
    pub fn at(release: usize) -> Span {
        Span { first: release, last: release }
    }

    /// Stretches over one more release; false if that would leave a gap.
    pub fn extend(&mut self, release: usize) -> bool {
        let adjoins = release <= self.last + 1;
        self.last = self.last.max(release);
        adjoins
    }
}
