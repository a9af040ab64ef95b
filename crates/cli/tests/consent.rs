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

/// Every list of an entity, in every way in which it can be given: emptied, replaced, and as a text.
#[test]
fn every_list_asks_whichever_way_it_is_given() {
    let sim = Sim::start(&["--users", "10"]);
    let folder = tempfile::tempdir().expect("a folder");
    let id =
        |words: &[&str]| prints_json(sim.threecx().args(words).args(["--top", "1", "-o", "json"]))[0]["Id"].to_string();
    let rule = id(&["outbound-rules", "list"]);
    let group = id(&["groups", "list"]);
    let mut asked = 0;
    for (resource, key, flag, property, noun) in [
        ("outbound-rules", rule.as_str(), "--routes", "Routes", "routes"),
        ("users", "100", "--phones", "Phones", "phones"),
        ("users", "100", "--greetings", "Greetings", "greetings"),
        ("users", "100", "--forwarding-profiles", "ForwardingProfiles", "forwarding profiles"),
        ("users", "100", "--forwarding-exceptions", "ForwardingExceptions", "forwarding exceptions"),
        ("users", "100", "--groups", "Groups", "departments"),
        ("groups", group.as_str(), "--rights", "Rights", "rights"),
        ("groups", group.as_str(), "--office-holidays", "OfficeHolidays", "office holidays"),
        ("queues", "800", "--agents", "Agents", "agents"),
        ("trunks", "10000", "--did-numbers", "DidNumbers", "DID numbers"),
    ] {
        let set = key;
        for (value, left) in [("[]", false), (" [ ] ", false), ("null", false)] {
            let sentence = format!("This replaces all {noun}.{}", if left { "" } else { " None will be left." });
            let body = format!("{{\"{property}\": {value}}}");
            let lower = format!("{{\"{}\": {value}}}", property.to_lowercase());
            let file = folder.path().join("body.json");
            std::fs::write(&file, &body).expect("written");
            let at_file = format!("@{}", file.display());
            let rows = folder.path().join("rows.csv");
            let subject = if set.len() == 3 || resource == "trunks" { "Number" } else { "Id" };
            std::fs::write(&rows, format!("{subject},{property}\n{key},{}\n", value.trim())).expect("written");
            let rows = rows.display().to_string();
            let mut ways: Vec<Vec<&str>> = vec![
                vec![resource, "update", key, "--body", &body],
                vec![resource, "update", key, "--body", &lower],
                vec![resource, "update", key, "--body", &at_file],
            ];
            if value != "null" {
                ways.push(vec![resource, "update", key, flag, value]);
                ways.push(vec![resource, "update", "--from", &rows]);
            }
            for words in ways {
                let (error, code) = fails(sim.threecx().args(&words));
                // A list that may not be null, or a release without it, is refused for that.
                if error["code"] == "input" || error["code"] == "not-in-version" {
                    continue;
                }
                assert_eq!((error["code"].as_str(), code), (Some("unconfirmed"), 3), "{words:?}: {error}");
                let message = error["message"].as_str().expect("text").to_lowercase();
                assert!(message.contains(&sentence.to_lowercase()), "{words:?}: {message}");
                asked += 1;
            }
        }
        let described = prints_json(sim.threecx().args(["describe", resource, "update", "-o", "json"]));
        let arguments = described["arguments"].as_array().expect("a list");
        let argument = arguments.iter().find(|argument| argument["flag"] == flag).unwrap_or_else(|| panic!("{flag}"));
        assert!(argument["confirm"].as_str().is_some_and(|why| why.starts_with("This ")), "{argument}");
    }
    assert!(asked > 60, "{asked}");
    for update in ["Users.UpdateUser", "Groups.UpdateGroup", "OutboundRules.UpdateOutboundRule", "Queues.UpdateQueue"] {
        assert!(sim.received(update).is_empty(), "{update}");
    }
}

#[test]
fn what_may_end_ones_own_access_or_calls_for_help_asks() {
    let sim = Sim::start(&[]);
    for more in [
        &["--ip-whitelist", "[]"][..],
        &["--ip-whitelist", "10.0.0.1"],
        &["--access-restricted", "true"],
        &["--body", r#"{"accessRestricted": true}"#],
        &["--body", r#"{"IpWhitelist": ["10.0.0.1"]}"#],
    ] {
        let words = [&["console-restrictions", "update"][..], more].concat();
        asks(&sim, &words, "This closes the console to all addresses but those of the list");
    }
    asks(
        &sim,
        &["api", "PATCH", "/ConsoleRestrictions", "--body", r#"{"IpWhitelist": []}"#],
        "This closes the console",
    );
    prints(sim.threecx().args(["console-restrictions", "update", "--access-restricted", "false"]));
    for words in [
        &["api", "PUT", "Users(1)", "--body", "{}"][..],
        &["api", "POST", "/$batch", "--body", "{}"],
        &["api", "POST", "/%24batch"],
    ] {
        asks(&sim, words, "This ");
    }
    let rules = prints_json(sim.threecx().args(["outbound-rules", "list", "--top", "1", "-o", "json"]));
    let id = rules[0]["Id"].to_string();
    for body in [r#"{"Routes": []}"#, r#"{"Routes": [{"TrunkId": -1}]}"#] {
        let (error, code) = fails(sim.threecx().args(["outbound-rules", "update", &id, "--body", body]));
        assert_eq!(code, 3, "{error}");
        assert!(error["message"].as_str().is_some_and(|message| message.contains("emergency calls")), "{error}");
    }
}

/// Whoever can be asked is asked by what is there: only a rule for emergencies silences emergency calls.
#[cfg(unix)]
#[test]
fn the_question_knows_the_rule_that_is_there() {
    use common::process;
    use common::terminal::Terminal;
    let sim = Sim::start(&[]);
    let rules = prints_json(sim.threecx().args(["outbound-rules", "list", "-o", "json"]));
    for rule in rules.as_array().expect("a list") {
        let id = rule["Id"].to_string();
        let mut command = process();
        command.envs(sim.environment());
        let mut terminal = Terminal::run(command.args(["outbound-rules", "update", &id, "--routes", "[]"]));
        terminal.shows("This replaces all routes. None will be left. ");
        let next =
            if rule["EmergencyRule"] == true { "This takes away the last route of the emergency rule" } else { "On " };
        terminal.shows(next);
        terminal.shows("[y/N]");
        terminal.types("n\n");
        assert_ne!(terminal.exit_code(), Some(0));
    }
    assert!(sim.received("OutboundRules.UpdateOutboundRule").is_empty());
}

#[test]
fn many_at_once_ask() {
    let sim = Sim::start(&["--users", "1001", "--live-calls", "off"]);
    let all = ["users", "update", "--where", "Id gt 0", "--mobile", "1"];
    let (error, code) = fails(sim.threecx().args(all));
    assert_eq!((error["code"].as_str(), code), (Some("unconfirmed"), 3), "{error}");
    assert!(error["message"].as_str().is_some_and(|message| message.contains("things at once")), "{error}");
    assert!(sim.received("Users.UpdateUser").is_empty());
    let user = prints_json(sim.threecx().args(["users", "list", "--top", "1", "-o", "json"]));
    let one = format!("Id eq {}", user[0]["Id"]);
    prints(sim.threecx().args(["users", "update", "--where", &one, "--mobile", "1"]));
    assert_eq!(sim.received("Users.UpdateUser").len(), 1);
}

#[test]
fn an_edited_list_asks_too() {
    let sim = Sim::start(&[]);
    let rules = prints_json(sim.threecx().args(["outbound-rules", "list", "--top", "1", "-o", "json"]));
    let id = rules[0]["Id"].to_string();
    let folder = tempfile::tempdir().expect("a folder");
    let editor = folder.path().join("editor.sh");
    // Leaves a text that empties the list.
    std::fs::write(&editor, "#!/bin/sh\nprintf 'Routes: []\\n' > \"$1\"\n").expect("written");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        std::fs::set_permissions(&editor, std::fs::Permissions::from_mode(0o700)).expect("changed");
        let mut command = sim.threecx();
        let (error, code) =
            fails(command.env("EDITOR", &editor).env_remove("VISUAL").args(["outbound-rules", "edit", &id]));
        assert_eq!((error["code"].as_str(), code), (Some("unconfirmed"), 3), "{error}");
        let message = error["message"].as_str().expect("text");
        assert!(message.contains("the last route of the emergency rule Emergency"), "{error}");
        assert!(sim.received("OutboundRules.UpdateOutboundRule").is_empty());
    }
}
