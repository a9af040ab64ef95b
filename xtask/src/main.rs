//! The chores of this repository. `cargo xtask help` lists them.

mod bench;
mod browser;
mod conformance;
mod fuzz;
mod generate;
mod import;
mod n8n;
mod opinions;
mod package;
mod record;
mod semver;
mod server;
mod steps;
mod supply_chain;
mod test;
mod tools;

use std::path::{Path, PathBuf};
use std::process::ExitCode;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match run(&arguments) {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => {
            eprintln!("xtask: {message}");
            ExitCode::FAILURE
        }
    }
}

fn run(arguments: &[String]) -> Result<(), String> {
    let (command, rest) = arguments.split_first().map_or(("help", &[][..]), |(c, r)| (c.as_str(), r));
    match command {
        "import" => import::run(&root().join("api"), &rest.iter().map(PathBuf::from).collect::<Vec<_>>()),
        "generate" => match rest {
            [] => generate::run(root(), false),
            [flag] if flag == "--check" => generate::run(root(), true),
            _ => Err("usage: cargo xtask generate [--check]".into()),
        },
        "conformance" => {
            let folder = rest.first().map(PathBuf::from).or_else(|| conformance::descriptions(root()));
            conformance::run(root(), &folder.ok_or("where are the official descriptions? Name their folder.")?)
        }
        "package" => package::run(root(), rest.first().map_or("", String::as_str)),
        "test" => match rest {
            [] => test::run(root(), true),
            [flag] if flag == "--quick" => test::run(root(), false),
            _ => Err("usage: cargo xtask test [--quick]".into()),
        },
        "browser" => browser::run(root()),
        "n8n" => n8n::run(root(), rest),
        "demo" => match rest.split_first() {
            Some((what, rest)) if what == "n8n" => n8n::demo(root(), rest),
            _ => Err("usage: cargo xtask demo n8n [--port PORT]".into()),
        },
        "opinions" => opinions::run(root(), conformance::descriptions(root()).as_deref()),
        "fuzz" => fuzz::run(root(), rest),
        "supply-chain" => supply_chain::run(root()),
        "semver" => semver::run(root()),
        "bench" => bench::run(root(), rest.first().map_or("", String::as_str)),
        "help" | "--help" | "-h" => {
            print!("{HELP}");
            Ok(())
        }
        other => Err(format!("there is no `{other}`; see `cargo xtask help`")),
    }
}

const HELP: &str = "\
The chores of this repository:

  cargo xtask test [--quick]           everything that has to hold before a change lands; quick: only our own programs
  cargo xtask browser                  only those checks that need a browser
  cargo xtask n8n [FILE...]            only those checks that need a real n8n
  cargo xtask demo n8n [--port PORT]   a simulated PBX and a real n8n with the node in it, to try, until Ctrl-C
  cargo xtask generate [--check]       writes what is made from api/ (tables, n8n's description, the typed API), or checks it
  cargo xtask import FILE...           takes official API descriptions into api/ (api/README.md)
  cargo xtask conformance [FOLDER]     holds commands and simulated answers to the official descriptions
  cargo xtask opinions                 lets schemathesis and other people's clients loose on the simulated PBX
  cargo xtask fuzz [SECONDS] [NAME...]  runs every fuzz target, or those named, for a minute each, and keeps what it learns
  cargo xtask supply-chain             licences, sources and advisories of the crates that we use
  cargo xtask semver                   holds the library to the version that was released last
  cargo xtask package cli|n8n          builds the command line as it is released, or the n8n node's npm package
  cargo xtask bench start|build|cli|sim|node|n8n|typed  figures for docs/performance.md
";

/// The repository's root folder.
fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap_or(Path::new("."))
}
