//! Reading a command's arguments. A value may begin with a hyphen (`--name '- Hotline'`, `--since -7d`) as long as
//! it is not a flag: `--name --dry-run` lacks a value.

use std::ffi::OsString;

use clap::{Arg, ArgMatches, Command};

/// What was typed for a command.
pub fn parse(command: Command, rest: Vec<OsString>) -> Result<ArgMatches, clap::Error> {
    let rest = joined(&command, rest);
    command.try_get_matches_from(rest)
}

/// Joins values that begin with a hyphen to their flags: `--name=- Hotline`.
fn joined(command: &Command, rest: Vec<OsString>) -> Vec<OsString> {
    let mut joined = Vec::with_capacity(rest.len());
    let mut words = rest.into_iter().peekable();
    while let Some(word) = words.next() {
        if word == "--" {
            joined.push(word);
            break;
        }
        let takes_value = word.to_str().is_some_and(|word| wants_value(command, word));
        let is_value = |next: &OsString| takes_value && next.to_str().is_some_and(|next| is_text(command, next));
        let value = words.next_if(is_value);
        joined.push(value.map_or(word.clone(), |value| {
            let mut both = word;
            both.push("=");
            both.push(value);
            both
        }));
    }
    joined.extend(words);
    joined
}

/// True for a flag that cannot be without a value.
fn wants_value(command: &Command, word: &str) -> bool {
    let Some(name) = word.strip_prefix("--") else { return false };
    let at_least = |arg: &Arg| arg.get_num_args().map_or(1, |range| range.min_values());
    command
        .get_arguments()
        .any(|arg| arg.get_long() == Some(name) && arg.get_action().takes_values() && at_least(arg) > 0)
}

/// True for what begins with a hyphen and is not a flag, not even a misspelt one.
fn is_text(command: &Command, word: &str) -> bool {
    if let Some(rest) = word.strip_prefix("--") {
        return !rest.is_empty() && (!rest.starts_with(|c: char| c.is_ascii_alphabetic()) || has_blank(rest));
    }
    let Some(rest) = word.strip_prefix('-') else { return false };
    let Some(first) = rest.chars().next() else { return false };
    let is_short = command.get_arguments().any(|arg| arg.get_short() == Some(first));
    !is_short || has_blank(rest)
}

/// True for a blank before any `=`: names of flags have none.
fn has_blank(rest: &str) -> bool {
    rest.split('=').next().unwrap_or_default().contains(char::is_whitespace)
}

#[cfg(test)]
mod tests {
    use clap::ArgAction;

    use super::*;

    fn command() -> Command {
        Command::new("x").no_binary_name(true).args([
            Arg::new("name").long("name"),
            Arg::new("since").long("since"),
            Arg::new("on").long("on").num_args(0..=1).default_missing_value("true"),
            Arg::new("output").short('o').long("output"),
            Arg::new("quiet").short('q').long("quiet").action(ArgAction::SetTrue),
            Arg::new("words").num_args(0..),
        ])
    }

    fn name(words: &[&str]) -> Option<String> {
        let matches = parse(command(), words.iter().map(Into::into).collect()).ok()?;
        matches.get_one::<String>("name").or_else(|| matches.get_one("since")).cloned()
    }

    #[test]
    fn values_may_begin_with_a_hyphen() {
        for text in [
            "- Hotline",
            "-7d",
            "-Sales",
            "--- Sales ---",
            "-- x",
            "-o clock",
            "-5",
            "-quiet hours",
            "--Sales team",
            "-=-",
        ] {
            for flag in ["--name", "--since"] {
                assert_eq!(name(&[flag, text]).as_deref(), Some(text), "{flag} {text}");
                assert_eq!(name(&["-q", flag, text, "--on", "-o", "json", "word"]).as_deref(), Some(text), "{text}");
            }
        }
    }

    #[test]
    fn flags_are_no_values() {
        for flag in ["--quiet", "--quite", "-q", "-o", "--output=x", "--no-such-flag", "--"] {
            assert_eq!(name(&["--name", flag]), None, "{flag}");
        }
        assert_eq!(name(&["--on", "-x"]), None);
        assert_eq!(name(&["--name", "a", "--", "--since", "-7d"]).as_deref(), Some("a"));
    }
}
