//! Lists in a text: `Id,Groups($select=Id,Name;$expand=Rights)`.

/// Why a text cannot be split: a quote or parenthesis is not closed, or closes nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Unbalanced;

/// The parts of a text between separators. What is in quotes of either kind, or in parentheses,
/// is whole.
///
/// # Errors
/// [`Unbalanced`], where it is not clear what is inside.
pub fn split(text: &str, separator: char) -> Result<Vec<&str>, Unbalanced> {
    let (mut parts, mut start, mut quote, mut depth) = (Vec::new(), 0, None, 0_usize);
    for (index, c) in text.char_indices() {
        match c {
            c if quote == Some(c) => quote = None,
            _ if quote.is_some() => {}
            '\'' | '"' => quote = Some(c),
            '(' => depth += 1,
            ')' => depth = depth.checked_sub(1).ok_or(Unbalanced)?,
            c if c == separator && depth == 0 => {
                parts.push(&text[start..index]);
                start = index + c.len_utf8();
            }
            _ => {}
        }
    }
    if quote.is_some() || depth > 0 {
        return Err(Unbalanced);
    }
    parts.push(&text[start..]);
    Ok(parts)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_in_quotes_or_parentheses_is_whole() {
        for (text, parts) in [
            ("", vec![""]),
            ("Id", vec!["Id"]),
            ("Id, Number,", vec!["Id", " Number", ""]),
            (
                "Groups($select=Id,Name;$expand=Rights($select=X,Y)),Phones",
                vec!["Groups($select=Id,Name;$expand=Rights($select=X,Y))", "Phones"],
            ),
            ("A($filter=Name eq 'a,)''b'),B", vec!["A($filter=Name eq 'a,)''b')", "B"]),
            ("A($search=\"a),b\"),B", vec!["A($search=\"a),b\")", "B"]),
            ("Name eq 'Zürich,東',x", vec!["Name eq 'Zürich,東'", "x"]),
        ] {
            assert_eq!(split(text, ','), Ok(parts), "{text}");
        }
        for text in ["A(", "A)", ")(", "'a", "\"a", "A('),B"] {
            assert_eq!(split(text, ','), Err(Unbalanced), "{text}");
        }
    }
}
