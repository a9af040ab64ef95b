//! A word that stands for a thing: `id:42`, `100`, `100-119`, `ada@example.com`, `Ada Lovelace`.

use threecx_core::{Error, InputError, text_literal};

use super::set::Set;

/// The words at the start of which somebody says what they are.
const ID: &str = "id:";
const EXTENSION: &str = "ext:";
const NAME: &str = "name:";

/// A range of so many numbers is asked for number by number; of a longer one the list is read.
const LONGEST_LISTED: u64 = 200;

/// What a word stands for.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Word {
    /// A key: `id:42`.
    Key(String),
    /// The number of an extension, queue, trunk …
    Number(String),
    /// All numbers from the one to the other that exist.
    Range { from: u64, to: u64, shortest: usize, longest: usize },
    /// An e-mail address, in small letters.
    Email(String),
    /// A name or a part of it, in small letters, with single spaces; and as it was given.
    Name { small: String, given: String },
}

impl Word {
    /// Reads a word that stands for something of this set.
    pub fn parse(set: &Set, argument: &str, text: &str) -> Result<Word, Error> {
        let text = text.trim();
        let wrong = |expected: String, hint: &str| {
            let came = if text.is_empty() { String::new() } else { format!("`{text}`") };
            Error::from(InputError::of(argument, expected, came).with_hint(hint))
        };
        if let Some(key) = text.strip_prefix(ID).map(str::trim) {
            return match key.parse::<i64>() {
                Err(_) if set.has_numeric_key() || key.is_empty() => {
                    Err(wrong(format!("the id of {} after id:", set.one()), "An id is a whole number: id:42."))
                }
                _ => Ok(Word::Key(key.to_owned())),
            };
        }
        let (text, kind) = match (text.strip_prefix(EXTENSION), text.strip_prefix(NAME)) {
            (Some(rest), _) => (rest.trim(), EXTENSION),
            (_, Some(rest)) => (rest.trim(), NAME),
            _ => (text, ""),
        };
        if kind == EXTENSION && !set.has_numbers {
            return Err(wrong(format!("the name or id of {}", set.one()), "These have no numbers."));
        }
        if text.is_empty() {
            let expected = format!("{} by {}", set.one(), set.ways());
            return Err(wrong(expected, "Give a word that is not empty, or leave it out."));
        }
        if kind != NAME && set.has_numbers {
            if is_digits(text) || kind == EXTENSION && !text.contains('-') {
                return Ok(Word::Number(text.to_owned()));
            }
            if let Some((first, last)) = range(text) {
                let (from, to) = (first.parse().unwrap_or(u64::MAX), last.parse().unwrap_or(u64::MAX));
                if from > to {
                    return Err(wrong("the smaller number of a range first".into(), &format!("Write {last}-{first}.")));
                }
                let shortest = first.len().min(last.len());
                return Ok(Word::Range { from, to, shortest, longest: first.len().max(last.len()) });
            }
            if kind == EXTENSION {
                return Err(wrong("a number or a range of numbers after ext:".into(), "For example ext:100-119."));
            }
        }
        if kind != NAME && !set.has_numbers && set.has_numeric_key() && is_digits(text) {
            return Ok(Word::Key(text.to_owned()));
        }
        if kind != NAME && text.contains('@') && set.email.is_some() {
            return Ok(Word::Email(text.to_lowercase()));
        }
        Ok(Word::Name { small: small(text), given: text.to_owned() })
    }

    /// True for a range in which a number is.
    pub fn spans(&self, number: &str) -> bool {
        let Word::Range { from, to, shortest, longest } = self else { return false };
        (shortest..=longest).contains(&&number.len())
            && number.parse::<u64>().is_ok_and(|number| (from..=to).contains(&&number))
    }

    /// The comparisons that find it in its set; nothing where the list has to be read.
    pub fn comparisons(&self, set: &Set) -> Option<Vec<String>> {
        let equal = |property: &str, text: &str| format!("{property} eq {}", text_literal(text));
        Some(match self {
            Word::Key(key) if set.has_numeric_key() => vec![format!("{} eq {key}", set.key.name)],
            Word::Key(key) => vec![equal(set.key.name, key)],
            Word::Number(number) => vec![equal("Number", number)],
            Word::Range { from, to, shortest, longest } => {
                if to - from >= LONGEST_LISTED || longest != shortest {
                    return None;
                }
                (*from..=*to).map(|number| equal("Number", &format!("{number:0longest$}"))).collect()
            }
            Word::Email(address) => vec![format!("tolower({}) eq {}", set.email?, text_literal(address))],
            Word::Name { small, given } => {
                let contains = |part: &str| {
                    let one = |name: &&str| format!("contains(tolower({name}),{})", text_literal(part));
                    let all: Vec<String> = set.names.iter().map(one).collect();
                    if all.len() == 1 { all.join("") } else { format!("({})", all.join(" or ")) }
                };
                let parts: Vec<String> =
                    small.split([' ', ',']).filter(|part| !part.is_empty()).map(contains).collect();
                let mut comparisons = Vec::new();
                if !set.names.is_empty() && !parts.is_empty() {
                    comparisons.push(if parts.len() == 1 {
                        parts.join("")
                    } else {
                        format!("({})", parts.join(" and "))
                    });
                }
                if set.has_numbers {
                    comparisons.push(equal("Number", given));
                }
                if !set.has_numeric_key() && !set.names.contains(&set.key.name) && set.key.name != "Number" {
                    comparisons.push(equal(set.key.name, given));
                }
                comparisons
            }
        })
    }
}

/// In small letters, with single spaces: what names are compared by.
pub fn small(text: &str) -> String {
    text.to_lowercase().split_whitespace().collect::<Vec<_>>().join(" ")
}

pub fn is_digits(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

fn range(text: &str) -> Option<(&str, &str)> {
    let (first, last) = text.split_once('-')?;
    let (first, last) = (first.trim(), last.trim());
    (is_digits(first) && is_digits(last)).then_some((first, last))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(set: &str, text: &str) -> Word {
        Word::parse(&Set::named(set).expect(set), "x", text).expect(text)
    }

    #[test]
    fn a_word_says_what_it_is() {
        let name = |small: &str, given: &str| Word::Name { small: small.into(), given: given.into() };
        for (set, text, word) in [
            ("Users", "id:42", Word::Key("42".into())),
            ("Users", "100", Word::Number("100".into())),
            ("Users", "ext:100", Word::Number("100".into())),
            ("Users", "100-119", Word::Range { from: 100, to: 119, shortest: 3, longest: 3 }),
            ("Users", "ext:0090-0100", Word::Range { from: 90, to: 100, shortest: 4, longest: 4 }),
            ("Users", "Ada@Example.com", Word::Email("ada@example.com".into())),
            ("Users", "Ada  Lovelace", name("ada lovelace", "Ada  Lovelace")),
            ("Users", "name:100", name("100", "100")),
            ("Groups", "GRP0001", name("grp0001", "GRP0001")),
            ("Holidays", "7", Word::Key("7".into())),
            ("Backups", "7", name("7", "7")),
            ("Sbcs", "a-b", name("a-b", "a-b")),
        ] {
            assert_eq!(parsed(set, text), word, "{set} {text}");
        }
    }

    #[test]
    fn what_is_no_word_is_refused() {
        let users = Set::named("Users").expect("a set");
        for text in ["", "id:", "id:x", "ext:", "ext:a-b", "119-100"] {
            assert!(Word::parse(&users, "x", text).is_err(), "{text}");
        }
    }

    #[test]
    fn words_become_filters() {
        for (set, text, filter) in [
            ("Users", "id:42", "Id eq 42"),
            ("Users", "99-101", "-"),
            ("Users", "100-102", "Number eq '100' or Number eq '101' or Number eq '102'"),
            ("Users", "o'brien@example.com", "tolower(EmailAddress) eq 'o''brien@example.com'"),
            ("Queues", "O'B", "contains(tolower(Name),'o''b') or Number eq 'O''B'"),
            ("Trunks", "Provider", "contains(tolower(Gateway/Name),'provider') or Number eq 'Provider'"),
            ("Backups", "a.zip", "FileName eq 'a.zip'"),
        ] {
            let comparisons = parsed(set, text).comparisons(&Set::named(set).expect(set));
            assert_eq!(comparisons.map_or("-".into(), |all| all.join(" or ")), filter, "{set} {text}");
        }
    }
}
