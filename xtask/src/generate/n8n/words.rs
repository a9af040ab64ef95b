//! What the editor says about operations and inputs.

use threecx_catalog::{Content, Effect, Operation, Span, Type, TypeRef, Verb};
use threecx_node::names;

/// What an operation does, for people and for models that have to choose.
pub fn operation(operation: &Operation) -> String {
    let form = operation.newest_form();
    let mut sentences = vec![format!("{} of {}", operation.title, operation.resource.title)];
    sentences.push(match operation.effect {
        Effect::Reads => format!("Reads {}", answer(form.answer_in(form.span).content)),
        Effect::Writes if operation.verb == Verb::Create => "Adds something each time it runs".to_owned(),
        Effect::Writes => "Changes the phone system".to_owned(),
        Effect::Interrupts(what) | Effect::Destroys(what) => format!("This {what}"),
    });
    let whole = Span { first: operation.forms[0].span.first, last: form.span.last };
    sentences.extend(lifetime(whole));
    sentences.push(format!("{} {}", form.method, path(form.path)));
    format!("{}.", sentences.join(". "))
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

fn answer(content: Content) -> String {
    match content {
        Content::Nothing => "nothing and says whether it went well".to_owned(),
        Content::File(..) => "a file".to_owned(),
        Content::Value(TypeRef { collection: true, ty: Type::Structure(_), .. }) => "a list, one item a row".to_owned(),
        Content::Value(TypeRef { collection: true, .. }) => "a list of values".to_owned(),
        Content::Value(TypeRef { ty: Type::Structure(_), .. }) => "one record".to_owned(),
        Content::Value(_) => "one value".to_owned(),
    }
}

/// `Since 20.0.8`, `Until 20.0.7`; nothing for what every release has.
pub fn lifetime(span: Span) -> Option<String> {
    match (span.since(), span.until()) {
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
        if index > 0 { lower } else { names::title(&lower) }
    });
    cased.collect::<Vec<_>>().join(" ")
}

/// What something is, in the middle of a sentence: `RingGroup` → `ring group`.
pub fn noun(structure: &str) -> String {
    let words = names::label(structure);
    let lower =
        |word: &str| if word.chars().any(|c| c.is_ascii_lowercase()) { word.to_lowercase() } else { word.into() };
    words.split(' ').map(lower).collect::<Vec<_>>().join(" ")
}

/// More than one of it.
pub fn plural(noun: &str) -> String {
    match noun.strip_suffix('y') {
        Some(stem) if !stem.ends_with(['a', 'e', 'o', 'u']) => format!("{stem}ies"),
        _ if noun.ends_with(['s', 'x']) => format!("{noun}es"),
        _ => format!("{noun}s"),
    }
}

/// Notes on inputs, by the API's name. Formats are those seen live.
const NOTES: [(&str, &str); 21] = [
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
];

/// What the API's name of an input is known to mean.
pub fn note(name: &str) -> Option<&'static str> {
    NOTES.iter().find(|(known, _)| *known == name).map(|(_, note)| *note)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sentences_and_nouns_read_well() {
        assert_eq!(sentence("Get Microsoft 365 Users"), "Get microsoft 365 users");
        assert_eq!(sentence("Delete Contacts By ID"), "Delete contacts by ID");
        assert_eq!(noun("RingGroup"), "ring group");
        assert_eq!(plural("directory"), "directories");
        assert_eq!(plural("fax"), "faxes");
        let reprovision = threecx_catalog::operation("Users.ReprovisionAllPhones").expect("known");
        assert!(operation(reprovision).ends_with("POST /Users/Pbx.ReprovisionAllPhones."));
    }
}
