//! Bulk runs that are cut off, and PBXs that misbehave: nothing is sent twice, and what nobody
//! knows is said.

mod common;

use std::collections::HashMap;
use std::path::Path;
use std::process::{Command as Process, Stdio};
use std::sync::atomic::Ordering;
use std::time::Duration;

use assert_cmd::cargo::cargo_bin;
use common::{Sim, fails, home, runs, steps, threecx, tls};
use serde_json::Value;

/// An operation that is not repeatable: a number that is blocked twice is refused.
const CREATE: [&str; 2] = ["blacklist-numbers", "create"];
const OPERATION: &str = "BlackListNumbers.CreateBlackListNumber";

fn number(row: usize) -> String {
    format!("+49{row:07}")
}

fn write_rows(file: &Path, rows: usize) {
    let lines: String = (0..rows).map(|row| format!("{},row {row}\n", number(row))).collect();
    std::fs::write(file, format!("CallerId,Description\n{lines}")).expect("written");
}

/// The requests of each row that may have been carried out: all but those that were told that
/// they were not.
fn sent(sim: &Sim) -> HashMap<String, Vec<Value>> {
    let mut sent: HashMap<String, Vec<Value>> = HashMap::new();
    for request in sim.received(OPERATION) {
        let told = matches!(request["fault"].as_str(), Some("401" | "429" | "503" | "expire" | "evict"));
        if !told && request["status"] != 401 {
            let number = request["body"]["CallerId"].as_str().expect("a number").to_owned();
            sent.entry(number).or_default().push(request);
        }
    }
    sent
}

/// The rows of the newest run of which the journal does not know whether they were carried out.
fn unknown(sim: &Sim) -> Vec<usize> {
    let steps = steps(sim, None);
    let open = steps.iter().filter(|step| step["outcome"] == "unknown");
    open.map(|step| usize::try_from(step["line"].as_u64().expect("a line")).expect("small") - 2).collect()
}

/// How many requests for an operation the PBX has received.
fn received(sim: &Sim, operation: &str) -> u64 {
    sim.get(&format!("/sim/counts/{operation}"))["received"].as_u64().unwrap_or_default()
}

/// Runs a command, and kills it once it has sent so many requests more; false if it ended before.
fn kill_after(sim: &Sim, words: &[&str], operation: &str, requests: u64) -> bool {
    let until = received(sim, operation) + requests;
    let mut run = Process::new(cargo_bin("threecx"))
        .args(words)
        .envs(sim.environment())
        .envs(home())
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .expect("it starts");
    while received(sim, operation) < until {
        if run.try_wait().expect("asked").is_some() {
            return false;
        }
    }
    run.kill().expect("killed");
    run.wait().expect("gone");
    true
}

/// Numbers that look random and are the same each time.
struct Random(u64);

impl Random {
    fn below(&mut self, limit: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % limit
    }
}

#[test]
fn killed_twenty_times_and_every_row_arrives_once() {
    const ROWS: usize = 2000;
    const KILLS: u64 = 20;
    let sim = Sim::start(&["--live-calls", "off"]);
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("numbers.csv");
    write_rows(&file, ROWS);
    let path = file.to_str().expect("UTF-8");
    let mut random = Random(0x5EED);
    for _ in 0..KILLS {
        let requests = 1 + random.below(ROWS as u64 / KILLS - 1);
        assert!(
            kill_after(&sim, &[&CREATE[..], &["--from", path]].concat(), OPERATION, requests),
            "it ended by itself"
        );
    }
    let go_on = || {
        let mut command = sim.threecx();
        command.args(CREATE).arg("--from").arg(&file);
        command
    };
    // What was on its way when it was killed is reported and left alone: nothing tells such a row by its number.
    let (error, code) = fails(&mut go_on());
    let open = unknown(&sim);
    assert!(!open.is_empty() && open.len() <= 4 * 20, "{open:?}");
    assert_eq!((error["code"].as_str(), code), (Some("unknown-outcome"), 51), "{error}");
    assert_eq!((&error["unknown"], &error["failed"], &error["not_sent"]), (&open.len().into(), &0.into(), &0.into()));
    let arrived = sent(&sim);
    for row in 0..ROWS {
        let times = arrived.get(&number(row)).map_or(0, Vec::len);
        assert!(times == 1 || times == 0 && open.contains(&row), "row {row} arrived {times} times");
    }
    // Somebody decides; then it is finished, and its results tell of every row.
    common::prints(go_on().args(["--unknown", "skip"]));
    assert_eq!(sim.received(OPERATION).len(), arrived.values().map(Vec::len).sum::<usize>());
    let results = std::fs::read_to_string(folder.path().join("numbers.results.csv")).expect("results");
    let count = |outcome: &str| results.lines().filter(|line| line.split(',').nth(3) == Some(outcome)).count();
    assert_eq!((count("done"), count("skipped")), (ROWS - open.len(), open.len()));
    let (error, code) = fails(&mut go_on());
    assert_eq!((error["code"].as_str(), code), (Some("journal"), 66), "{error}");
}

/// What has a number is looked up by it, and nobody has to be asked.
#[test]
fn killed_in_creates_updates_and_deletes_and_nothing_is_left_in_doubt() {
    const ROWS: u64 = 2000;
    const KILLS: u64 = 20;
    let sim = Sim::start(&["--live-calls", "off", "--users", "3000"]);
    let folder = tempfile::tempdir().expect("a folder");
    let mut random = Random(0xC0FFEE);
    let numbers = || 50_000..50_000 + ROWS;
    for (operation, words, heading, cells) in [
        ("Users.CreateUser", &["users", "create"][..], "Number,FirstName", "Ada"),
        ("Users.UpdateUser", &["users", "update", "--yes"][..], "Extension,Mobile", "+491234"),
        ("Users.DeleteUser", &["users", "delete", "--yes"][..], "Extension", ""),
    ] {
        let file = folder.path().join(format!("{operation}.csv"));
        let comma = if cells.is_empty() { "" } else { "," };
        let rows: String = numbers().map(|number| format!("{number}{comma}{cells}\n")).collect();
        std::fs::write(&file, format!("{heading}\n{rows}")).expect("written");
        let words = [words, &["--from", file.to_str().expect("UTF-8")]].concat();
        for _ in 0..KILLS {
            let requests = 1 + random.below(ROWS / KILLS - 1);
            assert!(kill_after(&sim, &words, operation, requests), "{operation} ended by itself");
        }
        common::prints(sim.threecx().args(&words));
        let mut carried_out: HashMap<String, usize> = HashMap::new();
        for request in sim.received(operation).iter().filter(|request| request["carriedOut"] == true) {
            let key = match operation {
                "Users.CreateUser" => request["body"]["Number"].as_str().expect("a number").to_owned(),
                _ => request["path"].as_str().expect("a path").to_owned(),
            };
            *carried_out.entry(key).or_default() += 1;
        }
        let twice: Vec<_> = carried_out.iter().filter(|(_, times)| **times != 1).collect();
        assert!(twice.is_empty(), "{operation}: {twice:?}");
        assert_eq!(carried_out.len() as u64, ROWS, "{operation}");
    }
}

#[test]
fn whatever_goes_wrong_nothing_is_sent_twice() {
    const ROWS: usize = 400;
    let sim = Sim::start(&["--live-calls", "off"]);
    let faults = r#"["401:0.05", "evict:0.05", "429:0.05:retry-after=0", "503:0.05:retry-after=0",
        "drop-before:0.05", "drop-after:0.05", "truncate:0.05"]"#;
    sim.exchange("PUT", "/sim/faults", faults);
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("numbers.csv");
    write_rows(&file, ROWS);
    let run = || {
        let mut command = sim.threecx();
        command.args(CREATE).arg("--from").arg(&file);
        command
    };
    let (error, code) = fails(&mut run());
    assert_eq!((error["code"].as_str(), code), (Some("unknown-outcome"), 51), "{error}");
    assert_eq!((&error["failed"], &error["not_sent"]), (&0.into(), &0.into()), "{error}");
    let arrived = sent(&sim);
    let open = unknown(&sim);
    for row in 0..ROWS {
        let requests = &arrived[&number(row)];
        assert_eq!(requests.len(), 1, "row {row}: {requests:?}");
        let faulty = matches!(requests[0]["fault"].as_str(), Some("drop-before" | "drop-after" | "truncate"));
        assert_eq!(faulty, open.contains(&row), "row {row}: {requests:?}");
    }
    // Going on sends nothing of that again.
    let before = sim.received(OPERATION).len();
    let (_, code) = fails(&mut run());
    assert_eq!((code, sim.received(OPERATION).len()), (51, before));
    // Unless somebody says so.
    sim.exchange("PUT", "/sim/faults", "[]");
    let (error, _) = fails(run().args(["--unknown", "repeat"]));
    assert_eq!(sim.received(OPERATION).len(), before + open.len());
    // Those that had arrived are refused now.
    let carried_out = open.iter().filter(|row| arrived[&number(**row)][0]["carriedOut"] == true).count();
    assert_eq!((&error["failed"], &error["unknown"]), (&carried_out.into(), &0.into()), "{error}");
    assert!(carried_out > 0);
    // They are there, and nothing is left to do about them.
    let before = sim.received(OPERATION).len();
    let said = common::prints(run().args(["--failed", "skip"]));
    assert!(said.contains(&format!("{} of 400, {carried_out} skipped.", ROWS - carried_out)), "{said}");
    assert_eq!((said.matches(": skipped").count(), sim.received(OPERATION).len()), (carried_out.min(20), before));
    let (error, code) = fails(&mut run());
    assert_eq!(code, 66, "{error}");
    assert!(error["message"].as_str().expect("text").contains(&format!("{carried_out} skipped")), "{error}");
    assert_eq!(sim.received(OPERATION).len(), before);
}

#[test]
fn a_row_in_doubt_that_the_file_no_longer_has_is_not_sent_in_other_words() {
    let sim = Sim::start(&["--live-calls", "off"]);
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("people.csv");
    sim.exchange("PUT", "/sim/faults", r#"["drop-after:1:1@Users.CreateUser"]"#);
    let run = |text: &str| {
        std::fs::write(&file, text).expect("written");
        let mut command = sim.threecx();
        command.args(["users", "create", "--concurrency", "1", "--from"]).arg(&file);
        command
    };
    let output = run("Number,FirstName\n700,Ada\n701,Bob\n").output().expect("it runs");
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(said.contains("line 2: unknown") && said.contains("check with `threecx users get 700`"), "{said}");
    let changed = "Number,FirstName\n710,Ada\n701,Bob\n";
    let (error, code) = fails(&mut run(changed));
    assert_eq!(code, 66, "{error}");
    assert!(error["message"].as_str().expect("text").contains("lines 2 of before"), "{error}");
    assert_eq!(sim.received("Users.CreateUser").len(), 2);
    common::prints(run(changed).args(["--unknown", "skip"]));
    assert_eq!(sim.received("Users.CreateUser").len(), 3);
    fails(&mut run(changed));
    assert_eq!(sim.received("Users.CreateUser").len(), 3);
}

#[test]
fn what_is_repeatable_is_simply_sent_again() {
    let sim = Sim::start(&["--live-calls", "off"]);
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("people.csv");
    let lines: String = (100..160).map(|number| format!("{number},Ada\n")).collect();
    std::fs::write(&file, format!("Extension,FirstName\n{lines}")).expect("written");
    sim.exchange("PUT", "/sim/faults", r#"["drop-after:0.2@Users.UpdateUser", "truncate:0.1@Users.UpdateUser"]"#);
    common::prints(sim.threecx().args(["users", "update", "--from"]).arg(&file));
    assert!(sim.received("Users.UpdateUser").len() > 60);
}

#[test]
fn two_runs_at_once_are_one_too_many() {
    let sim = Sim::start(&["--live-calls", "off"]);
    sim.exchange("PUT", "/sim/latency", &format!(r#"["30s@{OPERATION}"]"#));
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("numbers.csv");
    write_rows(&file, 5);
    let mut first = Process::new(cargo_bin("threecx"))
        .args(CREATE)
        .args(["--from", file.to_str().expect("UTF-8")])
        .envs(sim.environment())
        .envs(home())
        .stdin(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .expect("it starts");
    while received(&sim, OPERATION) == 0 {
        std::thread::sleep(Duration::from_millis(1));
    }
    let (error, code) = fails(sim.threecx().args(CREATE).arg("--from").arg(&file));
    first.kill().expect("killed");
    first.wait().expect("gone");
    assert_eq!((error["code"].as_str(), code), (Some("journal"), 66), "{error}");
    assert!(error["message"].as_str().expect("text").contains("another run"), "{error}");
}

/// Rows that wait for their turn have not been sent, and are not when somebody says stop.
#[test]
#[cfg(unix)]
fn what_waits_is_not_sent_after_ctrl_c() {
    let sim = Sim::start(&["--live-calls", "off"]);
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("numbers.csv");
    write_rows(&file, 5);
    let run = Process::new(cargo_bin("threecx"))
        .args(CREATE)
        .args(["--from", file.to_str().expect("UTF-8"), "--rate", "0.001", "-o", "json"])
        .envs(sim.environment())
        .envs(home())
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .expect("it starts");
    while !runs(&sim).first().is_some_and(|run| run["done"] == 1) {
        std::thread::sleep(Duration::from_millis(1));
    }
    let interrupted = Process::new("kill").args(["-INT", &run.id().to_string()]).status().expect("kill");
    assert!(interrupted.success());
    let output = run.wait_with_output().expect("it ends");
    let error: Value = serde_json::from_slice(&output.stderr).expect("JSON");
    assert_eq!(output.status.code(), Some(43), "{error}");
    assert_eq!((&error["error"]["not_sent"], &error["error"]["unknown"]), (&4.into(), &0.into()), "{error}");
    assert_eq!((sim.received(OPERATION).len(), unknown(&sim)), (1, Vec::new()));
}

/// A spreadsheet that holds the results open, say.
#[test]
fn results_that_cannot_be_written_hide_nothing() {
    let sim = Sim::start(&["--live-calls", "off"]);
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("numbers.csv");
    write_rows(&file, 2);
    std::fs::create_dir_all(folder.path().join("numbers.results.csv/x")).expect("a folder in its place");
    let output = sim.threecx().args(CREATE).arg("--from").arg(&file).output().expect("it runs");
    let printed = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(printed.contains("2 of 2.") && !printed.contains("Results"), "{printed}");
    assert_eq!(output.status.code(), Some(60));
}

#[test]
fn what_was_sent_when_tls_broke_is_not_sent_again() {
    let (authority, config) = tls::certificate((2099, 1, 1));
    let (url, calls) = tls::breaking_server(config);
    let folder = tempfile::tempdir().expect("a folder");
    let ca_file = folder.path().join("ca.pem");
    std::fs::write(&ca_file, authority).expect("written");
    let mut command = threecx();
    command.env("THREECX_URL", url).env("THREECX_CLIENT_ID", "a").env("THREECX_CLIENT_SECRET", "b");
    command.env("THREECX_CA_FILE", ca_file);
    let (error, code) = fails(command.args(CREATE).args(["--caller-id", "+491"]));
    assert_eq!((error["code"].as_str(), code), (Some("unknown-outcome"), 51), "{error}");
    assert_eq!(calls.load(Ordering::SeqCst), 1);
}

#[test]
fn where_nobody_answers_nothing_is_lost() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("numbers.csv");
    write_rows(&file, 50);
    let mut sim = Sim::start(&["--live-calls", "off"]);
    sim.process.kill().expect("killed");
    sim.process.wait().expect("gone");
    let (error, code) = fails(sim.threecx().args(CREATE).arg("--from").arg(&file));
    assert_eq!((error["code"].as_str(), code), (Some("incomplete"), 43), "{error}");
    assert_eq!(error["not_sent"], 50);
}

/// What stands in between may answer for the PBX, with a status of success.
#[test]
fn a_page_or_an_error_under_a_success_leaves_a_row_unknown() {
    use std::io::{Read as _, Write as _};

    for (kind, body) in [
        ("text/html", "<!doctype html><title>Maintenance</title>"),
        ("application/json", r#"{"error":{"code":"","message":"in maintenance"}}"#),
        ("application/json", ""),
    ] {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
        let url = format!("http://{}", listener.local_addr().expect("an address"));
        std::thread::spawn(move || {
            for mut stream in listener.incoming().map_while(Result::ok) {
                let mut request = [0; 8192];
                let length = stream.read(&mut request).unwrap_or(0);
                let is_token = String::from_utf8_lossy(&request[..length]).contains("/connect/token");
                let token = ("application/json", r#"{"access_token":"t","token_type":"Bearer","expires_in":60}"#);
                let (kind, body) = if is_token { token } else { (kind, body) };
                let head = format!("content-type: {kind}\r\ncontent-length: {}\r\nconnection: close", body.len());
                let _ = stream.write_all(format!("HTTP/1.1 200 OK\r\n{head}\r\n\r\n{body}").as_bytes());
            }
        });
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join("numbers.csv");
        write_rows(&file, 3);
        let mut run = threecx();
        run.env("THREECX_URL", &url).env("THREECX_CLIENT_ID", "a").env("THREECX_CLIENT_SECRET", "b");
        run.args(CREATE).args(["--from", file.to_str().expect("UTF-8"), "--api", "20.0.10"]);
        let output = run.output().expect("it runs");
        assert!(!output.status.success(), "{body}");
        let results = std::fs::read_to_string(folder.path().join("numbers.results.csv")).expect("results");
        assert_eq!(results.lines().filter(|line| line.split(',').nth(3) == Some("unknown")).count(), 3, "{results}");
    }
}
