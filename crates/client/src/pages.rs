//! Reading a list page by page.

use threecx_catalog::Operation;
use threecx_core::page::{Next, Page, Pages};
use threecx_core::read::Answer;
use threecx_core::{Arguments, Error, Input};

use crate::client::Client;
use crate::reply::Reply;

/// A list that is read page by page.
#[derive(Debug)]
pub struct Paged {
    client: Client,
    operation: &'static Operation,
    arguments: Arguments,
    pages: Pages,
    /// False for operations that take no `$top` and `$skip`: they give all at once.
    paged: bool,
    done: bool,
}

impl Paged {
    pub(crate) fn new(
        client: Client,
        operation: &'static Operation,
        mut arguments: Arguments,
        wanted: Option<u64>,
    ) -> Paged {
        let paged = operation.is_paged();
        let skip = match arguments.options.get("skip") {
            Some(Input::Text(text) | Input::Json(text)) => text.trim().parse().unwrap_or(0),
            None => 0,
        };
        if paged {
            arguments.options.remove("skip");
            arguments.options.remove("top");
        }
        Paged { client, operation, arguments, pages: Pages::new(wanted, skip, Pages::LARGEST), paged, done: false }
    }

    /// The next page; `None` when the list is complete.
    ///
    /// # Errors
    /// Those of [`Client::call`]. A list that fails can be read on: the same page comes next.
    pub async fn next(&mut self) -> Result<Option<Reply>, Error> {
        if self.done {
            return Ok(None);
        }
        let mut arguments = self.arguments.clone();
        if self.paged {
            match self.pages.ask() {
                Next::Done => return Ok(None),
                Next::Page { top, skip } => {
                    arguments.options.insert("top".into(), Input::Json(top.to_string()));
                    if skip > 0 {
                        arguments.options.insert("skip".into(), Input::Json(skip.to_string()));
                    }
                }
                Next::Link(link) => {
                    let reply = self.client.follow(self.operation, &link).await?;
                    return self.note(reply).map(Some);
                }
            }
        }
        let reply = self.client.call(self.operation, &arguments).await?;
        self.note(reply).map(Some)
    }

    fn note(&mut self, reply: Reply) -> Result<Reply, Error> {
        match reply.answer()? {
            Answer::Rows(rows) if self.paged => {
                let next_link = rows.next_link.as_deref();
                self.pages.arrived(Page { rows: rows.rows.len() as u64, count: rows.count, next_link });
            }
            _ => self.done = true,
        }
        Ok(reply)
    }
}
