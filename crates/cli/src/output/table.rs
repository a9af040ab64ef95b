//! Tables for people, no wider than the terminal: what does not fit is cut with `…`.

use comfy_table::{ContentArrangement, Row, Table, presets};

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
