//! The real binary, and a simulated PBX in a process of its own.

#![allow(dead_code, reason = "no test uses all of it")]

pub mod examples;
pub mod hostile;
pub mod parts;
pub mod server;
pub mod sheet;
#[cfg(unix)]
pub mod terminal;
pub mod tls;

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::process::{Child, Command as Process, Stdio};

use assert_cmd::Command;
use assert_cmd::cargo::cargo_bin;
use serde_json::Value;

const VARIABLES: [&str; 18] = [
    "THREECX_URL",
    "THREECX_CLIENT_ID",
    "THREECX_CLIENT_SECRET",
    "THREECX_CA_FILE",
    "THREECX_PROFILE",
    "THREECX_PASSWORD",
    "THREECX_TIMEOUT",
    "THREECX_CONNECT_TIMEOUT",
    "HTTPS_PROXY",
    "https_proxy",
    "HTTP_PROXY",
    "http_proxy",
    "ALL_PROXY",
    "all_proxy",
    "NO_PROXY",
    "no_proxy",
    "REQUEST_METHOD",
    "COLUMNS",
];

/// Where the binary keeps things in tests: never where people do.
const HOME: &str = env!("CARGO_TARGET_TMPDIR");

pub fn threecx() -> Command {
    Command::from_std(process())
}

/// The same, to be run at a terminal.
pub fn process() -> Process {
    let mut command = Process::new(cargo_bin("threecx"));
    for variable in VARIABLES {
        command.env_remove(variable);
    }
    command.envs(home());
    command
}

/// The variables by which it keeps its things where tests do.
pub fn home() -> [(&'static str, String); 4] {
    // A port may be that of another test's PBX of before, but a process's number is not.
    let home = format!("{HOME}/{}", std::process::id());
    [
        ("THREECX_CONFIG_DIR", format!("{home}/config")),
        ("THREECX_CACHE_DIR", format!("{home}/cache")),
        ("THREECX_STATE_DIR", format!("{home}/state")),
        ("THREECX_SECRETS", "file".to_owned()),
    ]
}

/// What a successful call prints.
#[track_caller]
pub fn prints(command: &mut Command) -> String {
    let output = command.output().expect("it runs");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).expect("UTF-8")
}

#[track_caller]
pub fn prints_json(command: &mut Command) -> Value {
    serde_json::from_str(&prints(command)).expect("JSON and nothing else")
}

/// The error and the exit code of a call that fails.
#[track_caller]
pub fn fails(command: &mut Command) -> (Value, i32) {
    let output = command.arg("-o").arg("json").output().expect("it runs");
    let stderr = String::from_utf8(output.stderr).expect("UTF-8");
    let error: Value = serde_json::from_str(&stderr).unwrap_or_else(|_| panic!("JSON and nothing else: {stderr}"));
    (error["error"].clone(), output.status.code().expect("an exit code"))
}

/// The steps of the newest run of this PBX, or of a run of this number.
#[track_caller]
pub fn steps(sim: &Sim, run: Option<i64>) -> Vec<Value> {
    let run = run.unwrap_or_else(|| last_run(sim));
    let detail = prints_json(threecx().args(["history", &run.to_string(), "-o", "json"]));
    detail["each"].as_array().expect("steps").clone()
}

/// The number of the newest run of this PBX.
#[track_caller]
pub fn last_run(sim: &Sim) -> i64 {
    runs(sim).first().and_then(|run| run["run"].as_i64()).expect("a run")
}

/// The runs of this PBX, the newest first.
#[track_caller]
pub fn runs(sim: &Sim) -> Vec<Value> {
    let runs = prints_json(threecx().args(["history", "--top", "1000", "-o", "json"]));
    runs.as_array().expect("runs").iter().filter(|run| run["pbx"] == sim.url.as_str()).cloned().collect()
}

/// A call of a server that is not a PBX.
pub fn at(url: &str) -> Command {
    let mut command = threecx();
    let folder = tempfile::tempdir_in(HOME).expect("a folder").keep();
    command.env("THREECX_URL", url).env("THREECX_CLIENT_ID", "900").env("THREECX_CLIENT_SECRET", "s");
    // No token and no version of another one at the same port.
    command.env("THREECX_CACHE_DIR", folder.join("cache")).env("THREECX_STATE_DIR", folder.join("state"));
    command
}

/// A simulated PBX in a process of its own.
pub struct Sim {
    pub process: Child,
    pub url: String,
    /// What it said when it was ready.
    pub ready: Value,
}

impl Sim {
    pub fn start(more: &[&str]) -> Sim {
        Sim::by(Process::new(cargo_bin("threecx")), more)
    }

    /// The same by what starts it.
    pub fn by(mut starter: Process, more: &[&str]) -> Sim {
        let mut process = starter
            .args(["sim", "--port", "0", "-o", "json"])
            .args(more)
            .stdout(Stdio::piped())
            .spawn()
            .expect("it starts");
        let mut line = String::new();
        BufReader::new(process.stdout.take().expect("piped")).read_line(&mut line).expect("a line");
        let ready: Value = serde_json::from_str(&line).expect("JSON");
        Sim { process, url: ready["url"].as_str().expect("an address").to_owned(), ready }
    }

    pub fn threecx(&self) -> Command {
        let mut command = threecx();
        command.envs(self.environment());
        command
    }

    /// The variables by which to call it.
    pub fn environment(&self) -> [(&'static str, &str); 3] {
        let text = |name: &str| self.ready[name].as_str().expect("text");
        [
            ("THREECX_URL", self.url.as_str()),
            ("THREECX_CLIENT_ID", text("client_id")),
            ("THREECX_CLIENT_SECRET", text("client_secret")),
        ]
    }

    /// What it answers to a question under `/sim/`.
    #[track_caller]
    pub fn get(&self, path: &str) -> Value {
        self.control("GET", path, "")
    }

    /// Asks something of its controls (`/sim/*`).
    #[track_caller]
    pub fn control(&self, method: &str, path: &str, body: &str) -> Value {
        let body = self.exchange(method, path, body);
        if body.is_empty() { Value::Null } else { serde_json::from_str(&body).expect("JSON") }
    }

    /// What it received for an operation, oldest first.
    pub fn received(&self, operation: &str) -> Vec<Value> {
        self.get(&format!("/sim/received?operation={operation}")).as_array().expect("a list").clone()
    }

    /// The same, with the body of the answer as it comes.
    #[track_caller]
    pub fn exchange(&self, method: &str, path: &str, body: &str) -> String {
        let address = self.url.strip_prefix("http://").expect("plain HTTP");
        let mut stream = TcpStream::connect(address).expect("it listens");
        let length = body.len();
        let head = format!(
            "{method} {path} HTTP/1.1\r\nhost: {address}\r\nconnection: close\r\ncontent-length: {length}\r\n\r\n"
        );
        stream.write_all(head.as_bytes()).and_then(|()| stream.write_all(body.as_bytes())).expect("sent");
        let mut answer = String::new();
        stream.read_to_string(&mut answer).expect("an answer");
        let (head, body) = answer.split_once("\r\n\r\n").expect("a head and a body");
        assert!(head.starts_with("HTTP/1.1 20"), "{answer}");
        body.to_owned()
    }
}

impl Drop for Sim {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
