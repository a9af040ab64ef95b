//! Runs of several rows that somebody ends.

use super::*;

const CREATE: [&str; 3] = ["blacklist-numbers", "create", "--from"];
const CREATES: &str = "BlackListNumbers.CreateBlackListNumber";

fn numbers(folder: &Path, rows: usize) -> String {
    let path = folder.join("numbers.csv");
    let lines: String = (0..rows).map(|row| format!("+4930{row:05}\n")).collect();
    fs::write(&path, format!("CallerId\n{lines}")).expect("written");
    path.display().to_string()
}

/// What is on its way arrives, and what became of each row is written down.
#[test]
fn a_run_that_somebody_ends_accounts_for_every_row() {
    const ROWS: usize = 800;
    for (name, _) in signals() {
        let sim = Sim::start(&["--live-calls", "off", "--latency", "20ms@BlackListNumbers"]);
        let folder = tempfile::tempdir().expect("a folder");
        let file = numbers(folder.path(), ROWS);
        let mut command = process();
        command.args(CREATE).arg(&file).args(["-o", "json", "--concurrency", "1"]);
        command.envs(sim.environment()).stdin(Stdio::null());
        let child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("it starts");
        while sim.received(CREATES).len() < 5 {
            std::thread::yield_now();
        }
        signal(&child, name);
        let output = child.wait_with_output().expect("it ends");
        let error: Value = serde_json::from_slice(&output.stderr).expect("JSON");
        assert_eq!((output.status.code(), &error["error"]["unknown"]), (Some(43), &0.into()), "{name}: {error}");
        let said: Value = serde_json::from_slice(&output.stdout).expect("a summary");
        assert_eq!(said["ended_by"], "interrupted", "{said}");
        let arrived = sim.received(CREATES).len();
        assert_eq!(said["done"], arrived, "{said}");
        let results = fs::read_to_string(folder.path().join("numbers.results.csv")).expect("results");
        assert_eq!((results.matches(",done,").count(), results.lines().count()), (arrived, ROWS + 1));
        assert_eq!(names(folder.path()), ["numbers.csv", "numbers.results.csv"]);
        // It goes on from there.
        prints(sim.threecx().args(CREATE).arg(&file).args(["--concurrency", "32"]));
        let mut all: Vec<String> = sim.received(CREATES).iter().map(|r| r["body"]["CallerId"].to_string()).collect();
        all.sort();
        all.dedup();
        assert_eq!((all.len(), sim.received(CREATES).len()), (ROWS, ROWS), "{name}");
    }
}

/// The second time nothing is waited for, and what is not known is said.
#[test]
fn a_run_that_somebody_ends_twice_does_not_wait() {
    let server = Server::start(|asked, stream| match asked.method.as_str() {
        "POST" => hang(),
        _ => reply(stream, "200 OK", &["content-type: application/json"], br#"{"value":[]}"#),
    });
    let folder = tempfile::tempdir().expect("a folder");
    let file = numbers(folder.path(), 10);
    let mut command = process();
    command.args(CREATE).arg(&file).args(["-o", "json", "--concurrency", "2", "--api", "20.0.10"]);
    command.envs(server.environment()).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let child = command.spawn().expect("it starts");
    while server.asked().iter().filter(|asked| asked.starts_with("POST")).count() < 2 {
        std::thread::yield_now();
    }
    // Two of one kind may count as one while the first is on its way.
    for (name, _) in signals().iter().rev().take(2) {
        signal(&child, name);
    }
    let output = child.wait_with_output().expect("it ends");
    let error: Value = serde_json::from_slice(&output.stderr).expect("JSON");
    let error = &error["error"];
    assert_eq!((output.status.code(), &error["unknown"], &error["not_sent"]), (Some(51), &2.into(), &8.into()));
    let results = fs::read_to_string(folder.path().join("numbers.results.csv")).expect("results");
    assert_eq!((results.matches("unknown-outcome").count(), results.lines().count()), (2, 11), "{results}");
}

/// Who starts it with `nohup`, or with `&` in a script, wants what is meant for the terminal to pass it by.
#[test]
#[cfg(target_os = "linux")]
fn a_signal_that_was_ignored_stays_ignored() {
    for name in ["HUP", "INT", "TERM"] {
        let sim = Sim::start(&["--live-calls", "off", "--latency", "20ms@BlackListNumbers"]);
        let folder = tempfile::tempdir().expect("a folder");
        let file = numbers(folder.path(), 20);
        let mut command = Process::new("bash");
        command.args(["-c", &format!("trap '' {name}; exec \"$0\" \"$@\"")]);
        command.arg(cargo_bin("threecx")).args(CREATE).arg(&file);
        command.args(["--concurrency", "1"]).envs(sim.environment()).envs(home()).stdin(Stdio::null());
        let mut child = command.stdout(Stdio::piped()).spawn().expect("it starts");
        while sim.received(CREATES).is_empty() {
            std::thread::yield_now();
        }
        signal(&child, name);
        let mut said = String::new();
        child.stdout.take().expect("piped").read_to_string(&mut said).expect("read");
        assert!(child.wait().expect("it ends").success() && said.contains("20 of 20"), "{name}: {said}");
    }
}
