//! A page of a list.

use std::ops::Range;

use threecx_core::Error;
use threecx_core::page::Page;
use threecx_core::read::Answer;

use crate::reply::Reply;

/// A page of a list.
#[derive(Debug)]
pub struct ListPage {
    reply: Reply,
    /// Where the rows stand in the body; `None` for what is not a list.
    rows: Option<Vec<Range<usize>>>,
    count: Option<u64>,
    next_link: Option<String>,
}

impl ListPage {
    pub(crate) fn new(reply: Reply) -> Result<ListPage, Error> {
        let (rows, count, next_link) = match reply.answer()? {
            Answer::Rows(rows) => {
                let body = reply.bytes().as_ptr() as usize;
                // Rows point into the body.
                let place = |row: &str| {
                    let start = row.as_ptr() as usize - body;
                    start..start + row.len()
                };
                (Some(rows.rows.iter().map(|row| place(row.get())).collect()), rows.count, rows.next_link)
            }
            _ => (None, None, None),
        };
        Ok(ListPage { reply, rows, count, next_link })
    }

    /// The rows as they came, each a JSON value; `None` where the answer is not a list: see
    /// [`ListPage::reply`].
    pub fn rows(&self) -> Option<impl Iterator<Item = &str>> {
        let body = self.reply.bytes();
        let text = |place: &Range<usize>| body.get(place.clone()).and_then(|row| std::str::from_utf8(row).ok());
        Some(self.rows.as_ref()?.iter().map(move |place| text(place).unwrap_or_default()))
    }

    /// The row at this index, as it came.
    pub fn row(&self, index: usize) -> Option<&str> {
        let place = self.rows.as_ref()?.get(index)?;
        std::str::from_utf8(self.reply.bytes().get(place.clone())?).ok()
    }

    /// The number of its rows.
    pub fn len(&self) -> usize {
        self.rows.as_ref().map_or(0, Vec::len)
    }

    /// True if it has no rows.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// `@odata.count`: the total number of rows, where it was asked for.
    pub fn count(&self) -> Option<u64> {
        self.count
    }

    /// The answer that the page came in.
    pub fn reply(&self) -> &Reply {
        &self.reply
    }

    /// False for an answer that is not a list.
    pub(crate) fn is_list(&self) -> bool {
        self.rows.is_some()
    }

    pub(crate) fn about(&self) -> Page<'_> {
        Page { rows: self.len() as u64, count: self.count, next_link: self.next_link.as_deref() }
    }
}
