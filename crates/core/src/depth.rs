//! How deep JSON from outside may be nested. Whoever walks through a value needs stack, or indentation, for
//! each of its levels: what is nested without measure is refused before anyone does.

use memchr::{memchr2, memchr2_iter};

/// The maximum depth of nested objects and lists. Nothing in the API comes near it.
pub const DEEPEST: usize = 64;

/// True if JSON is nested deeper than [`DEEPEST`]. What is not JSON may be called either.
pub fn is_deeper(json: &str) -> bool {
    let bytes = json.as_bytes();
    // Most values do not even open that many, which takes a fraction of the time to find out.
    memchr2_iter(b'{', b'[', bytes).nth(DEEPEST).is_some() && depth(bytes) > DEEPEST
}

fn depth(json: &[u8]) -> usize {
    let (mut depth, mut deepest, mut at) = (0_usize, 0, 0);
    while let Some(byte) = json.get(at) {
        at += 1;
        match byte {
            b'{' | b'[' => {
                depth += 1;
                deepest = deepest.max(depth);
            }
            b'}' | b']' => depth = depth.saturating_sub(1),
            b'"' => at += text(&json[at..]),
            _ => {}
        }
    }
    deepest
}

/// The length of a text behind its opening quote, with the closing one.
fn text(json: &[u8]) -> usize {
    let mut at = 0;
    while let Some(found) = json.get(at..).and_then(|rest| memchr2(b'"', b'\\', rest)) {
        if json[at + found] == b'"' {
            return at + found + 1;
        }
        at += found + 2;
    }
    json.len()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn nested(levels: usize, within: &str) -> String {
        (0..levels).fold(within.to_owned(), |inner, level| match level % 2 {
            0 => format!("[{inner}]"),
            _ => format!("{{\"a\":{inner}}}"),
        })
    }

    #[test]
    fn only_what_is_nested_counts() {
        for (json, deeper) in [
            (String::new(), false),
            (nested(DEEPEST, "1"), false),
            (nested(DEEPEST + 1, "1"), true),
            (nested(DEEPEST, r#""[\"[[{{\\""#), false),
            (nested(DEEPEST + 1, r#""]]]\"}}}""#), true),
            ("[".repeat(200_000), true),
            (format!("[{}]", vec!["[]"; 1000].join(",")), false),
            (format!("\"{}\"", "[{".repeat(1000)), false),
        ] {
            assert_eq!(is_deeper(&json), deeper, "{}", json.get(..200).unwrap_or(&json));
        }
    }

    proptest! {
        /// Whatever is in the texts of a value, they do not count.
        #[test]
        fn texts_do_not_count(text in ".*", levels in 1_usize..130) {
            let json = nested(levels, &serde_json::Value::from(text).to_string());
            prop_assert_eq!(is_deeper(&json), levels > DEEPEST);
        }
    }
}
