//! JSON for programs. What the PBX sent passes through as it is: only white space changes.

use serde_json::value::RawValue;

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

/// The rows of a list, one a line.
pub fn rows(rows: &[&RawValue]) -> String {
    let rows: Vec<&str> = rows.iter().map(|row| row.get()).collect();
    rows.join(",\n")
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
}
