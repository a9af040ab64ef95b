//! What is recorded, and what is done with it: history, undo, retry, plans in files.

mod common;

use std::collections::BTreeMap;

use common::{Sim, fails, last_run, prints, prints_json, runs, steps, threecx};
use serde_json::{Value, json};

/// The whole state of a PBX, but for its own records of what was done.
fn export(sim: &Sim) -> Value {
    let mut state = sim.get("/sim/state");
    for record in ["ReportAuditLog", "EventLogs"] {
        drop(state["sets"].as_object_mut().expect("sets").remove(record));
    }
    state
}

/// Two states are equal; where they are not, this says in what.
fn same(one: &Value, other: &Value, path: &str) {
    match (one, other) {
        (Value::Object(of_one), Value::Object(of_other)) => {
            for name in of_one.keys().chain(of_other.keys()) {
                same(&one[name], &other[name], &format!("{path} {name}"));
            }
        }
        _ => assert_eq!(one, other, "{path}"),
    }
}

/// The same with the entities of each set in any order and without their keys: what was made anew has others.
fn without_ids(mut state: Value) -> Value {
    for (_, set) in state["sets"].as_object_mut().expect("sets") {
        let rows = set.as_object().cloned().unwrap_or_default();
        let row = |mut row: Value| {
            row.as_object_mut().map(|row| row.remove("Id"));
            row.to_string()
        };
        let mut rows: Vec<String> = rows.into_iter().map(|(_, value)| row(value)).collect();
        rows.sort();
        *set = rows.into();
    }
    state
}

fn undo(sim: &Sim) -> String {
    let run = last_run(sim).to_string();
    prints(sim.threecx().args(["undo", &run, "--yes"]))
}

/// The methods and paths that a PBX has received, without the record's own questions.
fn received(sim: &Sim) -> Vec<String> {
    let all = sim.get("/sim/received");
    let line = |request: &Value| {
        let path = request["path"].as_str().unwrap_or_default();
        format!("{} {}", request["method"].as_str().unwrap_or_default(), path.split('?').next().unwrap_or_default())
    };
    all.as_array().expect("a list").iter().map(line).collect()
}

#[test]
fn a_change_costs_one_look_up_however_it_is_said() {
    for words in [
        &["100-119"][..],
        &["100", "Karen Goldberg"],
        &["--ids", "[29,30]"],
        &["--ids", "29"],
        &["--where", "startswith(Number,'10')"],
    ] {
        for more in [&[][..], &["-o", "json"], &["--quiet"]] {
            let sim = Sim::start(&["--live-calls", "off"]);
            prints(sim.threecx().args(["users", "reprovision-all-phones", "--yes"]).args(words).args(more));
            let received = received(&sim);
            let count = |wanted: &str| received.iter().filter(|line| *line == wanted).count();
            assert_eq!(count("GET /xapi/v1/Users"), 1, "{words:?} {more:?}: {received:?}");
            assert_eq!(count("POST /xapi/v1/Users/Pbx.ReprovisionAllPhones"), 1, "{words:?}: {received:?}");
            let calls = received.iter().filter(|line| line.contains("/xapi/")).count();
            assert!(calls <= 3, "{words:?} {more:?}: {received:?}");
        }
    }
    for word in ["100", "ext100@demo.example"] {
        let sim = Sim::start(&["--live-calls", "off"]);
        prints(sim.threecx().args(["users", "update", word, "--mobile", "+441234"]));
        let received = received(&sim);
        let gets = received.iter().filter(|line| line.starts_with("GET /xapi/v1/Users")).count();
        assert!(gets <= 2, "{received:?}");
    }
}

#[test]
fn what_was_changed_is_listed_and_shown() {
    let sim = Sim::start(&["--live-calls", "off"]);
    prints(sim.threecx().args(["users", "update", "100", "--mobile", "+491", "--auth-password", "Secret-1234"]));
    let run = &runs(&sim)[0];
    assert_eq!((&run["operation"], &run["steps"], &run["done"]), (&json!("Users.UpdateUser"), &json!(1), &json!(1)));
    assert!(run["ended"].is_string() && run["who"].is_string(), "{run}");
    let step = &steps(&sim, None)[0];
    assert_eq!(step["sent"]["body"]["Mobile"], "+491");
    assert!(step["before"].get("Mobile").is_some(), "{step}");
    let number = run["run"].to_string();
    let shown = prints(threecx().args(["history", &number]));
    let listed = prints(threecx().args(["history", "--top", "1000"]));
    assert!(shown.contains("100") && listed.contains("Update User"), "{shown}{listed}");
    // A secret is nowhere: not in what is shown, and not in the folder.
    let json = prints(threecx().args(["history", &number, "-o", "json"]));
    assert!(!json.contains("Secret-1234") && !shown.contains("Secret-1234"), "{json}");
    let state = common::home().into_iter().find(|(name, _)| *name == "THREECX_STATE_DIR").expect("a folder").1;
    for entry in std::fs::read_dir(&state).expect("a folder").flatten().filter(|entry| entry.path().is_file()) {
        let bytes = std::fs::read(entry.path()).expect("readable");
        assert!(!bytes.windows(11).any(|window| window == b"Secret-1234"), "{:?}", entry.path());
        #[cfg(unix)]
        {
            let mode = std::os::unix::fs::PermissionsExt::mode(&entry.metadata().expect("there").permissions());
            assert_eq!(mode & 0o077, 0, "{:?}", entry.path());
        }
    }
    let (error, code) = fails(threecx().args(["history", "999999"]));
    assert_eq!((error["code"].as_str(), code), (Some("journal"), 66), "{error}");
}

#[test]
fn every_change_can_be_taken_back() {
    let sim = Sim::start(&["--live-calls", "off", "--users", "30"]);
    let folder = tempfile::tempdir().expect("a folder");
    let people = folder.path().join("people.csv").display().to_string();
    let rows: String = (7000..7200).map(|number| format!("{number},Ada,Nr {number}\n")).collect();
    std::fs::write(&people, format!("Number,FirstName,LastName\n{rows}")).expect("written");
    prints(sim.threecx().args([
        "contacts",
        "create",
        "--first-name",
        "Alan",
        "--last-name",
        "Turing",
        "--phone-number",
        "+44",
    ]));
    prints(sim.threecx().args([
        "contacts",
        "create",
        "--first-name",
        "Grace",
        "--last-name",
        "Hopper",
        "--phone-number",
        "+45",
        "--company-name",
        "Navy",
    ]));
    prints(sim.threecx().args(["queues", "agents", "add", "800", "100-103"]));
    let agents = json!({"Agents": [{"Number": "104"}]}).to_string();
    let holiday = [
        "holidays",
        "create",
        "--name",
        "Carnival",
        "--day",
        "9",
        "--month",
        "2",
        "--day-end",
        "9",
        "--month-end",
        "2",
    ];
    for words in [
        &["users", "update", "100", "--mobile", "+491", "--first-name", "Zoe"][..],
        &["users", "update", "100-109", "--enabled", "false"],
        &["users", "update", "--where", "startswith(Number,'11')", "--mobile", "+492"],
        &["queues", "agents", "add", "800", "105-107"],
        &["queues", "agents", "remove", "800", "100,102"],
        &["groups", "members", "add", "DEFAULT", "100", "--role", "managers"],
        &["queues", "update", "800", "--yes", "--body", &agents],
        &["trunks", "dids", "add", "10000", "+49301234567"],
        &["trunks", "dids", "remove", "10000", "+49301234567"],
        &holiday,
        &["users", "create", "--from", &people],
        &["contacts", "delete", "Alan Turing", "Grace Hopper", "--yes"],
        &["mail-settings", "update", "--mail-address", "pbx@example.com"],
    ] {
        let before = export(&sim);
        let output = sim.threecx().args(words).output().expect("it runs");
        if !output.status.success() {
            panic!("{words:?}: {}", String::from_utf8_lossy(&output.stderr));
        }
        let changed = export(&sim);
        assert_ne!(before, changed, "{words:?} changes nothing");
        let run = last_run(&sim).to_string();
        undo(&sim);
        let after = export(&sim);
        if words.contains(&"delete") {
            assert_eq!(without_ids(before), without_ids(after), "{words:?}");
        } else {
            same(&before, &after, &format!("{words:?}"));
        }
        // To undo the undoing does it again.
        let (error, _) = fails(sim.threecx().args(["undo", &run, "--yes"]));
        assert_eq!(error["code"], "usage", "{error}");
        if !words.contains(&"create") && !words.contains(&"delete") {
            undo(&sim);
            same(&changed, &export(&sim), &format!("{words:?} again"));
        }
    }
}

#[test]
fn what_somebody_else_changed_since_stays() {
    let sim = Sim::start(&["--live-calls", "off"]);
    prints(sim.threecx().args(["users", "update", "100-104", "--mobile", "+491"]));
    let run = last_run(&sim).to_string();
    prints(sim.threecx().args(["api", "PATCH", "Users(31)", "--body", r#"{"Mobile": "+49 mine"}"#]));
    let theirs = prints_json(sim.threecx().args(["api", "GET", "Users(31)?$select=Number,Mobile"]));
    let output = sim.threecx().args(["undo", &run, "--yes"]).output().expect("it runs");
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(43), "{said}");
    assert!(said.contains("someone else has changed Mobile since"), "{said}");
    let now = prints_json(sim.threecx().args(["api", "GET", "Users(31)?$select=Number,Mobile"]));
    assert_eq!(now, theirs);
    let others = prints(sim.threecx().args(["api", "GET", "Users?$select=Mobile&$filter=Mobile eq '%2B491'"]));
    assert!(!others.contains("+491\""), "{others}");
    // What was made and edited since is not deleted.
    prints(sim.threecx().args(["users", "create", "--number", "7001", "--first-name", "Ada"]));
    let run = last_run(&sim).to_string();
    prints(sim.threecx().args(["users", "update", "7001", "--mobile", "+49 mine"]));
    let output = sim.threecx().args(["undo", &run, "--yes"]).output().expect("it runs");
    assert_eq!(output.status.code(), Some(43));
    prints(sim.threecx().args(["users", "get", "7001"]));
}

#[test]
fn what_only_acts_cannot_come_back_and_that_is_said() {
    let sim = Sim::start(&["--live-calls", "off"]);
    prints(sim.threecx().args(["users", "reprovision-all-phones", "100", "--yes"]));
    let run = last_run(&sim).to_string();
    let output = sim.threecx().args(["undo", &run, "--yes"]).output().expect("it runs");
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(43), "{said}");
    assert!(said.contains("Reprovision All Phones cannot be undone"), "{said}");
    // Without a terminal it needs --yes.
    prints(sim.threecx().args(["users", "update", "100", "--mobile", "+491"]));
    let (error, code) = fails(sim.threecx().args(["undo", &last_run(&sim).to_string()]));
    assert_eq!((error["code"].as_str(), code), (Some("unconfirmed"), 3), "{error}");
}

#[test]
fn a_run_is_gone_on_with() {
    let sim = Sim::start(&["--live-calls", "off"]);
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("people.csv").display().to_string();
    let rows: String = (7000..7040).map(|number| format!("{number},Ada\n")).collect();
    std::fs::write(&file, format!("Number,FirstName\n{rows}")).expect("written");
    let faults = r#"["drop-after:0.2@Users.CreateUser", "500:0.2@Users.CreateUser"]"#;
    sim.exchange("PUT", "/sim/faults", faults);
    let (error, code) = fails(sim.threecx().args(["users", "create", "--from", &file]));
    assert_eq!(code, 51, "{error}");
    sim.exchange("PUT", "/sim/faults", "[]");
    let run = last_run(&sim).to_string();
    prints(sim.threecx().args(["retry", &run]));
    let made = sim.received("Users.CreateUser");
    let made: Vec<&Value> = made.iter().filter(|request| request["carriedOut"] == true).collect();
    assert_eq!(made.len(), 40);
    let run = &runs(&sim)[0];
    assert_eq!((&run["done"], &run["steps"]), (&json!(40), &json!(40)), "{run}");
    // The file knows of it.
    let (error, code) = fails(sim.threecx().args(["users", "create", "--from", &file]));
    assert_eq!(code, 66, "{error}");
}

#[test]
fn a_file_is_run_once_on_each_pbx_by_whatever_name() {
    let (a, b) = (Sim::start(&["--live-calls", "off"]), Sim::start(&["--live-calls", "off"]));
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("people.csv");
    std::fs::write(&file, "Number,FirstName\n7000,Ada\n7001,Bob\n").expect("written");
    let run = |sim: &Sim, file: &std::path::Path| {
        let mut command = sim.threecx();
        command.args(["users", "create", "--from"]).arg(file);
        command
    };
    prints(&mut run(&a, &file));
    prints(&mut run(&b, &file));
    let (_, code) = fails(&mut run(&a, &file));
    assert_eq!(code, 66);
    #[cfg(unix)]
    {
        let link = folder.path().join("link.csv");
        std::os::unix::fs::symlink(&file, &link).expect("linked");
        assert_eq!(fails(&mut run(&b, &link)).1, 66);
    }
    for sim in [&a, &b] {
        assert_eq!(sim.received("Users.CreateUser").len(), 2);
    }
}

#[test]
fn one_makes_a_plan_and_another_carries_it_out() {
    let sim = Sim::start(&["--live-calls", "off"]);
    let folder = tempfile::tempdir().expect("a folder");
    let plan = folder.path().join("plan.json").display().to_string();
    let make = || prints(sim.threecx().args(["users", "update", "100-102", "--mobile", "+491", "--plan-out", &plan]));
    make();
    assert!(sim.received("Users.UpdateUser").is_empty());
    let shown = prints(sim.threecx().args(["apply-plan", &plan, "--dry-run"]));
    assert_eq!(shown.matches("PATCH ").count(), 3, "{shown}");
    prints(sim.threecx().args(["apply-plan", &plan]));
    assert_eq!(sim.received("Users.UpdateUser").len(), 3);
    let (error, code) = fails(sim.threecx().args(["apply-plan", &plan]));
    assert_eq!((error["code"].as_str(), code), (Some("plan"), 67), "{error}");
    assert!(error["message"].as_str().is_some_and(|message| message.contains("used")), "{error}");
    // What has changed since is not what was agreed to.
    make();
    prints(sim.threecx().args(["users", "update", "101", "--mobile", "+49 mine"]));
    let (error, code) = fails(sim.threecx().args(["apply-plan", &plan]));
    assert_eq!(code, 67, "{error}");
    assert!(error["message"].as_str().is_some_and(|message| message.contains("101")), "{error}");
    // On another PBX, and with another key where nobody can look at it.
    make();
    let other = Sim::start(&["--live-calls", "off"]);
    assert_eq!(fails(other.threecx().args(["apply-plan", &plan])).1, 2);
    let elsewhere = folder.path().join("state");
    let (error, code) = fails(sim.threecx().env("THREECX_STATE_DIR", &elsewhere).args(["apply-plan", &plan, "--yes"]));
    assert_eq!(code, 67, "{error}");
    assert_eq!((sim.received("Users.UpdateUser").len(), other.received("Users.UpdateUser").len()), (4, 0));
    // What is dangerous still asks.
    prints(sim.threecx().args(["users", "delete", "103", "--plan-out", &plan]));
    assert_eq!(fails(sim.threecx().args(["apply-plan", &plan])).1, 3);
    prints(sim.threecx().args(["apply-plan", &plan, "--yes"]));
    assert_eq!(sim.received("Users.DeleteUser").len(), 1);
}

/// A disk that fills up in the middle: what may have been done is never sent again.
#[test]
#[cfg(target_os = "linux")]
fn a_full_disk_loses_no_intent() {
    const ROWS: usize = 400;
    let sim = Sim::start(&["--live-calls", "off", "--users", "10"]);
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("people.csv").display().to_string();
    let rows: String = (5000..5000 + ROWS).map(|number| format!("{number},Ada\n")).collect();
    std::fs::write(&file, format!("Number,FirstName\n{rows}")).expect("written");
    let binary = assert_cmd::cargo::cargo_bin("threecx");
    let state = folder.path().join("state");
    let mut random: u64 = 7;
    let mut cut_off = 0;
    for _ in 0..12 {
        random = random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        let blocks = 40 + (random >> 33) % 400;
        // Files may not grow beyond so many kilobytes; writes fail as on a full disk.
        let script = format!("trap '' XFSZ; ulimit -f {blocks}; exec \"$0\" users create --from \"$1\"");
        let output = std::process::Command::new("bash")
            .args(["-c", &script])
            .arg(&binary)
            .arg(&file)
            .envs(sim.environment())
            .envs(common::home())
            .env("THREECX_STATE_DIR", &state)
            .output()
            .expect("it runs");
        cut_off += usize::from(!output.status.success());
    }
    assert!(cut_off > 0, "the disk was never full");
    let mut command = sim.threecx();
    let output = command.env("THREECX_STATE_DIR", &state).args(["users", "create", "--from", &file]).output();
    let output = output.expect("it runs");
    assert!(matches!(output.status.code(), Some(0 | 66)), "{}", String::from_utf8_lossy(&output.stderr));
    let mut made: BTreeMap<String, usize> = BTreeMap::new();
    for request in sim.received("Users.CreateUser") {
        let number = request["body"]["Number"].as_str().expect("a number").to_owned();
        *made.entry(number).or_default() += usize::from(request["carriedOut"] == true);
    }
    assert!(made.len() == ROWS && made.values().all(|times| *times == 1), "{made:?}");
}
