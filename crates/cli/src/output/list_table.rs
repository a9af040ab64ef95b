//! A list as a table. Columns and their widths follow from the first rows; those that come later
//! are printed as they come.

use unicode_width::UnicodeWidthStr;

use super::columns::{self, Columns, HIDDEN, Record};
use super::rows::{Rows, more};
use super::shape::{self, Shape};
use super::sink::Sink;
use super::style::{Style, one_line};
use super::table::fit;
use super::terminal::WIDTH;
use crate::failure::Failure;

/// The number of rows that decide.
const FIRST: usize = 100;

/// Between two columns.
const GAP: &str = "  ";

/// A list as a table.
pub struct TableRows {
    sink: Sink,
    shape: Shape,
    count: Option<u64>,
    /// How wide a line may be; nothing where nothing is cut.
    room: Option<usize>,
    /// The first rows, until there are enough of them.
    first: Vec<String>,
    layout: Option<Layout>,
    number: u64,
    hidden: bool,
}

struct Layout {
    names: Vec<String>,
    widths: Vec<usize>,
    left_out: usize,
}

impl TableRows {
    pub fn new(sink: Sink, shape: &Shape, count: Option<u64>, room: Option<usize>) -> TableRows {
        let shape = shape.clone();
        TableRows { sink, shape, count, room, first: Vec::new(), layout: None, number: 0, hidden: false }
    }

    /// Decides, and prints what decided.
    fn begin(&mut self) -> Result<(), Failure> {
        let first = std::mem::take(&mut self.first);
        let records: Option<Vec<Record<'_>>> = first.iter().map(|row| columns::record(row)).collect();
        let layout = match records {
            Some(records) if !records.is_empty() => self.lay_out(&records),
            // Scalars: one a line.
            _ => Layout { names: Vec::new(), widths: Vec::new(), left_out: 0 },
        };
        if !layout.names.is_empty() {
            let names: Vec<String> = layout.names.iter().map(|name| one_line(name)).collect();
            let heading = line(names.iter().map(String::as_str), &layout.widths, self.room.is_some());
            self.sink.painted(&Style::for_stdout().bold(&heading))?;
        }
        self.layout = Some(layout);
        first.iter().try_for_each(|row| self.print(row))
    }

    fn lay_out(&self, records: &[Record<'_>]) -> Layout {
        let Columns { names, left_out } = columns::choose(records, &self.shape, self.room.unwrap_or(WIDTH));
        let widest = |name: &String| {
            let cells = records.iter().map(|record| self.cell(record, name).width());
            cells.chain([name.width()]).max().unwrap_or_default()
        };
        let mut widths: Vec<usize> = names.iter().map(widest).collect();
        if let Some(room) = self.room {
            narrow(&mut widths, room.saturating_sub(GAP.len() * names.len().saturating_sub(1)));
        }
        Layout { names, widths, left_out }
    }

    fn cell(&self, record: &Record<'_>, name: &str) -> String {
        let Some(value) = record.get(name) else { return String::new() };
        let text = columns::shown_cell(self.shape.structure, name, value.get());
        match columns::is_secret(self.shape.structure, name) && !text.is_empty() {
            true => HIDDEN.to_owned(),
            false => one_line(&text),
        }
    }

    fn print(&mut self, row: &str) -> Result<(), Failure> {
        let Some(layout) = &self.layout else { return Ok(()) };
        match columns::record(row).filter(|_| !layout.names.is_empty()) {
            Some(record) => {
                let cells: Vec<String> = layout.names.iter().map(|name| self.cell(&record, name)).collect();
                self.hidden |= cells.iter().any(|cell| cell == HIDDEN);
                self.sink.line(&line(cells.iter().map(String::as_str), &layout.widths, self.room.is_some()))
            }
            None => self.sink.line(&one_line(&columns::cell(&shape::masked_text(self.shape.structure, row)))),
        }
    }

    fn remarks(&self) -> Vec<String> {
        let number = self.number;
        let mut remarks = Vec::new();
        if let Some(count) = self.count.filter(|count| more(number, Some(*count), &self.shape).is_none()) {
            remarks.push(format!("{number} of {count} rows."));
        } else if number == 0 {
            remarks.push("No rows.".to_owned());
        }
        let left_out = self.layout.as_ref().map_or(0, |layout| layout.left_out);
        if left_out > 0 {
            remarks.push(format!("{left_out} more columns: choose with --select, or see all with -o json."));
        }
        if self.hidden {
            remarks.push(format!("{HIDDEN} are secrets; -o json shows them."));
        }
        remarks
    }
}

impl Rows for TableRows {
    fn row(&mut self, row: &str) -> Result<(), Failure> {
        self.number += 1;
        if self.layout.is_some() {
            return self.print(row);
        }
        self.first.push(row.to_owned());
        if self.first.len() == FIRST { self.begin() } else { Ok(()) }
    }

    fn finish(mut self: Box<Self>) -> Result<Vec<String>, Failure> {
        if self.layout.is_none() {
            self.begin()?;
        }
        let remarks = self.remarks();
        self.sink.finish()?;
        Ok(remarks)
    }
}

/// A line of cells; those of later rows may be wider than their column, and are cut only on a terminal.
fn line<'a>(cells: impl Iterator<Item = &'a str>, widths: &[usize], cut: bool) -> String {
    let cell = |(cell, width): (&str, &usize)| fit(cell, if cut { *width } else { cell.width().max(*width) });
    let cells: Vec<String> = cells.zip(widths).map(cell).collect();
    cells.join(GAP).trim_end().to_owned()
}

/// Takes from the widest columns until all fit.
fn narrow(widths: &mut [usize], room: usize) {
    const LEAST: usize = 4;
    let mut total: usize = widths.iter().sum();
    while total > room {
        let Some(widest) = widths.iter_mut().max().filter(|width| **width > LEAST) else { return };
        *widest -= 1;
        total -= 1;
    }
}
