//! Answers of another kind than the operation gives, called a success by their status: nothing is believed, nothing
//! is written, and nothing counts as done.

mod common;

use std::fs;
use std::sync::Arc;

use common::hostile::{Answer, Hostile};
use common::{at, fails, threecx};
use serde_json::Value;

/// What is not an answer to any question for rows, an entity or a file, and what may be said of it.
fn to_questions() -> Vec<(&'static str, Answer, &'static [&'static str])> {
    const ANSWER: &[&str] = &["answer"];
    const PAGE: &[&str] = &["not-a-3cx"];
    const EITHER: &[&str] = &["answer", "no-answer"];
    let json = |body: &str| Answer::json(200, body);
    vec![
        ("a page", Answer::page(), PAGE),
        ("a page that is called JSON", Answer::json(200, "\n <!DOCTYPE HTML><p>Login"), PAGE),
        ("a page behind a mark", Answer::of(200, "", "\u{feff}<html><head>"), PAGE),
        ("nothing", Answer::json(200, ""), ANSWER),
        ("no content", Answer::of(204, "", ""), ANSWER),
        ("text", Answer::of(200, "text/plain", "OK"), ANSWER),
        ("a text in JSON", json("\"ok\""), ANSWER),
        ("a number", json("1"), ANSWER),
        ("true", json("true"), ANSWER),
        ("null", json("null"), ANSWER),
        ("no rows", json(r#"{"value":null}"#), ANSWER),
        ("a word for rows", json(r#"{"value":"none"}"#), ANSWER),
        ("something of somebody else", json(r#"{"status":"ok","uptime":7}"#), ANSWER),
        ("an error", json(r#"{"error":{"code":"","message":"maintenance"}}"#), ANSWER),
        ("an error in a word", json(r#"{"error":"maintenance"}"#), ANSWER),
        ("an error under 202", Answer::json(202, r#"{"error":{"message":"queued"}}"#), ANSWER),
        ("half of an answer", json(r#"{"value":[{"Id":1},"#), ANSWER),
        ("what is not UTF-8", Answer::json(200, b"{\"value\":[\"\xff\"]}".to_vec()), ANSWER),
        ("what is packed", json("\u{1f}\u{8b}").with("content-encoding", "gzip"), EITHER),
        ("what is packed otherwise", json("x").with("content-encoding", "br"), EITHER),
        ("less than was announced", Answer::Raw(b"HTTP/1.1 200 OK\r\ncontent-length: 99\r\n\r\n{".to_vec()), EITHER),
        ("deeper than anyone can look", json(&format!(r#"{{"value":[{}]}}"#, nested(200_000))), ANSWER),
    ]
}

fn nested(levels: usize) -> String {
    format!("{}{}", "[".repeat(levels), "]".repeat(levels))
}

fn always(answer: Answer) -> Hostile {
    Hostile::start(move |_| answer.clone())
}

#[track_caller]
fn is_refused(what: &str, server: &Hostile, arguments: &[&str], codes: &[&str]) -> Value {
    let (error, exit) = fails(at(&server.url).args(arguments));
    let code = error["code"].as_str().expect("a code");
    assert!(codes.contains(&code) && exit != 0, "{what}, {arguments:?}: {error}");
    error
}

#[test]
fn a_question_is_answered_by_its_own_kind_of_answer_or_fails() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("answer.json");
    let path = file.to_str().expect("UTF-8");
    for (what, answer, codes) in to_questions() {
        let server = always(answer);
        for arguments in [
            &["users", "list"][..],
            &["users", "list", "--all"],
            &["users", "get", "7"],
            &["users", "list", "--output-file", path],
            &["system-status", "get-system-status", "--output-file", path],
            &["recordings", "download-recording", "--rec-id", "7", "--output-file", path],
        ] {
            // A download may be text, or JSON that is not an error.
            let is_file = arguments.contains(&"recordings");
            if is_file && (!codes.contains(&"not-a-3cx") && !what.contains("error")) {
                continue;
            }
            is_refused(what, &server, arguments, codes);
            assert!(!file.exists(), "{what}, {arguments:?}");
        }
        // What was there before stays as it was.
        fs::write(&file, "the old one").expect("written");
        is_refused(what, &server, &["users", "list", "--all", "--output-file", path], codes);
        assert_eq!(fs::read_to_string(&file).expect("there"), "the old one", "{what}");
        fs::remove_file(&file).expect("removed");
        assert_eq!(fs::read_dir(folder.path()).expect("a folder").count(), 0, "{what}: something is left");
    }
}

#[test]
fn a_cursor_stays_where_it_is() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = |name: &str| folder.path().join(name).display().to_string();
    for (number, (what, answer, codes)) in to_questions().into_iter().enumerate() {
        let (file, cursor) = (path(&format!("{number}.ndjson")), path(&format!("{number}.cursor")));
        let period = ["--since", "2026-01-03T00:00:00Z", "--until", "2026-01-04T00:00:00Z"];
        let list = ["call-history", "list", "-o", "ndjson", "--output-file", &file, "--cursor", &cursor];
        let output = at(&always(answer).url).args(list).args(period).output().expect("it runs");
        let said = String::from_utf8_lossy(&output.stderr);
        let code = codes.iter().any(|code| said.contains(&format!("error[{code}]")));
        assert!(code && !output.status.success(), "{what}: {said}");
        assert!(!std::path::Path::new(&cursor).exists(), "{what}");
        assert!(!std::path::Path::new(&file).exists(), "{what}");
    }
}

/// Whichever way a file names what it is about: what answers is no PBX, and its rows are not to blame.
#[test]
fn rows_are_not_blamed_for_what_answers() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("rows.csv");
    for key in ["Id", "Extension"] {
        for rows in [1, 3] {
            let lines: String = (0..rows).map(|row| format!("{},1\n", 100 + row)).collect();
            fs::write(&file, format!("{key},Mobile\n{lines}")).expect("written");
            let server = always(Answer::page());
            let arguments = ["users", "update", "--yes", "--from", file.to_str().expect("UTF-8")];
            is_refused(&format!("{rows} rows by {key}"), &server, &arguments, &["not-a-3cx"]);
            assert_eq!(fs::read_dir(folder.path()).expect("a folder").count(), 1, "something is left");
        }
    }
}

/// Reads are answered as a PBX does, changes with something else.
fn changes_are_answered(with: Answer) -> Hostile {
    Hostile::start(move |request| match (request.method.as_str(), request.path.contains("Users(")) {
        ("GET", true) => Answer::json(200, r#"{"Id":7,"Number":"104","FirstName":"Old"}"#),
        ("GET", false) => Answer::json(200, r#"{"value":[{"Id":7,"Number":"104","FirstName":"Old"}]}"#),
        _ => with.clone(),
    })
}

#[test]
fn a_change_is_done_only_if_the_pbx_says_so() {
    let json = |status, body: &str| Answer::json(status, body);
    let cases = [
        ("a page", Answer::page(), true),
        ("a page that is called JSON", json(200, "<html>"), true),
        ("an error", json(200, r#"{"error":{"message":"no"}}"#), true),
        ("an error under 201", json(201, r#"{"error":"no"}"#), true),
        ("text", Answer::of(200, "text/plain", "accepted"), true),
        ("half of an answer", json(200, r#"{"Id":"#), true),
        ("what is packed", json(200, "x").with("content-encoding", "gzip"), true),
        ("something of somebody else", json(201, r#"{"status":"queued"}"#), false),
        ("a list", json(201, r#"{"value":[]}"#), false),
        ("a text in JSON", json(201, "\"ok\""), false),
    ];
    for (what, answer, for_all) in cases {
        let server = changes_are_answered(answer);
        let create: &[&str] = &["users", "create", "--number", "777", "--first-name", "A"];
        let others: &[&[&str]] = &[
            &["users", "update", "104", "--first-name", "A"],
            &["users", "delete", "--yes", "104"],
            &["users", "reprovision-all-phones", "--yes", "--ids", "[7]"],
        ];
        for arguments in std::iter::once(&create).chain(others.iter().filter(|_| for_all)) {
            is_refused(what, &server, arguments, &["not-a-3cx", "unknown-outcome"]);
        }
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join("people.csv");
        fs::write(&file, "Number,FirstName\n801,A\n802,B\n").expect("written");
        let output = at(&server.url).args(["users", "create", "--from"]).arg(&file).output().expect("it runs");
        assert!(!output.status.success(), "{what}");
        let results = fs::read_to_string(folder.path().join("people.results.csv")).expect("results");
        assert!(!results.contains(",done,") && results.contains(",unknown,"), "{what}: {results}");
    }
}

#[test]
fn doctor_is_red_where_something_else_answers() {
    for (what, answer, _) in to_questions() {
        let server = Arc::new(always(answer));
        let output = at(&server.url).args(["doctor", "-o", "json"]).output().expect("it runs");
        let said: Value = serde_json::from_slice(&output.stdout).expect("JSON");
        assert_eq!((said["status"].as_str(), output.status.code()), (Some("red"), Some(4)), "{what}: {said}");
    }
}

#[test]
fn what_is_not_a_token_is_neither_used_nor_kept() {
    let token = |token: &str| Answer::json(200, serde_json::json!({"access_token": token}).to_string());
    let long = "x".repeat(10 << 20);
    for (what, answer) in [
        ("a page", Answer::page()),
        ("nothing", Answer::json(200, "")),
        ("an error", Answer::json(200, r#"{"error":"invalid_client"}"#)),
        ("no token", Answer::json(200, r#"{"token_type":"Bearer","expires_in":60}"#)),
        ("null", Answer::json(200, r#"{"access_token":null}"#)),
        ("an empty token", token("")),
        ("a token of two lines", token("a\nb")),
        ("a token with a header in it", token("a\r\nx-evil: 1")),
        ("a token with a NUL", token("a\0b")),
        ("a token with a blank", token("a b")),
        ("a token beyond ASCII", token("t\u{f6}ken")),
        ("a token of 10 MB", token(&long)),
        ("a token of 20 kB", token(&long[..20_000])),
        ("a list", Answer::json(200, r#"["a"]"#)),
    ] {
        let server =
            Hostile::all(
                move |request| {
                    if request.is_login() { answer.clone() } else { Answer::json(200, r#"{"value":[]}"#) }
                },
            );
        let folder = tempfile::tempdir().expect("a folder");
        let mut command = at(&server.url);
        command.env("THREECX_CACHE_DIR", folder.path()).env("THREECX_CONFIG_DIR", folder.path().join("config"));
        let (error, exit) = fails(command.args(["users", "list"]));
        assert!(exit != 0 && !error["message"].as_str().expect("text").contains("x-evil"), "{what}: {error}");
        assert!(server.received().is_empty(), "{what}");
        let mut command = at(&server.url);
        command.env("THREECX_CACHE_DIR", folder.path()).env("THREECX_CONFIG_DIR", folder.path().join("config"));
        let (_, exit) = fails(command.args(["login", "--profile", "x"]));
        assert!(exit != 0 && !folder.path().join("config/profiles.toml").exists(), "{what}");
        let kept = fs::read_dir(folder.path().join("tokens")).expect("a folder");
        let kept: Vec<_> = kept.flatten().filter(|file| file.path().extension().is_some_and(|e| e == "json")).collect();
        assert!(kept.is_empty(), "{what}: {kept:?}");
    }
}

/// A token that is kept and that no header can carry, by whatever hand, is fetched anew.
#[test]
fn a_kept_token_that_cannot_be_sent_is_fetched_anew() {
    let server = always(Answer::json(200, r#"{"value":[]}"#));
    let folder = tempfile::tempdir().expect("a folder");
    let run = || {
        let mut command = at(&server.url);
        command.env("THREECX_CACHE_DIR", folder.path()).args(["users", "list"]).assert().success();
    };
    run();
    let tokens = fs::read_dir(folder.path().join("tokens")).expect("a folder").flatten();
    let file =
        tokens.map(|file| file.path()).find(|path| path.extension().is_some_and(|e| e == "json")).expect("a token");
    let long = format!(r#"{{"token":"{}","renew_at":null,"version":null}}"#, "x".repeat(1 << 20));
    for damaged in [r#"{"token":"a\nb","renew_at":null,"version":null}"#, long.as_str(), "[[[[", ""] {
        fs::write(&file, damaged).expect("written");
        run();
        assert!(fs::read_to_string(&file).expect("there").contains("a-token"), "{:.40}", damaged);
    }
}

#[test]
fn a_raw_call_knows_a_page_too_and_takes_what_is_elsewhere() {
    let page = always(Answer::page());
    for (method, path) in
        [("GET", "/Users"), ("POST", "/Users/Pbx.ReprovisionAllPhones"), ("GET", "/xapi/v1/Defs?$top=1")]
    {
        is_refused("a page", &page, &["api", method, path, "--yes"], &["not-a-3cx"]);
    }
    let output = at(&page.url).args(["api", "GET", "/webclient/"]).output().expect("it runs");
    assert!(output.status.success() && output.stdout.starts_with(b"<!doctype"), "{output:?}");
    is_refused("an error", &always(Answer::json(200, r#"{"error":"no"}"#)), &["api", "GET", "/Users"], &["answer"]);
    let deep = always(Answer::json(200, nested(200_000)));
    let output = at(&deep.url).args(["api", "GET", "/Users"]).output().expect("it runs");
    assert_eq!((output.status.code(), output.stdout.len()), (Some(0), 400_000));
}

#[test]
fn no_redirect_is_followed() {
    let elsewhere = Hostile::all(|_| Answer::json(200, r#"{"value":[],"access_token":"t"}"#));
    for to in ["/#/login", "/xapi/v1/Users/", &format!("{}/xapi/v1/Users", elsewhere.url), "//evil.example/x"] {
        for status in [301, 302, 303, 307, 308] {
            let target = to.to_owned();
            let server = Hostile::start(move |_| Answer::of(status, "", "").with("location", &target));
            let error = is_refused(to, &server, &["users", "list"], &["not-a-3cx"]);
            assert!(error["message"].as_str().expect("text").contains(to), "{error}");
            is_refused(to, &server, &["users", "create", "--number", "7", "--first-name", "A"], &["not-a-3cx"]);
        }
        let target = to.to_owned();
        let server = Hostile::all(move |_| Answer::of(307, "", "").with("location", &target));
        is_refused(to, &server, &["users", "list"], &["not-a-3cx"]);
    }
    assert!(elsewhere.received().is_empty());
}

/// The console's address, as it is in the browser, is one of the PBX.
#[test]
fn an_address_may_be_copied_out_of_the_browser() {
    let server = always(Answer::json(200, r#"{"value":[{"Id":7,"Number":"104"}]}"#));
    for behind in ["/#/office/users", "/#/login", "/webclient/#/people", "/xapi/v1/", "#"] {
        at(&format!("{}{behind}", server.url)).args(["users", "list"]).assert().success();
    }
    for behind in ["/x", "/?a=b", "/#token"] {
        let (error, exit) = fails(at(&format!("{}{behind}", server.url)).args(["users", "list"]));
        assert_eq!(exit, 11, "{error}");
    }
    threecx().arg("--help").assert().success();
}
