//! Words as a POSIX shell wants them.

/// A word that a shell takes literally.
pub fn quoted(value: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_.,:/@+".contains(c);
    if !value.is_empty() && value.chars().all(plain) { value.to_owned() } else { single_quoted(value) }
}

/// Text in single quotes, whatever it is.
pub fn single_quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', "'\\''"))
}
