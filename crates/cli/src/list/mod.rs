//! Lists that are read to their end, or as far as was wanted: page by page, several pages ahead,
//! printed as they come. Memory stays the same however long a list is.

mod progress;

use clap::ArgMatches;
use threecx::{Arguments, Client, Error, Input, Operation};
use threecx_core::page::Pages;

use crate::failure::Failure;
use crate::output::rows::{self, Rows};
use crate::output::shape::Shape;
use crate::output::{Output, answer, flag};
use progress::Progress;

/// How to read a list.
#[derive(Debug)]
pub struct List {
    /// How many rows; `None` for all.
    wanted: Option<u64>,
    /// So many pages at a time.
    concurrency: usize,
}

impl List {
    /// From the command line; `None` for a single call.
    pub fn from(operation: &Operation, arguments: &Arguments, matches: &ArgMatches) -> Option<List> {
        if !operation.is_paged() {
            return None;
        }
        let top = match arguments.options.get("top") {
            Some(Input::Text(top) | Input::Json(top)) => top.trim().parse::<u64>().ok(),
            None => None,
        };
        let concurrency = matches.get_one::<u64>("concurrency").copied().unwrap_or(CONCURRENCY);
        let concurrency = usize::try_from(concurrency).unwrap_or(1);
        let whole = flag(matches, "all") || top.is_some_and(|top| top > Pages::LARGEST.into());
        whole.then_some(List { wanted: top, concurrency })
    }

    /// The arguments of the first call, to show what would be sent.
    pub fn first_page(&self, arguments: &Arguments) -> Arguments {
        let mut first = arguments.clone();
        let top = self.wanted.map_or(Pages::LARGEST.into(), |wanted| wanted.min(Pages::LARGEST.into()));
        first.options.insert("top".into(), Input::Json(top.to_string()));
        first
    }

    /// Reads the list and prints it.
    pub async fn run(
        &self,
        client: &Client,
        operation: &'static Operation,
        arguments: Arguments,
        output: &Output,
    ) -> Result<(), Failure> {
        let progress = Progress::new(output, self.wanted);
        let mut pages = client.pages(operation, arguments.clone(), self.wanted).read_ahead(self.concurrency);
        if progress.is_shown() {
            pages = pages.count_first();
        }
        let mut printed: Option<Box<dyn Rows>> = None;
        while let Some(page) = pages.next().await.map_err(|error| incomplete(error, pages.rows()))? {
            // The PBX's release is known by now.
            let shape = || Shape::of(operation, &arguments, client.target()).complete();
            let Some(rows) = page.rows() else {
                // A report that comes as a file, say.
                return answer::print(operation, page.reply(), &shape(), output);
            };
            let printed = match &mut printed {
                Some(printed) => printed,
                none => none.insert(rows::open(output, &shape(), page.count())?),
            };
            for row in rows {
                printed.row(row)?;
            }
            progress.page(pages.rows(), page.count());
        }
        progress.finish();
        let printed = match printed {
            Some(printed) => printed,
            None => rows::open(output, &Shape::of(operation, &arguments, client.target()).complete(), None)?,
        };
        output.remark(&printed.finish()?);
        Ok(())
    }
}

/// So many pages are asked for at a time.
pub const CONCURRENCY: u64 = 8;

/// And so many at most: a PBX has better things to do.
pub const MOST_CONCURRENCY: u64 = 32;

/// What a failure in the middle of a list means.
fn incomplete(error: Error, rows: u64) -> Failure {
    if rows == 0 { error.into() } else { Failure::CutShort { error: Box::new(error), rows } }
}
