//! Reading ahead: several pages of a list at once, taken in order.

use std::collections::VecDeque;

use super::{Next, Page, Pages};
use crate::error::Error;

/// The way through a list whose pages are asked for several at a time.
///
/// ```text
///            ┌───────────────── failed ◄──────────────┐
///            ▼                                        │
///  new ── ask ──► (number, page) ── arrived, in any order ──► take ──► (number) ──► … ──► is_done
/// ```
///
/// The first page is asked for alone, so that a small list costs one request. Each page that turns
/// out to be full then allows one more at a time, up to what is allowed at most: a list of two
/// pages costs three requests, and a long one soon keeps all of them busy. What was asked for
/// beyond the end, or beside a page that was longer than it should be, is void: it is never taken.
/// Where the PBX gives the address of the next page, there is nothing to guess, and pages come one
/// after the other.
///
/// Pages that were asked for and not taken yet count, whether they have arrived or not: a
/// caller that takes them slowly is not overrun.
#[derive(Clone, Debug)]
pub struct ReadAhead {
    /// The way as far as pages were taken.
    pages: Pages,
    most: usize,
    /// What was asked for and not taken, in order.
    ahead: VecDeque<Ahead>,
    /// The number of the first of these.
    first: u64,
    /// The number of pages that were taken.
    taken: usize,
    /// How many rows there are in all, once a page says so.
    count: Option<u64>,
}

#[derive(Clone, Debug)]
struct Ahead {
    next: Next,
    top: u32,
    state: State,
}

#[derive(Clone, Debug)]
enum State {
    Asked,
    /// It failed: it has to be asked for again.
    Failed,
    Arrived {
        rows: u64,
        count: Option<u64>,
        next_link: Option<String>,
    },
}

impl ReadAhead {
    /// Reads as [`Pages::new`] does, with `most` pages on the way at a time.
    pub fn new(wanted: Option<u64>, skip: u64, page_size: u32, most: usize) -> ReadAhead {
        ReadAhead::by(Pages::new(wanted, skip, page_size), most)
    }

    /// Reads along these pages, with `most` of them on the way at a time.
    pub fn by(pages: Pages, most: usize) -> ReadAhead {
        ReadAhead { pages, most: most.max(1), ahead: VecDeque::new(), first: 0, taken: 0, count: None }
    }

    /// Checks whether what was taken gets anywhere, as [`Pages::check`] does.
    ///
    /// # Errors
    /// [`Error::Answer`] for a list that never ends.
    pub fn check(&self) -> Result<(), Error> {
        self.pages.check()
    }

    /// What to ask for now, with the number under which it is known; `None` if there is nothing
    /// before something arrives or is taken.
    pub fn ask(&mut self) -> Option<(u64, Next)> {
        if let Some(index) = self.ahead.iter().position(|ahead| matches!(ahead.state, State::Failed)) {
            self.ahead[index].state = State::Asked;
            return Some((self.first + index as u64, self.ahead[index].next.clone()));
        }
        if self.ahead.len() >= self.most.min(self.taken + 1) || self.may_have_ended() {
            return None;
        }
        let number = self.first + self.ahead.len() as u64;
        let next = if self.ahead.is_empty() { self.pages.ask() } else { self.beyond() };
        let top = match &next {
            Next::Done => return None,
            Next::Page { top, .. } => *top,
            Next::Link(_) => 0,
        };
        self.ahead.push_back(Ahead { next: next.clone(), top, state: State::Asked });
        Some((number, next))
    }

    /// The page after all that were asked for, if each of them is full.
    fn beyond(&self) -> Next {
        let rows: u64 = self.ahead.iter().map(|ahead| u64::from(ahead.top)).sum();
        let skip = self.pages.skip + rows;
        let left = self.pages.wanted.map(|wanted| wanted.saturating_sub(rows));
        if left == Some(0) || self.count.is_some_and(|count| skip >= count) {
            return Next::Done;
        }
        let top = left.map_or(self.pages.page_size, |left| left.min(self.pages.page_size.into()) as u32);
        Next::Page { top, skip }
    }

    /// True if nothing can be said about what follows the pages that were asked for.
    fn may_have_ended(&self) -> bool {
        self.ahead.iter().any(|ahead| match &ahead.state {
            State::Arrived { rows, next_link, .. } => *rows != u64::from(ahead.top) || next_link.is_some(),
            _ => matches!(ahead.next, Next::Link(_)),
        })
    }

    /// Notes what came under a number.
    pub fn arrived(&mut self, number: u64, page: Page<'_>) {
        if let Some(ahead) = self.known(number) {
            let next_link = page.next_link.map(str::to_owned);
            ahead.state = State::Arrived { rows: page.rows, count: page.count, next_link };
            self.count = page.count.or(self.count);
        }
    }

    /// Notes that what was asked for under a number did not come. It is asked for again.
    pub fn failed(&mut self, number: u64) {
        if let Some(ahead) = self.known(number) {
            ahead.state = State::Failed;
        }
    }

    /// `None` for what is void.
    fn known(&mut self, number: u64) -> Option<&mut Ahead> {
        let index = usize::try_from(number.checked_sub(self.first)?).ok()?;
        self.ahead.get_mut(index)
    }

    /// The number of the page that is next in order, if it was asked for.
    pub fn awaited(&self) -> Option<u64> {
        (!self.ahead.is_empty()).then_some(self.first)
    }

    /// Takes the page that is next in order, if it has arrived: its number.
    pub fn take(&mut self) -> Option<u64> {
        if !matches!(self.ahead.front()?.state, State::Arrived { .. }) {
            return None;
        }
        let Ahead { top, state: State::Arrived { rows, count, next_link }, .. } = self.ahead.pop_front()? else {
            return None;
        };
        let number = self.first;
        self.first += 1;
        self.taken += 1;
        let as_guessed = rows == u64::from(top) && next_link.is_none();
        self.pages.asked = top;
        self.pages.arrived(Page { rows, count, next_link: next_link.as_deref() });
        if !as_guessed || self.pages.is_done() {
            self.first += self.ahead.len() as u64;
            self.ahead.clear();
        }
        Some(number)
    }

    /// True if a number was asked for and is still to be taken.
    pub fn is_awaited(&self, number: u64) -> bool {
        number.checked_sub(self.first).is_some_and(|index| index < self.ahead.len() as u64)
    }

    /// True when the list is complete.
    pub fn is_done(&self) -> bool {
        self.ahead.is_empty() && self.pages.is_done()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// A PBX with `total` rows, and what becomes of the requests to it.
    struct Walk {
        total: u64,
        counted: bool,
        /// Rows per page where the PBX gives the address of the next; 0 where it does not.
        linked: u64,
        /// The page that begins here comes with more rows than were asked for.
        longer_at: Option<u64>,
        /// Which of those on the way arrives next, and whether it fails.
        fate: Vec<(usize, bool)>,
    }

    impl Walk {
        fn page(&self, next: &Next) -> (Vec<u64>, Option<String>) {
            let (from, rows) = match next {
                Next::Page { top, skip } if self.longer_at == Some(*skip) => (*skip, u64::from(*top) + 3),
                Next::Page { top, skip } => (*skip, u64::from(*top)),
                Next::Link(link) => (link.parse().expect("a number"), self.linked),
                Next::Done => (0, 0),
            };
            let rows = if self.linked > 0 { rows.min(self.linked) } else { rows };
            let rows: Vec<u64> = (from..self.total.max(from)).take(rows as usize).collect();
            let after = from + rows.len() as u64;
            let link = (self.linked > 0 && after < self.total && !rows.is_empty()).then(|| after.to_string());
            (rows, link)
        }

        /// The rows in the order in which they were taken, the requests, and the most at a time.
        fn run(&self, mut ahead: ReadAhead) -> (Vec<u64>, usize, usize) {
            let (mut rows, mut requests, mut most) = (Vec::new(), 0, 0);
            let mut on_the_way: Vec<(u64, Next)> = Vec::new();
            let mut held: std::collections::BTreeMap<u64, Vec<u64>> = std::collections::BTreeMap::new();
            let mut fate = self.fate.iter().cycle();
            while !ahead.is_done() {
                while let Some(asked) = ahead.ask() {
                    on_the_way.push(asked);
                    requests += 1;
                }
                most = most.max(on_the_way.len());
                if !on_the_way.is_empty() {
                    let (which, fails) = fate.next().copied().unwrap_or_default();
                    let (number, next) = on_the_way.remove(which % on_the_way.len());
                    if fails && requests < 5000 {
                        ahead.failed(number);
                    } else {
                        let (page, link) = self.page(&next);
                        let count = self.counted.then_some(self.total);
                        ahead.arrived(number, Page { rows: page.len() as u64, count, next_link: link.as_deref() });
                        held.insert(number, page);
                    }
                }
                while let Some(number) = ahead.take() {
                    rows.extend(held.remove(&number).expect("it arrived"));
                }
                on_the_way.retain(|(number, _)| ahead.is_awaited(*number));
            }
            (rows, requests, most)
        }
    }

    proptest! {
        /// Whatever the sizes, the order of arrival and the failures: every row comes once and in
        /// order, up to what is wanted, and no more pages than allowed are on the way.
        #[test]
        fn every_row_comes_once_and_in_order(
            total in 0_u64..1500,
            wanted in proptest::option::of(0_u64..1700),
            skip in 0_u64..200,
            page_size in 1_u32..101,
            most in 0_usize..12,
            counted: bool,
            linked in prop_oneof![3 => Just(0_u64), 1 => 1_u64..90],
            longer_page in proptest::option::of(0_u64..8),
            fate in proptest::collection::vec((0_usize..12, proptest::bool::weighted(0.2)), 1..40),
        ) {
            // A link says nothing about how many rows are wanted; a longer page gives more of them.
            let wanted = wanted.filter(|_| linked == 0 && longer_page.is_none());
            let longer_at = longer_page.map(|page| skip + page * u64::from(page_size));
            let walk = Walk { total, counted, linked, longer_at, fate };
            let (rows, _, at_a_time) = walk.run(ReadAhead::new(wanted, skip, page_size, most));
            let expected: Vec<u64> = (skip..total.max(skip)).take(wanted.unwrap_or(u64::MAX) as usize).collect();
            prop_assert_eq!(rows, expected);
            prop_assert!(at_a_time <= most.max(1));
        }
    }

    #[test]
    fn small_lists_cost_few_requests_and_long_ones_use_all_that_is_allowed() {
        for (total, requests, at_a_time) in [(0, 1, 1), (99, 1, 1), (100, 3, 2), (150, 3, 2), (100_000, 1008, 8)] {
            let fate = vec![(0, false)];
            let walk = Walk { total, counted: false, linked: 0, longer_at: None, fate };
            let (rows, asked, most) = walk.run(ReadAhead::new(None, 0, 100, 8));
            assert_eq!((rows.len() as u64, asked, most), (total, requests, at_a_time), "{total} rows");
        }
    }
}
