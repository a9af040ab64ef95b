//! Single items of collections, though a PBX takes them only whole.

mod common;

use std::time::{Duration, Instant};

use common::{Sim, fails, prints, prints_json};
use serde_json::{Value, json};

fn items(sim: &Sim, words: &[&str]) -> Vec<Value> {
    let items = prints_json(sim.threecx().args(words).args(["-o", "json"]));
    items.as_array().expect("a list").clone()
}

fn numbers(sim: &Sim, words: &[&str]) -> Vec<String> {
    let number = |item: &Value| item["Number"].as_str().expect("a number").to_owned();
    items(sim, words).iter().map(number).collect()
}

#[test]
fn agents_come_and_go_and_the_others_stay_as_they_are() {
    let sim = Sim::start(&["--live-calls", "off"]);
    let list = ["queues", "agents", "list", "800"];
    let mut before = items(&sim, &list);
    // One of them is special, and has to stay so.
    before[0]["SkillGroup"] = "3".into();
    let body = json!({ "Agents": before }).to_string();
    prints(sim.threecx().args(["queues", "update", "800", "--yes", "--body", &body]));
    let before = items(&sim, &list);
    assert_eq!(before[0]["SkillGroup"], "3");

    let report =
        prints_json(sim.threecx().args(["queues", "agents", "add", "800", "100-102", "103,104", "-o", "json"]));
    assert_eq!(report["after"], before.len() + 5);
    assert_eq!(report["added"].as_array().map(Vec::len), Some(5));
    let after = items(&sim, &list);
    assert_eq!(after[..before.len()], before);

    let again = prints_json(sim.threecx().args(["queues", "agents", "add", "Sales", "100-104", "-o", "json"]));
    assert_eq!((&again["sent"], again["nothing_to_do"].as_array().map(Vec::len)), (&json!(false), Some(5)));

    let report = prints_json(sim.threecx().args(["queues", "agents", "remove", "800", "100-104", "999", "-o", "json"]));
    assert_eq!((&report["after"], &report["nothing_to_do"]), (&json!(before.len()), &json!(["999"])));
    assert_eq!(items(&sim, &list), before);
}

#[test]
fn names_files_and_stdin_name_items() {
    let sim = Sim::start(&["--live-calls", "off"]);
    let user = prints_json(sim.threecx().args(["users", "get", "105", "-o", "json"]));
    let name = format!("{} {}", user["FirstName"].as_str().expect("text"), user["LastName"].as_str().expect("text"));
    let mut command = sim.threecx();
    command.args(["ring-groups", "members", "add", "806", "-"]).write_stdin(format!("106\n107\n{name}\n"));
    prints(&mut command);
    let members = numbers(&sim, &["ring-groups", "members", "list", "806"]);
    assert!(["105", "106", "107"].iter().all(|number| members.iter().any(|member| member == number)), "{members:?}");
    prints(sim.threecx().args(["ring-groups", "members", "remove", "806", &name, "106-107"]));
    let members = numbers(&sim, &["ring-groups", "members", "list", "806"]);
    assert!(!["105", "106", "107"].iter().any(|number| members.iter().any(|member| member == number)), "{members:?}");
}

#[test]
fn every_kind_of_collection_takes_and_gives_back() {
    let sim = Sim::start(&["--live-calls", "off"]);
    for (words, which, item, more) in [
        ("queues managers", "800", "110", vec![]),
        ("groups members", "Sales", "100", vec!["--role", "managers"]),
        ("groups members", "DEFAULT", "100", vec![]),
        ("users departments", "100", "Support", vec!["--role", "managers"]),
        ("trunks dids", "10000", "+4930999999", vec![]),
        ("receptionists forwards", "810", "0", vec!["--forward-type", "Extension", "--forward-dn", "100"]),
    ] {
        let words: Vec<&str> = words.split(' ').collect();
        let list = [words[0], words[1], "list", which];
        let read = || items(&sim, &list).into_iter().map(without_id).collect::<Vec<Value>>();
        let before = read();
        prints(sim.threecx().args(&words).args(["add", which, item]).args(&more));
        let after = read();
        assert_eq!(after.len(), before.len() + 1, "{words:?}");
        assert!(before.iter().all(|item| after.contains(item)), "{words:?}");
        let made = after.iter().find(|item| !before.contains(item)).expect("the new one");
        if more.contains(&"managers") {
            assert_eq!(made["Rights"]["RoleName"], "managers", "{words:?}");
        }
        prints(sim.threecx().args(&words).args(["remove", which, item]));
        assert!(read() == before, "{words:?}");
    }
}

/// An item without the id that a PBX may give it anew.
fn without_id(mut item: Value) -> Value {
    if let Some(members) = item.as_object_mut() {
        members.remove("Id");
    }
    item
}

#[test]
fn what_cannot_be_is_refused_before_anything_is_sent() {
    let sim = Sim::start(&["--live-calls", "off"]);
    for (words, expected) in [
        ("queues agents add 800", ("usage", 2)),
        ("queues agents add 800 5555", ("not-found", 40)),
        ("queues agents add 899 100", ("not-found", 40)),
        ("queues agents list 800 100", ("usage", 2)),
        ("queues agents remove 800 100 --skill-group 2", ("usage", 2)),
        ("queues agents promote 800 100", ("usage", 2)),
        ("receptionists forwards add 810 0", ("usage", 2)),
        ("queues agent add 800 100", ("usage", 2)),
    ] {
        let (error, code) = fails(sim.threecx().args(words.split(' ')));
        assert_eq!((error["code"].as_str(), code), (Some(expected.0), expected.1), "{words}: {error}");
        assert!(error["next_step"].is_string(), "{words}");
    }
    let before = numbers(&sim, &["queues", "agents", "list", "800"]);
    let shown = prints(sim.threecx().args(["queues", "agents", "add", "800", "100", "--dry-run"]));
    assert!(shown.starts_with("PATCH ") && shown.contains(r#"{"Number":"100","SkillGroup":"1"}"#), "{shown}");
    assert_eq!(numbers(&sim, &["queues", "agents", "list", "800"]), before);
}

/// While the new agent is being looked up, someone else removes one.
#[test]
fn what_somebody_else_changed_meanwhile_is_not_overwritten() {
    let sim = Sim::start(&["--live-calls", "off", "--latency", "4s@Users.ListUser"]);
    let mut first = sim.threecx();
    first.args(["queues", "agents", "add", "800", "100"]);
    let ours = std::thread::spawn(move || fails(&mut first));
    let until = Instant::now() + Duration::from_secs(30);
    while sim.get("/sim/counts/Queues.ListQueue")["received"].as_u64().unwrap_or_default() == 0 {
        assert!(Instant::now() < until, "the queue is never read");
        std::thread::sleep(Duration::from_millis(5));
    }
    let agents = items(&sim, &["queues", "list-agents", "800", "--select", "Number,SkillGroup"]);
    let fewer = json!({ "Agents": agents[1..] }).to_string();
    prints(sim.threecx().args(["queues", "update", "800", "--yes", "--body", &fewer]));
    let (error, code) = ours.join().expect("it ends");
    assert_eq!((error["code"].as_str(), code), (Some("changed"), 44), "{error}");
    assert_eq!(numbers(&sim, &["queues", "agents", "list", "800"]).len(), agents.len() - 1);
}
