//! The flags of the output: in which format, and where to.

use clap::ArgMatches;

use super::matches;
use crate::output::delimiter::Delimiter;
use crate::output::format::Format;

/// What was typed about the output.
#[derive(Clone, Debug, Default)]
pub struct OutputFlags {
    /// `--output`
    pub format: Option<Format>,
    /// `--output-file`
    pub file: Option<String>,
    /// `--delimiter`
    pub delimiter: Option<Delimiter>,
    /// `--excel`
    pub excel: bool,
    /// `--jq`, not read yet.
    pub jq: Option<String>,
    /// `--raw-output`
    pub raw: bool,
    /// `--quiet`
    pub quiet: bool,
}

impl OutputFlags {
    /// For commands that have all of them.
    pub fn of(matches: &ArgMatches) -> OutputFlags {
        OutputFlags {
            file: matches::text(matches, "output-file"),
            delimiter: matches::text(matches, "delimiter").and_then(|word| Delimiter::named(&word)),
            excel: matches::flag(matches, "excel"),
            jq: matches::text(matches, "jq"),
            raw: matches::flag(matches, "raw-output"),
            quiet: matches::flag(matches, "quiet"),
            ..OutputFlags::format_of(matches)
        }
    }

    /// For commands that have `--output` alone.
    pub fn format_of(matches: &ArgMatches) -> OutputFlags {
        let format = matches::text(matches, "output").and_then(|name| Format::named(&name));
        OutputFlags { format, ..OutputFlags::default() }
    }
}
