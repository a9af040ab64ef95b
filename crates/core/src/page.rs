//! Paging: which page to ask for next. The caller keeps the rows; this counts them.

mod ahead;
mod seen;

use serde::{Deserialize, Serialize};

pub use ahead::ReadAhead;
pub use seen::Seen;

/// Why a list ends.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Next {
    /// Ask for this page.
    Page {
        /// `$top`
        top: u32,
        /// `$skip`
        skip: u64,
    },
    /// Ask for this address, which the PBX gave.
    Link(String),
    /// There is no more, or enough has come.
    Done,
}

/// What a page said about itself.
#[derive(Clone, Copy, Debug, Default)]
pub struct Page<'a> {
    /// How many rows came.
    pub rows: u64,
    /// `@odata.count`: how many there are in all, without paging.
    pub count: Option<u64>,
    /// `@odata.nextLink`; no PBX has been seen to send one.
    pub next_link: Option<&'a str>,
}

/// The way through a list.
///
/// ```text
///  new ── ask ──► Page{top, skip} ── arrived ──► ask ──► … ──► Done
/// ```
///
/// A list ends when a page comes short, the count is reached, or as many rows came as were
/// wanted. PBXs refuse `$top` over 100 on entity sets, so no page is larger than that.
///
/// It can be written down and read back, for callers that keep nothing between two pages.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Pages {
    page_size: u32,
    /// How many rows are still wanted; `None` for all.
    wanted: Option<u64>,
    skip: u64,
    asked: u32,
    next_link: Option<String>,
    done: bool,
}

impl Pages {
    /// The largest page that a PBX gives from an entity set (seen live since 2025).
    pub const LARGEST: u32 = 100;

    /// Reads `wanted` rows (all if `None`) from row `skip` on, in pages of `page_size`.
    pub fn new(wanted: Option<u64>, skip: u64, page_size: u32) -> Pages {
        Pages { page_size: page_size.clamp(1, Self::LARGEST), wanted, skip, asked: 0, next_link: None, done: false }
    }

    /// What to ask for now.
    pub fn ask(&mut self) -> Next {
        if self.is_done() {
            return Next::Done;
        }
        if let Some(link) = self.next_link.take() {
            return Next::Link(link);
        }
        let wanted = self.wanted.map_or(self.page_size, |wanted| wanted.min(self.page_size.into()) as u32);
        self.asked = wanted;
        Next::Page { top: wanted, skip: self.skip }
    }

    /// True when there is nothing more to ask for.
    fn is_done(&self) -> bool {
        self.done || self.wanted == Some(0)
    }

    /// Notes what came. A page that is longer than asked for counts in full.
    pub fn arrived(&mut self, page: Page<'_>) {
        self.skip += page.rows;
        if let Some(wanted) = &mut self.wanted {
            *wanted = wanted.saturating_sub(page.rows);
        }
        self.next_link = page.next_link.map(str::to_owned);
        let short = page.rows < u64::from(self.asked) && self.next_link.is_none();
        let all = page.count.is_some_and(|count| self.skip >= count) && self.next_link.is_none();
        self.done = page.rows == 0 || short || all;
    }
}

/// The path and query of an address that a PBX gave for the next page. A token must not go to
/// another host, so the host is left out.
pub fn path_of_link(link: &str) -> &str {
    match link.split_once("://") {
        Some((_, rest)) => rest.find('/').map_or("", |at| &rest[at..]),
        None => link,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        /// Whatever the sizes, every row from `skip` on comes once and in order, up to what
        /// is wanted, and the walk ends.
        #[test]
        fn every_row_comes_once(
            total in 0_u64..1000,
            wanted in proptest::option::of(0_u64..1200),
            skip in 0_u64..200,
            page_size in 0_u32..150,
            counted: bool,
        ) {
            let mut pages = Pages::new(wanted, skip, page_size);
            let mut rows: Vec<u64> = Vec::new();
            for _ in 0..2000 {
                let Next::Page { top, skip } = pages.ask() else { break };
                prop_assert!(top <= Pages::LARGEST);
                let page: Vec<u64> = (skip..total.max(skip)).take(top as usize).collect();
                pages.arrived(Page { rows: page.len() as u64, count: counted.then_some(total), next_link: None });
                rows.extend(page);
            }
            prop_assert_eq!(pages.ask(), Next::Done);
            let expected: Vec<u64> = (skip..total.max(skip)).take(wanted.unwrap_or(u64::MAX) as usize).collect();
            prop_assert_eq!(rows, expected);
        }
    }

    #[test]
    fn a_next_link_is_followed() {
        let mut pages = Pages::new(None, 0, 100);
        pages.ask();
        pages.arrived(Page { rows: 20, count: None, next_link: Some("/xapi/v1/Users?$skiptoken=x") });
        assert_eq!(pages.ask(), Next::Link("/xapi/v1/Users?$skiptoken=x".into()));
        pages.arrived(Page { rows: 100, count: None, next_link: None });
        assert_eq!(pages.ask(), Next::Page { top: 100, skip: 120 });
    }
}
