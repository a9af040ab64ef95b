//! `threecx sim --data FILE`: what was acknowledged survives `kill -9`.

mod common;

use std::path::Path;
use std::process::Command;

use assert_cmd::cargo::cargo_bin;
use common::{Sim, process};
use serde_json::Value;

/// A simulated PBX that keeps everything in a file. It ends by `kill -9`, as every one here.
fn start(file: &Path, more: &[&str]) -> Sim {
    Sim::start(&[&["--client-id", "a", "--client-secret", "b", "--data", file.to_str().expect("UTF-8")], more].concat())
}

/// What a call prints.
fn call(sim: &Sim, arguments: &[&str]) -> Value {
    let mut command = process();
    command.args(arguments).args(["-o", "json"]).envs(sim.environment());
    let output = command.output().expect("it runs");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).unwrap_or(Value::Null)
}

#[test]
fn what_was_acknowledged_is_there_after_kill_9() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("pbx.sqlite");
    let first = start(&file, &["--users", "20"]);
    let created = call(&first, &["users", "create", "--first-name", "Zuse", "--email-address", "zuse@demo.example"]);
    let id = created["Id"].to_string();
    call(&first, &["users", "update", "--id", "30", "--first-name", "Mileva"]);
    call(&first, &["users", "delete", "--id", "31", "--yes"]);
    call(&first, &["voicemail-settings", "update", "--body", "{\"Quota\": 77}"]);
    call(&first, &["users", "make-call", "--dn", "100", "--destination", "101", "--yes"]);
    let history = call(&first, &["call-history", "list", "--top", "3"]);
    drop(first);

    // The settings that made the company no longer count.
    let second = start(&file, &["--users", "7", "--seed", "99", "--calls", "0"]);
    assert_eq!(call(&second, &["users", "get", "--id", &id])["FirstName"], "Zuse");
    assert_eq!(call(&second, &["users", "get", "--id", "30"])["FirstName"], "Mileva");
    let users = call(&second, &["users", "list", "--all", "--select", "Id"]);
    assert_eq!(users.as_array().map(Vec::len), Some(20));
    assert!(users.as_array().expect("rows").iter().all(|user| user["Id"] != 31));
    assert_eq!(call(&second, &["voicemail-settings", "get"])["Quota"], 77);
    assert_eq!(call(&second, &["call-history", "list", "--top", "3"]), history);
    let calls = call(&second, &["active-calls", "list"]);
    // It rings at their own phone first.
    let made =
        |call: &Value| call["Caller"] == "MakeCall" || call["Callee"].as_str().is_some_and(|to| to.starts_with("101 "));
    assert!(calls.as_array().expect("rows").iter().any(made), "{calls}");
}

#[test]
fn a_kill_in_the_middle_of_writing_loses_nothing_acknowledged() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("pbx.sqlite");
    let first = start(&file, &["--users", "5"]);
    let environment = first.environment().map(|(name, value)| (name, value.to_owned()));
    let (tell, told) = std::sync::mpsc::channel();
    let writer = std::thread::spawn(move || {
        // One after the other, until nobody answers any more.
        for number in 0.. {
            let name = format!("Writer {number}");
            let mut command = process();
            command.args(["contacts", "create", "--company-name", &name, "--phone-number", "1", "-o", "json"]);
            command.envs(environment.iter().map(|(name, value)| (name, value)));
            let output = command.output().expect("it runs");
            if !output.status.success() || tell.send(name).is_err() {
                break;
            }
        }
    });
    let mut acknowledged: Vec<String> = told.iter().take(20).collect();
    drop(first);
    acknowledged.extend(told.iter());
    writer.join().expect("it ends");
    let second = start(&file, &[]);
    let contacts = call(&second, &["contacts", "list", "--all", "--select", "CompanyName"]);
    let kept: Vec<&str> =
        contacts.as_array().expect("rows").iter().filter_map(|contact| contact["CompanyName"].as_str()).collect();
    for name in &acknowledged {
        assert!(kept.contains(&name.as_str()), "{name} was acknowledged and is gone");
    }
}

#[test]
fn a_file_that_does_not_serve_is_refused() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("pbx.sqlite");
    drop(start(&file, &["--users", "5"]));
    let fails = |file: &Path, more: &[&str]| {
        let command =
            Command::new(cargo_bin("threecx")).args(["sim", "--port", "0", "--data"]).arg(file).args(more).output();
        let output = command.expect("it runs");
        assert!(!output.status.success());
        String::from_utf8(output.stderr).expect("UTF-8")
    };
    assert!(fails(&file, &["--api", "20.0.7"]).contains("it holds a PBX of release 20.0.10"));
    let text = folder.path().join("text");
    std::fs::write(&text, "no database at all, but long enough to be looked at as one. ".repeat(40)).expect("written");
    assert!(fails(&text, &[]).contains("not a database"));
    assert!(fails(Path::new("/no/such/folder/pbx.sqlite"), &[]).contains("/no/such/folder/pbx.sqlite"));
}
