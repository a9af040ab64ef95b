//! Rows as the CSV that the web console exports: a line with the names of the columns, then a
//! line for each row; lines end as Excel expects, text is quoted where it has to be.

use std::borrow::Borrow;

use csv::{Terminator, WriterBuilder};

use super::Call;
use crate::http::{Problem, Response};
use crate::state::{Entity, Shape, Value, write_value};

/// A CSV file with rows of one type.
pub(super) fn answer<E: Borrow<Entity>>(
    call: &Call<'_>,
    shape: &Shape,
    rows: impl IntoIterator<Item = E>,
) -> Result<Response, Problem> {
    let columns: Vec<usize> =
        (0..shape.properties.len()).filter(|index| !shape.properties[*index].navigation).collect();
    let lines = rows.into_iter().map(|row| columns.iter().map(|i| cell(row.borrow().at(*i))).collect::<Vec<_>>());
    Ok(file(call, columns.iter().map(|index| shape.properties[*index].name), lines))
}

/// A CSV file with these lines.
pub(super) fn file<'h>(
    call: &Call<'_>,
    header: impl IntoIterator<Item = &'h str>,
    lines: impl IntoIterator<Item = impl IntoIterator<Item = String>>,
) -> Response {
    let mut writer = WriterBuilder::new().terminator(Terminator::CRLF).from_writer(Vec::new());
    let written =
        writer.write_record(header).and_then(|()| lines.into_iter().try_for_each(|line| writer.write_record(line)));
    // Writing into memory does not fail.
    let file = written.ok().and_then(|()| writer.into_inner().ok()).unwrap_or_default();
    let name =
        call.operation.name().trim_start_matches("Download").trim_start_matches("Export").trim_start_matches("Get");
    Response::file("text/csv", &format!("{name}.csv"), file)
}

fn cell(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::Text(text) => text.to_string(),
        other => {
            let mut json = String::new();
            write_value(other, &mut json);
            json
        }
    }
}
