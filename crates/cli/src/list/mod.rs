//! Lists that are read to their end, or as far as was wanted: page by page, several pages ahead,
//! printed as they come. Memory stays the same however long a list is.

mod cursor;
mod moment;
mod progress;
mod window;

use jiff::Timestamp;
use threecx::{Arguments, Client, Error, Input, Operation, Paged};
use threecx_core::page::Pages;

use crate::args::period::PeriodFlags;
use crate::failure::Failure;
use crate::output::rows::Rows;
use crate::output::shape::Shape;
use crate::output::{Output, Sink, answer, open};
use cursor::Cursor;
use progress::Progress;
use window::{Period, Window};

/// The number of pages at a time, unless --concurrency sets another.
const CONCURRENCY: usize = 10;

/// What the command line says about reading a list.
#[derive(Clone, Copy, Debug)]
pub struct Asked<'f> {
    /// `--all`
    pub all: bool,
    /// `--concurrency`
    pub concurrency: Option<usize>,
    pub period: &'f PeriodFlags,
}

/// How to read a list.
#[derive(Debug)]
pub struct List {
    /// How many rows; `None` for all.
    wanted: Option<u64>,
    /// The number of pages at a time.
    concurrency: usize,
    /// Only what happened then.
    period: Option<Period>,
    cursor: Option<Box<Cursor>>,
}

impl List {
    /// From the command line; `None` for a single call.
    pub fn from(
        operation: &'static Operation,
        arguments: &Arguments,
        asked: Asked<'_>,
        output: &Output,
    ) -> Result<Option<List>, Failure> {
        if !operation.is_paged() {
            return Ok(None);
        }
        let top = match arguments.options.get("top") {
            Some(Input::Text(top) | Input::Json(top)) => top.trim().parse::<u64>().ok(),
            None => None,
        };
        let concurrency = asked.concurrency.unwrap_or(CONCURRENCY);
        let period = Period::from(operation, arguments, asked.period)?;
        let cursor = asked.period.cursor.clone().filter(|_| period.is_some());
        let cursor = cursor.map(|path| Cursor::new(path, operation, arguments, output).map(Box::new)).transpose()?;
        let long = top.is_some_and(|top| top > Pages::LARGEST.into());
        let whole = asked.all || long || period.is_some();
        Ok(whole.then_some(List { wanted: top, concurrency, period, cursor }))
    }

    /// The arguments of the first call, to show what would be sent.
    pub fn first_page(&self, arguments: &Arguments) -> Arguments {
        let mut first = arguments.clone();
        if let Some(period) = &self.period
            && let Some(window) = period.windows().next()
        {
            first = period.arguments(arguments, window);
        }
        let top = self.wanted.map_or(Pages::LARGEST.into(), |wanted| wanted.min(Pages::LARGEST.into()));
        first.options.insert("top".into(), Input::Json(top.to_string()));
        first
    }

    /// Reads the list and prints it.
    pub async fn run(
        self,
        client: &Client,
        operation: &'static Operation,
        arguments: Arguments,
        output: &Output,
    ) -> Result<(), Failure> {
        let progress = Progress::new(output, self.wanted);
        let go_on = self.period.is_some().then_some(match self.cursor {
            Some(_) => "Running the same command again continues after the last complete window.",
            None => "With --cursor, running the same command again would continue after the last complete window.",
        });
        let mut reader = Reader {
            client,
            operation,
            asked: &arguments,
            output,
            progress,
            printed: None,
            begun: None,
            go_on,
            left: output.replaced().filter(|_| self.cursor.is_none()).map(str::to_owned),
            rows: 0,
            is_file: false,
        };
        match &self.period {
            None => {
                let pages = self.pages(&reader, arguments.clone(), self.wanted);
                reader.read(pages, |_| true, || false).await?;
            }
            Some(period) => self.windows(period.clone(), &mut reader).await?,
        }
        reader.finish()
    }

    fn pages(&self, reader: &Reader<'_>, arguments: Arguments, wanted: Option<u64>) -> Paged {
        let pages = reader.client.pages(reader.operation, arguments, wanted).read_ahead(self.concurrency);
        if reader.progress.is_shown() && self.period.is_none() { pages.count_first() } else { pages }
    }

    /// Reads window by window.
    async fn windows(&self, mut period: Period, reader: &mut Reader<'_>) -> Result<(), Failure> {
        if let Some(cursor) = &self.cursor {
            let (sink, state) = cursor.begin(reader.output.readers(&reader.shape()))?;
            reader.begun = Some(sink);
            if let Some(state) = state {
                reader.output.remark(&[format!("Continuing from {}.", state.until)]);
                period = period.resumed(state.until, state.at_an_instant);
            }
        }
        reader.output.remark(&[described(period.since, period.until)]);
        let mut windows = period.windows();
        // Those that were halved, the next one last.
        let mut halved: Vec<Window> = Vec::new();
        while let Some(window) = halved.pop().or_else(|| windows.next()) {
            let wanted = self.wanted.map(|wanted| wanted.saturating_sub(reader.rows));
            let before = reader.rows;
            // What does not fit into the window does not count as a row that was wanted.
            let pages = self.pages(reader, period.arguments(reader.asked, window), None);
            let pages = pages.tries(WINDOW_TRIES).continues(before > 0);
            let left = std::cell::Cell::new(wanted.unwrap_or(u64::MAX));
            let holds = |row: &str| {
                let held = left.get() > 0 && period.holds(window, row);
                left.set(left.get() - u64::from(held));
                held
            };
            let read = reader.read(pages, holds, || left.get() == 0);
            match read.await {
                Ok(()) => {}
                Err(failure) if reader.rows == before && takes_too_long(&failure) => {
                    let Some([first, second]) = period.halves(window) else { return Err(failure) };
                    halved.extend([second, first]);
                    continue;
                }
                Err(failure) => return Err(failure),
            }
            if let Some(cursor) = &self.cursor {
                cursor.write(&window, reader.checkpoint()?)?;
            }
            if left.get() == 0 {
                return Ok(());
            }
        }
        Ok(())
    }
}

/// The number of tries of a window that takes too long, before it is halved.
const WINDOW_TRIES: u32 = 2;

/// True if a PBX may answer when asked for less.
fn takes_too_long(failure: &Failure) -> bool {
    let error = match failure {
        Failure::Call(error) => error,
        // Rows of the windows before have come.
        Failure::CutShort { error, .. } => error.as_ref(),
        _ => return false,
    };
    error.is_too_slow()
}

/// What the period is, where people gave it in their own words.
fn described(since: Timestamp, until: Timestamp) -> String {
    let here = |instant: Timestamp| instant.to_zoned(jiff::tz::TimeZone::system()).strftime("%Y-%m-%dT%H:%M:%S%:z");
    format!("From {} to {}.", here(since), here(until))
}

/// Rows on their way from the PBX to where they are printed.
struct Reader<'r> {
    client: &'r Client,
    operation: &'static Operation,
    /// As it was typed.
    asked: &'r Arguments,
    output: &'r Output,
    progress: Progress,
    printed: Option<Box<dyn Rows>>,
    /// The file of a cursor, where nothing was printed yet.
    begun: Option<Sink>,
    /// How to go on after a failure in the middle.
    go_on: Option<&'static str>,
    /// The file that holds all of the rows in the end, or what it held before.
    left: Option<String>,
    /// The number of rows that were printed.
    rows: u64,
    /// True if a file came instead.
    is_file: bool,
}

impl Reader<'_> {
    /// What rows are, once the PBX's release is known.
    fn shape(&self) -> Shape {
        Shape::of(self.operation, self.asked, self.client.target()).complete()
    }

    /// Reads pages to their end, or until there are enough rows, and prints those that are wanted.
    async fn read(
        &mut self,
        mut pages: Paged,
        wanted: impl Fn(&str) -> bool,
        enough: impl Fn() -> bool,
    ) -> Result<(), Failure> {
        while let Some(page) = pages.next().await.map_err(|error| self.incomplete(error))? {
            let Some(rows) = page.rows() else {
                // A report that comes as a file, say.
                self.is_file = true;
                return answer::print(self.operation, page.reply(), &self.shape(), self.output);
            };
            let mut printed = self.printed(page.count())?;
            for row in rows.filter(|row| wanted(row)) {
                printed.row(row)?;
                self.rows += 1;
            }
            self.printed = Some(printed);
            self.progress.page(self.rows, page.count());
            if enough() {
                break;
            }
        }
        Ok(())
    }

    /// Where rows are printed: begun, continued, or as it was.
    fn printed(&mut self, count: Option<u64>) -> Result<Box<dyn Rows>, Failure> {
        match (self.printed.take(), self.begun.take()) {
            (Some(printed), _) => Ok(printed),
            (None, Some(sink)) => open::continued(self.output, sink, &self.shape(), count),
            (None, None) => open::rows(self.output, &self.shape(), count),
        }
    }

    /// Makes sure that all rows so far are on the disk, and returns the length of the file.
    fn checkpoint(&mut self) -> Result<u64, Failure> {
        let mut printed = self.printed(None)?;
        let length = printed.checkpoint()?;
        self.printed = Some(printed);
        Ok(length)
    }

    fn finish(mut self) -> Result<(), Failure> {
        self.progress.finish();
        if self.is_file {
            return Ok(());
        }
        let remarks = self.printed(None)?.finish()?;
        self.output.remark(&remarks);
        Ok(())
    }

    /// What a failure in the middle of a list means.
    fn incomplete(&self, error: Error) -> Failure {
        if self.rows == 0 {
            return error.into();
        }
        let rows = self.rows;
        let left = self.left.clone();
        let again = || match &left {
            Some(_) => "Then run the same command again.".to_owned(),
            None => format!("To continue where it broke off: --skip {rows}, plus what was skipped before."),
        };
        let go_on = self.go_on.map_or_else(again, str::to_owned);
        Failure::CutShort { error: Box::new(error), rows, go_on, left }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_window_is_too_long_also_behind_others() {
        let slow = |status| Error::Server { status, reason: String::new() };
        let behind = |error| Failure::CutShort { error: Box::new(error), rows: 1, go_on: String::new(), left: None };
        assert!(takes_too_long(&slow(504).into()) && takes_too_long(&behind(slow(504))));
        assert!(!takes_too_long(&behind(slow(503))) && !takes_too_long(&Failure::Declined));
    }
}
