//! What separates the cells of a line of CSV: `--delimiter`, and what is recognised in files.

/// A delimiter of CSV.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Delimiter {
    /// As RFC 4180 has it.
    #[default]
    Comma,
    /// What Excel takes where the comma is in numbers.
    Semicolon,
    Tab,
    /// What databases write.
    Pipe,
}

/// Each under its name, which needs no quotes in a shell, and as people type it otherwise.
const NAMES: [(Delimiter, &str, &[&str]); 4] = [
    (Delimiter::Comma, "comma", &[","]),
    (Delimiter::Semicolon, "semicolon", &[";"]),
    (Delimiter::Tab, "tab", &["\t", "\\t"]),
    (Delimiter::Pipe, "pipe", &["|"]),
];

impl Delimiter {
    pub const ALL: [Delimiter; 4] = [Delimiter::Comma, Delimiter::Semicolon, Delimiter::Tab, Delimiter::Pipe];

    /// What `--delimiter` takes: a name, and what else it is called.
    pub fn names() -> impl Iterator<Item = (&'static str, &'static [&'static str])> {
        NAMES.iter().map(|(_, name, others)| (*name, *others))
    }

    /// The delimiter that is called so.
    pub fn named(word: &str) -> Option<Delimiter> {
        let is_called = |name: &str, others: &[&str]| name == word || others.contains(&word);
        NAMES.iter().find(|(_, name, others)| is_called(name, others)).map(|(delimiter, ..)| *delimiter)
    }

    pub fn byte(self) -> u8 {
        match self {
            Delimiter::Comma => b',',
            Delimiter::Semicolon => b';',
            Delimiter::Tab => b'\t',
            Delimiter::Pipe => b'|',
        }
    }

    pub fn char(self) -> char {
        self.byte().into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_is_known_by_its_name_and_its_character() {
        for ((name, others), delimiter) in Delimiter::names().zip(Delimiter::ALL) {
            let character = delimiter.char().to_string();
            for word in others.iter().copied().chain([name, &character]) {
                assert_eq!(Delimiter::named(word), Some(delimiter), "{word}");
            }
        }
        assert_eq!(Delimiter::named("x"), None);
    }
}
