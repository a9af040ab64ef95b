//! CSV as RFC 4180 has it, in UTF-8: a heading, commas, CRLF, quotes where they are needed.
//!
//! Nested fields have a column each, lists are JSON in their cell. Nothing and `null` are an empty
//! cell. Texts that a spreadsheet would take for formulas are guarded ([`super::formula`]); `-o ndjson`
//! leaves them unchanged. `--delimiter` puts another character for the comma, and `--excel` writes what a
//! spreadsheet of this machine's region reads ([`super::excel`]), with a byte order mark, without which it does not take
//! the file for UTF-8.

use csv::{Terminator, Writer, WriterBuilder};
use threecx_catalog::TypeRef;

use super::delimiter::Delimiter;
use super::excel::Excel;
use super::flat::Columns;
use super::formula::{guarded, guarded_json};
use super::rows::Rows;
use super::shape::Shape;
use super::sink::Sink;
use super::style::escaped_line;
use crate::failure::Failure;

/// How CSV is written.
#[derive(Clone, Debug, Default)]
pub struct CsvStyle {
    pub delimiter: Delimiter,
    pub excel: Option<Excel>,
}

impl CsvStyle {
    /// Whatever is not as usual, so that no file is continued in another style; nothing if all is.
    pub fn name(&self) -> Option<String> {
        let excel = self.excel.as_ref().map_or_else(String::new, |excel| format!(" excel {}", excel.decimal_sign()));
        let is_usual = excel.is_empty() && self.delimiter == Delimiter::default();
        (!is_usual).then(|| format!("{}{excel}", self.delimiter.char()))
    }
}

/// A list as CSV. What is written goes through the writer's memory and then the sink's.
pub struct CsvRows {
    writer: Writer<Sink>,
    style: CsvStyle,
    /// `None` until the first row tells.
    columns: Option<Columns>,
    cell: String,
}

impl CsvRows {
    /// Writes the heading, unless the sink holds one already.
    pub fn new(sink: Sink, shape: &Shape, style: CsvStyle) -> Result<CsvRows, Failure> {
        let end = if sink.is_terminal() { Terminator::Any(b'\n') } else { Terminator::CRLF };
        let sink = if style.excel.is_some() { sink.marked() } else { sink };
        let writer = WriterBuilder::new().delimiter(style.delimiter.byte()).terminator(end).from_writer(sink);
        let mut rows = CsvRows { writer, style, columns: None, cell: String::new() };
        if let Some(columns) = Columns::of(shape) {
            rows.begin(columns)?;
        }
        Ok(rows)
    }

    fn begin(&mut self, columns: Columns) -> Result<(), Failure> {
        if self.writer.get_ref().is_empty() {
            let is_seen = self.writer.get_ref().is_terminal();
            let delimiter = self.style.delimiter.char();
            let heading = |name: &str| if is_seen { escaped_line(name) } else { guarded(name, delimiter).into_owned() };
            let written = self.writer.write_record(columns.columns.iter().map(|column| heading(&column.name)));
            written.map_err(|error| failed(&self.writer, error))?;
        }
        self.columns = Some(columns);
        Ok(())
    }
}

fn failed(writer: &Writer<Sink>, error: csv::Error) -> Failure {
    match error.into_kind() {
        csv::ErrorKind::Io(error) => writer.get_ref().failure(&error),
        other => Failure::Internal(format!("{other:?}")),
    }
}

impl Rows for CsvRows {
    fn row(&mut self, row: &str) -> Result<(), Failure> {
        if self.columns.is_none() {
            self.begin(Columns::of_row(row))?;
        }
        let Some(columns) = &mut self.columns else { return Ok(()) };
        for (index, json) in columns.cells(row).into_iter().enumerate() {
            self.cell.clear();
            let ty = columns.columns.get(index).and_then(|column| column.ty);
            self.style.text(json.as_deref().unwrap_or_default(), ty, &mut self.cell);
            // Where a person sees it, a row is a line.
            if self.writer.get_ref().is_terminal() {
                self.cell = escaped_line(&self.cell);
            }
            self.writer.write_field(&self.cell).map_err(|error| failed(&self.writer, error))?;
        }
        self.writer.write_record(None::<&[u8]>).map_err(|error| failed(&self.writer, error))
    }

    fn finish(mut self: Box<Self>) -> Result<Vec<String>, Failure> {
        self.writer.flush().map_err(|error| self.writer.get_ref().failure(&error))?;
        let sink = self.writer.into_inner().map_err(|error| Failure::Internal(error.to_string()))?;
        sink.finish()?;
        Ok(self.columns.iter().flat_map(Columns::left_out).collect())
    }

    fn checkpoint(&mut self) -> Result<u64, Failure> {
        self.writer.flush().map_err(|error| self.writer.get_ref().failure(&error))?;
        self.writer.get_ref().synced()
    }
}

impl CsvStyle {
    /// What a cell says of a JSON value.
    fn text(&self, json: &str, ty: Option<TypeRef>, cell: &mut String) {
        let delimiter = self.delimiter.char();
        match (json.as_bytes().first(), &self.excel) {
            (Some(b'"'), excel) => {
                let time = excel.as_ref().and_then(|excel| excel.time(json, ty));
                let text = match time {
                    Some(time) => time.to_string(),
                    None => serde_json::from_str(json).unwrap_or_else(|_| json.to_owned()),
                };
                cell.push_str(&guarded(&text, delimiter));
            }
            _ if json == "null" => {}
            (_, Some(excel)) => cell.push_str(&guarded_json(&excel.number(json), delimiter)),
            (_, None) => cell.push_str(&guarded_json(json, delimiter)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_hold_texts_and_no_formulas() {
        for (json, wanted) in [
            (r#""Ada, \"the\" first""#, "Ada, \"the\" first"),
            ("null", ""),
            ("", ""),
            ("1.50", "1.50"),
            ("-1.50", "-1.50"),
            ("[1,2]", "[1,2]"),
            (r#""=1+1""#, "'=1+1"),
            (r#""@SUM(A1)""#, "'@SUM(A1)"),
            (r#""+49 30 1234567""#, "+49 30 1234567"),
            (r#""+cmd|' /C calc'!A0""#, "'+cmd|' /C calc'!A0"),
            (r#""-2+3""#, "'-2+3"),
            (r#""\t=1""#, "'\t'=1"),
            (r#"["x;=1"]"#, r#"["x;\u003d1"]"#),
        ] {
            let mut cell = String::new();
            CsvStyle::default().text(json, None, &mut cell);
            assert_eq!(cell, wanted, "{json}");
        }
    }
}
