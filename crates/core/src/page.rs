//! Paging: which page to ask for next. The caller keeps the rows; this counts them.

mod ahead;
mod seen;

use serde::{Deserialize, Serialize};

pub use ahead::ReadAhead;
pub use seen::Seen;

use crate::error::Error;

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
/// A PBX that names a next page each time, or gives new rows for ever, never comes to an end: [`Pages::check`] tells.
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
    /// The number of rows that came.
    #[serde(default)]
    rows: u64,
    /// The number of next pages that the PBX named.
    #[serde(default)]
    links: u64,
    /// The maximum number of rows of the whole list, where it has one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    most: Option<u64>,
}

impl Pages {
    /// More rows than a list of entities has on any PBX.
    pub const MOST_ROWS: u64 = 1_000_000;

    /// After this number of pages that the PBX named itself, they have to be worth it.
    const MANY_LINKS: u64 = 100;

    /// The number of rows that such pages bring at least, on average.
    const WORTH_IT: u64 = 10;

    /// The largest page that a PBX gives from an entity set (seen live since 2025).
    pub const LARGEST: u32 = 100;

    /// Reads `wanted` rows (all if `None`) from row `skip` on, in pages of `page_size`.
    pub fn new(wanted: Option<u64>, skip: u64, page_size: u32) -> Pages {
        let page_size = page_size.clamp(1, Self::LARGEST);
        Pages { page_size, wanted, skip, asked: 0, next_link: None, done: false, rows: 0, links: 0, most: None }
    }

    /// Takes a list with more rows for one that never ends.
    #[must_use]
    pub fn at_most(mut self, rows: u64) -> Pages {
        self.most = Some(rows);
        self
    }

    /// The number of rows that came.
    pub fn rows(&self) -> u64 {
        self.rows
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
        self.skip = self.skip.saturating_add(page.rows);
        self.rows = self.rows.saturating_add(page.rows);
        self.links += u64::from(page.next_link.is_some());
        if let Some(wanted) = &mut self.wanted {
            *wanted = wanted.saturating_sub(page.rows);
        }
        self.next_link = page.next_link.map(str::to_owned);
        let short = page.rows < u64::from(self.asked) && self.next_link.is_none();
        let all = page.count.is_some_and(|count| self.skip >= count) && self.next_link.is_none();
        self.done = page.rows == 0 || short || all;
    }

    /// Checks whether a list that goes on gets anywhere. Its rows may all be new: a PBX that names next pages without
    /// end names them for a few rows each, or for more rows than it can have.
    ///
    /// # Errors
    /// [`Error::Answer`] for a list that never ends.
    pub fn check(&self) -> Result<(), Error> {
        let Pages { rows, links, .. } = self;
        if self.is_done() {
            return Ok(());
        }
        if *links > Self::MANY_LINKS && *rows < links.saturating_mul(Self::WORTH_IT) {
            let reason = format!("the list does not end: it has named {links} next pages for {rows} rows");
            return Err(Error::Answer { reason });
        }
        // Whoever wants a number of rows has set an end.
        let of_links = (*links > 0 && self.wanted.is_none()).then_some(Self::MOST_ROWS);
        match self.most.into_iter().chain(of_links).min() {
            Some(most) if *rows > most => {
                Err(Error::Answer { reason: format!("the list does not end: it has more than {most} rows") })
            }
            _ => Ok(()),
        }
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

    /// Reads a list of which every page is made by `page`, as far as it goes: how many pages came, and the error.
    fn walk(mut pages: Pages, page: impl Fn(u64) -> (u64, bool)) -> (u64, Option<String>) {
        for number in 0..30_000 {
            if pages.ask() == Next::Done {
                return (number, None);
            }
            let (rows, goes_on) = page(number);
            let link = format!("/x?p={number}");
            pages.arrived(Page { rows, count: None, next_link: goes_on.then_some(&link) });
            if let Err(error) = pages.check() {
                return (number + 1, Some(error.to_string()));
            }
            let written = serde_json::to_string(&pages).expect("it can be written");
            pages = serde_json::from_str(&written).expect("it can be read back");
        }
        panic!("it does not end");
    }

    #[test]
    fn a_list_that_never_ends_is_an_error_whatever_its_rows() {
        let all = || Pages::new(None, 0, Pages::LARGEST);
        for (pages, page, came, reason) in [
            (all(), (1, true), 101, "named 101 next pages for 101 rows"),
            (all(), (9, true), 101, "named 101 next pages for 909 rows"),
            (Pages::new(Some(5000), 0, 100), (1, true), 101, "named 101 next pages"),
            (all(), (100, true), 10_001, "more than 1000000 rows"),
            (all(), (90_000, true), 12, "more than 1000000 rows"),
            (all().at_most(250), (100, false), 3, "more than 250 rows"),
            (all().at_most(250), (100, true), 3, "more than 250 rows"),
        ] {
            let (pages, error) = walk(pages, |_| page);
            assert_eq!(pages, came, "{page:?}");
            assert!(error.as_ref().is_some_and(|error| error.contains(reason)), "{page:?}: {error:?}");
        }
    }

    #[test]
    fn a_list_that_ends_may_be_long() {
        let all = || Pages::new(None, 0, Pages::LARGEST);
        // By `$skip`, without a maximum.
        assert_eq!(walk(all(), |page| (if page < 20_000 { 100 } else { 7 }, false)), (20_001, None));
        // Exactly as many as there may be.
        assert_eq!(walk(all().at_most(300), |page| (if page < 3 { 100 } else { 0 }, false)), (4, None));
        // By links, with an end that somebody set, or few rows in all.
        assert_eq!(walk(Pages::new(Some(2_000_000), 0, 100), |_| (100, true)), (20_000, None));
        assert_eq!(walk(all(), |page| (20, page < 2_000)), (2_001, None));
        assert_eq!(walk(all(), |page| (1, page < 50)), (51, None));
    }
}
