//! One token for all processes: a PBX lets only one live, so whoever logs in throws the others
//! out. Here many start at once.

mod common;

use std::path::Path;
use std::process::{Child, Command as Process, Output, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use assert_cmd::cargo::cargo_bin;
use common::{Sim, prints, prints_json};
use serde_json::Value;

/// A call of its own process, with this cache.
fn start(sim: &Sim, cache: &Path) -> Child {
    Process::new(cargo_bin("threecx"))
        .args(["users", "list", "--top", "1", "--select", "Number", "-o", "json"])
        .envs(sim.environment())
        .env("THREECX_CACHE_DIR", cache)
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("it starts")
}

/// Fifty at once. None fails, and none has anything to say.
#[track_caller]
fn fifty(sim: &Sim, cache: &Path) {
    let started: Vec<Child> = (0..50).map(|_| start(sim, cache)).collect();
    for process in started {
        let output = process.wait_with_output().expect("it ends");
        assert!(output.status.success(), "{}", said(&output));
        assert_eq!(said(&output), "");
    }
}

fn said(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

/// How often a token was asked for.
fn logins(sim: &Sim) -> u64 {
    sim.control("GET", "/sim/counts/token", "")["received"].as_u64().expect("a number")
}

fn cache() -> tempfile::TempDir {
    tempfile::tempdir().expect("a folder")
}

#[test]
fn fifty_processes_log_in_once_or_twice() {
    let (sim, cache) = (Sim::start(&["--users", "10"]), cache());
    fifty(&sim, cache.path());
    assert!(matches!(logins(&sim), 1 | 2), "{}", logins(&sim));
}

#[test]
fn fifty_processes_with_a_token_that_somebody_killed_log_in_once_or_twice() {
    let (sim, cache) = (Sim::start(&["--users", "10"]), cache());
    assert!(start(&sim, cache.path()).wait().expect("it ends").success());
    sim.control("DELETE", "/sim/tokens", "");
    let before = logins(&sim);
    fifty(&sim, cache.path());
    assert!(matches!(logins(&sim) - before, 1 | 2), "{}", logins(&sim) - before);
}

#[test]
fn two_machines_that_throw_each_other_out_both_get_through() {
    let sim = Sim::start(&["--users", "10"]);
    let (one, other) = (cache(), cache());
    let started: Vec<Child> = (0..10).flat_map(|_| [start(&sim, one.path()), start(&sim, other.path())]).collect();
    for process in started {
        let output = process.wait_with_output().expect("it ends");
        assert!(output.status.success(), "{}", said(&output));
    }
}

#[test]
fn fifty_processes_with_tokens_that_live_for_seconds() {
    let (sim, cache) = (Sim::start(&["--users", "10", "--token-life", "3s"]), cache());
    let started = Instant::now();
    fifty(&sim, cache.path());
    // One for each life that has begun meanwhile, and one that died under somebody's hands.
    let lives = started.elapsed().as_secs() / 2 + 1;
    assert!(logins(&sim) <= 2 * lives, "{} logins in {lives} lives", logins(&sim));
}

#[test]
fn the_second_call_asks_for_nothing_else() {
    let (sim, cache) = (Sim::start(&["--users", "10"]), cache());
    // Its path depends on the release, which has to be known.
    let call = || {
        let mut command = sim.threecx();
        command.env("THREECX_CACHE_DIR", cache.path()).args(["users", "get-by-number", "--number", "100"]);
        prints(&mut command);
    };
    call();
    sim.control("DELETE", "/sim/received", "");
    call();
    let counts = sim.control("GET", "/sim/counts", "");
    let counts = counts.as_object().expect("an object");
    assert_eq!(counts.keys().collect::<Vec<_>>(), ["Users.GetUserByNumber"]);
    assert_eq!(counts["Users.GetUserByNumber"]["received"], 1);
}

#[test]
fn a_pbx_that_was_updated_is_noticed() {
    let cache = cache();
    let sim = Sim::start(&["--users", "10"]);
    assert!(start(&sim, cache.path()).wait().expect("it ends").success());
    // As if it had been of a release that does not have what is called below.
    let mut files = std::fs::read_dir(cache.path().join("tokens")).expect("a folder").flatten();
    let kept = files.find(|file| file.path().extension().is_some_and(|extension| extension == "json"));
    let kept = kept.expect("a token").path();
    let text = std::fs::read_to_string(&kept).expect("readable").replace("20.0.10.1621", "20.0.7.1080");
    std::fs::write(&kept, text).expect("written");
    let mut command = sim.threecx();
    command.env("THREECX_CACHE_DIR", cache.path()).args(["oauth-clients", "list", "-o", "json"]);
    assert!(prints_json(&mut command).is_array());
    assert!(std::fs::read_to_string(&kept).expect("readable").contains("20.0.10.1621"));
}

#[test]
fn whoever_is_killed_while_he_fetches_a_token_holds_nobody_up() {
    let (sim, cache) = (Sim::start(&["--users", "10", "--latency", "600s@token"]), cache());
    let mut killed = start(&sim, cache.path());
    while !is_locked(&cache.path().join("tokens")) {
        thread::sleep(Duration::from_millis(5));
    }
    // On Unix this is SIGKILL.
    killed.kill().expect("it is killed");
    killed.wait().expect("it ends");
    sim.control("PUT", "/sim/latency", "[]");
    let output = start(&sim, cache.path()).wait_with_output().expect("it ends");
    assert!(output.status.success(), "{}", said(&output));
}

/// True if somebody is fetching a token.
fn is_locked(folder: &Path) -> bool {
    let files = std::fs::read_dir(folder).into_iter().flatten().flatten().map(|entry| entry.path());
    let mut locks = files.filter(|path| path.extension().is_some_and(|extension| extension == "lock"));
    locks.any(|path| std::fs::File::open(path).is_ok_and(|file| file.try_lock().is_err()))
}

#[test]
fn a_cache_that_cannot_be_used_is_said_once_and_breaks_nothing() {
    let (sim, cache) = (Sim::start(&["--users", "230"]), cache());
    let file = cache.path().join("a-file");
    std::fs::write(&file, "").expect("written");
    let mut command = sim.threecx();
    let output = command.env("THREECX_CACHE_DIR", &file).args(["users", "list", "--all"]).output().expect("it runs");
    assert!(output.status.success(), "{}", said(&output));
    assert_eq!(said(&output).matches("warning").count(), 1, "{}", said(&output));
    assert!(said(&output).contains("a-file/tokens"), "{}", said(&output));
}

#[test]
fn a_simulated_pbx_for_one_command_leaves_nothing_behind() {
    let cache = cache();
    let mut command = common::threecx();
    prints(command.env("THREECX_CACHE_DIR", cache.path()).args(["--sim", "users", "list", "--top", "1"]));
    assert_eq!(std::fs::read_dir(cache.path()).expect("a folder").count(), 0);
}

#[test]
fn a_401_with_a_fresh_token_is_tried_again_and_ends_some_time() {
    let cache = cache();
    let call = |fault: &str| {
        let sim = Sim::start(&["--users", "10", "--fault", fault]);
        let mut command = sim.threecx();
        let output = command.env("THREECX_CACHE_DIR", cache.path()).args(["users", "list", "-o", "json"]).output();
        let output = output.expect("it runs");
        let received = sim.control("GET", "/sim/counts/Users.ListUser", "");
        (output, received["received"].as_u64().expect("a number"))
    };
    let (output, received) = call("401:1:3@Users.ListUser");
    assert!(output.status.success(), "{}", said(&output));
    assert_eq!(received, 4);
    let (output, received) = call("401@Users.ListUser");
    let error: Value = serde_json::from_slice(&output.stderr).expect("JSON");
    assert_eq!((&error["error"]["code"], output.status.code()), (&"authentication".into(), Some(30)));
    assert_eq!(received, 12);
}
