//! What the node says of a failure has no secret in it, whatever a server repeats: for every operation.

#[path = "../../core/tests/secrets/mod.rs"]
mod secrets;

use secrets::{CANARY, answer, echoes, samples};
use serde_json::{Value, json};
use threecx_core::plan;

const TOKEN: &str = "t0ken-of-the-canary-0123456789";

fn call(command: &Value) -> String {
    String::from_utf8(threecx_node::call(command.to_string().as_bytes())).expect("UTF-8")
}

#[test]
fn no_reply_says_a_secret() {
    let mut replies = 0;
    for sample in samples() {
        let id = sample.operation.id;
        let request = plan(sample.operation, &sample.arguments, sample.target).expect(id);
        assert!(!format!("{request:?}").contains(CANARY), "{request:?}");
        let sent = request.body.clone().unwrap_or_default();
        let planned = call(&json!({
            "do": "plan", "operation": id, "version": sample.release, "arguments": sample.arguments,
        }));
        let planned: Value = serde_json::from_str(&planned).expect("JSON");
        if sample.takes_secrets {
            let masked = planned["masked"].as_str().unwrap_or_else(|| panic!("{id}: {planned}"));
            assert!(!masked.contains(CANARY), "{id}: {masked}");
        }
        let entity = answer(sample.operation, sample.target).unwrap_or_else(|| format!("{{\"VMPIN\":\"{CANARY}\"}}"));
        for (status, kind, body) in echoes(&sent, &format!("Bearer {TOKEN}"), &entity) {
            let headers = json!({"content-type": kind, "location": format!("/x?access_token={CANARY}")});
            let received = json!({"status": status, "headers": headers, "body": body});
            let common = json!({
                "do": "failed", "operation": id, "version": sample.release, "attempt": 9, "jitter": 0.5,
                "host": "pbx", "sent": sent,
            });
            let with = |name: &str, value: Value| {
                let mut command = common.clone();
                command[name] = value;
                command
            };
            let mut read = with("do", json!("read"));
            for (name, value) in received.as_object().expect("members") {
                read[name] = value.clone();
            }
            for command in [
                with("answer", received.clone()),
                with("token", received.clone()),
                with("network", json!({"message": format!("got {sent} Bearer {TOKEN}")})),
                read,
            ] {
                let reply = call(&command);
                replies += 1;
                assert!(!reply.contains(CANARY) && !reply.contains(TOKEN), "{id}: {command}\n{reply}");
            }
        }
    }
    assert!(replies > 20_000, "{replies}");
}
