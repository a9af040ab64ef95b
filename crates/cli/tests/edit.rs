//! `threecx … edit`, with scripts in the place of an editor.

#![cfg(unix)]

mod common;

use std::fs;
use std::os::unix::fs::PermissionsExt;

use assert_cmd::Command;
use common::terminal::Terminal;
use common::{Sim, fails, prints, prints_json};
use serde_json::{Value, json};
use tempfile::TempDir;

/// An editor that does this with the file `$1`. What it was shown is in `seen` beside it.
struct Editor {
    folder: TempDir,
}

impl Editor {
    fn new(script: &str) -> Editor {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("editor");
        let text = format!("#!/bin/sh\ncat \"$1\" >> '{}'\n{script}\n", folder.path().join("seen").display());
        fs::write(&path, text).expect("written");
        fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).expect("set");
        Editor { folder }
    }

    fn edit(&self, sim: &Sim, words: &[&str]) -> Command {
        let mut command = sim.threecx();
        command.env_remove("VISUAL").env("EDITOR", self.folder.path().join("editor")).env("TMPDIR", self.folder.path());
        command.args(words);
        command
    }

    fn seen(&self) -> String {
        fs::read_to_string(self.folder.path().join("seen")).unwrap_or_default()
    }

    /// The texts that were kept.
    fn kept(&self) -> Vec<String> {
        let entries = fs::read_dir(self.folder.path()).expect("a folder").flatten();
        let texts = entries.filter(|entry| entry.file_name().to_string_lossy().ends_with(".yaml"));
        texts.map(|entry| fs::read_to_string(entry.path()).expect("a text")).collect()
    }
}

fn user(sim: &Sim) -> Value {
    prints_json(sim.threecx().args(["users", "get", "100", "-o", "json"]))
}

#[test]
fn only_what_was_changed_is_sent() {
    let sim = Sim::start(&["--live-calls", "off"]);
    let before = user(&sim);
    let editor = Editor::new("sed -i -e 's/^FirstName:.*/FirstName: Ada/' -e 's/^Mobile:.*/Mobile: 0049301/' \"$1\"");
    let report = prints_json(&mut editor.edit(&sim, &["users", "edit", "100", "-o", "json"]));
    assert_eq!((&report["changed"], &report["sent"]), (&json!(["FirstName", "Mobile"]), &json!(true)));
    let mut expected = before.clone();
    let after = user(&sim);
    for (name, value) in [("FirstName", "Ada"), ("Mobile", "0049301")] {
        expected[name] = value.into();
    }
    for (name, value) in expected.as_object().expect("an object") {
        if !name.contains("Display") {
            assert_eq!(&after[name], value, "{name}");
        }
    }
    let seen = editor.seen();
    assert!(seen.contains("# AuthPassword: is a secret"), "{seen}");
    for secret in ["AuthPassword", "VMPIN", "DeskphonePassword"] {
        let secret = before[secret].as_str().unwrap_or_default();
        assert!(secret.is_empty() || !seen.contains(secret), "{seen}");
    }
    assert!(editor.kept().is_empty());
}

#[test]
fn nothing_changed_means_nothing_sent() {
    let sim = Sim::start(&["--live-calls", "off"]);
    for script in ["true", "sed -i 's/^# user/# somebody/' \"$1\"", "sed -i '/^Mobile/d' \"$1\"", ": > \"$1\""] {
        let editor = Editor::new(script);
        let printed = prints(&mut editor.edit(&sim, &["users", "edit", "100"]));
        assert_eq!(printed, "Nothing was changed, so nothing was sent.\n", "{script}");
    }
    let (error, code) = fails(&mut Editor::new("exit 3").edit(&sim, &["users", "edit", "100"]));
    assert_eq!((error["code"].as_str(), code), (Some("editor"), 63));
}

#[test]
fn a_mistake_is_shown_above_the_text_until_it_is_put_right() {
    let sim = Sim::start(&["--live-calls", "off"]);
    let script = "if grep -q '^#! ' \"$1\"; then sed -i 's/^Enabled:.*/Enabled: false/' \"$1\"; \
                  else sed -i 's/^Enabled:.*/Enabled: [maybe/' \"$1\"; fi";
    let editor = Editor::new(script);
    prints(&mut editor.edit(&sim, &["users", "edit", "100"]));
    assert_eq!(user(&sim)["Enabled"], false);
    assert!(editor.seen().contains("#! the text cannot be read"), "{}", editor.seen());
}

#[test]
fn what_was_written_is_kept_when_somebody_gives_up() {
    let sim = Sim::start(&["--live-calls", "off"]);
    for (script, code, part) in [
        ("sed -i 's/^Enabled:.*/Enabled: maybe/' \"$1\"", "input", "Enabled: maybe"),
        ("sed -i 's/^FirstName:/FirstNam:/' \"$1\"", "input", "FirstNam:"),
        ("sed -i 's/^Number:.*/Number: \"101\"/' \"$1\"", "rejected", "Number: \"101\""),
    ] {
        let editor = Editor::new(script);
        let (error, _) = fails(&mut editor.edit(&sim, &["users", "edit", "100"]));
        assert_eq!(error["code"], code, "{error}");
        let kept = editor.kept();
        assert!(kept.len() == 1 && kept[0].contains(part), "{script}: {kept:?}");
        assert!(error["message"].as_str().is_some_and(|message| message.contains("is kept in")), "{error}");
    }
}

#[test]
fn what_was_written_is_kept_when_the_editor_fails_the_second_time() {
    let sim = Sim::start(&["--live-calls", "off"]);
    let script = "if grep -q '^#! ' \"$1\"; then exit 1; else sed -i 's/^Enabled:.*/Enabled: [maybe/' \"$1\"; fi";
    let editor = Editor::new(script);
    let (error, code) = fails(&mut editor.edit(&sim, &["users", "edit", "100"]));
    assert_eq!((error["code"].as_str(), code), (Some("editor"), 63), "{error}");
    assert!(editor.kept().iter().any(|text| text.contains("Enabled: [maybe")), "{error}");
}

#[test]
fn what_somebody_else_changed_meanwhile_is_not_overwritten() {
    let sim = Sim::start(&["--live-calls", "off"]);
    let threecx = assert_cmd::cargo::cargo_bin("threecx");
    let meanwhile = |field: &str| {
        let threecx = threecx.display();
        format!(
            "'{threecx}' users update 100 --{field} Grace >/dev/null 2>&1\nsed -i 's/^FirstName:.*/FirstName: Ada/' \"$1\""
        )
    };
    let editor = Editor::new(&meanwhile("first-name"));
    let (error, code) = fails(&mut editor.edit(&sim, &["users", "edit", "100"]));
    assert_eq!((error["code"].as_str(), code), (Some("changed"), 44), "{error}");
    assert_eq!(user(&sim)["FirstName"], "Grace");
    assert!(editor.kept()[0].contains("FirstName: Ada"));
    // Something else that somebody changed is left alone.
    let editor = Editor::new(&meanwhile("last-name"));
    prints(&mut editor.edit(&sim, &["users", "edit", "100"]));
    let after = user(&sim);
    assert_eq!((&after["FirstName"], &after["LastName"]), (&"Ada".into(), &"Grace".into()));
}

#[test]
fn singletons_nested_objects_and_collections_can_be_edited() {
    let sim = Sim::start(&["--live-calls", "off"]);
    let editor = Editor::new("sed -i 's/To: .*/To: VoiceMail/' \"$1\"");
    prints(&mut editor.edit(&sim, &["queues", "edit", "800", "--select", "ForwardNoAnswer"]));
    let queue = prints_json(sim.threecx().args(["queues", "get", "800", "-o", "json"]));
    assert_eq!(queue["ForwardNoAnswer"]["To"], "VoiceMail");

    let editor = Editor::new("sed -i '0,/SkillGroup: .*/s//SkillGroup: \"2\"/' \"$1\"");
    prints(&mut editor.edit(&sim, &["queues", "edit", "800", "--select", "Id", "--expand", "Agents", "--yes"]));
    let agents = prints_json(sim.threecx().args(["queues", "agents", "list", "800", "-o", "json"]));
    assert_eq!((&agents[0]["SkillGroup"], &agents[1]["SkillGroup"]), (&"2".into(), &"1".into()));

    let editor = Editor::new("sed -i 's/^LogicallyImpossible/x/; $ a # end' \"$1\"");
    prints(&mut editor.edit(&sim, &["voicemail-settings", "edit"]));
    let (error, code) = fails(&mut editor.edit(&sim, &["active-calls", "edit"]));
    assert_eq!((error["code"].as_str(), code), (Some("usage"), 2));
}

#[test]
fn a_dry_run_shows_the_request_and_sends_nothing() {
    let sim = Sim::start(&["--live-calls", "off"]);
    let before = user(&sim);
    let editor = Editor::new("sed -i -e 's/^FirstName:.*/FirstName: Ada/' -e 's/^# VMPIN:.*/VMPIN: \"1234\"/' \"$1\"");
    let printed = prints(&mut editor.edit(&sim, &["users", "edit", "100", "--dry-run"]));
    assert!(printed.starts_with("PATCH ") && printed.contains(r#"{"FirstName":"Ada","VMPIN":"***"}"#), "{printed}");
    assert_eq!(user(&sim), before);
}

/// Whatever a PBX holds survives the way into the text and back: else an untouched text would
/// change something.
#[test]
fn an_untouched_text_changes_nothing_of_anything() {
    let sim = Sim::start(&["--live-calls", "off"]);
    let editor = Editor::new("true");
    let operations = prints_json(sim.threecx().args(["operations", "-o", "json"]));
    let mut tried = 0;
    for row in operations.as_array().expect("rows").iter().filter(|row| row["until"].is_null()) {
        let (command, path) = (row["command"].as_str().expect("text"), row["path"].as_str().expect("text"));
        let (Some(resource), "PATCH") = (command.strip_suffix(" update"), row["method"].as_str().expect("text")) else {
            continue;
        };
        let help = prints(sim.threecx().args([resource, "--help"]));
        // Those of a user's own are refused to a service principal.
        if !help.contains("\n  edit ") || resource.starts_with("my-") {
            continue;
        }
        let mut words = vec![resource.to_owned(), "edit".to_owned()];
        if let Some((_, key)) = path.split_once("({") {
            let key = key.trim_end_matches("})");
            let rows = prints_json(sim.threecx().args([resource, "list", "--top", "1", "-o", "json"]));
            let Some(found) = rows.get(0) else { continue };
            let value = &found[key];
            words.push(format!("id:{}", value.as_str().map_or_else(|| value.to_string(), str::to_owned)));
        }
        let words: Vec<&str> = words.iter().map(String::as_str).collect();
        let output = editor.edit(&sim, &words).output().expect("it runs");
        let stdout = String::from_utf8_lossy(&output.stdout);
        assert_eq!(
            stdout,
            "Nothing was changed, so nothing was sent.\n",
            "{words:?}: {:?}",
            String::from_utf8_lossy(&output.stderr)
        );
        tried += 1;
    }
    assert!(tried > 40, "only {tried}");
}

#[test]
fn what_the_pbx_refuses_can_be_put_right_at_a_terminal() {
    let sim = Sim::start(&["--live-calls", "off"]);
    let script = "if grep -q '^#! ' \"$1\"; then address=ok@demo.example; else address='x y'; fi\n\
                  sed -i \"s/^EmailAddress:.*/EmailAddress: $address/\" \"$1\"";
    let editor = Editor::new(script);
    let mut command = common::process();
    command.envs(sim.environment()).env_remove("VISUAL").env("EDITOR", editor.folder.path().join("editor"));
    let mut terminal = Terminal::run(command.args(["users", "edit", "100", "--yes"]));
    assert_eq!(terminal.exit_code(), Some(0));
    assert!(editor.seen().contains("#! the PBX refuses: "), "{}", editor.seen());
    assert_eq!(user(&sim)["EmailAddress"], "ok@demo.example");
    // Without a terminal it is an error, and the text is kept.
    let (error, code) = fails(&mut editor.edit(&sim, &["users", "edit", "102", "--yes"]));
    assert_eq!((error["code"].as_str(), code), (Some("rejected"), 41), "{error}");
}
