//! Reading CSV strictly: what programs write is read as they mean it, and what none of them would write is
//! refused with its place, because every guess about it moves cells to where they do not belong.

use std::ops::Range;

use super::{Cell, Content, Row};
use crate::output::delimiter::Delimiter;
use crate::output::formula::unguarded;

/// What is recognised without a first line that says so.
const DELIMITERS: [Delimiter; 4] = Delimiter::ALL;

/// Something that is not CSV, and where.
#[derive(Debug, PartialEq, Eq)]
pub struct Mistake {
    pub line: u64,
    pub column: Option<usize>,
    pub what: String,
}

impl std::fmt::Display for Mistake {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.column {
            Some(column) => write!(f, "line {}, column {column}: {}", self.line, self.what),
            None => write!(f, "line {} {}", self.line, self.what),
        }
    }
}

/// A line of the file, which may reach over several where a cell does.
struct Record {
    line: u64,
    cells: Vec<String>,
}

impl Record {
    fn is_blank(&self) -> bool {
        self.cells.iter().all(|cell| cell.trim().is_empty())
    }
}

/// Reads a text; everything that is wrong with it otherwise.
pub fn read(text: &str) -> Result<Content, Vec<Mistake>> {
    let (delimiter, from) = delimiter(text);
    let mut scanner = Scanner { text, at: from, line: lines_before(text, from), line_start: from, delimiter };
    let mut mistakes = Vec::new();
    let mut records = Vec::new();
    while let Some(record) = scanner.record(&mut mistakes) {
        records.push(record);
    }
    let mut records = records.into_iter().skip_while(Record::is_blank);
    let headers = records.next().map_or_else(Vec::new, |record| record.cells);
    let headers: Vec<String> = headers.iter().map(|header| header.trim().to_owned()).collect();
    let mut rows = Vec::new();
    // Where quotes are wrong, cells are not where they seem to be.
    let quotes_fit = mistakes.is_empty();
    for record in records.filter(|record| !record.is_blank()) {
        if record.cells.len() != headers.len() && quotes_fit {
            let what = format!("has {} fields, and the first line names {} columns", record.cells.len(), headers.len());
            mistakes.push(Mistake { line: record.line, column: None, what });
        }
        // Blanks around a cell are not part of it.
        let cells = record.cells.iter().map(|cell| Cell::typed(&unguarded(cell.trim(), delimiter)));
        rows.push(Row { line: record.line, cells: cells.collect() });
    }
    if mistakes.is_empty() { Ok((headers, rows)) } else { Err(mistakes) }
}

/// What separates the cells, and where the rows begin. A first line `sep=;` says so to Excel, and is not a row.
fn delimiter(text: &str) -> (char, usize) {
    let first = text.lines().next().unwrap_or_default();
    let said = first.trim().trim_matches('"');
    let said = said.get(..4).filter(|start| start.eq_ignore_ascii_case("sep=")).map(|_| &said[4..]);
    // A program that wrote the line anew has filled it up to the width of the rows.
    if let Some(said) = said.map(|said| said.trim_matches('"'))
        && let Some(one) = first_char(said, first)
        && said.chars().all(|c| c == one)
    {
        let rest = text.find('\n').map_or(text.len(), |end| end + 1);
        return (one, rest);
    }
    let mut quoted = false;
    let mut counts = [0usize; DELIMITERS.len()];
    for c in text.trim_start_matches(['\r', '\n']).chars() {
        match c {
            '"' => quoted = !quoted,
            '\n' | '\r' if !quoted => break,
            _ if quoted => {}
            _ => {
                if let Some(index) = DELIMITERS.iter().position(|known| known.char() == c) {
                    counts[index] += 1;
                }
            }
        }
    }
    let best = (0..DELIMITERS.len()).rev().max_by_key(|index| counts[*index]).unwrap_or_default();
    (DELIMITERS[best].char(), 0)
}

/// The character after `sep=`; a tab may have been trimmed away as white space.
fn first_char(said: &str, line: &str) -> Option<char> {
    said.chars().next().or_else(|| line.trim_end_matches(['\r', '\n']).ends_with('\t').then_some('\t'))
}

fn lines_before(text: &str, at: usize) -> u64 {
    text[..at].matches('\n').count() as u64 + 1
}

struct Scanner<'t> {
    text: &'t str,
    at: usize,
    /// Counted from 1.
    line: u64,
    /// Where the line begins.
    line_start: usize,
    delimiter: char,
}

impl Scanner<'_> {
    fn peek(&self) -> Option<char> {
        self.text[self.at..].chars().next()
    }

    fn bump(&mut self) -> Option<char> {
        let c = self.peek()?;
        self.at += c.len_utf8();
        // CRLF is one end of a line, and so is either alone.
        if c == '\n' || c == '\r' && self.peek() != Some('\n') {
            self.line += 1;
            self.line_start = self.at;
        }
        Some(c)
    }

    /// True where a cell ends.
    fn is_over(&self) -> bool {
        self.peek().is_none_or(|c| c == self.delimiter || c == '\n' || c == '\r')
    }

    fn column(&self, at: usize) -> usize {
        self.text[self.line_start..at].chars().count() + 1
    }

    fn mistake(&self, at: usize, what: &str) -> Mistake {
        Mistake { line: self.line, column: Some(self.column(at)), what: what.to_owned() }
    }

    /// The next record; nothing at the end of the text.
    fn record(&mut self, mistakes: &mut Vec<Mistake>) -> Option<Record> {
        self.peek()?;
        let mut record = Record { line: self.line, cells: Vec::new() };
        loop {
            record.cells.push(self.cell(mistakes));
            match self.bump() {
                Some(c) if c == self.delimiter => {}
                Some('\r') => {
                    if self.peek() == Some('\n') {
                        self.bump();
                    }
                    return Some(record);
                }
                _ => return Some(record),
            }
        }
    }

    fn cell(&mut self, mistakes: &mut Vec<Mistake>) -> String {
        let start = self.at;
        while self.peek().is_some_and(|c| c == ' ' || c == '\t' && self.delimiter != '\t') {
            self.bump();
        }
        if self.peek() == Some('"') {
            return self.quoted(mistakes);
        }
        while !self.is_over() {
            if self.peek() == Some('"') {
                let what =
                    "a quote in the middle of a cell; a cell with quotes in it is put in quotes, and those are doubled";
                mistakes.push(self.mistake(self.at, what));
                self.skip();
                break;
            }
            self.bump();
        }
        self.text[start..self.at].to_owned()
    }

    /// A cell in quotes, with two for one that is meant.
    fn quoted(&mut self, mistakes: &mut Vec<Mistake>) -> String {
        let opened = self.mistake(self.at, "the quote that opens here is never closed");
        self.bump();
        let mut cell = String::new();
        loop {
            match self.bump() {
                Some('"') if self.peek() == Some('"') => {
                    self.bump();
                    cell.push('"');
                }
                Some('"') => break,
                Some(c) => cell.push(c),
                None => {
                    mistakes.push(opened);
                    return cell;
                }
            }
        }
        let blanks: Range<usize> = self.at..self.at + self.blanks();
        self.at = blanks.end;
        if !self.is_over() {
            let what = format!("text after the quote that closes the cell (opened in line {})", opened.line);
            mistakes.push(self.mistake(self.at, &what));
            self.skip();
        }
        cell
    }

    fn blanks(&self) -> usize {
        let rest = &self.text[self.at..];
        let blank = |c: char| c == ' ' || c == '\t' && self.delimiter != '\t';
        rest.len() - rest.trim_start_matches(blank).len()
    }

    /// To the end of the line: what follows a mistake makes no sense.
    fn skip(&mut self) {
        while self.peek().is_some_and(|c| c != '\n' && c != '\r') {
            self.bump();
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn rows(text: &str) -> (Vec<String>, Vec<(u64, Vec<String>)>) {
        let (headers, rows) = read(text).expect(text);
        let texts = |row: &Row| (row.line, row.cells.iter().map(|cell| cell.shown().to_owned()).collect());
        (headers, rows.iter().map(texts).collect())
    }

    #[test]
    fn delimiters_line_ends_and_quotes_are_read_as_programs_write_them() {
        let wanted = (
            vec!["A".to_owned(), "B".into()],
            vec![(2, vec!["1".to_owned(), "x y".into()]), (3, vec![String::new(), "z\"q".into()])],
        );
        for delimiter in DELIMITERS.map(Delimiter::char) {
            for end in ["\n", "\r\n", "\r"] {
                let lines = ["A,B", "1,\"x y\"", ",\"z\"\"q\"", ""].join(end);
                let text = lines.replace(',', &delimiter.to_string());
                assert_eq!(rows(&text), wanted, "{text:?}");
                assert_eq!(rows(text.trim_end()), wanted, "{text:?}");
            }
        }
        let (headers, found) = rows("\"Name, full\";Number\n \"A; B\" ;1\n\n;;\n\"two\nlines\";2\n");
        assert_eq!(headers, ["Name, full", "Number"]);
        assert_eq!(found, [(2, vec!["A; B".into(), "1".into()]), (5, vec!["two\nlines".into(), "2".into()])]);
    }

    #[test]
    fn the_line_for_excel_names_the_delimiter() {
        for (line, delimiter) in
            [("sep=;", ';'), ("SEP=|", '|'), ("\"sep=,\"", ','), ("sep=\t", '\t'), ("sep=;;;", ';'), ("sep=^\r", '^')]
        {
            let text = format!("{line}\nA,B\n1,2\n").replace(',', &delimiter.to_string());
            let text = if delimiter == ',' { format!("{line}\nA,B\n1,2\n") } else { text };
            let (headers, found) = rows(&text);
            assert_eq!(headers, ["A", "B"], "{line:?}");
            assert_eq!(found, [(3, vec!["1".to_owned(), "2".into()])], "{line:?}");
        }
    }

    #[test]
    fn what_is_not_csv_is_refused_with_its_place() {
        for (text, places) in [
            ("A,B\n1,x\n2,\"y\n3,z\n", &[(3, Some(3), "never closed")][..]),
            ("A,B\n1,x\"y\n2,z\"\n", &[(2, Some(4), "in the middle"), (3, Some(4), "in the middle")]),
            ("A,B\n\"1\"x,2\n", &[(2, Some(4), "text after the quote")]),
            ("A,B\n\"1\"\"\"\",2\n", &[(2, Some(1), "never closed")]),
            ("A,\"B\n1,2\n", &[(1, Some(3), "never closed")]),
            ("A,B\n1\n1,2,3\n1,2\n", &[(2, None, "has 1 fields"), (3, None, "has 3 fields")]),
        ] {
            let found = read(text).expect_err(text);
            assert_eq!(found.len(), places.len(), "{text}: {found:?}");
            for (mistake, (line, column, what)) in found.iter().zip(places) {
                assert_eq!((mistake.line, mistake.column), (*line, *column), "{text}: {found:?}");
                assert!(mistake.what.contains(what), "{mistake}");
            }
        }
    }

    proptest! {
        /// What a CSV writer writes is read as it was, whatever is in the cells.
        #[test]
        fn what_is_written_is_read(cells in prop::collection::vec("[a-z\",;|\t\n\r é]{1,6}", 2..12)) {
            let wanted: Vec<&str> = cells.iter().map(|cell| cell.trim()).filter(|cell| !cell.is_empty()).collect();
            let mut writer = csv::WriterBuilder::new().quote_style(csv::QuoteStyle::Always).from_writer(Vec::new());
            writer.write_record(["A"]).expect("written");
            for cell in &wanted {
                writer.write_record([cell]).expect("written");
            }
            let text = String::from_utf8(writer.into_inner().expect("bytes")).expect("UTF-8");
            let (_, found) = rows(&text);
            let found: Vec<String> = found.into_iter().flat_map(|(_, cells)| cells).collect();
            prop_assert_eq!(found, wanted);
        }

        /// No text makes it panic or go round in circles.
        #[test]
        fn any_text_is_read_or_refused(text in "[\",;\n\r a=sep]{0,60}") {
            let _ = read(&text);
        }
    }
}
