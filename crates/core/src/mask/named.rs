//! Secrets in text that stand behind their names.

use std::ops::Range;

use super::MASK;

/// Quotes, as they are written where text is in JSON or in HTML.
const QUOTES: [&str; 15] = [
    r#"\\\""#, r#"\""#, r"\'", r"\&quot;", r"\&#34;", "&quot;", "&#34;", "&#x22;", "&#39;", "&apos;", "%27", "%22",
    "\"", "'", "`",
];

pub(super) fn without_named(text: &str, is_secret: impl Fn(&str) -> bool) -> Option<String> {
    let mut out = String::new();
    let (mut from, mut at) = (0, 0);
    while at < text.len() {
        let rest = &text[at..];
        let length = rest.find(|c: char| !(c.is_ascii_alphanumeric() || "_-".contains(c))).unwrap_or(rest.len());
        if length == 0 {
            at += rest.chars().next().map_or(1, char::len_utf8);
            continue;
        }
        let word = &rest[..length];
        let end = at + length;
        match hidden(text, word, (at, end), &is_secret) {
            Some(place) => {
                out.push_str(&text[from..place.start]);
                out.push_str(MASK);
                (from, at) = (place.end, place.end.max(end));
            }
            None => at = end,
        }
    }
    if from == 0 {
        return None;
    }
    out.push_str(&text[from..]);
    Some(out)
}

/// The place of what must not be shown, if a word says that there is some: the word itself, or what comes
/// after it.
fn hidden(
    text: &str,
    word: &str,
    (start, end): (usize, usize),
    is_secret: &impl Fn(&str) -> bool,
) -> Option<Range<usize>> {
    if let Some(token) = token_at(text, start) {
        return Some(token);
    }
    let rest = &text[end..];
    if word.eq_ignore_ascii_case("bearer") || word.eq_ignore_ascii_case("basic") {
        let value = rest.strip_prefix(' ').or_else(|| rest.strip_prefix("%20")).or_else(|| rest.strip_prefix('+'))?;
        let value = value.trim_start();
        let length = value.find(is_end_of_value).unwrap_or(value.len());
        let begin = text.len() - value.len();
        let is_token = word.eq_ignore_ascii_case("bearer") && length >= 6 || length >= 12;
        // `basic authentication` is prose.
        let is_prose = value[..length].chars().all(|c| c.is_ascii_lowercase());
        return (is_token && !is_prose && &value[..length] != MASK).then(|| begin..begin + length);
    }
    if is_secret(word) { value_after(text, end) } else { None }
}

/// A JSON Web Token: three parts, of which the first begins as all do.
fn token_at(text: &str, start: usize) -> Option<Range<usize>> {
    let rest = &text[start..];
    if !rest.get(..3).is_some_and(|begin| begin.eq_ignore_ascii_case("eyJ")) {
        return None;
    }
    let length = rest.find(|c: char| !(c.is_ascii_alphanumeric() || "-_.=".contains(c))).unwrap_or(rest.len());
    (length >= 20).then(|| start..start + length)
}

/// The value that a name ending here has: behind a sign, in quotes, or in a tag.
fn value_after(text: &str, end: usize) -> Option<Range<usize>> {
    let mut rest = &text[end..];
    let quoted_name = strip_any(&mut rest, &QUOTES).is_some();
    let blank = strip_blanks(&mut rest);
    let sign = strip_any(&mut rest, &SIGNS);
    // `AuthPassword "x" is too weak`, `VMPIN eq '1234'`
    let compared = blank && sign.is_none() && strip_any(&mut rest, &OPERATORS).is_some();
    let spaced = strip_blanks(&mut rest);
    if sign.is_none() && (!blank || quoted_name) {
        return None;
    }
    if rest.starts_with(['{', '[']) && sign.is_some() || rest.starts_with('(') && compared {
        let begin = text.len() - rest.len();
        return Some(begin..begin + balanced(rest));
    }
    if let Some(quote) = strip_any(&mut rest, &QUOTES) {
        let begin = text.len() - rest.len();
        let length = closing(rest, quote);
        return (length > 0 && &rest[..length] != MASK).then(|| begin..begin + length);
    }
    let sign = sign.filter(|sign| *sign != ",")?;
    let length = match sign.ends_with('>') || sign == "&gt;" {
        true => rest.find(['<', '&']).unwrap_or(rest.len()),
        false => end_of_value(rest),
    };
    let word = &rest[..length];
    // `Password: required` says what is wrong; `Password: hunter2` says what it is.
    let is_prose = sign == ":" && spaced && !quoted_name && !word.contains(|c: char| c.is_ascii_digit());
    let says_nothing = matches!(word, "" | "null" | "true" | "false") || word == MASK;
    let begin = text.len() - rest.len();
    (!is_prose && !says_nothing).then(|| begin..begin + length)
}

/// What stands between a name and its value.
const SIGNS: [&str; 9] = ["%3D", "%3d", "%3A", "=>", ":", "=", "&gt;", ">", ","];

/// What compares a property with a value in a filter.
const OPERATORS: [&str; 7] = ["eq", "ne", "gt", "ge", "lt", "le", "in"];

fn strip_any<'s>(rest: &mut &str, signs: &[&'s str]) -> Option<&'s str> {
    let sign = signs.iter().copied().find(|sign| rest.starts_with(sign))?;
    *rest = &rest[sign.len()..];
    Some(sign)
}

/// Leaves out blanks, also as a URL has them; true if there were any.
fn strip_blanks(rest: &mut &str) -> bool {
    let before = rest.len();
    loop {
        let shorter = rest.trim_start();
        let shorter = shorter.strip_prefix("%20").or_else(|| shorter.strip_prefix('+')).unwrap_or(shorter);
        if shorter.len() == rest.len() {
            return rest.len() < before;
        }
        *rest = shorter;
    }
}

/// How long a value is that nothing encloses. A comma or a semicolon may be a part of it, unless a blank or
/// another name with its value comes after it.
fn end_of_value(value: &str) -> usize {
    let goes_on = |rest: &str| {
        let name = rest.trim_start_matches(|c: char| c.is_ascii_alphanumeric() || "_-".contains(c));
        let is_name = name.len() < rest.len() && SIGNS.iter().any(|sign| *sign != "," && name.starts_with(sign));
        !is_name && !rest.starts_with(|c: char| is_end_of_value(c))
    };
    let ends = |(at, c): &(usize, char)| match c {
        ',' | ';' => !goes_on(&value[at + 1..]) || value[at + 1..].is_empty(),
        c => is_end_of_value(*c),
    };
    value.char_indices().find(ends).map_or(value.len(), |(at, _)| at)
}

fn is_end_of_value(c: char) -> bool {
    c.is_whitespace() || ",;&<>\"'`)}]\\".contains(c)
}

/// The length of what is in quotes; of a text that was cut, of all of it.
fn closing(value: &str, quote: &str) -> usize {
    let mut at = 0;
    while let Some(found) = value[at..].find(quote).map(|found| at + found) {
        let after = found + quote.len();
        let backslashes = value[..found].bytes().rev().take_while(|byte| *byte == b'\\').count();
        let belongs = match quote {
            // OData and SQL double the quote.
            "'" | "%27" if value[after..].starts_with(quote) => Some(after + quote.len()),
            // JSON in a text of JSON.
            r#"\""# | r"\'" | r"\&quot;" | r"\&#34;" => (backslashes % 4 == 2).then_some(after),
            r#"\\\""# => None,
            _ => (backslashes % 2 == 1).then_some(after),
        };
        match belongs {
            Some(next) => at = next,
            None => return found,
        }
    }
    value.len()
}

/// The length of an object, a list or what is in parentheses; of one that was cut, of all of it.
fn balanced(value: &str) -> usize {
    let mut depth = 0usize;
    for (index, c) in value.char_indices() {
        match c {
            '{' | '[' | '(' => depth += 1,
            '}' | ']' | ')' => {
                depth = depth.saturating_sub(1);
                if depth == 0 {
                    return index + 1;
                }
            }
            _ => {}
        }
    }
    value.len()
}
