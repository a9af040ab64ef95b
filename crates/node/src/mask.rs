//! `mask`: what an operation gave, without its secrets, for a reader that need not know them.

use serde::Deserialize;
use serde_json::value::RawValue;
use threecx_core::mask;

use crate::command::{self, Reply};
use crate::error_reply::Failure;

/// The command.
#[derive(Deserialize)]
pub(crate) struct Command<'a> {
    operation: &'a str,
    #[serde(borrow)]
    json: &'a RawValue,
}

/// `{json}`
pub(crate) fn command(command: Command<'_>) -> Reply {
    let operation = command::operation(command.operation)?;
    let masked = RawValue::from_string(mask::json_about(operation, command.json.get()));
    let masked = masked.map_err(|error| Failure::command(mask::unfit(&error)))?;
    command::reply("json", masked)
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    #[test]
    fn secrets_are_masked_and_all_else_stays() {
        let masked = |operation: &str, json: Value| -> Value {
            let command = json!({ "do": "mask", "operation": operation, "json": json }).to_string();
            let reply: Value = serde_json::from_slice(&crate::call(command.as_bytes())).expect("JSON");
            reply["json"].clone()
        };
        let user = |auth: &str, pin: &str| json!([{ "Id": 29, "Number": "1234", "AuthPassword": auth, "Phones": [{ "Secret": pin }], "VMPIN": pin }]);
        assert_eq!(masked("Users.ListUser", user("c4nary", "1234")), user("***", "***"));
        assert_eq!(masked("Users.GetPhoneSecret", json!([{ "value": "c4nary" }])), json!([{ "value": "***" }]));
        assert_eq!(masked("Users.HasDuplicatedEmail", json!([{ "value": true }])), json!([{ "value": true }]));
    }
}
