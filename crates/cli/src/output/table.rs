//! Tables for people, no wider than the terminal: what does not fit is cut with `…`.

use comfy_table::{ContentArrangement, Row, Table, presets};

use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

use super::style::{Style, one_line};

/// A table with a heading. `width` is how wide it may be; `None` cuts nothing.
pub fn table(heading: &[&str], rows: Vec<Vec<String>>, width: Option<usize>) -> String {
    let mut table = bare(width);
    table.set_header(heading.iter().copied());
    for row in rows {
        table.add_row(line(row));
    }
    let text = finish(table);
    match text.split_once('\n') {
        Some((heading, rows)) => format!("{}\n{rows}", Style::for_stdout().bold(heading)),
        None => text,
    }
}

/// Names and values, one pair a line.
pub fn pairs(pairs: Vec<(String, String)>, width: Option<usize>) -> String {
    let mut table = bare(width);
    for (name, value) in pairs {
        table.add_row(line(vec![name, value]));
    }
    finish(table)
}

fn bare(width: Option<usize>) -> Table {
    let mut table = Table::new();
    table.load_style(presets::NOTHING).set_truncation_indicator("…");
    match width {
        Some(width) => {
            let width = u16::try_from(width).unwrap_or(u16::MAX);
            table.set_content_arrangement(ContentArrangement::Dynamic).set_width(width);
        }
        None => {
            table.set_content_arrangement(ContentArrangement::Disabled);
        }
    }
    table
}

fn line(cells: Vec<String>) -> Row {
    let mut row = Row::from(cells.iter().map(|cell| one_line(cell)));
    row.max_height(1);
    row
}

fn finish(mut table: Table) -> String {
    for column in table.column_iter_mut() {
        column.set_padding((0, 2));
    }
    table.trim_fmt()
}

/// Text of exactly this width: padded, or cut.
pub fn fit(text: &str, width: usize) -> String {
    let mut fitted = text.to_owned();
    let mut wide = text.width();
    if wide > width {
        (fitted, wide) = (String::new(), 0);
        for c in text.chars() {
            let more = c.width().unwrap_or_default();
            if wide + more > width.saturating_sub(1) {
                break;
            }
            fitted.push(c);
            wide += more;
        }
        fitted.push('…');
        wide += 1;
    }
    fitted.extend(std::iter::repeat_n(' ', width.saturating_sub(wide)));
    fitted
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_fit_exactly() {
        for (text, width, fitted) in
            [("Ada", 5, "Ada  "), ("Lovelace", 4, "Lov…"), ("日本語", 4, "日… "), ("", 2, "  ")]
        {
            assert_eq!(fit(text, width), fitted);
        }
    }
}
