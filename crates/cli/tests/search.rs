//! `threecx search`: what somebody has in mind is found.

mod common;

use common::{prints_json, threecx};
use serde_json::Value;

#[track_caller]
fn found(words: &str) -> Vec<String> {
    let rows = prints_json(threecx().arg("search").args(words.split(' ')).args(["-o", "json"]));
    let command = |row: &Value| row["command"].as_str().expect("text").to_owned();
    rows.as_array().expect("rows").iter().map(command).collect()
}

#[test]
fn the_words_of_the_field_find_what_they_mean() {
    for (words, command) in [
        ("reboot phone", "users reboot-phone"),
        ("restart handset", "users reboot-phone"),
        ("rebot phne", "users reboot-phone"),
        ("reprovision all phones", "users reprovision-all-phones"),
        ("ivr", "receptionists list"),
        ("auto attendant", "receptionists list"),
        ("did", "did-numbers list"),
        ("call log", "report-call-log get-call-log-data"),
        ("cdr", "cdr-settings get"),
        ("forwarding", "users list-forwarding-profiles"),
        ("voicemail pin", "users update"),
        ("blocked ip", "ip-blocklist list"),
        ("blocked number", "blacklist-numbers list"),
        ("licence", "license-status get"),
        ("recordings", "recordings list"),
        ("hunt group members", "ring-groups list-members"),
        ("add extension", "users create"),
        ("edit user", "users edit"),
        ("missed calls", "report-abandoned-queue-calls get-abandoned-queue-calls-data"),
        ("who is talking", "active-calls list"),
        ("delete department", "groups delete"),
        ("live calls", "active-calls list"),
        ("hang up", "active-calls drop-call"),
        ("queue agents", "queues list-agents"),
        ("system status", "system-status get"),
        ("add agent to queue", "queues agents"),
        ("remove did", "trunks dids"),
        ("department members", "groups members"),
        ("completion", "completion"),
        ("login", "login"),
    ] {
        let found = found(words);
        let place = found.iter().position(|found| found == command);
        assert!(place.is_some_and(|place| place < 4), "{words}: {found:?}");
    }
}

#[test]
fn operations_are_among_the_first_for_their_own_titles() {
    let mut lost = Vec::new();
    for resource in ["users", "queues", "trunks", "recordings", "backups", "services", "groups"] {
        let listed = prints_json(threecx().args(["operations", resource, "-o", "json"]));
        for row in listed.as_array().expect("rows") {
            let (title, command) = (row["title"].as_str().expect("text"), row["command"].as_str().expect("text"));
            if !row["until"].is_null() {
                continue;
            }
            if !found(title).iter().take(5).any(|found| found == command) {
                lost.push(format!("{title}: {command}"));
            }
        }
    }
    assert!(lost.is_empty(), "{lost:#?}");
}

#[test]
fn the_limit_and_the_release_count() {
    let count = |more: &[&str]| {
        prints_json(threecx().args(["search", "call", "-o", "json"]).args(more)).as_array().expect("rows").len()
    };
    assert_eq!(count(&[]), 12);
    assert_eq!(count(&["--limit", "3"]), 3);
    assert!(count(&["--limit", "0"]) > 40);
    let old = |api: &str| prints_json(threecx().args(["search", "oauth", "clients", "-o", "json", "--api", api]));
    let ids =
        |rows: Value| rows.as_array().expect("rows").iter().any(|row| row["id"] == "OAuthClients.ListOAuthClient");
    assert!(!ids(old("20.0.7")));
}
