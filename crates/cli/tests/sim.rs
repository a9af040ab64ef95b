//! `threecx sim` as a process: how it says that it is ready, what it can be told on the command
//! line, how it ends, and what it withstands.

mod common;

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Command as Process, Stdio};

use assert_cmd::cargo::cargo_bin;
use common::{Sim, fails, prints, prints_json, threecx};
use serde_json::{Value, json};

/// What a PBX answers to a request in plain HTTP, as it comes.
fn get(sim: &Sim, path: &str) -> String {
    let (_, address) = sim.url.split_once("://").expect("an address");
    let mut stream = TcpStream::connect(address).expect("a connection");
    let request = format!("GET {path} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n");
    stream.write_all(request.as_bytes()).expect("sent");
    let mut answer = String::new();
    stream.read_to_string(&mut answer).expect("an answer");
    answer
}

fn get_json(sim: &Sim, path: &str) -> Value {
    let answer = get(sim, path);
    let (_, body) = answer.split_once("\r\n\r\n").expect("a body");
    serde_json::from_str(body).expect("JSON")
}

#[test]
fn https_with_an_authority_that_is_named_and_without() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("ca.pem");
    std::fs::write(&file, "an older one").expect("written");
    let sim = Sim::start(&["--tls", "--ca-out", file.to_str().expect("UTF-8"), "--users", "5"]);
    assert!(sim.url.starts_with("https://127.0.0.1:"), "{}", sim.url);
    let named = Path::new(sim.ready["ca_file"].as_str().expect("a path"));
    assert_eq!(named, file.canonicalize().expect("it is there"));
    let written = std::fs::read_to_string(&file).expect("it is there");
    assert!(written.starts_with("-----BEGIN CERTIFICATE-----") && !written.contains("PRIVATE"), "{written}");
    // Nothing else is left behind.
    assert_eq!(std::fs::read_dir(&folder).expect("a folder").count(), 1);

    let list = ["users", "list", "--top", "1", "--select", "Id", "-o", "json"];
    assert_eq!(prints_json(sim.threecx().env("THREECX_CA_FILE", &file).args(list)), json!([{"Id": 29}]));
    assert_eq!(prints_json(sim.threecx().arg("--ca-file").arg(&file).args(list)), json!([{"Id": 29}]));
    let (error, code) = fails(sim.threecx().args(["users", "list"]));
    assert_eq!((error["code"].as_str(), code), (Some("certificate"), 21), "{error}");
    assert!(error["message"].as_str().is_some_and(|message| message.contains("does not trust")), "{error}");
    // Another run, another authority.
    let other = Sim::start(&["--tls", "--users", "5"]);
    assert_eq!(other.ready.get("ca_file"), None);
    let (error, code) = fails(other.threecx().arg("--ca-file").arg(&file).args(["users", "list"]));
    assert_eq!((error["code"].as_str(), code), (Some("certificate"), 21), "{error}");
    // Whoever speaks HTTP to it is told so.
    let plain = Sim {
        process: Process::new("true").spawn().expect("a process"),
        url: sim.url.replace("https", "http"),
        ready: Value::Null,
    };
    assert!(get(&plain, "/").ends_with("This port speaks https, not http.\n"));
    assert_eq!(prints_json(sim.threecx().arg("--ca-file").arg(&file).args(list)), json!([{"Id": 29}]));
}

#[test]
fn what_it_says_to_a_person() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut process = Process::new(cargo_bin("threecx"))
        .args(["sim", "--port", "0", "--users", "5", "--bind", "0.0.0.0", "--tls", "--ca-out", "ca.pem"])
        .current_dir(&folder)
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("it starts");
    let mut said = Vec::new();
    for line in BufReader::new(process.stdout.take().expect("piped")).lines() {
        said.push(line.expect("text"));
        if said.last().is_some_and(|line| line.contains("threecx users list")) {
            break;
        }
    }
    process.kill().expect("it runs");
    let output = process.wait_with_output().expect("it ends");
    assert!(said[0].starts_with("The simulated PBX is ready at https://0.0.0.0:"), "{said:?}");
    let file = folder.path().canonicalize().expect("a path").join("ca.pem");
    assert!(said.contains(&format!("  export THREECX_CA_FILE={}", file.display())), "{said:?}");
    let warned = String::from_utf8_lossy(&output.stderr);
    assert!(warned.contains("it listens on 0.0.0.0: everyone who can reach this machine can use it"), "{warned}");
}

#[test]
fn what_the_command_line_says_is_done() {
    let sim = Sim::start(&[
        "--users",
        "20",
        "--clock",
        "2027-01-15T08:00:00Z",
        "--live-calls",
        "off",
        "--role",
        "system_admins",
        "--token-life",
        "5s",
        "--latency",
        "1ms+1ms",
        "--latency",
        "0s@Users",
        "--fault",
        "503:1:1@token",
        "--fault",
        "429:1:2:retry-after=0@Users.ListUser",
        "--fault",
        "evict:1:1@Users.GetUser",
    ]);
    // That no token could be had means that nothing was sent: it is tried again.
    let (error, status) = fails(sim.threecx().args(["recordings", "list"]));
    assert_eq!((error["code"].as_str(), status), (Some("permission"), 31), "{error}");
    let users = prints_json(sim.threecx().args(["users", "list", "--top", "1", "--select", "Id", "-o", "json"]));
    assert_eq!(users, json!([{"Id": 29}]));
    let user = prints_json(sim.threecx().args(["users", "get", "--id", "29", "--select", "Number", "-o", "json"]));
    assert_eq!(user["Number"], "100");
    let count = |what: &str| get_json(&sim, &format!("/sim/counts/{what}"))["statuses"].clone();
    assert_eq!(count("Users.ListUser"), json!({"200": 1, "429": 2}));
    assert_eq!(count("Users.GetUser"), json!({"200": 1, "401": 1}));
    assert_eq!(count("token")["503"], 1);
    assert_eq!(get_json(&sim, "/sim/clock"), json!({"now": "2027-01-15T08:00:00Z"}));
    assert_eq!(get_json(&sim, "/sim/tokens")[0]["until"], "2027-01-15T08:00:05Z");
    assert_eq!(get_json(&sim, "/sim/latency"), json!(["1ms+1ms", "0s@Users"]));
    assert_eq!(get_json(&sim, "/sim/overview")["activeCalls"], 0);
}

#[test]
fn what_makes_no_sense_is_refused() {
    for (arguments, words) in [
        (["--fault", "402"].as_slice(), "expected one of 401, expire, evict"),
        (&["--fault", "429:2"], "a probability from 0 to 1"),
        (&["--fault", "500@Users.RebotPhone"], "Users.RebootPhone"),
        (&["--latency", "20"], "such as 20ms"),
        (&["--token-life", "1500ms"], "whole seconds"),
        (&["--token-life", "0s"], "whole seconds"),
        (&["--role", "king"], "system_owners"),
        (&["--live-calls", "maybe"], "invalid value"),
        (&["--clock", "soon"], "an instant"),
        (&["--ca-out", "ca.pem"], "--tls"),
        (&["--tls-name", "pbx"], "--tls"),
        (&["--tls", "--tls-name", "bücher.example"], "certificate"),
    ] {
        let (error, code) = fails(threecx().args(["sim", "--port", "0"]).args(arguments));
        let said = format!("{} {}", error["message"], error["next_step"]);
        assert!(code == 2 && said.contains(words), "{arguments:?}: {code} {said}");
    }
    let nowhere = ["sim", "--port", "0", "--tls", "--ca-out", "/no/such/folder/ca.pem"];
    let (error, code) = fails(threecx().args(nowhere));
    assert_eq!((error["code"].as_str(), code), (Some("file"), 60), "{error}");
}

#[cfg(unix)]
#[test]
fn it_ends_cleanly_when_it_is_told_to() {
    for signal in ["INT", "TERM"] {
        let mut sim = Sim::start(&["--users", "5"]);
        // Somebody is connected and says nothing.
        let (_, address) = sim.url.split_once("://").expect("an address");
        let idle = TcpStream::connect(address).expect("a connection");
        prints(sim.threecx().args(["users", "list", "--top", "1"]));
        let pid = sim.process.id().to_string();
        let sent = Process::new("kill").args([format!("-{signal}"), pid]).status().expect("kill runs");
        assert!(sent.success());
        assert_eq!(sim.process.wait().expect("it ends").code(), Some(0), "{signal}");
        drop(idle);
    }
}

/// The most memory that a process has had, in megabytes.
#[cfg(target_os = "linux")]
fn peak_memory(process: u32) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{process}/status")).expect("it runs");
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).expect("a line");
    line.trim().trim_end_matches(" kB").parse::<u64>().expect("a number") / 1024
}

#[cfg(target_os = "linux")]
#[test]
fn a_flood_of_large_bodies_costs_little_memory() {
    let sim = Sim::start(&["--users", "20"]);
    let address = sim.url.split_once("://").expect("an address").1.to_owned();
    let before = peak_memory(sim.process.id());
    let head = format!("POST /xapi/v1/Users HTTP/1.1\r\nHost: {address}\r\nContent-Type: application/json\r\n");
    let chunk = [b"100000\r\n".as_slice(), &vec![b' '; 1 << 20], b"\r\n"].concat();
    let floods: Vec<_> = (0..16)
        .map(|number| {
            let (address, head, chunk) = (address.clone(), head.clone(), chunk.clone());
            std::thread::spawn(move || {
                let mut stream = TcpStream::connect(address).expect("a connection");
                let rest = if number % 2 == 0 {
                    "Content-Length: 104857600\r\n\r\n"
                } else {
                    "Transfer-Encoding: chunked\r\n\r\n"
                };
                stream.write_all(format!("{head}{rest}").as_bytes()).expect("the head is taken");
                // A hundred megabytes each; the PBX may hang up before.
                let _ = (0..100).try_for_each(|_| stream.write_all(&chunk));
                let mut status = [0; 12];
                let read = stream.read_exact(&mut status);
                read.map(|()| String::from_utf8_lossy(&status).into_owned())
            })
        })
        .collect();
    for flood in floods {
        if let Ok(status) = flood.join().expect("it ends") {
            assert_eq!(status, "HTTP/1.1 413");
        }
    }
    let after = peak_memory(sim.process.id());
    assert!(after < before + 128, "{before} MB before, {after} MB after");
    assert!(get(&sim, "/sim/overview").starts_with("HTTP/1.1 200"));
}

/// A simulated PBX that can open so many files, and write none that is larger than so many blocks of 512 bytes.
#[cfg(unix)]
fn limited(files: Option<u32>, blocks: Option<u64>, more: &[&str]) -> Sim {
    let mut script = String::from("trap '' XFSZ; ");
    if let Some(files) = files {
        script.push_str(&format!("ulimit -n {files}; "));
    }
    if let Some(blocks) = blocks {
        script.push_str(&format!("ulimit -f {blocks}; "));
    }
    script.push_str("exec \"$0\" \"$@\"");
    let mut starter = Process::new("sh");
    starter.args(["-c", &script]).arg(cargo_bin("threecx")).stderr(Stdio::null());
    Sim::by(starter, more)
}

/// The numbers of its extensions.
#[cfg(unix)]
fn numbers(sim: &Sim) -> Vec<String> {
    let rows = prints_json(sim.threecx().args(["users", "list", "--all", "--select", "Id,Number", "-o", "json"]));
    let rows = rows.as_array().expect("rows").iter();
    rows.map(|row| row["Number"].as_str().expect("text").to_owned()).collect()
}

#[cfg(unix)]
#[test]
fn what_a_full_disk_does_not_take_was_never_there() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("pbx.db");
    let data = ["--users", "5", "--calls", "0", "--live-calls", "off", "--data", file.to_str().expect("UTF-8")];
    drop(Sim::start(&data));
    let size = std::fs::metadata(&file).expect("it is there").len();
    // A few more writes fit.
    let sim = limited(None, Some(size / 512 + 64), &data);
    let mut created = Vec::new();
    let mut refused = None;
    for number in 700..780 {
        let number = number.to_string();
        let create = ["users", "create", "--number", &number, "--first-name", "A", "-o", "json", "--timeout", "5s"];
        let output = sim.threecx().args(create).output().expect("it runs");
        if output.status.success() {
            created.push(number);
        } else {
            refused = Some(number);
            break;
        }
    }
    let refused = refused.expect("the disk is full at some time");
    let seen = numbers(&sim);
    assert!(!seen.contains(&refused) && created.iter().all(|number| seen.contains(number)), "{refused}: {seen:?}");
    let reset = get_status(&sim, "POST", "/sim/reset");
    let after_reset = numbers(&sim);
    if reset == 500 {
        assert_eq!(after_reset, seen, "a reset that was refused");
    } else {
        assert!(reset == 204 && after_reset.len() == 5, "{reset}: {after_reset:?}");
    }
    drop(sim);
    let sim = Sim::start(&data);
    assert_eq!(numbers(&sim), after_reset, "after a restart");
    // With room again, a reset stays.
    assert_eq!(get_status(&sim, "POST", "/sim/reset"), 204);
    let (first_day, state) = (numbers(&sim), get_json(&sim, "/sim/state"));
    drop(sim);
    let sim = Sim::start(&data);
    assert_eq!((numbers(&sim), get_json(&sim, "/sim/state")), (first_day, state));
}

/// The status of the answer to a request without a body.
#[cfg(unix)]
fn get_status(sim: &Sim, method: &str, path: &str) -> u16 {
    let address = sim.url.strip_prefix("http://").expect("plain HTTP");
    let mut stream = TcpStream::connect(address).expect("a connection");
    let head = format!("{method} {path} HTTP/1.1\r\nHost: {address}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
    stream.write_all(head.as_bytes()).expect("sent");
    let mut answer = String::new();
    stream.read_to_string(&mut answer).expect("an answer");
    answer.split(' ').nth(1).and_then(|status| status.parse().ok()).expect("a status")
}

/// More connections than it can have, which say nothing, do not keep others out.
#[cfg(unix)]
#[test]
fn silent_connections_do_not_lock_others_out() {
    let sim = limited(Some(48), None, &["--users", "5"]);
    let address = sim.url.strip_prefix("http://").expect("plain HTTP").to_owned();
    let silent: Vec<TcpStream> = (0..200).map(|_| TcpStream::connect(&address).expect("queued")).collect();
    for _ in 0..5 {
        assert_eq!(get_status(&sim, "GET", "/sim/overview"), 200);
    }
    sim.threecx().args(["users", "list", "--timeout", "30s"]).assert().success();
    assert_eq!(silent.len(), 200);
}
