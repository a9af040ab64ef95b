//! Rows on their way out, one by one, in whichever format: nothing here holds a whole list.

use super::csv::CsvRows;
use super::format::Format;
use super::jq::Filtered;
use super::json::{JsonRows, Lines};
use super::list_table::TableRows;
use super::shape::Shape;
use super::xlsx::XlsxRows;
use super::yaml::YamlRows;
use super::{Output, Sink};
use crate::failure::Failure;

/// Takes the rows of a list.
pub trait Rows {
    /// Takes the next row: a JSON value, as it came.
    fn row(&mut self, row: &str) -> Result<(), Failure>;

    /// Ends the list. Returns what is to be said about it.
    fn finish(self: Box<Self>) -> Result<Vec<String>, Failure>;

    /// Makes sure that all rows so far are in the file, and returns how long it is now. Only for
    /// formats in which a file can be continued.
    fn checkpoint(&mut self) -> Result<u64, Failure> {
        Err(Failure::Internal("this format cannot be continued".into()))
    }
}

/// Opens a list: where it goes and in which format says `output`. `count` is how many rows the PBX
/// says there are in all.
pub fn open(output: &Output, shape: &Shape, count: Option<u64>) -> Result<Box<dyn Rows>, Failure> {
    continued(output, output.open_for(shape)?, shape, count)
}

/// The same on a sink that may hold a part of the list already.
pub fn continued(output: &Output, sink: Sink, shape: &Shape, count: Option<u64>) -> Result<Box<dyn Rows>, Failure> {
    let Some(jq) = &output.jq else { return plain(output, sink, shape, count) };
    // What a filter makes of a row has no structure that is known.
    let rows = plain(output, sink, &Shape::unknown(), None)?;
    Ok(Box::new(Filtered::new(jq.clone(), rows)))
}

fn plain(output: &Output, sink: Sink, shape: &Shape, count: Option<u64>) -> Result<Box<dyn Rows>, Failure> {
    Ok(match output.format {
        Format::Table => Box::new(TableRows::new(sink, shape, count, output.width())),
        Format::Json => Box::new(JsonRows::new(sink, count.filter(|_| shape.counted))?),
        Format::Ndjson => Box::new(Lines::new(sink, output.raw)),
        Format::Csv => Box::new(CsvRows::new(sink, shape)?),
        Format::Yaml => Box::new(YamlRows::new(sink)),
        Format::Xlsx => Box::new(XlsxRows::new(sink, shape)?),
        #[cfg(feature = "parquet")]
        Format::Parquet => Box::new(super::parquet::ParquetRows::new(sink, shape)?),
    })
}

/// What is to be said of a list that may not have come whole: a PBX gives the first page of a list
/// that nobody limited, and does not say so. Its pages are as long as it likes, but of round numbers.
pub fn more(number: u64, count: Option<u64>, shape: &Shape) -> Option<String> {
    const LEAST: u64 = 20;
    if shape.complete || number < LEAST || !number.is_multiple_of(10) || count.is_some_and(|count| count <= number) {
        return None;
    }
    Some(match count {
        Some(count) => format!("{number} of {count} rows; --all reads them all."),
        None => format!("{number} rows; there may be more: --all reads them all."),
    })
}
