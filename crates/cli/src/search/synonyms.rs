//! What people of the field say for the same thing. A phrase of several words counts where
//! all of them occur; plural and ending do not matter.

/// One line for each thing.
pub static SYNONYMS: [&[&str]; 41] = [
    &["extension", "user"],
    &["department", "group", "company"],
    &["did", "ddi", "direct dial", "inbound number"],
    &["ivr", "receptionist", "attendant", "auto attendant", "digital receptionist", "voice menu"],
    &["ring group", "hunt group", "call group"],
    &["phone", "device", "handset", "deskphone", "sip device"],
    &["reboot", "restart"],
    &["provision", "reprovision", "autoprovision"],
    &["cdr", "call log", "call history", "call record", "call detail record"],
    &["block", "blocklist", "blacklist", "ban"],
    &["blocked ip", "ip blocklist", "banned ip", "blacklisted ip"],
    &["blocked number", "blacklist number", "blocked caller", "spam"],
    &["licence", "license", "subscription"],
    &["voicemail pin", "vmpin", "mailbox pin"],
    &["voicemail", "vm", "mailbox", "voice mail"],
    &["trunk", "sip trunk", "provider", "carrier"],
    &["forward", "divert", "redirect"],
    &["delete", "remove", "purge"],
    &["create", "add", "new"],
    &["update", "change", "edit", "modify"],
    &["list", "show"],
    &["password", "secret", "credential"],
    &["email", "mail"],
    &["office hours", "business hours", "opening hours", "working hours"],
    &["music on hold", "moh", "hold music"],
    &["prompt", "announcement", "greeting"],
    &["drop call", "hang up", "end call", "hangup"],
    &["call", "dial"],
    &["make call", "place call", "originate", "click to call"],
    &["active call", "live call", "current call", "ongoing call", "talking"],
    &["missed call", "unanswered call", "abandoned call", "lost call"],
    &["sbc", "session border controller", "gateway"],
    &["role", "right", "permission"],
    &["2fa", "two factor", "mfa", "require2fa"],
    &["speed dial", "blf", "busy lamp", "blfs"],
    &["microsoft365", "o365", "office365", "ms365"],
    &["service principal", "api client", "api key", "client id"],
    &["phone book", "address book", "contact", "directory"],
    &["caller id", "cli", "clip", "outbound caller id"],
    &["agent", "queue member"],
    &["version", "release", "firmware"],
];

/// Words that say nothing about what is looked for.
pub static FILLERS: [&str; 22] = [
    "a", "an", "the", "of", "to", "for", "in", "on", "at", "by", "is", "are", "who", "how", "what", "which", "do",
    "does", "i", "my", "now", "with",
];
