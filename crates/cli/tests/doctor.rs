//! `threecx doctor` in good and bad states of a PBX: what each check says, and the exit code.

mod common;

use std::collections::BTreeMap;

use assert_cmd::Command;
use common::tls::{certificate, tls_server};
use common::{Sim, prints, threecx};
use serde_json::Value;

/// What it finds: the status of each check, the whole of each, and the exit code.
struct Visit {
    checks: BTreeMap<String, Value>,
    code: Option<i32>,
}

impl Visit {
    fn with(command: &mut Command) -> Visit {
        let output = command.args(["doctor", "-o", "json"]).output().expect("it runs");
        assert_eq!(String::from_utf8_lossy(&output.stderr), "");
        let said: Value = serde_json::from_slice(&output.stdout).expect("JSON");
        let checks = said["checks"].as_array().expect("checks").iter();
        let checks = checks.map(|check| (check["name"].as_str().expect("a name").to_owned(), check.clone())).collect();
        let visit = Visit { checks, code: output.status.code() };
        let red = visit.checks.values().any(|check| check["status"] == "red");
        assert_eq!(visit.code, Some(if red { 4 } else { 0 }), "{said}");
        visit
    }

    fn of(sim: &Sim) -> Visit {
        Visit::with(&mut sim.threecx())
    }

    #[track_caller]
    fn status(&self, name: &str) -> &str {
        self.checks[name]["status"].as_str().expect("a status")
    }

    #[track_caller]
    fn says(&self, name: &str, status: &str, message: &str) {
        let check = &self.checks[name];
        assert_eq!(check["status"], status, "{check}");
        let said = check["message"].as_str().expect("text");
        assert!(said.contains(message), "{check}");
        if matches!(status, "red" | "yellow") {
            assert!(!check["next_step"].as_str().unwrap_or_default().is_empty(), "{check}");
        }
    }
}

/// A PBX whose last backup was made just now.
fn sim(more: &[&str]) -> Sim {
    let mut arguments = vec!["--users", "20"];
    arguments.extend(more);
    let sim = Sim::start(&arguments);
    let mut command = sim.threecx();
    prints(command.args(["backups", "create", "--description", r#"{"Name": "now"}"#]));
    sim.control("POST", "/sim/clock", r#"{"seconds": 6}"#);
    sim
}

const NAMES: [&str; 15] = [
    "reachable",
    "certificate",
    "clock",
    "login",
    "token",
    "version",
    "permissions",
    "licence",
    "maintenance",
    "services",
    "disk",
    "backups",
    "trunks",
    "extensions",
    "phones",
];

#[test]
fn a_healthy_pbx_is_green_and_nothing_is_changed() {
    let sim = sim(&[]);
    sim.control("DELETE", "/sim/received", "");
    let visit = Visit::of(&sim);
    assert_eq!(visit.code, Some(0));
    assert_eq!(visit.checks.len(), NAMES.len());
    for name in NAMES {
        assert_eq!(visit.status(name), "green", "{}", visit.checks[name]);
    }
    let received = sim.control("GET", "/sim/received", "");
    let received = received.as_array().or(received["requests"].as_array()).expect("a list");
    assert!(!received.is_empty());
    for request in received {
        let read = request["method"] == "GET" || request["path"] == "/connect/token";
        assert!(read, "{request}");
    }
}

#[test]
fn what_is_wrong_with_the_system_is_red() {
    let sim = sim(&[]);
    let call = |arguments: &[&str]| {
        prints(sim.threecx().args(arguments));
    };
    let trunks: Value =
        serde_json::from_str(&prints(sim.threecx().args(["trunks", "list", "-o", "json"]))).expect("JSON");
    let (id, number) = (trunks[0]["Id"].to_string(), trunks[0]["Number"].as_str().expect("a number").to_owned());
    call(&["trunks", "update", "--id", &id, "--is-online", "false"]);
    call(&["services", "stop", "--yes", "--options", r#"{"ServiceNames": ["3CXQueueManager"]}"#]);
    sim.control("POST", "/sim/clock", r#"{"seconds": 3600}"#);
    let visit = Visit::of(&sim);
    visit.says("trunks", "red", &number);
    visit.says("services", "red", "Queue Manager");
    visit.says("clock", "red", "ahead of");
    // Six years later.
    sim.control("POST", "/sim/clock", r#"{"seconds": 189216000}"#);
    let visit = Visit::of(&sim);
    visit.says("licence", "red", "is not active");
}

#[test]
fn a_client_with_few_rights_is_told_what_it_may_not_do() {
    let visit = Visit::of(&sim(&["--role", "system_admins"]));
    visit.says("permissions", "yellow", "Call History, Chat History, Recordings, Scheduled Reports");
    visit.says("login", "green", "System Admin");
    let sim = Sim::start(&["--users", "20", "--role", "receptionists"]);
    let visit = Visit::of(&sim);
    visit.says("permissions", "yellow", "Users");
    for name in ["disk", "trunks", "phones"] {
        assert_eq!(visit.status(name), "unknown", "{}", visit.checks[name]);
    }
}

#[test]
fn a_wrong_secret_is_red_and_the_rest_unknown() {
    let sim = Sim::start(&["--users", "20"]);
    let visit = Visit::with(sim.threecx().env("THREECX_CLIENT_SECRET", "wrong-one"));
    visit.says("login", "red", "does not accept");
    for name in ["token", "version", "permissions", "licence", "trunks", "phones"] {
        visit.says(name, "unknown", "the login failed");
    }
    assert!(!format!("{:?}", visit.checks).contains("wrong-one"));
}

#[test]
fn nobody_answers() {
    let sim = Sim::start(&["--users", "20"]);
    let url = sim.url.clone();
    let mut command = threecx();
    command.envs(sim.environment());
    drop(sim);
    let visit = Visit::with(&mut command);
    visit.says("reachable", "red", url.rsplit('/').next().expect("host and port"));
    for name in &NAMES[1..] {
        assert_eq!(visit.status(name), "unknown", "{}", visit.checks[*name]);
    }
}

#[test]
fn certificates() {
    let folder = tempfile::tempdir().expect("a folder");
    let authority = folder.path().join("ca.pem");
    let authority = authority.to_str().expect("UTF-8");
    let sim = Sim::start(&["--users", "20", "--tls", "--ca-out", authority]);
    let visit = Visit::with(sim.threecx().env("THREECX_CA_FILE", authority));
    visit.says("certificate", "green", "Test authority of a simulated PBX");
    visit.says("certificate", "green", "in 7");
    let visit = Visit::of(&sim);
    visit.says("certificate", "red", "an authority that this machine does not trust");
    visit.says("reachable", "green", "answers");
    let today = jiff::Timestamp::now().to_zoned(jiff::tz::TimeZone::UTC).date();
    let until = |days: i64| {
        let day = today.saturating_add(jiff::SignedDuration::from_hours(24 * days));
        let (pem, config) = certificate((day.year().into(), day.month().unsigned_abs(), day.day().unsigned_abs()));
        std::fs::write(authority, pem).expect("written");
        let mut command = threecx();
        command.args(["--url", &tls_server(config), "--client-id", "a", "--ca-file", authority]);
        Visit::with(command.env("THREECX_CLIENT_SECRET", "b"))
    };
    until(-3).says("certificate", "red", "it expired");
    until(4).says("certificate", "red", "it expires in");
    until(15).says("certificate", "yellow", "it expires in");
    until(100).says("certificate", "green", "it expires in");
}

#[test]
fn a_pbx_that_fails_is_unknown_and_no_crash() {
    let sim = sim(&["--fault", "500@LicenseStatus", "--fault", "500@Services", "--fault", "truncate@Trunks"]);
    let visit = Visit::of(&sim);
    for name in ["licence", "maintenance", "services", "trunks"] {
        assert_eq!(visit.status(name), "unknown", "{}", visit.checks[name]);
    }
    assert_eq!(visit.status("phones"), "green");
}

#[test]
fn tokens_that_others_do_not_find_or_that_live_for_seconds() {
    let (sim, folder) = (sim(&[]), tempfile::tempdir().expect("a folder"));
    let file = folder.path().join("a-file");
    std::fs::write(&file, "").expect("written");
    let output = sim.threecx().env("THREECX_CACHE_DIR", &file).args(["doctor"]).output().expect("it runs");
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(said.contains("yellow   token"), "{said}");
    let visit = Visit::of(&self::sim(&["--token-life", "20s"]));
    visit.says("token", "yellow", "only 20 s");
}

#[test]
fn an_older_and_a_newer_release() {
    let visit = Visit::of(&sim(&["--api", "20.0.7"]));
    visit.says("version", "green", "20.0.7");
    assert_eq!(visit.code, Some(0));
}
