//! Whatever n8n hands to the core, it answers with JSON, in memory and time that fit the question.
#![no_main]

use libfuzzer_sys::fuzz_target;
use serde_json::{Value, json};
use threecx_catalog::operations;

const COMMANDS: [&str; 13] = [
    "plan", "read", "failed", "page", "inputs", "fields", "properties", "watch", "watched", "watching", "picker", "amount",
    "address",
];

fuzz_target!(|input: (u8, u16, &str, &str, &[u8])| {
    let (command, index, name, value, raw) = input;
    answered(raw);
    let operation = operations().nth(usize::from(index) % operations().count()).expect("there are many");
    let value: Value = serde_json::from_str(value).unwrap_or_else(|_| json!({ "text": value }));
    let mut whole = json!({
        "do": COMMANDS[usize::from(command) % COMMANDS.len()],
        "operation": operation.id,
        "version": "20.0.10",
        "arguments": { "fields": { name: value }, "parameters": { name: value }, "options": { name: value } },
    });
    whole[name] = value;
    answered(whole.to_string().as_bytes());
});

fn answered(command: &[u8]) {
    let reply = threecx_node::call(command);
    serde_json::from_slice::<Value>(&reply).expect("JSON");
}
