//! How large a workbook may be. A file of a few kilobytes can hold gigabytes, or a single cell at the end of its
//! sheet, for which every cell before it would be made.

use std::io::{self, Cursor, Read};

use calamine::{Data, Reader, Xlsx};
use zip::ZipArchive;

/// What the parts of a workbook may come to together, unpacked.
const MOST_BYTES: u64 = 256 << 20;

/// The number of cells up to the last one, empty ones included.
const MOST_CELLS: u64 = 4_000_000;

/// Refuses a workbook that would take more memory than any list of people takes.
pub fn check(workbook: &[u8]) -> Result<(), String> {
    unpacks_to_little(workbook)?;
    let mut book = Xlsx::new(Cursor::new(workbook)).map_err(|error| error.to_string())?;
    let Some(name) = book.sheet_names().first().cloned() else { return Ok(()) };
    let mut cells = book.worksheet_cells_reader(&name).map_err(|error| error.to_string())?;
    let (mut first, mut last) = ((u32::MAX, u32::MAX), (0, 0));
    while let Some(cell) = cells.next_cell().map_err(|error| error.to_string())? {
        let (row, column) = cell.get_position();
        if matches!(Data::from(cell.get_value().clone()), Data::Empty) {
            continue;
        }
        first = (first.0.min(row), first.1.min(column));
        last = (last.0.max(row), last.1.max(column));
        let cells = u64::from(last.0 - first.0 + 1) * u64::from(last.1 - first.1 + 1);
        if cells > MOST_CELLS {
            let name = place(row, column);
            return Err(format!("there is something in cell {name}, too far from the others; delete it"));
        }
    }
    Ok(())
}

/// The sizes in the archive's directory may be anything, so it is unpacked once, to nowhere.
fn unpacks_to_little(workbook: &[u8]) -> Result<(), String> {
    let mut archive = ZipArchive::new(Cursor::new(workbook)).map_err(|error| error.to_string())?;
    let mut left = MOST_BYTES;
    for index in 0..archive.len() {
        let part = archive.by_index(index).map_err(|error| error.to_string())?;
        // What is damaged is said by whoever reads it.
        let unpacked = io::copy(&mut part.take(left + 1), &mut io::sink()).unwrap_or_default();
        left = left.checked_sub(unpacked).ok_or_else(|| format!("it unpacks to more than {} MB", MOST_BYTES >> 20))?;
    }
    Ok(())
}

/// `B7`: columns are counted in letters.
fn place(row: u32, column: u32) -> String {
    let mut letters = Vec::new();
    let mut rest = column + 1;
    while rest > 0 {
        letters.push(char::from(b'A' + u8::try_from((rest - 1) % 26).unwrap_or_default()));
        rest = (rest - 1) / 26;
    }
    let column: String = letters.iter().rev().collect();
    format!("{column}{}", row + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_are_called_as_a_spreadsheet_calls_them() {
        for (row, column, name) in [(0, 0, "A1"), (6, 25, "Z7"), (9, 26, "AA10"), (1_048_575, 16_383, "XFD1048576")] {
            assert_eq!(place(row, column), name);
        }
    }
}
