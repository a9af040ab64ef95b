//! Rows as YAML: a list of mappings, or one. Numbers stay as they are written: `0049` is a number to dial.

use indexmap::IndexMap;
use serde_json::Value;
use serde_saphyr::Spanned;

use super::{Cell, Content, NotRows, Objects};

type Members = IndexMap<String, Spanned<Value>>;

/// True for what begins as YAML does and CSV does not: a list, or `Name: value` alone in a line.
pub fn is_yaml(text: &str) -> bool {
    let Some(first) = content(text).next() else { return false };
    let is_name = |name: &str| !name.is_empty() && name.chars().all(|c| c.is_alphanumeric() || "_.@ ".contains(c));
    let after_name = first.split_once(':').filter(|(name, _)| is_name(name)).map(|(_, after)| after);
    first == DOCUMENT
        || is_item(first)
        || after_name
            .is_some_and(|after| after.is_empty() || after.starts_with(' ') && !first.contains([',', ';', '\t']))
}

/// What a document begins with.
const DOCUMENT: &str = "---";

/// The lines that say something.
fn content(text: &str) -> impl Iterator<Item = &str> {
    let lines = text.lines().filter(|line| !line.trim().is_empty() && !line.trim_start().starts_with('#'));
    lines.map(str::trim_end)
}

fn is_item(line: &str) -> bool {
    line == "-" || line.starts_with("- ")
}

/// Reads mappings.
pub fn read(text: &str) -> Result<Content, NotRows> {
    let wrong = |error: serde_saphyr::Error| {
        NotRows::new(format!("it is not YAML of rows: {error}"), "Write a list of mappings: `- Name: value`.")
    };
    let mut objects = Objects::default();
    // A list in a property may stand as far to the left as the property.
    let begins_as_list = content(text).find(|line| *line != DOCUMENT).is_some_and(|line| is_item(line.trim_start()));
    let rows: Vec<Spanned<Members>> = match begins_as_list {
        true => serde_saphyr::from_str(text).map_err(wrong)?,
        false => vec![serde_saphyr::from_str(text).map_err(wrong)?],
    };
    for row in rows {
        let line = row.referenced.line();
        let members = row.value.into_iter().filter(|(name, _)| !name.contains('@'));
        objects.push(line, members.map(|(name, value)| (name, cell(text, &value))))?;
    }
    Ok(objects.content())
}

/// A value as a cell: what looks like a number or a word such as `no` as it is written.
fn cell(text: &str, value: &Spanned<Value>) -> Cell {
    match &value.value {
        Value::Number(_) | Value::Bool(_) => match written(text, value) {
            Some(written) => Cell::typed(written),
            None => Cell::Json(value.value.to_string()),
        },
        other => Cell::Json(other.to_string()),
    }
}

/// The piece of the text that a value was read from.
fn written<'t>(text: &'t str, value: &Spanned<Value>) -> Option<&'t str> {
    let span = value.referenced.span();
    let (start, length) = (usize::try_from(span.byte_offset()?).ok()?, usize::try_from(span.byte_len()?).ok()?);
    text.get(start..start + length).map(str::trim).filter(|text| !text.is_empty() && !text.contains('\n'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_what_is_written() {
        let text = "- Number: 0089\n  Mobile: +49301\n  On: no\n  Name: \"1\"\n  Tags: [a, 1]\n# second\n- Number: 7\n  Zürich: 東\n";
        assert!(is_yaml(text));
        let Ok((headers, rows)) = read(text) else { panic!("readable") };
        assert_eq!(headers, ["Number", "Mobile", "On", "Name", "Tags", "Zürich"]);
        let cells: Vec<&str> = rows[0].cells.iter().map(Cell::shown).collect();
        assert_eq!(cells, ["0089", "+49301", "no", "\"1\"", "[\"a\",1]", ""]);
        assert_eq!((rows[0].line, rows[1].line), (1, 7));
        assert_eq!(rows[1].cells[5].shown(), "\"東\"");
    }

    #[test]
    fn a_list_in_a_property_may_stand_to_the_left() {
        let text = "# one\nGroups:\n- GroupId: 1\nId: 1\n";
        assert!(is_yaml(text));
        let Ok((headers, rows)) = read(text) else { panic!("readable") };
        assert_eq!((headers, rows.len()), (vec!["Groups".to_owned(), "Id".to_owned()], 1));
        for list in ["---\n- Id: 1\n- Id: 2\n", "  - Id: 1\n  - Id: 2\n", "---\n# x\n-\n  Id: 1\n-\n  Id: 2\n"] {
            assert!(read(list).is_ok_and(|(_, rows)| rows.len() == 2), "{list}");
        }
    }

    #[test]
    fn yaml_is_told_from_csv() {
        for text in ["- A: 1\n", "# x\n---\n- A: 1", "Id: 29\nNumber: \"100\"\n", "Groups:\n  - GroupId: 1\n"] {
            assert!(is_yaml(text), "{text}");
        }
        for text in ["Number,Name\n", "A: B,C\n1,2\n", "Number\n100\n", "-5,3\n", "time 12:30\n", ""] {
            assert!(!is_yaml(text), "{text}");
        }
        assert!(read("- A: [1\n").is_err());
    }
}
