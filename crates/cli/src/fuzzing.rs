//! Entry points for the fuzz targets: what the program reads that others wrote, and what it prints of it.

use std::path::Path;
use std::time::Duration;

use jiff::Timestamp;
use threecx::Reachability;
use threecx_catalog::{EntitySet, Span, entity_sets};

use crate::bulk::table;
use crate::completion::line;
use crate::doctor::connection;
use crate::edit::document;
use crate::output::Output;
use crate::output::csv::CsvStyle;
use crate::output::format::Format;
use crate::output::shape::Shape;
use crate::output::value::{print_rows, print_value};
use crate::profiles::Profiles;
use crate::shell;

/// A set of entities, whichever number is given.
fn set(index: usize) -> &'static EntitySet {
    let sets = entity_sets();
    sets[index % sets.len()]
}

/// Reads the rows of a file; how many there are.
pub fn table(path: &Path) -> Option<usize> {
    table::read(path.to_str()?).ok().map(|table| table.rows.len())
}

/// Reads an edited text of an entity, writes what it means, and reads that again: true if it means the same.
pub fn document(index: usize, text: &str) -> bool {
    let structure = set(index).structure;
    let Ok(properties) = document::read(text, structure) else { return true };
    let value = serde_json::Value::Object(properties);
    let shown = document::visible(&value, None);
    let Some(properties) = shown.as_object() else { return false };
    document::read(&document::write(properties, structure, false), structure).is_ok()
}

/// Reads profiles; true if there are some.
pub fn profiles(text: &str) -> bool {
    toml::from_str::<Profiles>(text).is_ok_and(|profiles| !profiles.profiles.is_empty())
}

/// Quotes a word for a shell and reads the line again: what was quoted.
pub fn quoted(word: &str) -> String {
    let (words, _) = line::words(&format!("threecx {} ", shell::quoted(word)));
    words.into_iter().next().unwrap_or_default()
}

/// Looks at a certificate.
pub fn certificate(der: Vec<u8>) {
    let look = Ok(Reachability { took: Duration::ZERO, date: None, certificate: Some(der) });
    connection::certificate("https://pbx.example.com", &look, Timestamp::UNIX_EPOCH);
}

/// Prints a value and a list of it in every format, into this file.
pub fn print(index: usize, json: &str, file: &Path) {
    let Some(file) = file.to_str() else { return };
    let known = Shape { structure: Some(set(index).structure), target: Span::NEWEST, ..Shape::unknown() };
    for format in Format::names().filter_map(Format::named) {
        let (file, csv) = (Some(file.to_owned()), CsvStyle::default());
        let output = Output { format, file, csv, jq: None, implied: false, raw: false, quiet: true };
        for shape in [&known, &Shape::unknown()] {
            let _ = print_value(json, shape, &output);
            let _ = print_rows([json, "{}", json].into_iter(), None, shape, &output);
        }
    }
}
