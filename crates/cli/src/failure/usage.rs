//! A command line that makes no sense: clap's complaints and our own.

use clap::error::{ContextKind, ContextValue, ErrorKind};

use super::Failure;

impl From<clap::Error> for Failure {
    /// clap's complaint in our form: what is wrong, then what to do.
    fn from(error: clap::Error) -> Failure {
        if !error.use_stderr() {
            return Failure::Help(error);
        }
        let text = error.to_string();
        let mut paragraphs = text.split("\n\n");
        let words = |paragraph: &str| paragraph.split_whitespace().collect::<Vec<_>>().join(" ");
        let message = words(paragraphs.next().unwrap_or_default().trim_start_matches("error: "));
        let joined = joined_value(&error);
        let tip = joined.or_else(|| paragraphs.find_map(|paragraph| paragraph.trim().strip_prefix("tip: ").map(words)));
        let usage = text.lines().find_map(|line| line.strip_prefix("Usage: "));
        let help = match usage {
            Some(usage) => {
                let words = usage.split_whitespace().take_while(|word| !word.starts_with(['[', '<', '-']));
                format!("See `{} --help`.", words.collect::<Vec<_>>().join(" "))
            }
            None => "Add --help to see how it is used.".to_owned(),
        };
        let next_step = tip.map_or(help.clone(), |tip| format!("{}. {help}", capitalised(&tip)));
        Failure::usage(message).next(next_step)
    }
}

/// What to do where a value is missing, or taken for a flag, because it begins with a hyphen.
fn joined_value(error: &clap::Error) -> Option<String> {
    let context = |kind| match error.get(kind) {
        Some(ContextValue::String(text)) => Some(text.as_str()),
        _ => None,
    };
    let argument = context(ContextKind::InvalidArg)?;
    match error.kind() {
        ErrorKind::InvalidValue if context(ContextKind::InvalidValue) == Some("") => {
            let flag = argument.split(' ').next().filter(|flag| flag.starts_with("--"))?;
            Some(format!("a value that looks like a flag is joined to its own: {flag}='-…'"))
        }
        _ => None,
    }
}

/// The text with a capital letter first.
pub fn capitalised(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().map(|first| first.to_uppercase().chain(chars).collect()).unwrap_or_default()
}

/// The beginning of a [`Failure::Usage`], which wants a next step.
#[derive(Debug)]
#[must_use]
pub struct Usage(String);

impl Usage {
    /// Says what to do about it.
    pub fn next(self, next_step: impl Into<String>) -> Failure {
        Failure::Usage { message: self.0, next_step: next_step.into() }
    }
}

impl Failure {
    /// The command line does not make sense, and why.
    pub fn usage(message: impl Into<String>) -> Usage {
        Usage(message.into())
    }
}
