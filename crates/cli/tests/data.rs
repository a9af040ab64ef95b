//! `threecx sim --data FILE`: what was acknowledged survives `kill -9`.

mod common;

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};

use assert_cmd::cargo::cargo_bin;
use common::process;
use serde_json::Value;

struct Sim {
    process: Child,
    url: String,
}

impl Sim {
    fn start(file: &Path, more: &[&str]) -> Sim {
        let mut process = Command::new(cargo_bin("threecx"))
            .args(["sim", "--port", "0", "-o", "json", "--client-id", "a", "--client-secret", "b", "--data"])
            .arg(file)
            .args(more)
            .stdout(Stdio::piped())
            .spawn()
            .expect("it starts");
        let mut line = String::new();
        BufReader::new(process.stdout.take().expect("piped")).read_line(&mut line).expect("a line");
        let ready: Value = serde_json::from_str(&line).expect("JSON");
        Sim { process, url: ready["url"].as_str().expect("an address").to_owned() }
    }

    /// What a call prints.
    fn call(&self, arguments: &[&str]) -> Value {
        let output = process()
            .args(arguments)
            .args(["--url", &self.url, "--client-id", "a", "-o", "json"])
            .env("THREECX_CLIENT_SECRET", "b")
            .output()
            .expect("it runs");
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        serde_json::from_slice(&output.stdout).unwrap_or(Value::Null)
    }

    /// `kill -9`
    fn kill(mut self) {
        self.process.kill().expect("killed");
        self.process.wait().expect("gone");
    }
}

#[test]
fn what_was_acknowledged_is_there_after_kill_9() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("pbx.sqlite");
    let first = Sim::start(&file, &["--users", "20"]);
    let created = first.call(&["users", "create", "--first-name", "Zuse", "--email-address", "zuse@demo.example"]);
    let id = created["Id"].to_string();
    first.call(&["users", "update", "--id", "30", "--first-name", "Mileva"]);
    first.call(&["users", "delete", "--id", "31", "--yes"]);
    first.call(&["voicemail-settings", "update", "--body", "{\"Quota\": 77}"]);
    first.call(&["users", "make-call", "--dn", "100", "--destination", "101", "--yes"]);
    let history = first.call(&["call-history", "list", "--top", "3"]);
    first.kill();

    // The settings that made the company no longer count.
    let second = Sim::start(&file, &["--users", "7", "--seed", "99", "--calls", "0"]);
    assert_eq!(second.call(&["users", "get", "--id", &id])["FirstName"], "Zuse");
    assert_eq!(second.call(&["users", "get", "--id", "30"])["FirstName"], "Mileva");
    let users = second.call(&["users", "list", "--all", "--select", "Id"]);
    assert_eq!(users.as_array().map(Vec::len), Some(20));
    assert!(users.as_array().expect("rows").iter().all(|user| user["Id"] != 31));
    assert_eq!(second.call(&["voicemail-settings", "get"])["Quota"], 77);
    assert_eq!(second.call(&["call-history", "list", "--top", "3"]), history);
    let calls = second.call(&["active-calls", "list"]);
    // It rings at their own phone first.
    let made =
        |call: &Value| call["Caller"] == "MakeCall" || call["Callee"].as_str().is_some_and(|to| to.starts_with("101 "));
    assert!(calls.as_array().expect("rows").iter().any(made), "{calls}");
    second.kill();
}

#[test]
fn a_kill_in_the_middle_of_writing_loses_nothing_acknowledged() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("pbx.sqlite");
    let first = Sim::start(&file, &["--users", "5"]);
    let url = first.url.clone();
    let (tell, told) = std::sync::mpsc::channel();
    let writer = std::thread::spawn(move || {
        // One after the other, until nobody answers any more.
        for number in 0.. {
            let name = format!("Writer {number}");
            let output = process()
                .args(["contacts", "create", "--company-name", &name, "--phone-number", "1", "-o", "json"])
                .args(["--url", &url, "--client-id", "a"])
                .env("THREECX_CLIENT_SECRET", "b")
                .output()
                .expect("it runs");
            if !output.status.success() || tell.send(name).is_err() {
                break;
            }
        }
    });
    let mut acknowledged: Vec<String> = told.iter().take(20).collect();
    first.kill();
    acknowledged.extend(told.iter());
    writer.join().expect("it ends");
    let second = Sim::start(&file, &[]);
    let contacts = second.call(&["contacts", "list", "--all", "--select", "CompanyName"]);
    let kept: Vec<&str> =
        contacts.as_array().expect("rows").iter().filter_map(|contact| contact["CompanyName"].as_str()).collect();
    for name in &acknowledged {
        assert!(kept.contains(&name.as_str()), "{name} was acknowledged and is gone");
    }
    second.kill();
}

#[test]
fn a_file_that_does_not_serve_is_refused() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("pbx.sqlite");
    Sim::start(&file, &["--users", "5"]).kill();
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
