//! A workbook: one sheet with a heading that stays in view. Rows go to a temporary file as they
//! come, so that memory stays the same however many there are.
//!
//! Numbers and truth values are such; everything else is text, times too, because a workbook's
//! times have no zone; `--excel` writes those of this machine's ([`super::excel`]). Lists are JSON in their cell.

use std::any::Any;
use std::cell::Cell;
use std::panic::{self, AssertUnwindSafe};
use std::sync::Once;

use rust_xlsxwriter::{ExcelDateTime, Format, Workbook, Worksheet, XlsxError};
use threecx_catalog::Type;

use super::excel::{Excel, SheetTime};
use super::flat::{Column, Columns};
use super::formula::is_dangerous;
use super::rows::Rows;
use super::shape::Shape;
use super::sink::Sink;
use crate::failure::Failure;

/// The maximum number of rows of a sheet, the heading included.
const SHEET: u32 = 1_048_576;

/// The maximum number of characters of a cell.
const CELL: usize = 32_767;

/// A whole number up to here is exact.
const EXACT_DIGITS: usize = 15;

/// A list as a workbook.
pub struct XlsxRows {
    workbook: Workbook,
    sink: Sink,
    excel: Option<Excel>,
    columns: Option<Columns>,
    sheets: usize,
    /// The next row of the sheet.
    next: u32,
    /// Cells that were too long.
    cut: usize,
}

impl XlsxRows {
    pub fn new(sink: Sink, shape: &Shape, excel: Option<Excel>) -> Result<XlsxRows, Failure> {
        let mut rows = XlsxRows { workbook: Workbook::new(), sink, excel, columns: None, sheets: 0, next: 0, cut: 0 };
        if let Some(columns) = Columns::of(shape) {
            rows.columns = Some(columns);
            rows.sheet()?;
        }
        Ok(rows)
    }

    /// Begins a sheet with its heading.
    fn sheet(&mut self) -> Result<(), Failure> {
        let bold = Format::new().set_bold();
        let has_times = self.excel.is_some();
        let add = |workbook: &mut Workbook, columns: &[Column]| -> Result<(), XlsxError> {
            let sheet = workbook.add_worksheet_with_constant_memory()?;
            sheet.set_freeze_panes(1, 0)?;
            for (column, index) in columns.iter().zip(0..) {
                sheet.set_column_width(index, width(column, has_times) as f64)?;
            }
            for (column, index) in columns.iter().zip(0..) {
                write_text(sheet, 0, index, &column.name, &bold)?;
            }
            Ok(())
        };
        let columns = self.columns.as_ref().map_or(&[][..], |columns| &columns.columns);
        written(|| add(&mut self.workbook, columns))?;
        self.sheets += 1;
        self.next = 1;
        Ok(())
    }
}

/// The width of a column in characters: that of its heading. A time that does not fit is shown as `####`.
fn width(column: &Column, has_times: bool) -> usize {
    let is_moment = column.ty.is_none_or(|ty| matches!(ty.ty, Type::DateTimeOffset));
    let least = if has_times && is_moment { "2026-11-30 14:05:00".len() + 1 } else { 10 };
    column.name.len().clamp(least, 40)
}

/// Does something with a workbook. What is made of it goes into a temporary file, and where that cannot be written,
/// on a full disk, the writer of workbooks panics.
fn written<T>(work: impl FnOnce() -> Result<T, XlsxError>) -> Result<T, Failure> {
    thread_local!(static IS_WRITING: Cell<bool> = const { Cell::new(false) });
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let usual = panic::take_hook();
        panic::set_hook(Box::new(move |info| {
            if !IS_WRITING.get() {
                usual(info)
            }
        }));
    });
    IS_WRITING.set(true);
    let done = panic::catch_unwind(AssertUnwindSafe(work));
    IS_WRITING.set(false);
    let reason = match done {
        Ok(Ok(value)) => return Ok(value),
        Ok(Err(error)) => error.to_string(),
        Err(panic) => reason_of(&*panic),
    };
    Err(Failure::File { path: "the workbook".into(), reason })
}

/// `Couldn't write to xml file: Os { code: 28, kind: StorageFull, message: "No space left on device" }`, without what
/// is only for programmers.
fn reason_of(panic: &(dyn Any + Send)) -> String {
    let text = panic.downcast_ref::<String>().map(String::as_str).or(panic.downcast_ref::<&str>().copied());
    let text = text.unwrap_or("it cannot be written");
    let message = text.split_once("message: \"").and_then(|(_, rest)| rest.split_once('"'));
    message.map_or_else(|| text.to_owned(), |(message, _)| message.to_lowercase())
}

impl Rows for XlsxRows {
    fn row(&mut self, row: &str) -> Result<(), Failure> {
        if self.columns.is_none() {
            self.columns = Some(Columns::of_row(row));
        }
        if self.sheets == 0 || self.next == SHEET {
            self.sheet()?;
        }
        let XlsxRows { workbook, excel, columns: Some(columns), sheets, next, cut, .. } = self else { return Ok(()) };
        written(|| {
            let sheet = workbook.worksheet_from_index(*sheets - 1)?;
            let cells = columns.cells(row);
            for ((json, column), index) in cells.into_iter().zip(&columns.columns).zip(0..) {
                let json = json.as_deref().unwrap_or("null");
                match excel.as_ref().and_then(|excel| excel.time(json, column.ty)) {
                    Some(time) => write_time(sheet, *next, index, time)?,
                    None => *cut += usize::from(cell(sheet, *next, index, json)?),
                }
            }
            Ok(())
        })?;
        self.next += 1;
        Ok(())
    }

    fn finish(mut self: Box<Self>) -> Result<Vec<String>, Failure> {
        if self.sheets == 0 {
            self.sheet()?;
        }
        let XlsxRows { workbook, sink, .. } = &mut *self;
        written(|| workbook.save_to_writer(sink))?;
        self.sink.finish()?;
        let mut remarks: Vec<String> = self.columns.iter().flat_map(Columns::left_out).collect();
        if self.cut > 0 {
            remarks.push(format!("{} cells were cut to {CELL} characters; -o json has the full text.", self.cut));
        }
        Ok(remarks)
    }
}

/// Writes a text, which stays text when someone edits its cell: one that looks like a formula is marked as quoted.
fn write_text(sheet: &mut Worksheet, row: u32, column: u16, text: &str, format: &Format) -> Result<(), XlsxError> {
    match is_dangerous(text) {
        true => sheet.write_string_with_format(row, column, text, &format.clone().set_quote_prefix())?,
        false => sheet.write_string_with_format(row, column, text, format)?,
    };
    Ok(())
}

/// Writes a time as a number that is shown as one. A workbook has no times before others.
fn write_time(sheet: &mut Worksheet, row: u32, column: u16, time: SheetTime) -> Result<(), XlsxError> {
    let day = |date: jiff::civil::Date| {
        ExcelDateTime::from_ymd(date.year().unsigned_abs(), date.month().unsigned_abs(), date.day().unsigned_abs())
    };
    let format = |shown: &str| Format::new().set_num_format(shown);
    match time {
        SheetTime::Moment(moment) => {
            let [hour, minute, second] = [moment.hour(), moment.minute(), moment.second()].map(i8::unsigned_abs);
            let moment = day(moment.date())?.and_hms(hour.into(), minute, second)?;
            sheet.write_datetime_with_format(row, column, moment, &format("yyyy-mm-dd hh:mm:ss"))?
        }
        SheetTime::Day(date) => sheet.write_datetime_with_format(row, column, day(date)?, &format("yyyy-mm-dd"))?,
        SheetTime::TimeOfDay(time) => {
            let seconds = time.duration_since(jiff::civil::Time::midnight()).as_secs();
            sheet.write_number_with_format(row, column, days(seconds), &format("hh:mm:ss"))?
        }
        SheetTime::Duration(seconds @ 0..) => {
            sheet.write_number_with_format(row, column, days(seconds), &format("[h]:mm:ss"))?
        }
        SheetTime::Duration(_) => sheet.write_string(row, column, time.to_string())?,
    };
    Ok(())
}

/// Seconds as a workbook counts them.
fn days(seconds: i64) -> f64 {
    seconds as f64 / 86_400.0
}

/// Writes a cell; true if it had to be cut.
fn cell(sheet: &mut Worksheet, row: u32, column: u16, json: &str) -> Result<bool, XlsxError> {
    match json.as_bytes().first() {
        _ if json == "null" => {}
        Some(b't' | b'f') => drop(sheet.write_boolean(row, column, json == "true")?),
        Some(b'0'..=b'9' | b'-') => {
            let digits = json.bytes().filter(u8::is_ascii_digit).count();
            match json.parse::<f64>() {
                Ok(number) if digits <= EXACT_DIGITS && number.is_finite() => {
                    sheet.write_number(row, column, number)?;
                }
                _ => drop(sheet.write_string(row, column, json)?),
            }
        }
        _ => {
            let text: String = serde_json::from_str(json).unwrap_or_else(|_| json.to_owned());
            let cut: String = text.chars().take(CELL).collect();
            let is_cut = cut.len() < text.len();
            write_text(sheet, row, column, &cut, &Format::new())?;
            return Ok(is_cut);
        }
    }
    Ok(false)
}
