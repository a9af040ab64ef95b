//! Things by their numbers, names and e-mail addresses, and asking before something is lost.

mod common;

use common::{Sim, fails, prints, prints_json, threecx};
use serde_json::Value;

#[test]
fn a_number_that_is_nobodys_is_not_taken_for_an_id_where_something_is_lost() {
    let sim = Sim::start(&["--live-calls", "off"]);
    let hint = |words: &[&str]| {
        let (error, code) = fails(sim.threecx().args(words));
        assert_eq!(code, 40, "{error}");
        error["next_step"].as_str().expect("text").to_owned()
    };
    assert!(hint(&["users", "get", "977"]).contains("id:977"));
    assert!(!hint(&["users", "delete", "977", "--yes"]).contains("id:977"));
    let like = hint(&["users", "get", "Karen*"]);
    assert!(like.starts_with("12 are like that: 100 Karen Goldberg, ") && like.contains("and 4 more"), "{like}");
}

#[test]
fn one_thing_has_many_names() {
    let sim = Sim::start(&[]);
    for word in [
        "100",
        "ext:100",
        "id:29",
        "Karen Goldberg",
        "karen  GOLDBERG",
        "Goldberg, Karen",
        "ext100@demo.example",
        "EXT100@Demo.example",
        "goldb, kar",
        "100-100",
    ] {
        let user = prints_json(sim.threecx().args(["users", "get", word, "--select", "Id,Number", "-o", "json"]));
        assert_eq!((&user["Id"], &user["Number"]), (&29.into(), &"100".into()), "{word}");
    }
    for (resource, word, id) in [
        ("queues", "Support", 535),
        ("queues", "801", 535),
        ("groups", "sales", 529),
        ("groups", "GRP0001", 529),
        ("trunks", "Provider A", 553),
        ("trunks", "10000", 553),
    ] {
        let thing = prints_json(sim.threecx().args([resource, "get", word, "-o", "json"]));
        assert_eq!(thing["Id"], id, "{resource} {word}");
    }
}

#[test]
fn what_is_meant_is_shown_to_people_only() {
    let sim = Sim::start(&[]);
    let shown = |more: &[&str]| {
        let output =
            sim.threecx().args(["users", "get", "100", "--select", "Id"]).args(more).output().expect("it runs");
        String::from_utf8(output.stderr).expect("UTF-8")
    };
    assert_eq!(shown(&[]), "User: 100 Karen Goldberg (id 29)\n");
    assert_eq!(shown(&["-o", "json"]), "");
}

#[test]
fn many_words_are_one_call_of_an_action_that_takes_a_list() {
    let sim = Sim::start(&[]);
    let order =
        ["users", "reprovision-all-phones", "100-103", "ext101@demo.example", "id:40", "Karen Goldberg", "--yes"];
    prints(sim.threecx().args(order));
    let orders = sim.received("Users.ReprovisionAllPhones");
    assert_eq!(orders.len(), 1);
    assert_eq!(orders[0]["body"], serde_json::json!({"ids": [29, 30, 31, 32, 40]}));
    // Six words and the report of the order: one look-up.
    assert_eq!(sim.received("Users.ListUser").len(), 1);
}

#[test]
fn a_filter_selects_too() {
    let sim = Sim::start(&[]);
    prints(sim.threecx().args(["users", "reprovision-all-phones", "--where", "startswith(Number,'10')", "-y"]));
    let orders = sim.received("Users.ReprovisionAllPhones");
    assert_eq!(orders[0]["body"]["ids"].as_array().map(Vec::len), Some(10));
    let (error, code) = fails(sim.threecx().args(["users", "get", "--where", "Number eq '1'"]));
    assert_eq!((error["argument"].as_str(), code), (Some("--where"), 40), "{error}");
}

#[test]
fn flags_take_names_where_they_refer_to_something() {
    let sim = Sim::start(&[]);
    let planned = |arguments: &[&str]| prints_json(sim.threecx().args(arguments).args(["--dry-run", "-o", "json"]));
    assert_eq!(
        planned(&["users", "get", "--id", "ext100@demo.example"])["url"],
        format!("{}/xapi/v1/Users(29)", sim.url)
    );
    let request = planned(&["users", "reprovision-all-phones", "--ids", "31,ext:100-101"]);
    assert_eq!(request["body"], serde_json::json!({"ids": [31, 29, 30]}));
    let report = ["report-abandoned-queue-calls", "get-abandoned-queue-calls-data"];
    let period =
        ["--period-from", "2026-01-01T00:00:00Z", "--period-to", "2026-01-02T00:00:00Z", "--wait-interval", "0"];
    let url = |queues: &str| {
        let arguments = [&report[..], &period, &["--queue-dns", queues]].concat();
        planned(&arguments)["url"].as_str().expect("text").to_owned()
    };
    assert!(url("Support,800").contains("queueDns='801,800'"), "{}", url("Support,800"));
    let before = sim.received("Queues.ListQueue").len();
    assert!(url("800,999").contains("queueDns='800,999'"));
    assert_eq!(sim.received("Queues.ListQueue").len(), before, "digits are not looked up");
}

#[test]
fn what_nobody_or_more_than_one_is_called_is_refused() {
    let sim = Sim::start(&[]);
    let refused = |words: &[&str], kind: (&str, i32)| {
        let (error, code) = fails(sim.threecx().args(["users", "delete", "--yes"]).args(words));
        assert_eq!((error["code"].as_str(), code), (Some(kind.0), kind.1), "{error}");
        error
    };
    let absent = ("not-found", 40);
    let several = refused(&["Karen"], ("input", 10));
    let came = several["came"].as_str().expect("text");
    assert!(came.contains("which fits 12: 100 Karen Goldberg (id 29), ") && came.ends_with(" and 4 more"), "{came}");
    assert_eq!(refused(&["Karne Goldberg"], absent)["next_step"], "Did you mean 100 Karen Goldberg?");
    refused(&["x@y.example"], absent);
    refused(&["900-910"], absent);
    refused(&["--where", "Number eq '0'"], absent);
    assert_eq!(sim.received("Users.DeleteUser").len(), 0);
}

#[test]
fn a_quote_in_a_name_is_no_end_of_a_literal() {
    let sim = Sim::start(&[]);
    let user = prints_json(sim.threecx().args(["users", "get", "Karen O'Brien", "--select", "LastName", "-o", "json"]));
    assert_eq!(user["LastName"], "O'Brien");
}

#[test]
fn without_a_terminal_nothing_is_lost_without_a_yes() {
    let sim = Sim::start(&[]);
    for arguments in
        [&["users", "delete", "100"][..], &["users", "delete", "--id", "29"], &["services", "restart-operating-system"]]
    {
        let (error, code) = fails(sim.threecx().args(arguments));
        assert_eq!((error["code"].as_str(), code), (Some("unconfirmed"), 3), "{error}");
    }
    assert_eq!(sim.get("/sim/received"), Value::Array(Vec::new()), "not even a login");
    prints(sim.threecx().args(["users", "delete", "100", "--yes"]));
    assert_eq!(sim.received("Users.DeleteUser").len(), 1);
    prints(threecx().args(["--sim", "users", "delete", "100"]));
}

#[test]
fn a_dry_run_looks_up_and_sends_nothing_else() {
    let sim = Sim::start(&[]);
    let output = sim.threecx().args(["users", "delete", "100", "--dry-run"]).output().expect("it runs");
    assert!(output.status.success());
    let (out, said) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(out.starts_with(&format!("DELETE {}/xapi/v1/Users(29)\n", sim.url)), "{out}");
    assert!(said.ends_with("Only what is named was looked up; nothing else was sent.\n"), "{said}");
    let all = sim.get("/sim/received");
    let asked: Vec<&str> = all.as_array().expect("a list").iter().filter_map(|one| one["operation"].as_str()).collect();
    // Users are known by other properties in other releases.
    assert_eq!(asked, ["Defs.GetDefs", "Users.ListUser"]);
}
