//! Names for people, made from official ones, and the grammar of what is said with them.

/// The words of a Pascal- or camel-case name: `GetSIPDevices` is Get, SIP, Devices.
/// A digit belongs to the word before it.
pub fn of(name: &str) -> Vec<String> {
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
    of(name).iter().map(|word| capital(word)).collect::<Vec<_>>().join(" ")
}

/// `ReprovisionAllPhones` → `reprovision-all-phones`
pub fn kebab(name: &str) -> String {
    of(name).join("-").to_ascii_lowercase()
}

/// `ReprovisionAllPhones` → `reprovision_all_phones`
pub fn snake(name: &str) -> String {
    of(name).join("_").to_ascii_lowercase()
}

/// What something is, in the middle of a sentence: `RingGroup` → `ring group`.
pub fn noun(name: &str) -> String {
    of(name).join(" ").to_ascii_lowercase()
}

/// A word with a capital at its start.
pub fn capital(word: &str) -> String {
    let mut chars = word.chars();
    chars.next().map(|first| first.to_ascii_uppercase().to_string() + chars.as_str()).unwrap_or_default()
}

/// The article of a noun: a user, an inbound rule, an SBC.
pub fn article(noun: &str) -> &'static str {
    let first = noun.split(' ').next().unwrap_or_default();
    // Said letter by letter: an F, an S.
    let spelled = first.len() > 1 && first.to_ascii_uppercase() == first;
    let vowels: &[char] =
        if spelled { &['A', 'E', 'F', 'H', 'I', 'L', 'M', 'N', 'O', 'R', 'S', 'X'] } else { &['a', 'e', 'i', 'o'] };
    if noun.starts_with(vowels) { "an" } else { "a" }
}

/// Plurals that no rule makes.
const IRREGULAR: [(&str, &str); 6] = [
    ("child", "children"),
    ("criterion", "criteria"),
    ("information", "information"),
    ("person", "people"),
    ("series", "series"),
    ("status", "statuses"),
];

/// More than one of it: `queue` → `queues`, `DID number` → `DID numbers`. What is a plural already
/// stays as it is: `settings`.
pub fn plural(noun: &str) -> String {
    let (before, last) = noun.rsplit_once(' ').map_or(("", noun), |(before, last)| (before, last));
    if let Some((_, plural)) = IRREGULAR.iter().find(|(one, _)| *one == last) {
        return if before.is_empty() { (*plural).to_owned() } else { format!("{before} {plural}") };
    }
    match noun.strip_suffix('y') {
        Some(stem) if !stem.ends_with(['a', 'e', 'o', 'u']) => format!("{stem}ies"),
        _ if ["ss", "x", "ch", "sh"].iter().any(|hiss| noun.ends_with(hiss)) => format!("{noun}es"),
        _ if noun.ends_with('s') => noun.to_owned(),
        _ => format!("{noun}s"),
    }
}

/// `1 user`, `3 users`, `0 users`
pub fn counted(number: usize, singular: &str, plural: &str) -> String {
    format!("{number} {}", if number == 1 { singular } else { plural })
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
            ("ids", "ids"),
            ("periodFrom", "period-from"),
            ("SRTPMode", "srtp-mode"),
            ("VMPIN", "vmpin"),
            ("E164", "e164"),
            ("Id365", "id365"),
            ("call_id", "call-id"),
            ("Microsoft365Integration", "microsoft365-integration"),
            ("SkillBasedRouting_RingAll", "skill-based-routing-ring-all"),
        ] {
            assert_eq!(kebab(name), kebab_case);
        }
        assert_eq!(title("dnNumber"), "Dn Number");
        assert_eq!(noun("RingGroup"), "ring group");
        assert_eq!(snake("SIPDevices"), "sip_devices");
    }

    #[test]
    fn sentences_are_grammatical() {
        for (one, several) in [
            ("user", "users"),
            ("directory", "directories"),
            ("survey", "surveys"),
            ("fax", "faxes"),
            ("address", "addresses"),
            ("branch", "branches"),
            ("settings", "settings"),
            ("person", "people"),
            ("contact person", "contact people"),
            ("DID number", "DID numbers"),
        ] {
            assert_eq!(plural(one), several);
        }
        for noun in ["user", "queue", "DID number", "PBX"] {
            assert_eq!(article(noun), "a", "{noun}");
        }
        for noun in ["inbound rule", "agent", "SBC", "FXS device"] {
            assert_eq!(article(noun), "an", "{noun}");
        }
        assert_eq!(counted(1, "person", "people"), "1 person");
        assert_eq!(counted(0, "person", "people"), "0 people");
        assert_eq!(counted(2, "person", "people"), "2 people");
    }
}
