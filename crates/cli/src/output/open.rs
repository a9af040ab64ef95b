//! Opening a list, in whichever format.

use super::csv::CsvRows;
use super::format::Format;
use super::jq::Filtered;
use super::json::{JsonRows, Lines};
use super::list_table::TableRows;
use super::rows::Rows;
use super::settings::Output;
use super::shape::Shape;
use super::sink::Sink;
use super::xlsx::XlsxRows;
use super::yaml::YamlRows;
use crate::failure::Failure;

/// Opens a list: where it goes and in which format says `output`. `count` is how many rows the PBX
/// says there are in all.
pub fn rows(output: &Output, shape: &Shape, count: Option<u64>) -> Result<Box<dyn Rows>, Failure> {
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
        Format::Table => Box::new(TableRows::new(sink, shape, count, output.room())),
        Format::Json => Box::new(JsonRows::new(sink, count.filter(|_| shape.counted))?),
        Format::Ndjson => Box::new(Lines::new(sink, output.raw)),
        Format::Csv => Box::new(CsvRows::new(sink, shape, output.csv.clone())?),
        Format::Yaml => Box::new(YamlRows::new(sink)),
        Format::Xlsx => Box::new(XlsxRows::new(sink, shape, output.csv.excel.clone())?),
        #[cfg(feature = "parquet")]
        Format::Parquet => Box::new(super::parquet::ParquetRows::new(sink, shape)?),
    })
}
