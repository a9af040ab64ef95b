//! A list row by row, across pages.

use std::future::Future;
use std::marker::PhantomData;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use futures_core::Stream;
use serde::de::{Deserialize, Deserializer};
use threecx_catalog::Operation;
use threecx_core::{Error, mask};

use super::error::CallError;
use super::value::Value;
use crate::list_page::ListPage;
use crate::pages::Paged;

/// The rows of a list, read page by page as they are taken ([`Call::stream`](crate::Call::stream)).
///
/// As long as no rows are taken, no more pages are asked for than [`read_ahead`](RowStream::read_ahead)
/// allows, and no row is decoded before it is taken: memory stays the same however long the list is.
/// A list that fails can be read on: the same page comes next.
///
/// ```no_run
/// # async fn example(client: threecx::Client) -> Result<(), threecx::CallError> {
/// let mut users = client.users().list().select(["Number", "FirstName"]).stream();
/// while let Some(user) = users.next().await {
///     println!("{:?}", user?.number);
/// }
/// # Ok(())
/// # }
/// ```
#[must_use = "a list is not read before its rows are taken"]
pub struct RowStream<R> {
    state: State,
    operation: Option<&'static Operation>,
    page: Option<ListPage>,
    taken: usize,
    row: PhantomData<fn() -> R>,
}

type Fetch = Pin<Box<dyn Future<Output = (Box<Paged>, Result<Option<ListPage>, Error>)> + Send>>;

enum State {
    Idle(Box<Paged>),
    Fetching(Fetch),
    /// It could not be begun.
    Failed(Option<Error>),
}

impl<R> RowStream<R> {
    pub(crate) fn new(operation: Option<&'static Operation>, pages: Result<Paged, Error>) -> RowStream<R> {
        let state = match pages {
            Ok(paged) => State::Idle(Box::new(paged)),
            Err(error) => State::Failed(Some(error)),
        };
        RowStream { state, operation, page: None, taken: 0, row: PhantomData }
    }

    /// Maximum number of pages on their way at a time (2), once the first shows that there are more.
    pub fn read_ahead(mut self, pages: usize) -> RowStream<R> {
        if let State::Idle(paged) = self.state {
            self.state = State::Idle(Box::new(paged.read_ahead(pages)));
        }
        self
    }
}

impl<R: Value> RowStream<R> {
    /// The next row; `None` after the last.
    pub async fn next(&mut self) -> Option<Result<R, CallError>> {
        std::future::poll_fn(|context| self.poll_row(context)).await
    }

    /// All rows that are left.
    ///
    /// # Errors
    /// That of the first page that fails.
    pub async fn collect(mut self) -> Result<Vec<R>, CallError> {
        let mut rows = Vec::new();
        while let Some(row) = self.next().await {
            rows.push(row?);
        }
        Ok(rows)
    }

    fn poll_row(&mut self, context: &mut Context<'_>) -> Poll<Option<Result<R, CallError>>> {
        loop {
            if let Some(page) = &self.page {
                if let Some(row) = page.row(self.taken) {
                    self.taken += 1;
                    let row = serde_json::from_str(row).map(|Row(row)| row);
                    return Poll::Ready(Some(row.map_err(|error| {
                        self.failed(Error::Answer {
                            reason: format!("row {} of a page: {}", self.taken, mask::unfit(&error)),
                        })
                    })));
                }
                self.page = None;
                self.taken = 0;
            }
            match &mut self.state {
                State::Failed(error) => {
                    let error = error.take();
                    return Poll::Ready(error.map(|error| Err(self.failed(error))));
                }
                State::Idle(_) => {
                    if let State::Idle(mut paged) = std::mem::replace(&mut self.state, State::Failed(None)) {
                        self.state = State::Fetching(Box::pin(async move {
                            let page = paged.next().await;
                            (paged, page)
                        }));
                    }
                }
                State::Fetching(fetch) => {
                    let (paged, page) = ready!(fetch.as_mut().poll(context));
                    self.state = State::Idle(paged);
                    match page {
                        Ok(Some(page)) => self.page = Some(page),
                        Ok(None) => return Poll::Ready(None),
                        Err(error) => return Poll::Ready(Some(Err(self.failed(error)))),
                    }
                }
            }
        }
    }

    fn failed(&self, error: Error) -> CallError {
        match self.operation {
            Some(operation) => CallError::new(operation, error),
            None => error.into(),
        }
    }
}

impl<R: Value> Stream for RowStream<R> {
    type Item = Result<R, CallError>;

    fn poll_next(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.get_mut().poll_row(context)
    }
}

struct Row<R>(R);

impl<'de, R: Value> Deserialize<'de> for Row<R> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        R::decode(deserializer).map(Row)
    }
}
