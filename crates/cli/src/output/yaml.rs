//! YAML 1.2 for people and for configuration: texts in quotes only where they need them. Numbers
//! keep all their digits.

use indexmap::IndexMap;
use serde_json::value::RawValue;

use super::rows::Rows;
use super::sink::Sink;
use super::style::controls_terminal;
use crate::failure::Failure;

/// A list as a sequence.
pub struct YamlRows {
    sink: Sink,
    text: String,
}

impl YamlRows {
    pub fn new(sink: Sink) -> YamlRows {
        YamlRows { sink, text: String::new() }
    }
}

impl Rows for YamlRows {
    fn row(&mut self, row: &str) -> Result<(), Failure> {
        self.text.clear();
        item(row, 0, &mut self.text);
        self.sink.raw(self.text.as_bytes())
    }

    fn finish(mut self: Box<Self>) -> Result<Vec<String>, Failure> {
        if self.sink.is_empty() {
            self.sink.line("[]")?;
        }
        self.sink.finish()?;
        Ok(Vec::new())
    }

    fn checkpoint(&mut self) -> Result<u64, Failure> {
        self.sink.checkpoint()
    }
}

/// A JSON value as YAML, with a line break at its end.
pub fn document(json: &str) -> String {
    let mut text = String::new();
    match block(json, 0, &mut text) {
        true => {}
        false => {
            scalar(json, &mut text);
            text.push('\n');
        }
    }
    text
}

/// Writes what takes lines of its own; false for what fits behind a name.
fn block(json: &str, indent: usize, out: &mut String) -> bool {
    match json.as_bytes().first() {
        Some(b'{') => {
            let Ok(members) = serde_json::from_str::<IndexMap<String, &RawValue>>(json) else { return false };
            for (index, (name, value)) in members.iter().enumerate() {
                // The first is on the line of what came before it.
                if index > 0 || !out.ends_with("- ") {
                    out.extend(std::iter::repeat_n(' ', indent));
                }
                member(name, value.get(), indent, out);
            }
            !members.is_empty()
        }
        Some(b'[') => {
            let Ok(items) = serde_json::from_str::<Vec<&RawValue>>(json) else { return false };
            for (index, value) in items.iter().enumerate() {
                if index > 0 || !out.ends_with("- ") {
                    out.extend(std::iter::repeat_n(' ', indent));
                }
                item(value.get(), indent, out);
            }
            !items.is_empty()
        }
        _ => false,
    }
}

fn member(name: &str, value: &str, indent: usize, out: &mut String) {
    string(name, out);
    out.push(':');
    let end = out.len();
    out.push('\n');
    if !block(value, indent + 2, out) {
        out.truncate(end);
        out.push(' ');
        scalar(value, out);
        out.push('\n');
    }
}

fn item(value: &str, indent: usize, out: &mut String) {
    out.push_str("- ");
    if !block(value, indent + 2, out) {
        scalar(value, out);
        out.push('\n');
    }
}

fn scalar(json: &str, out: &mut String) {
    match json.as_bytes().first() {
        Some(b'"') => string(&serde_json::from_str::<String>(json).unwrap_or_default(), out),
        Some(b'{') => out.push_str("{}"),
        Some(b'[') => out.push_str("[]"),
        _ => out.push_str(json),
    }
}

fn string(text: &str, out: &mut String) {
    if is_plain(text) {
        return out.push_str(text);
    }
    out.push('"');
    for c in text.chars() {
        match c {
            '"' | '\\' => out.extend(['\\', c]),
            '\n' => out.push_str("\\n"),
            '\t' => out.push_str("\\t"),
            c if controls_terminal(c) || matches!(c, '\u{fffe}' | '\u{ffff}') => match u32::from(c) {
                c @ ..=0xffff => out.push_str(&format!("\\u{c:04X}")),
                c => out.push_str(&format!("\\U{c:08X}")),
            },
            c => out.push(c),
        }
    }
    out.push('"');
}

/// True for a text that no version of YAML takes for anything else.
fn is_plain(text: &str) -> bool {
    const WORDS: [&str; 9] = ["true", "false", "null", "yes", "no", "on", "off", "y", "n"];
    let letter = text.chars().next().is_some_and(char::is_alphabetic);
    let inside = |c: char| c.is_alphanumeric() && !controls_terminal(c) || " _./@()+-".contains(c);
    letter && text.chars().all(inside) && !text.ends_with(' ') && !WORDS.iter().any(|w| text.eq_ignore_ascii_case(w))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_laid_out_for_reading() {
        let json = r#"{"Id":1.50,"Name":"Ada Lovelace","No":"no","Number":"0100","At":"2026-01-31T09:30:00Z","Groups":[{"Id":1,"Rights":[]},{"Id":2,"Rights":["a","b: c"]}],"Address":{"City":null},"None":{},"Nested":[[1,2],[]]}"#;
        assert_eq!(
            document(json),
            "Id: 1.50\nName: Ada Lovelace\n\"No\": \"no\"\nNumber: \"0100\"\nAt: \"2026-01-31T09:30:00Z\"\n\
             Groups:\n  - Id: 1\n    Rights: []\n  - Id: 2\n    Rights:\n      - a\n      - \"b: c\"\n\
             Address:\n  City: null\nNone: {}\nNested:\n  - - 1\n    - 2\n  - []\n"
        );
        assert_eq!(document("\"x\\ny\""), "\"x\\ny\"\n");
        assert_eq!(document("[]"), "[]\n");
    }
}
