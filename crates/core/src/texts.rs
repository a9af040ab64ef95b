//! Texts that are more than any text: MAC addresses, numbers of a provider, roles. What people write is brought
//! into the form that a PBX keeps, and what it would only store to no effect is refused.

use serde_json::Value;
use threecx_catalog::{Body, Operation, TextKind, Type, TypeRef, text_kind};

use crate::error::{Error, InputError};
use crate::input::{Arguments, Input, Place};
use crate::suggest::did_you_mean;

/// The maximum length of a range: a trunk has fewer numbers.
const RANGE: u64 = 10_000;

/// The fewest and the most digits of a number (E.164 has 15 at most; local ones may be short).
const DIGITS: std::ops::RangeInclusive<usize> = 2..=15;

/// The digits of a MAC address.
const MAC: usize = 12;

/// The arguments with all such texts as a PBX keeps them, wherever they stand in them.
///
/// # Errors
/// Everything that does not fit, at once.
pub fn fitted(operation: &Operation, arguments: &Arguments) -> Result<Arguments, Vec<Error>> {
    let mut fitted = arguments.clone();
    let mut errors = Vec::new();
    for (place, name, input) in arguments.iter() {
        // A text may hold JSON that means nothing here.
        let kind = text_kind(name);
        if kind.is_none() && !holds_others(operation, place, name) {
            continue;
        }
        let mut walk = Walk { argument: name, path: String::new(), errors: Vec::new() };
        if let Some(changed) = walk.input(input, kind) {
            fitted.set(place, name, changed);
        }
        errors.extend(walk.errors);
    }
    if errors.is_empty() { Ok(fitted) } else { Err(errors) }
}

/// True if other values are in an argument: it is an object or a list of them.
fn holds_others(operation: &Operation, place: Place, name: &str) -> bool {
    let holds = |ty: TypeRef| matches!(ty.ty, Type::Structure(_) | Type::Opaque(_));
    match (place, operation.newest_form().body) {
        (Place::Body, _) => true,
        (Place::Field, Body::Fields(fields)) => {
            fields.iter().any(|field| field.name.eq_ignore_ascii_case(name) && holds(field.ty))
        }
        (Place::Field, Body::Entity(structure)) => {
            structure.all_properties().any(|property| property.name.eq_ignore_ascii_case(name) && holds(property.ty))
        }
        _ => false,
    }
}

/// A text of a kind as a PBX keeps it: one, or for a range each of its numbers.
///
/// # Errors
/// What was expected, and what to do.
pub fn text(kind: TextKind, text: &str) -> Result<Vec<String>, (String, Option<String>)> {
    match kind {
        TextKind::Mac => mac(text).map(|mac| vec![mac]),
        TextKind::Did => did(text),
        TextKind::Words(words) => word(words, text).map(|word| vec![word.to_owned()]),
    }
}

/// A way through an argument.
struct Walk<'a> {
    argument: &'a str,
    path: String,
    errors: Vec<Error>,
}

impl Walk<'_> {
    /// What the argument becomes, if it changes.
    fn input(&mut self, input: &Input, kind: Option<TextKind>) -> Option<Input> {
        let given = input.text();
        let is_json = matches!(input, Input::Json(_)) || given.trim_start().starts_with(['[', '{']);
        if is_json {
            // What is no JSON is refused where it is read.
            let mut value: Value = serde_json::from_str(given).ok()?;
            return self.value(&mut value, kind).then(|| value.into());
        }
        let kind = kind?;
        let mut items = Vec::new();
        for item in given.split(',').map(str::trim).filter(|item| !item.is_empty()) {
            items.extend(self.text(kind, item)?);
        }
        let joined = items.join(",");
        (!items.is_empty() && joined != given).then_some(Input::Text(joined))
    }

    /// Fits what is in a value; true if something changed.
    fn value(&mut self, value: &mut Value, kind: Option<TextKind>) -> bool {
        let length = self.path.len();
        match (value, kind) {
            (Value::Object(members), _) => {
                let mut changed = false;
                for (name, member) in members {
                    self.path.push('.');
                    self.path.push_str(name);
                    changed |= self.value(member, text_kind(name));
                    self.path.truncate(length);
                }
                changed
            }
            (Value::Array(items), kind) => {
                let mut changed = false;
                let mut fitted = Vec::with_capacity(items.len());
                for (index, mut item) in std::mem::take(items).into_iter().enumerate() {
                    self.path.push_str(&format!("[{index}]"));
                    match (&mut item, kind) {
                        (Value::String(given), Some(kind)) => {
                            let texts = self.text(kind, given).unwrap_or_else(|| vec![given.clone()]);
                            changed |= texts.as_slice() != std::slice::from_ref(given);
                            fitted.extend(texts.into_iter().map(Value::from));
                        }
                        _ => {
                            changed |= self.value(&mut item, kind);
                            fitted.push(item);
                        }
                    }
                    self.path.truncate(length);
                }
                *items = fitted;
                changed
            }
            (Value::String(given), Some(kind)) if !given.is_empty() => match self.text(kind, given).as_deref() {
                Some([one]) if one != given => {
                    *given = one.clone();
                    true
                }
                _ => false,
            },
            _ => false,
        }
    }

    fn text(&mut self, kind: TextKind, given: &str) -> Option<Vec<String>> {
        match text(kind, given) {
            Ok(texts) => Some(texts),
            Err((expected, hint)) => {
                let error = InputError::of(self.argument, expected, format!("`{given}`"));
                self.errors.push(InputError { path: self.path.clone(), hint, ..error }.into());
                None
            }
        }
    }
}

/// `00:11:22:33:44:55`, `00-11-…`, `0011.2233.4455`, `001122334455` → `001122334455`
fn mac(text: &str) -> Result<String, (String, Option<String>)> {
    let digits: String = text.trim().chars().filter(|c| !matches!(c, ':' | '-' | '.' | ' ')).collect();
    if digits.len() == MAC && digits.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return Ok(digits.to_ascii_uppercase());
    }
    Err((format!("a MAC address of {MAC} digits 0 to 9 and A to F, such as 805EC0AABBCC or 80:5E:C0:AA:BB:CC"), None))
}

fn word(words: &'static [&'static str], text: &str) -> Result<&'static str, (String, Option<String>)> {
    let found = words.iter().find(|word| word.eq_ignore_ascii_case(text.trim()));
    found.copied().ok_or_else(|| (format!("one of {}", words.join(", ")), did_you_mean(text, words)))
}

/// A number in the form in which providers give them, or a range of those: `+49301234501-+49301234520`.
fn did(text: &str) -> Result<Vec<String>, (String, Option<String>)> {
    let text = text.trim();
    if let Some(number) = number(text) {
        return Ok(vec![number.to_owned()]);
    }
    let expected = || "a number of digits with or without + in front, such as +49301234501".to_owned();
    let Some((first, last)) = text.split_once('-').map(|(first, last)| (first.trim(), last.trim())) else {
        let bare: String = text.chars().filter(|c| !" ()/.".contains(*c)).collect();
        return Err((expected(), number(&bare).map(|number| format!("Write {number}."))));
    };
    let (Some(first), Some(last)) = (number(first), number(last)) else {
        let bare: String = text.chars().filter(|c| !" ()/.-".contains(*c)).collect();
        return Err((expected(), number(&bare).map(|number| format!("Write {number}; a range is FIRST-LAST."))));
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
            Err((expected, Some("For example +49301234501-+49301234520.".into())))
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

    fn user() -> &'static Operation {
        threecx_catalog::operation("Users.CreateUser").expect("known")
    }

    fn one(name: &str, input: Input) -> Result<String, String> {
        let mut arguments = Arguments::default();
        arguments.set(if name == "body" { Place::Body } else { Place::Field }, name, input);
        let shown = |errors: Vec<Error>| errors.iter().map(ToString::to_string).collect::<Vec<_>>().join("; ");
        let text = |fitted: Arguments| fitted.iter().next().map(|(_, _, input)| input.text().to_owned());
        fitted(user(), &arguments).map(|fitted| text(fitted).expect("an argument")).map_err(shown)
    }

    #[test]
    fn mac_addresses_are_sent_as_a_pbx_keeps_them() {
        for given in [
            "00:11:22:aa:BB:cc",
            "00-11-22-AA-BB-CC",
            "0011.22aa.bbcc",
            "001122aabbcc",
            " 001122AABBCC ",
            "00 11 22 AA BB CC",
        ] {
            assert_eq!(one("mac", given.into()).as_deref(), Ok("001122AABBCC"), "{given}");
        }
        for given in ["00:11:22:33:44", "00:11:22:33:44:5g", "00:11:22:33:44:55:66", "text", "0011223344556"] {
            assert!(one("mac", given.into()).is_err_and(|said| said.contains("a MAC address")), "{given}");
        }
        let list = one("macs", "00:11:22:aa:bb:cc, 001122AABBCD".into());
        assert_eq!(list.as_deref(), Ok("001122AABBCC,001122AABBCD"));
        let phones = one("Phones", Input::Json(r#"[{"MacAddress":"00:11:22:aa:bb:cc","Id":1}]"#.into()));
        assert!(phones.as_deref().is_ok_and(|phones| phones.contains(r#""MacAddress":"001122AABBCC""#)), "{phones:?}");
        let said = one("Phones", Input::Json(r#"[{"MacAddress":"12"}]"#.into())).expect_err("too short");
        assert!(said.starts_with("Phones[0].MacAddress: expected a MAC address"), "{said}");
        assert_eq!(one("mac", "".into()).as_deref(), Ok(""));
    }

    #[test]
    fn ranges_stand_for_each_of_their_numbers() {
        for (given, wanted) in [
            ("+49301234501", "+49301234501"),
            ("0301234501", "0301234501"),
            ("+49301234508-+49301234510", "+49301234508,+49301234509,+49301234510"),
            ("098-101", "098,099,100,101"),
            ("+4930 - +4931, 12", "+4930,+4931,12"),
        ] {
            assert_eq!(one("DidNumbers", given.into()).as_deref(), Ok(wanted), "{given}");
        }
        let json = one("DidNumbers", Input::Json(r#"["10-12","7788"]"#.into()));
        assert_eq!(json.as_deref(), Ok(r#"["10","11","12","7788"]"#));
        for (given, hint) in [
            ("abc def", "a number of digits"),
            ("+49 30 1234-501", "a number of digits"),
            ("+49 30 1234501", "a number of digits"),
            ("12-10", "a range from a smaller"),
            ("+4930-4931", "a range from a smaller"),
            ("1-2", "a number of digits"),
            ("10000000-99999999", "a range from a smaller"),
            ("+1234567890123456", "a number of digits"),
        ] {
            let said = one("DidNumbers", given.into()).expect_err(given);
            assert!(said.contains(hint), "{given}: {said}");
        }
    }

    #[test]
    fn roles_are_those_that_exist() {
        let role =
            |name: &str| one("body", Input::Json(format!(r#"{{"Groups":[{{"Rights":{{"RoleName":"{name}"}}}}]}}"#)));
        assert!(role("managers").is_ok());
        assert!(role("Managers").is_ok_and(|body| body.contains("managers")));
        let said = role("manager").expect_err("there is none");
        assert!(said.contains("one of users, receptionists, group_admins, managers"), "{said}");
        assert!(said.starts_with("body.Groups[0].Rights.RoleName"), "{said}");
    }

    #[test]
    fn everything_that_does_not_fit_is_told_at_once_and_the_rest_stays() {
        let mut arguments = Arguments::default();
        arguments.set(Place::Field, "mac", "x");
        arguments.set(Place::Field, "DidNumbers", "abc,12,d");
        arguments.set(Place::Field, "FirstName", "00:11");
        assert_eq!(fitted(user(), &arguments).expect_err("two are wrong").len(), 2);
        for (name, text) in
            [("body", r#"{"Rate": 1.10, "Id": 12345678901234567890}"#), ("body", "{"), ("FirstName", r#"{"mac": "x"}"#)]
        {
            assert_eq!(one(name, text.into()).as_deref(), Ok(text), "{name}");
        }
    }
}
