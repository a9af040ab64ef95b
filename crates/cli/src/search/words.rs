//! Texts as words, and words without their endings, so that `recordings` finds `Recording`
//! and `forwarding` finds `Forward`.

use crate::args::flag::kebab;

/// The words of a title, a path or a name in camel case, without their endings.
pub fn stems(text: &str) -> Vec<String> {
    let pieces = text.split(|c: char| !c.is_ascii_alphanumeric()).filter(|piece| !piece.is_empty());
    pieces.flat_map(|piece| kebab(piece).split('-').map(stem).collect::<Vec<_>>()).collect()
}

/// The words as they were typed.
pub fn typed(text: &str) -> Vec<String> {
    let words = text.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty());
    words.map(str::to_lowercase).collect()
}

/// A word without the endings of plural, participle and gerund. Not English, but the same for
/// both sides.
pub fn stem(word: &str) -> String {
    let word = word.to_ascii_lowercase();
    let word = match word.strip_suffix("ies").filter(|rest| rest.len() >= 2) {
        Some(rest) => format!("{rest}y"),
        None => {
            let plural = word.len() > 3 && word.ends_with('s') && !word.ends_with("ss") && !word.ends_with("us");
            if plural { word[..word.len() - 1].to_owned() } else { word }
        }
    };
    for ending in ["ing", "ed"] {
        if let Some(rest) = word.strip_suffix(ending).filter(|rest| rest.len() >= 3) {
            let mut letters = rest.bytes().rev();
            let doubled = letters.next() == letters.next();
            return if doubled { rest[..rest.len() - 1].to_owned() } else { rest.to_owned() };
        }
    }
    if word.len() > 4 { word.strip_suffix('e').map(str::to_owned).unwrap_or(word) } else { word }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn endings_do_not_matter() {
        for (one, other) in [
            ("recordings", "recording"),
            ("forwarding", "forward"),
            ("blocked", "block"),
            ("Queues", "queue"),
            ("directories", "directory"),
            ("provisioning", "provisioned"),
            ("licences", "licence"),
            ("routing", "routes"),
            ("stopped", "stop"),
        ] {
            assert_eq!(stem(one), stem(other), "{one} {other}");
        }
        for (one, other) in [("ring", "r"), ("status", "statu"), ("address", "addres"), ("did", "d")] {
            assert_ne!(stem(one), stem(other), "{one} {other}");
        }
    }

    #[test]
    fn names_fall_into_words() {
        assert_eq!(stems("Users.ReprovisionAllPhones"), ["user", "reprovision", "all", "phon"]);
        assert_eq!(stems("/DidNumbers({Number})"), ["did", "number", "number"]);
    }
}
