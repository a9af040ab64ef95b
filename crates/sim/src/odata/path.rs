//! Paths: `Users(29)/Pbx.Regenerate`, `Users(Number='10''1')`, `GetUpdatesStats()`.

use super::literal::Literal;

/// A longer path is refused.
const LONGEST: usize = 16_384;

/// A piece of a path between slashes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Segment {
    pub name: String,
    pub arguments: Arguments,
}

/// What is in a segment's parentheses.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Arguments {
    /// No parentheses.
    None,
    /// `()`, `(a=1,b='x')`: a function's arguments or an alternate key.
    Named(Vec<(String, Literal)>),
    /// `(29)`: a key.
    Key(Literal),
}

/// An invalid path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct PathError;

/// Reads a path below `/xapi/v1`, percent-encoded as it came. Encoded slashes and quotes
/// belong to the values that they are in.
pub(crate) fn parse_path(path: &str) -> Result<Vec<Segment>, PathError> {
    if path.len() > LONGEST {
        return Err(PathError);
    }
    path.trim_matches('/').split('/').filter(|_| !path.trim_matches('/').is_empty()).map(segment).collect()
}

fn segment(text: &str) -> Result<Segment, PathError> {
    let text = decode(text, false).ok_or(PathError)?;
    let Some((name, rest)) = text.split_once('(') else {
        return Ok(Segment { name: text, arguments: Arguments::None });
    };
    let inner = rest.strip_suffix(')').ok_or(PathError)?;
    let arguments = match split_outside_quotes(inner, ',').ok_or(PathError)?.as_slice() {
        [only] if only.trim().is_empty() => Arguments::Named(Vec::new()),
        [only] if named(only).is_none() => Arguments::Key(Literal::parse(only).ok_or(PathError)?),
        parts => {
            let named = parts.iter().map(|part| {
                let (name, value) = named(part)?;
                Some((name.to_owned(), Literal::parse(value)?))
            });
            Arguments::Named(named.collect::<Option<_>>().ok_or(PathError)?)
        }
    };
    Ok(Segment { name: name.to_owned(), arguments })
}

/// `name=value`, if the part before the `=` is a name.
fn named(part: &str) -> Option<(&str, &str)> {
    let (name, value) = part.split_once('=')?;
    let name = name.trim();
    let is_name = !name.is_empty() && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
    is_name.then_some((name, value))
}

/// Splits at a separator outside single quotes; nothing if a quote stays open.
fn split_outside_quotes(text: &str, separator: char) -> Option<Vec<&str>> {
    let (mut parts, mut start, mut quoted) = (Vec::new(), 0, false);
    for (index, c) in text.char_indices() {
        if c == '\'' {
            quoted = !quoted;
        } else if c == separator && !quoted {
            parts.push(&text[start..index]);
            start = index + c.len_utf8();
        }
    }
    parts.push(&text[start..]);
    (!quoted).then_some(parts)
}

/// Percent-decodes; in a query a plus is a space. Nothing if it is not UTF-8 or ends in half an escape.
pub(crate) fn decode(text: &str, in_query: bool) -> Option<String> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((&first, after)) = rest.split_first() {
        rest = after;
        match first {
            b'%' => {
                let hex = after.get(..2).filter(|hex| hex.iter().all(u8::is_ascii_hexdigit))?;
                let hex = std::str::from_utf8(hex).ok()?;
                bytes.push(u8::from_str_radix(hex, 16).ok()?);
                rest = &after[2..];
            }
            b'+' if in_query => bytes.push(b' '),
            other => bytes.push(other),
        }
    }
    String::from_utf8(bytes).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn quoted(text: &str) -> Literal {
        Literal::Quoted(text.into())
    }

    #[test]
    fn paths_are_taken_apart() {
        let bare = |text: &str| Literal::Bare(text.into());
        for (path, name, arguments) in [
            ("/Users", "Users", Arguments::None),
            ("Users(29)", "Users", Arguments::Key(bare("29"))),
            ("Users(Number='10''1')", "Users", Arguments::Named(vec![("Number".into(), quoted("10'1"))])),
            ("Backups('a%2Fb%20=,c.zip')", "Backups", Arguments::Key(quoted("a/b =,c.zip"))),
            ("Sbcs('%27%27')", "Sbcs", Arguments::Key(quoted("'"))),
            ("GetUpdatesStats()", "GetUpdatesStats", Arguments::Named(vec![])),
            ("X(a=null,b='1,2')", "X", Arguments::Named(vec![("a".into(), bare("null")), ("b".into(), quoted("1,2"))])),
        ] {
            let segments = parse_path(path).expect(path);
            assert_eq!(segments, [Segment { name: name.into(), arguments }], "{path}");
        }
        for path in ["Users(29", "Users('x)", "Users('a'b')", "Users(%zz)", "Users(%ff)", "X(a=1,2)"] {
            assert_eq!(parse_path(path), Err(PathError), "{path}");
        }
        assert_eq!(parse_path("/Users(29)/Pbx.Regenerate").map(|segments| segments.len()), Ok(2));
        assert_eq!(parse_path("/").map(|segments| segments.len()), Ok(0));
    }

    proptest! {
        #[test]
        fn nothing_panics(path in "\\PC{0,40}|[A-Za-z(),='%0-9/]{0,40}") {
            let _ = parse_path(&path);
            let _ = decode(&path, true);
        }
    }
}
