//! What is sent only with somebody's consent: exit code 3 where nobody can be asked, and `--yes`.

mod common;

use common::{Sim, fails, prints, prints_json};

#[track_caller]
fn asks(sim: &Sim, words: &[&str], about: &str) {
    let (error, code) = fails(sim.threecx().args(words));
    assert_eq!((error["code"].as_str(), code), (Some("unconfirmed"), 3), "{error}");
    assert!(error["message"].as_str().is_some_and(|message| message.starts_with(about)), "{error}");
}

#[test]
fn a_create_has_to_say_something() {
    let sim = Sim::start(&[]);
    for more in [&[][..], &["--dry-run"]] {
        let (error, code) = fails(sim.threecx().args(["users", "create"]).args(more));
        assert_eq!((error["code"].as_str(), code), (Some("input"), 10), "{error}");
        assert_eq!(error["message"], "users create: expected at least one property, but nothing was given");
    }
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("users.csv").display().to_string();
    std::fs::write(&file, "FirstName,Remark\nAda,first\n,second\n").expect("written");
    let (error, code) = fails(sim.threecx().args(["users", "create", "--ignore-columns", "--from", &file]));
    assert_eq!((&error["problems"][0]["line"], code), (&3.into(), 10), "{error}");
    assert!(sim.received("Users.CreateUser").is_empty());
    prints(sim.threecx().args(["users", "create", "--body", "{}"]));
}

#[test]
fn raw_requests_ask_what_their_operations_would() {
    let sim = Sim::start(&[]);
    let user = sim.threecx().args(["api", "DELETE", "Users(123)", "-o", "json"]).output().expect("it runs");
    assert_eq!(user.status.code(), Some(3));
    for path in ["Users(123)", "/xapi/v1/Users(Id=123)", "users%28123%29", "Users/123"] {
        asks(&sim, &["api", "DELETE", path], "This deletes the extension");
    }
    asks(&sim, &["api", "post", "Users/Pbx.ReprovisionAllPhones", "--body", "{}"], "This ");
    asks(&sim, &["api", "DELETE", "Else('x')"], "This deletes something, and the catalogue does not know what.");
    asks(&sim, &["api", "PATCH", "Queues(1)", "--body", r#"{"Agents": []}"#], "This replaces all agents.");
    prints(sim.threecx().args(["api", "GET", "Users(123)"]));
    prints(sim.threecx().args(["api", "PATCH", "Users(123)", "--body", r#"{"Mobile": "1"}"#]));
    prints(sim.threecx().args(["api", "DELETE", "Users(123)", "--dry-run"]));
    assert!(sim.received("Users.DeleteUser").is_empty());
    prints(sim.threecx().args(["api", "DELETE", "Users(123)", "--yes"]));
    assert_eq!(sim.received("Users.DeleteUser").len(), 1);
}

#[test]
fn what_replaces_a_collection_asks_too() {
    let sim = Sim::start(&[]);
    for more in [&["--agents", "[]"][..], &["--body", r#"{"agents": []}"#]] {
        asks(&sim, &[&["queues", "update", "800"], more].concat(), "This replaces all agents.");
    }
    asks(&sim, &["trunks", "update", "10000", "--did-numbers", "[]"], "This replaces all DID numbers.");
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("queues.csv").display().to_string();
    std::fs::write(&file, "Number,Agents\n800,[]\n").expect("written");
    asks(&sim, &["queues", "update", "--from", &file], "This replaces all agents.");
    prints(sim.threecx().args(["users", "update", "100", "--enabled", "false"]));
    prints(sim.threecx().args(["queues", "update", "800", "--agents", "[]", "--yes"]));
    let queue = sim.threecx().args(["queues", "agents", "list", "800", "-o", "json"]).output().expect("it runs");
    assert_eq!(String::from_utf8_lossy(&queue.stdout).trim(), "[]");
    let help = prints(sim.threecx().args(["queues", "update", "--help"]));
    let words = help.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(words.contains("replaces all agents; one by one: threecx queues agents add|remove"), "{help}");
    let described = prints_json(sim.threecx().args(["describe", "queues", "update", "-o", "json"]));
    let arguments = described["arguments"].as_array().expect("a list");
    let agents = arguments.iter().find(|argument| argument["flag"] == "--agents").expect("a flag");
    assert_eq!(agents["one_by_one"], "threecx queues agents");
}

#[test]
fn no_value_is_put_into_a_flag_that_is_about_something_else() {
    let sim = Sim::start(&[]);
    for (words, next) in [
        (
            ["users", "reboot-phone", "105"],
            "It takes: threecx users reboot-phone --mac <TEXT>; the mac of 105: threecx users get 105 --expand \
             Phones --jq '.Phones[].MacAddress' -r",
        ),
        (["users", "make-call", "100"], "It takes: threecx users make-call"),
    ] {
        let (error, code) = fails(sim.threecx().args(words));
        assert_eq!(code, 2, "{error}");
        assert!(error["next_step"].as_str().is_some_and(|text| text.starts_with(next)), "{error}");
    }
    let mac = ["users", "get", "100", "--expand", "Phones", "--jq", ".Phones[].MacAddress", "-r"];
    assert!(!prints(sim.threecx().args(mac)).trim().is_empty());
}
