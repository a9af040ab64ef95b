//! A PBX that accepts and says nothing: how a command ends, and what it says until then. How long that takes is not
//! measured; a command that did not end would be noticed all the same.

mod common;

use std::fs;

use common::hostile::{Answer, Hostile};
use common::{at, fails, threecx};
use serde_json::Value;

/// Answers logins and questions, and leaves other things unanswered.
fn silent(to: &'static str) -> Hostile {
    Hostile::start(move |request| match request.method.as_str() {
        method if to == "all" || to.contains(method) => Answer::Silence,
        _ if request.path.contains("Users(") => Answer::json(200, r#"{"Id":7,"Number":"104","FirstName":"Old"}"#),
        _ => Answer::json(200, r#"{"value":[{"Id":7,"Number":"104","FirstName":"Old"}]}"#),
    })
}

#[test]
fn a_command_ends_when_its_time_is_over() {
    let server = silent("all");
    for arguments in [
        &["users", "list", "--timeout", "300ms"][..],
        &["users", "list", "--all", "--timeout", "0.3"],
        &["users", "update", "104", "--first-name", "A", "--timeout=300ms"],
        &["users", "create", "--number", "7", "--first-name", "A", "--timeout", "300ms", "--api", "20.0.7"],
        &["api", "GET", "/Users", "--timeout", "300ms"],
        &["recordings", "download-recording", "--rec-id", "7", "--timeout", "300ms"],
    ] {
        let (error, _) = fails(at(&server.url).args(arguments));
        let code = error["code"].as_str().expect("a code");
        let sent = arguments[1] == "create";
        assert_eq!(code, if sent { "unknown-outcome" } else { "no-answer" }, "{arguments:?}: {error}");
        assert!(!error["next_step"].as_str().expect("text").is_empty());
    }
    // By the environment, and by a profile, whose time --timeout replaces.
    let (error, _) = fails(at(&server.url).env("THREECX_TIMEOUT", "300ms").args(["users", "list"]));
    assert_eq!(error["code"], "no-answer", "{error}");
    let quick = silent("none");
    let folder = tempfile::tempdir().expect("a folder");
    let mut login = at(&quick.url);
    login.env("THREECX_CONFIG_DIR", folder.path());
    login.args(["login", "--profile", "p", "--timeout", "5m", "--connect-timeout", "3"]).assert().success();
    let file = folder.path().join("profiles.toml");
    let profiles = fs::read_to_string(&file).expect("profiles");
    assert!(profiles.contains("timeout = \"5m\"") && profiles.contains("connect_timeout = \"3s\""), "{profiles}");
    let slow = profiles.replace(&quick.url, &server.url).replace("\"5m\"", "\"300ms\"");
    fs::write(&file, slow).expect("written");
    let by_profile = |more: &[&str]| {
        let mut command = threecx();
        command.env("THREECX_CONFIG_DIR", folder.path()).env("THREECX_CACHE_DIR", folder.path().join("cache"));
        fails(command.args(["users", "list", "--profile", "p"]).args(more)).0
    };
    assert_eq!(by_profile(&[])["code"], "no-answer");
    let error = by_profile(&["--timeout", "soon"]);
    assert_eq!((error["code"].as_str(), error["argument"].as_str()), (Some("input"), Some("--timeout")), "{error}");
}

#[test]
fn an_answer_that_trickles_in_ends_too() {
    for arguments in [&["users", "list"][..], &["users", "get", "7"], &["api", "GET", "/Users"]] {
        let server = Hostile::start(|_| Answer::Trickle);
        let (error, _) = fails(at(&server.url).args(arguments).args(["--timeout", "500ms"]));
        assert_eq!(error["code"], "no-answer", "{arguments:?}: {error}");
    }
    // So does the login.
    for answer in [Answer::Silence, Answer::Trickle] {
        let server = Hostile::all(move |_| answer.clone());
        let (error, _) = fails(at(&server.url).args(["users", "list", "--timeout", "500ms"]));
        assert_eq!(error["code"], "no-answer", "{error}");
    }
}

#[test]
fn a_change_that_is_not_answered_is_unknown_and_says_so() {
    let server = silent("PATCH POST DELETE");
    for arguments in [
        &["users", "update", "104", "--first-name", "A"][..],
        &["users", "delete", "--yes", "104"],
        &["users", "create", "--number", "7", "--first-name", "A"],
        &["users", "reprovision-all-phones", "--yes", "--ids", "[7]"],
    ] {
        let (error, exit) = fails(at(&server.url).args(arguments).args(["--timeout", "1500ms"]));
        assert_eq!((error["code"].as_str(), exit), (Some("unknown-outcome"), 51), "{arguments:?}: {error}");
    }
    let changes = server.received().iter().filter(|request| request.method != "GET").count();
    assert_eq!(changes, 4, "each is sent once");
    // Of a file, what was on its way is unknown, and the rest was not sent.
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("people.csv");
    let rows: Vec<String> = (800..820).map(|number| format!("{number},A")).collect();
    fs::write(&file, format!("Number,FirstName\n{}\n", rows.join("\n"))).expect("written");
    let mut command = at(&server.url);
    command.args(["users", "create", "--concurrency", "2", "--timeout", "1500ms", "--from"]).arg(&file);
    let output = command.output().expect("it runs");
    assert!(!output.status.success());
    let results = fs::read_to_string(folder.path().join("people.results.csv")).expect("results");
    assert_eq!(results.matches(",unknown,").count(), 2, "{results}");
    assert!(!results.contains(",done,") && results.lines().count() == 21, "{results}");
}

#[test]
fn doctor_ends_by_itself() {
    for (to, red) in [("all", "reachable"), ("GET", "reachable")] {
        let server = silent(to);
        let output = at(&server.url).args(["doctor", "-o", "json"]).output().expect("it ends");
        let said: Value = serde_json::from_slice(&output.stdout).expect("JSON");
        assert_eq!(output.status.code(), Some(4), "{said}");
        let checks = said["checks"].as_array().expect("checks");
        assert!(checks.iter().any(|check| check["name"] == red && check["status"] == "red"), "{said}");
        assert_eq!(checks.len(), 15);
    }
    // It answers at its door, and the API says nothing.
    let server = Hostile::start(|request| if request.path == "/" { Answer::page() } else { Answer::Silence });
    let output = at(&server.url).args(["doctor", "-o", "json", "--timeout", "1s"]).output().expect("it ends");
    let said: Value = serde_json::from_slice(&output.stdout).expect("JSON");
    assert_eq!((said["status"].as_str(), output.status.code()), (Some("red"), Some(4)), "{said}");
}

#[test]
fn a_wait_until_a_date_is_waited_for() {
    use std::sync::atomic::{AtomicUsize, Ordering};
    // Of a PBX whose clock is decades behind, which asks for one second; and of one that asks for what is past.
    for (date, until) in [
        ("Fri, 30 Jan 1998 12:00:00 GMT", "Fri, 30 Jan 1998 12:00:01 GMT"),
        ("Fri, 30 Jan 2026 12:00:00 GMT", "Fri, 30 Jan 2026 11:00:00 GMT"),
    ] {
        let asked = AtomicUsize::new(0);
        let server = Hostile::start(move |request| match request.method.as_str() {
            "POST" if asked.fetch_add(1, Ordering::SeqCst) == 0 => {
                Answer::of(503, "", "").with("date", date).with("retry-after", until)
            }
            "POST" => Answer::json(204, ""),
            _ => Answer::json(200, r#"{"value":[]}"#),
        });
        // It did nothing, so that even this may be sent again.
        let call = ["users", "reprovision-all-phones", "--yes", "--ids", "[7]"];
        at(&server.url).args(call).assert().success();
        assert_eq!(server.received().iter().filter(|request| request.method == "POST").count(), 2, "{until}");
    }
    // Nobody waits for a day.
    for after in ["86400", "Sat, 31 Jan 2026 12:00:00 GMT", "99999999999999999999"] {
        let server = Hostile::start(move |_| {
            Answer::of(429, "", "").with("date", "Fri, 30 Jan 2026 12:00:00 GMT").with("retry-after", after)
        });
        let (error, _) = fails(at(&server.url).args(["users", "list"]));
        assert_eq!((error["code"].as_str(), server.received().len()), (Some("rate-limited"), 1), "{after}: {error}");
    }
}

#[test]
fn times_that_are_not_are_refused_before_anything_is_sent() {
    let server = silent("none");
    for (flag, variable) in [("--timeout", "THREECX_TIMEOUT"), ("--connect-timeout", "THREECX_CONNECT_TIMEOUT")] {
        for text in ["0", "0s", "-1s", "soon", "1y", "1e99"] {
            let given = format!("{flag}={text}");
            for (error, exit) in [
                fails(at(&server.url).args(["users", "list", &given])),
                fails(at(&server.url).env(variable, text).args(["users", "list"])),
            ] {
                assert_eq!((error["code"].as_str(), exit), (Some("input"), 10), "{given}: {error}");
            }
        }
    }
    assert!(server.received().is_empty());
}

#[cfg(unix)]
#[test]
fn whoever_waits_at_a_terminal_is_told_so() {
    use common::process;
    use common::terminal::Terminal;
    let server = silent("all");
    let mut command = process();
    command.envs([("THREECX_URL", server.url.as_str()), ("THREECX_CLIENT_ID", "900"), ("THREECX_CLIENT_SECRET", "s")]);
    let mut terminal = Terminal::run(command.args(["users", "list", "--timeout", "6s"]));
    let host = server.url.strip_prefix("http://").expect("plain HTTP");
    terminal.shows(&format!("still waiting for {host} (3 s)…"));
    // It is gone before the error comes.
    terminal.shows("\r\x1b[K");
    terminal.shows("no-answer");
    assert_eq!(terminal.exit_code(), Some(54));
}
