//! `amount`: how much of a list is wanted, and what else the node decides about an answer by itself. Switches and
//! numbers may come as text, from an expression or a model: they are read by the rules for all arguments.

use serde::Deserialize;
use serde_json::json;
use threecx_catalog::Type;
use threecx_core::{Error, Input, InputError, setting};

use crate::command::{self, Reply};
use crate::error_reply::Failure;

/// The number of rows where nobody says how many.
const USUAL: u64 = 50;

/// What was filled in; what is empty or null counts as left out.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Command {
    #[serde(default)]
    return_all: Option<Input>,
    #[serde(default)]
    limit: Option<Input>,
    /// Counts instead of the limit.
    #[serde(default)]
    top: Option<Input>,
    #[serde(default)]
    skip: Option<Input>,
    #[serde(default)]
    count: Option<Input>,
    #[serde(default)]
    simplify: Option<Input>,
    #[serde(default)]
    dry_run: Option<Input>,
}

/// `{wanted, skip, counted, simplify, dryRun}`: `wanted` is null for all rows.
pub(crate) fn command(command: Command) -> Reply {
    let Command { return_all, limit, top, skip, count, simplify, dry_run } = command;
    let all = switch("Return All", return_all)?.unwrap_or(false);
    let limit = if all { None } else { Some(number("Limit", limit)?.unwrap_or(USUAL)) };
    let wanted = number("Top", top)?.or(limit);
    Ok(json!({
        "wanted": wanted,
        "skip": number("Skip", skip)?.unwrap_or(0),
        "counted": switch("Count", count)?.unwrap_or(false),
        "simplify": switch("Simplify", simplify)?.unwrap_or(false),
        "dryRun": switch("Dry Run", dry_run)?.unwrap_or(false),
    }))
}

/// The maximum number of items at a time: a PBX has other things to do.
const MOST_AT_A_TIME: u64 = 10;

/// The command `concurrency`: how many items may be worked through at a time.
#[derive(Deserialize)]
pub(crate) struct Concurrency<'a> {
    operation: &'a str,
    #[serde(default)]
    concurrency: Option<Input>,
}

/// `{concurrency}`: one where the order counts, or where one failure has to keep the others from being sent.
pub(crate) fn concurrency(command: Concurrency<'_>) -> Reply {
    const NAME: &str = "Concurrency";
    let operation = command::operation(command.operation)?;
    let wanted = number(NAME, command.concurrency)?.unwrap_or(1);
    if !(1..=MOST_AT_A_TIME).contains(&wanted) {
        let expected = format!("a whole number from 1 to {MOST_AT_A_TIME}");
        return Err(Error::from(InputError::of(NAME, expected, format!("`{wanted}`"))).into());
    }
    Ok(json!({ "concurrency": if operation.repeatable { wanted } else { 1 } }))
}

fn switch(name: &str, input: Option<Input>) -> Result<Option<bool>, Failure> {
    let Some(input) = given(input) else { return Ok(None) };
    Ok(Some(setting(name, &input, Type::Boolean)? == "true"))
}

fn number(name: &str, input: Option<Input>) -> Result<Option<u64>, Failure> {
    let Some(input) = given(input) else { return Ok(None) };
    let value = setting(name, &input, Type::Int32)?;
    let negative = || InputError::of(name, "a whole number from 0 up", format!("`{value}`"));
    value.parse().map(Some).map_err(|_| Error::from(negative()).into())
}

/// What was filled in, if anything was.
pub(crate) fn given(input: Option<Input>) -> Option<Input> {
    input.filter(|input| match input {
        Input::Text(text) => !text.trim().is_empty(),
        Input::Json(json) => !matches!(json.trim(), "null" | "\"\""),
    })
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::*;

    fn reply(command: Value) -> Result<Value, String> {
        let read = serde_json::from_value(command).expect("a command");
        super::command(read).map_err(|failure| failure.reply()["error"]["message"].to_string())
    }

    #[test]
    fn numbers_and_switches_are_read_however_they_come() {
        for (given, wanted, skip) in [
            (json!({}), json!(50), 0),
            (json!({ "limit": { "json": 7 } }), json!(7), 0),
            (json!({ "limit": { "json": "7" } }), json!(7), 0),
            (json!({ "limit": { "text": " 7 " } }), json!(7), 0),
            (json!({ "limit": { "json": 7.0 } }), json!(7), 0),
            (json!({ "limit": { "json": 0 } }), json!(0), 0),
            (json!({ "limit": { "json": null } }), json!(50), 0),
            (json!({ "limit": { "text": "" } }), json!(50), 0),
            (json!({ "returnAll": { "json": true } }), json!(null), 0),
            (json!({ "returnAll": { "text": "true" } }), json!(null), 0),
            (json!({ "returnAll": { "text": "TRUE" }, "limit": { "json": 3 } }), json!(null), 0),
            (json!({ "returnAll": { "text": "false" }, "limit": { "json": 3 } }), json!(3), 0),
            (json!({ "returnAll": { "json": null }, "limit": { "json": 3 } }), json!(3), 0),
            (json!({ "returnAll": { "text": "" } }), json!(50), 0),
            (json!({ "returnAll": { "json": true }, "top": { "text": "9" } }), json!(9), 0),
            (json!({ "limit": { "json": 3 }, "top": { "json": null }, "skip": { "text": "4" } }), json!(3), 4),
            (json!({ "skip": { "json": null } }), json!(50), 0),
        ] {
            let reply = reply(given.clone()).expect("read");
            assert_eq!((&reply["wanted"], &reply["skip"]), (&wanted, &json!(skip)), "{given}");
        }
        let reply = reply(json!({ "count": { "text": "true" }, "simplify": { "text": "false" } })).expect("read");
        assert_eq!((&reply["counted"], &reply["simplify"]), (&json!(true), &json!(false)));
    }

    #[test]
    fn items_go_together_only_where_they_may_be_sent_again() {
        let concurrency = |operation: &str, wanted: Value| {
            let command = json!({ "operation": operation, "concurrency": wanted }).to_string();
            let reply = super::concurrency(serde_json::from_str(&command).expect("a command"));
            reply
                .map(|reply| reply["concurrency"].clone())
                .map_err(|failure| failure.reply()["error"]["message"].clone())
        };
        for (operation, wanted, given) in [
            ("Users.UpdateUser", json!({ "json": 5 }), 5),
            ("Users.UpdateUser", json!({ "text": "5" }), 5),
            ("Users.UpdateUser", json!({ "json": null }), 1),
            ("Users.GetUser", json!({ "json": 10 }), 10),
            ("Users.CreateUser", json!({ "json": 5 }), 1),
            ("Users.MakeCall", json!({ "json": 5 }), 1),
        ] {
            assert_eq!(concurrency(operation, wanted), Ok(json!(given)), "{operation}");
        }
        for wrong in [json!({ "json": 0 }), json!({ "json": 11 }), json!({ "json": -1 }), json!({ "text": "many" })] {
            let message = concurrency("Users.GetUser", wrong).expect_err("refused").to_string();
            assert!(message.contains("Concurrency: expected a whole number"), "{message}");
        }
    }

    #[test]
    fn what_is_neither_is_named() {
        for (name, shown) in [("limit", "Limit"), ("top", "Top"), ("skip", "Skip")] {
            for wrong in [
                json!({ "json": -1 }),
                json!({ "text": "-1" }),
                json!({ "json": 2.5 }),
                json!({ "text": "2,5" }),
                json!({ "text": "many" }),
                json!({ "text": "NaN" }),
                json!({ "json": [7] }),
                json!({ "json": {} }),
                json!({ "json": true }),
                json!({ "json": 1e300 }),
            ] {
                let message = reply(json!({ name: wrong })).expect_err("refused");
                assert!(message.contains(&format!("{shown}: expected a whole number")), "{wrong}: {message}");
            }
        }
        for (name, shown) in [("returnAll", "Return All"), ("count", "Count"), ("simplify", "Simplify")] {
            for wrong in [json!({ "text": "perhaps" }), json!({ "json": 7 }), json!({ "json": [] })] {
                let message = reply(json!({ name: wrong })).expect_err("refused");
                assert!(message.contains(&format!("{shown}: expected true or false")), "{wrong}: {message}");
            }
        }
    }
}
