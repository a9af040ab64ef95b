//! Running other programs, with what is done shown as it is done.

use std::path::Path;
use std::process::Command;
use std::time::Instant;

/// Runs a program to its end and shows its output; an error if it fails.
pub fn run(title: &str, folder: &Path, command: &[&str]) -> Result<(), String> {
    run_with(title, folder, command, &[])
}

/// The same, with environment variables.
pub fn run_with(title: &str, folder: &Path, command: &[&str], environment: &[(&str, &str)]) -> Result<(), String> {
    let Some((program, arguments)) = command.split_first() else { return Ok(()) };
    eprintln!("── {title}: {}", command.join(" "));
    let start = Instant::now();
    let status = Command::new(program).args(arguments).envs(environment.iter().copied()).current_dir(folder).status();
    let status = status.map_err(|error| format!("{program} cannot be started: {error}"))?;
    eprintln!("── {title}: {:.1} s", start.elapsed().as_secs_f64());
    if status.success() { Ok(()) } else { Err(format!("{title} failed ({status})")) }
}

/// Runs a program whose output is not needed; an error, with what it said last, if it fails.
pub fn run_quiet(title: &str, folder: &Path, command: &[&str], environment: &[(&str, &str)]) -> Result<(), String> {
    captured(title, folder, command, environment, 30).map(|_| ())
}

/// Runs a program that says how many of something have passed, and shows that; an error, with all
/// the details that one can read, if it fails or counts nothing.
pub fn run_counted(title: &str, folder: &Path, command: &[&str], environment: &[(&str, &str)]) -> Result<(), String> {
    let said = captured(title, folder, command, environment, 400)?;
    let count = said.lines().rfind(|line| line.contains(" passed"));
    println!("{title}: {}", count.ok_or(format!("{title} counted nothing"))?.trim());
    Ok(())
}

fn captured(
    title: &str,
    folder: &Path,
    command: &[&str],
    environment: &[(&str, &str)],
    most_lines: usize,
) -> Result<String, String> {
    let Some((program, arguments)) = command.split_first() else { return Ok(String::new()) };
    eprintln!("── {title}: {}", command.join(" "));
    let start = Instant::now();
    let output = Command::new(program).args(arguments).envs(environment.iter().copied()).current_dir(folder).output();
    let output = output.map_err(|error| format!("{program} cannot be started: {error}"))?;
    eprintln!("── {title}: {:.1} s", start.elapsed().as_secs_f64());
    let said = String::from_utf8_lossy(&[output.stdout, output.stderr].concat()).into_owned();
    if output.status.success() {
        return Ok(said);
    }
    let lines: Vec<&str> = said.lines().collect();
    let last = lines[lines.len().saturating_sub(most_lines)..].join("\n");
    Err(format!("{title} failed ({}):\n{last}", output.status))
}

/// Runs a program and gives its standard output; an error, with what it said, if it fails.
pub fn output(folder: &Path, command: &[&str]) -> Result<String, String> {
    let Some((program, arguments)) = command.split_first() else { return Ok(String::new()) };
    let output = Command::new(program).args(arguments).current_dir(folder).output();
    let output = output.map_err(|error| format!("{program} cannot be started: {error}"))?;
    if !output.status.success() {
        return Err(format!("{} failed: {}", command.join(" "), String::from_utf8_lossy(&output.stderr)));
    }
    String::from_utf8(output.stdout).map_err(|error| format!("{program}: {error}"))
}
