//! Tokens of an expression.

use super::super::QueryError;

/// A token and where it begins, in characters from 0.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Token {
    pub kind: Kind,
    pub position: usize,
}

#[derive(Clone, Debug, PartialEq)]
pub(super) enum Kind {
    /// A name, keyword or operator word; may hold dots (`Pbx.QueueStatusType`).
    Word(String),
    /// `'text'`, quotes resolved.
    Text(String),
    /// A bare literal that begins with a digit or sign: number, date, instant, time, GUID.
    Bare(String),
    /// `duration'PT1H'`, `Pbx.Type'Member'`: what stands before the quotes, and in them.
    Prefixed(String, String),
    Open,
    Close,
    Comma,
    Slash,
    Colon,
    Minus,
    End,
}

pub(super) fn tokens(text: &str) -> Result<Vec<Token>, QueryError> {
    let chars: Vec<char> = text.chars().collect();
    let mut tokens = Vec::new();
    let mut at = 0;
    while let Some(&c) = chars.get(at) {
        let position = at;
        let kind = match c {
            c if c.is_whitespace() => {
                at += 1;
                continue;
            }
            '(' | ')' | ',' | '/' | ':' => {
                at += 1;
                match c {
                    '(' => Kind::Open,
                    ')' => Kind::Close,
                    ',' => Kind::Comma,
                    '/' => Kind::Slash,
                    _ => Kind::Colon,
                }
            }
            '-' if !chars.get(at + 1).is_some_and(char::is_ascii_digit) => {
                at += 1;
                Kind::Minus
            }
            '\'' => Kind::Text(quoted(&chars, &mut at)?),
            c if c.is_ascii_digit() || c == '-' => Kind::Bare(bare(&chars, &mut at)),
            c if c.is_alphabetic() || c == '_' || c == '$' || c == '@' => word(&chars, &mut at)?,
            other => {
                return Err(QueryError::new(format!(
                    "Syntax error: character '{other}' is not valid at position {position} in '{text}'."
                )));
            }
        };
        tokens.push(Token { kind, position });
    }
    tokens.push(Token { kind: Kind::End, position: chars.len() });
    Ok(tokens)
}

fn quoted(chars: &[char], at: &mut usize) -> Result<String, QueryError> {
    let start = *at;
    let mut text = String::new();
    *at += 1;
    while let Some(&c) = chars.get(*at) {
        *at += 1;
        if c != '\'' {
            text.push(c);
        } else if chars.get(*at) == Some(&'\'') {
            text.push('\'');
            *at += 1;
        } else {
            return Ok(text);
        }
    }
    Err(QueryError::new(format!("There is an unterminated string literal at position {start}.")))
}

/// A bare literal: everything that numbers, dates, instants and GUIDs are made of. A GUID may
/// begin with a digit and hold letters; an instant holds colons and a sign.
fn bare(chars: &[char], at: &mut usize) -> String {
    let start = *at;
    *at += 1;
    while let Some(&c) = chars.get(*at) {
        let dated = *at - start >= 4;
        let sign_after_exponent = c == '+' && matches!(chars[*at - 1], 'e' | 'E');
        if c.is_ascii_alphanumeric()
            || c == '.'
            || (dated && matches!(c, '-' | ':' | '+'))
            || sign_after_exponent
            || (c == '-' && matches!(chars[*at - 1], 'e' | 'E'))
            || (c == ':' && *at - start == 2)
        {
            *at += 1;
        } else {
            break;
        }
    }
    chars[start..*at].iter().collect()
}

fn word(chars: &[char], at: &mut usize) -> Result<Kind, QueryError> {
    let start = *at;
    while chars.get(*at).is_some_and(|c| c.is_alphanumeric() || matches!(c, '_' | '.' | '$' | '@')) {
        *at += 1;
    }
    // A GUID that begins with a letter.
    let rest: String = chars[start..chars.len().min(start + 36)].iter().collect();
    if is_guid(&rest) {
        *at = start + 36;
        return Ok(Kind::Bare(rest));
    }
    let word: String = chars[start..*at].iter().collect();
    match chars.get(*at) {
        Some('\'') => Ok(Kind::Prefixed(word, quoted(chars, at)?)),
        _ => Ok(Kind::Word(word)),
    }
}

pub(super) fn is_guid(text: &str) -> bool {
    text.split('-').map(str::len).eq([8, 4, 4, 4, 12]) && text.chars().all(|c| c.is_ascii_hexdigit() || c == '-')
}
