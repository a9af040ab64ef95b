//! `--curl`: a real shell gets from the simulated PBX what threecx gets from it.

mod common;

use std::process::Command as Process;

use assert_cmd::Command;
use common::{Sim, prints, prints_json, threecx};
use serde_json::Value;

/// What the commands that were printed answer, run by a shell.
#[track_caller]
fn by_shell(sim: &Sim, printed: &str, variables: &[(&str, &str)]) -> String {
    let text = |name: &str| sim.ready[name].as_str().expect("text");
    assert!(!printed.contains(text("client_secret")), "{printed}");
    let output = Process::new("sh")
        .args(["-euc", printed])
        .env("THREECX_URL", &sim.url)
        .env("THREECX_CLIENT_ID", text("client_id"))
        .env("THREECX_CLIENT_SECRET", text("client_secret"))
        .envs(variables.iter().copied())
        .output()
        .expect("a shell");
    assert!(output.status.success(), "{printed}\n{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).expect("UTF-8")
}

fn json(text: &str) -> Value {
    serde_json::from_str(text).unwrap_or_else(|error| panic!("{error}: {text}"))
}

fn curl(command: &mut Command) -> String {
    prints(command.arg("--curl"))
}

#[test]
fn a_shell_gets_the_answer_that_threecx_gets() {
    let sim = Sim::start(&["--live-calls", "off"]);
    for words in [
        vec!["users", "list", "--top", "3", "--select", "Id,Number,LastName", "--orderby", "Number desc"],
        vec!["users", "list", "--filter", "startswith(LastName,'O''B') or Number eq '100'"],
        vec!["queues", "list", "--expand", "Agents($select=Number;$top=2),Managers"],
        vec!["groups", "list", "--search", "front desk"],
    ] {
        let ours = prints_json(sim.threecx().args(&words).args(["-o", "json"]));
        let theirs = json(&by_shell(&sim, &curl(sim.threecx().args(&words)), &[]));
        assert_eq!(theirs["value"], ours, "{words:?}");
        // The address may come from the environment instead.
        let theirs = json(&by_shell(&sim, &curl(threecx().args(&words)), &[]));
        assert_eq!(theirs["value"], ours, "{words:?}");
    }
    let path = "/Users?$top=1&$select=Number";
    let ours = prints_json(sim.threecx().args(["api", "GET", path]));
    assert_eq!(json(&by_shell(&sim, &curl(sim.threecx().args(["api", "GET", path])), &[])), ours);
}

#[test]
fn awkward_texts_arrive_as_they_are() {
    let sim = Sim::start(&["--live-calls", "off"]);
    for name in ["O'Brien \"Bob\" $HOME `id` \\ {a,b}", "東京 ümlaut", "%41 & ; | * ? [x]", "line\nbreak\ttab"] {
        let words = ["contacts", "create", "--first-name", name, "--phone-number", "123"];
        let made = json(&by_shell(&sim, &curl(sim.threecx().args(words)), &[]));
        let id = made["Id"].to_string();
        let read = prints_json(sim.threecx().args(["contacts", "get", "--id", &id, "-o", "json"]));
        assert_eq!(read["FirstName"], name);
    }
}

#[test]
fn nothing_is_sent_and_no_secret_is_printed() {
    let sim = Sim::start(&["--live-calls", "off"]);
    let user = &prints_json(sim.threecx().args(["users", "list", "--top", "1", "-o", "json"]))[0];
    let id = user["Id"].to_string();
    let words = ["users", "update", "--id", &id, "--vmpin", "4711", "--first-name", "Ada", "--auth-password", "geheim"];
    let printed = curl(sim.threecx().args(words));
    assert!(!printed.contains("4711") && !printed.contains("geheim"), "{printed}");
    let unchanged = prints_json(sim.threecx().args(["users", "get", "--id", &id, "-o", "json"]));
    assert_eq!(unchanged["FirstName"], user["FirstName"]);
    by_shell(&sim, &printed, &[("NEW_VMPIN", "8642"), ("NEW_AUTH_PASSWORD", "streng\\\"geheim")]);
    let changed = prints_json(sim.threecx().args(["users", "get", "--id", &id, "-o", "json"]));
    assert_eq!((&changed["FirstName"], &changed["VMPIN"]), (&"Ada".into(), &"8642".into()));
    assert_eq!(changed["AuthPassword"], "streng\"geheim");
}

#[test]
fn orders_without_a_body_and_files_work() {
    let sim = Sim::start(&["--live-calls", "off"]);
    let before = prints_json(sim.threecx().args(["queues", "list", "--top", "1", "-o", "json"]));
    let id = before[0]["Id"].to_string();
    by_shell(&sim, &curl(sim.threecx().args(["queues", "reset-queue-statistics", "--id", &id])), &[]);
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("extensions.csv");
    let path = path.to_str().expect("UTF-8");
    let ours = prints(sim.threecx().args(["users", "export-extensions", "--output-file", "-"]));
    by_shell(&sim, &curl(sim.threecx().args(["users", "export-extensions", "--output-file", path])), &[]);
    assert_eq!(std::fs::read_to_string(path).expect("the file"), ours);
}

#[test]
fn profiles_of_clients_and_users_are_called_as_such() {
    let sim = Sim::start(&["--live-calls", "off"]);
    let folder = tempfile::tempdir().expect("a folder");
    let login = |more: &[&str], variables: &[(&str, &str)]| {
        let mut command = sim.threecx();
        command.env("THREECX_CONFIG_DIR", folder.path()).arg("login").args(more).envs(variables.iter().copied());
        prints(&mut command);
    };
    let user = prints_json(sim.threecx().args(["users", "get", "100", "--select", "AccessPassword", "-o", "json"]));
    let password = user["AccessPassword"].as_str().unwrap_or("Passw0rd!").to_owned();
    prints(sim.threecx().args(["users", "update", "100", "--access-password", &password]));
    login(&["--profile", "client"], &[]);
    login(&["--profile", "user", "--user", "100", "--url", &sim.url], &[("THREECX_PASSWORD", &password)]);
    for profile in ["client", "user"] {
        let words = ["users", "list", "--select", "Number", "--top", "2", "--profile", profile];
        let printed = curl(threecx().env("THREECX_CONFIG_DIR", folder.path()).args(words));
        let answer = json(&by_shell(&sim, &printed, &[("THREECX_PASSWORD", &password)]));
        assert_eq!(answer["value"].as_array().map(Vec::len), Some(2), "{printed}\n{answer}");
    }
}
