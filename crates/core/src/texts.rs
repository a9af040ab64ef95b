//! Texts that are more than any text: MAC addresses, numbers of a provider, roles. What people write is brought
//! into the form that a PBX keeps, and what it would only store to no effect is refused.

use threecx_catalog::{TextKind, text_kind};

use crate::error::{Error, InputError};
use crate::input::{Arguments, Input};
use crate::suggest::did_you_mean;

/// The maximum length of a range: a trunk has fewer numbers.
const RANGE: u64 = 10_000;

/// The fewest and the most digits of a number (E.164 has 15 at most; local ones may be short).
const DIGITS: std::ops::RangeInclusive<usize> = 2..=15;

/// The digits of a MAC address.
const MAC: usize = 12;

/// A text that is not of its kind.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unfit {
    /// What is expected instead.
    pub expected: String,
    /// What to do, where that can be told.
    pub hint: Option<String>,
}

impl Unfit {
    /// A range where one number is wanted.
    pub(crate) fn several() -> Unfit {
        Unfit { expected: "one number, and not a range".to_owned(), hint: None }
    }

    /// The error about an argument.
    pub fn of(self, argument: impl Into<String>, came: &str) -> Error {
        let error = InputError::of(argument, self.expected, format!("`{came}`"));
        InputError { hint: self.hint, ..error }.into()
    }
}

/// A text of a kind as a PBX keeps it: one, or for a range each of its numbers.
///
/// # Errors
/// What is expected instead.
pub fn kept(kind: TextKind, text: &str) -> Result<Vec<String>, Unfit> {
    match kind {
        TextKind::Mac => mac(text).map(|mac| vec![mac]),
        TextKind::Did => did(text),
        TextKind::Words(words) => word(words, text).map(|word| vec![word.to_owned()]),
    }
}

/// True for a text that somebody may have meant as one of the kind. What has characters that none of the kind has is
/// something else, which is left to the PBX.
pub(crate) fn may_be_meant(kind: TextKind, text: &str) -> bool {
    let signs = match kind {
        TextKind::Mac => ":-. ",
        TextKind::Did => "+-(). ",
        TextKind::Words(_) => "_- ",
    };
    text.chars().all(|c| c.is_ascii_alphanumeric() || signs.contains(c))
}

/// Brings texts that are given by themselves into the form that a PBX keeps, so that what is given twice, or is there
/// already, is seen. Everything else stays: planning does the same, wherever such a text is, and refuses what is not of
/// its kind.
pub fn keep(arguments: &mut Arguments) {
    for given in [&mut arguments.parameters, &mut arguments.fields] {
        for (name, input) in given {
            let Input::Text(text) = input else { continue };
            if let Some(kind) = text_kind(name)
                && let Ok([one]) = kept(kind, text).as_deref()
            {
                one.clone_into(text);
            }
        }
    }
}

/// `00:11:22:33:44:55`, `00-11-…`, `0011.2233.4455`, `001122334455` → `001122334455`
fn mac(text: &str) -> Result<String, Unfit> {
    let digits: String = text.trim().chars().filter(|c| !matches!(c, ':' | '-' | '.' | ' ')).collect();
    if digits.len() == MAC && digits.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return Ok(digits.to_ascii_uppercase());
    }
    let expected =
        format!("a MAC address of {MAC} digits 0 to 9 and A to F, such as 805EC0AABBCC or 80:5E:C0:AA:BB:CC");
    Err(Unfit { expected, hint: None })
}

fn word(words: &'static [&'static str], text: &str) -> Result<&'static str, Unfit> {
    let found = words.iter().find(|word| word.eq_ignore_ascii_case(text.trim()));
    let unfit = || Unfit { expected: format!("one of {}", words.join(", ")), hint: did_you_mean(text, words) };
    found.copied().ok_or_else(unfit)
}

/// A number in the form in which providers give them, or a range of those: `+49301234501-+49301234520`.
fn did(text: &str) -> Result<Vec<String>, Unfit> {
    let text = text.trim();
    if let Some(number) = number(text) {
        return Ok(vec![number.to_owned()]);
    }
    let expected = || "a number of digits with or without + in front, such as +49301234501".to_owned();
    let Some((first, last)) = text.split_once('-').map(|(first, last)| (first.trim(), last.trim())) else {
        let bare: String = text.chars().filter(|c| !" ()/.".contains(*c)).collect();
        return Err(Unfit { expected: expected(), hint: number(&bare).map(|number| format!("Write {number}.")) });
    };
    let (Some(first), Some(last)) = (number(first), number(last)) else {
        let bare: String = text.chars().filter(|c| !" ()/.-".contains(*c)).collect();
        let hint = number(&bare).map(|number| format!("Write {number}; a range is FIRST-LAST."));
        return Err(Unfit { expected: expected(), hint });
    };
    let (plus, digits) = (first.starts_with('+'), first.trim_start_matches('+'));
    let bounds = digits.parse::<u64>().ok().zip(last.trim_start_matches('+').parse::<u64>().ok());
    let same = digits.len() == last.trim_start_matches('+').len() && plus == last.starts_with('+');
    match bounds.filter(|(first, last)| same && first <= last && last - first < RANGE) {
        Some((from, to)) => {
            let (sign, width) = (if plus { "+" } else { "" }, digits.len());
            Ok((from..=to).map(|number| format!("{sign}{number:0width$}")).collect())
        }
        None => {
            let expected = format!("a range from a smaller to a larger number of as many digits, of at most {RANGE}");
            Err(Unfit { expected, hint: Some("For example +49301234501-+49301234520.".into()) })
        }
    }
}

fn number(text: &str) -> Option<&str> {
    let digits = text.strip_prefix('+').unwrap_or(text);
    (DIGITS.contains(&digits.len()) && digits.bytes().all(|byte| byte.is_ascii_digit())).then_some(text)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::input::Place;

    #[test]
    fn what_is_given_by_itself_is_brought_into_the_form_that_is_kept() {
        let mut arguments = Arguments::default();
        arguments.set(Place::Path, "MacAddress", "00:0b:82:a1:b2:c3");
        arguments.set(Place::Field, "RoleName", "Managers");
        arguments.set(Place::Field, "mac", "x");
        arguments.set(Place::Field, "DidNumbers", "10-12");
        arguments.set(Place::Field, "Name", "00:0b:82:a1:b2:c3");
        keep(&mut arguments);
        let text = |place, name: &str| arguments.get(place, name).map(|input| input.text().to_owned());
        for (place, name, kept) in [
            (Place::Path, "MacAddress", "000B82A1B2C3"),
            (Place::Field, "RoleName", "managers"),
            (Place::Field, "mac", "x"),
            (Place::Field, "DidNumbers", "10-12"),
            (Place::Field, "Name", "00:0b:82:a1:b2:c3"),
        ] {
            assert_eq!(text(place, name).as_deref(), Some(kept), "{name}");
        }
    }
}
