//! Completion, asked by real shells where the machine has them.

mod common;

use std::path::Path;
use std::process::Command as Process;

use assert_cmd::cargo::cargo_bin;
use common::{Sim, prints, threecx};

/// A shell that finds this program, or nothing, said loudly, where there is no such shell.
fn shell(name: &str, script: &str, variables: &[(&str, &str)]) -> Option<Vec<String>> {
    let folder = cargo_bin("threecx").parent().map(Path::to_owned).expect("a folder");
    let path = format!("{}:{}", folder.display(), std::env::var("PATH").unwrap_or_default());
    let mut process = Process::new(name);
    let home = format!("{}/{}", env!("CARGO_TARGET_TMPDIR"), std::process::id());
    for (variable, _) in std::env::vars().filter(|(variable, _)| variable.starts_with("THREECX_")) {
        process.env_remove(variable);
    }
    process.env("THREECX_CONFIG_DIR", format!("{home}/config")).env("THREECX_CACHE_DIR", format!("{home}/cache"));
    let output = match process.args(["-c", script]).env("PATH", path).envs(variables.iter().copied()).output() {
        Ok(output) => output,
        Err(error) => {
            eprintln!("SKIPPED: {name} is not on this machine ({error})");
            return None;
        }
    };
    let stderr = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(stderr, "", "{name}: {script}");
    Some(String::from_utf8(output.stdout).expect("UTF-8").lines().map(str::to_owned).collect())
}

fn script(shell: &str) -> String {
    prints(threecx().args(["completion", shell]))
}

fn in_bash(line: &str, variables: &[(&str, &str)]) -> Option<Vec<String>> {
    let run = format!(
        "{}\nCOMP_LINE=$LINE COMP_POINT=${{#LINE}}; _threecx; printf '%s\\n' \"${{COMPREPLY[@]}}\"",
        script("bash")
    );
    shell("bash", &run, &[&[("LINE", line)], variables].concat())
}

fn in_fish(line: &str) -> Option<Vec<String>> {
    let home = tempfile::tempdir().expect("a folder");
    let home = home.path().to_str().expect("UTF-8");
    shell("fish", &format!("{}\ncomplete -C \"$LINE\"", script("fish")), &[("LINE", line), ("HOME", home)])
}

/// zsh completes only where somebody types. What its completion system is told stands in for it.
fn in_zsh(words: &[&str]) -> Option<Vec<String>> {
    let line: Vec<String> = words.iter().map(|word| format!("'{word}'")).collect();
    let told = "compdef() { :; }\n_files() { print -r FILES; }\ncompset() { :; }\n\
                _describe() { print -rl -- ${(P)3}; }";
    let run = format!("{told}\n{}\nwords=({}); CURRENT=${{#words}}; _threecx", script("zsh"), line.join(" "));
    shell("zsh", &run, &[])
}

#[test]
fn bash_completes_commands_flags_and_values() {
    for (line, expected) in [
        ("threecx user", vec!["users"]),
        ("threecx users rep", vec!["reprovision-all-phones", "reprovision-phone"]),
        ("threecx --url 'a b' users upda", vec!["update", "update-many"]),
        ("threecx users list --sel", vec!["--select"]),
        ("threecx users list --output=js", vec!["json"]),
        ("threecx users list -o tab", vec!["table"]),
        ("threecx users list --select Id,LastN", vec!["Id,LastName"]),
        ("threecx users list --expand Gr", vec!["Groups", "Greetings"]),
        ("threecx users create --vm-enabled t", vec!["true"]),
        ("threecx queues create --polling-strategy ring", vec!["RingAll"]),
        ("threecx users list --api 20.0.7@2025-05", vec!["2025-05-06"]),
        ("threecx completion po", vec!["powershell"]),
        ("threecx describe users make", vec!["make-call"]),
        ("threecx sim --live", vec!["--live", "--live-calls"]),
        ("threecx queues ag", vec!["agents"]),
        ("threecx queues agents a", vec!["add"]),
        ("threecx users edi", vec!["edit"]),
        ("threecx sim --live-calls ", vec!["on", "off"]),
        ("threecx users no-such-thing --x ", vec![""]),
    ] {
        let Some(found) = in_bash(line, &[]) else { return };
        let (mut found, mut expected) = (found, expected);
        found.sort();
        expected.sort_unstable();
        assert_eq!(found, expected, "{line}");
    }
}

#[test]
fn fish_shows_what_candidates_mean() {
    for (line, expected) in [
        ("threecx users make", "make-call\tMake Call"),
        ("threecx user", "users\tUsers"),
        ("threecx users list --coun", "--count\tAlso print the total number of rows"),
        ("threecx users list --output=js", "--output=json"),
    ] {
        let Some(found) = in_fish(line) else { return };
        assert!(found.iter().any(|found| found == expected), "{line}: {found:?}");
    }
}

#[test]
fn zsh_is_told_values_and_what_they_mean() {
    let Some(found) = in_zsh(&["threecx", "users", "make"]) else { return };
    assert_eq!(found, ["make-call:Make Call"]);
    assert_eq!(in_zsh(&["threecx", "users", "list", "--ca-file", ""]), Some(vec!["FILES".to_owned()]));
    assert_eq!(
        in_zsh(&["threecx", "users", "list", "--select", "Id,LastN"]),
        Some(vec!["Id,LastName:String?".to_owned()])
    );
}

#[test]
fn powershells_script_is_there() {
    assert!(script("powershell").contains("Register-ArgumentCompleter"));
}

#[test]
fn extensions_of_the_connected_pbx_are_offered_and_remembered() {
    let sim = Sim::start(&["--live-calls", "off", "--users", "30"]);
    let cache = tempfile::tempdir().expect("a folder");
    let text = |name: &str| sim.ready[name].as_str().expect("text").to_owned();
    let (url, id, secret) = (text("url"), text("client_id"), text("client_secret"));
    let variables = [
        ("THREECX_CACHE_DIR", cache.path().to_str().expect("UTF-8")),
        ("THREECX_URL", url.as_str()),
        ("THREECX_CLIENT_ID", id.as_str()),
        ("THREECX_CLIENT_SECRET", secret.as_str()),
    ];
    let rows = common::prints_json(sim.threecx().args(["users", "list", "--select", "Id,Number", "-o", "json"]));
    let first = rows[0]["Id"].to_string();
    let Some(found) = in_bash("threecx users get --id ", &variables) else { return };
    assert_eq!(found.len(), 30, "{found:?}");
    assert!(found.contains(&first));
    let found = in_bash(&format!("threecx users reprovision-all-phones --ids {first},"), &variables);
    assert!(found.is_some_and(|found| found.contains(&format!("{first},{first}"))));
    let found = in_bash("threecx users get 10", &variables);
    assert_eq!(found.map(|found| found.len()), Some(10));
    let found = in_bash("threecx queues agents add 800 100 10", &variables);
    assert_eq!(found.map(|found| found.len()), Some(10));
    assert_eq!(in_bash("threecx queues edit 80", &variables).map(|found| found.len() > 3), Some(true));
    // The PBX is gone; what it said is still there.
    drop(sim);
    let found = in_bash("threecx users get --id ", &variables).expect("bash");
    assert_eq!(found.len(), 30);
    assert_eq!(in_bash("threecx trunks get --id ", &variables), Some(vec![String::new()]));
}

#[test]
fn profiles_are_offered_and_used() {
    let sim = Sim::start(&["--live-calls", "off", "--users", "20"]);
    let folder = tempfile::tempdir().expect("a folder");
    let folder = folder.path().to_str().expect("UTF-8");
    let mut login = sim.threecx();
    prints(login.args(["login", "--profile", "head-office"]).env("THREECX_CONFIG_DIR", folder));
    let variables = [("THREECX_CONFIG_DIR", folder), ("THREECX_CACHE_DIR", folder)];
    let Some(found) = in_bash("threecx users list --profile he", &variables) else { return };
    assert_eq!(found, ["head-office"]);
    let found = in_bash("threecx users get --profile head-office 10", &variables);
    assert_eq!(found.map(|found| found.len()), Some(10));
}
