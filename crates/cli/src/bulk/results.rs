//! The results of a bulk run, beside its input: a CSV file with a line for each row.

use std::path::{Path, PathBuf};

use threecx_change::State;

use super::columns::Columns;
use super::table::Table;
use crate::args::flag::Flag;
use crate::failure::Failure;
use crate::output::formula::guarded;

/// `people.csv` → `people.results.csv`
pub fn beside(input: &str) -> PathBuf {
    Path::new(input).with_extension("results.csv")
}

/// Writes the results, whole or not at all.
pub fn write(path: &Path, table: &Table, columns: &Columns, flags: &[Flag], states: &[State]) -> Result<(), Failure> {
    let fails =
        |error: &dyn std::fmt::Display| Failure::File { path: path.display().to_string(), reason: error.to_string() };
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let file = tempfile::NamedTempFile::new_in(folder).map_err(|error| fails(&error))?;
    let mut writer = csv::Writer::from_writer(std::io::BufWriter::new(file));
    let telling = columns.telling(flags);
    let headers = telling.iter().map(|column| columns.headers[*column].as_str());
    let own = ["outcome", "status", "error", "message", "id"];
    let files = states.iter().any(|state| state.file().is_some());
    let file = files.then_some("file");
    writer.write_record(["line"].into_iter().chain(headers).chain(own).chain(file)).map_err(|error| fails(&error))?;
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
        writer.write_record(record.map(|cell| guarded(cell).into_owned())).map_err(|error| fails(&error))?;
    }
    let file = writer.into_inner().map_err(|error| fails(&error.error()))?;
    let file = file.into_inner().map_err(|error| fails(&error.error()))?;
    file.persist(path).map_err(|error| fails(&error.error))?;
    Ok(())
}
