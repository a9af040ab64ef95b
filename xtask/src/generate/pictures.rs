//! The README's pictures of a terminal, from the transcripts that the tests compare with the real
//! binary: what a picture shows is what the program prints.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use anstyle_svg::Term;

/// The transcripts that have a picture, below the repository's root.
const TRANSCRIPTS: &str = "crates/cli/tests/transcripts/tour";

/// Where the pictures go, below the repository's root.
pub const FOLDER: &str = "docs/terminal";

/// Wide enough for every transcript, so that all pictures have one scale.
const WIDTH: usize = 860;

/// The text of every picture, by name.
pub fn files(root: &Path) -> Result<BTreeMap<String, String>, String> {
    let folder = root.join(TRANSCRIPTS);
    let fail = |error: std::io::Error| format!("{}: {error}", folder.display());
    let mut files = BTreeMap::new();
    for entry in fs::read_dir(&folder).map_err(fail)? {
        let path = entry.map_err(fail)?.path();
        let (Some(name), Some("trycmd")) = (path.file_stem(), path.extension().and_then(|found| found.to_str())) else {
            continue;
        };
        let transcript = fs::read_to_string(&path).map_err(fail)?;
        let svg = Term::new().min_width_px(WIDTH).render_svg(&on_terminal(&transcript));
        files.insert(format!("{}.svg", name.to_string_lossy()), svg);
    }
    Ok(files)
}

/// What is typed and printed in a transcript, with the colours that a terminal shows.
fn on_terminal(transcript: &str) -> String {
    let mut shown = String::new();
    let mut in_block = false;
    for line in transcript.lines() {
        if line.starts_with("```") {
            in_block = !in_block;
            // Two commands stand apart.
            if in_block && !shown.is_empty() {
                shown.push('\n');
            }
        } else if in_block && !line.starts_with("? ") {
            shown.push_str(&coloured(line));
            shown.push('\n');
        }
    }
    shown.trim_end().to_owned()
}

fn coloured(line: &str) -> String {
    let paint = |code: &str, text: &str| format!("\x1b[{code}m{text}\x1b[0m");
    if line.starts_with("$ ") {
        return paint("1;32", line);
    }
    let (head, rest) = line.split_once(':').unwrap_or((line, ""));
    match head {
        _ if head.starts_with("error[") => format!("{}{rest}", paint("1;31", &format!("{head}:"))),
        "warning" => format!("{}{rest}", paint("1;33", "warning:")),
        _ => line.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_a_terminal_shows_is_in_the_picture() {
        let transcript = "Words.\n\n```\n$ threecx x\n? 10\nerror[input]: no\n\n```\n\n```\n$ threecx y\nok\n\n```\n";
        assert_eq!(
            on_terminal(transcript),
            "\x1b[1;32m$ threecx x\x1b[0m\n\x1b[1;31merror[input]:\x1b[0m no\n\n\n\x1b[1;32m$ threecx y\x1b[0m\nok"
        );
    }
}
