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

/// The known word most like the given one, if any is like it at all.
pub fn closest<'k>(word: &str, known: &[&'k str]) -> Option<&'k str> {
    const ALIKE: f64 = 0.8;
    let word = word.to_lowercase();
    let rated = known.iter().map(|known| (strsim::jaro_winkler(&word, &known.to_lowercase()), *known));
    let best = rated.max_by(|(a, _), (b, _)| a.total_cmp(b));
    best.filter(|(rate, _)| *rate >= ALIKE).map(|(_, known)| known)
}
