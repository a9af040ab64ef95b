//! Reading a list page by page, several of them at a time where that was asked for.

use std::collections::HashMap;

use threecx_catalog::{Method, Operation, Options, Verb};
use threecx_core::page::{Next, Pages, ReadAhead, Seen, path_of_link};
use threecx_core::retry::Policy;
use threecx_core::{Arguments, Error, Input, Place, Request};
use tokio::task::JoinSet;

use crate::client::Client;
use crate::list_page::ListPage;
use crate::send::Attempts;

/// A list that is read page by page. Pages come in order. As long as they are not taken, no more
/// are asked for than [`Paged::read_ahead`] allows.
#[derive(Debug)]
pub struct Paged {
    client: Client,
    operation: &'static Operation,
    arguments: Arguments,
    wanted: Option<u64>,
    how: How,
    state: State,
    rows: u64,
    seen: Seen,
}

/// How a list is read.
#[derive(Clone, Copy, Debug)]
struct How {
    /// Maximum number of pages on their way at a time.
    at_a_time: usize,
    /// True if the first page is to say how many rows there are in all.
    counted: bool,
    /// How often the first page is tried while it takes too long.
    tries: Option<u32>,
    /// True if the beginning of the list has come already.
    continues: bool,
}

#[derive(Debug)]
enum State {
    NotBegun,
    Reading(Reading),
    Complete,
    /// Its pages do not fit together: nothing that follows would be any better.
    Unsound(Error),
}

/// What is on its way.
#[derive(Debug)]
enum Reading {
    /// The release's operation takes no `$top` and `$skip`: it gives everything at once.
    Whole(Request),
    ByPages(Box<ByPages>),
}

#[derive(Debug)]
struct ByPages {
    /// The call without `$top` and `$skip`.
    request: Request,
    how: How,
    ahead: ReadAhead,
    tasks: JoinSet<(u64, Result<ListPage, Error>)>,
    /// Pages that have arrived and are not taken yet.
    held: HashMap<u64, Result<ListPage, Error>>,
}

impl Client {
    /// Reads a list page by page: `wanted` rows, or all.
    pub fn pages(&self, operation: &'static Operation, arguments: Arguments, wanted: Option<u64>) -> Paged {
        let how = How { at_a_time: 1, counted: false, tries: None, continues: false };
        let (state, seen) = (State::NotBegun, Seen::of(operation));
        Paged { client: self.clone(), operation, arguments, wanted, how, state, rows: 0, seen }
    }
}

impl Paged {
    /// Asks with the first page for the total number of rows, where that is safe: some builds
    /// answer functions that are asked to count with nothing.
    #[must_use]
    pub fn count_first(mut self) -> Paged {
        self.how.counted = self.operation.verb == Verb::List;
        self
    }

    /// Maximum number of pages on their way at a time (1), once the first shows that there are more.
    #[must_use]
    pub fn read_ahead(mut self, pages: usize) -> Paged {
        self.how.at_a_time = pages;
        self
    }

    /// How often the first page is tried while it takes too long, instead of as often as the client
    /// tries: for questions that can be asked in another way. See [`Error::is_too_slow`].
    #[must_use]
    pub fn tries(mut self, tries: u32) -> Paged {
        self.how.tries = Some(tries);
        self
    }

    /// Tries the first page as often as those after it: for the part of a list whose beginning has come.
    #[must_use]
    pub fn continues(mut self, continues: bool) -> Paged {
        self.how.continues = continues;
        self
    }

    /// The number of rows that have been taken so far.
    pub fn rows(&self) -> u64 {
        self.rows
    }

    /// The next page; `None` when the list is complete. What is not a list comes as one page that
    /// has no rows: see [`ListPage::rows`].
    ///
    /// # Errors
    /// Those of [`Client::call`]: a list that fails can be read on, as the same page comes next. [`Error::Answer`] for
    /// good, if a row or page comes twice, or if the list never ends.
    pub async fn next(&mut self) -> Result<Option<ListPage>, Error> {
        let mut reading = match std::mem::replace(&mut self.state, State::NotBegun) {
            State::NotBegun => self.begin().await?,
            State::Reading(reading) => reading,
            State::Complete => {
                self.state = State::Complete;
                return Ok(None);
            }
            State::Unsound(error) => {
                self.state = State::Unsound(error.clone());
                return Err(error);
            }
        };
        let page = reading.next(&self.client, self.operation).await;
        let complete = match (&page, &reading) {
            (Err(_), _) => false,
            (Ok(None), _) | (Ok(_), Reading::Whole(_)) => true,
            (Ok(Some(page)), Reading::ByPages(_)) => !page.is_list(),
        };
        let goes_on = reading.check();
        // What is still on its way is of no use after the end.
        self.state = if complete { State::Complete } else { State::Reading(reading) };
        if let Ok(Some(page)) = &page {
            let sound = page.rows().map_or(Ok(()), |rows| self.seen.note(rows));
            if let Err(error) = sound.and_then(|()| self.seen.note_link(page.about().next_link)).and(goes_on) {
                self.state = State::Unsound(error.clone());
                return Err(error);
            }
            self.rows += page.len() as u64;
        }
        page
    }

    async fn begin(&self) -> Result<Reading, Error> {
        // As given, so that what is wrong with `$top` and `$skip` shows.
        let as_given = self.client.plan(self.operation, &self.arguments).await?;
        let target = self.client.target();
        let offered = self.operation.form(target).map_or(Options::NONE, |form| form.options_in(target));
        if !offered.contains(Options::TOP.union(Options::SKIP)) {
            return Ok(Reading::Whole(as_given));
        }
        let given = |name| self.arguments.get(Place::Option, name).map(Input::text);
        let asked = given("count") == Some("true");
        // Counting is work for the PBX: once is enough.
        let counted = asked || (self.how.counted && offered.contains(Options::COUNT));
        let skip = given("skip").and_then(|skip| skip.trim().parse().ok()).unwrap_or(0);
        let mut arguments = self.arguments.clone();
        for name in ["skip", "top"].into_iter().chain(counted.then_some("count")) {
            arguments.remove(Place::Option, name);
        }
        let request = self.client.plan(self.operation, &arguments).await?;
        let how = How { counted, ..self.how };
        let mut pages = Pages::new(self.wanted, skip, Pages::LARGEST);
        // A report may be as long as it likes.
        if self.wanted.is_none() && self.seen.tells_rows_apart() {
            pages = pages.at_most(Pages::MOST_ROWS);
        }
        let ahead = ReadAhead::by(pages, how.at_a_time);
        let (tasks, held) = (JoinSet::new(), HashMap::new());
        Ok(Reading::ByPages(Box::new(ByPages { request, how, ahead, tasks, held })))
    }
}

impl Reading {
    /// Whether it gets anywhere.
    fn check(&self) -> Result<(), Error> {
        match self {
            Reading::Whole(_) => Ok(()),
            Reading::ByPages(pages) => pages.ahead.check(),
        }
    }

    async fn next(&mut self, client: &Client, operation: &'static Operation) -> Result<Option<ListPage>, Error> {
        match self {
            Reading::Whole(request) => {
                let arrived = Attempts::new(client.sender(), request, Some(operation)).run().await?;
                ListPage::new(arrived.reply).map(Some)
            }
            Reading::ByPages(pages) => pages.next(client, operation).await,
        }
    }
}

impl ByPages {
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
                // It is not wanted any more.
                Some(Ok(_)) => {}
                Some(Err(error)) => match error.try_into_panic() {
                    Ok(panic) => std::panic::resume_unwind(panic),
                    Err(error) => return Err(Error::Answer { reason: error.to_string() }),
                },
                None => return Ok(None),
            }
        }
    }

    /// Sends for a page.
    fn fetch(&mut self, number: u64, next: &Next, client: &Client, operation: &'static Operation) {
        let Some(request) = self.request(number, next) else { return };
        let client = client.clone();
        // Half of a long list is of no use: once its beginning has come, more patience pays.
        let begun = number > 0 || self.how.continues;
        let policy = client.sender().retry;
        let policy = if begun { policy.for_more_of_a_list() } else { policy };
        let tries = self.how.tries.filter(|_| number == 0);
        self.tasks.spawn(async move {
            let attempts = |policy| Attempts::new(client.sender(), &request, Some(operation)).policy(policy).run();
            let first = tries.map_or(policy, |attempts| Policy { attempts, ..policy });
            let mut arrived = attempts(first).await;
            // What fails for another reason than that it takes too long does not come in smaller parts either.
            if tries.is_some() && arrived.as_ref().is_err_and(|error| error.is_retryable() && !error.is_too_slow()) {
                arrived = attempts(policy).await;
            }
            (number, arrived.and_then(|arrived| ListPage::new(arrived.reply)))
        });
    }

    fn request(&self, number: u64, next: &Next) -> Option<Request> {
        let path_and_query = match next {
            Next::Page { top, skip } => {
                let path = &self.request.path_and_query;
                let separator = if path.contains('?') { '&' } else { '?' };
                let skip = if *skip > 0 { format!("&$skip={skip}") } else { String::new() };
                let count = if self.how.counted && number == 0 { "&$count=true" } else { "" };
                format!("{path}{separator}$top={top}{skip}{count}")
            }
            // Only its path counts: a token must not go to another host.
            Next::Link(link) => threecx_core::raw(Method::Get, path_of_link(link), None).path_and_query,
            Next::Done => return None,
        };
        let mut request = self.request.clone();
        request.path_and_query = path_and_query;
        Some(request)
    }
}
