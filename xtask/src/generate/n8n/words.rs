//! What the editor says about operations and inputs.

use threecx_catalog::words::{article, capital, plural};
use threecx_catalog::{Content, Effect, Operation, Span, Type, TypeRef, Verb};
use threecx_node::inputs::Control;
use threecx_node::names;

/// What an operation does and takes, for people and for models that have to choose.
pub fn operation(operation: &'static Operation) -> String {
    let form = operation.newest_form();
    let answer = form.answer_in(form.span).content;
    let mut sentences = vec![does(operation, answer)];
    sentences.extend(takes(operation));
    let whole = Span { first: operation.forms[0].span.first, last: form.span.last };
    sentences.extend(lifetime(whole));
    sentences.push(format!("{} {}", form.method, path(form.path)));
    format!("{}.", sentences.join(". "))
}

/// What it is for. The title says it in short; this adds what comes back and what it costs.
fn does(operation: &Operation, answer: Content) -> String {
    let (verb, thing) = operation.title.split_once(' ').unwrap_or((operation.title, ""));
    let thing = lower(thing);
    // `my group` needs no article.
    let the = if thing.starts_with("my ") { thing.clone() } else { format!("the {thing}") };
    match (operation.effect, verb) {
        (Effect::Interrupts(what) | Effect::Destroys(what), _) if what == "deletes it for good" => {
            format!("Deletes {the} for good")
        }
        (Effect::Interrupts(what) | Effect::Destroys(what), _) => format!("This {what}"),
        (Effect::Writes, "Create") => format!("Adds {} each time it runs", indefinite(&thing)),
        (Effect::Writes, "Update") if operation.verb == Verb::Update => {
            format!("Changes {the}: only the fields that are given")
        }
        (Effect::Writes, _) => format!("Changes the phone system; gives {}", given(answer)),
        (Effect::Reads, "List") => format!("Lists {thing}, one item each"),
        (Effect::Reads, "Get" | "Download" | "Export") => format!("Gives {the} as {}", given(answer)),
        (Effect::Reads, _) => format!("Gives {}", given(answer)),
    }
}

/// The maximum number of fields of a body that are named one by one.
const FEW: usize = 6;

/// The inputs without which it cannot be called, and the body.
fn takes(operation: &'static Operation) -> Option<String> {
    let found = threecx_node::inputs::of(operation);
    let required = found.inputs.iter().filter(|input| input.required);
    let mut inputs: Vec<String> = required
        .map(|input| match &input.control {
            Control::Locator(picker) if input.key => noun(picker.structure.name),
            Control::Several(picker) => plural(&noun(picker.structure.name)),
            _ => noun(input.name),
        })
        .collect();
    if let Some(body) = &found.body {
        let properties: Vec<_> = body.structure.properties_in(Span::NEWEST).collect();
        if (1..=FEW).contains(&properties.len()) {
            inputs.extend(properties.iter().map(|property| noun(property.name)));
        } else {
            inputs.push(format!("the fields of {}", indefinite(&noun(body.structure.name))));
        }
    }
    (!inputs.is_empty()).then(|| format!("Takes {}", inputs.join(", ")))
}

/// The path without the arguments of functions, which are inputs of their own. n8n's rules want
/// `ID` in capitals wherever it stands.
fn path(template: &str) -> String {
    let path = match template.find('=').and_then(|equals| template[..equals].rfind('(')) {
        Some(arguments) => format!("{}(…)", &template[..arguments]),
        None => template.to_owned(),
    };
    path.replace("{Id}", "{ID}")
}

fn given(content: Content) -> &'static str {
    match content {
        Content::Nothing => "one item that says whether it went well",
        Content::File(..) => "a file",
        Content::Value(TypeRef { collection: true, ty: Type::Structure(_), .. }) => "a list, one item a row",
        Content::Value(TypeRef { collection: true, .. }) => "a list of values",
        Content::Value(TypeRef { ty: Type::Structure(_), .. }) => "one item",
        Content::Value(_) => "one value",
    }
}

/// `Since 20.0.8`, `Until 20.0.7`; nothing for what every release has.
pub fn lifetime(span: Span) -> Option<String> {
    // Of a release that came with several descriptions, the date of one: `20.0.6 (2025-04-10)`.
    let release = |label: String| match label.split_once('@') {
        Some((number, date)) => format!("{number} ({date})"),
        None => label,
    };
    match (span.since().map(release), span.until().map(release)) {
        (None, None) => None,
        (Some(since), None) => Some(format!("Since {since}")),
        (None, Some(until)) => Some(format!("Until {until}")),
        (Some(since), Some(until)) => Some(format!("From {since} until {until}")),
    }
}

/// Sentence case, as n8n's rules want it of actions: `Get Microsoft 365 Users` → `Get microsoft
/// 365 users`; words in capitals stay.
pub fn sentence(title: &str) -> String {
    let words = title.split([' ', '-', '/']).filter(|word| !word.is_empty());
    let cased = words.enumerate().map(|(index, word)| {
        if word.chars().all(|c| !c.is_ascii_lowercase()) {
            return word.to_owned();
        }
        let lower = word.to_lowercase();
        if index > 0 { lower } else { capital(&lower) }
    });
    cased.collect::<Vec<_>>().join(" ")
}

/// Names that are written with a capital wherever they stand.
const PROPER: [&str; 9] =
    ["Amazon", "Debian", "Google", "Microsoft", "Microsoft365", "Outlook", "Teams", "Telegram", "Zoho"];

/// A name in the middle of a sentence: `SIP Devices` → `SIP devices`.
pub fn lower(name: &str) -> String {
    let lower = |word: &str| {
        let own = word.chars().skip(1).any(|c| c.is_ascii_uppercase()) || PROPER.contains(&word);
        if own { word.to_owned() } else { word.to_lowercase() }
    };
    name.split(' ').map(lower).collect::<Vec<_>>().join(" ")
}

/// What 3CX calls by another name than the API does.
const NOUNS: [(&str, &str); 7] = [
    ("Backups", "backup"),
    ("BlackListNumber", "blacklist number"),
    ("DeviceInfo", "device"),
    ("Fax", "fax extension"),
    ("Fxs", "FXS device"),
    ("Receptionist", "digital receptionist"),
    ("Weblink", "website link"),
];

/// What something is, in the middle of a sentence: `RingGroup` → `ring group`.
pub fn noun(name: &str) -> String {
    let known = NOUNS.iter().find(|(structure, _)| *structure == name);
    known.map_or_else(|| lower(&names::label(name)), |(_, noun)| (*noun).to_owned())
}

/// One of it: `a user`, `an SBC`, `backup settings`.
pub fn indefinite(noun: &str) -> String {
    if noun.ends_with('s') && !noun.ends_with("ss") {
        return noun.to_owned();
    }
    format!("{} {noun}", article(noun))
}

/// The same as a label: `OAuth client` → `OAuth Client`.
pub fn heading(noun: &str) -> String {
    let capital = |word: &str| word[..1].to_uppercase() + &word[1..];
    noun.split(' ').filter(|word| !word.is_empty()).map(capital).collect::<Vec<_>>().join(" ")
}

/// Notes on inputs, by the API's name. Formats are those seen live.
const NOTES: [(&str, &str); 50] = [
    ("periodFrom", "Start of the period"),
    ("periodTo", "End of the period"),
    ("startDt", "Start of the period"),
    ("endDt", "End of the period"),
    ("startDate", "Start of the period"),
    ("endDate", "End of the period"),
    ("chartDate", "The day that the chart is for"),
    ("waitInterval", "Callers who give up sooner are left out, such as 0:00:20. Empty for none."),
    ("answerInterval", "Time to answer, such as 0:00:20. Empty for none."),
    ("clientTimeZone", "Time zone of the times in the file, such as Europe/Berlin. Empty for the PBX's own."),
    ("queueDnStr", "Number of the queue. Several with commas, empty for all."),
    ("queueDns", "Number of the queue. Several with commas, empty for all."),
    ("extensionDns", "Number of the extension. Several with commas, empty for all."),
    ("ringGroupDns", "Number of the ring group. Several with commas, empty for all."),
    ("trunkDns", "Number of the trunk. Several with commas, empty for all."),
    ("callTimeFilterFrom", "Shortest call, such as 0:00:20. Empty for no limit."),
    ("callTimeFilterTo", "Longest call, such as 0:10:00. Empty for no limit."),
    ("sourceType", "The API's number for where calls come from. 0 means all."),
    ("destinationType", "The API's number for where calls go to. 0 means all."),
    ("callsType", "The API's number for which calls are meant. 0 means all."),
    ("callArea", "The API's number for which calls are meant. 0 means all."),
    ("agentDnStr", "Number of the agent's extension. Empty for all."),
    ("groupStr", "Number of the department. Empty for all."),
    ("groupFilter", "Number of the department. Empty for all."),
    ("extensionFilter", "Number of the extension. Empty for all."),
    ("sourceFilter", "The number to look for, as Source Type wants it. Empty for all."),
    ("destinationFilter", "The number to look for, as Destination Type wants it. Empty for all."),
    ("callTimeFilterType", "The API's number for how the length of calls is compared"),
    ("after", "The ID that the page before ended with. Empty to begin at the start."),
    ("limit", "How many at most"),
    ("top", "How many rows at most"),
    ("skip", "How many rows to leave out at the start"),
    ("search", "Words to search for. Empty for all."),
    ("mac", "MAC address of the phone, such as 001565A1B2C3"),
    (
        "macs",
        "MAC addresses of the phones: a JSON array such as [\"001565A1B2C3\"], or an expression that yields an array",
    ),
    ("dn", "Number of the extension, queue or the like"),
    ("destination", "The number to call"),
    ("webclientPassword", "Whether to make a new password for the web client"),
    ("voicemailPIN", "Whether to make a new voicemail PIN"),
    ("sipAuth", "Whether to make a new SIP ID and password"),
    ("rpsKey", "Whether to make a new RPS key"),
    ("deskphonePassword", "Whether to make a new password for the phone's own web page"),
    ("configurationLink", "Whether to make a new configuration link"),
    ("sendWelcomeEmail", "Whether to send the welcome e-mail afterwards"),
    ("up", "Whether to move it up; otherwise it moves down"),
    ("reprovision", "Whether to reprovision the phone"),
    ("testCall", "Whether it is a test call"),
    ("enable", "Whether to switch it on"),
    ("alternatePronunciation", "Whether to pronounce numbers in the alternate way"),
    ("hidePcalls", "Whether to leave out what the API calls pcalls"),
];

/// What the API's name of an input is known to mean.
pub fn note(name: &str) -> Option<&'static str> {
    NOTES.iter().find(|(known, _)| known.eq_ignore_ascii_case(name)).map(|(_, note)| *note)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sentences_and_nouns_read_well() {
        assert_eq!(sentence("Get Microsoft 365 Users"), "Get microsoft 365 users");
        assert_eq!(sentence("Delete Contacts By ID"), "Delete contacts by ID");
        assert_eq!(noun("RingGroup"), "ring group");
        assert_eq!(noun("BlackListNumber"), "blacklist number");
        assert_eq!(indefinite("user"), "a user");
        assert_eq!(indefinite("SBC"), "an SBC");
        assert_eq!(indefinite("inbound rule"), "an inbound rule");
        assert_eq!(lower("OpenAI File"), "OpenAI file");
        let reprovision = threecx_catalog::operation("Users.ReprovisionAllPhones").expect("known");
        assert!(operation(reprovision).ends_with("POST /Users/Pbx.ReprovisionAllPhones."));
    }
}
