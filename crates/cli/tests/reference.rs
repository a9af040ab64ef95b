//! `docs/reference.md` says what the program says. `UPDATE_GOLDEN=1` writes it anew.

mod common;

use std::fmt::Write as _;
use std::path::PathBuf;

use common::{prints, threecx};

const PATH: [&str; 4] = ["..", "..", "docs", "reference.md"];

/// The lines of a section of the help, each as its first word and the rest.
fn section<'h>(help: &'h str, title: &str) -> Vec<(&'h str, &'h str)> {
    let lines = help.lines().skip_while(|line| *line != title).skip(1).take_while(|line| !line.is_empty());
    let pair = |line: &'h str| line.trim().split_once("  ").unwrap_or((line.trim(), ""));
    lines.map(pair).map(|(name, meaning)| (name, meaning.trim())).collect()
}

fn table(text: &mut String, heading: [&str; 2], rows: &[(&str, &str)]) {
    let _ = writeln!(text, "| {} | {} |\n|---|---|", heading[0], heading[1]);
    for (name, meaning) in rows {
        let _ = writeln!(text, "| `{name}` | {} |", meaning.replace('|', "\\|"));
    }
}

#[test]
fn the_reference_has_every_command_variable_and_exit_code() {
    let help = prints(threecx().arg("--help"));
    let mut text = String::from(
        "# Reference of the command line\n\nWritten by `UPDATE_GOLDEN=1 cargo test -p threecx-cli --test reference`.\n",
    );
    for (title, heading, about) in [
        ("Commands:", ["Command", "What it does"], "Besides a command for each resource and operation:"),
        (
            "Environment variables:",
            ["Variable", "Meaning"],
            "One that is set to nothing counts as not set. A flag goes before its variable.",
        ),
        (
            "Exit codes:",
            ["Code", "Meaning"],
            "They do not change. The word before the colon is `code` in the errors that `-o json` prints.",
        ),
    ] {
        let rows = section(&help, title);
        assert!(rows.len() > 3, "{title}: {rows:?}");
        let _ = write!(text, "\n## {}\n\n{about}\n\n", title.trim_end_matches(':'));
        table(&mut text, heading, &rows);
    }
    let path: PathBuf = std::iter::once(env!("CARGO_MANIFEST_DIR")).chain(PATH).collect();
    if std::env::var_os("UPDATE_GOLDEN").is_some() {
        std::fs::write(&path, &text).expect("written");
    }
    let written = std::fs::read_to_string(&path).unwrap_or_default();
    assert_eq!(written, text, "docs/reference.md is not what the help says");
}
