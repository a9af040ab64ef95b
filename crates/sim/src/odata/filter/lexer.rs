//! Tokens of an expression.

use std::borrow::Cow;

use super::super::QueryError;

/// A token and where it begins, in bytes from 0.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Token<'t> {
    pub kind: Kind<'t>,
    pub start: usize,
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Kind<'t> {
    /// A name, keyword or operator; may contain dots (`Pbx.QueueStatusType`).
    Word(&'t str),
    /// `'text'`, without its quotes; quotes within are still doubled.
    Text(&'t str),
    /// A bare literal that begins with a digit or sign, or a GUID.
    Bare(&'t str),
    /// `duration'PT1H'`, `Pbx.Type'Member'`: what stands before the quotes, and in them.
    Prefixed(&'t str, &'t str),
    Open,
    Close,
    Comma,
    Slash,
    Colon,
    Minus,
    End,
}

/// The text between quotes, with doubled quotes made single.
pub(super) fn unquoted(text: &str) -> Cow<'_, str> {
    if text.contains('\'') { Cow::Owned(text.replace("''", "'")) } else { Cow::Borrowed(text) }
}

/// A position as people count it: characters from 0.
pub(super) fn position(text: &str, start: usize) -> usize {
    text.get(..start).map_or(0, |before| before.chars().count())
}

pub(super) fn tokens(text: &str) -> Result<Vec<Token<'_>>, QueryError> {
    let mut tokens = Vec::new();
    let mut start = 0;
    while let Some(c) = text[start..].chars().next() {
        if c.is_whitespace() {
            start += c.len_utf8();
            continue;
        }
        let (kind, length) = token(text, start, c)?;
        tokens.push(Token { kind, start });
        start += length;
    }
    tokens.push(Token { kind: Kind::End, start });
    Ok(tokens)
}

/// The token that begins at `start` with `c`, and its length.
fn token(text: &str, start: usize, c: char) -> Result<(Kind<'_>, usize), QueryError> {
    let rest = &text[start..];
    let one = match c {
        '(' => Some(Kind::Open),
        ')' => Some(Kind::Close),
        ',' => Some(Kind::Comma),
        '/' => Some(Kind::Slash),
        ':' => Some(Kind::Colon),
        '-' if !rest[1..].starts_with(|next: char| next.is_ascii_digit()) => Some(Kind::Minus),
        _ => None,
    };
    if let Some(kind) = one {
        return Ok((kind, 1));
    }
    if let Some(guid) = guid(rest) {
        return Ok((Kind::Bare(guid), guid.len()));
    }
    if c == '\'' {
        let inner = quoted(text, start)?;
        return Ok((Kind::Text(inner), inner.len() + 2));
    }
    if c.is_ascii_digit() || c == '-' {
        let bare = bare(rest);
        return Ok((Kind::Bare(bare), bare.len()));
    }
    if c.is_alphabetic() || matches!(c, '_' | '$' | '@') {
        let end = rest.find(|c: char| !is_word(c)).unwrap_or(rest.len());
        let word = &rest[..end];
        if !rest[end..].starts_with('\'') {
            return Ok((Kind::Word(word), end));
        }
        let inner = quoted(text, start + end)?;
        return Ok((Kind::Prefixed(word, inner), end + inner.len() + 2));
    }
    Err(QueryError::new(format!(
        "Syntax error: character '{c}' is not valid at position {} in '{text}'.",
        position(text, start)
    )))
}

fn is_word(c: char) -> bool {
    c.is_alphanumeric() || matches!(c, '_' | '.' | '$' | '@')
}

/// What stands between the quote at `start` and the one that ends it.
fn quoted(text: &str, start: usize) -> Result<&str, QueryError> {
    let inner = &text[start + 1..];
    let mut from = 0;
    while let Some(quote) = inner[from..].find('\'').map(|place| from + place) {
        if !inner[quote + 1..].starts_with('\'') {
            return Ok(&inner[..quote]);
        }
        from = quote + 2;
    }
    Err(QueryError::new(format!(
        "There is an unterminated string literal at position {} in '{text}'.",
        position(text, start)
    )))
}

/// A bare literal: everything that numbers, dates, times and instants are made of. An instant
/// contains colons and signs, a number has a sign after its exponent only.
fn bare(rest: &str) -> &str {
    let bytes = rest.as_bytes();
    let mut end = 1;
    while let Some(byte) = bytes.get(end) {
        let dated = end >= 4 && matches!(byte, b'-' | b':' | b'+');
        let exponent = matches!(byte, b'-' | b'+') && matches!(bytes[end - 1], b'e' | b'E');
        let clock = *byte == b':' && end == 2;
        if !(byte.is_ascii_alphanumeric() || *byte == b'.' || dated || exponent || clock) {
            break;
        }
        end += 1;
    }
    &rest[..end]
}

/// The GUID that a text begins with.
fn guid(rest: &str) -> Option<&str> {
    let guid = rest.get(..36).filter(|guid| guid.is_ascii())?;
    let is_guid = guid.split('-').map(str::len).eq([8, 4, 4, 4, 12])
        && guid.bytes().all(|byte| byte.is_ascii_hexdigit() || byte == b'-');
    (is_guid && !rest[36..].starts_with(is_word)).then_some(guid)
}
