//! JSON for programs. What the PBX sent passes through as it is: only white space changes.

use memchr::memchr2;

use super::rows::Rows;
use super::sink::Sink;
use super::style::escaped_line;
use crate::failure::Failure;

/// JSON text laid out for reading. Numbers keep all their digits.
pub fn pretty(raw: &str) -> String {
    let mut out = String::with_capacity(raw.len() * 3 / 2);
    let mut depth = 0_usize;
    let mut chars = raw.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '"' => {
                out.push(c);
                let mut escaped = false;
                for c in chars.by_ref() {
                    out.push(c);
                    match c {
                        '\\' if !escaped => escaped = true,
                        '"' if !escaped => break,
                        _ => escaped = false,
                    }
                }
            }
            '{' | '[' => {
                out.push(c);
                while chars.next_if(|next| next.is_whitespace()).is_some() {}
                if let Some(close) = chars.next_if(|next| matches!(next, '}' | ']')) {
                    out.push(close);
                } else {
                    depth += 1;
                    new_line(&mut out, depth);
                }
            }
            '}' | ']' => {
                depth = depth.saturating_sub(1);
                new_line(&mut out, depth);
                out.push(c);
            }
            ',' => {
                out.push(c);
                new_line(&mut out, depth);
            }
            ':' => out.push_str(": "),
            c if c.is_whitespace() => {}
            c => out.push(c),
        }
    }
    out
}

fn new_line(out: &mut String, depth: usize) {
    out.push('\n');
    out.extend(std::iter::repeat_n("  ", depth));
}

/// JSON text on one line.
pub fn compact(raw: &str) -> String {
    let mut out = String::with_capacity(raw.len());
    let (mut quoted, mut escaped) = (false, false);
    for c in raw.chars() {
        match c {
            _ if escaped => escaped = false,
            '\\' if quoted => escaped = true,
            '"' => quoted = !quoted,
            c if !quoted && c.is_ascii_whitespace() => continue,
            _ => {}
        }
        out.push(c);
    }
    out
}

/// Writes a row, which is on one line nearly always.
fn one_line(row: &str, sink: &mut Sink) -> Result<(), Failure> {
    match memchr2(b'\n', b'\r', row.as_bytes()) {
        None => sink.raw(row.as_bytes()),
        Some(_) => sink.raw(compact(row).as_bytes()),
    }
}

/// A list as an array, or with its number as an object that holds the array.
pub struct JsonRows {
    sink: Sink,
    rows: u64,
    counted: bool,
}

impl JsonRows {
    pub fn new(mut sink: Sink, count: Option<u64>) -> Result<JsonRows, Failure> {
        if let Some(count) = count {
            sink.raw(format!("{{\"count\": {count}, \"rows\": ").as_bytes())?;
        }
        Ok(JsonRows { sink, rows: 0, counted: count.is_some() })
    }
}

impl Rows for JsonRows {
    fn row(&mut self, row: &str) -> Result<(), Failure> {
        self.sink.raw(if self.rows == 0 { b"[\n" } else { b",\n" })?;
        self.rows += 1;
        one_line(row, &mut self.sink)
    }

    fn finish(mut self: Box<Self>) -> Result<Vec<String>, Failure> {
        self.sink.raw(if self.rows == 0 { b"[]" } else { b"\n]" })?;
        self.sink.line(if self.counted { "}" } else { "" })?;
        self.sink.finish()?;
        Ok(Vec::new())
    }
}

/// A list as one value a line.
pub struct Lines {
    sink: Sink,
    /// Texts without their quotes.
    raw: bool,
}

impl Lines {
    pub fn new(sink: Sink, raw: bool) -> Lines {
        Lines { sink, raw }
    }
}

impl Rows for Lines {
    fn row(&mut self, row: &str) -> Result<(), Failure> {
        match self.raw.then(|| serde_json::from_str::<String>(row)) {
            Some(Ok(text)) if self.sink.is_terminal() => self.sink.raw(escaped_line(&text).as_bytes())?,
            Some(Ok(text)) => self.sink.raw(text.as_bytes())?,
            _ => one_line(row, &mut self.sink)?,
        }
        self.sink.raw(b"\n")
    }

    fn finish(self: Box<Self>) -> Result<Vec<String>, Failure> {
        self.sink.finish()?;
        Ok(Vec::new())
    }

    fn checkpoint(&mut self) -> Result<u64, Failure> {
        self.sink.checkpoint()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_white_space_changes() {
        let raw = r#"{ "a":[1.10,-2e400,{"b":"x\"{,:}\\"}],"c":{},"d":[ ],"e":null}"#;
        let pretty = pretty(raw);
        assert_eq!(
            pretty,
            "{\n  \"a\": [\n    1.10,\n    -2e400,\n    {\n      \"b\": \"x\\\"{,:}\\\\\"\n    }\n  ],\n  \"c\": {},\n  \"d\": [],\n  \"e\": null\n}"
        );
    }

    #[test]
    fn a_line_holds_no_breaks() {
        assert_eq!(compact("{ \"a b\" :\n [1, \"\\\" \\n\"] }"), r#"{"a b":[1,"\" \n"]}"#);
    }
}
