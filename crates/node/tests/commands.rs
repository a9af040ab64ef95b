//! Commands and their replies, in one file that other hosts of the module are held to as well: the
//! n8n node's tests run the same commands through WebAssembly. One JSON object a line.
//!
//! `UPDATE_GOLDEN=1 cargo test -p threecx-node --test commands` writes it anew.

use std::fs;
use std::path::Path;

use serde_json::{Value, json};

#[test]
fn commands_are_answered_as_before() {
    let mut lines = String::new();
    let commands = readings().into_iter().chain(refusals()).chain(failures());
    for command in commands.chain(questions()).chain(watching()) {
        let reply = threecx_node::call(command.to_string().as_bytes());
        let reply: Value = serde_json::from_slice(&reply).expect("JSON");
        lines.push_str(&format!("{}\n", json!({ "command": command, "reply": reply })));
    }
    // All but `core`, which the shim says of a trap.
    for code in [
        "input",
        "not-in-version",
        "connection",
        "certificate",
        "url",
        "not-a-3cx",
        "authentication",
        "permission",
        "not-found",
        "rejected",
        "rate-limited",
        "server",
        "unknown-outcome",
        "answer",
        "command",
    ] {
        assert!(lines.contains(&format!(r#""reply":{{"error":{{"code":"{code}""#)), "no reply is the error {code}");
    }
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden/commands.jsonl");
    if std::env::var_os("UPDATE_GOLDEN").is_some() {
        fs::write(&path, &lines).expect("the golden file can be written");
    }
    let golden = fs::read_to_string(&path).expect("the golden file is there");
    for (new, old) in lines.lines().zip(golden.lines()) {
        assert_eq!(new, old, "a reply has changed; if that is meant, run with UPDATE_GOLDEN=1");
    }
    assert_eq!(lines.lines().count(), golden.lines().count(), "commands came or went; run with UPDATE_GOLDEN=1");
}

/// Every way in which an answer can be a success, or be unreadable.
fn readings() -> Vec<Value> {
    const JSON: &str = "application/json; odata.metadata=minimal";
    let rows = r#"{"@odata.context":"x","@odata.count":2,"value":[{"Id":1},{"Id":2}]}"#;
    [
        ("Users.ListUser", 200, json!({ "content-type": JSON, "x-3cx-version": "20.0.8.1131" }), rows),
        ("Users.ListUser", 200, json!({ "content-type": JSON }), r#"{"value":[],"@odata.nextLink":"https://pbx/xapi/v1/Users?$skip=5"}"#),
        ("Users.GetUser", 200, json!({ "content-type": JSON }), r#"{"Id":7,"FirstName":"Zürich 東"}"#),
        ("Parameters.GetParameter", 200, json!({ "content-type": JSON }), r#"{"Id":1,"Name":"X","Value":"y"}"#),
        ("Users.HasDuplicatedEmail", 200, json!({ "content-type": JSON }), r#"{"@odata.context":"x","value":true}"#),
        ("Users.GetUser", 200, json!({ "content-type": JSON }), " {\"value\":{\"Id\":1}} "),
        ("Users.ReprovisionAllPhones", 204, json!({}), ""),
        ("Users.DeleteUser", 204, json!({ "content-type": "text/plain" }), " "),
        ("Users.ExportExtensions", 200, json!({ "content-type": "text/csv", "content-disposition": "attachment; filename=\"../x.csv\"" }), ""),
        ("Users.ExportExtensions", 200, json!({}), ""),
        ("Recordings.DownloadRecording", 200, json!({ "content-type": "audio/x-wav", "content-disposition": r#"attachment; filename="a \"b\"; c.wav"; filename*=UTF-8''r%C3%A9c.wav"# }), ""),
        ("Recordings.DownloadRecording", 200, json!({ "content-type": "audio/x-wav", "content-disposition": r"attachment; filename=C:\temp\a.wav" }), ""),
        ("Recordings.DownloadRecording", 200, json!({ "content-type": "audio/x-wav", "content-disposition": r#"attachment; filename="..""# }), ""),
        ("Recordings.DownloadRecording", 200, json!({ "content-type": "application/json" }), r#"{"value":1}"#),
        ("Backups.ListBackups", 200, json!({ "content-type": "application/octet-stream", "content-disposition": "attachment; filename*=UTF-8''%zz" }), ""),
        ("Users.ListUser", 200, json!({ "content-type": "application/problem+json" }), r#"{"value":[{"Id":1}]}"#),
        ("Users.ListUser", 200, json!({ "content-type": JSON }), r#"{"@odata.count":0,"value":[]}"#),
        ("Users.ListUser", 200, json!({ "content-type": JSON }), r#"{"@odata.count":"10000","value":[]}"#),
        ("Users.ListUser", 200, json!({ "content-type": JSON }), r#"{"@odata.count":-1,"value":[1,"a",null]}"#),
        ("Users.ListUser", 200, json!({ "content-type": JSON }), r#"{"@odata.count":1,"value":[{}],"@odata.nextLink":"/xapi/v1/Users?$skiptoken=a%20b"}"#),
        ("Users.ListUser", 200, json!({ "content-type": JSON }), r#"{"value":null}"#),
        ("Users.ListUser", 200, json!({ "content-type": JSON }), "[]"),
        ("Users.ListUser", 200, json!({ "content-type": JSON }), ""),
        ("Users.GetUser", 200, json!({ "content-type": JSON }), "null"),
        ("Users.GetUser", 200, json!({ "content-type": JSON }), r#"{"Id":1,"value":2}"#),
        ("Users.CreateUser", 201, json!({ "content-type": JSON, "x-3cx-version": "20.0.10.1621" }), r#"{"Id":1}"#),
        ("Users.UpdateUser", 204, json!({ "x-3cx-version": "nginx" }), ""),
        ("Users.ListUser", 200, json!({ "content-type": "text/html" }), "<html>"),
        ("Users.ListUser", 200, json!({ "content-type": "text/html; charset=utf-8" }), "<!doctype html><title>3CX</title>"),
        ("Users.ListUser", 200, json!({ "content-type": JSON }), "<html>"),
        ("Users.ListUser", 200, json!({}), "<html>"),
        ("Users.ListUser", 200, json!({ "content-type": JSON }), "{"),
        ("Users.ListUser", 200, json!({ "content-type": JSON }), r#"{"value":[{"Id":1}"#),
        ("Users.ListUser", 200, json!({ "content-type": JSON }), r#"{"value":[{"Id":1}]} {"#),
        ("Users.ListUser", 200, json!({ "content-type": JSON }), r#"{"value":"Zür"#),
        ("Users.ListUser", 302, json!({ "content-type": "text/html" }), ""),
        ("Users.ListUser", 200, json!({ "content-type": JSON }), r#"{"value":[{"Id":"#),
        ("Users.Nothing", 200, json!({}), ""),
    ]
    .map(|(operation, status, headers, body)| {
        json!({ "do": "read", "operation": operation, "status": status, "headers": headers, "body": body })
    })
    .to_vec()
}

/// Every status that says no, in each form of saying why, and every reason that has a name.
fn refusals() -> Vec<Value> {
    const JSON: &str = "application/json; odata.metadata=minimal";
    let read = |operation: &str, status: u16, kind: &str, body: &str| json!({ "do": "read", "operation": operation, "status": status, "headers": { "content-type": kind }, "body": body });
    let why = |message: &str| json!({ "error": { "code": "", "message": message } }).to_string();
    let mut all = Vec::new();
    for status in [400, 401, 403, 404, 405, 409, 412, 415, 429, 500, 501, 502, 503, 504] {
        for operation in ["Users.UpdateUser", "ReportCallLogData.GetCallLogData"] {
            all.push(read(operation, status, JSON, ""));
            all.push(read(operation, status, "text/html", "<html>no</html>"));
            all.push(read(
                operation,
                status,
                JSON,
                &why("The input was not valid.\n\ndelta:\nThe delta field is required."),
            ));
            all.push(read(operation, status, JSON, r#"{"error":{"message":"cut o"#));
        }
    }
    for warning in threecx_catalog::warnings() {
        all.push(read("Users.CreateUser", 400, JSON, &why(warning.code)));
    }
    let details = json!([
        { "code": "", "message": "WARNINGS.XAPI.ALREADY_IN_USE", "target": "Number" },
        { "code": "", "message": "WARNINGS.XAPI.NEW_IN_THIS_RELEASE", "target": "Zürich 東" },
        { "message": "no code" },
    ]);
    let several =
        json!({ "error": { "code": "", "message": "Number:\nWARNINGS.XAPI.ALREADY_IN_USE", "details": details } });
    all.push(read("Users.CreateUser", 400, JSON, &several.to_string()));
    all.push(read("Users.CreateUser", 400, JSON, &why("WARNINGS.XAPI.NEW_IN_THIS_RELEASE")));
    all
}

/// Every way in which a call can fail, and whether it is sent again.
fn failures() -> Vec<Value> {
    let envelope = r#"{"error":{"code":"","message":"Number:\nWARNINGS.XAPI.ALREADY_IN_USE","details":[{"code":"","message":"WARNINGS.XAPI.ALREADY_IN_USE","target":"Number"}]}}"#;
    let mut commands = Vec::new();
    for operation in ["Users.ListUser", "Users.ReprovisionAllPhones", "Users.CreateUser"] {
        for (status, headers, body) in [
            (400, json!({}), envelope),
            (401, json!({}), ""),
            (403, json!({}), ""),
            (404, json!({}), ""),
            (412, json!({}), ""),
            (429, json!({ "retry-after": "2" }), ""),
            (429, json!({ "retry-after": "3600" }), ""),
            (500, json!({}), "<html>"),
            (503, json!({ "retry-after": "1" }), ""),
            (504, json!({}), ""),
        ] {
            commands.push((operation, json!({ "answer": { "status": status, "headers": headers, "body": body } })));
        }
        for (code, syscall, token) in [
            ("ECONNREFUSED", "connect", false),
            ("ENOTFOUND", "getaddrinfo", false),
            ("ETIMEDOUT", "connect", false),
            ("ECONNRESET", "read", false),
            ("ECONNRESET", "read", true),
            ("ECONNABORTED", "", false),
            ("DEPTH_ZERO_SELF_SIGNED_CERT", "", false),
            ("ERR_TLS_CERT_ALTNAME_INVALID", "", false),
        ] {
            let network =
                json!({ "code": code, "syscall": syscall, "message": format!("{syscall} {code}"), "token": token });
            commands.push((operation, json!({ "network": network })));
        }
        for (status, body) in [(401, r#"{"error":"invalid_client"}"#), (404, "<html>"), (429, ""), (503, "")] {
            commands.push((operation, json!({ "token": { "status": status, "body": body } })));
        }
    }
    let mut all = vec![
        json!({ "do": "failed", "operation": "Users.ListUser", "attempt": 1, "jitter": 0.5, "host": "pbx:5001", "left": 100,
            "network": { "code": "ECONNRESET", "message": "read ECONNRESET" } }),
        json!({ "do": "failed", "operation": "Users.ListUser", "attempt": 1, "jitter": 0.5, "host": "pbx:5001", "left": 60_000,
            "network": { "code": "TOO_LARGE", "message": "it is larger than 100 MB" } }),
        json!({ "do": "read", "operation": "Users.ListUser", "status": 200, "wrong": "it is nested more than 64 levels deep" }),
        json!({ "do": "read", "operation": "Users.UpdateUser", "status": 200, "wrong": "it is nested more than 64 levels deep" }),
        json!({ "do": "read", "operation": "Users.ListUser", "status": 200, "body": r#"{"value":[""]}"# }),
        json!({ "do": "read", "operation": "Users.ExportExtensions", "status": 200, "headers": { "content-type": "text/csv" }, "size": 0 }),
        json!({ "do": "read", "operation": "Users.ExportExtensions", "status": 200, "headers": { "content-type": "text/csv" }, "size": 7 }),
    ];
    for (operation, what) in commands {
        for attempt in [1, 4] {
            let mut command = json!({ "do": "failed", "operation": operation, "attempt": attempt, "jitter": 0.5, "host": "pbx:5001" });
            for (name, value) in what.as_object().expect("an object") {
                command[name] = value.clone();
            }
            all.push(command);
        }
    }
    all
}

/// What can be asked about operations, and plans that are refused.
fn questions() -> Vec<Value> {
    let reprovision = |ids: Value| {
        json!({ "do": "plan", "operation": "Users.ReprovisionAllPhones", "version": "20.0.10.1621",
            "arguments": { "fields": { "ids": ids } } })
    };
    vec![
        reprovision(json!({ "text": "[123, 456]" })),
        reprovision(json!({ "text": "123,456" })),
        reprovision(json!({ "json": [123, "456"] })),
        reprovision(json!({ "text": "[123, 4x6]" })),
        reprovision(json!({ "text": "[123,\n 456" })),
        reprovision(json!({ "text": "" })),
        reprovision(json!({ "text": "[]" })),
        reprovision(json!({ "json": [{ "Id": 29, "Number": "100" }] })),
        json!({ "do": "plan", "operation": "Users.DeleteUser", "version": "20.0.10", "arguments": { "parameters": { "Id": { "text": "29" } } } }),
        json!({ "do": "plan", "operation": "Users.CreateUser", "version": "20.0.10", "arguments": { "body": { "text": "{}" } } }),
        json!({ "do": "plan", "operation": "Blocklist.CreateBlocklistAddr", "version": "20.0.10", "instants": { "2026-11-01": "2026-11-01T00:00-04:00" },
            "arguments": { "body": { "json": { "ExpiresAt": "2026-11-01" } } } }),
        json!({ "do": "concurrency", "operation": "Users.UpdateUser", "concurrency": { "text": "5" } }),
        json!({ "do": "concurrency", "operation": "Users.UpdateUser", "concurrency": { "json": 11 } }),
        json!({ "do": "mask", "operation": "Users.GetUser", "json": [{ "Id": 29, "VMPIN": "1234" }] }),
        json!({ "do": "failed", "operation": "Users.GetUser", "thing": "User 29", "attempt": 1, "jitter": 0.5, "host": "pbx:5001", "answer": { "status": 404 } }),
        json!({ "do": "plan", "operation": "Users.GetUserByNumber", "arguments": { "parameters": { "Number": { "text": "100" } } } }),
        json!({ "do": "plan", "operation": "Users.GetUserByNumber", "asked": true, "arguments": { "parameters": { "Number": { "text": "O'1" } } } }),
        json!({ "do": "plan", "operation": "Users.GetUserByNumber", "version": "20.0.7", "arguments": { "parameters": { "Number": { "text": "100" } } } }),
        json!({ "do": "plan", "operation": "Users.GetCallLog", "version": "20.0.10" }),
        json!({ "do": "plan", "operation": "Users.ListUser", "version": "20.0.10", "simplify": true, "arguments": { "options": { "top": { "json": 5 } } } }),
        json!({ "do": "plan", "operation": "Users.ListUser", "version": "20.0.10", "page": { "top": 100, "skip": 200 } }),
        json!({ "do": "plan", "operation": "Users.ListUser", "version": "20.0.10", "page": { "top": 100 }, "arguments": { "options": { "top": { "json": 500 } } } }),
        json!({ "do": "plan", "operation": "VoicemailSettings.GetConfiguredConverters", "version": "20.0.9", "page": { "top": 100 } }),
        json!({ "do": "plan", "operation": "VoicemailSettings.GetConfiguredConverters", "version": "20.0.10", "page": { "top": 100 } }),
        json!({ "do": "plan", "operation": "Users.ListUsr" }),
        json!({ "do": "plan", "operation": "Users.DeleteUser", "version": "20.0.10", "arguments": { "parameters": { "Id": { "json": 7 } } } }),
        json!({ "do": "plan", "operation": "OutboundRules.UpdateOutboundRule", "version": "20.0.10", "arguments": { "parameters": { "Id": { "json": 7 } }, "fields": { "Routes": { "json": [] } } } }),
        json!({ "do": "plan", "operation": "Groups.UpdateGroup", "version": "20.0.10", "arguments": { "parameters": { "Id": { "json": 7 } }, "body": { "json": { "Hours": { "Periods": [] } } } } }),
        json!({ "do": "plan", "operation": "Users.RebootPhone", "version": "20.0.10", "arguments": { "fields": { "mac": { "text": "00:11:22:aa:bb:cc" } } } }),
        json!({ "do": "plan", "operation": "Users.RebootPhone", "version": "20.0.10", "arguments": { "fields": { "mac": { "text": "105" } } } }),
        json!({ "do": "plan", "operation": "Users.UpdateUser", "version": "20.0.10", "arguments": { "parameters": { "Id": { "json": 7 } }, "body": { "json": { "Groups": [{ "Rights": { "RoleName": "manager" } }] } } } }),
        json!({ "do": "page", "wanted": 150, "skip": 10 }),
        json!({ "do": "page", "state": { "page_size": 100, "wanted": 150, "skip": 10, "asked": 100, "next_link": null, "done": false }, "arrived": { "rows": 100, "count": 500 } }),
        json!({ "do": "page", "state": { "page_size": 100, "wanted": null, "skip": 0, "asked": 100, "next_link": null, "done": false }, "arrived": { "rows": 20, "nextLink": "https://other.example.com/xapi/v1/Users?$skip=20" } }),
        json!({ "do": "plan", "operation": "Users.ListUser", "version": "20.0.10", "page": { "top": 100 }, "arguments": { "options": { "select": { "json": ["Number"] } } } }),
        json!({ "do": "plan", "operation": "Users.ListUser", "version": "20.0.10", "page": { "top": 100 }, "arguments": { "options": { "select": { "text": "number, id" } } } }),
        json!({ "do": "page", "state": { "page_size": 100, "wanted": null, "skip": 100, "asked": 100, "next_link": null, "done": false, "rows": 100, "top": 100 }, "arrived": { "rows": 100, "fresh": 0 } }),
        json!({ "do": "page", "state": { "page_size": 100, "wanted": null, "skip": 0, "asked": 100, "next_link": null, "done": false, "rows": 200, "links": 100 }, "arrived": { "rows": 1, "fresh": 1, "nextLink": "/xapi/v1/Users?$skiptoken=x" } }),
        json!({ "do": "amount", "limit": { "text": "7" }, "simplify": { "json": true } }),
        json!({ "do": "amount", "returnAll": { "text": "true" }, "skip": { "json": 10 }, "count": { "json": null } }),
        json!({ "do": "amount", "limit": { "json": -1 } }),
        json!({ "do": "address", "baseUrl": "\u{feff}https://pbx.example.com:5001/#/login " }),
        json!({ "do": "address", "baseUrl": "http://pbx.example.com", "timeout": { "json": 30 } }),
        json!({ "do": "address", "baseUrl": "http://pbx.example.com", "allowHttp": true, "timeout": { "text": "2.5" } }),
        json!({ "do": "address", "baseUrl": "https://pbx.example.com", "timeout": { "text": "soon" } }),
        json!({ "do": "inputs", "operation": "Users.ReprovisionAllPhones" }),
        json!({ "do": "inputs", "operation": "Users.BulkUpdate" }),
        json!({ "do": "fields", "operation": "Holidays.CreateHoliday", "version": "20.0.10" }),
        json!({ "do": "properties", "operation": "Parkings.ListParking" }),
        json!({ "do": "picker", "of": "Users.Id" }),
        json!({ "do": "picker", "of": "Users.Nothing" }),
        json!({ "do": "nothing" }),
        json!({ "do": "plan" }),
    ]
}

/// A way through each kind of watching.
fn watching() -> Vec<Value> {
    let state = json!({ "numbered": { "floor": 10, "seen": { "11": 1_769_851_800 } } });
    vec![
        json!({ "do": "watching", "event": "record", "longest": { "text": "4" }, "filter": { "json": null }, "properties": { "text": "Number, Mobile" } }),
        json!({ "do": "watching", "event": "callFinished", "longest": { "text": "soon" } }),
        json!({ "do": "watch", "event": "eventLog", "now": 1_769_851_800, "longest": 14_400 }),
        json!({ "do": "watch", "event": "eventLog", "state": state, "now": 1_769_851_800, "longest": 14_400 }),
        json!({ "do": "watch", "event": "callFinished", "now": 1_769_851_800, "longest": 14_400 }),
        json!({ "do": "watched", "event": "record", "records": "Users.ListUser", "sample": true, "longest": 14_400,
            "rows": [{ "Id": 1, "Number": "100" }, { "Id": 2 }, { "Id": 3, "Number": "102" }] }),
        json!({ "do": "watch", "event": "activeCall", "sample": true, "now": 1_769_851_800, "longest": 14_400 }),
        json!({ "do": "watched", "event": "eventLog", "state": state, "rows": [{ "Id": 12 }, { "Id": 11, "TimeGenerated": "2026-01-31T09:30:00Z" }], "longest": 14_400 }),
        json!({ "do": "watched", "event": "eventLog", "state": state, "rows": [{ "Id": 10, "Message": "restored" }], "longest": 14_400 }),
        json!({ "do": "watched", "event": "activeCall", "state": state, "rows": [], "longest": 14_400 }),
        json!({ "do": "watch", "event": "record", "records": "Users.ListUser", "filter": "Enabled eq true",
            "properties": ["Number", "Mobile"], "now": 1_769_851_800, "longest": 14_400 }),
        json!({ "do": "watch", "event": "record", "records": "Users.GetUser", "now": 1_769_851_800, "longest": 14_400 }),
        json!({ "do": "watched", "event": "record", "records": "Users.ListUser", "longest": 14_400,
            "state": { "records": { "known": { "1": 2, "2": 3, "4": 5 }, "missing": ["4"] } },
            "rows": [{ "Id": 1, "Mobile": "1" }, { "Id": 3, "Mobile": null }] }),
        json!({ "do": "watched", "event": "record", "records": "Users.ListUser", "longest": 14_400, "filter": "Enabled eq true",
            "state": { "records": { "known": { "1": 2, "2": 3, "4": 5 }, "missing": ["2", "4"] } }, "rows": [{ "Id": 1, "Mobile": "1" }] }),
        json!({ "do": "watched", "event": "record", "records": "Users.ListUser", "longest": 14_400, "looked": { "count": 3 },
            "state": { "records": { "known": { "1": 2, "2": 3, "4": 5 }, "missing": ["2", "4"] } }, "rows": [{ "Id": 1, "Mobile": "1" }] }),
        json!({ "do": "watched", "event": "eventLog", "rows": [], "longest": 14_400, "looked": { "count": 7 } }),
        json!({ "do": "watched", "event": "eventLog", "rows": [], "longest": 14_400, "looked": {} }),
        json!({ "do": "watched", "event": "record", "records": "Users.ListUser", "rows": [{ "Number": "100" }], "longest": 14_400 }),
    ]
}
