//! Texts that a spreadsheet would take for a formula, made safe: the one guard for whatever is opened in one.
//!
//! Names and display texts come from outside. A spreadsheet runs a cell that begins with `=`, `+`, `-` or
//! `@`, also as full-width characters, after blanks, quotes, a tab or a line break. It also makes cells of its
//! own where it finds its delimiter in a text: in many countries that is a semicolon (`x;=cmd…`). Each
//! such part gets an apostrophe in front, unless it is only a number or a telephone number (`-5`,
//! `+49 30 1234567`), of which no formula can be made. So does one that has an apostrophe there already, for the guard
//! to be undone when the file is read again (`--from`).

use std::borrow::Cow;

/// What begins a new cell, or a new line, in some spreadsheet.
const DELIMITERS: [char; 4] = [';', '\t', '\n', '\r'];

/// A text as it is written into a cell.
pub fn guarded(text: &str) -> Cow<'_, str> {
    if !parts(text).enumerate().any(is_in_danger) {
        return text.into();
    }
    let mut guarded = String::with_capacity(text.len() + 4);
    for (index, part) in parts(text).enumerate() {
        if is_in_danger((index, part)) {
            guarded.push('\'');
        }
        guarded.push_str(part);
    }
    guarded.into()
}

/// The text of a cell that [`guarded`] has made.
pub fn unguarded(cell: &str) -> Cow<'_, str> {
    let bare = |(index, part)| strip_guard(index, part).unwrap_or(part);
    if !parts(cell).enumerate().any(|(index, part)| strip_guard(index, part).is_some()) {
        return cell.into();
    }
    parts(cell).enumerate().map(bare).collect::<String>().into()
}

/// JSON in a cell: it stays JSON of the same meaning, with an escape where a part of it begins as a formula.
pub fn guarded_json(json: &str) -> Cow<'_, str> {
    // Line breaks and tabs in JSON are between what it says; in its texts they are escaped.
    let parts = || json.split_inclusive(';');
    if !parts().skip(1).any(could_be_a_formula) {
        return json.into();
    }
    let mut guarded = String::with_capacity(json.len() + 8);
    for (index, part) in parts().enumerate() {
        // Only a text has a semicolon in it.
        let sign = part.trim_start_matches(is_skipped).chars().next().filter(|_| index > 0 && could_be_a_formula(part));
        match sign.and_then(|sign| Some((sign, part.split_once(sign)?))) {
            Some((sign, (before, after))) => {
                guarded.push_str(before);
                guarded.push_str(&format!("\\u{:04x}", u32::from(sign)));
                guarded.push_str(after);
            }
            None => guarded.push_str(part),
        }
    }
    guarded.into()
}

/// True for a text that a spreadsheet may take for a formula, as a whole or in part.
pub fn is_dangerous(text: &str) -> bool {
    parts(text).enumerate().any(is_in_danger)
}

/// The parts of a text, each with the delimiter after it.
fn parts(text: &str) -> impl Iterator<Item = &str> {
    text.split_inclusive(DELIMITERS)
}

fn strip_guard(index: usize, part: &str) -> Option<&str> {
    part.strip_prefix('\'').filter(|_| is_in_danger((index, part)))
}

/// True for what could be a formula, and for what looks like one that is guarded.
fn is_in_danger((index, part): (usize, &str)) -> bool {
    let part = part.trim_start_matches('\'');
    // What begins with a tab or a line break is left out, or begins another cell.
    index == 0 && part.starts_with(['\t', '\r', '\n']) || could_be_a_formula(part)
}

/// What a spreadsheet may leave out before a formula.
fn is_skipped(c: char) -> bool {
    c.is_whitespace() || c.is_control() || super::style::controls_terminal(c) || "\"'`“”„«»‘’".contains(c)
}

fn could_be_a_formula(part: &str) -> bool {
    let text = part.trim_start_matches(is_skipped);
    let Some(first) = text.chars().next() else { return false };
    let is_skipped_to = text.len() < part.len();
    match first {
        '=' | '@' | '＝' | '＠' | '﹦' | '﹫' => true,
        '＋' | '－' | '﹢' | '﹣' | '−' => true,
        '+' | '-' => {
            let number = text[1..].trim_end_matches(DELIMITERS);
            // Quotes before a number are not those of a number.
            let before = &part[..part.len() - text.len()];
            let is_bare = !is_skipped_to || before.chars().all(|c| c == ' ');
            !(is_bare && number.chars().all(|c| c.is_ascii_digit() || " .,-/()".contains(c)))
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn formulas_are_guarded_wherever_they_begin() {
        for (text, wanted) in [
            ("=1+1", "'=1+1"),
            ("@SUM(A1)", "'@SUM(A1)"),
            ("+cmd|' /C calc'!A0", "'+cmd|' /C calc'!A0"),
            ("-2+3", "'-2+3"),
            ("  =1", "'  =1"),
            ("\u{a0}=1", "'\u{a0}=1"),
            ("\u{feff}=1", "'\u{feff}=1"),
            ("\u{200b}=1", "'\u{200b}=1"),
            ("\"=1\"", "'\"=1\""),
            ("“=1”", "'“=1”"),
            ("＝1+1", "'＝1+1"),
            ("＋1", "'＋1"),
            ("－1", "'－1"),
            ("＠SUM", "'＠SUM"),
            ("\t=1", "'\t'=1"),
            ("\ta", "'\ta"),
            ("\r=1", "'\r'=1"),
            ("a\n=1", "a\n'=1"),
            ("a\r\n=1", "a\r\n'=1"),
            ("x;=cmd|' /C calc'!A0", "x;'=cmd|' /C calc'!A0"),
            ("x; =1;y;@z", "x;' =1;y;'@z"),
            ("x;\"=1\"", "x;'\"=1\""),
            ("x\t-a", "x\t'-a"),
            ("'=1", "''=1"),
        ] {
            assert_eq!(guarded(text), wanted, "{text:?}");
            assert!(is_dangerous(text), "{text:?}");
        }
    }

    #[test]
    fn what_is_no_formula_stays() {
        for text in [
            "",
            "Ada",
            "-5",
            "-1.50",
            "-1,5",
            "+49 30 1234567",
            "+49 (30) 123-45/67",
            " +49 30",
            "+49 30 1;+49 30 2",
            "a=b",
            "a - b; c",
            "O'Brien",
            "'quoted'",
            "5 €",
            "x;y",
        ] {
            assert_eq!(guarded(text), text);
            assert_eq!(unguarded(text), text);
        }
    }

    #[test]
    fn json_stays_json() {
        for (json, wanted) in [
            (r#"["a;=1"]"#, r#"["a;\u003d1"]"#),
            (r#"[{"a":"x; ＝1"}]"#, r#"[{"a":"x; \uff1d1"}]"#),
            (r#"["=1"]"#, r#"["=1"]"#),
            (r#"["a;b"]"#, r#"["a;b"]"#),
            ("[\n-1,\t-2]", "[\n-1,\t-2]"),
            ("[\n\"a;-b\",\n-1]", "[\n\"a;\\u002db\",\n-1]"),
        ] {
            let guarded = guarded_json(json);
            assert_eq!(guarded, wanted);
            let [before, after] =
                [json, &guarded].map(|json| serde_json::from_str::<serde_json::Value>(json).expect("JSON"));
            assert_eq!(before, after);
        }
    }

    proptest::proptest! {
        #[test]
        fn what_is_read_is_what_was_written(text in "['=+@\\-\t;\r\n\" ＝1]{0,8}\\PC{0,5}[;'=]{0,3}") {
            let cell = guarded(&text);
            proptest::prop_assert_eq!(&unguarded(&cell), &text);
            for part in cell.split(DELIMITERS) {
                let begins = part.trim_start_matches(|c: char| is_skipped(c) && c != '\'');
                proptest::prop_assert!(!begins.starts_with(['=', '@', '＝']), "{:?}", cell);
            }
        }
    }
}
