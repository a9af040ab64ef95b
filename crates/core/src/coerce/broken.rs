//! Where JSON breaks off, and whether what stands there may be shown.

use crate::mask;

/// True if what stands at this place of broken JSON is the value of a secret, as far as that can be told.
pub(super) fn is_secret_at(text: &str, offset: usize) -> bool {
    let before = text.get(..offset).unwrap_or(text);
    let name =
        before.rsplit_once(':').and_then(|(before, _)| before.trim_end().trim_end_matches('"').rsplit('"').next());
    name.is_some_and(mask::is_secret_name)
}

/// Where JSON breaks off: the word that does not belong, and its place. serde_json names the
/// character at which it stopped, which may be in the middle of the word.
pub(super) fn broken_at<'a>(text: &'a str, error: &serde_json::Error) -> (&'a str, usize) {
    let line_start = text.split_inclusive('\n').take(error.line().saturating_sub(1)).map(str::len).sum::<usize>();
    // serde_json counts columns in bytes.
    let mut at = (line_start + error.column().saturating_sub(1)).min(text.len());
    while !text.is_char_boundary(at) {
        at -= 1;
    }
    if error.is_eof() {
        return ("", text.len());
    }
    let separates = |c: char| c.is_whitespace() || ",:[]{}\"".contains(c);
    // A separator may be longer than a byte: an en quad is white space too.
    let start = text[..at].trim_end_matches(|c| !separates(c)).len();
    let word = text[start..].split(separates).next().unwrap_or_default();
    match (word, text[at..].chars().next()) {
        ("", Some(c)) => (&text[at..at + c.len_utf8()], at),
        _ => (word, start),
    }
}
