//! Lists that are continued by a cursor.

use super::*;

/// Three weeks of calls.
const CALLS: [&str; 12] = [
    "--calls",
    "500",
    "--calls-from",
    "2026-01-01T00:00:00Z",
    "--calls-to",
    "2026-01-21T00:00:00Z",
    "--users",
    "20",
    "--live-calls",
    "off",
    "--clock",
    "2026-01-21T00:00:00Z",
];

const HISTORY: &str = "CallHistoryView.ListCallHistoryView";

fn sync(sim: &Sim, folder: &Path) -> Process {
    let mut command = process();
    command.envs(sim.environment());
    command.args(["call-history", "list", "--select", "SegmentId,SegmentStartTime", "--window", "1d"]);
    command.args(["--since", "2026-01-03T10:30:00Z", "--until", "2026-01-18T07:00:00Z", "-o", "csv", "--output-file"]);
    command.arg(folder.join("calls.csv")).arg("--cursor").arg(folder.join("cursor"));
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    command
}

/// What is promised at any time: the cursor is whole, and what it counts is the beginning of all rows. Returns how
/// many bytes it counts.
#[track_caller]
fn is_consistent(folder: &Path, expected: &str) -> usize {
    let rows = fs::read_to_string(folder.join("calls.csv")).unwrap_or_default();
    let Ok(cursor) = fs::read_to_string(folder.join("cursor")) else {
        assert!(rows == OLD || expected.starts_with(&rows) || rows.starts_with(expected), "{rows}");
        return 0;
    };
    let cursor: Value = serde_json::from_str(&cursor).expect("a whole cursor");
    let length = usize::try_from(cursor["length"].as_u64().expect("a length")).expect("small");
    assert!(rows.len() >= length && expected.starts_with(&rows[..length]), "{length} of {rows}");
    length
}

fn parts(folder: &Path) -> usize {
    names(folder).iter().filter(|name| name.ends_with(".part")).count()
}

fn requests(sim: &Sim) -> u64 {
    sim.get(&format!("/sim/counts/{HISTORY}"))["received"].as_u64().unwrap_or_default()
}

#[test]
fn a_sync_that_is_ended_in_any_way_loses_no_row_and_repeats_none() {
    let sim = Sim::start(&[&CALLS[..], &["--latency", "3ms@CallHistoryView"]].concat());
    let whole = tempfile::tempdir().expect("a folder");
    assert!(sync(&sim, whole.path()).status().expect("it runs").success());
    let expected = fs::read_to_string(whole.path().join("calls.csv")).expect("rows");
    assert!(expected.lines().count() > 200);
    let mut random = Random(56);
    let mut ways = vec![("KILL", None)];
    ways.extend(signals().into_iter().map(|(name, code)| (name, Some(code))));
    let (mut ended, mut round) = (0, 0);
    while ended < 24 {
        let folder = tempfile::tempdir().expect("a folder");
        fs::write(folder.path().join("calls.csv"), OLD).expect("written");
        let mut left = 0;
        // Until it is through.
        loop {
            let (name, code) = ways[round % ways.len()];
            round += 1;
            let until = requests(&sim) + random.below(4);
            let mut child = sync(&sim, folder.path()).spawn().expect("it starts");
            while requests(&sim) < until && child.try_wait().expect("asked").is_none() {}
            if child.try_wait().expect("asked").is_none() {
                signal(&child, name);
            }
            let status = child.wait().expect("it ends");
            if is_consistent(folder.path(), &expected) == expected.len() {
                break;
            }
            ended += 1;
            let by = std::os::unix::process::ExitStatusExt::signal(&status);
            assert!(!status.success() && (code.is_none() || status.code() == code || by.is_some()), "{name}: {status}");
            // Only who is not asked leaves something.
            let now_left = parts(folder.path());
            assert!(name == "KILL" || now_left == left, "{name}: {now_left} after {left}");
            left = now_left;
        }
        assert!(sync(&sim, folder.path()).status().expect("it runs").success());
        assert_eq!(fs::read_to_string(folder.path().join("calls.csv")).expect("rows"), expected);
    }
}

/// A file that was there before there was a cursor stays until a window is complete.
#[test]
fn a_sync_that_gets_nowhere_leaves_the_old_file() {
    let sim = Sim::start(&[&CALLS[..], &["--fault", "500:1@CallHistoryView"]].concat());
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("calls.csv");
    fs::write(&path, OLD).expect("written");
    assert!(!sync(&sim, folder.path()).status().expect("it runs").success());
    assert_eq!(fs::read_to_string(&path).expect("a file"), OLD);
    assert_eq!(names(folder.path()), ["calls.csv"]);
}

#[test]
#[cfg(target_os = "linux")]
fn a_sync_on_a_full_disk_goes_on_when_there_is_room() {
    let sim = Sim::start(&CALLS);
    let whole = tempfile::tempdir().expect("a folder");
    assert!(sync(&sim, whole.path()).status().expect("it runs").success());
    let expected = fs::read_to_string(whole.path().join("calls.csv")).expect("rows");
    let folder = tempfile::tempdir().expect("a folder");
    fs::write(folder.path().join("calls.csv"), OLD).expect("written");
    let list = ["call-history", "list", "--select", "SegmentId,SegmentStartTime", "--window", "1d", "-o", "csv"];
    let (rows, cursor) = (folder.path().join("calls.csv"), folder.path().join("cursor"));
    let period = ["--since", "2026-01-03T10:30:00Z", "--until", "2026-01-18T07:00:00Z", "--output-file"];
    let arguments = [&list[..], &period, &[rows.to_str().expect("UTF-8"), "--cursor"]].concat();
    let mut length = 0;
    for kilobytes in [0, 1, 1, 2, 4] {
        let output = on_a_full_disk(sim.environment(), kilobytes, &arguments, &cursor);
        assert_eq!(output.status.code(), Some(60), "{}", String::from_utf8_lossy(&output.stderr));
        let now = is_consistent(folder.path(), &expected);
        assert!(now >= length, "{now} after {length}");
        length = now;
    }
    assert!(sync(&sim, folder.path()).status().expect("it runs").success());
    assert_eq!(fs::read_to_string(&rows).expect("rows"), expected);
}
