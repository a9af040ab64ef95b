//! What a row, and what is the same for all rows, was known by in the text journals of earlier versions: a
//! hash of what was given.
//!
//! Such journals still lie on disks, and a row that is not found in one is sent: so what is hashed stays the
//! same, byte for byte, whatever becomes of the types that hold it. (It is how these types once were shown
//! for debugging, which is where its brackets come from.)

use std::hash::Hasher;

use threecx_core::{Arguments, Input};

/// The hash of what a row says itself. The order of its columns does not matter.
pub fn of_row(arguments: &Arguments, words: &[String]) -> u64 {
    let Arguments { parameters, fields, body, options } = arguments;
    let mut text = String::new();
    for (place, values) in [("path", parameters), ("field", fields), ("option", options)] {
        let mut values: Vec<(&String, &Input)> = values.iter().collect();
        values.sort_by_key(|(name, _)| *name);
        for (name, value) in values {
            text.push_str(&format!("{place} {} {}\n", quoted(name), input(value)));
        }
    }
    text.push_str(&format!("{} {}", optional(body.as_ref()), list(words.iter().map(|word| quoted(word)))));
    hashed(&text)
}

/// The hash of what is the same for all rows. A secret is left out: its hash would tell it.
pub fn of_constants(arguments: &Arguments, words: &[String], is_secret: impl Fn(&str) -> bool) -> u64 {
    let Arguments { parameters, fields, body, options } = arguments;
    let pair = |(name, value): (&String, &Input)| format!("({}, {})", quoted(name), input(value));
    let member = |(name, value): (&String, &Input)| format!("{}: {}", quoted(name), input(value));
    let fields = fields.iter().filter(|(name, _)| !is_secret(name));
    hashed(&format!(
        "{{{}}}{}{}{{{}}}{}",
        joined(parameters.iter().map(member)),
        list(fields.map(pair)),
        optional(body.as_ref()),
        joined(options.iter().map(member)),
        list(words.iter().map(|word| quoted(word))),
    ))
}

fn hashed(text: &str) -> u64 {
    let mut hasher = fnv::FnvHasher::default();
    hasher.write(text.as_bytes());
    hasher.finish()
}

fn input(input: &Input) -> String {
    match input {
        Input::Text(text) => format!("Text({})", quoted(text)),
        Input::Json(text) => format!("Json({})", quoted(text)),
    }
}

fn optional(value: Option<&Input>) -> String {
    value.map_or_else(|| "None".to_owned(), |value| format!("Some({})", input(value)))
}

fn list(items: impl Iterator<Item = String>) -> String {
    format!("[{}]", joined(items))
}

fn joined(items: impl Iterator<Item = String>) -> String {
    items.collect::<Vec<_>>().join(", ")
}

fn quoted(text: &str) -> String {
    format!("{text:?}")
}

#[cfg(test)]
mod tests {
    use super::*;

    type Pairs<'a> = &'a [(&'a str, Input)];

    fn text(text: &str) -> Input {
        Input::Text(text.to_owned())
    }

    fn json(text: &str) -> Input {
        Input::Json(text.to_owned())
    }

    fn arguments(parameters: Pairs<'_>, fields: Pairs<'_>, body: Option<Input>, options: Pairs<'_>) -> Arguments {
        let map = |pairs: Pairs<'_>| pairs.iter().map(|(name, value)| ((*name).to_owned(), value.clone())).collect();
        Arguments { parameters: map(parameters), fields: map(fields), body, options: map(options) }
    }

    fn rows() -> Vec<(Arguments, Vec<String>)> {
        let words = |words: &[&str]| words.iter().map(|word| (*word).to_owned()).collect::<Vec<_>>();
        vec![
            (Arguments::default(), words(&[])),
            (Arguments::default(), words(&["100", "Front desk", "O\'Brien \"x\"", ""])),
            (arguments(&[], &[("Number", text("100")), ("FirstName", text("Zoë"))], None, &[]), words(&[])),
            (arguments(&[], &[("FirstName", text("Zoë")), ("Number", json("100"))], None, &[]), words(&[])),
            (
                arguments(
                    &[("id", text("7"))],
                    &[
                        ("a", text("say \"hi\"\tto\r\nO\'Brien \\ ")),
                        ("b", text("")),
                        ("ü", text("Müller 東京 👍 e\u{301}")),
                    ],
                    Some(json(r#"{"Groups":[{"GroupId":1,"Name":"ä\"\n"}]}"#)),
                    &[("if-match", text("W/\"1\"")), ("select", text("Id,Number"))],
                ),
                words(&["\u{0}\u{7f}\u{200b}"]),
            ),
            (arguments(&[], &[], Some(text("{\"Id\": null}")), &[]), words(&["ü"])),
        ]
    }

    /// These values are in journals on disks: changing one sends rows a second time.
    #[test]
    fn identities_stay_the_same() {
        let found: Vec<String> = rows()
            .iter()
            .map(|(row, words)| {
                format!("{:016x} {:016x}", of_row(row, words), of_constants(row, words, |name| name == "b"))
            })
            .collect();
        assert_eq!(
            found,
            [
                "6211cfada85f3429 1a7803bd199a480b",
                "3ae74513afdb4616 2452833adedd8244",
                "2b46e82bf63c8303 ee097471efd0ddfb",
                "23424cf270fa5e0c de5d4296d4b77ed8",
                "3986e8419f7314d1 3a02d0ac12b0a732",
                "72c73c023debc777 e324ad6b5536f8fb",
            ]
        );
    }
}
