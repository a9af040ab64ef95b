//! Lists that are read to their end: how many requests that takes, in which order rows come, and
//! what a PBX may do in the middle of it.

mod common;

use std::io::{Read, Write};
use std::net::TcpStream;

use common::{Sim, fails, prints, prints_json};
use serde_json::Value;

/// How often the PBX was asked for a list of users.
fn requests(sim: &Sim) -> i64 {
    let (_, address) = sim.url.split_once("://").expect("an address");
    let mut stream = TcpStream::connect(address).expect("a connection");
    let request = format!("GET /sim/counts/Users.ListUser HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n");
    stream.write_all(request.as_bytes()).expect("sent");
    let mut answer = String::new();
    stream.read_to_string(&mut answer).expect("an answer");
    let (_, body) = answer.split_once("\r\n\r\n").expect("a body");
    let counts: Value = serde_json::from_str(body).expect("JSON");
    counts["statuses"]["200"].as_i64().unwrap_or_default()
}

fn numbers(text: &str) -> Vec<i64> {
    text.lines().map(|line| line.parse().unwrap_or_else(|_| panic!("a number: {line}"))).collect()
}

/// The ids of all users, one a line.
const IDS: [&str; 7] = ["users", "list", "--all", "--select", "Id", "--jq", ".Id"];

#[test]
fn small_lists_cost_one_request_and_large_ones_few_more_than_they_have_pages() {
    for (users, least, most) in [("40", 1, 1), ("100", 2, 3), ("1000", 11, 19)] {
        let sim = Sim::start(&["--users", users]);
        let ids = numbers(&prints(sim.threecx().args(IDS)));
        assert_eq!(ids.len().to_string(), users);
        assert!(ids.is_sorted());
        let asked = requests(&sim);
        assert!((least..=most).contains(&asked), "{users} users, {asked} requests");
    }
    // One page after the other, where that is wanted.
    let sim = Sim::start(&["--users", "1000"]);
    assert_eq!(numbers(&prints(sim.threecx().args(IDS).args(["--concurrency", "1"]))).len(), 1000);
    assert_eq!(requests(&sim), 11);
}

#[test]
fn top_and_skip_count_in_rows_whatever_the_pages() {
    let sim = Sim::start(&["--users", "1000"]);
    let all = numbers(&prints(sim.threecx().args(IDS)));
    for (top, skip) in [("250", "0"), ("250", "17"), ("2000", "950"), ("300", "2000")] {
        let list = ["users", "list", "--select", "Id", "--jq", ".Id", "--top", top, "--skip", skip];
        let (top, skip): (usize, usize) = (top.parse().expect("a number"), skip.parse().expect("a number"));
        let expected: Vec<i64> = all.iter().copied().skip(skip).take(top).collect();
        assert_eq!(numbers(&prints(sim.threecx().args(list))), expected, "top {top}, skip {skip}");
    }
    let counted = ["users", "list", "--all", "--count", "--select", "Id", "-o", "json"];
    let counted = prints_json(sim.threecx().args(counted));
    assert_eq!((counted["count"].as_i64(), counted["rows"].as_array().map(Vec::len)), (Some(1000), Some(1000)));
}

/// Everything at once, as on a bad day: the list is complete and in order all the same.
#[test]
fn a_long_list_survives_a_pbx_that_fails_again_and_again() {
    let faults =
        ["401:0.05", "429:0.05:9999:retry-after=0", "503:0.05:9999:retry-after=0", "drop-after:0.05", "truncate:0.05"];
    let mut more = vec!["--users", "20000", "--live-calls", "off"];
    let targets: Vec<String> = faults.iter().map(|fault| format!("{fault}@Users.ListUser")).collect();
    more.extend(targets.iter().flat_map(|fault| ["--fault", fault]));
    let sim = Sim::start(&more);
    let ids = numbers(&prints(sim.threecx().args(IDS)));
    assert!(ids.iter().copied().eq(29..20_029), "{} rows", ids.len());
}

#[test]
fn a_list_that_does_not_even_begin_is_an_error_and_prints_nothing() {
    let broken = Sim::start(&["--users", "1000", "--fault", "500:1@Users.ListUser"]);
    let output = broken.threecx().args(IDS).output().expect("it runs");
    assert!(output.stdout.is_empty());
    let (error, code) = fails(broken.threecx().args(["users", "list", "--all"]));
    assert_eq!((error["code"].as_str(), code, error.get("complete_rows")), (Some("server"), 50, None), "{error}");
}

#[test]
fn concurrency_has_its_limits() {
    for given in ["0", "33", "many"] {
        let (error, code) = fails(common::threecx().args(["users", "list", "--all", "--concurrency", given]));
        assert_eq!((error["code"].as_str(), code), (Some("usage"), 2), "{error}");
    }
}

#[test]
fn a_first_page_says_in_every_format_that_there_may_be_more() {
    let sim = Sim::start(&["--users", "300"]);
    let folder = tempfile::tempdir().expect("a folder");
    let file = |name: &str| folder.path().join(name).display().to_string();
    let says = |more: &[&str]| {
        let output = sim.threecx().args(["users", "list"]).args(more).output().expect("it runs");
        assert!(output.status.success(), "{output:?}");
        String::from_utf8(output.stderr).expect("UTF-8")
    };
    let more = "50 rows; there may be more: --all reads them all.";
    let (xlsx, yaml) = (file("u.xlsx"), file("u.yaml"));
    for format in [
        &["-o", "csv"][..],
        &["-o", "json"],
        &["-o", "ndjson"],
        &["-o", "yaml"],
        &["-o", "table"],
        &["--jq", ".Number"],
        &["--output-file", &xlsx],
        &["--output-file", &yaml],
    ] {
        assert_eq!(says(format).matches(more).count(), 1, "{format:?}");
        assert_eq!(says(&[format, &["--quiet"]].concat()), "", "{format:?}");
        for complete in [&["--top", "50"][..], &["--all"], &["--skip", "255"]] {
            assert!(!says(&[format, complete].concat()).contains("--all"), "{format:?} {complete:?}");
        }
    }
    assert!(says(&["-o", "json", "--count"]).contains("50 of 300 rows; --all reads them all."));
}
