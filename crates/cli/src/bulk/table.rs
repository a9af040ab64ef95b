//! Reading a file of rows: CSV, a sheet of Excel, or one JSON object a line.

use std::fmt::Display;
use std::io::{Cursor, Read};

use calamine::{Data, Reader, Xlsx};
use indexmap::{IndexMap, IndexSet};
use serde_json::value::RawValue;

use crate::failure::Failure;
use crate::output::formula::unguarded;

/// What a file holds.
#[derive(Debug)]
pub struct Table {
    pub headers: Vec<String>,
    pub rows: Vec<Row>,
}

/// A row that holds something.
#[derive(Debug)]
pub struct Row {
    /// Where it begins in the file, counted from 1.
    pub line: u64,
    /// One for each header.
    pub cells: Vec<Cell>,
}

/// What a row holds under a header.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Cell {
    /// Nothing: the argument is not given.
    Empty,
    /// Text, as someone typed it.
    Text(String),
    /// A JSON value.
    Json(String),
}

impl Cell {
    /// As it is shown.
    pub fn shown(&self) -> &str {
        match self {
            Cell::Empty => "",
            Cell::Text(text) | Cell::Json(text) => text,
        }
    }

    /// The text of a text, also of one in JSON.
    pub fn text(&self) -> Option<String> {
        match self {
            Cell::Empty => None,
            Cell::Text(text) => Some(text.clone()),
            Cell::Json(json) => Some(serde_json::from_str(json).unwrap_or_else(|_| json.clone())),
        }
    }
}

/// Windows programs begin a UTF-8 file with it.
const MARK: &[u8] = b"\xef\xbb\xbf";

/// Reads a file, or stdin for `-`.
pub fn read(path: &str) -> Result<Table, Failure> {
    let mut bytes = Vec::new();
    let read = match path {
        "-" => std::io::stdin().read_to_end(&mut bytes),
        _ => std::fs::File::open(path).and_then(|mut file| file.read_to_end(&mut bytes)),
    };
    read.map_err(|error| Failure::file(if path == "-" { "stdin" } else { path }, &error))?;
    // The content says what it is: names lie, and stdin has none.
    let begins = |start: &[u8]| bytes.strip_prefix(MARK).unwrap_or(&bytes).trim_ascii_start().starts_with(start);
    let (headers, rows) = if begins(b"PK\x03\x04") {
        sheet(path, bytes)?
    } else {
        let text = text(path, &bytes)?;
        if begins(b"{") { objects(path, text)? } else { csv(path, text)? }
    };
    let (headers, rows) = without_empty_columns(headers, rows);
    let twice = headers.iter().enumerate().find(|(index, header)| headers[..*index].contains(header));
    if let Some((_, header)) = twice {
        let reason = if header.is_empty() {
            "two columns have no name".into()
        } else {
            format!("two columns are called `{header}`")
        };
        return Err(unreadable(path, reason, "Rename or remove one of the columns in its first line."));
    }
    let rows: Vec<Row> = rows.into_iter().filter(|row| row.cells.iter().any(|cell| *cell != Cell::Empty)).collect();
    if rows.is_empty() {
        return Err(unreadable(
            path,
            "there are no rows in it",
            "Write a line for each row below the first one, which names the columns.",
        ));
    }
    Ok(Table { headers, rows })
}

type Content = (Vec<String>, Vec<Row>);

/// Spreadsheets leave columns without a name and with nothing in them at the end.
fn without_empty_columns(mut headers: Vec<String>, mut rows: Vec<Row>) -> Content {
    let is_empty =
        |rows: &[Row], at: usize| rows.iter().all(|row| row.cells.get(at).is_none_or(|cell| *cell == Cell::Empty));
    while headers.last().is_some_and(String::is_empty) && is_empty(&rows, headers.len() - 1) {
        headers.pop();
        rows.iter_mut().for_each(|row| row.cells.truncate(headers.len()));
    }
    (headers, rows)
}

fn csv(path: &str, text: &str) -> Result<Content, Failure> {
    let mut reader = csv::ReaderBuilder::new().delimiter(delimiter(text)).flexible(true).from_reader(text.as_bytes());
    let wrong = |error: csv::Error| unreadable(path, error.to_string(), "Save it as `CSV UTF-8`.");
    let headers: Vec<String> = reader.headers().map_err(wrong)?.iter().map(|header| header.trim().to_owned()).collect();
    let mut rows = Vec::new();
    for record in reader.records() {
        let record = record.map_err(wrong)?;
        // Blanks around a cell are not part of it.
        let cell = |field: &str| typed(&unguarded(field.trim()));
        let line = record.position().map_or(0, |position| line_of(text, position));
        if record.iter().all(|field| field.trim().is_empty()) {
            continue;
        }
        if record.len() != headers.len() {
            return Err(unreadable(
                path,
                format!("line {line} has {} fields, and the first line names {} columns", record.len(), headers.len()),
                "Give each line as many fields as there are columns; put a text with a comma in it in \"quotes\".",
            ));
        }
        rows.push(Row { line, cells: record.iter().map(cell).collect() });
    }
    Ok((headers, rows))
}

/// Where a record begins. The reader passes over empty lines after it has noted where it is.
fn line_of(text: &str, position: &csv::Position) -> u64 {
    let rest = usize::try_from(position.byte()).ok().and_then(|byte| text.as_bytes().get(byte..)).unwrap_or_default();
    let empty = rest.iter().take_while(|byte| matches!(byte, b'\r' | b'\n')).filter(|byte| **byte == b'\n').count();
    position.line() + empty as u64
}

fn typed(text: &str) -> Cell {
    if text.is_empty() { Cell::Empty } else { Cell::Text(text.to_owned()) }
}

/// Excel separates by semicolons where the comma is in numbers.
fn delimiter(text: &str) -> u8 {
    let first = text.lines().next().unwrap_or_default();
    let count = |byte: u8| first.bytes().filter(|found| *found == byte).count();
    [b',', b';', b'\t'].into_iter().rev().max_by_key(|byte| count(*byte)).unwrap_or(b',')
}

fn objects(path: &str, text: &str) -> Result<Content, Failure> {
    let mut headers: IndexSet<String> = IndexSet::new();
    let mut rows = Vec::new();
    for (index, line) in text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty()) {
        let number = index as u64 + 1;
        let record: IndexMap<String, &RawValue> = serde_json::from_str::<&RawValue>(line)
            .and_then(|raw| serde_json::from_str(raw.get()))
            .map_err(|error| {
                unreadable(
                    path,
                    format!("line {number} is not a JSON object: {error}"),
                    "Write one JSON object in each line.",
                )
            })?;
        let mut cells = vec![Cell::Empty; headers.len()];
        for (name, value) in record {
            let (at, _) = headers.insert_full(name);
            cells.resize(cells.len().max(at + 1), Cell::Empty);
            cells[at] = Cell::Json(value.get().to_owned());
        }
        rows.push(Row { line: number, cells });
    }
    for row in &mut rows {
        row.cells.resize(headers.len(), Cell::Empty);
    }
    Ok((headers.into_iter().collect(), rows))
}

fn sheet(path: &str, bytes: Vec<u8>) -> Result<Content, Failure> {
    let wrong = |error: &dyn Display| {
        unreadable(path, format!("the sheet cannot be read: {error}"), "Save it as .xlsx again, or as `CSV UTF-8`.")
    };
    super::sheet_bounds::check(&bytes).map_err(|reason| wrong(&reason))?;
    let mut book = Xlsx::new(Cursor::new(bytes)).map_err(|error| wrong(&error))?;
    let sheet = book
        .worksheet_range_at(0)
        .ok_or_else(|| unreadable(path, "there is no sheet in it", "Put the rows into its first sheet."))?;
    let sheet = sheet.map_err(|error| wrong(&error))?;
    let first = sheet.start().map_or(0, |(row, _)| u64::from(row)) + 1;
    let mut lines = sheet.rows();
    let headers: Vec<String> =
        lines.next().into_iter().flatten().map(|cell| cell_text(cell).trim().to_owned()).collect();
    let rows = lines.enumerate().map(|(index, cells)| {
        let cells = cells.iter().map(|cell| typed(cell_text(cell).trim()));
        Row { line: first + 1 + index as u64, cells: cells.collect() }
    });
    let rows = rows.collect();
    Ok((headers, rows))
}

/// A cell as someone would have typed it.
fn cell_text(cell: &Data) -> String {
    match cell {
        Data::Empty => String::new(),
        Data::String(text) | Data::DateTimeIso(text) | Data::DurationIso(text) => text.clone(),
        Data::DateTime(instant) if !instant.is_duration() => {
            let (year, month, day, hour, minute, second, _) = instant.to_ymd_hms_milli();
            match (instant.as_f64() < 1.0, (hour, minute, second)) {
                (true, _) => format!("{hour:02}:{minute:02}:{second:02}"),
                (false, (0, 0, 0)) => format!("{year:04}-{month:02}-{day:02}"),
                _ => format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}Z"),
            }
        }
        other => other.to_string(),
    }
}

fn text<'b>(path: &str, bytes: &'b [u8]) -> Result<&'b str, Failure> {
    let text = std::str::from_utf8(bytes).map_err(|error| {
        let line = bytes[..error.valid_up_to()].iter().filter(|byte| **byte == b'\n').count() + 1;
        unreadable(
            path,
            format!("line {line} is not UTF-8"),
            "Save it as `CSV UTF-8` (in Excel: Save As, and that type).",
        )
    })?;
    Ok(text.strip_prefix('\u{feff}').unwrap_or(text))
}

fn unreadable(path: &str, reason: impl Into<String>, next_step: &'static str) -> Failure {
    Failure::Table {
        path: if path == "-" { "stdin".into() } else { path.to_owned() },
        reason: reason.into(),
        next_step,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(content: Content) -> (Vec<String>, Vec<Vec<String>>) {
        let texts = |row: &Row| row.cells.iter().map(|cell| cell.shown().to_owned()).collect();
        (content.0, content.1.iter().map(texts).collect())
    }

    #[test]
    fn rows_come_from_csv_and_from_json() {
        for text in ["A,B\n1,\"x, y\"\n,z\n", "A;B\n1;x, y\n;z\n", "A\tB\n1\tx, y\n\tz\n"] {
            let (headers, rows) = texts(csv("x", text).expect(text));
            assert_eq!(headers, ["A", "B"]);
            assert_eq!(rows, [["1", "x, y"], ["", "z"]]);
        }
        let (headers, rows) = texts(objects("x", "{\"A\": 1}\n\n{\"B\": [2], \"A\": null}\n").expect("objects"));
        assert_eq!(headers, ["A", "B"]);
        assert_eq!(rows, [["1", ""], ["null", "[2]"]]);
    }
}
