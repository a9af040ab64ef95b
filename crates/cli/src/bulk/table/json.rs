//! Rows as JSON: an object a line, a list of objects, one object, or what a PBX answers.

use indexmap::IndexMap;
use serde_json::value::RawValue;

use super::{Cell, Content, NotRows, Objects};

const NEXT_STEP: &str = "Write one JSON object in each line, or a list of objects.";

/// What a PBX puts the rows of a list into.
const ENVELOPE: &str = "value";

type Members<'t> = IndexMap<String, &'t RawValue>;

/// Reads objects.
pub fn read(text: &str) -> Result<Content, NotRows> {
    let (mut objects, mut lines) = (Objects::default(), Lines::of(text));
    for raw in values(text)? {
        for (line, members) in rows(raw, &mut lines)? {
            // Annotations such as @odata.etag belong to the protocol.
            let members = members.into_iter().filter(|(name, _)| !name.contains('@'));
            objects.push(line, members.map(|(name, value)| (name, Cell::Json(value.get().to_owned()))))?;
        }
    }
    Ok(objects.content())
}

/// The values one after the other: each in a line of its own, or laid out over several.
fn values(text: &str) -> Result<Vec<&RawValue>, NotRows> {
    let mut lines = text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty());
    let by_line = lines.next().is_some_and(|(_, first)| serde_json::from_str::<&RawValue>(first).is_ok());
    if by_line {
        let lines = text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty());
        let value = |(index, line)| serde_json::from_str(line).map_err(|error| not_an_object(index as u64 + 1, &error));
        return lines.map(value).collect();
    }
    let values = serde_json::Deserializer::from_str(text).into_iter::<&RawValue>();
    values.map(|value| value.map_err(|error| broken(&error))).collect()
}

/// The rows in a value, each with its line.
fn rows<'t>(raw: &'t RawValue, lines: &mut Lines<'t>) -> Result<Vec<(u64, Members<'t>)>, NotRows> {
    let line = lines.of_part(raw.get());
    if raw.get().starts_with('[') {
        return list(raw, line, lines);
    }
    let members = members(raw, line)?;
    let belongs = |name: &String| name == ENVELOPE || name == "count" || name.starts_with("@odata.");
    match members.get(ENVELOPE).filter(|value| value.get().starts_with('[') && members.keys().all(belongs)) {
        Some(value) => list(value, line, lines),
        None => Ok(vec![(line, members)]),
    }
}

fn list<'t>(raw: &'t RawValue, line: u64, lines: &mut Lines<'t>) -> Result<Vec<(u64, Members<'t>)>, NotRows> {
    let not_a_list = |_| NotRows::new(format!("line {line} is not a list of objects"), NEXT_STEP);
    let items: Vec<&RawValue> = serde_json::from_str(raw.get()).map_err(not_a_list)?;
    let row = |item: &'t RawValue| {
        let line = lines.of_part(item.get());
        Ok((line, members(item, line)?))
    };
    items.into_iter().map(row).collect()
}

fn members(raw: &RawValue, line: u64) -> Result<Members<'_>, NotRows> {
    serde_json::from_str(raw.get()).map_err(|error| not_an_object(line, &error))
}

fn not_an_object(line: u64, error: &serde_json::Error) -> NotRows {
    // Where it stopped is counted within the line.
    let said = error.to_string();
    let said = said.split(" at line ").next().unwrap_or_default();
    let column = if error.column() > 0 { format!(", column {}", error.column()) } else { String::new() };
    NotRows::new(format!("line {line} is not a JSON object: {said}{column}"), NEXT_STEP)
}

fn broken(error: &serde_json::Error) -> NotRows {
    NotRows::new(format!("it is not JSON: {error}"), NEXT_STEP)
}

/// Counts lines, once through the text.
struct Lines<'t> {
    text: &'t str,
    at: usize,
    line: u64,
}

impl<'t> Lines<'t> {
    fn of(text: &'t str) -> Lines<'t> {
        Lines { text, at: 0, line: 1 }
    }

    /// The line in which a piece of the text begins; pieces are asked for in their order.
    fn of_part(&mut self, part: &str) -> u64 {
        let offset = (part.as_ptr() as usize).saturating_sub(self.text.as_ptr() as usize);
        let passed = self.text.as_bytes().get(self.at..offset).unwrap_or_default();
        self.line += passed.iter().filter(|byte| **byte == b'\n').count() as u64;
        self.at = self.at.max(offset);
        self.line
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_come_from_json_in_every_usual_form() {
        for (text, lines) in [
            ("{\"A\": 1}\n\n{\"B\": [2], \"A\": null}\n", [1, 3]),
            ("[{\"A\": 1},{\"B\": [2], \"A\": null}]", [1, 1]),
            ("[\n  {\n    \"A\": 1\n  },\n  {\n    \"B\": [2],\n    \"A\": null\n  }\n]\n", [2, 5]),
            ("{\n  \"A\": 1\n}\n{\n  \"B\": [2],\n  \"A\": null }\n", [1, 4]),
            (
                "{\"@odata.context\": \"x\", \"@odata.count\": 2, \"value\": [\n{\"A\": 1, \"@odata.etag\": \"\"},\n{\"B\": [2], \"A\": null}]}",
                [2, 3],
            ),
        ] {
            let Ok((headers, rows)) = read(text) else { panic!("{text}") };
            assert_eq!(headers, ["A", "B"], "{text}");
            let cells: Vec<Vec<&str>> = rows.iter().map(|row| row.cells.iter().map(Cell::shown).collect()).collect();
            assert_eq!(cells, [["1", ""], ["null", "[2]"]], "{text}");
            assert_eq!(rows.iter().map(|row| row.line).collect::<Vec<_>>(), lines, "{text}");
        }
    }

    #[test]
    fn what_is_not_objects_is_refused_with_its_line() {
        for (text, reason) in [
            ("{\"A\": 1}\n{\"A\": \n", "line 2 is not a JSON object"),
            ("[{\"A\": 1},\n 2]", "line 2 is not a JSON object"),
            ("[{\"A\": 1}", "it is not JSON"),
            ("[[1]]", "line 1 is not a JSON object"),
            ("{\n\"A\": 1,\n}", "line 3"),
        ] {
            let Err(NotRows { reason: found, .. }) = read(text) else { panic!("{text}") };
            assert!(found.contains(reason), "{found}");
        }
    }
}
