//! `xtask fuzz`: every fuzz target for a while, beginning with what earlier runs found worth keeping.

use std::path::Path;

use crate::{steps, tools};

/// The version of cargo-fuzz that is built where the machine has none.
const CARGO_FUZZ: &str = "0.13.2";

/// How long each target runs, in seconds, unless something else is said.
const SECONDS: u32 = 60;

/// How long one input may take, in seconds, and how much memory, in MB.
const BOUNDS: [&str; 2] = ["-timeout=10", "-rss_limit_mb=2048"];

/// Runs the named targets, or all.
pub fn run(root: &Path, arguments: &[String]) -> Result<(), String> {
    let seconds = arguments.first().and_then(|first| first.parse::<u32>().ok());
    let named = if seconds.is_some() { &arguments[1..] } else { arguments };
    let known = targets(root)?;
    if let Some(unknown) = named.iter().find(|name| !known.contains(name)) {
        return Err(format!("there is no fuzz target `{unknown}`; there are: {}", known.join(", ")));
    }
    let program = tools::cargo::program("cargo-fuzz", CARGO_FUZZ)?.display().to_string();
    let fuzz = root.join("fuzz");
    // Any toolchain will do; AddressSanitizer would halve the number of inputs, and our own crates have no unsafe code.
    let environment = [("RUSTC_BOOTSTRAP", "1")];
    steps::run_with("fuzz targets", root, &[&program, "fuzz", "build", "--sanitizer", "none"], &environment)?;
    let wanted = if named.is_empty() { &known[..] } else { named };
    let mut found = Vec::new();
    for target in wanted {
        let corpus = fuzz.join("corpus").join(target);
        std::fs::create_dir_all(&corpus).map_err(|error| format!("{}: {error}", corpus.display()))?;
        let seeds = fuzz.join("seeds").join(target);
        let time = format!("-max_total_time={}", seconds.unwrap_or(SECONDS));
        let words = format!("-dict={}", fuzz.join("words.dict").display());
        let (corpus, seeds) = (corpus.display().to_string(), seeds.exists().then(|| seeds.display().to_string()));
        let mut command = vec![&*program, "fuzz", "run", "--sanitizer", "none", target, &corpus];
        command.extend(seeds.as_deref());
        command.extend(["--", &time, &words, "-print_final_stats=1", "-verbosity=0"]);
        command.extend(BOUNDS);
        if let Err(error) = steps::run_with(target, root, &command, &environment) {
            eprintln!("{error}");
            found.push(target.as_str());
        }
    }
    match found[..] {
        [] => Ok(()),
        _ => Err(format!("there are findings: {} (fuzz/artifacts has the inputs)", found.join(", "))),
    }
}

/// The names of all targets, as the files say.
fn targets(root: &Path) -> Result<Vec<String>, String> {
    let folder = root.join("fuzz/fuzz_targets");
    let entries = std::fs::read_dir(&folder).map_err(|error| format!("{}: {error}", folder.display()))?;
    let stem = |entry: std::fs::DirEntry| Some(entry.path().file_stem()?.to_str()?.to_owned());
    let mut names: Vec<String> = entries.filter_map(|entry| stem(entry.ok()?)).collect();
    names.sort_unstable();
    Ok(names)
}
