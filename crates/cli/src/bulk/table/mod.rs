//! Reading a file of rows: CSV, a sheet of Excel, JSON or YAML, as programs write them and as this one does.

mod csv;
mod json;
mod sheet;
mod sheet_bounds;
mod yaml;

use std::collections::HashSet;

use crate::failure::Failure;
use crate::text_file::{self, NotText};

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
    /// What was typed into a cell.
    fn typed(text: &str) -> Cell {
        if text.is_empty() { Cell::Empty } else { Cell::Text(text.to_owned()) }
    }

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

/// Headers and rows, of whichever kind the file was.
type Content = (Vec<String>, Vec<Row>);

/// Why a file is not one of rows, and what to do.
struct NotRows {
    reason: String,
    /// Where, if there are several places.
    places: Vec<String>,
    next_step: &'static str,
}

impl NotRows {
    fn new(reason: impl Into<String>, next_step: &'static str) -> NotRows {
        NotRows { reason: reason.into(), places: Vec::new(), next_step }
    }
}

/// The maximum number of mistakes that are listed.
const LISTED: usize = 20;

/// Reads a file, or stdin for `-`.
pub fn read(path: &str) -> Result<Table, Failure> {
    let bytes = text_file::bytes(path)?;
    content(bytes).and_then(checked).map_err(|NotRows { reason, places, next_step }| Failure::Unreadable {
        path: text_file::name(path).to_owned(),
        reason,
        places,
        next_step,
    })
}

/// The content says what it is: names lie, and stdin has none.
fn content(bytes: Vec<u8>) -> Result<Content, NotRows> {
    if bytes.starts_with(b"PK\x03\x04") {
        return sheet::read(bytes);
    }
    if bytes.starts_with(b"\xd0\xcf\x11\xe0") {
        return Err(NotRows::new("it is a workbook of old Excel (.xls)", "Save it as .xlsx, or as `CSV UTF-8`."));
    }
    let text = text_file::decoded(bytes).map_err(|NotText { reason }| NotRows::new(reason, text_file::NEXT_STEP))?;
    if text.trim_start().starts_with(['{', '[']) {
        return json::read(&text);
    }
    if yaml::is_yaml(&text) {
        return yaml::read(&text);
    }
    csv::read(&text).map_err(|mistakes| not_csv(&mistakes))
}

fn not_csv(mistakes: &[csv::Mistake]) -> NotRows {
    let next_step = if mistakes.iter().any(|mistake| mistake.column.is_some()) {
        "Close each quote, and double those that are part of a cell: \"the \"\"boss\"\"\"."
    } else {
        "Give each line as many fields as there are columns; put a text with a comma in it in \"quotes\"."
    };
    if let [one] = mistakes {
        return NotRows::new(one.to_string(), next_step);
    }
    let mut places: Vec<String> = mistakes.iter().take(LISTED).map(ToString::to_string).collect();
    if mistakes.len() > LISTED {
        places.push(format!("and {} more", mistakes.len() - LISTED));
    }
    NotRows { places, ..NotRows::new(format!("it is not CSV in {} places", mistakes.len()), next_step) }
}

/// A table whose columns can be told apart, and which has rows.
fn checked((headers, rows): Content) -> Result<Table, NotRows> {
    let (headers, rows) = without_empty_columns(headers, rows);
    let mut seen = HashSet::new();
    if let Some(header) = headers.iter().find(|header| !seen.insert(header.as_str())) {
        let reason = if header.is_empty() {
            "two columns have no name".into()
        } else {
            format!("two columns are called `{header}`")
        };
        return Err(NotRows::new(reason, "Rename or remove one of the columns in its first line."));
    }
    let rows: Vec<Row> = rows.into_iter().filter(|row| row.cells.iter().any(|cell| *cell != Cell::Empty)).collect();
    if rows.is_empty() {
        let next_step = "Write a line for each row below the first one, which names the columns.";
        return Err(NotRows::new("there are no rows in it", next_step));
    }
    Ok(Table { headers, rows })
}

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

/// The maximum number of cells that nothing in the file stands for: a few bytes that name a column make one in each
/// row.
const MOST_EMPTY: usize = 4_000_000;

/// Rows of objects, each with columns of its own, as a table with all of them.
#[derive(Default)]
struct Objects {
    headers: indexmap::IndexSet<String>,
    rows: Vec<Row>,
    /// The number of cells that are in the file.
    given: usize,
}

impl Objects {
    fn push(&mut self, line: u64, members: impl IntoIterator<Item = (String, Cell)>) -> Result<(), NotRows> {
        let mut cells = vec![Cell::Empty; self.headers.len()];
        for (name, cell) in members {
            let (at, _) = self.headers.insert_full(name);
            cells.resize(cells.len().max(at + 1), Cell::Empty);
            cells[at] = cell;
            self.given += 1;
        }
        self.rows.push(Row { line, cells });
        let (rows, names) = (self.rows.len(), self.headers.len());
        if rows.saturating_mul(names) > self.given.saturating_add(MOST_EMPTY) {
            let reason = format!("its first {rows} rows have {names} different names, which few of them share");
            return Err(NotRows::new(reason, "Give all rows the same names, or split it into files whose rows do."));
        }
        Ok(())
    }

    fn content(mut self) -> Content {
        for row in &mut self.rows {
            row.cells.resize(self.headers.len(), Cell::Empty);
        }
        (self.headers.into_iter().collect(), self.rows)
    }
}
