//! A canary in every secret that an operation takes or gives: it is not on stderr, in no dry run, no curl, no
//! error, no journal and no results file, whatever the server repeats; and on stdout only where the format is
//! documented to show secrets. Every operation, through the real binary.

mod common;
#[path = "../../core/tests/secrets/mod.rs"]
mod secrets;

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::process::Command as Process;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use common::process;
use secrets::{CANARY, Sample, answer, echoes, samples};
use serde_json::{Map, Value, json};
use threecx_catalog::words::kebab;
use threecx_catalog::{Body, Effect, Type};
use threecx_core::Place;

const TOKEN: &str = "t0ken-of-the-canary-0123456789";
const SECRET: &str = "s3cret-of-the-canary";

/// What the server answers with.
#[derive(Clone, Debug)]
enum Mode {
    /// This body, as a success.
    Gives(String),
    /// What was sent, and an entity, in an error: one of several.
    Repeats(usize, String),
}

/// A server that repeats everything. It lives as long as the test.
struct Parrot {
    url: String,
    mode: Arc<Mutex<Mode>>,
}

impl Parrot {
    fn start() -> Parrot {
        let listener = TcpListener::bind("127.0.0.1:0").expect("bound");
        let url = format!("http://{}", listener.local_addr().expect("an address"));
        let mode = Arc::new(Mutex::new(Mode::Gives(String::new())));
        let shared = Arc::clone(&mode);
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let mode = Arc::clone(&shared);
                std::thread::spawn(move || serve(stream, &mode));
            }
        });
        Parrot { url, mode }
    }

    fn set(&self, mode: Mode) {
        *self.mode.lock().expect("not poisoned") = mode;
    }

    fn threecx(&self) -> Process {
        let mut command = process();
        // Files that come are put where it runs.
        command.current_dir(env!("CARGO_TARGET_TMPDIR"));
        command.env("THREECX_URL", &self.url).env("THREECX_CLIENT_ID", "900").env("THREECX_CLIENT_SECRET", SECRET);
        command
    }
}

fn serve(stream: TcpStream, mode: &Mutex<Mode>) {
    let mut reader = BufReader::new(stream);
    let mut head = String::new();
    let mut length = 0;
    let mut authorization = String::new();
    loop {
        let mut line = String::new();
        if reader.read_line(&mut line).unwrap_or_default() == 0 {
            return;
        }
        let (name, value) = line.split_once(':').unwrap_or((line.as_str(), ""));
        match name.to_ascii_lowercase().as_str() {
            "content-length" => length = value.trim().parse().unwrap_or_default(),
            "authorization" => value.trim().clone_into(&mut authorization),
            _ => {}
        }
        if line.trim().is_empty() {
            break;
        }
        head.push_str(&line);
    }
    let mut body = vec![0; length];
    if reader.read_exact(&mut body).is_err() {
        return;
    }
    let sent = String::from_utf8_lossy(&body).into_owned();
    let path = head.split(' ').nth(1).unwrap_or_default();
    let (status, kind, body) = if path == "/connect/token" {
        (200, "application/json", json!({"access_token": TOKEN}).to_string())
    } else {
        match mode.lock().expect("not poisoned").clone() {
            Mode::Gives(body) if body.is_empty() => (204, "application/json", body),
            Mode::Gives(body) => (200, "application/json", body),
            Mode::Repeats(number, entity) => {
                let mut all = echoes(&format!("{path} {sent}"), &authorization, &entity);
                all.swap_remove(number % 11)
            }
        }
    };
    let length = body.len();
    let answer = format!(
        "HTTP/1.1 {status} X\r\ncontent-type: {kind}\r\nconnection: close\r\ncontent-length: {length}\r\n\r\n{body}"
    );
    let _ = reader.get_mut().write_all(answer.as_bytes());
}

/// The words of a sample's call; the body's secrets as flags where there are such.
fn words(sample: &Sample, by_flags: bool) -> Vec<String> {
    let operation = sample.operation;
    let mut words = vec![operation.resource.command.to_owned(), operation.command.to_owned()];
    words.push(format!("--api={}", sample.release));
    let mut body = Map::new();
    for (place, name, input) in sample.arguments.iter() {
        let value = || serde_json::from_str(input.text()).unwrap_or_else(|_| json!(input.text()));
        match place {
            Place::Path => words.push(flag(sample, name, input.text())),
            Place::Field => drop(body.insert(name.to_owned(), value())),
            Place::Body => body.extend(value().as_object().cloned().unwrap_or_default()),
            Place::Option => {}
        }
    }
    if by_flags {
        let texts: Vec<String> =
            body.iter().filter(|(_, value)| *value == CANARY).map(|(name, _)| name.clone()).collect();
        for name in texts {
            body.remove(&name);
            words.push(flag(sample, &name, CANARY));
        }
    }
    if sample.operation.form(sample.target).is_some_and(|form| !matches!(form.body, Body::None)) {
        words.push(format!("--body={}", Value::Object(body)));
    }
    words
}

/// A flag, which has a prefix where the program has one of its own of that name.
fn flag(sample: &Sample, name: &str, value: &str) -> String {
    let is_path = sample.arguments.get(Place::Path, name).is_some();
    let taken = ["version", "user", "password", "profile", "url", "top", "skip", "search", "filter", "count", "select"];
    match (kebab(name), is_path) {
        (name, true) if taken.contains(&name.as_str()) => format!("--arg-{name}={value}"),
        (name, _) => format!("--{name}={value}"),
    }
}

/// What a call prints.
struct Said {
    stdout: String,
    stderr: String,
    code: Option<i32>,
}

fn run(mut command: Process) -> Said {
    let output = command.stdin(std::process::Stdio::null()).output().expect("it runs");
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    Said { stdout: text(&output.stdout), stderr: text(&output.stderr), code: output.status.code() }
}

fn has_secret(text: &str) -> bool {
    [CANARY, TOKEN, SECRET].iter().any(|secret| text.to_lowercase().contains(secret))
}

/// Runs through all samples on several threads, each with a server of its own.
fn for_all(check: impl Fn(&Parrot, usize, &Sample) + Sync) {
    let samples = samples();
    let next = AtomicUsize::new(0);
    std::thread::scope(|scope| {
        for _ in 0..3 {
            scope.spawn(|| {
                let parrot = Parrot::start();
                loop {
                    let index = next.fetch_add(1, Ordering::Relaxed);
                    let Some(sample) = samples.get(index) else { return };
                    check(&parrot, index, sample);
                }
            });
        }
    });
}

fn folder(name: &str) -> String {
    common::home().into_iter().find(|(variable, _)| *variable == name).expect("set").1
}

/// Everything under a folder, but for what is there to keep secrets.
fn kept(folder: &str) -> Vec<(std::path::PathBuf, Vec<u8>)> {
    let mut found = Vec::new();
    let mut folders = vec![std::path::PathBuf::from(folder)];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
            match entry.path() {
                path if path.is_dir() => folders.push(path),
                path => found.push((path.clone(), std::fs::read(&path).unwrap_or_default())),
            }
        }
    }
    found
}

#[test]
fn what_is_shown_and_not_sent_has_no_secrets() {
    let planned = AtomicUsize::new(0);
    for_all(|parrot, index, sample| {
        let show = if index % 2 == 0 { "--dry-run" } else { "--curl" };
        let mut command = parrot.threecx();
        command.args(words(sample, index % 3 == 0)).arg(show);
        if index % 5 == 0 {
            command.args(["-o", ["json", "yaml", "ndjson"][index % 3]]);
        }
        let said = run(command);
        planned.fetch_add(usize::from(said.code == Some(0)), Ordering::Relaxed);
        let both = format!("{}{}", said.stdout, said.stderr);
        assert!(!has_secret(&both), "{}: {both}", sample.operation.id);
        if sample.takes_secrets && said.code == Some(0) {
            assert!(both.contains("***") || both.contains("$NEW_"), "{}: {both}", sample.operation.id);
        }
    });
    // Names among the arguments are looked up where that is so; the others are planned.
    assert!(planned.load(Ordering::Relaxed) > 500, "{planned:?}");
}

#[test]
fn no_error_and_no_journal_has_secrets() {
    let refused = AtomicUsize::new(0);
    for_all(|parrot, index, sample| {
        let entity = answer(sample.operation, sample.target).unwrap_or_else(|| json!({"VMPIN": CANARY}).to_string());
        parrot.set(Mode::Repeats(index, entity));
        let mut command = parrot.threecx();
        command.args(words(sample, index % 2 == 0)).args(["--yes"]);
        if index % 3 == 0 {
            command.args(["-o", "json"]);
        }
        let said = run(command);
        refused.fetch_add(usize::from(said.code != Some(0)), Ordering::Relaxed);
        let both = format!("{}{}", said.stdout, said.stderr);
        assert!(!has_secret(&both), "{} {index}: {both}", sample.operation.id);
    });
    assert!(refused.load(Ordering::Relaxed) > 500, "{refused:?}");
    let kept = kept(&folder("THREECX_STATE_DIR"));
    assert!(kept.iter().any(|(path, _)| path.ends_with("journal.db")), "{:?}", kept.len());
    for (path, bytes) in kept {
        assert!(!has_secret(&String::from_utf8_lossy(&bytes)), "{}", path.display());
    }
    let history = run({
        let mut command = process();
        command.args(["history", "--top", "1000", "-o", "json"]);
        command
    });
    let runs: Value = serde_json::from_str(&history.stdout).expect("JSON");
    for run_of in runs.as_array().expect("runs") {
        let mut command = process();
        command.args(["history", &run_of["run"].to_string(), "-o", "json"]);
        let said = run(command);
        assert!(!has_secret(&said.stdout) && !has_secret(&said.stderr), "{}", said.stdout);
    }
}

#[test]
fn answers_show_secrets_only_in_formats_for_programs() {
    let shown = AtomicUsize::new(0);
    for_all(|parrot, index, sample| {
        let operation = sample.operation;
        let Some(body) = answer(operation, sample.target).filter(|_| operation.effect == Effect::Reads) else { return };
        parrot.set(Mode::Gives(body));
        for format in ["table", "csv", "xlsx", "json", "ndjson", "yaml"] {
            if format == "xlsx" && index % 4 != 0 {
                continue;
            }
            let mut command = parrot.threecx();
            command.args(words(sample, false)).args(["-o", format]);
            let file = std::path::Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("canary-{index}.xlsx"));
            if format == "xlsx" {
                command.arg("--output-file").arg(&file);
            }
            let mut said = run(command);
            assert!(!has_secret(&said.stderr), "{} {format}: {}", operation.id, said.stderr);
            if format == "xlsx" {
                use calamine::Reader;
                if let Ok(mut book) = calamine::open_workbook_auto(&file) {
                    for (_, sheet) in book.worksheets() {
                        sheet.cells().for_each(|(_, _, cell)| said.stdout.push_str(&format!("{cell:?}\n")));
                    }
                }
                let _ = std::fs::remove_file(&file);
            }
            // Whoever asks for a secret gets it.
            let is_asked_for = operation.secret || matches!(format, "json" | "ndjson" | "yaml");
            assert!(is_asked_for || !has_secret(&said.stdout), "{} {format}: {}", operation.id, said.stdout);
            shown.fetch_add(usize::from(said.code == Some(0)), Ordering::Relaxed);
        }
    });
    assert!(shown.load(Ordering::Relaxed) > 800, "{shown:?}");
}

#[test]
fn filters_that_fail_say_no_secrets() {
    let parrot = Parrot::start();
    let failing = [
        ".[0]",
        ".AuthPassword.x",
        ".AuthPassword + 1",
        ".VMPIN | error",
        "error",
        ".VMPIN | tonumber",
        ".Phones[0] | .[0]",
        "[.[]] | add + 1 | .x",
        "to_entries | .[0].value.x.y",
        ".AuthPassword | fromjson",
        ".AuthPassword | test(\"(\")",
        "test(.VMPIN)",
        ".VMPIN | explode | implode | .x",
        ".AuthPassword | todate",
        "{(.Id): 1}",
        ".[.VMPIN].x.y.z[0]",
    ];
    let row = json!({"Id": 1, "AuthPassword": CANARY, "VMPIN": CANARY, "Phones": [{"PhoneWebPassword": CANARY}]});
    parrot.set(Mode::Gives(json!({"value": [row, row]}).to_string()));
    let mut failed = 0;
    for expression in failing {
        for format in ["ndjson", "json", "yaml", "csv", "table"] {
            let mut command = parrot.threecx();
            command.args(["users", "list", "--jq", expression, "-o", format]);
            let said = run(command);
            failed += usize::from(said.code == Some(62));
            assert!(!has_secret(&said.stderr), "{expression} {format}: {}", said.stderr);
        }
    }
    assert!(failed > 40, "{failed}");
}

#[test]
fn raw_calls_show_no_secrets() {
    let parrot = Parrot::start();
    let bodies = [
        format!(r#"{{"AuthPassword":"{CANARY}","VMPIN" : "{CANARY}"}}"#),
        format!(r#"{{"authpassword":"{CANARY}"}}"#),
        format!(r#"[{{"Phones":[{{"PhoneWebPassword":"{CANARY}"}}]}}]"#),
        format!(r#"{{"Unknown":{{"new_api_key":"{CANARY}","adminPwd":"{CANARY}","refresh-token":["{CANARY}"]}}}}"#),
        format!(r#"{{"data":"{{\"VMPIN\":\"{CANARY}\"}}"}}"#),
        format!("password={CANARY}&x=1"),
        format!("<Secret>{CANARY}</Secret>"),
        format!(r#"{{"AuthPassword":"{CANARY}"#),
    ];
    let paths = [
        "/Users(1)".to_owned(),
        "/Unknown".to_owned(),
        format!("/Users?$filter=VMPIN eq '{CANARY}'"),
        format!("/Users?access_token={CANARY}"),
        format!("/Users?$filter=contains(AuthPassword,'{CANARY}')"),
    ];
    for (index, body) in bodies.iter().enumerate() {
        for path in &paths {
            for how in [&["--dry-run"][..], &["--dry-run", "-o", "json"], &["--curl"], &["--curl", "-o", "yaml"]] {
                let mut command = parrot.threecx();
                command.args(["api", "PATCH", path, "--body", body]).args(how);
                let said = run(command);
                let both = format!("{}{}", said.stdout, said.stderr);
                assert!(said.code == Some(0) && !has_secret(&both), "{path} {body} {how:?}: {both}");
            }
            for number in [index, index + 4, index + 8] {
                parrot.set(Mode::Repeats(number, format!("{{\"AuthPassword\":\"{CANARY}\"}}")));
                let mut command = parrot.threecx();
                command.args(["api", "PATCH", path, "--body", body, "--yes"]);
                let said = run(command);
                assert!(!has_secret(&said.stderr), "{path} {body} {number}: {}", said.stderr);
            }
        }
    }
}

#[test]
fn mistakes_in_what_is_given_are_told_without_secrets() {
    let parrot = Parrot::start();
    let broken = [
        format!(r#"{{"AuthPassword": {CANARY}}}"#),
        format!(r#"{{"AuthPassword":"{CANARY}" x}}"#),
        format!(r#"{{"AuthPassword":["{CANARY}"]}}"#),
        format!(r#"{{"AuthPassword":{{"a":"{CANARY}"}}}}"#),
        format!(r#"{{"Phones":{{"PhoneWebPassword":"{CANARY}"}},"Id":[]}}"#),
        format!(r#"[{{"AuthPassword":"{CANARY}"}}]"#),
        format!(r#"{{"Id":{{"AuthPassword":"{CANARY}"}}}}"#),
        format!(r#"{{"AuthPassword":"{CANARY}","AuthPassword":"{CANARY}"}}"#),
        format!(r#"{{"Id":"x","VMPIN":"{CANARY}"}}"#),
    ];
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("rows.json");
    for body in &broken {
        std::fs::write(&file, format!("{body}\n")).expect("written");
        for words in [
            vec!["users", "update", "1", "--body", body],
            vec!["users", "create", "--body", body],
            vec!["users", "create", "--from", file.to_str().expect("UTF-8")],
        ] {
            for format in ["table", "json"] {
                let mut command = parrot.threecx();
                command.args(&words).args(["--dry-run", "--api", "20.0.9", "-o", format]);
                let said = run(command);
                let both = format!("{}{}", said.stdout, said.stderr);
                assert!(!has_secret(&both), "{words:?}: {both}");
            }
        }
    }
    let csv = folder.path().join("rows.csv");
    std::fs::write(&csv, format!("Number,AuthPassword,Bad\n100,{CANARY},1\n101,{CANARY}\n")).expect("written");
    let mut command = parrot.threecx();
    command.args(["users", "create", "--from"]).arg(&csv);
    let said = run(command);
    assert!(said.code != Some(0) && !has_secret(&said.stderr), "{}", said.stderr);
}

#[test]
fn results_and_state_of_a_bulk_run_have_no_secrets() {
    let parrot = Parrot::start();
    let folder_of = tempfile::tempdir().expect("a folder");
    let file = folder_of.path().join("people.csv");
    let rows: String = (0..11).map(|row| format!("{},Ada{row},{CANARY},{CANARY}\n", 700 + row)).collect();
    std::fs::write(&file, format!("Number,FirstName,AuthPassword,VMPIN\n{rows}")).expect("written");
    for number in 0..11 {
        parrot.set(Mode::Repeats(number, json!({"AuthPassword": CANARY}).to_string()));
        let mut command = parrot.threecx();
        command.args(["users", "create", "--yes", "--api", "20.0.9", "--unknown", "repeat", "--from"]).arg(&file);
        let said = run(command);
        assert!(!has_secret(&said.stderr) && !has_secret(&said.stdout), "{number}: {}{}", said.stdout, said.stderr);
    }
    for (path, bytes) in kept(folder_of.path().to_str().expect("UTF-8")) {
        if path != file {
            assert!(!has_secret(&String::from_utf8_lossy(&bytes)), "{}", path.display());
        }
    }
    for (path, bytes) in kept(&folder("THREECX_STATE_DIR")) {
        assert!(!has_secret(&String::from_utf8_lossy(&bytes)), "{}", path.display());
    }
}

/// Every name that sounds like a secret and holds text is one, or is known not to be.
#[test]
fn the_catalogue_knows_all_secrets() {
    let harmless = [
        // What is said about secrets, and what is public.
        "AuthorizationEndpoint",
        "TokenEndpoint",
        "TokenEndpointAuthMethod",
        "tokenEndpoint",
        "NextPageToken",
        "CodeChallenge",
        "AuthID",
        "AuthId",
        "SeparateAuthId",
        "AuthenticationMessage",
        "PublicIPinSIP",
        "TranscriptionMode",
        // Keys by which things are found.
        "Key",
        "playlistKey",
        "InvalidKeyForwardDN",
        "SftpHostKeyFingerprint",
    ];
    let sounds = |name: &str| {
        let lower = name.to_ascii_lowercase();
        let words = [
            "password",
            "secret",
            "token",
            "credential",
            "passphrase",
            "pwd",
            "otp",
            "privatekey",
            "apikey",
            "auth",
            "key",
        ];
        words.iter().any(|word| lower.contains(word)) && !lower.contains("secretary") || lower.ends_with("pin")
    };
    let mut known = 0;
    let mut check = |of: &str, property: &threecx_catalog::Property| {
        let holds = matches!(property.ty.ty, Type::String | Type::Structure(_) | Type::Opaque(_));
        known += usize::from(property.secret);
        if let Type::Structure(inner) = property.ty.ty {
            assert!(property.secret || inner.name != "ConcealedPassword", "{of}.{}", property.name);
        }
        let is_navigation = matches!(property.ty.ty, Type::Structure(inner) if !inner.name.starts_with("Concealed"));
        if holds && sounds(property.name) && !is_navigation && !harmless.contains(&property.name) {
            assert!(property.secret, "{of}.{} is not known to be a secret", property.name);
        }
    };
    for structure in threecx_catalog::structures() {
        structure.all_properties().for_each(|property| check(structure.name, property));
    }
    for operation in threecx_catalog::operations() {
        for form in operation.forms {
            if let Body::Fields(fields) = form.body {
                fields.iter().for_each(|field| check(operation.id, field));
            }
        }
    }
    assert!(known > 60, "{known}");
}
