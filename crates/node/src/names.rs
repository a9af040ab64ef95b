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
const OWN_SPELLING: [&str; 64] = [
    "2FA", "3CX", "AI", "API", "BLFs", "CDR", "CFD", "CID", "CPU", "CRM", "CSV", "DECT", "DID", "DIDs", "DN", "DND",
    "DNs", "DTMF", "ERP", "FQDN", "FTP", "FXS", "GDPR", "GPU", "GUID", "HTML", "HTTP", "HTTPS", "IANA", "ID", "IDs",
    "IP", "IPs", "IVR", "JSON", "LAN", "LED", "MAC", "MCP", "MCU", "MS", "OS", "PBX", "PIN", "QR", "RPS", "SBC",
    "SBCs", "SFTP", "SIP", "SLA", "SMS", "SMTP", "SQL", "SRTP", "SSL", "STUN", "TLS", "UDP", "URI", "URIs", "URL",
    "VLAN", "WebRTC",
];

/// Words that 3CX shortens, misspells or runs together.
const WRITTEN_OUT: [(&str, &str); 50] = [
    ("Addr", "Address"),
    ("Avg", "Average"),
    ("Clicktocall", "Click To Call"),
    ("Dateformat", "Date Format"),
    ("Descr", "Description"),
    ("Dest", "Destination"),
    ("Dirs", "Directories"),
    ("Documentlist", "Document List"),
    ("Dst", "Destination"),
    ("Dt", "Date"),
    ("Dur", "Duration"),
    ("Fileid", "File ID"),
    ("Filename", "File Name"),
    ("Friendlyname", "Friendly Name"),
    ("Fullpath", "Full Path"),
    ("Fwd", "Forward"),
    ("Info", "Information"),
    ("Infos", "Information"),
    ("Int", "Internal"),
    ("Lang", "Language"),
    ("Macs", "MAC Addresses"),
    ("Maintaince", "Maintenance"),
    ("Maintanance", "Maintenance"),
    ("Meetingid", "Meeting ID"),
    ("Meetingtitle", "Meeting Title"),
    ("Msg", "Message"),
    ("Opts", "Options"),
    ("Param", "Parameter"),
    ("Params", "Parameters"),
    ("Perc", "Percent"),
    ("Preffix", "Prefix"),
    ("Prev", "Previous"),
    ("Props", "Properties"),
    ("Prov", "Provisioning"),
    ("Rec", "Recording"),
    ("Reg", "Registration"),
    ("Retreive", "Retrieve"),
    ("Seg", "Segment"),
    ("Sessionid", "Session ID"),
    ("Sim", "Simultaneous"),
    ("Src", "Source"),
    ("Str", ""),
    ("Subcription", "Subscription"),
    ("Tunnnel", "Tunnel"),
    ("Useragent", "User Agent"),
    ("Vectorid", "Vector Store ID"),
    ("VM", "Voicemail"),
    ("VMPIN", "Voicemail PIN"),
    ("Webclient", "Web Client"),
    ("Weblink", "Website Link"),
];

/// Names of several words that belong together.
const TOGETHER: [(&str, &str); 16] = [
    ("Big Query", "BigQuery"),
    ("E Mail", "Email"),
    ("Enable2 FA", "Enable 2FA"),
    ("Hosted3 CX", "Hosted By 3CX"),
    ("Is3 CXFQDN", "Is 3CX FQDN"),
    ("IP V4", "IPv4"),
    ("IP V6", "IPv6"),
    ("My Phone", "MyPhone"),
    ("My Sql", "MySQL"),
    ("O Auth", "OAuth"),
    ("Open AI", "OpenAI"),
    ("Postgre", "PostgreSQL"),
    ("Re Captcha", "reCAPTCHA"),
    ("Require2 FA", "Require 2FA"),
    ("Share Point", "SharePoint"),
    ("V Mail", "Voicemail"),
];

/// What an input is called: `queueDnStr` → `Queue DN`, `startDt` → `Start Date`.
pub fn label(name: &str) -> String {
    let written = |word: String| {
        if let Some((_, out)) = WRITTEN_OUT.iter().find(|(short, _)| word.eq_ignore_ascii_case(short)) {
            return (*out).to_owned();
        }
        let own = OWN_SPELLING.iter().find(|own| word.eq_ignore_ascii_case(own));
        own.map_or_else(|| capital(&word), |own| (*own).to_owned())
    };
    let words: Vec<String> = words(name).into_iter().map(written).filter(|word| !word.is_empty()).collect();
    // A space on both sides, so that only whole words are found.
    let mut label = format!(" {} ", words.join(" "));
    for (apart, together) in TOGETHER {
        label = label.replace(&format!(" {apart} "), &format!(" {together} "));
    }
    label.trim().to_owned()
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
            ("fileid", "File ID"),
            ("useragent", "User Agent"),
            ("VMPlayMsgDateTime", "Voicemail Play Message Date Time"),
            ("OAuthClient", "OAuth Client"),
            ("TranscribeModelOpenAi", "Transcribe Model OpenAI"),
            ("Require2FA", "Require 2FA"),
        ] {
            assert_eq!(label(name), expected);
        }
        assert_eq!(camel("call_id"), "callId");
        assert_eq!(camel("Id"), "id");
        assert_eq!(camel("queueDnStr"), "queueDnStr");
    }
}
