//! How people name an entity: `id:42`, `100`, `100-119`, `ada@example.com`, `Ada Lovelace`.

use threecx_catalog::{EntitySet, NAMING};
use threecx_core::{Error, InputError, Position, text_literal};

use super::naming::Naming;

/// The prefixes that say what the rest is.
const ID: &str = "id:";
const EXTENSION: &str = "ext:";
const NAME: &str = "name:";

/// A range of at most this many numbers is asked for number by number; for a longer one the whole list
/// is read.
const LONGEST_LISTED: u64 = 200;

/// What a word stands for.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum NameInput {
    /// A key: `id:42`.
    Key(String),
    /// The number of an extension, queue, trunk …
    Number(String),
    /// All numbers in a range that exist.
    Range {
        /// The first number.
        from: u64,
        /// The last number.
        to: u64,
        /// The least number of digits.
        shortest: usize,
        /// The greatest number of digits.
        longest: usize,
    },
    /// An e-mail address, in lowercase.
    Email(String),
    /// A name or a part of it.
    Name {
        /// In lowercase, with single spaces.
        folded: String,
        /// As it was given.
        given: String,
    },
}

impl NameInput {
    /// Reads a word that names an entity of this set. `argument` is what errors call it.
    ///
    /// # Errors
    /// [`Error::Input`] for what cannot name any entity of the set.
    pub fn parse(set: &EntitySet, argument: &str, text: &str) -> Result<NameInput, Error> {
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
                _ => Ok(NameInput::Key(key.to_owned())),
            };
        }
        let (text, kind) = match (text.strip_prefix(EXTENSION), text.strip_prefix(NAME)) {
            (Some(rest), _) => (rest.trim(), EXTENSION),
            (_, Some(rest)) => (rest.trim(), NAME),
            _ => (text, ""),
        };
        let has_numbers = set.number.is_some();
        if kind == EXTENSION && !has_numbers {
            return Err(wrong(format!("the name or id of {}", set.one()), "These have no numbers."));
        }
        if text.is_empty() {
            let expected = format!("{} by {}", set.one(), ways(set));
            return Err(wrong(expected, "Give a word that is not empty, or leave it out."));
        }
        if kind != NAME && has_numbers {
            if is_digits(text) || kind == EXTENSION && !text.contains('-') {
                return Ok(NameInput::Number(text.to_owned()));
            }
            if let Some((first, last)) = range(text) {
                let (from, to) = (first.parse().unwrap_or(u64::MAX), last.parse().unwrap_or(u64::MAX));
                if from > to {
                    return Err(wrong("the smaller number of a range first".into(), &format!("Write {last}-{first}.")));
                }
                let shortest = first.len().min(last.len());
                return Ok(NameInput::Range { from, to, shortest, longest: first.len().max(last.len()) });
            }
            if kind == EXTENSION {
                return Err(wrong("a number or a range of numbers after ext:".into(), "For example ext:100-119."));
            }
        }
        let numbered = set.names.iter().any(|name| NAMING.numbered.contains(name));
        if kind != NAME && !has_numbers && !numbered && set.has_numeric_key() && is_digits(text) {
            return Ok(NameInput::Key(text.to_owned()));
        }
        if kind != NAME && text.contains('@') && set.email.is_some() {
            return Ok(NameInput::Email(text.to_lowercase()));
        }
        Ok(NameInput::name(text))
    }

    /// Reads a text of several words, each with how it was given. Commas separate them; in double quotes,
    /// a comma and everything else belong to a name, and two quotes stand for one.
    ///
    /// # Errors
    /// [`Error::Input`] for a word that cannot name any entity of the set, and for an unclosed quote.
    pub fn parse_all(set: &EntitySet, argument: &str, text: &str) -> Result<Vec<(NameInput, String)>, Error> {
        let mut words = Vec::new();
        for part in split(argument, text)? {
            let word = match &part {
                Part::Quoted(name) if name.trim().is_empty() => NameInput::parse(set, argument, "")?,
                Part::Quoted(name) => NameInput::name(name.trim()),
                Part::Bare(word) => NameInput::parse(set, argument, word)?,
            };
            let (Part::Quoted(given) | Part::Bare(given)) = part;
            words.push((word, given.trim().to_owned()));
        }
        Ok(words)
    }

    /// `100,101,105-110` as its parts; any other text, such as a name with a comma in it, as one part.
    pub fn split_numbers(text: &str) -> Vec<&str> {
        let are_numbers = text.split(',').all(|part| !part.is_empty() && part.split('-').all(is_digits));
        if are_numbers { text.split(',').collect() } else { vec![text] }
    }

    fn name(given: &str) -> NameInput {
        NameInput::Name { folded: folded(given), given: given.to_owned() }
    }

    /// True for a range that includes this number.
    pub fn spans(&self, number: &str) -> bool {
        let NameInput::Range { from, to, shortest, longest } = self else { return false };
        (shortest..=longest).contains(&&number.len())
            && number.parse::<u64>().is_ok_and(|number| (from..=to).contains(&&number))
    }

    /// The comparisons that find it in its set; `None` where the whole list has to be read.
    pub(super) fn comparisons(&self, set: &EntitySet, naming: &Naming) -> Option<Vec<String>> {
        let equal = |property: &str, text: &str| format!("{property} eq {}", text_literal(text));
        let &Naming { key, number, email, ref names } = naming;
        let compared =
            |property: Option<&str>, text: &str| property.map(|name| equal(name, text)).into_iter().collect();
        Some(match self {
            NameInput::Key(text) if set.has_numeric_key() => {
                key.map(|key| format!("{key} eq {text}")).into_iter().collect()
            }
            NameInput::Key(text) => compared(key, text),
            NameInput::Number(text) => compared(number, text),
            NameInput::Range { from, to, shortest, longest } => {
                if to - from >= LONGEST_LISTED || longest != shortest {
                    return None;
                }
                let equal = |number| (*from..=*to).map(move |one| equal(number, &format!("{one:0longest$}")));
                number.into_iter().flat_map(equal).collect()
            }
            NameInput::Email(address) => {
                email.map(|email| format!("tolower({email}) eq {}", text_literal(address))).into_iter().collect()
            }
            NameInput::Name { folded, given } => {
                let mut comparisons: Vec<String> = contains_all(names, folded).into_iter().collect();
                comparisons.extend(number.map(|number| equal(number, given)));
                let is_compared = |key: &&str| names.contains(key) || number == Some(*key);
                let key = key.filter(|key| !set.has_numeric_key() && !is_compared(key));
                comparisons.extend(key.map(|key| equal(key, given)));
                comparisons
            }
        })
    }
}

/// The filter for rows that have each part of a name in one of these properties.
fn contains_all(names: &[&str], folded: &str) -> Option<String> {
    let any = |part: &str| {
        let one = |name: &&str| format!("contains(tolower({name}),{})", text_literal(part));
        joined(names.iter().map(one).collect(), " or ")
    };
    joined(folded.split([' ', ',']).filter(|part| !part.is_empty()).filter_map(any).collect(), " and ")
}

/// In parentheses where there are several.
fn joined(mut conditions: Vec<String>, by: &str) -> Option<String> {
    match conditions.len() {
        0 | 1 => conditions.pop(),
        _ => Some(format!("({})", conditions.join(by))),
    }
}

/// A part of a text of several words.
#[derive(Debug, PartialEq)]
enum Part {
    Bare(String),
    Quoted(String),
}

fn split(argument: &str, text: &str) -> Result<Vec<Part>, Error> {
    let mut parts = Vec::new();
    let mut rest = text;
    loop {
        let trimmed = rest.trim_start();
        let Some(quoted) = trimmed.strip_prefix('"') else {
            match rest.split_once(',') {
                Some((word, after)) => {
                    parts.push(Part::Bare(word.to_owned()));
                    rest = after;
                    continue;
                }
                None => parts.push(Part::Bare(rest.to_owned())),
            }
            return Ok(parts);
        };
        let refuse = |expected: &str, at: &str| {
            let position = Some(Position::of(text, text.len() - at.len()));
            let came = format!("`{}`", at.trim());
            Err(InputError { position, ..InputError::of(argument, expected, came) }.into())
        };
        let Some((name, after)) = closed(quoted) else { return refuse("every quote to be closed", trimmed) };
        parts.push(Part::Quoted(name));
        match after.trim_start().strip_prefix(',') {
            Some(after) => rest = after,
            None if after.trim().is_empty() => return Ok(parts),
            None => return refuse("a comma after a name in quotes", after.trim_start()),
        }
    }
}

/// What stands before the closing quote, with two quotes for one, and what follows.
fn closed(quoted: &str) -> Option<(String, &str)> {
    let (mut name, mut rest) = (String::new(), quoted);
    loop {
        let (before, after) = rest.split_once('"')?;
        name.push_str(before);
        match after.strip_prefix('"') {
            Some(more) => {
                name.push('"');
                rest = more;
            }
            None => return Some((name, after)),
        }
    }
}

/// How an entity of the set can be named: `number, name, e-mail address or id:42`.
fn ways(set: &EntitySet) -> String {
    let numbers: &[&str] = if set.number.is_some() { &["number", "range of numbers (100-119)"] } else { &[] };
    let email = set.email.map(|_| "e-mail address");
    let ways: Vec<&str> = numbers.iter().copied().chain(["name"]).chain(email).collect();
    format!("{} or id:42", ways.join(", "))
}

/// In lowercase, with single spaces: names are compared in this form.
pub(super) fn folded(text: &str) -> String {
    text.to_lowercase().split_whitespace().collect::<Vec<_>>().join(" ")
}

fn is_digits(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

fn range(text: &str) -> Option<(&str, &str)> {
    let (first, last) = text.split_once('-')?;
    let (first, last) = (first.trim(), last.trim());
    (is_digits(first) && is_digits(last)).then_some((first, last))
}

#[cfg(test)]
mod tests {
    use threecx_catalog::{Span, entity_set};

    use super::*;

    fn parsed(set: &str, text: &str) -> NameInput {
        NameInput::parse(entity_set(set).expect(set), "x", text).expect(text)
    }

    #[test]
    fn a_word_says_what_it_is() {
        let name = |folded: &str, given: &str| NameInput::Name { folded: folded.into(), given: given.into() };
        for (set, text, word) in [
            ("Users", "id:42", NameInput::Key("42".into())),
            ("Users", "100", NameInput::Number("100".into())),
            ("Users", "ext:100", NameInput::Number("100".into())),
            ("Users", "100-119", NameInput::Range { from: 100, to: 119, shortest: 3, longest: 3 }),
            ("Users", "ext:0090-0100", NameInput::Range { from: 90, to: 100, shortest: 4, longest: 4 }),
            ("Users", "Ada@Example.com", NameInput::Email("ada@example.com".into())),
            ("Users", "Ada  Lovelace", name("ada lovelace", "Ada  Lovelace")),
            ("Users", "name:100", name("100", "100")),
            ("Groups", "GRP0001", name("grp0001", "GRP0001")),
            ("Holidays", "7", NameInput::Key("7".into())),
            ("ActiveCalls", "136", name("136", "136")),
            ("ActiveCalls", "id:7", NameInput::Key("7".into())),
            ("Backups", "7", name("7", "7")),
            ("Sbcs", "a-b", name("a-b", "a-b")),
        ] {
            assert_eq!(parsed(set, text), word, "{set} {text}");
        }
    }

    #[test]
    fn what_cannot_be_a_name_is_refused() {
        let users = entity_set("Users").expect("a set");
        for text in ["", "id:", "id:x", "ext:", "ext:a-b", "119-100"] {
            assert!(NameInput::parse(users, "x", text).is_err(), "{text}");
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
            ("Queues", "a, b", "(contains(tolower(Name),'a') and contains(tolower(Name),'b')) or Number eq 'a, b'"),
            ("Trunks", "Provider", "contains(tolower(Gateway/Name),'provider') or Number eq 'Provider'"),
            ("Backups", "a.zip", "FileName eq 'a.zip'"),
        ] {
            let found = entity_set(set).expect(set);
            let comparisons = parsed(set, text).comparisons(found, &Naming::of(found, Span::NEWEST));
            assert_eq!(comparisons.map_or("-".into(), |all| all.join(" or ")), filter, "{set} {text}");
        }
    }

    #[test]
    fn commas_outside_quotes_separate_words() {
        let users = entity_set("Users").expect("a set");
        let given = |text: &str| -> Option<Vec<String>> {
            let words = NameInput::parse_all(users, "x", text).ok()?;
            Some(words.into_iter().map(|(_, given)| given).collect())
        };
        for (text, wanted) in [
            ("100-119, \"Front desk\"", Some(vec!["100-119", "Front desk"])),
            ("\"Goldberg, Karen\" , ada@example.com", Some(vec!["Goldberg, Karen", "ada@example.com"])),
            ("\"The \"\"Boss\"\"\"", Some(vec!["The \"Boss\""])),
            ("Karen \"Kay\" Goldberg", Some(vec!["Karen \"Kay\" Goldberg"])),
            ("\"100", None),
            ("\"100\" 101", None),
            ("100,,101", None),
            ("100, \" \"", None),
            ("", None),
        ] {
            let wanted = wanted.map(|words| words.into_iter().map(str::to_owned).collect());
            assert_eq!(given(text), wanted, "{text}");
        }
        let quoted = NameInput::parse_all(users, "x", "\"id:42\"").expect("a name");
        assert!(matches!(&quoted[0].0, NameInput::Name { given, .. } if given == "id:42"));
        let Err(Error::Input(error)) = NameInput::parse_all(users, "x", "100, \"Front") else { panic!("unclosed") };
        assert_eq!(error.position, Some(Position { line: 1, column: 6 }));
    }

    #[test]
    fn lists_of_numbers_are_told_from_names_with_commas() {
        assert_eq!(NameInput::split_numbers("100,101,105-110"), ["100", "101", "105-110"]);
        for text in ["Goldberg, Karen", "100,", "100", "100-105", ""] {
            assert_eq!(NameInput::split_numbers(text), [text]);
        }
    }
}
