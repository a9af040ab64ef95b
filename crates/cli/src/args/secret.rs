//! A secret that is given by a flag, or by one that names a file; each may be `-` for stdin.

use std::fmt;

use clap::ArgMatches;
use secrecy::SecretString;

use super::matches;
use super::stdin::{Stdin, read_file};
use crate::failure::Failure;

/// Standard input, where a secret or a file is wanted.
const STDIN: &str = "-";

/// How a secret was given, if it was.
#[derive(Clone, Debug, Default)]
pub struct SecretFlags {
    value: Option<Given>,
    file: Option<Given>,
}

/// A flag and its value, which may be a secret.
#[derive(Clone)]
struct Given {
    flag: &'static str,
    text: String,
}

impl fmt::Debug for Given {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Given").field(&self.flag).finish()
    }
}

impl Given {
    fn of(matches: &ArgMatches, id: &str, flag: &'static str) -> Option<Given> {
        matches::text(matches, id).map(|text| Given { flag, text })
    }
}

impl SecretFlags {
    /// `--client-secret` and `--client-secret-file`
    pub fn of_client(matches: &ArgMatches) -> SecretFlags {
        SecretFlags {
            value: Given::of(matches, "client-secret", "--client-secret"),
            file: Given::of(matches, "client-secret-file", "--client-secret-file"),
        }
    }

    /// `--password-file`
    pub fn of_user(matches: &ArgMatches) -> SecretFlags {
        SecretFlags { value: None, file: Given::of(matches, "password-file", "--password-file") }
    }

    /// True if one of the flags was given.
    pub fn is_given(&self) -> bool {
        self.value.is_some() || self.file.is_some()
    }

    /// True if reading it waits for standard input.
    pub fn is_on_stdin(&self) -> bool {
        [&self.value, &self.file].into_iter().flatten().any(|given| given.text == STDIN)
    }

    /// The secret; `None` if no flag was given, or an empty value.
    pub fn read(&self, stdin: &mut Stdin) -> Result<Option<SecretString>, Failure> {
        let secret = match (&self.value, &self.file) {
            (Some(given), _) | (None, Some(given)) if given.text == STDIN => stdin.read(given.flag)?,
            (Some(given), _) => given.text.clone(),
            (None, Some(given)) => read_file(&given.text)?,
            (None, None) => return Ok(None),
        };
        let secret = secret.trim_end_matches(['\r', '\n']);
        Ok((!secret.is_empty()).then(|| secret.into()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_are_not_shown_where_flags_are() {
        let given = Given { flag: "--client-secret", text: "s3cret".into() };
        let flags = SecretFlags { value: Some(given), file: None };
        let shown = format!("{flags:?}");
        assert!(shown.contains("--client-secret") && !shown.contains("s3cret"), "{shown}");
    }
}
