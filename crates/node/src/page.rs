//! `page`: which page of a list to ask for next. The state goes out with every reply and comes
//! back with the next command.
//!
//! A PBX that leaves `$skip` out of account gives the same rows without end, and one that names a next
//! page each time never comes to one. The face keeps the rows and says how many of a page it had not seen; a list
//! that gets nowhere is an error.

use serde::{Deserialize, Serialize};
use serde_json::json;
use threecx_catalog::Method;
use threecx_core::page::{Next, Page, Pages, path_of_link};
use threecx_core::{Error, InputError};

use crate::command::Reply;
use crate::plan::Shown;

/// The maximum number of rows: about a gigabyte of what n8n keeps of an execution.
const MOST_ROWS: u64 = Pages::MOST_ROWS;

/// A last page of fewer rows may consist of what came before: what is added at the start of a list meanwhile moves
/// the rest.
const FEW: u64 = 10;

/// The command: first what is wanted, then what arrived.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Command {
    /// How many rows; all if absent.
    #[serde(default)]
    wanted: Option<u64>,
    /// How many rows to leave out before.
    #[serde(default)]
    skip: u64,
    #[serde(default)]
    state: Option<Walk>,
    #[serde(default)]
    arrived: Option<Arrived>,
}

/// How far it came.
#[derive(Serialize, Deserialize)]
struct Walk {
    #[serde(flatten)]
    pages: Pages,
    /// How many rows were asked for last.
    #[serde(default)]
    top: u64,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Arrived {
    rows: u64,
    /// How many of them were not there before; where nothing tells rows apart, it is not known.
    #[serde(default)]
    fresh: Option<u64>,
    #[serde(default)]
    count: Option<u64>,
    #[serde(default)]
    next_link: Option<String>,
}

/// `{next: {top, skip} | {request} | null, state}`
pub(crate) fn page(command: Command) -> Reply {
    let begin = || Walk { pages: Pages::new(command.wanted, command.skip, Pages::LARGEST), top: 0 };
    let mut walk = command.state.unwrap_or_else(begin);
    if let Some(arrived) = &command.arrived {
        walk.arrived(arrived);
    }
    let next = match walk.pages.ask() {
        Next::Page { top, skip } => {
            walk.check(command.arrived.as_ref(), true)?;
            walk.top = top.into();
            json!({ "top": top, "skip": skip })
        }
        // Only the path counts: a token must not go to another host.
        Next::Link(link) => {
            walk.check(command.arrived.as_ref(), true)?;
            json!({ "request": Shown::from(threecx_core::raw(Method::Get, path_of_link(&link), None)) })
        }
        Next::Done => {
            walk.check(command.arrived.as_ref(), false)?;
            json!(null)
        }
    };
    Ok(json!({ "next": next, "state": walk }))
}

impl Walk {
    fn arrived(&mut self, Arrived { rows, count, next_link, .. }: &Arrived) {
        self.pages.arrived(Page { rows: *rows, count: *count, next_link: next_link.as_deref() });
    }

    /// Checks whether the list got anywhere with what arrived; one that `goes_on` has to end some time.
    fn check(&self, arrived: Option<&Arrived>, goes_on: bool) -> Result<(), Error> {
        let Some(arrived) = arrived else { return Ok(()) };
        let rows = self.pages.rows();
        let is_last = !goes_on && arrived.rows < self.top.max(FEW);
        if arrived.rows > 0 && arrived.fresh == Some(0) && !is_last {
            let reason =
                format!("the list does not go on after {} rows: the same rows come again", rows - arrived.rows);
            return Err(Error::Answer { reason });
        }
        if !goes_on {
            return Ok(());
        }
        if rows >= MOST_ROWS {
            let error = InputError::of("Return All", format!("a list of at most {MOST_ROWS} rows"), "more");
            return Err(error.with_hint("Use Limit and Skip, or a filter, to read it in parts.").into());
        }
        self.pages.check()
    }
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::*;

    /// Reads a list of which every page is made by `arrived`, as far as it goes; the number of pages, and the error.
    fn read(mut command: Value, arrived: impl Fn(u64) -> Value) -> (u64, Option<String>) {
        for pages in 0..20_000 {
            let read: Command = serde_json::from_value(command).expect("a command");
            let reply = match page(read) {
                Ok(reply) => reply,
                Err(failure) => return (pages, Some(failure.reply()["error"]["message"].to_string())),
            };
            if reply["next"].is_null() {
                return (pages, None);
            }
            command = json!({ "state": reply["state"], "arrived": arrived(pages) });
        }
        panic!("it does not end");
    }

    #[test]
    fn a_list_that_gets_nowhere_ends_with_an_error() {
        let all = || json!({});
        // $skip is left out of account.
        let same = |page| json!({ "rows": 100, "fresh": if page == 0 { 100 } else { 0 } });
        assert!(matches!(read(all(), same), (2, Some(error)) if error.contains("the same rows come again")));
        // Also where it would be the last page: what was wanted came, or what was counted.
        assert!(matches!(read(json!({ "wanted": 150 }), same), (2, Some(error)) if error.contains("after 100 rows")));
        let counted = |page| json!({ "rows": 100, "fresh": if page == 0 { 100 } else { 0 }, "count": 200 });
        assert!(matches!(read(all(), counted), (2, Some(error)) if error.contains("the same rows come again")));
        // A circle of next pages.
        let circle = |page| json!({ "rows": 20, "fresh": if page < 3 { 20 } else { 0 }, "nextLink": format!("/x?p={}", page % 3) });
        assert!(matches!(read(all(), circle), (4, Some(error)) if error.contains("the same rows come again")));
        // Another row with each next page, for ever.
        let drip = |page: u64| json!({ "rows": 1, "fresh": 1, "nextLink": format!("/x?p={page}") });
        assert!(matches!(read(all(), drip), (101, Some(error)) if error.contains("does not end")));
        // Nothing tells its rows apart.
        let unknown = |_| json!({ "rows": 100 });
        assert!(matches!(read(all(), unknown), (10_000, Some(error)) if error.contains("at most 1000000 rows")));
        let long_pages = |_| json!({ "rows": 90_000, "nextLink": "/x" });
        assert!(matches!(read(all(), long_pages), (12, Some(error)) if error.contains("at most 1000000 rows")));
    }

    #[test]
    fn a_list_that_ends_may_be_long_and_its_last_page_may_repeat_rows() {
        let long = |page: u64| json!({ "rows": if page < 900 { 100 } else { 7 }, "fresh": 7 });
        assert_eq!(read(json!({}), long), (901, None));
        // A row was added at the start meanwhile: the last page shows one that came before.
        let moved =
            |page: u64| json!({ "rows": if page == 0 { 100 } else { 1 }, "fresh": if page == 0 { 100 } else { 0 } });
        assert_eq!(read(json!({}), moved), (2, None));
        let links = |page: u64| match page < 2_000 {
            true => json!({ "rows": 20, "fresh": 20, "nextLink": format!("/x?p={page}") }),
            false => json!({ "rows": 20, "fresh": 20 }),
        };
        assert_eq!(read(json!({ "wanted": 40_020 }), links), (2001, None));
    }
}
