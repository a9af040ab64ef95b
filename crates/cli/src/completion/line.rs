//! A line of bash as words. bash hands over its own idea of them, cut at `=`, `:` and `@`; so
//! the script passes the line, and what bash has of the last word already is cut off again.

/// Where bash cuts words by itself.
const BREAKS: [char; 9] = ['=', ':', '@', '>', '<', ';', '|', '&', '('];

/// The words of a line after the program's name, and the one at its end.
pub fn words(line: &str) -> (Vec<String>, String) {
    let mut words = vec![String::new()];
    let mut quote = None;
    let mut chars = line.chars();
    while let Some(c) = chars.next() {
        let Some(word) = words.last_mut() else { break };
        match (quote, c) {
            (None, '\'' | '"') => quote = Some(c),
            (Some(open), c) if c == open => quote = None,
            (None | Some('"'), '\\') => word.extend(chars.next()),
            (None, c) if c.is_whitespace() => {
                if !word.is_empty() {
                    words.push(String::new());
                }
            }
            (_, c) => word.push(c),
        }
    }
    let current = words.pop().unwrap_or_default();
    (words.into_iter().skip(1).collect(), current)
}

/// The part of a candidate that bash has not taken for a word of its own.
pub fn rest<'c>(current: &str, candidate: &'c str) -> &'c str {
    let cut = current.rfind(BREAKS).map_or(0, |place| place + 1);
    candidate.get(cut..).unwrap_or(candidate)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quotes_and_backslashes_hold_words_together() {
        let (before, current) = words(r#"threecx users list  --filter "Number eq '1'" --url a\ b --sel"#);
        assert_eq!(before, ["users", "list", "--filter", "Number eq '1'", "--url", "a b"]);
        assert_eq!(current, "--sel");
        assert_eq!(words("threecx "), (vec![], String::new()));
        assert_eq!(words("threecx us"), (vec![], "us".to_owned()));
    }

    #[test]
    fn what_bash_has_is_cut_off() {
        for (current, candidate, left) in [
            ("--output=js", "--output=json", "json"),
            ("20.0.7@", "20.0.7@2025-05-06", "2025-05-06"),
            ("us", "users", "users"),
        ] {
            assert_eq!(rest(current, candidate), left);
        }
    }
}
