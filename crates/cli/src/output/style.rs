//! Colours, where a person sees them; and text from elsewhere, made safe for a terminal.

use std::borrow::Cow;
use std::io::{IsTerminal, Write};
use std::sync::atomic::{AtomicBool, Ordering};

use crate::env_vars;

/// Whether to use colours.
#[derive(Clone, Copy, Debug)]
pub struct Style {
    on: bool,
}

impl Style {
    /// For what goes to stdout.
    pub fn for_stdout() -> Style {
        Style { on: std::io::stdout().is_terminal() && env_vars::NO_COLOR.get().is_none() }
    }

    /// For what goes to stderr.
    pub fn for_stderr() -> Style {
        Style { on: std::io::stderr().is_terminal() && env_vars::NO_COLOR.get().is_none() }
    }

    /// For files.
    pub fn plain() -> Style {
        Style { on: false }
    }

    /// For headings.
    pub fn bold(self, text: &str) -> String {
        self.paint("1", text)
    }

    /// For what is in order, or new.
    pub fn green(self, text: &str) -> String {
        self.paint("32", text)
    }

    /// For errors.
    pub fn red(self, text: &str) -> String {
        self.paint("1;31", text)
    }

    /// For warnings.
    pub fn yellow(self, text: &str) -> String {
        self.paint("1;33", text)
    }

    fn paint(self, code: &str, text: &str) -> String {
        if self.on { format!("\x1b[{code}m{text}\x1b[0m") } else { text.to_owned() }
    }
}

/// What a character of a text from elsewhere becomes where a terminal shows it.
enum Shown {
    AsItIs,
    /// It moves the cursor, rings, or begins a sequence that the terminal obeys.
    Blank,
    /// It turns the direction of the text around it, or hides what it says.
    Replaced,
    /// It takes no room.
    Nothing,
}

fn shown(c: char) -> Shown {
    match c {
        ' '..='~' => Shown::AsItIs,
        c if c.is_control() => Shown::Blank,
        '\u{2028}' | '\u{2029}' => Shown::Blank,
        // Bidirectional controls, and tags, which say something that nobody sees.
        '\u{061c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{206f}' => Shown::Replaced,
        '\u{e0000}'..='\u{e0fff}' | '\u{fff9}'..='\u{fffb}' => Shown::Replaced,
        '\u{00ad}' | '\u{034f}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}' | '\u{180b}'..='\u{180f}' => {
            Shown::Nothing
        }
        '\u{200b}'..='\u{200d}' | '\u{2060}'..='\u{2065}' | '\u{3164}' | '\u{feff}' | '\u{ffa0}' => Shown::Nothing,
        _ => Shown::AsItIs,
    }
}

/// True for what must not reach a terminal as it is.
pub fn controls_terminal(c: char) -> bool {
    !matches!(shown(c), Shown::AsItIs)
}

/// Text that came from elsewhere, without what would control a terminal or deceive its reader, on one line, as a
/// cell of a table is: nothing in it can pass for a line of this program.
pub fn one_line(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    for c in text.chars() {
        match shown(c) {
            Shown::AsItIs => plain.push(c),
            Shown::Blank => plain.push(' '),
            Shown::Replaced => plain.push(char::REPLACEMENT_CHARACTER),
            Shown::Nothing => {}
        }
    }
    plain
}

/// The same with escapes as JSON has them, for what is data: JSON stays JSON of the same meaning. Lines and
/// tabs stay.
pub fn escaped(text: &str) -> Cow<'_, str> {
    let stays = |c: char| matches!(c, '\n' | '\t') || !controls_terminal(c);
    if text.chars().all(stays) {
        return text.into();
    }
    let mut escaped = String::with_capacity(text.len() + 16);
    for c in text.chars() {
        match stays(c) {
            true => escaped.push(c),
            false => c.encode_utf16(&mut [0; 2]).iter().for_each(|unit| escaped.push_str(&format!("\\u{unit:04x}"))),
        }
    }
    escaped.into()
}

/// The same on one line.
pub fn escaped_line(text: &str) -> String {
    escaped(text).replace('\n', "\\n").replace('\t', "\\t")
}

/// A warning for the person at the terminal.
pub fn warn(text: &str) {
    if is_quiet() {
        return;
    }
    say(&format!("{} {}", Style::for_stderr().yellow("warning:"), one_line(text)));
}

/// True once `--quiet` was given: only errors and questions are said.
static QUIET: AtomicBool = AtomicBool::new(false);

/// Says nothing from now on but errors and questions.
pub fn be_quiet() {
    QUIET.store(true, Ordering::Relaxed);
}

/// A remark for the person at the terminal.
pub fn note(text: &str) {
    if is_quiet() {
        return;
    }
    say(&one_line(text));
}

/// A line on stderr that is safe already, perhaps in colours.
pub fn painted(line: &str) {
    say(line);
}

/// True if only errors and questions are said.
pub fn is_quiet() -> bool {
    QUIET.load(Ordering::Relaxed)
}

fn say(line: &str) {
    // If stderr is closed, there is nowhere to say it.
    let _ = writeln!(std::io::stderr(), "{line}");
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Everything that obeys, deceives or hides.
    fn dangerous() -> impl Iterator<Item = char> {
        let controls = ('\0'..='\u{1f}').chain('\u{7f}'..='\u{9f}');
        let directions = ('\u{202a}'..='\u{202e}').chain('\u{2066}'..='\u{2069}');
        let hidden = ('\u{200b}'..='\u{200f}').chain('\u{2060}'..='\u{2064}').chain('\u{e0000}'..='\u{e007f}');
        controls.chain(directions).chain(hidden).chain(['\u{61c}', '\u{2028}', '\u{2029}', '\u{feff}', '\u{ad}'])
    }

    #[test]
    fn nothing_that_controls_a_terminal_is_left() {
        for c in dangerous() {
            let text = format!("a{c}b");
            assert!(!one_line(&text).contains(c), "{c:?}");
            assert_eq!(escaped(&text).contains(c), matches!(c, '\n' | '\t'), "{c:?}");
            assert!(!escaped_line(&text).contains(c), "{c:?}");
            assert!(one_line(&text).starts_with('a') && one_line(&text).ends_with('b'));
        }
        for text in ["Zürich 東京 👍🏽 नमस्ते שלום", "= 5 € ＝", ""] {
            assert_eq!((one_line(text).as_str(), &*escaped(text)), (text, text));
        }
    }

    #[test]
    fn escapes_keep_the_meaning_of_json() {
        let all: String = dangerous().collect();
        let json = serde_json::to_string(&all).expect("JSON");
        let shown = escaped(&json);
        assert!(!shown.contains(controls_terminal));
        assert_eq!(serde_json::from_str::<String>(&shown).expect("JSON"), all);
    }
}
