//! Calls from end to end: the real binary and the simulated PBX, in its process (`--sim`) and
//! as another one (`threecx sim`).

mod common;

use std::process::{Command as Process, Stdio};

use assert_cmd::cargo::cargo_bin;
use common::{Sim, fails, prints, prints_json, threecx};
use serde_json::Value;

#[test]
fn the_main_job_for_a_person() {
    let report = prints(threecx().args(["--sim", "users", "reprovision-all-phones", "--ids", "[123, 456]"]));
    let lines: Vec<&str> = report.lines().collect();
    assert_eq!(lines.len(), 3, "{report}");
    assert!(lines[0].starts_with("Reprovisioning ") && lines[0].ends_with(" of 2 extensions:"), "{report}");
    assert!(lines[1].starts_with("  194  ") && lines[2].starts_with("  527  "), "{report}");
    assert!(lines[1].contains("phone") && lines[2].contains("phone"), "{report}");
}

#[test]
fn the_main_job_for_a_program() {
    let report =
        prints_json(threecx().args(["users", "reprovision-all-phones", "--ids", "123,456", "--sim", "-o", "json"]));
    assert_eq!(report["operation"], "Users.ReprovisionAllPhones");
    assert_eq!(report["status"], 204);
    let extensions = report["extensions"].as_array().expect("a list");
    let ids: Vec<&Value> = extensions.iter().map(|extension| &extension["id"]).collect();
    assert_eq!(ids, [123, 456]);
    assert_eq!(extensions[0]["number"], "194");
    let phones: u64 = extensions.iter().map(|extension| extension["phones"].as_u64().expect("a number")).sum();
    assert_eq!(report["phones"], phones);
}

#[test]
fn ids_from_stdin_and_from_a_file() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("ids.json");
    std::fs::write(&file, "\u{feff}[\n  123,\n  456\n]\n").expect("written");
    let from_file = format!("@{}", file.display());
    let mut command = threecx();
    let from_file = prints(command.args(["--sim", "users", "reprovision-all-phones", "--ids", &from_file]));
    let mut command = threecx();
    let command = command.args(["--sim", "users", "reprovision-all-phones", "--ids", "-"]);
    assert_eq!(prints(command.write_stdin("123,456\n")), from_file);
}

#[test]
fn unknown_ids() {
    let (error, code) = fails(threecx().args(["--sim", "users", "reprovision-all-phones", "--ids", "[99999999]"]));
    assert_eq!((error["code"].as_str(), code), (Some("not-found"), 40), "{error}");
}

#[test]
fn lists() {
    let sim = Sim::start(&["--users", "230"]);
    let all = prints_json(sim.threecx().args(["users", "list", "--all", "--select", "Id,Number", "-o", "json"]));
    assert_eq!(all.as_array().expect("an array").len(), 230);
    let some = prints_json(sim.threecx().args(["users", "list", "--top", "150", "--skip", "10", "-o", "json"]));
    let some = some.as_array().expect("an array");
    assert_eq!(some.len(), 150);
    assert_eq!(some[0]["Id"], all[10]["Id"]);
    let table = prints(sim.threecx().args(["users", "list", "--top", "2", "--select", "number,id"]));
    let words: Vec<Vec<&str>> = table.lines().map(|line| line.split_whitespace().collect()).collect();
    assert_eq!(words[0], ["Number", "Id"]);
    assert_eq!(words[1], ["100", "29"]);
    let counted = prints_json(sim.threecx().args(["users", "list", "--count", "--top", "1", "-o", "json"]));
    assert_eq!((counted["count"].as_u64(), counted["rows"].as_array().map(Vec::len)), (Some(230), Some(1)));
    let none = prints_json(sim.threecx().args(["users", "list", "--filter", "Number eq 'x'", "-o", "json"]));
    assert_eq!(none, Value::Array(Vec::new()));
}

#[test]
fn one_entity() {
    let sim = Sim::start(&[]);
    let user = prints_json(sim.threecx().args(["users", "get", "--id", "123", "-o", "json"]));
    assert_eq!(user["Number"], "194");
    let shown = prints(sim.threecx().args(["users", "get", "--id", "123"]));
    assert!(shown.lines().any(|line| line.split_whitespace().eq(["Number", "194"])), "{shown}");
    let (error, code) = fails(sim.threecx().args(["users", "get", "--id", "7"]));
    assert_eq!((error["code"].as_str(), code), (Some("not-found"), 40), "{error}");
}

#[test]
fn any_request() {
    let sim = Sim::start(&[]);
    let page = prints_json(sim.threecx().args(["api", "get", "/Users?$top=1&$select=Id"]));
    assert_eq!(page["value"][0]["Id"], 29);
}

#[test]
fn secrets() {
    let sim = Sim::start(&["--client-id", "me", "--client-secret", "my secret+&%"]);
    let right = || {
        let mut command = threecx();
        command.args(["--url", &sim.url, "--client-id", "me", "users", "list", "--top", "1", "-o", "json"]);
        command
    };
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("secret");
    std::fs::write(&file, "my secret+&%\n").expect("written");
    prints_json(right().arg("--client-secret-file").arg(&file));
    prints_json(right().args(["--client-secret", "-"]).write_stdin("my secret+&%\n"));
    prints_json(right().args(["--client-secret-file", "-"]).write_stdin("my secret+&%\n"));
    let (error, code) = fails(sim.threecx().env("THREECX_CLIENT_SECRET", "wrong-one").args(["users", "list"]));
    assert_eq!((error["code"].as_str(), code), (Some("authentication"), 30), "{error}");
    assert!(!error.to_string().contains("wrong-one"));
}

#[test]
fn what_the_connected_pbx_does_not_have() {
    let sim = Sim::start(&["--api", "20.0.7"]);
    let (error, code) = fails(sim.threecx().args(["users", "install-firmware", "--phone", "{}", "--yes"]));
    assert_eq!((error["code"].as_str(), code), (Some("not-in-version"), 12), "{error}");
    let user = prints_json(sim.threecx().args(["users", "get-by-number", "--number", "194", "-o", "json"]));
    assert_eq!(user["Id"], 123);
}

#[test]
fn every_operation_of_the_newest_release_is_listed() {
    let rows = prints_json(threecx().args(["operations", "--api", "20.0.10", "-o", "json"]));
    assert_eq!(rows.as_array().expect("an array").len(), 601);
    let all = prints_json(threecx().args(["operations", "-o", "json"]));
    let all = all.as_array().expect("an array");
    assert!(all.len() > 601);
    let main = all.iter().find(|row| row["id"] == "Users.ReprovisionAllPhones").expect("it is there");
    assert_eq!(main["path"], "/Users/Pbx.ReprovisionAllPhones");
    assert_eq!((&main["since"], &main["until"]), (&Value::Null, &Value::Null));
}

#[test]
fn a_reader_that_stops_reading_is_no_error() {
    let mut process = Process::new(cargo_bin("threecx"))
        .args(["operations"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("it starts");
    drop(process.stdout.take());
    let output = process.wait_with_output().expect("it ends");
    assert_eq!(output.status.code(), Some(0));
    assert_eq!(String::from_utf8_lossy(&output.stderr), "");
}

#[test]
fn a_field_that_holds_a_file_takes_one() {
    let folder = tempfile::tempdir().expect("a folder");
    for (name, content, sent) in [
        ("template.xml", &b"\xef\xbb\xbf<doc>\n</doc>"[..], "<doc>\n</doc>"),
        ("logo.png", &[0x89, 0x50, 0xff], "iVD/"),
    ] {
        let file = folder.path().join(name);
        std::fs::write(&file, content).expect("written");
        let value = format!("@{}", file.display());
        let create = ["phone-templates", "update", "--id", "x", "--content", &value, "--dry-run", "-o", "json"];
        assert_eq!(prints_json(threecx().args(create))["body"]["Content"], sent);
    }
}
