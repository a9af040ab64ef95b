//! Finding what the user may have meant.

/// A hint that names the closest of the known words, or lists them if they are few.
pub fn did_you_mean(word: &str, known: &[&str]) -> Option<String> {
    const FEW: usize = 12;
    match closest(word, known) {
        Some(close) => Some(format!("Did you mean {close}?")),
        None if !known.is_empty() && known.len() <= FEW => Some(format!("There is: {}.", known.join(", "))),
        None => None,
    }
}

/// The known word most like the given one, if any is like it at all. What is much longer than any word is none of
/// them with a slip, and comparing it would take a second for each megabyte.
pub fn closest<'k>(word: &str, known: &[&'k str]) -> Option<&'k str> {
    const ALIKE: f64 = 0.8;
    const LONGEST: usize = 200;
    if word.len() > LONGEST {
        return None;
    }
    let word = word.to_lowercase();
    let rated = known.iter().map(|known| (strsim::jaro_winkler(&word, &known.to_lowercase()), *known));
    let best = rated.max_by(|(a, _), (b, _)| a.total_cmp(b));
    best.filter(|(rate, _)| *rate >= ALIKE).map(|(_, known)| known)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slip_is_found_and_what_is_no_word_is_not_compared() {
        let known = ["FirstName", "LastName", "Number"];
        assert_eq!(closest("FristName", &known), Some("FirstName"));
        assert_eq!(closest("numbr", &known), Some("Number"));
        assert_eq!(closest("", &known), None);
        // These begin as a known word does, which is what the comparison rates highest.
        for tail in ["x", "é", "Name"] {
            assert_eq!(closest(&format!("FirstName{}", tail.repeat(1_000_000)), &known), None);
        }
    }
}
