//! Rows in a sheet of Excel: cells as Excel shows them, where that is more than a number.

use std::collections::BTreeMap;
use std::fmt::Display;
use std::io::Cursor;

use calamine::{CellErrorType, DataRef, ExcelDateTime, Reader, Xlsx};

use super::{Cell, Content, NotRows, Row, sheet_bounds};

/// The maximum number of columns: a cell at the end of the sheet must not make a row of thousands.
const COLUMNS: usize = 1_000;

/// Digits that a number in a sheet keeps; what is longer has zeros in the place of those that it lost.
const EXACT: f64 = 1e15;

/// Reads the first sheet.
pub fn read(bytes: Vec<u8>) -> Result<Content, NotRows> {
    sheet_bounds::check(&bytes).map_err(|reason| unreadable(&reason))?;
    let mut book = Xlsx::new(Cursor::new(bytes)).map_err(|error| unreadable(&error))?;
    let name = book.sheet_names().into_iter().next();
    let name = name.ok_or_else(|| NotRows::new("there is no sheet in it", "Put the rows into its first sheet."))?;
    let mut reader = book.worksheet_cells_reader(&name).map_err(|error| unreadable(&error))?;
    let mut lines: BTreeMap<u32, BTreeMap<usize, String>> = BTreeMap::new();
    while let Some((cell, style)) = reader.next_cell_with_style_id().map_err(|error| unreadable(&error))? {
        let (line, column) = cell.get_position();
        let format = reader.styles().get(style).and_then(|style| style.number_format.as_ref());
        let text = text(cell.get_value(), format.map_or("", |format| &format.format_code));
        let text = text.trim();
        if text.is_empty() {
            continue;
        }
        let column = column as usize;
        if column >= COLUMNS {
            let reason = format!("line {} has a cell in column {}, and {COLUMNS} are read", line + 1, column + 1);
            return Err(NotRows::new(reason, "Delete what lies beside the table."));
        }
        lines.entry(line).or_default().insert(column, text.to_owned());
    }
    Ok(table(lines))
}

fn unreadable(error: &dyn Display) -> NotRows {
    NotRows::new(format!("the sheet cannot be read: {error}"), "Save it as .xlsx again, or as `CSV UTF-8`.")
}

/// The first line that holds something names the columns. The table begins where its first column does.
fn table(mut lines: BTreeMap<u32, BTreeMap<usize, String>>) -> Content {
    let first = lines.values().filter_map(|cells| cells.keys().next()).min().copied().unwrap_or_default();
    let width = lines.values().filter_map(|cells| cells.keys().next_back()).max().map_or(0, |last| last + 1 - first);
    let Some((_, headers)) = lines.pop_first() else { return (Vec::new(), Vec::new()) };
    let headers = (first..first + width).map(|column| headers.get(&column).cloned().unwrap_or_default());
    let rows = lines.into_iter().map(|(line, mut cells)| {
        let cells = (first..first + width).map(|column| cells.remove(&column).map_or(Cell::Empty, Cell::Text));
        Row { line: u64::from(line) + 1, cells: cells.collect() }
    });
    (headers.collect(), rows.collect())
}

/// A cell as someone would have typed it.
fn text(value: &DataRef<'_>, format: &str) -> String {
    match value {
        DataRef::Empty => String::new(),
        DataRef::String(text) | DataRef::DateTimeIso(text) | DataRef::DurationIso(text) => text.clone(),
        DataRef::SharedString(text) => (*text).to_owned(),
        DataRef::Bool(value) => value.to_string(),
        DataRef::Int(value) => shown(*value, format).unwrap_or_else(|| value.to_string()),
        DataRef::Float(value) => number(*value, format),
        DataRef::DateTime(instant) => instant_text(instant),
        DataRef::Error(error) => error_text(error).to_owned(),
    }
}

fn number(value: f64, format: &str) -> String {
    if value.fract() != 0.0 {
        return value.to_string();
    }
    if value.abs() >= EXACT {
        // As Excel shows it: digits are lost, so that it cannot be taken for a text.
        let text = format!("{value:E}");
        return text.replacen('E', "E+", 1);
    }
    shown(value as i64, format).unwrap_or_else(|| (value as i64).to_string())
}

fn instant_text(instant: &ExcelDateTime) -> String {
    if instant.is_duration() {
        let seconds = (instant.as_f64() * 86_400.0).round() as i64;
        return format!("{:02}:{:02}:{:02}", seconds / 3600, seconds / 60 % 60, seconds % 60);
    }
    let (year, month, day, hour, minute, second, _) = instant.to_ymd_hms_milli();
    match (instant.as_f64() < 1.0, (hour, minute, second)) {
        (true, _) => format!("{hour:02}:{minute:02}:{second:02}"),
        (false, (0, 0, 0)) => format!("{year:04}-{month:02}-{day:02}"),
        _ => format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}Z"),
    }
}

fn error_text(error: &CellErrorType) -> &'static str {
    match error {
        CellErrorType::Div0 => "#DIV/0!",
        CellErrorType::NA => "#N/A",
        CellErrorType::Name => "#NAME?",
        CellErrorType::Null => "#NULL!",
        CellErrorType::Num => "#NUM!",
        CellErrorType::Ref => "#REF!",
        CellErrorType::Value => "#VALUE!",
        CellErrorType::GettingData => "#GETTING_DATA",
    }
}

/// A whole number as a format shows it that is made of digits and fixed text only: `0000`, `+0`,
/// `"0"0`, `000-000`. Formats that group, round or colour say nothing about what is meant.
fn shown(value: i64, format: &str) -> Option<String> {
    let format = format.split(';').next().filter(|_| value >= 0)?;
    let pieces = pieces(format)?;
    let places = pieces.iter().filter(|piece| matches!(piece, Piece::Digit { .. })).count();
    let is_plain = pieces.iter().all(|piece| *piece == Piece::Digit { always: false }) || places == 0;
    if is_plain || pieces == [Piece::Digit { always: true }] {
        return None;
    }
    let digits = value.to_string();
    let mut left = digits.chars().rev();
    let mut text: Vec<char> = Vec::new();
    let mut places = places;
    for piece in pieces.iter().rev() {
        match piece {
            Piece::Text(c) => text.push(*c),
            Piece::Digit { always } => {
                places -= 1;
                match left.next() {
                    Some(digit) => text.push(digit),
                    None if *always => text.push('0'),
                    None => {}
                }
                if places == 0 {
                    text.extend(left.by_ref());
                }
            }
        }
    }
    Some(text.into_iter().rev().collect())
}

/// A piece of a number format.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Piece {
    /// A digit, or for one that need not be there, nothing.
    Digit {
        always: bool,
    },
    Text(char),
}

fn pieces(format: &str) -> Option<Vec<Piece>> {
    let mut pieces = Vec::new();
    let mut chars = format.chars();
    while let Some(c) = chars.next() {
        match c {
            '0' => pieces.push(Piece::Digit { always: true }),
            '#' => pieces.push(Piece::Digit { always: false }),
            '"' => pieces.extend(chars.by_ref().take_while(|c| *c != '"').map(Piece::Text)),
            '\\' => pieces.push(Piece::Text(chars.next()?)),
            '+' | '-' | '(' | ')' | ' ' | '/' => pieces.push(Piece::Text(c)),
            // What fills a cell up or leaves room in it is not text.
            '_' | '*' => drop(chars.next()?),
            _ => return None,
        }
    }
    Some(pieces)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_read_as_they_are_shown() {
        for (value, format, wanted) in [
            (89.0, "0000", "0089"),
            (89.0, "0000;-0000", "0089"),
            (12345.0, "0000", "12345"),
            (49301234501.0, "+0", "+49301234501"),
            (49301234501.0, "\"+\"#", "+49301234501"),
            (30123.0, "\"0\"0", "030123"),
            (301234.0, "\\0000\\ 000", "0301 234"),
            (89.0, "00000-0000", "00000-0089"),
            (89.0, "0", "89"),
            (89.0, "General", "89"),
            (89.0, "", "89"),
            (89.0, "#,##0", "89"),
            (89.0, "0.00", "89"),
            (0.5, "0%", "0.5"),
            (-89.0, "0000", "-89"),
            (490301234501.0, "General", "490301234501"),
            (1.2345678901234568e18, "0", "1.2345678901234568E+18"),
        ] {
            assert_eq!(text(&DataRef::Float(value), format), wanted, "{value} {format}");
        }
        assert_eq!(text(&DataRef::Int(7), "000"), "007");
        assert_eq!(text(&DataRef::Error(CellErrorType::NA), ""), "#N/A");
    }
}
