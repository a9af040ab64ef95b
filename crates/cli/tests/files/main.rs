//! Files that commands make: whatever ends a command in the middle, there is the old file or the whole new
//! one, and nothing is written to where it does not belong.

#![cfg(unix)]

#[path = "../common/mod.rs"]
mod common;
mod downloads;
mod exports;
mod results;
mod runs;
mod syncs;

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
    let ignored = u64::from_str_radix(mask, 16).unwrap_or_default();
    let mut signals = vec![("INT", 130), ("TERM", 143), ("HUP", 129)];
    // Their numbers are counted from 128 on, and the bits from 1.
    signals.retain(|(_, code)| ignored & 1 << (code - 129) == 0);
    signals
}

fn server_of_all() -> Server {
    Server::start(send_page)
}

/// Runs the program where files cannot grow beyond so many kilobytes.
fn on_a_full_disk(environment: [(&'static str, &str); 3], kilobytes: u64, arguments: &[&str], path: &Path) -> Output {
    let script = format!("trap '' XFSZ; ulimit -f {kilobytes}; exec \"$0\" \"$@\"");
    let mut command = Process::new("bash");
    command.args(["-c", &script]).arg(cargo_bin("threecx")).args(arguments).arg(path);
    command.envs(environment).envs(home()).stdin(Stdio::null()).output().expect("it runs")
}
