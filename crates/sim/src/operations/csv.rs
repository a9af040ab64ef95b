//! Rows as the CSV that the web console exports: a line with the names of the columns, then a
//! line for each row; text is quoted where it has to be.

use std::borrow::Borrow;

use super::Call;
use crate::http::Response;
use crate::odata::Selection;
use crate::state::{Entity, Shape, Value, write_value};

/// A CSV file with rows of one type.
pub(super) fn answer<E: Borrow<Entity>>(call: &Call<'_>, shape: &Shape, rows: impl IntoIterator<Item = E>) -> Response {
    let mut out = String::new();
    let columns: Vec<usize> =
        (0..shape.properties.len()).filter(|index| !shape.properties[*index].navigation).collect();
    line(&mut out, columns.iter().map(|index| shape.properties[*index].name.to_owned()));
    for row in rows {
        line(&mut out, columns.iter().map(|index| cell(row.borrow().at(*index))));
    }
    let name = call.operation.name().trim_start_matches("Download").trim_start_matches("Get");
    Response::file("text/csv", &format!("{name}.csv"), out.into_bytes())
}

fn line(out: &mut String, cells: impl Iterator<Item = String>) {
    for (index, cell) in cells.enumerate() {
        out.push_str(if index > 0 { "," } else { "" });
        if cell.contains([',', '"', '\n', '\r']) {
            out.push_str(&format!("\"{}\"", cell.replace('"', "\"\"")));
        } else {
            out.push_str(&cell);
        }
    }
    out.push_str("\r\n");
}

fn cell(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::Text(text) => text.to_string(),
        other => {
            let mut json = String::new();
            write_value(other, Selection::all(), &mut json);
            json
        }
    }
}
