//! `watching`: what was filled in at the trigger. Numbers and names may come from expressions, as whatever these give.

use serde::Deserialize;
use serde_json::json;
use threecx_catalog::Type;
use threecx_core::{Error, Input, InputError, setting};

use super::Event;
use crate::amount::given;
use crate::command::Reply;
use crate::error_reply::Failure;

/// The hours that a call may last, where nobody says how many.
const USUAL: f64 = 4.0;

/// No call lasts for a year.
const MOST: f64 = 366.0 * 24.0;

/// The command; what is empty or null counts as left out.
#[derive(Deserialize)]
pub(crate) struct Settings {
    #[serde(rename = "event")]
    _event: Event,
    #[serde(default)]
    longest: Option<Input>,
    #[serde(default)]
    filter: Option<Input>,
    #[serde(default)]
    properties: Option<Input>,
}

/// `{longest, filter, properties}`: seconds, text and a list of names.
pub(crate) fn settings(settings: Settings) -> Reply {
    let filter = given(settings.filter).map(|filter| setting("Filter", &filter, Type::String)).transpose()?;
    Ok(json!({
        "longest": (hours(settings.longest)? * 3600.0).round() as i64,
        "filter": filter.unwrap_or_default(),
        "properties": properties(settings.properties)?,
    }))
}

fn hours(input: Option<Input>) -> Result<f64, Failure> {
    const NAME: &str = "Longest Call";
    let Some(input) = given(input) else { return Ok(USUAL) };
    let text = setting(NAME, &input, Type::Double)?;
    let hours = text.parse::<f64>().ok().filter(|hours| *hours > 0.0 && *hours <= MOST);
    hours.ok_or_else(|| Error::from(InputError::of(NAME, "a number of hours above 0", format!("`{text}`"))).into())
}

/// `["Number", "Mobile"]`, or the same as text or with commas.
fn properties(input: Option<Input>) -> Result<Vec<String>, Failure> {
    let Some(input) = given(input) else { return Ok(Vec::new()) };
    let text = input.text();
    let names = match serde_json::from_str::<Vec<String>>(text) {
        Ok(names) => names,
        Err(_) if text.trim_start().starts_with('[') => {
            let error = InputError::of("Property Names or IDs", "a list of names", "a list of something else");
            return Err(Error::from(error).into());
        }
        Err(_) => setting("Property Names or IDs", &input, Type::String)?.split(',').map(str::to_owned).collect(),
    };
    Ok(names.iter().map(|name| name.trim().to_owned()).filter(|name| !name.is_empty()).collect())
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::*;

    fn reply(command: Value) -> Result<Value, String> {
        let mut command = command;
        command["event"] = json!("record");
        let read = serde_json::from_value(command).expect("a command");
        settings(read).map_err(|failure| failure.reply()["error"]["message"].to_string())
    }

    #[test]
    fn what_was_filled_in_is_read_however_it_comes() {
        for (given, longest) in [
            (json!({}), 14_400),
            (json!({ "longest": { "json": 4 } }), 14_400),
            (json!({ "longest": { "text": "4" } }), 14_400),
            (json!({ "longest": { "json": 0.5 } }), 1_800),
            (json!({ "longest": { "json": null } }), 14_400),
            (json!({ "longest": { "text": "" } }), 14_400),
        ] {
            assert_eq!(reply(given.clone()).expect("read")["longest"], longest, "{given}");
        }
        for (given, properties) in [
            (json!({ "json": ["Number", "Mobile"] }), json!(["Number", "Mobile"])),
            (json!({ "text": "Number, Mobile" }), json!(["Number", "Mobile"])),
            (json!({ "text": "[\"Number\"]" }), json!(["Number"])),
            (json!({ "json": "Number" }), json!(["Number"])),
            (json!({ "json": [] }), json!([])),
            (json!({ "json": null }), json!([])),
            (json!({ "text": "" }), json!([])),
        ] {
            assert_eq!(reply(json!({ "properties": given })).expect("read")["properties"], properties, "{given}");
        }
        for (given, filter) in
            [(json!({ "text": "Id eq 1" }), "Id eq 1"), (json!({ "json": null }), ""), (json!({ "text": " " }), "")]
        {
            assert_eq!(reply(json!({ "filter": given })).expect("read")["filter"], filter, "{given}");
        }
    }

    #[test]
    fn what_does_not_fit_is_named() {
        for wrong in [json!("x"), json!(-1), json!(0), json!("NaN"), json!("INF"), json!([4]), json!(true), json!(1e9)]
        {
            let message = reply(json!({ "longest": { "json": wrong } })).expect_err("refused");
            assert!(message.contains("Longest Call: expected a number"), "{wrong}: {message}");
        }
        for wrong in [json!(["Id eq 1"]), json!({ "a": 1 })] {
            let message = reply(json!({ "filter": { "json": wrong } })).expect_err("refused");
            assert!(message.contains("Filter: expected text"), "{wrong}: {message}");
        }
        for wrong in [json!([1]), json!([["a"]]), json!({ "a": 1 })] {
            let message = reply(json!({ "properties": { "json": wrong } })).expect_err("refused");
            assert!(message.contains("Property Names or IDs: expected"), "{wrong}: {message}");
        }
    }
}
