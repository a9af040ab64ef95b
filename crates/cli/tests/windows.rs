//! Long periods, read window by window, and cursors: no row is missing and none comes twice.

mod common;

use std::path::Path;
use std::process::{Command as Process, Stdio};

use assert_cmd::cargo::cargo_bin;
use common::{Sim, fails, prints, threecx};

/// Three weeks of calls.
fn sim(more: &[&str]) -> Sim {
    let calls = ["--calls", "700", "--calls-from", "2026-01-01T00:00:00Z", "--calls-to", "2026-01-21T00:00:00Z"];
    Sim::start(
        &[&calls[..], &["--users", "20", "--live-calls", "off", "--clock", "2026-01-21T00:00:00Z"], more].concat(),
    )
}

const HISTORY: [&str; 6] = ["call-history", "list", "--select", "SegmentId,SegmentStartTime", "--jq", ".SegmentId"];

const PERIOD: [&str; 4] = ["--since", "2026-01-03T10:30:00Z", "--until", "2026-01-18T07:00:00Z"];

/// The same rows, without a period: by their times.
fn reference(sim: &Sim) -> Vec<String> {
    let filter = "select(.SegmentStartTime >= \"2026-01-03T10:30:00Z\" and .SegmentStartTime < \"2026-01-18T07:00:00Z\") | .SegmentId";
    let all = ["call-history", "list", "--all", "--orderby", "SegmentStartTime", "--jq", filter];
    let rows: Vec<String> = prints(sim.threecx().args(all)).lines().map(str::to_owned).collect();
    assert!(rows.len() > 400, "{}", rows.len());
    rows
}

fn lines(text: &str) -> Vec<String> {
    text.lines().map(str::to_owned).collect()
}

#[test]
fn windows_have_the_rows_that_the_whole_period_has() {
    let sim = sim(&[]);
    let expected = reference(&sim);
    let history = |more: &[&str]| lines(&prints(sim.threecx().args(HISTORY).args(PERIOD).args(more)));
    for more in [&[][..], &["--window", "1d"], &["--window", "1w"], &["--window", "4d", "--concurrency", "1"]] {
        assert_eq!(history(more), expected, "{more:?}");
    }
    assert_eq!(history(&["--window", "1d", "--top", "150"]), expected[..150]);
    // A report, which takes its period as parameters and lists the newest first.
    let report = ["report-call-log", "get-call-log-data", "--source-type", "0", "--source-filter", ""];
    let more =
        ["--destination-type", "0", "--destination-filter", "", "--calls-type", "0", "--call-time-filter-type", "0"];
    let last =
        ["--call-time-filter-from", "0:00:0", "--call-time-filter-to", "0:00:0", "--jq", "[.StartTime, .CallId]"];
    let log = |window: &[&str]| {
        let mut rows = lines(&prints(sim.threecx().args(report).args(more).args(last).args(PERIOD).args(window)));
        rows.sort();
        rows
    };
    let whole = log(&[]);
    assert!(whole.len() > 100, "{}", whole.len());
    assert_eq!(log(&["--window", "7h"]), whole);
}

#[test]
fn a_window_that_takes_too_long_is_halved() {
    // Twice each: for the whole period, for its first half, for the first quarter.
    let sim = sim(&["--fault", "504:1:6@CallHistoryView"]);
    let found = lines(&prints(sim.threecx().args(HISTORY).args(PERIOD)));
    assert_eq!(found, reference(&sim));
}

/// Runs with a cursor until it is complete; what is in the file then.
fn complete(sim: &Sim, folder: &Path, format: &str, more: &[&str]) -> String {
    let (file, cursor) = (folder.join("calls"), folder.join("cursor"));
    let mut command = sim.threecx();
    command.args(["call-history", "list", "--select", "SegmentId,SegmentStartTime", "-o", format]).args(more);
    prints(command.args(["--window", "1d", "--output-file"]).arg(&file).arg("--cursor").arg(&cursor));
    std::fs::read_to_string(file).expect("rows")
}

#[test]
fn a_run_that_was_killed_goes_on_without_gaps_and_duplicates() {
    let sim = sim(&["--latency", "40ms@CallHistoryView"]);
    for format in ["ndjson", "csv", "yaml"] {
        let whole = tempfile::tempdir().expect("a folder");
        let expected = complete(&sim, whole.path(), format, &PERIOD);
        let folder = tempfile::tempdir().expect("a folder");
        let (file, cursor) = (folder.path().join("calls"), folder.path().join("cursor"));
        let mut killed = Process::new(cargo_bin("threecx"))
            .args(["call-history", "list", "--select", "SegmentId,SegmentStartTime", "-o", format, "--window", "1d"])
            .args(PERIOD)
            .args(["--url", &sim.url, "--client-id", sim.ready["client_id"].as_str().expect("text"), "--output-file"])
            .arg(&file)
            .arg("--cursor")
            .arg(&cursor)
            .env("THREECX_CLIENT_SECRET", sim.ready["client_secret"].as_str().expect("text"))
            .stderr(Stdio::null())
            .spawn()
            .expect("it starts");
        while !cursor.exists() && killed.try_wait().expect("a process").is_none() {
            std::thread::yield_now();
        }
        killed.kill().expect("killed");
        killed.wait().expect("gone");
        // Half a window more than the cursor says, as a run may leave it.
        let mut rows = std::fs::read(&file).expect("rows");
        rows.extend(b"half a row");
        std::fs::write(&file, rows).expect("written");
        assert_eq!(complete(&sim, folder.path(), format, &PERIOD), expected, "{format}");
        // Once more: nothing is left to do.
        assert_eq!(complete(&sim, folder.path(), format, &PERIOD), expected, "{format}");
    }
}

#[test]
fn two_runs_with_one_cursor_are_one_too_many() {
    let folder = tempfile::tempdir().expect("a folder");
    let (file, cursor) = (folder.path().join("calls.csv"), folder.path().join("cursor"));
    std::fs::write(&file, "rows").expect("written");
    let held = std::fs::File::options().write(true).open(&file).expect("a file");
    held.lock().expect("locked");
    let mut command = threecx();
    command.args(["--sim", "call-history", "list", "--since", "7d", "--output-file"]).arg(&file);
    let output = command.arg("--cursor").arg(&cursor).output().expect("it runs");
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(said.contains("another run is writing it") && output.status.code() == Some(60), "{said}");
    assert_eq!(std::fs::read_to_string(&file).expect("rows"), "rows");
    assert!(!cursor.exists());
}

#[test]
fn the_next_run_goes_on_where_the_last_one_ended() {
    let sim = sim(&[]);
    let whole = tempfile::tempdir().expect("a folder");
    let expected = complete(&sim, whole.path(), "csv", &PERIOD);
    let folder = tempfile::tempdir().expect("a folder");
    for until in ["2026-01-07T00:00:00Z", "2026-01-11T13:14:15Z", "2026-01-18T07:00:00Z"] {
        complete(&sim, folder.path(), "csv", &["--since", PERIOD[1], "--until", until]);
    }
    assert_eq!(std::fs::read_to_string(folder.path().join("calls")).expect("rows"), expected);
}

#[test]
fn what_does_not_fit_together_is_refused_before_anything_is_sent() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = |name: &str| folder.path().join(name).to_str().expect("UTF-8").to_owned();
    let (rows, cursor) = (path("rows"), path("cursor"));
    let list = ["call-history", "list", "--since", "7d"];
    let totals = ["report-sla-statistics", "get-statistic-sla-data", "--since", "7d", "--window", "1d"];
    for (arguments, code, part) in [
        (vec!["call-history", "list", "--since", "soon"], "input", "expected an instant"),
        (vec!["call-history", "list", "--since", "7d", "--until", "8d"], "input", "after --since"),
        (vec!["call-history", "list", "--until", "7d"], "usage", "need --since"),
        ([&list[..], &["--window", "6h"]].concat(), "input", "whole days"),
        ([&list[..], &["--select", "SegmentId"]].concat(), "input", "SegmentStartTime"),
        ([&list[..], &["--skip", "5"]].concat(), "usage", "--skip"),
        ([&list[..], &["--cursor", &cursor, "--output-file", &rows]].concat(), "usage", "can be appended to"),
        (
            [&list[..], &["--cursor", &cursor, "--output-file", &path("rows.csv"), "--top", "5"]].concat(),
            "usage",
            "--top cannot be combined with --cursor",
        ),
        (totals.to_vec(), "usage", "totals"),
        (vec!["users", "list", "--since", "7d"], "usage", "--since"),
    ] {
        let (error, _) = fails(threecx().args(&arguments));
        let message = error["message"].as_str().expect("a message");
        assert!(error["code"] == code && message.contains(part), "{arguments:?}: {error}");
    }
    let stdout = threecx().args(list).args(["-o", "csv", "--cursor", &cursor]).output().expect("it runs");
    assert!(String::from_utf8_lossy(&stdout.stderr).contains("--cursor needs a file"));
    let same =
        threecx().args(list).args(["-o", "csv", "--cursor", &rows, "--output-file", &rows]).output().expect("it runs");
    assert!(String::from_utf8_lossy(&same.stderr).contains("are the same file"));
    // Another list does not go on in its place.
    let sim = sim(&[]);
    complete(&sim, folder.path(), "csv", &PERIOD);
    let other = ["call-history", "list", "-o", "csv", "--output-file", &path("calls"), "--cursor", &cursor];
    let output = sim.threecx().args(other).args(PERIOD).output().expect("it runs");
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(said.contains("asked for in another way") && output.status.code() == Some(2), "{said}");
}

/// Whatever is not a matter of too many rows is tried as often as anywhere else.
#[test]
fn a_window_that_breaks_off_is_tried_again() {
    let sim = Sim::start(&["--users", "20", "--fault", "truncate:1:6@CallHistoryView"]);
    let list = ["call-history", "list", "--since", "2d", "-o", "ndjson", "--top", "3"];
    assert_eq!(prints(sim.threecx().args(list)).lines().count(), 3);
    let sim = Sim::start(&["--users", "20", "--fault", "truncate:1@CallHistoryView"]);
    let (error, code) = fails(sim.threecx().args(["call-history", "list"]));
    assert_eq!((error["code"].as_str(), code), (Some("no-answer"), 54), "{error}");
    assert!(error["message"].as_str().is_some_and(|text| text.starts_with("no complete answer comes from")), "{error}");
}
