//! The results of a bulk run, beside its input: a CSV file with a line for each row. It takes the place of
//! earlier results, and of nothing else.

use std::fs::{self, File};
use std::io::{BufWriter, Read};
use std::path::{Path, PathBuf};

use threecx_change::State;
use threecx_core::file_name;

use super::columns::Columns;
use super::table::Table;
use crate::args::flag::Flag;
use crate::atomic_file::{Incomplete, Readers};
use crate::failure::{Failure, reason_of};
use crate::output::delimiter::Delimiter;
use crate::output::formula::guarded;

/// `people.csv` → `people.results.csv`
pub fn beside(input: &str) -> PathBuf {
    Path::new(input).with_extension("results.csv")
}

/// The columns that every such file has, in this order, behind those of its input.
const OUTCOME: [&str; 5] = ["outcome", "status", "error", "message", "id"];

/// The first of its columns.
const LINE: &str = "line";

/// The maximum length of a heading, of which more is not read.
const HEADING: u64 = 64 << 10;

/// The maximum number of names that are tried.
const MOST_NAMES: u32 = 100;

/// Writes the results, whole or not at all, and returns where: something of somebody else's that is called like
/// them stays.
pub fn write(
    path: &Path,
    table: &Table,
    columns: &Columns,
    flags: &[Flag],
    states: &[State],
) -> Result<PathBuf, Failure> {
    let path = &free(path)?;
    let of_file = |error: &std::io::Error| Failure::File { path: path.display().to_string(), reason: reason_of(error) };
    let fails =
        |error: &dyn std::fmt::Display| Failure::File { path: path.display().to_string(), reason: error.to_string() };
    let file = Incomplete::beside(path).map_err(|error| of_file(&error))?;
    let mut writer = csv::Writer::from_writer(BufWriter::new(file));
    let telling = columns.telling(flags);
    let headers = telling.iter().map(|column| columns.headers[*column].as_str());
    let files = states.iter().any(|state| state.file().is_some());
    let file = files.then_some("file");
    writer.write_record([LINE].into_iter().chain(headers).chain(OUTCOME).chain(file)).map_err(|error| fails(&error))?;
    for (row, state) in table.rows.iter().zip(states) {
        let line = row.line.to_string();
        let cells = telling.iter().map(|column| row.cells[*column].shown());
        let status = state.status().map(|status| status.to_string()).unwrap_or_default();
        let (error, message, id) = match state {
            State::Done { id, .. } => ("", "", id.as_deref().unwrap_or_default()),
            State::Failed { code, message, .. } => (code.as_str(), message.as_str(), ""),
            State::Unknown { message, .. } => ("unknown-outcome", message.as_str(), ""),
            State::Sent => ("unknown-outcome", "it was sent, and the program ended before an answer came", ""),
            State::Unsent | State::Skipped => ("", "", ""),
        };
        let own = [state.outcome(), &status, error, message, id];
        let file = files.then(|| state.file().unwrap_or_default());
        let record = [line.as_str()].into_iter().chain(cells).chain(own).chain(file);
        writer
            .write_record(record.map(|cell| guarded(cell, Delimiter::Comma.char()).into_owned()))
            .map_err(|error| fails(&error))?;
    }
    let file = writer.into_inner().map_err(|error| fails(&error.error()))?;
    let file = file.into_inner().map_err(|error| fails(&error.error()))?;
    let placed = match fs::symlink_metadata(path) {
        Ok(_) => file.replace(path, Readers::Owner).map(|()| path.clone()),
        Err(_) => file.place(std::iter::once(path.clone()), Readers::Owner),
    };
    placed.map_err(|error| of_file(&error))
}

/// The first of `people.results.csv`, `people.results (1).csv` and so on at which nothing of somebody else's is. A
/// folder is nothing that somebody may look for there: the caller is told that it is in the way.
fn free(path: &Path) -> Result<PathBuf, Failure> {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let numbered = |number| path.with_file_name(file_name::with_ending(&name, &format!(" ({number})")));
    let is_free = |path: &PathBuf| match fs::symlink_metadata(path) {
        Err(_) => true,
        Ok(about) => about.is_dir() || about.is_file() && are_results(path),
    };
    let found = std::iter::once(path.to_owned()).chain((1..MOST_NAMES).map(numbered)).find(is_free);
    found.ok_or_else(|| Failure::file(path.display().to_string(), &std::io::ErrorKind::AlreadyExists.into()))
}

/// True for a file with the heading of results.
fn are_results(path: &Path) -> bool {
    let Ok(file) = File::open(path) else { return false };
    let mut reader = csv::ReaderBuilder::new().has_headers(true).from_reader(file.take(HEADING));
    let Ok(heading) = reader.headers() else { return false };
    let heading: Vec<&str> = heading.iter().collect();
    heading.first() == Some(&LINE) && heading.windows(OUTCOME.len()).any(|columns| columns == OUTCOME)
}
