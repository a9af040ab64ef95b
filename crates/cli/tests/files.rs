//! Files that commands make: whatever ends a command in the middle, there is the old file or the whole new
//! one, and nothing is written to where it does not belong.

#![cfg(unix)]

mod common;

use std::collections::BTreeMap;
use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::Path;
use std::process::{Child, Command as Process, Output, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use assert_cmd::Command;
use assert_cmd::cargo::cargo_bin;
use common::server::{Asked, Server, hang, reply};
use common::{Sim, fails, home, prints, process, threecx};
use serde_json::Value;

/// The rows of the list that is exported, and how many come at a time.
const ROWS: u64 = 700;
const PAGE: u64 = 100;
const PAGES: u64 = ROWS / PAGE;

const OLD: &str = "what was there\n";

/// Formats, by the end of a file's name.
const FORMATS: [&str; 6] = ["json", "ndjson", "csv", "yaml", "xlsx", "txt"];

/// A page of users, each with a secret.
fn page(asked: &Asked) -> String {
    let (skip, top) = (asked.option("$skip").unwrap_or_default(), asked.option("$top").unwrap_or(PAGE));
    let rows: Vec<String> = (skip..(skip + top.min(PAGE)).min(ROWS))
        .map(|row| format!(r#"{{"Id":{row},"Number":"{}","FirstName":"Ada","AuthPassword":"p{row}"}}"#, 1000 + row))
        .collect();
    format!(r#"{{"value":[{}]}}"#, rows.join(","))
}

fn send_page(asked: &Asked, stream: &mut TcpStream) {
    reply(stream, "200 OK", &["content-type: application/json"], page(asked).as_bytes());
}

/// What is answered in the place of a page.
type Otherwise = fn(&mut TcpStream);

/// A server whose page with this number (from 1) is answered otherwise.
fn server(broken: u64, otherwise: Otherwise) -> Server {
    Server::start(move |asked, stream| {
        if asked.option("$skip").unwrap_or_default() / PAGE + 1 == broken {
            return otherwise(stream);
        }
        send_page(asked, stream);
    })
}

const EXPORT: [&str; 9] = ["users", "list", "--top", "700", "--concurrency", "1", "--api", "20.0.10", "--output-file"];

fn export(server: &Server, path: &Path) -> Process {
    let mut command = process();
    command.envs(server.environment()).args(EXPORT).arg(path);
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::piped());
    command
}

/// True if all rows are in the file, and its end.
fn is_whole(path: &Path) -> bool {
    let has_all = |text: &str| (0..ROWS).all(|row| text.contains(&(1000 + row).to_string()));
    if path.extension().is_some_and(|end| end == "xlsx") {
        let Ok(mut book) = calamine::open_workbook::<calamine::Xlsx<_>, _>(path) else { return false };
        let Some(Ok(sheet)) = calamine::Reader::worksheet_range_at(&mut book, 0) else { return false };
        return sheet.rows().count() as u64 == ROWS + 1;
    }
    let text = fs::read_to_string(path).expect("text");
    let is_json = || serde_json::from_str::<Vec<Value>>(&text).is_ok_and(|rows| rows.len() as u64 == ROWS);
    text.ends_with('\n') && has_all(&text) && (path.extension().is_none_or(|end| end != "json") || is_json())
}

fn names(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).expect("a folder");
    let mut names: Vec<String> =
        entries.map(|entry| entry.expect("an entry").file_name().to_string_lossy().into_owned()).collect();
    names.sort();
    names
}

fn mode(path: &Path) -> u32 {
    fs::metadata(path).expect("a file").permissions().mode() & 0o777
}

fn signal(child: &Child, name: &str) {
    let sent = Process::new("kill").args([format!("-{name}"), child.id().to_string()]).status().expect("kill");
    assert!(sent.success());
}

/// Numbers that look random and are the same each time.
struct Random(u64);

impl Random {
    fn below(&mut self, limit: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % limit
    }
}

/// The signals that end the program, with its exit codes. One that whoever runs the tests lets it ignore is
/// ignored.
fn signals() -> Vec<(&'static str, i32)> {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let mask = status.lines().find_map(|line| line.strip_prefix("SigIgn:")).map(str::trim).unwrap_or_default();
    let ignores_hang_ups = u64::from_str_radix(mask, 16).is_ok_and(|mask| mask & 1 == 1);
    let mut signals = vec![("INT", 130), ("TERM", 143)];
    if !ignores_hang_ups {
        signals.push(("HUP", 129));
    }
    signals
}

#[test]
fn a_page_that_fails_leaves_the_old_export() {
    let ways: [(&str, Otherwise); 4] = [
        ("refused", |stream| reply(stream, "400 Bad Request", &["content-type: application/json"], b"{}")),
        ("a page", |stream| reply(stream, "200 OK", &["content-type: text/html"], b"<!doctype html><title>x")),
        ("not JSON", |stream| reply(stream, "200 OK", &["content-type: application/json"], b"{\"value\":[{\"Id\":1},")),
        ("an error", |stream| {
            reply(stream, "200 OK", &["content-type: application/json"], b"{\"error\":{\"message\":\"no\"}}")
        }),
    ];
    for (what, way) in ways {
        for broken in [1, 2, PAGES] {
            let server = server(broken, way);
            for end in FORMATS {
                let folder = tempfile::tempdir().expect("a folder");
                let (old, new) = (folder.path().join(format!("old.{end}")), folder.path().join(format!("new.{end}")));
                fs::write(&old, OLD).expect("written");
                for path in [&old, &new] {
                    let output = export(&server, path).output().expect("it runs");
                    let said = String::from_utf8_lossy(&output.stderr).into_owned();
                    assert!(!output.status.success(), "{what} on page {broken} into {end}");
                    // Rows that are nowhere are not called complete, nor is the rest of them to be asked for.
                    let is_said = said.contains(&format!("{} is left as it was", path.display()));
                    assert_eq!(is_said, broken > 1, "{said}");
                    assert!(!said.contains("are complete") && !said.contains("--skip"), "{said}");
                }
                assert_eq!(names(folder.path()), [format!("old.{end}")], "{what} on page {broken}");
                assert_eq!(fs::read_to_string(&old).expect("a file"), OLD, "{what} on page {broken} into {end}");
            }
        }
    }
}

#[test]
fn an_export_that_is_killed_leaves_the_old_file_or_the_whole_new_one() {
    let mut random = Random(12);
    let (mut kept, mut replaced) = (0, 0);
    for round in 0..24 {
        let end = FORMATS[round % FORMATS.len()];
        // Beyond its last page, it is killed while it puts the file in place, or after.
        let stops_at = 1 + random.below(PAGES + 3);
        let server = server(stops_at, |_| hang());
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join(format!("people.{end}"));
        fs::write(&path, OLD).expect("written");
        let mut child = export(&server, &path).spawn().expect("it starts");
        server.wait_for(usize::try_from(stops_at.min(PAGES)).expect("small"));
        for _ in 0..random.below(2000) {
            std::thread::yield_now();
        }
        child.kill().expect("killed");
        child.wait().expect("gone");
        if fs::read(&path).expect("a file") == OLD.as_bytes() {
            kept += 1;
        } else {
            assert!(is_whole(&path) && stops_at > PAGES, "neither the old nor the new one: {end}, page {stops_at}");
            replaced += 1;
        }
        // What a killed one leaves is not taken for anything, and secrets in it are for nobody else.
        for name in names(folder.path()).iter().filter(|name| *name != &format!("people.{end}")) {
            assert!(name.ends_with(".part"), "{name}");
            let path = folder.path().join(name);
            let has_secrets = fs::read(&path).expect("a file").windows(2).any(|bytes| bytes == b"p0");
            assert!(!has_secrets || mode(&path) == 0o600, "{name}");
        }
        // The next run does what this one did not.
        let whole = server_of_all();
        assert!(export(&whole, &path).status().expect("it runs").success() && is_whole(&path), "{end}");
    }
    assert!(kept > 0 && kept + replaced == 24, "{kept} {replaced}");
}

fn server_of_all() -> Server {
    Server::start(send_page)
}

#[test]
fn an_export_that_somebody_ends_leaves_nothing_behind() {
    for (name, code) in signals() {
        for end in FORMATS {
            let server = server(3, |_| hang());
            let folder = tempfile::tempdir().expect("a folder");
            let path = folder.path().join(format!("people.{end}"));
            fs::write(&path, OLD).expect("written");
            let child = export(&server, &path).spawn().expect("it starts");
            server.wait_for(3);
            signal(&child, name);
            let Output { status, stderr, .. } = child.wait_with_output().expect("it ends");
            let said = String::from_utf8_lossy(&stderr).into_owned();
            assert!(status.code() == Some(code) && said.contains("it was interrupted"), "{name}: {status} {said}");
            assert_eq!(said.contains(&format!("by SIG{name}")), name != "INT", "{said}");
            assert_eq!(names(folder.path()), [format!("people.{end}")], "{name}");
            assert_eq!(fs::read_to_string(&path).expect("a file"), OLD, "{name}");
        }
    }
}

/// Runs the program where files cannot grow beyond so many kilobytes.
fn on_a_full_disk(environment: [(&'static str, &str); 3], kilobytes: u64, arguments: &[&str], path: &Path) -> Output {
    let script = format!("trap '' XFSZ; ulimit -f {kilobytes}; exec \"$0\" \"$@\"");
    let mut command = Process::new("bash");
    command.args(["-c", &script]).arg(cargo_bin("threecx")).args(arguments).arg(path);
    command.envs(environment).envs(home()).stdin(Stdio::null()).output().expect("it runs")
}

#[test]
#[cfg(target_os = "linux")]
fn a_full_disk_leaves_the_old_export() {
    let server = server_of_all();
    for end in FORMATS {
        for kilobytes in [0, 1, 5] {
            let folder = tempfile::tempdir().expect("a folder");
            let path = folder.path().join(format!("people.{end}"));
            fs::write(&path, OLD).expect("written");
            let output = on_a_full_disk(server.environment(), kilobytes, &EXPORT, &path);
            let said = String::from_utf8_lossy(&output.stderr).into_owned();
            assert_eq!(output.status.code(), Some(60), "{kilobytes} kB of {end}: {said}");
            assert_eq!(fs::read_to_string(&path).expect("a file"), OLD, "{end}");
            assert_eq!(names(folder.path()), [format!("people.{end}")]);
        }
    }
    let said = on_a_full_disk(server.environment(), 1, &EXPORT, Path::new("/dev/full"));
    assert_eq!(said.status.code(), Some(60), "{said:?}");
}

/// Old files with wider rights too: whoever could read the old one cannot read the secrets in the new one.
#[test]
fn what_may_hold_secrets_is_for_its_owner() {
    let server = server_of_all();
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("x");
    for (arguments, private) in [
        (&["users", "list", "-o", "json"][..], true),
        (&["users", "list", "-o", "yaml"], true),
        (&["users", "list", "-o", "csv"], false),
        (&["users", "list"], false),
        (&["users", "list", "-o", "csv", "--select", "Number,AuthPassword"], true),
        (&["users", "list", "-o", "xlsx", "--select", "AuthPassword"], true),
        (&["users", "list", "-o", "csv", "--select", "Number"], false),
        (&["users", "list", "-o", "csv", "--jq", "{p: .AuthPassword}"], true),
        (&["users", "list", "-o", "table", "--jq", ".AuthPassword"], true),
        (&["api", "GET", "Users"], true),
    ] {
        for old in [None, Some(0o644), Some(0o666), Some(0o600)] {
            if let Some(old) = old {
                fs::write(&path, OLD).expect("written");
                fs::set_permissions(&path, fs::Permissions::from_mode(old)).expect("set");
            }
            let mut command = threecx();
            command.envs(server.environment()).args(arguments).arg("--output-file").arg(&path);
            if arguments[0] == "users" {
                command.args(["--api", "20.0.10"]);
            }
            prints(&mut command);
            let mode = mode(&path);
            match (private, old) {
                (true, _) => assert_eq!(mode, 0o600, "{arguments:?} over {old:?}"),
                (false, Some(old)) => assert_eq!(mode, old, "{arguments:?}"),
                (false, None) => assert_eq!(mode & 0o600, 0o600, "{arguments:?}"),
            }
            fs::remove_file(&path).expect("removed");
        }
    }
}

#[test]
fn nothing_is_exported_to_where_it_does_not_belong() {
    let server = server_of_all();
    let folder = tempfile::tempdir().expect("a folder");
    let path = |name: &str| folder.path().join(name);
    let mode_before = fs::metadata("/dev/null").expect("a device").permissions().mode();
    // A link of one's own means what is behind it, and stays.
    fs::write(path("real.csv"), OLD).expect("written");
    symlink("real.csv", path("link.csv")).expect("a link");
    assert!(export(&server, &path("link.csv")).status().expect("it runs").success());
    assert!(path("link.csv").is_symlink() && is_whole(&path("real.csv")));
    // One that leads nowhere is not followed.
    symlink(path("nowhere.csv"), path("dangling.csv")).expect("a link");
    assert!(export(&server, &path("dangling.csv")).status().expect("it runs").success());
    assert!(!path("dangling.csv").is_symlink() && is_whole(&path("dangling.csv")) && !path("nowhere.csv").exists());
    // Devices stay what they are.
    symlink("/dev/null", path("null.csv")).expect("a link");
    for device in ["/dev/null", path("null.csv").to_str().expect("UTF-8")] {
        assert!(export(&server, Path::new(device)).status().expect("it runs").success(), "{device}");
    }
    assert!(path("null.csv").is_symlink());
    assert_eq!(fs::metadata("/dev/null").expect("a device").permissions().mode(), mode_before);
    // So do descriptors, and what is in the file behind them.
    for (name, redirected) in [("/dev/stdout", ">>"), ("/dev/fd/1", ">>"), ("/dev/stderr", "2>>"), ("/dev/fd/7", "7>>")]
    {
        fs::write(path("log"), "first\n").expect("written");
        let script = format!("\"$0\" \"$@\" {redirected} {}", path("log").display());
        let mut command = Process::new("bash");
        command.args(["-c", &script]).arg(cargo_bin("threecx")).args(EXPORT).arg(name);
        command.args(["-o", "csv", "--quiet"]).envs(server.environment()).envs(home());
        assert!(command.status().expect("it runs").success(), "{name}");
        let log = fs::read_to_string(path("log")).expect("a file");
        assert!(log.starts_with("first\n") && is_whole(&path("log")), "{name}: {log}");
    }
    // A folder is said to be one.
    fs::create_dir(path("folder.csv")).expect("a folder");
    let output = export(&server, &path("folder.csv")).output().expect("it runs");
    assert_eq!(output.status.code(), Some(60));
    assert!(String::from_utf8_lossy(&output.stderr).contains("directory"), "{output:?}");
    assert!(names(folder.path()).iter().all(|name| !name.ends_with(".part")), "{:?}", names(folder.path()));
}

#[test]
fn a_pipe_is_written_to_and_waited_for() {
    let server = server_of_all();
    let folder = tempfile::tempdir().expect("a folder");
    let pipe = folder.path().join("pipe.csv");
    assert!(Process::new("mkfifo").arg(&pipe).status().expect("mkfifo").success());
    let mut child = export(&server, &pipe).spawn().expect("it starts");
    let mut stderr = BufReader::new(child.stderr.take().expect("piped"));
    let mut said = String::new();
    stderr.read_line(&mut said).expect("a line");
    assert!(said.starts_with("Waiting for somebody to read ") && said.contains("pipe.csv"), "{said}");
    let text = fs::read_to_string(&pipe).expect("read");
    assert!(child.wait().expect("it ends").success());
    let copy = folder.path().join("copy.csv");
    fs::write(&copy, text).expect("written");
    assert!(is_whole(&copy));
    // Nobody has to wait for ever.
    for (name, code) in signals() {
        let mut child = export(&server, &pipe).spawn().expect("it starts");
        let mut stderr = BufReader::new(child.stderr.take().expect("piped"));
        stderr.read_line(&mut said).expect("a line");
        signal(&child, name);
        let status = child.wait().expect("it ends");
        let by = std::os::unix::process::ExitStatusExt::signal(&status);
        assert!(status.code() == Some(code) || by == Some(code - 128), "{name}: {status}");
    }
    // A pipe that has a reader already is not talked about.
    let reader = std::thread::spawn({
        let pipe = pipe.clone();
        move || fs::read_to_string(pipe).expect("read")
    });
    let output = export(&server, &pipe).output().expect("it runs");
    assert!(output.status.success() && !reader.join().expect("no panic").is_empty());
    // What is not a file cannot hold a cursor, nor the rows that it counts.
    let list = ["call-history", "list", "--since", "7d", "-o", "csv"];
    let (pipe, other) = (pipe.to_str().expect("UTF-8"), folder.path().join("x").display().to_string());
    for (file, cursor) in [(pipe, &other[..]), (&other, pipe), (&other, "/dev/null")] {
        let output = threecx().args(list).args(["--output-file", file, "--cursor", cursor]).output().expect("it runs");
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(output.status.code() == Some(2) && said.contains("--cursor needs files"), "{said}");
    }
    assert!(!Path::new(&other).exists());
}

#[test]
fn a_format_that_is_not_written_is_refused() {
    let folder = tempfile::tempdir().expect("a folder");
    for name in ["x.parquet", "x.PARQUET", "x.xls", "x.ods"] {
        if cfg!(feature = "parquet") && name.to_lowercase().ends_with("parquet") {
            continue;
        }
        let mut command = threecx();
        command.current_dir(folder.path()).args(["users", "list", "--output-file", name]);
        let output = command.output().expect("it runs");
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(output.status.code() == Some(2) && said.contains("does not write"), "{name}: {said}");
    }
    // What -o says counts.
    let server = server_of_all();
    let mut command = threecx();
    command.current_dir(folder.path()).envs(server.environment()).args(EXPORT).args(["x.parquet", "-o", "csv"]);
    prints(&mut command);
    assert!(names(folder.path()) == ["x.parquet"] && is_whole(&folder.path().join("x.parquet")));
}

/// What the program itself keeps for a run is replaced; what somebody else has called like it is not.
#[test]
fn results_of_somebody_else_stay() {
    let sim = Sim::start(&["--live-calls", "off"]);
    let outside = tempfile::tempdir().expect("a folder");
    let precious = outside.path().join("precious");
    fs::write(&precious, OLD).expect("written");
    let mut number = 0;
    for kind in ["text", "table", "empty", "link", "dangling link", "pipe", "binary"] {
        let folder = tempfile::tempdir().expect("a folder");
        let (file, results) = (folder.path().join("people.csv"), folder.path().join("people.results.csv"));
        number += 1;
        fs::write(&file, format!("CallerId\n+49{number}\n")).expect("written");
        match kind {
            "text" => fs::write(&results, OLD).expect("written"),
            "table" => fs::write(&results, "line,name,outcome\n1,Ada,done\n").expect("written"),
            "empty" => fs::write(&results, "").expect("written"),
            "binary" => fs::write(&results, [0xff, 0, 0x22, 0x0a]).expect("written"),
            "link" => symlink(&precious, &results).expect("a link"),
            "dangling link" => symlink(outside.path().join("new"), &results).expect("a link"),
            _ => assert!(Process::new("mkfifo").arg(&results).status().expect("mkfifo").success()),
        }
        let before = fs::symlink_metadata(&results).expect("there");
        let create = |more: &[&str]| {
            let mut command = sim.threecx();
            command.args(["blacklist-numbers", "create", "-o", "json", "--from"]).arg(&file).args(more);
            serde_json::from_str::<Value>(&prints(&mut command)).expect("JSON")
        };
        let said = create(&[]);
        let written = said["results"].as_str().expect("a path").to_owned();
        assert!(written.ends_with("people.results (1).csv"), "{kind}: {said}");
        assert!(fs::read_to_string(&written).expect("results").contains("done"), "{kind}");
        assert_eq!(mode(Path::new(&written)), 0o600);
        let after = fs::symlink_metadata(&results).expect("still there");
        assert_eq!((before.file_type(), before.len()), (after.file_type(), after.len()), "{kind}");
        assert_eq!(fs::read_to_string(&precious).expect("a file"), OLD, "{kind}");
        assert!(!outside.path().join("new").exists(), "{kind}");
        // Its own ones are replaced: there are not more and more of them.
        let rows = sim.threecx().args(["blacklist-numbers", "list", "--jq", ".Id"]).output().expect("it runs");
        assert!(rows.status.success());
        fs::write(&file, format!("CallerId\n+4900{number}\n")).expect("written");
        assert_eq!(create(&[])["results"].as_str(), Some(written.as_str()), "{kind}");
        assert_eq!(names(folder.path()).len(), 3, "{kind}: {:?}", names(folder.path()));
    }
}

/// A server with one recording, of which this many bytes come before it stalls; it counts them.
fn recording(comes: usize) -> (Server, Arc<AtomicUsize>) {
    let sent = Arc::new(AtomicUsize::new(0));
    let counter = Arc::clone(&sent);
    let server = Server::start(move |_, stream| {
        let head = format!(
            "HTTP/1.1 200 OK\r\ncontent-type: audio/x-wav\r\ncontent-length: {RECORDING}\r\nconnection: close\r\n\
             content-disposition: attachment; filename=rec.wav\r\n\r\n"
        );
        let _ = stream.write_all(head.as_bytes());
        for piece in sound()[..comes.min(RECORDING)].chunks(10_000) {
            if stream.write_all(piece).is_err() {
                return;
            }
            counter.fetch_add(piece.len(), Ordering::SeqCst);
        }
        counter.fetch_add(1, Ordering::SeqCst);
        if comes < RECORDING {
            hang();
        }
    });
    (server, sent)
}

const RECORDING: usize = 600_000;

fn sound() -> Vec<u8> {
    (0..RECORDING).map(|index| (index * 31 + index / 251) as u8).collect()
}

const DOWNLOAD: [&str; 7] = ["recordings", "download-recording", "--rec-id", "7", "--api", "20.0.10", "--output-file"];

fn download(server: &Server, path: &Path) -> Process {
    let mut command = process();
    command.envs(server.environment()).args(DOWNLOAD).arg(path);
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::piped());
    command
}

#[test]
fn a_download_that_is_killed_leaves_the_old_file_or_the_whole_new_one() {
    let mut random = Random(34);
    let mut kept = 0;
    for _ in 0..20 {
        let comes = usize::try_from(random.below(RECORDING as u64 * 5 / 4)).expect("small");
        let (server, sent) = recording(comes);
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("rec.wav");
        fs::write(&path, OLD).expect("written");
        let mut child = download(&server, &path).spawn().expect("it starts");
        while sent.load(Ordering::SeqCst) <= comes.min(RECORDING) {
            std::thread::yield_now();
        }
        child.kill().expect("killed");
        child.wait().expect("gone");
        let found = fs::read(&path).expect("a file");
        if found == OLD.as_bytes() {
            kept += 1;
        } else {
            assert!(found == sound() && comes >= RECORDING, "neither the old nor the new one, after {comes}");
            assert_eq!(mode(&path), 0o600);
        }
        let others = names(folder.path()).into_iter().filter(|name| name != "rec.wav");
        assert!(others.clone().all(|name| name.starts_with("rec.wav.") && name.ends_with(".part")), "{others:?}");
    }
    assert!(kept > 0);
}

#[test]
fn a_download_that_somebody_ends_leaves_nothing_behind() {
    for (name, code) in signals() {
        for old in [true, false] {
            let (server, sent) = recording(200_000);
            let folder = tempfile::tempdir().expect("a folder");
            let path = folder.path().join("rec.wav");
            if old {
                fs::write(&path, OLD).expect("written");
            }
            let child = download(&server, &path).spawn().expect("it starts");
            while sent.load(Ordering::SeqCst) <= 200_000 || names(folder.path()).len() <= usize::from(old) {
                std::thread::yield_now();
            }
            signal(&child, name);
            let Output { status, stderr, .. } = child.wait_with_output().expect("it ends");
            assert_eq!(status.code(), Some(code), "{name}: {}", String::from_utf8_lossy(&stderr));
            assert_eq!(names(folder.path()).len(), usize::from(old), "{name}");
            assert!(!old || fs::read_to_string(&path).expect("a file") == OLD);
        }
    }
}

#[test]
#[cfg(target_os = "linux")]
fn a_full_disk_leaves_the_old_download() {
    let (server, _) = recording(RECORDING);
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("rec.wav");
    fs::write(&path, OLD).expect("written");
    for kilobytes in [0, 1, 100, 500] {
        let output = on_a_full_disk(server.environment(), kilobytes, &DOWNLOAD, &path);
        assert_eq!(output.status.code(), Some(60), "{}", String::from_utf8_lossy(&output.stderr));
        assert_eq!(fs::read_to_string(&path).expect("a file"), OLD);
        assert_eq!(names(folder.path()), ["rec.wav"]);
    }
    assert!(download(&server, &path).status().expect("it runs").success());
    assert!(fs::read(&path).expect("a file") == sound());
    assert_eq!(mode(&path), 0o600);
}

/// Whatever a server calls its files, each row has one, in the folder that was named.
#[test]
fn names_that_a_server_chooses_end_no_run() {
    let long = |text: &str, times: usize| format!("{}.wav", text.repeat(times));
    let given: Vec<String> = [
        "plain.wav",
        "../../../escape.wav",
        "/etc/passwd",
        r"..\..\windows.wav",
        "..",
        ".",
        "",
        "CON",
        "com1.txt",
        "NUL.wav",
        "-rf.wav",
        ".hidden.wav",
        "dots.wav...",
        "blanks.wav   ",
        "invoice\u{202e}vaw.exe",
        "\u{2066}isolated\u{2069}.wav",
        "zero\u{200b}width\u{feff}.wav",
        "a:b*c?d<e>f|g.wav",
        "new\nline\ttab\u{1b}[31m.wav",
        "nul\0byte.wav",
        "same.wav",
        "same.wav",
        "SAME.wav",
        "caf\u{e9}.wav",
        "cafe\u{301}.wav",
        "ไทย👩\u{200d}🚒.wav",
    ]
    .into_iter()
    .map(str::to_owned)
    .chain([long("x", 300), long("x", 300), long("กสิ", 120), long("😀", 90), "y".repeat(400), long("x.", 200)])
    .collect();
    let rows: String = (0..given.len()).map(|row| format!("{row}\n")).collect();
    let number = given.len();
    let server = Server::start(move |asked, stream| {
        let row = asked.path.split("recId=").nth(1).and_then(|rest| rest.split(')').next()?.parse::<usize>().ok());
        let name = row.and_then(|row| given.get(row)).map(String::as_str).unwrap_or_default();
        let encoded: String = name.bytes().map(|byte| format!("%{byte:02X}")).collect();
        let head = format!("content-disposition: attachment; filename*=UTF-8''{encoded}");
        reply(stream, "200 OK", &["content-type: audio/x-wav", &head], format!("file {row:?}").as_bytes());
    });
    let outside = tempfile::tempdir().expect("a folder");
    let folder = outside.path().join("in");
    fs::create_dir(&folder).expect("a folder");
    fs::write(folder.join("ids.csv"), format!("RecId\n{rows}")).expect("written");
    let mut command = threecx();
    command.current_dir(&folder).envs(server.environment());
    command.args(["recordings", "download-recording", "--from", "ids.csv", "--api", "20.0.10"]);
    let said: Value =
        serde_json::from_str(&prints(command.args(["--output-file", "out/", "-o", "json"]))).expect("JSON");
    assert_eq!((&said["done"], &said["failed"]), (&number.into(), &0.into()), "{said}");
    assert_eq!(names(outside.path()), ["in"]);
    assert_eq!(names(&folder), ["ids.csv", "ids.results.csv", "out"]);
    let made = names(&folder.join("out"));
    assert_eq!(made.len(), number, "{made:?}");
    let files = said["files"].as_array().expect("files");
    let mut rows: BTreeMap<String, String> = BTreeMap::new();
    for (row, file) in files.iter().enumerate() {
        let path = file["file"].as_str().expect("a path");
        let text = fs::read_to_string(folder.join(path)).expect("a file");
        assert_eq!(text, format!("file Some({row})"), "{path}");
        assert_eq!(mode(&folder.join(path)), 0o600, "{path}");
        let name = path.strip_prefix("out/").expect("in the folder").to_owned();
        assert!(name.len() <= 255 && !name.starts_with(['-', '.', ' ']) && !name.ends_with(['.', ' ']), "{name:?}");
        let hidden =
            |c: char| c.is_control() || matches!(c, '\u{200b}' | '\u{202e}' | '\u{2066}' | '\u{2069}' | '\u{feff}');
        assert!(!name.contains(hidden) && !name.contains(['/', '\\', ':', '*', '?', '<', '>', '|']), "{name:?}");
        rows.insert(name, text);
    }
    assert_eq!(rows.into_keys().collect::<Vec<_>>(), made);
    for name in ["_CON", "_com1.txt", "_NUL.wav", "_-rf.wav", "hidden.wav", "invoicevaw.exe", "passwd", "SAME.wav"] {
        assert!(made.iter().any(|made| made == name), "{name}: {made:?}");
    }
}

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
    signal(&child, "TERM");
    signal(&child, "INT");
    let output = child.wait_with_output().expect("it ends");
    let error: Value = serde_json::from_slice(&output.stderr).expect("JSON");
    let error = &error["error"];
    assert_eq!((output.status.code(), &error["unknown"], &error["not_sent"]), (Some(51), &2.into(), &8.into()));
    let results = fs::read_to_string(folder.path().join("numbers.results.csv")).expect("results");
    assert_eq!((results.matches("unknown-outcome").count(), results.lines().count()), (2, 11), "{results}");
}

/// Answers that came before somebody ended it are not all that were wanted.
#[test]
fn questions_that_somebody_ends_leave_the_old_file() {
    let server = Server::start(|_, stream| {
        let user = br#"{"Id":100,"Number":"100","FirstName":"Ada"}"#;
        reply(stream, "200 OK", &["content-type: application/json"], user);
    });
    let folder = tempfile::tempdir().expect("a folder");
    let (ids, path) = (folder.path().join("ids.csv"), folder.path().join("users.json"));
    fs::write(&ids, "Id\n100\n101\n102\n").expect("written");
    fs::write(&path, OLD).expect("written");
    let ask = |rate: &str| {
        let mut command = process();
        command.args(["users", "get", "--rate", rate, "--api", "20.0.10", "--from"]).arg(&ids);
        command.arg("--output-file").arg(&path).envs(server.environment()).stdin(Stdio::null());
        command.stdout(Stdio::null()).stderr(Stdio::piped()).spawn().expect("it starts")
    };
    let child = ask("0.001");
    server.wait_for(1);
    signal(&child, "TERM");
    let output = child.wait_with_output().expect("it ends");
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.code() == Some(43) && said.contains("left as it was"), "{said}");
    assert_eq!(fs::read_to_string(&path).expect("a file"), OLD);
    let output = ask("1000").wait_with_output().expect("it ends");
    assert!(output.status.success(), "{output:?}");
    assert_eq!(fs::read_to_string(&path).expect("a file").matches("Ada").count(), 3);
}

/// Who starts it with `nohup` wants it to live on.
#[test]
#[cfg(target_os = "linux")]
fn what_is_to_outlive_its_terminal_does() {
    let sim = Sim::start(&["--live-calls", "off", "--latency", "20ms@BlackListNumbers"]);
    let folder = tempfile::tempdir().expect("a folder");
    let file = numbers(folder.path(), 20);
    let mut command = Process::new("bash");
    command.args(["-c", "trap '' HUP; exec \"$0\" \"$@\""]).arg(cargo_bin("threecx")).args(CREATE).arg(&file);
    command.args(["--concurrency", "1"]).envs(sim.environment()).envs(home()).stdin(Stdio::null());
    let mut child = command.stdout(Stdio::piped()).spawn().expect("it starts");
    while sim.received(CREATES).is_empty() {
        std::thread::yield_now();
    }
    signal(&child, "HUP");
    let mut said = String::new();
    child.stdout.take().expect("piped").read_to_string(&mut said).expect("read");
    assert!(child.wait().expect("it ends").success() && said.contains("20 of 20"), "{said}");
}

/// A plan is shown to a person or handed to a program as well as kept in a file.
#[test]
fn a_plan_goes_where_it_is_sent() {
    let sim = Sim::start(&["--live-calls", "off"]);
    let folder = tempfile::tempdir().expect("a folder");
    let update = |to: &str| -> Command {
        let mut command = sim.threecx();
        command.current_dir(folder.path()).args(["users", "update", "100", "--mobile", "+491", "--plan-out", to]);
        command
    };
    assert!(prints(&mut update("/dev/stdout")).contains("Users"));
    prints(&mut update("/dev/null"));
    assert!(!fs::metadata("/dev/null").expect("a device").is_file());
    fs::write(folder.path().join("plan"), OLD).expect("written");
    fs::set_permissions(folder.path().join("plan"), fs::Permissions::from_mode(0o644)).expect("set");
    prints(&mut update("plan"));
    assert_eq!((mode(&folder.path().join("plan")), names(folder.path())), (0o600, vec!["plan".to_owned()]));
    fs::create_dir(folder.path().join("folder")).expect("a folder");
    let (error, code) = fails(&mut update("folder"));
    assert_eq!((error["code"].as_str(), code), (Some("file"), 60), "{error}");
}
