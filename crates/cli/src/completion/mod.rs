//! Completion in a shell: `threecx completion SHELL` prints a script, and the script asks
//! `threecx __complete` what can come next. So the shell knows what this program knows: its
//! commands, operations and flags, what the flags take, and the extensions of the connected PBX.

mod candidates;
mod files;
pub mod line;
mod numbers;

use std::ffi::OsString;

use crate::args::matches;
use crate::args::output::OutputFlags;
use crate::args::parse::parse;
use crate::args::plain::{PRINTING, for_reading, plain};
use crate::failure::Failure;
use crate::output::Output;
use crate::tree::Own;
use clap::{Arg, Command};

/// The hidden command that the scripts call.
pub const HIDDEN: &str = "__complete";

/// The shells and their scripts.
pub const SHELLS: [(&str, &str); 4] = [
    ("bash", include_str!("threecx.bash")),
    ("zsh", include_str!("threecx.zsh")),
    ("fish", include_str!("threecx.fish")),
    ("powershell", include_str!("threecx.ps1")),
];

/// Something that can come next.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Candidate {
    pub value: String,
    /// For the shells that show it.
    pub about: String,
}

impl Candidate {
    pub fn new(value: impl Into<String>, about: impl AsRef<str>) -> Candidate {
        let about = about.as_ref().lines().next().unwrap_or_default();
        Candidate { value: value.into(), about: crate::output::style::one_line(about) }
    }
}

/// The answer to the shell.
#[derive(Debug)]
pub enum Next {
    /// Candidates that begin with what is there.
    These(Vec<Candidate>),
    /// The name of a file: the shell knows best.
    Files,
}

/// What it does, for lists of commands.
pub const ABOUT: &str = "Print a script that makes a shell complete commands, flags and values";

/// `threecx completion`
pub fn command() -> Command {
    let shell = Arg::new("shell")
        .required(true)
        .value_name("SHELL")
        .value_parser(SHELLS.map(|(shell, _)| shell))
        .hide_possible_values(true)
        .help("bash, zsh, fish or powershell");
    let command = plain(
        format!(
            "{ABOUT}: enumerations, files, releases, and\n\
             ids and numbers of the PBX that the environment names (read at most every 5 minutes, with a short timeout)"
        ),
        "threecx completion <SHELL>",
    );
    for_reading(command.arg(shell), &PRINTING).after_help(
        "To enable it permanently, for\n  \
         bash        echo 'source <(threecx completion bash)' >> ~/.bashrc\n  \
         zsh         mkdir -p ~/.zfunc && threecx completion zsh > ~/.zfunc/_threecx\n              \
         and in ~/.zshrc, before compinit: fpath+=(~/.zfunc)\n  \
         fish        threecx completion fish > ~/.config/fish/completions/threecx.fish\n  \
         powershell  threecx completion powershell >> $PROFILE   (unlike the others, not tested automatically)",
    )
}

/// Prints the script of a shell.
pub fn run(rest: Vec<OsString>) -> Result<(), Failure> {
    let matches = parse(command(), rest)?;
    let output = Output::from(OutputFlags::of(&matches))?;
    let shell = matches::text(&matches, "shell").unwrap_or_default();
    let script = SHELLS.iter().find(|(name, _)| *name == shell).map_or("", |(_, script)| script);
    let mut sink = output.open()?;
    sink.raw(script.as_bytes())?;
    sink.finish()
}

/// Answers a script: the shell, a colon and the word to be completed (for bash the whole line),
/// and the words before it. Errors are never printed.
pub fn complete(own: &'static [Own], arguments: &[OsString]) {
    let words: Vec<String> = arguments.iter().map(|argument| argument.to_string_lossy().into_owned()).collect();
    let [shell, current, before @ ..] = words.as_slice() else { return };
    let current = current.strip_prefix(':').unwrap_or(current);
    let (before, current) = match shell.as_str() {
        "bash" => line::words(current),
        _ => (before.to_vec(), current.to_owned()),
    };
    let mut text = String::new();
    match candidates::next(own, &before, &current) {
        Next::Files => text.push_str(":files\n"),
        Next::These(candidates) => {
            let unfinished = |candidate: &Candidate| candidate.value.ends_with(['/', ',', '=']);
            if !candidates.is_empty() && candidates.iter().all(unfinished) {
                text.push_str(":nospace\n");
            }
            for candidate in candidates {
                let value = if shell == "bash" { line::rest(&current, &candidate.value) } else { &candidate.value };
                text.push_str(value);
                if !candidate.about.is_empty() && shell != "bash" {
                    text.push('\t');
                    text.push_str(&candidate.about);
                }
                text.push('\n');
            }
        }
    }
    // A shell that went away needs no answer.
    let _ = std::io::Write::write_all(&mut std::io::stdout(), text.as_bytes());
}
