//! What the program says it does, it does: filters, tables in pipes, quiet, dry runs of half a file, downloads.

mod common;

use common::{Sim, fails, prints, prints_json, threecx};
use serde_json::Value;

#[test]
fn a_filter_may_halt_and_loses_nothing() {
    let sim = Sim::start(&["--users", "20", "--live-calls", "off"]);
    let list = |filter: &str, more: &[&str]| {
        let mut command = sim.threecx();
        command
            .args(["users", "list", "--all", "--orderby", "Number", "--select", "Number", "--jq", filter])
            .args(more);
        command.output().expect("it runs")
    };
    let output = list("if .Number == \"103\" then halt else .Number end", &["-r"]);
    assert!(output.status.success());
    assert_eq!(String::from_utf8_lossy(&output.stdout), "100\n101\n102\n");
    let output = list("if .Number == \"102\" then halt_error(7) else .Number end", &["-o", "json"]);
    assert_eq!(output.status.code(), Some(7));
    assert_eq!(serde_json::from_slice::<Value>(&output.stdout).expect("whole JSON"), serde_json::json!(["100", "101"]));
    let one = sim.threecx().args(["users", "get", "100", "--jq", ".Number, halt, 1", "-r"]).output().expect("it runs");
    assert_eq!((String::from_utf8_lossy(&one.stdout).as_ref(), one.status.code()), ("100\n", Some(0)));
}

#[test]
fn filters_write_csv_and_tsv() {
    let sim = Sim::start(&["--users", "3", "--live-calls", "off"]);
    let first = |filter: &str| {
        let line = prints(sim.threecx().args(["users", "get", "100", "-r", "--jq", filter]));
        line.trim_end_matches('\n').to_owned()
    };
    assert_eq!(
        first("[.Number, \"A \\\"B\\\", C\\tD\", false, null, 1.5] | @csv"),
        "\"100\",\"A \"\"B\"\", C\tD\",false,,1.5"
    );
    assert_eq!(first("[.Number, \"A \\\"B\\\", C\\tD\", false, null] | @tsv"), "100\tA \"B\", C\\tD\tfalse\t");
    assert_eq!(first("@csv \"row: \\([.Number])\""), "row: \"100\"");
    let (error, code) = fails(sim.threecx().args(["users", "get", "100", "--jq", ".Number | @csv"]));
    assert_eq!((error["code"].as_str(), code), (Some("jq"), 62), "{error}");
}

#[test]
fn tables_are_cut_only_where_they_are_shown() {
    let sim = Sim::start(&["--users", "3", "--live-calls", "off"]);
    let long = "An unusually long text ".repeat(8);
    prints(sim.threecx().args(["users", "update", "101", "--blfs", long.trim()]));
    let table = |columns: &str| {
        let mut command = sim.threecx();
        command.args(["users", "list", "--select", "Number,Blfs,LastName"]).env("COLUMNS", columns);
        prints(&mut command)
    };
    assert!(table("").contains(long.trim()), "a pipe takes it whole");
    let narrow = table("60");
    assert!(narrow.lines().all(|line| line.chars().count() <= 60) && narrow.contains('…'), "{narrow}");
    assert!(table("nonsense").contains(long.trim()));
    let one = prints(sim.threecx().args(["users", "get", "101", "--select", "Blfs"]));
    assert!(one.contains(long.trim()), "{one}");
}

#[test]
fn quiet_says_nothing_but_errors() {
    let sim = Sim::start(&["--users", "3", "--live-calls", "off"]);
    let folder = tempfile::tempdir().expect("a folder");
    for words in [
        &["users", "update", "100", "--mobile", "1"][..],
        &["users", "update", "100", "--mobile", "1", "--dry-run"],
        &["users", "update", "100", "--mobile", "2", "--plan-out", "x.plan"],
        &["users", "update", "--id", "99999", "--mobile", "1", "--dry-run"],
        &["users", "list", "--top", "1"],
        &["operations", "nothing-like-this"],
        &["search", "reboot"],
        &["history"],
    ] {
        let output = sim.threecx().current_dir(&folder).args(words).arg("--quiet").output().expect("it runs");
        if output.status.success() {
            assert_eq!(String::from_utf8_lossy(&output.stderr), "", "{words:?}");
        }
    }
    let output = sim.threecx().args(["users", "get", "999", "--quiet"]).output().expect("it runs");
    assert!(String::from_utf8_lossy(&output.stderr).starts_with("error["));
}

#[test]
fn a_dry_run_of_half_a_file_shows_what_is_left() {
    let sim = Sim::start(&["--users", "10", "--live-calls", "off"]);
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("new.csv");
    std::fs::write(&path, "Number,FirstName\n9000,A\n100,B\n9001,C\n").expect("written");
    let run = |more: &[&str]| {
        let mut command = sim.threecx();
        command.args(["users", "create", "--from"]).arg(&path).args(more);
        command
    };
    assert_eq!(prints_json(&mut run(&["--dry-run", "-o", "json"])).as_array().map(Vec::len), Some(3));
    assert_eq!(run(&[]).output().expect("it runs").status.code(), Some(43));
    let output = run(&["--dry-run"]).output().expect("it runs");
    let (shown, said) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(shown.matches("POST ").count() == 1 && shown.contains("\"Number\":\"100\""), "{shown}");
    assert!(said.contains("2 of 3 rows are already done"), "{said}");
    // The same where names are looked up.
    std::fs::write(&path, "Extension,FirstName\n101,A\n102,\"B \"\"x\"\"\"\n").expect("written");
    let update = |more: &[&str]| {
        let mut command = sim.threecx();
        command.args(["users", "update", "--from"]).arg(&path).args(more);
        command
    };
    let first = update(&["--concurrency", "1"]).output().expect("it runs");
    assert_eq!(first.status.code(), Some(43), "{}", String::from_utf8_lossy(&first.stderr));
    let left = prints_json(&mut update(&["--dry-run", "-o", "json"]));
    assert_eq!(left.as_array().map(Vec::len), Some(1), "{left}");
}

#[test]
fn files_below_the_root_can_be_downloaded_and_nothing_elsewhere() {
    let sim = Sim::start(&["--live-calls", "off"]);
    let folder = tempfile::tempdir().expect("a folder");
    let backups = prints_json(sim.threecx().args(["backups", "list", "-o", "json"]));
    let link = backups[0]["DownloadLink"].as_str().expect("a link");
    assert!(link.starts_with("/api/"), "{link}");
    for path in [link.to_owned(), link.trim_start_matches('/').to_owned(), format!("{}{link}", sim.url)] {
        let file = folder.path().join("backup.zip");
        prints(sim.threecx().args(["api", "GET", &path, "--output-file"]).arg(&file));
        assert!(std::fs::read(&file).expect("a file").starts_with(b"PK"), "{path}");
        std::fs::remove_file(&file).expect("removed");
    }
    for path in ["https://elsewhere.example/api/download/x", "HTTP://127.0.0.1:1/x"] {
        let (error, code) = fails(sim.threecx().args(["api", "GET", path]));
        assert_eq!((error["code"].as_str(), code), (Some("input"), 10), "{path}: {error}");
    }
    let beside = format!("{}.evil.example/api/x", sim.url);
    let (error, code) = fails(sim.threecx().args(["api", "GET", &beside]));
    assert_eq!((error["code"].as_str(), code), (Some("input"), 10), "{error}");
    let planned = prints_json(threecx().args(["api", "GET", "Users?$top=1", "--dry-run", "-o", "json"]));
    assert!(planned["url"].as_str().is_some_and(|url| url.ends_with("/xapi/v1/Users?$top=1")), "{planned}");
}
