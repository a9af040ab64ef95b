//! Printing what an operation brought.

use serde_json::json;
use serde_json::value::RawValue;
use threecx::{Answer, Arguments, Input, Operation, Reply, Rows};

use super::columns::{self, Columns, HIDDEN, Record};
use super::style::{note, plain_text};
use super::{Output, Sink, file, json, table};
use crate::failure::Failure;

/// What is known about a list before it comes.
#[derive(Clone, Debug, Default)]
pub struct List {
    select: Option<String>,
    expand: Option<String>,
    /// `--count`: then JSON is an object with the number and the rows.
    count: bool,
    /// False if there may be more rows than came.
    complete: bool,
}

impl List {
    /// From the arguments of the call.
    pub fn of(operation: &Operation, arguments: &Arguments) -> List {
        let option = |name: &str| match arguments.options.get(name) {
            Some(Input::Text(text) | Input::Json(text)) => Some(text.clone()),
            None => None,
        };
        List {
            select: option("select"),
            expand: option("expand"),
            count: option("count").is_some_and(|count| count.eq_ignore_ascii_case("true")),
            complete: option("top").is_some() || !operation.is_paged(),
        }
    }

    /// The same list, read to its end.
    #[must_use]
    pub fn complete(self) -> List {
        List { complete: true, ..self }
    }
}

/// Prints the answer to one call.
pub fn print(operation: &'static Operation, reply: &Reply, list: &List, output: &Output) -> Result<(), Failure> {
    match reply.answer()? {
        Answer::Nothing => done(operation, reply.status(), output),
        Answer::File(found) => file::save(Some(operation), &found, reply.bytes(), output),
        Answer::Rows(rows) => print_rows(operation, rows, list, output),
        Answer::Value(value) if value.get().starts_with('[') => {
            let rows = serde_json::from_str(value.get()).unwrap_or_default();
            print_rows(operation, Rows { rows, ..Rows::default() }, list, output)
        }
        Answer::Value(value) => {
            let mut sink = output.open()?;
            if output.is_json() {
                sink.line(&json::pretty(value.get()))?;
            } else {
                sink.line(&entity(operation, value, output.width()))?;
            }
            sink.finish()
        }
    }
}

/// For an operation that answers nothing.
fn done(operation: &Operation, status: u16, output: &Output) -> Result<(), Failure> {
    let mut sink = output.open()?;
    if output.is_json() {
        sink.line(&json!({"operation": operation.id, "status": status}).to_string())?;
    } else {
        sink.line(&format!("Done: {}.", operation.title))?;
    }
    sink.finish()
}

/// A single value or the properties of an entity that hold something.
fn entity(operation: &'static Operation, value: &RawValue, width: usize) -> String {
    let Ok(members) = serde_json::from_str::<Record<'_>>(value.get()) else {
        return plain_text(&columns::cell(value.get()));
    };
    let structure = columns::answers_of(operation);
    let mut pairs = Vec::new();
    for (name, value) in members {
        let text = columns::cell(value.get());
        if name.contains('@') || text.is_empty() {
            continue;
        }
        let text = if columns::is_secret(structure, &name) { HIDDEN.to_owned() } else { text };
        pairs.push((name, text));
    }
    let hidden = pairs.iter().any(|(_, text)| text == HIDDEN);
    let mut text = table::pairs(pairs, Some(width));
    if hidden {
        text.push_str("\n*** are secrets; -o json shows them.");
    }
    text
}

fn print_rows(operation: &'static Operation, rows: Rows<'_>, list: &List, output: &Output) -> Result<(), Failure> {
    let mut sink = output.open()?;
    if output.is_json() {
        match rows.count.filter(|_| list.count) {
            Some(count) => {
                sink.line(&format!("{{\"count\": {count}, \"rows\": [\n{}\n]}}", json::rows(&rows.rows)))?;
            }
            None if rows.rows.is_empty() => sink.line("[]")?,
            None => sink.line(&format!("[\n{}\n]", json::rows(&rows.rows)))?,
        }
        return sink.finish();
    }
    let remark = rows_table(operation, &rows, list, output, &mut sink)?;
    sink.finish()?;
    if let Some(remark) = remark {
        note(&remark);
    }
    Ok(())
}

/// Prints rows for a person and returns what is to be said about them.
fn rows_table(
    operation: &'static Operation,
    rows: &Rows<'_>,
    list: &List,
    output: &Output,
    sink: &mut Sink,
) -> Result<Option<String>, Failure> {
    let number = rows.rows.len();
    let mut remarks = Vec::new();
    if let Some(count) = rows.count {
        remarks.push(format!("{number} of {count} rows."));
    } else if number == 0 {
        remarks.push("No rows.".to_owned());
    } else if !list.complete && number >= 20 && number.is_multiple_of(10) {
        remarks.push(format!("{number} rows; there may be more: --all reads them all."));
    }
    let parsed: Result<Vec<Record<'_>>, _> = rows.rows.iter().map(|row| serde_json::from_str(row.get())).collect();
    match parsed {
        Ok(records) if number > 0 => {
            let structure = columns::answers_of(operation);
            let (select, expand) = (list.select.as_deref(), list.expand.as_deref());
            let Columns { names, left_out } = columns::choose(&records, select, expand, structure, output.width());
            let cells = |row: &Record<'_>| -> Vec<String> {
                names
                    .iter()
                    .map(|name| row.get(name).map(|value| columns::cell(value.get())).unwrap_or_default())
                    .collect()
            };
            let heading: Vec<&str> = names.iter().map(String::as_str).collect();
            sink.line(&table::table(&heading, records.iter().map(cells).collect(), Some(output.width())))?;
            if left_out > 0 {
                remarks.push(format!("{left_out} more columns: choose with --select, or see all with -o json."));
            }
        }
        Ok(_) => {}
        // Scalars: one a line.
        Err(_) => {
            for row in &rows.rows {
                sink.line(&plain_text(&columns::cell(row.get())))?;
            }
        }
    }
    Ok((!remarks.is_empty()).then(|| remarks.join(" ")))
}

/// Prints a list that comes page by page: as JSON at once, as a table when it is complete.
pub struct Printer<'a> {
    operation: &'static Operation,
    list: List,
    output: &'a Output,
    sink: Option<Sink>,
    replies: Vec<Reply>,
    rows: u64,
}

impl<'a> Printer<'a> {
    /// For a list that is about to come.
    pub fn new(operation: &'static Operation, list: List, output: &'a Output) -> Printer<'a> {
        Printer { operation, list, output, sink: None, replies: Vec::new(), rows: 0 }
    }

    /// Takes the next page.
    pub fn page(&mut self, reply: Reply) -> Result<(), Failure> {
        // With --count, JSON is an object that begins with the number: like a table, at the end.
        if !self.output.is_json() || self.list.count {
            self.replies.push(reply);
            return Ok(());
        }
        let Answer::Rows(Rows { rows, .. }) = reply.answer()? else { return Ok(()) };
        let sink = match &mut self.sink {
            Some(sink) => sink,
            empty => empty.insert(self.output.open()?),
        };
        if !rows.is_empty() {
            sink.raw(if self.rows == 0 { b"[\n" } else { b",\n" })?;
            sink.raw(json::rows(&rows).as_bytes())?;
        }
        self.rows += rows.len() as u64;
        Ok(())
    }

    /// Ends the list.
    pub fn finish(self) -> Result<(), Failure> {
        if let Some(mut sink) = self.sink {
            sink.line(if self.rows == 0 { "[]" } else { "\n]" })?;
            return sink.finish();
        }
        let mut all = Rows::default();
        for reply in &self.replies {
            if let Answer::Rows(rows) = reply.answer()? {
                all.rows.extend(rows.rows);
                all.count = rows.count.or(all.count);
            }
        }
        print_rows(self.operation, all, &self.list, self.output)
    }
}
