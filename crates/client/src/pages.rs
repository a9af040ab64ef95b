//! Reading a list page by page, several of them at a time where that was asked for.

use std::collections::HashMap;
use std::ops::Range;

use threecx_catalog::{Operation, Options, Verb};
use threecx_core::page::{Next, Page, Pages, ReadAhead, path_of_link};
use threecx_core::read::Answer;
use threecx_core::retry::Policy;
use threecx_core::{Arguments, Error, Input, Request};
use tokio::task::JoinSet;

use crate::client::Client;
use crate::reply::Reply;

/// A list that is read page by page. Pages come in order. As long as nobody takes them, no more
/// are asked for than [`Paged::read_ahead`] allows.
#[derive(Debug)]
pub struct Paged {
    client: Client,
    operation: &'static Operation,
    arguments: Arguments,
    wanted: Option<u64>,
    at_a_time: usize,
    counted: bool,
    /// How often the first page is tried where it takes too long.
    tries: Option<u32>,
    /// True if it goes on with a list whose beginning came.
    goes_on: bool,
    /// Once the first page was asked for.
    reading: Option<Reading>,
    rows: u64,
    done: bool,
}

/// What is on its way.
#[derive(Debug)]
struct Reading {
    /// The call without `$top` and `$skip`.
    request: Request,
    /// False for a release whose operation takes no `$top` and `$skip`: it gives all at once.
    paged: bool,
    /// True if the first page is to say how many rows there are.
    counted: bool,
    tries: Option<u32>,
    goes_on: bool,
    ahead: ReadAhead,
    tasks: JoinSet<(u64, Result<ListPage, Error>)>,
    /// What came and is not taken yet.
    held: HashMap<u64, Result<ListPage, Error>>,
}

impl Paged {
    pub(crate) fn new(
        client: Client,
        operation: &'static Operation,
        arguments: Arguments,
        wanted: Option<u64>,
    ) -> Paged {
        Paged {
            client,
            operation,
            arguments,
            wanted,
            at_a_time: 1,
            counted: false,
            tries: None,
            goes_on: false,
            reading: None,
            rows: 0,
            done: false,
        }
    }

    /// Asks with the first page for how many rows there are in all, where that is safe: some builds
    /// answer functions that are asked to count with nothing.
    #[must_use]
    pub fn count_first(mut self) -> Paged {
        self.counted = self.operation.verb == Verb::List;
        self
    }

    /// Has so many pages on their way at a time, once the first shows that there are more.
    #[must_use]
    pub fn read_ahead(mut self, pages: usize) -> Paged {
        self.at_a_time = pages;
        self
    }

    /// Tries the first page so often if it takes too long, instead of as often as the client does:
    /// for questions that can be asked in another way. See [`Error::is_too_slow`].
    #[must_use]
    pub fn tries(mut self, tries: u32) -> Paged {
        self.tries = Some(tries);
        self
    }

    /// Tries the first page as often as those after it: for the part of a list whose beginning came.
    #[must_use]
    pub fn goes_on(mut self, goes_on: bool) -> Paged {
        self.goes_on = goes_on;
        self
    }

    /// How many rows have been taken so far.
    pub fn rows(&self) -> u64 {
        self.rows
    }

    /// The next page; `None` when the list is complete. What is not a list comes as one page that
    /// has no rows: see [`ListPage::rows`].
    ///
    /// # Errors
    /// Those of [`Client::call`]. A list that fails can be read on: the same page comes next.
    pub async fn next(&mut self) -> Result<Option<ListPage>, Error> {
        if self.done {
            return Ok(None);
        }
        let mut reading = match self.reading.take() {
            Some(reading) => reading,
            None => self.begin().await?,
        };
        let page = match reading.paged {
            true => reading.next(&self.client, self.operation).await,
            false => {
                let reply = self.client.send(&reading.request, Some(self.operation)).await;
                reply.and_then(ListPage::new).map(Some)
            }
        };
        self.done = match &page {
            Ok(Some(page)) => !reading.paged || page.rows.is_none(),
            Ok(None) => true,
            Err(_) => false,
        };
        if let Ok(Some(page)) = &page {
            self.rows += page.len() as u64;
        }
        // What is still on its way is of no use after the end.
        self.reading = (!self.done).then_some(reading);
        page
    }

    async fn begin(&self) -> Result<Reading, Error> {
        // As given, so that what is wrong with `$top` and `$skip` shows.
        let as_given = self.client.plan(self.operation, &self.arguments).await?;
        let target = self.client.target();
        let offered = self.operation.form(target).map_or(Options::NONE, |form| form.options_in(target));
        let paged = offered.contains(Options::TOP.union(Options::SKIP));
        let counts = |input: &Input| matches!(input, Input::Text(text) | Input::Json(text) if text == "true");
        let asked = self.arguments.options.get("count").is_some_and(counts);
        // Counting is work for the PBX: once is enough.
        let counted = asked || (self.counted && offered.contains(Options::COUNT));
        let skip = match self.arguments.options.get("skip") {
            Some(Input::Text(text) | Input::Json(text)) => text.trim().parse().unwrap_or(0),
            None => 0,
        };
        let request = if paged {
            let mut arguments = self.arguments.clone();
            arguments.options.remove("skip");
            arguments.options.remove("top");
            if counted {
                arguments.options.remove("count");
            }
            self.client.plan(self.operation, &arguments).await?
        } else {
            as_given
        };
        let ahead = ReadAhead::new(self.wanted, skip, Pages::LARGEST, self.at_a_time);
        let (tries, goes_on) = (self.tries, self.goes_on);
        Ok(Reading { request, paged, counted, tries, goes_on, ahead, tasks: JoinSet::new(), held: HashMap::new() })
    }
}

impl Reading {
    async fn next(&mut self, client: &Client, operation: &'static Operation) -> Result<Option<ListPage>, Error> {
        loop {
            // A failure counts when its turn comes: before that, the list may turn out to be shorter.
            if let Some(number) = self.ahead.awaited()
                && self.held.get(&number).is_some_and(Result::is_err)
            {
                self.ahead.failed(number);
                return self.held.remove(&number).transpose();
            }
            if let Some(number) = self.ahead.take() {
                let page = self.held.remove(&number).transpose()?;
                self.held.retain(|number, _| self.ahead.is_awaited(*number));
                return Ok(page);
            }
            if self.ahead.is_done() {
                return Ok(None);
            }
            while let Some((number, next)) = self.ahead.ask() {
                self.fetch(number, &next, client, operation);
            }
            match self.tasks.join_next().await {
                Some(Ok((number, result))) if self.ahead.is_awaited(number) => {
                    if let Ok(page) = &result {
                        self.ahead.arrived(number, page.about());
                    }
                    self.held.insert(number, result);
                }
                // Nobody waits for it any more.
                Some(Ok(_)) => {}
                Some(Err(error)) => match error.try_into_panic() {
                    Ok(panic) => std::panic::resume_unwind(panic),
                    Err(error) => return Err(Error::Answer { reason: error.to_string() }),
                },
                None => return Ok(None),
            }
        }
    }
}

impl Reading {
    /// Sends for a page.
    fn fetch(&mut self, number: u64, next: &Next, client: &Client, operation: &'static Operation) {
        let Some(request) = self.request(number, next) else { return };
        let client = client.clone();
        // Half of a long list is of no use: once it is known to come, more patience pays.
        let begun = number > 0 || self.goes_on;
        let policy = if begun { client.policy().for_more_of_a_list() } else { client.policy() };
        let tries = self.tries.filter(|_| number == 0);
        self.tasks.spawn(async move {
            let first = tries.map_or(policy, |attempts| Policy { attempts, ..policy });
            let mut reply = client.send_with(&request, Some(operation), first).await;
            // What fails for another reason than that it takes too long does not come in smaller parts either.
            if tries.is_some() && reply.as_ref().is_err_and(|error| error.is_retryable() && !error.is_too_slow()) {
                reply = client.send_with(&request, Some(operation), policy).await;
            }
            (number, reply.and_then(ListPage::new))
        });
    }

    fn request(&self, number: u64, next: &Next) -> Option<Request> {
        let path_and_query = match next {
            Next::Page { top, skip } => {
                let path = &self.request.path_and_query;
                let separator = if path.contains('?') { '&' } else { '?' };
                let skip = if *skip > 0 { format!("&$skip={skip}") } else { String::new() };
                let count = if self.counted && number == 0 { "&$count=true" } else { "" };
                format!("{path}{separator}$top={top}{skip}{count}")
            }
            // Only its path counts: a token must not go to another host.
            Next::Link(link) => {
                threecx_core::raw(threecx_catalog::Method::Get, path_of_link(link), None).path_and_query
            }
            Next::Done => return None,
        };
        let mut request = self.request.clone();
        request.path_and_query = path_and_query;
        Some(request)
    }
}

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
    fn new(reply: Reply) -> Result<ListPage, Error> {
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

    /// The row of this index, as it came.
    pub fn row(&self, index: usize) -> Option<&str> {
        let place = self.rows.as_ref()?.get(index)?;
        std::str::from_utf8(self.reply.bytes().get(place.clone())?).ok()
    }

    /// How many rows it has.
    pub fn len(&self) -> usize {
        self.rows.as_ref().map_or(0, Vec::len)
    }

    /// True if it has no rows.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// `@odata.count`: how many rows there are in all, where it was asked for.
    pub fn count(&self) -> Option<u64> {
        self.count
    }

    /// The answer that the page came in.
    pub fn reply(&self) -> &Reply {
        &self.reply
    }

    fn about(&self) -> Page<'_> {
        Page { rows: self.len() as u64, count: self.count, next_link: self.next_link.as_deref() }
    }
}
