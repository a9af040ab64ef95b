//! A server that runs while something needs it, such as the real binary as a simulated PBX.

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};

/// A server that has said that it is ready; it ends when it is dropped.
pub struct Server {
    pub process: Child,
    pub url: String,
}

impl Server {
    /// Starts a program that prints its address when it is ready: alone, or in a line of JSON.
    pub fn start(program: &Path, arguments: &[&str]) -> Result<Server, String> {
        let fails = |error: std::io::Error| format!("{}: {error}", program.display());
        let mut process = Command::new(program).args(arguments).stdout(Stdio::piped()).spawn().map_err(fails)?;
        let mut line = String::new();
        let stdout = process.stdout.take();
        // From here on it is ended, whatever goes wrong.
        let mut server = Server { process, url: String::new() };
        BufReader::new(stdout.ok_or("no stdout")?).read_line(&mut line).map_err(fails)?;
        let url = line.split('"').map(str::trim).find(|part| part.starts_with("http"));
        server.url = url.ok_or(format!("{} did not say where it listens: {line}", program.display()))?.to_owned();
        Ok(server)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
