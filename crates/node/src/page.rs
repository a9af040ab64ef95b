//! `page`: which page of a list to ask for next. The state goes out with every reply and comes
//! back with the next command.

use serde::Deserialize;
use serde_json::json;
use threecx_catalog::Method;
use threecx_core::page::{Next, Page, Pages, path_of_link};

use crate::command::Reply;
use crate::plan::Shown;

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
    state: Option<Pages>,
    #[serde(default)]
    arrived: Option<Arrived>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Arrived {
    rows: u64,
    #[serde(default)]
    count: Option<u64>,
    #[serde(default)]
    next_link: Option<String>,
}

/// `{next: {top, skip} | {request} | null, state}`
pub(crate) fn page(command: Command) -> Reply {
    let mut pages = command.state.unwrap_or_else(|| Pages::new(command.wanted, command.skip, Pages::LARGEST));
    if let Some(Arrived { rows, count, next_link }) = command.arrived {
        pages.arrived(Page { rows, count, next_link: next_link.as_deref() });
    }
    let next = match pages.ask() {
        Next::Page { top, skip } => json!({ "top": top, "skip": skip }),
        // Only the path counts: a token must not go to another host.
        Next::Link(link) => {
            json!({ "request": Shown::from(threecx_core::raw(Method::Get, path_of_link(&link), None)) })
        }
        Next::Done => json!(null),
    };
    Ok(json!({ "next": next, "state": pages }))
}
