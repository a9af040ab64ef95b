//! Files that a PBX sends: where they go, and what becomes of them when a connection breaks.

mod common;

use std::io::{BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::sync::{Arc, Mutex};

use assert_cmd::Command;
use common::{Sim, parts, prints, server, threecx};

const LENGTH: usize = 3_000_000;

/// Some bytes that do not repeat within a piece.
fn content() -> Vec<u8> {
    (0..LENGTH).map(|index| (index * 31 + index / 251) as u8).collect()
}

/// How a server treats requests for a file.
#[derive(Clone, Copy, PartialEq)]
enum Manner {
    /// It comes at once.
    Whole,
    /// The first two answers break off; then it goes on where it is asked to.
    GoesOn,
    /// The same, but it knows nothing of parts.
    StartsAgain,
    /// The same, but the file changes in between.
    Changes,
    /// It always breaks off before the first byte.
    NeverComes,
    /// It always breaks off at the same place, and knows nothing of parts.
    NeverWhole,
    /// A web page comes, with a status of success.
    Page,
    /// An error comes, with a status of success.
    Refusal,
}

/// A server with one file. Remembers the `Range` of each request for it.
fn serve(manner: Manner) -> (String, Arc<Mutex<Vec<String>>>) {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let url = format!("http://{}", listener.local_addr().expect("an address"));
    let seen = Arc::new(Mutex::new(Vec::new()));
    let ranges = Arc::clone(&seen);
    std::thread::spawn(move || {
        for stream in listener.incoming().map_while(Result::ok) {
            let ranges = Arc::clone(&ranges);
            std::thread::spawn(move || answer(&stream, manner, &ranges));
        }
    });
    (url, seen)
}

/// Answers one request, then hangs up.
fn answer(mut stream: &TcpStream, manner: Manner, ranges: &Mutex<Vec<String>>) {
    let lines: Vec<String> =
        BufReader::new(stream).lines().map_while(Result::ok).take_while(|line| !line.is_empty()).collect();
    let header = |name: &str| {
        let found = lines.iter().find_map(|line| line.to_lowercase().strip_prefix(name).map(str::to_owned));
        found.unwrap_or_default().trim().to_owned()
    };
    let first = lines.first().cloned().unwrap_or_default();
    if first.contains("/connect/token") {
        let body = r#"{"access_token":"t","token_type":"Bearer","expires_in":60}"#;
        let _ = write!(
            stream,
            "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: {}\r\nconnection: close\r\n\r\n{body}",
            body.len()
        );
        return;
    }
    let instead = match manner {
        Manner::Page => Some(("text/html", "<!doctype html><title>Maintenance</title>")),
        Manner::Refusal => Some(("application/json", r#"{"error":{"code":"","message":"no such recording"}}"#)),
        _ => None,
    };
    if let Some((kind, body)) = instead {
        let length = body.len();
        let head =
            format!("HTTP/1.1 200 OK\r\ncontent-type: {kind}\r\ncontent-length: {length}\r\nconnection: close\r\n");
        let _ = stream.write_all(format!("{head}\r\n{body}").as_bytes());
        return;
    }
    let range = header("range:");
    let number = {
        let mut ranges = ranges.lock().expect("no panic");
        ranges.push(range.clone());
        ranges.len()
    };
    let tag = if manner == Manner::Changes && number > 1 { "\"b\"" } else { "\"a\"" };
    let parts = !matches!(manner, Manner::StartsAgain | Manner::NeverWhole);
    let from = range.strip_prefix("bytes=").and_then(|range| range.strip_suffix('-')?.parse::<usize>().ok());
    let from = from.filter(|_| parts && header("if-range:") == tag).unwrap_or(0);
    let content = content();
    let status = if from > 0 { "206 Partial Content" } else { "200 OK" };
    let mut head = format!(
        "HTTP/1.1 {status}\r\ncontent-type: audio/x-wav\r\ncontent-disposition: attachment; filename=\"../rec.wav\"\r\n\
         content-length: {}\r\nconnection: close\r\n",
        LENGTH - from
    );
    if parts {
        head.push_str(&format!("accept-ranges: bytes\r\netag: {tag}\r\n"));
    }
    if from > 0 {
        head.push_str(&format!("content-range: bytes {from}-{}/{LENGTH}\r\n", LENGTH - 1));
    }
    let until = match manner {
        Manner::NeverComes => from,
        Manner::Whole => LENGTH,
        _ if number <= 2 || manner == Manner::NeverWhole => (from + LENGTH / 3).min(LENGTH),
        _ => LENGTH,
    };
    let _ = stream.write_all(format!("{head}\r\n").as_bytes());
    let _ = stream.write_all(&content[from..until]);
}

fn download(url: &str, folder: &Path) -> Command {
    let mut command = threecx();
    command.current_dir(folder).env("THREECX_URL", url).env("THREECX_CLIENT_ID", "a").env("THREECX_CLIENT_SECRET", "b");
    command.args(["recordings", "download-recording", "--rec-id", "7", "--api", "20.0.10"]);
    command
}

fn names(folder: &Path) -> Vec<String> {
    let entries = std::fs::read_dir(folder).expect("a folder");
    let mut names: Vec<String> =
        entries.map(|entry| entry.expect("an entry").file_name().to_string_lossy().into_owned()).collect();
    names.sort();
    names
}

#[test]
fn a_file_that_breaks_off_goes_on_or_comes_again() {
    for (manner, requests) in [(Manner::GoesOn, 3), (Manner::StartsAgain, 3), (Manner::Changes, 3)] {
        let folder = tempfile::tempdir().expect("a folder");
        let (url, ranges) = serve(manner);
        assert_eq!(prints(&mut download(&url, folder.path())), "Wrote rec.wav (3000 kB).\n");
        assert_eq!(names(folder.path()), ["rec.wav"]);
        assert!(std::fs::read(folder.path().join("rec.wav")).expect("a file") == content());
        let ranges = ranges.lock().expect("no panic").clone();
        assert_eq!(ranges.len(), requests, "{ranges:?}");
        match manner {
            Manner::GoesOn => assert_eq!(ranges, ["", "bytes=1000000-", "bytes=2000000-"]),
            Manner::StartsAgain => assert!(ranges.iter().all(String::is_empty), "{ranges:?}"),
            _ => assert_eq!(ranges, ["", "bytes=1000000-", "bytes=1000000-"]),
        }
    }
}

#[test]
fn what_never_comes_leaves_nothing_behind() {
    for manner in [Manner::NeverComes, Manner::NeverWhole] {
        let folder = tempfile::tempdir().expect("a folder");
        let (url, ranges) = serve(manner);
        let output = download(&url, folder.path()).output().expect("it runs");
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(output.status.code() == Some(54) && said.contains("breaks off"), "{said}");
        assert_eq!(names(folder.path()), Vec::<String>::new());
        assert!(ranges.lock().expect("no panic").len() > 2);
    }
}

#[test]
fn nothing_is_overwritten_unless_it_is_named() {
    let folder = tempfile::tempdir().expect("a folder");
    let (url, _) = serve(Manner::GoesOn);
    std::fs::write(folder.path().join("rec.wav"), "mine").expect("written");
    assert_eq!(prints(&mut download(&url, folder.path())), "Wrote rec (1).wav (3000 kB).\n");
    assert_eq!(names(folder.path()), ["rec (1).wav", "rec.wav"]);
    assert_eq!(std::fs::read_to_string(folder.path().join("rec.wav")).expect("a file"), "mine");
    assert_eq!(
        prints(download(&url, folder.path()).args(["--output-file", "rec.wav", "-o", "json"])),
        "{\n  \"file\": \"rec.wav\",\n  \"bytes\": 3000000,\n  \"media_type\": \"audio/x-wav\"\n}\n"
    );
    assert!(std::fs::read(folder.path().join("rec.wav")).expect("a file") == content());
    let printed = download(&url, folder.path()).args(["--output-file", "-"]).output().expect("it runs");
    assert!(printed.stdout == content());
}

/// What lies under a name that looks like that of an incomplete file is somebody's.
#[test]
#[cfg(unix)]
fn nothing_of_others_is_written_into() {
    let names_of_parts = ["rec.wav.part", "rec (1).wav.part", "named.wav.part"];
    let outside = tempfile::tempdir().expect("a folder");
    let precious = outside.path().join("precious");
    for kind in ["file", "link", "dangling link", "pipe", "folder"] {
        let folder = tempfile::tempdir().expect("a folder");
        let (url, _) = serve(Manner::GoesOn);
        std::fs::write(&precious, "precious").expect("written");
        for name in names_of_parts {
            let path = folder.path().join(name);
            match kind {
                "file" => std::fs::write(path, "mine").expect("written"),
                "link" => std::os::unix::fs::symlink(&precious, path).expect("a link"),
                "dangling link" => std::os::unix::fs::symlink(outside.path().join("new"), path).expect("a link"),
                "pipe" => assert!(std::process::Command::new("mkfifo").arg(path).status().expect("mkfifo").success()),
                _ => std::fs::create_dir(path).expect("a folder"),
            }
        }
        prints(&mut download(&url, folder.path()));
        prints(download(&url, folder.path()).args(["--output-file", "named.wav"]));
        let mut expected = vec!["named.wav", "rec.wav"];
        expected.extend(names_of_parts);
        expected.sort_unstable();
        assert_eq!(names(folder.path()), expected, "{kind}");
        for name in ["rec.wav", "named.wav"] {
            let path = folder.path().join(name);
            assert!(
                path.symlink_metadata().expect("a file").is_file() && std::fs::read(path).expect("a file") == content()
            );
        }
        assert_eq!(std::fs::read_to_string(&precious).expect("a file"), "precious", "{kind}");
        assert!(!outside.path().join("new").exists(), "{kind}");
        if kind == "file" {
            assert_eq!(std::fs::read_to_string(folder.path().join("rec.wav.part")).expect("a file"), "mine");
        }
    }
}

/// A page that a box in between sends is not a recording.
#[test]
fn a_page_is_not_a_file() {
    for manner in [Manner::Page, Manner::Refusal] {
        let folder = tempfile::tempdir().expect("a folder");
        let (url, _) = serve(manner);
        let (error, _) = common::fails(&mut download(&url, folder.path()));
        let wanted = if manner == Manner::Page { "not-a-3cx" } else { "answer" };
        assert_eq!(error["code"], wanted, "{error}");
        assert_eq!(names(folder.path()), Vec::<String>::new());
        let (error, _) = common::fails(download(&url, folder.path()).args(["--output-file", "-"]));
        assert_eq!(error["code"], wanted, "{error}");
    }
}

/// A device would be gone if a file took its place, and so would a link.
#[test]
#[cfg(unix)]
fn links_and_pipes_stay_what_they_are() {
    let folder = tempfile::tempdir().expect("a folder");
    let (url, _) = serve(Manner::Whole);
    let (link, pipe) = (folder.path().join("link"), folder.path().join("pipe"));
    std::os::unix::fs::symlink("real.wav", &link).expect("a link");
    std::fs::write(folder.path().join("real.wav"), "old").expect("written");
    prints(download(&url, folder.path()).args(["--output-file", "link"]));
    assert!(link.is_symlink() && std::fs::read(folder.path().join("real.wav")).expect("a file") == content());
    assert!(std::process::Command::new("mkfifo").arg(&pipe).status().expect("mkfifo").success());
    let reader = std::thread::spawn({
        let pipe = pipe.clone();
        move || std::fs::read(pipe).expect("read")
    });
    prints(download(&url, folder.path()).args(["--output-file", "pipe"]));
    assert!(reader.join().expect("no panic") == content());
    assert_eq!(names(folder.path()), ["link", "pipe", "real.wav"]);
}

#[test]
fn a_bad_line_to_the_pbx_costs_time_and_no_bytes() {
    let good = Sim::start(&["--users", "30"]);
    let bad = Sim::start(&[
        "--users",
        "30",
        "--fault",
        "truncate:1:3@Recordings",
        "--fault",
        "503:0.3:9999:retry-after=0@Recordings",
    ]);
    let id = prints(good.threecx().args(["recordings", "list", "--top", "1", "--jq", ".Id"]));
    let fetch = |sim: &Sim| {
        let folder = tempfile::tempdir().expect("a folder");
        let recording = ["recordings", "download-recording", "--rec-id", id.trim()];
        prints(sim.threecx().current_dir(folder.path()).args(recording));
        let names = names(folder.path());
        assert_eq!(names.len(), 1, "{names:?}");
        (names[0].clone(), std::fs::read(folder.path().join(&names[0])).expect("a file"))
    };
    let (name, bytes) = fetch(&good);
    assert!(bytes.starts_with(b"RIFF"));
    assert!(fetch(&bad) == (name, bytes));
}

#[test]
fn every_row_becomes_a_file() {
    let sim = Sim::start(&["--users", "30"]);
    let folder = tempfile::tempdir().expect("a folder");
    let ids = prints(sim.threecx().args(["recordings", "list", "--top", "3", "--jq", ".Id"]));
    let ids: Vec<&str> = ids.lines().collect();
    let run = |file: &str, more: &[&str]| {
        let mut command = sim.threecx();
        command.current_dir(folder.path()).args(["recordings", "download-recording", "--from", file]).args(more);
        command
    };
    // Two rows of one recording are two files of one name.
    let rows = [ids[0], ids[1], ids[2], ids[0]].join("\n");
    std::fs::write(folder.path().join("rec.csv"), format!("RecId\n{rows}\n")).expect("written");
    let (error, code) = common::fails(&mut run("rec.csv", &["--output-file", "all.wav"]));
    assert_eq!((error["code"].as_str(), code), (Some("usage"), 2), "{error}");
    assert_eq!(sim.received("Recordings.DownloadRecording").len(), 0);
    let said: serde_json::Value =
        serde_json::from_str(&prints(&mut run("rec.csv", &["--output-file", "wav/", "-o", "json"]))).expect("JSON");
    let files = said["files"].as_array().expect("a list");
    assert_eq!((&said["done"], files.len(), names(&folder.path().join("wav")).len()), (&4.into(), 4, 4), "{said}");
    let content = |index: usize| std::fs::read(folder.path().join(files[index]["file"].as_str().expect("a path")));
    assert!(content(0).expect("a file").starts_with(b"RIFF"));
    assert_eq!(content(0).expect("a file"), content(3).expect("a file"));
    let results = std::fs::read_to_string(folder.path().join("rec.results.csv")).expect("results");
    assert!(results.lines().next().is_some_and(|head| head.ends_with(",file")), "{results}");
    assert_eq!(results.matches("wav/").count(), 4, "{results}");
    // What is there is not fetched again, unless that is wanted.
    let (error, _) = common::fails(&mut run("rec.csv", &[]));
    assert_eq!(error["code"], "journal", "{error}");
    let said = prints(&mut run("rec.csv", &["--again"]));
    assert!(said.contains("4 of 4.") && said.contains("  line 5: "), "{said}");
    assert_eq!(names(folder.path()).iter().filter(|name| name.ends_with(".wav")).count(), 4);
}

#[test]
fn every_named_thing_becomes_a_file() {
    let sim = Sim::start(&["--users", "30"]);
    let folder = tempfile::tempdir().expect("a folder");
    let said = prints(sim.threecx().current_dir(folder.path()).args(["trunks", "export-trunk", "10000", "10001"]));
    let lines: Vec<&str> = said.lines().collect();
    assert!(lines[0].ends_with("2 of 2.") && lines[1].starts_with("  10000 "), "{said}");
    assert_eq!(names(folder.path()).len(), 2, "{said}");
}

/// Two versions of a file are never put together, whatever a server says about the part that it sends.
#[test]
fn what_came_before_is_gone_on_with_only_if_the_rest_belongs_to_it() {
    for case in parts::CASES {
        let server = parts::server(*case);
        let folder = tempfile::tempdir().expect("a folder");
        prints(&mut download(&server.url, folder.path()));
        let found = std::fs::read(folder.path().join("rec.wav")).expect("a file");
        let wanted = if case.resumes { parts::content(0) } else { parts::content(1) };
        assert!(found == wanted, "{}: {:?}", case.what, server.asked());
    }
}

/// All of a file is asked for, and a part comes.
#[test]
fn a_part_that_nobody_asked_for_is_not_the_file() {
    let server = server::Server::start(|_, stream| {
        let head = ["content-type: audio/x-wav", "content-range: bytes 0-3/100", "etag: \"a\"", "accept-ranges: bytes"];
        server::reply(stream, "206 Partial Content", &head, b"RIFF");
    });
    let folder = tempfile::tempdir().expect("a folder");
    for more in [&[][..], &["--output-file", "x.wav"], &["--output-file", "-"]] {
        let (error, code) = common::fails(download(&server.url, folder.path()).args(more));
        assert_eq!((error["code"].as_str(), code), (Some("answer"), 52), "{error}");
        assert_eq!(names(folder.path()), Vec::<String>::new());
    }
}
