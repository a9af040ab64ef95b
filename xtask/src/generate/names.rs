//! Names made from official ones: titles for people, words for the command line, module and
//! constant names for Rust.

/// The words of a Pascal- or camel-case name: `GetSIPDevices` is Get, SIP, Devices.
/// A digit belongs to the word before it.
pub fn words(name: &str) -> Vec<String> {
    let chars: Vec<char> = name.chars().collect();
    let mut words: Vec<String> = Vec::new();
    for (index, &c) in chars.iter().enumerate() {
        let before = index.checked_sub(1).map(|i| chars[i]);
        let after = chars.get(index + 1);
        let starts = match before {
            None => true,
            Some(b) if c.is_ascii_uppercase() => !b.is_ascii_uppercase() || after.is_some_and(char::is_ascii_lowercase),
            Some(b) => !b.is_ascii_alphanumeric(),
        };
        if !c.is_ascii_alphanumeric() {
            continue;
        }
        if starts || words.is_empty() {
            words.push(String::new());
        }
        if let Some(word) = words.last_mut() {
            word.push(c);
        }
    }
    words
}

/// `ReprovisionAllPhones` → `Reprovision All Phones`
pub fn title(name: &str) -> String {
    let capital = |word: String| {
        let mut chars = word.chars();
        chars.next().map(|first| first.to_ascii_uppercase().to_string() + chars.as_str()).unwrap_or_default()
    };
    words(name).into_iter().map(capital).collect::<Vec<_>>().join(" ")
}

/// `ReprovisionAllPhones` → `reprovision-all-phones`
pub fn kebab(name: &str) -> String {
    words(name).join("-").to_ascii_lowercase()
}

/// `ReprovisionAllPhones` → `reprovision_all_phones`
pub fn snake(name: &str) -> String {
    words(name).join("_").to_ascii_lowercase()
}

/// `ReprovisionAllPhones` → `REPROVISION_ALL_PHONES`
pub fn constant(name: &str) -> String {
    words(name).join("_").to_ascii_uppercase()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_end_where_a_reader_would_end_them() {
        for (name, kebab_case) in [
            ("ReprovisionAllPhones", "reprovision-all-phones"),
            ("CDRSettings", "cdr-settings"),
            ("E164Settings", "e164-settings"),
            ("GetMCURow", "get-mcu-row"),
            ("DNProperties", "dn-properties"),
            ("periodFrom", "period-from"),
            ("call_id", "call-id"),
            ("Microsoft365Integration", "microsoft365-integration"),
            ("SkillBasedRouting_RingAll", "skill-based-routing-ring-all"),
        ] {
            assert_eq!(kebab(name), kebab_case);
        }
        assert_eq!(title("dnNumber"), "Dn Number");
    }
}
