//! Names of inputs for people, made from official ones.

use threecx_catalog::words::{self, capital};

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
    let words: Vec<String> = words::of(name).into_iter().map(written).filter(|word| !word.is_empty()).collect();
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
    for (index, word) in words::of(name).iter().enumerate() {
        camel.push_str(&if index == 0 { word.to_ascii_lowercase() } else { capital(word) });
    }
    camel
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
