//! Manual pages: complete, and sound for those that format them.

mod common;

use std::process::Command as Process;

use common::{prints, prints_json, threecx};

#[test]
fn there_is_a_page_for_everything() {
    let folder = tempfile::tempdir().expect("a folder");
    prints(threecx().args(["man", "--to"]).arg(folder.path()));
    let page = |name: &str| std::fs::read_to_string(folder.path().join(name)).expect("a page");
    let operations = prints_json(threecx().args(["operations", "-o", "json"]));
    for row in operations.as_array().expect("rows") {
        let command = row["command"].as_str().expect("text");
        let (resource, operation) = command.split_once(' ').expect("two words");
        let page = page(&format!("threecx-{resource}.1"));
        assert!(page.contains(&format!(".SS {operation}\n")), "{command}");
    }
    let program = page("threecx.1");
    for expected in
        ["THREECX_CLIENT_SECRET", "NO_COLOR", "unknown\\-outcome", "threecx\\-users(1)", "threecx\\-search(1)"]
    {
        assert!(program.contains(expected), "{expected}");
    }
}

#[test]
fn mandoc_finds_nothing_wrong() {
    let folder = tempfile::tempdir().expect("a folder");
    prints(threecx().args(["man", "--to"]).arg(folder.path()));
    for name in ["threecx", "threecx-users", "threecx-sim", "threecx-search", "threecx-queues"] {
        let page = folder.path().join(format!("{name}.1"));
        match Process::new("mandoc").args(["-T", "lint", "-W", "warning"]).arg(page).output() {
            Ok(output) => assert_eq!(String::from_utf8_lossy(&output.stdout), "", "{name}"),
            Err(error) => return eprintln!("SKIPPED: mandoc is not on this machine ({error})"),
        }
    }
}

#[test]
fn words_choose_a_page() {
    let page = |words: &[&str]| prints(threecx().arg("man").args(words));
    assert!(page(&[]).contains(".SH \"EXIT STATUS\""));
    assert!(page(&["users", "list"]).contains(".SS list"));
    assert!(page(&["sim"]).contains("\\-\\-latency"));
    let (error, code) = common::fails(threecx().args(["man", "usrs"]));
    assert_eq!((error["code"].as_str(), code), (Some("usage"), 2));
}
