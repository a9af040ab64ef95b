//! What the command line costs compared with the tools that people use today: curl, wrk and the Python
//! SDK (3cx-xapi-python-sdk), against one simulated PBX, in one run.

mod bulk;
mod lists;
mod memory;
mod start;

use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use crate::server::Server;
use crate::{steps, tools};

use super::sim::CLIENT;

/// Everything that is compared.
struct Bench {
    threecx: PathBuf,
    /// The Python that has the SDK.
    python: PathBuf,
    /// Where files go: inputs, and what the command line keeps.
    folder: PathBuf,
}

/// Prints the tables.
pub fn run(root: &Path) -> Result<(), String> {
    steps::run("release build", root, &["cargo", "build", "--release", "--quiet", "--package", "threecx-cli"])?;
    tools::need("wrk", "wrk")?;
    tools::need("curl", "curl")?;
    let python = tools::environment(&root.join("tests/python-sdk/requirements.txt"))?.join("python");
    let folder = root.join("target/bench/cli");
    let _ = std::fs::remove_dir_all(&folder);
    std::fs::create_dir_all(&folder).map_err(|error| error.to_string())?;
    let bench = Bench { threecx: root.join("target/release/threecx"), python, folder };
    start::run(&bench)?;
    lists::run(&bench)?;
    bulk::run(&bench)?;
    memory::run(&bench)
}

impl Bench {
    /// A simulated PBX in release, with these arguments besides the usual ones.
    fn pbx(&self, more: &[&str]) -> Result<Server, String> {
        let [id, secret] = CLIENT;
        let usual = ["sim", "--port", "0", "-o", "json", "--client-id", id, "--client-secret", secret];
        Server::start(&self.threecx, &[&usual[..], &["--live-calls", "off"], more].concat())
    }

    /// The command line as a user of that PBX has it: the token is kept in a folder of its own.
    fn threecx(&self, pbx: &Server, arguments: &[&str]) -> Command {
        self.command(&self.threecx, pbx, arguments)
    }

    /// A script with the Python SDK.
    fn python(&self, pbx: &Server, script: &str) -> Command {
        self.command(&self.python, pbx, &["-c", script])
    }

    fn command(&self, program: &Path, pbx: &Server, arguments: &[&str]) -> Command {
        let [id, secret] = CLIENT;
        let mut command = Command::new(program);
        command
            .args(arguments)
            .env("THREECX_URL", &pbx.url)
            .env("THREECX_CLIENT_ID", id)
            .env("THREECX_CLIENT_SECRET", secret)
            .env("XDG_CACHE_HOME", self.folder.join("cache"))
            .env("XDG_RUNTIME_DIR", self.folder.join("cache"))
            .env("XDG_CONFIG_HOME", self.folder.join("config"))
            .env("XDG_STATE_HOME", self.folder.join("state"))
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null());
        command
    }
}

/// How long a command takes that has to succeed.
fn time(name: &str, command: &mut Command) -> Result<Duration, String> {
    let start = Instant::now();
    let status = command.status().map_err(|error| format!("{name}: {error}"))?;
    let time = start.elapsed();
    if status.success() { Ok(time) } else { Err(format!("{name} failed ({status})")) }
}

fn median(mut times: Vec<Duration>) -> Duration {
    times.sort();
    times[times.len() / 2]
}

/// The most memory that a command has resident, in MB, as long as it can be looked at.
fn peak_memory(name: &str, command: &mut Command) -> Result<f64, String> {
    let mut process = command.spawn().map_err(|error| format!("{name}: {error}"))?;
    let mut peak = 0.0_f64;
    loop {
        if let Some(memory) = high_water_mark(&process) {
            peak = peak.max(memory);
        }
        match process.try_wait().map_err(|error| format!("{name}: {error}"))? {
            Some(status) if status.success() => return Ok(peak),
            Some(status) => return Err(format!("{name} failed ({status})")),
            None => std::thread::sleep(Duration::from_millis(2)),
        }
    }
}

fn high_water_mark(process: &Child) -> Option<f64> {
    let status = std::fs::read_to_string(format!("/proc/{}/status", process.id())).ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    Some(line.trim().trim_end_matches(" kB").parse::<f64>().ok()? / 1024.0)
}
