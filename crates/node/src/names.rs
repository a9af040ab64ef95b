//! Names for people, made from official ones.

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
    words(name).into_iter().map(|word| capital(&word)).collect::<Vec<_>>().join(" ")
}

/// Words that are written in their own way wherever they stand.
const OWN_SPELLING: [&str; 33] = [
    "AI", "API", "CDR", "CRM", "CSV", "DID", "DIDs", "DN", "DNs", "DNS", "FQDN", "FTP", "GUID", "ID", "IDs", "IP",
    "IPs", "IVR", "JSON", "MAC", "MCP", "MCU", "MS", "PBX", "PIN", "QR", "SBC", "SIP", "SLA", "SMTP", "TLS", "URI",
    "URL",
];

/// Words that 3CX shortens.
const LONGER: [(&str, &str); 9] = [
    ("Addr", "Address"),
    ("Dt", "Date"),
    ("Dst", "Destination"),
    ("Int", "Internal"),
    ("Opts", "Options"),
    ("Prov", "Provisioning"),
    ("Rec", "Recording"),
    ("Src", "Source"),
    ("Str", ""),
];

/// What an input is called: `queueDnStr` → `Queue DN`, `startDt` → `Start Date`.
pub fn label(name: &str) -> String {
    let written = |word: String| {
        let longer = LONGER.iter().find(|(short, _)| word.eq_ignore_ascii_case(short)).map(|(_, long)| *long);
        let word = longer.unwrap_or(&word);
        let own = OWN_SPELLING.iter().find(|own| word.eq_ignore_ascii_case(own));
        own.map_or_else(|| capital(word), |own| (*own).to_owned())
    };
    let words: Vec<String> = words(name).into_iter().map(written).filter(|word| !word.is_empty()).collect();
    words.join(" ")
}

/// The name of an input among a node's parameters: `FileName` → `fileName`, `call_id` → `callId`.
pub fn camel(name: &str) -> String {
    let mut camel = String::new();
    for (index, word) in words(name).iter().enumerate() {
        camel.push_str(&if index == 0 { word.to_ascii_lowercase() } else { capital(word) });
    }
    camel
}

fn capital(word: &str) -> String {
    let mut chars = word.chars();
    chars.next().map(|first| first.to_ascii_uppercase().to_string() + chars.as_str()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_are_what_people_say() {
        for (name, expected) in [
            ("Id", "ID"),
            ("ids", "IDs"),
            ("queueDnStr", "Queue DN"),
            ("queueDns", "Queue DNs"),
            ("startDt", "Start Date"),
            ("call_id", "Call ID"),
            ("MacAddress", "MAC Address"),
            ("SendEmailMissedCalls", "Send Email Missed Calls"),
        ] {
            assert_eq!(label(name), expected);
        }
        assert_eq!(camel("call_id"), "callId");
        assert_eq!(camel("Id"), "id");
        assert_eq!(camel("queueDnStr"), "queueDnStr");
    }
}
