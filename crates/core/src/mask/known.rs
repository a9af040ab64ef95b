//! Secrets in text that are known, in whatever way they are written.

use std::borrow::Cow;

use serde_json::Value;

use super::MASK;
use crate::{literal, token};

/// A secret that is shorter is only taken out where it is a word of its own.
const ANYWHERE: usize = 4;

pub(super) fn without_known<'t, S: AsRef<str>>(text: &'t str, known: &[S]) -> Cow<'t, str> {
    let mut forms: Vec<String> = known.iter().flat_map(|secret| written(secret.as_ref())).collect();
    // The longest first: a form may be the beginning of another.
    forms.sort_by_key(|form| std::cmp::Reverse(form.len()));
    forms.dedup();
    let mut text = Cow::Borrowed(text);
    for form in &forms {
        if let Some(masked) = replaced(&text, form) {
            text = Cow::Owned(masked);
        }
    }
    text
}

/// A secret as it may be written: as it is, in JSON, in a URL or form, in HTML.
fn written(secret: &str) -> Vec<String> {
    if secret.trim().is_empty() {
        return Vec::new();
    }
    let json = Value::from(secret).to_string();
    let encode = |keep: &dyn Fn(u8) -> bool, space: &str| {
        let mut encoded = String::new();
        for byte in secret.bytes() {
            match byte {
                b' ' => encoded.push_str(space),
                byte if byte.is_ascii_alphanumeric() || keep(byte) => encoded.push(char::from(byte)),
                byte => encoded.push_str(&format!("%{byte:02X}")),
            }
        }
        encoded
    };
    let html = |apostrophe: &str| {
        let text = secret.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
        text.replace('"', "&quot;").replace('\'', apostrophe)
    };
    let (mut in_path, mut in_form) = (String::new(), String::new());
    literal::encode(secret, &mut in_path);
    token::form_value(secret, &mut in_form);
    vec![
        secret.to_owned(),
        json.trim_matches('"').to_owned(),
        in_path,
        in_form,
        encode(&|byte| b"-_.~".contains(&byte), "%20"),
        encode(&|byte| b"-_.*".contains(&byte), "+"),
        encode(&|byte| b"-_.~!$&'()*+,;=:@/".contains(&byte), "%20"),
        html("&#39;"),
        html("&#x27;"),
        html("'"),
    ]
}

/// The text with every occurrence masked, in whatever case, and the beginning of one where the text was cut.
fn replaced(text: &str, secret: &str) -> Option<String> {
    let (haystack, needle) = (text.to_ascii_lowercase(), secret.to_ascii_lowercase());
    let is_word = |start: usize, end: usize| {
        !haystack[..start].ends_with(|c: char| c.is_alphanumeric())
            && !haystack[end..].starts_with(|c: char| c.is_alphanumeric())
    };
    let mut out = String::new();
    let mut from = 0;
    let mut at = 0;
    while let Some(start) = haystack[at..].find(&needle).map(|found| at + found) {
        let end = start + needle.len();
        if needle.len() >= ANYWHERE || is_word(start, end) {
            out.push_str(&text[from..start]);
            out.push_str(MASK);
            from = end;
        }
        at = end;
    }
    // A long secret that breaks off where the text does.
    let rest = &haystack[from..];
    let ends = (2 * ANYWHERE..needle.len()).rev().filter(|length| needle.is_char_boundary(*length));
    let whole = rest.trim_end_matches(['…', '.']);
    if let Some(cut) = ends.map(|length| &needle[..length]).find(|beginning| whole.ends_with(beginning)) {
        let start = from + whole.len() - cut.len();
        out.push_str(&text[from..start]);
        out.push_str(MASK);
        from += whole.len();
    }
    if from == 0 {
        return None;
    }
    out.push_str(&text[from..]);
    Some(out)
}
