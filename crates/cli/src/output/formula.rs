//! Texts that a spreadsheet would take for a formula, made safe: the one guard for whatever is opened in one.
//!
//! Names and display texts come from outside. A spreadsheet runs a cell that begins with `=`, `+`, `-` or
//! `@`, also as full-width characters, after blanks, quotes, a tab or a line break. It also makes cells of its
//! own where it finds its delimiter in a text: in many countries that is a semicolon (`x;=cmd…`), and in others the
//! comma, if the file has another one. Each such part gets an apostrophe in front, unless it is only a number or a telephone number (`-5`,
//! `+49 30 1234567`), of which no formula can be made. So does one that has an apostrophe there already, for the guard
//! to be undone when the file is read again (`--from`).

use std::borrow::Cow;

/// True for what begins a new cell, or a new line, in some spreadsheet that opens a file with this delimiter. In a
/// file whose delimiter is the comma, what has a comma in it is in quotes.
fn splits(delimiter: char) -> impl Fn(char) -> bool {
    move |c| matches!(c, ';' | '\t' | '\n' | '\r') || c == ',' && delimiter != ','
}

/// A text as it is written into a cell of a file with this delimiter.
pub fn guarded(text: &str, delimiter: char) -> Cow<'_, str> {
    let parts = || text.split_inclusive(splits(delimiter));
    if !parts().enumerate().any(is_in_danger) {
        return text.into();
    }
    let mut guarded = String::with_capacity(text.len() + 4);
    for (index, part) in parts().enumerate() {
        if is_in_danger((index, part)) {
            guarded.push('\'');
        }
        guarded.push_str(part);
    }
    guarded.into()
}

/// The text of a cell that [`guarded`] has made.
pub fn unguarded(cell: &str, delimiter: char) -> Cow<'_, str> {
    let parts = || cell.split_inclusive(splits(delimiter));
    let bare = |(index, part)| strip_guard(index, part).unwrap_or(part);
    if !parts().enumerate().any(|(index, part)| strip_guard(index, part).is_some()) {
        return cell.into();
    }
    parts().enumerate().map(bare).collect::<String>().into()
}

/// JSON in a cell: it stays JSON of the same meaning, with an escape where a part of it begins as a formula.
pub fn guarded_json(json: &str, delimiter: char) -> Cow<'_, str> {
    let splits = splits(delimiter);
    let signs: Vec<usize> = signs_after(json, &splits).collect();
    if signs.is_empty() {
        return json.into();
    }
    let mut guarded = String::with_capacity(json.len() + 8);
    let mut from = 0;
    for at in signs {
        let sign = json[at..].chars().next().unwrap_or_default();
        guarded.push_str(&json[from..at]);
        guarded.push_str(&format!("\\u{:04x}", u32::from(sign)));
        from = at + sign.len_utf8();
    }
    guarded.push_str(&json[from..]);
    guarded.into()
}

/// Where in the texts of JSON a sign is that may make a formula of the part behind a delimiter. Line breaks and tabs
/// are between what JSON says, and escaped in its texts; signs outside its texts are those of numbers.
fn signs_after<'j>(json: &'j str, splits: &'j impl Fn(char) -> bool) -> impl Iterator<Item = usize> + 'j {
    let (mut in_text, mut escaped) = (false, false);
    // Where the part begins in which only what is left out has come so far.
    let mut part: Option<usize> = None;
    json.char_indices().filter_map(move |(at, c)| {
        let was_in_text = in_text;
        match c {
            '"' if !escaped => in_text = !in_text,
            _ => {}
        }
        escaped = in_text && c == '\\' && !escaped;
        if !matches!(c, '\n' | '\r' | '\t') && splits(c) {
            part = Some(at + c.len_utf8());
            return None;
        }
        let begun = part.filter(|_| !is_skipped(c))?;
        part = None;
        let end = json[at..].find(splits).map_or(json.len(), |end| at + end);
        (was_in_text && could_be_a_formula(&json[begun..end])).then_some(at)
    })
}

/// True for a text that a spreadsheet may take for a formula, as a whole or in part, wherever it is pasted to.
pub fn is_dangerous(text: &str) -> bool {
    text.split_inclusive(splits(';')).enumerate().any(is_in_danger)
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
            let number = text[1..].trim_end_matches([';', ',', '\t', '\n', '\r']);
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
            assert_eq!(guarded(text, ','), wanted, "{text:?}");
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
            for delimiter in [',', ';'] {
                assert_eq!(guarded(text, delimiter), text);
                assert_eq!(unguarded(text, delimiter), text);
            }
        }
    }

    #[test]
    fn a_comma_begins_a_cell_where_it_is_not_the_delimiter() {
        for (text, by_comma, by_another) in [
            ("x,=1", "x,=1", "x,'=1"),
            ("Doe, -Jane", "Doe, -Jane", "Doe,' -Jane"),
            ("1,-2", "1,-2", "1,-2"),
            ("a,;=1", "a,;'=1", "a,;'=1"),
        ] {
            assert_eq!(guarded(text, ','), by_comma);
            for delimiter in [';', '\t', '|'] {
                assert_eq!(guarded(text, delimiter), by_another);
                assert_eq!(unguarded(by_another, delimiter), text);
            }
        }
    }

    #[test]
    fn json_stays_json() {
        for (json, wanted) in [
            (r#"["x\";=1","\\",";-a"]"#, r#"["x\";\u003d1","\\",";\u002da"]"#),
            (r#"["a;=1"]"#, r#"["a;\u003d1"]"#),
            (r#"[{"a":"x; ＝1"}]"#, r#"[{"a":"x; \uff1d1"}]"#),
            (r#"["=1"]"#, r#"["=1"]"#),
            (r#"["a;b"]"#, r#"["a;b"]"#),
            ("[\n-1,\t-2]", "[\n-1,\t-2]"),
            ("[\n\"a;-b\",\n-1]", "[\n\"a;\\u002db\",\n-1]"),
        ] {
            let guarded = guarded_json(json, ',');
            assert_eq!(guarded, wanted);
            let [before, after] =
                [json, &guarded].map(|json| serde_json::from_str::<serde_json::Value>(json).expect("JSON"));
            assert_eq!(before, after);
        }
    }

    #[test]
    fn json_in_cells_that_a_comma_may_part_stays_json_too() {
        for (json, wanted) in [
            (r#"["a,=1",-2]"#, r#"["a,\u003d1",-2]"#),
            (r#"["x","=1","@y"]"#, r#"["x","\u003d1","\u0040y"]"#),
            (r#"{"a":"b","c":"-d","e":-1.5}"#, r#"{"a":"b","c":"-d","e":-1.5}"#),
        ] {
            let guarded = guarded_json(json, ';');
            assert_eq!(guarded, wanted);
            let [before, after] =
                [json, &guarded].map(|json| serde_json::from_str::<serde_json::Value>(json).expect("JSON"));
            assert_eq!(before, after);
        }
    }

    proptest::proptest! {
        #[test]
        fn what_is_read_is_what_was_written(
            text in "['=+@\\-\t,;\r\n\" ＝1]{0,8}\\PC{0,5}[,;'=]{0,3}",
            delimiter in proptest::sample::select(vec![',', ';', '\t', '|']),
        ) {
            let cell = guarded(&text, delimiter);
            proptest::prop_assert_eq!(&unguarded(&cell, delimiter), &text);
            for part in cell.split(splits(delimiter)) {
                let begins = part.trim_start_matches(|c: char| is_skipped(c) && c != '\'');
                proptest::prop_assert!(!begins.starts_with(['=', '@', '＝']), "{:?}", cell);
            }
        }
    }
}
