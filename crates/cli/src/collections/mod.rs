//! `threecx queues agents add 800 100-105`: single items of collections that a PBX only takes
//! whole. The collection is read, changed, shown, read again to see that nobody else changed it,
//! written, and read back.

pub mod command;
mod items;
pub mod table;

use std::ffi::OsString;

use clap::ArgMatches;
use serde_json::{Map, Value, json};
use threecx::{Client, Error};
use threecx_catalog::Effect;
use threecx_core::InputError;

use crate::args::connection::ConnectionFlags;
use crate::args::matches;
use crate::args::output::OutputFlags;
use crate::args::stdin::{Stdin, content};
use crate::args::wording::collection_words;
use crate::confirm::ask_where_somebody_is_there;
use crate::connect::Settings;
use crate::dry_run;
use crate::failure::{Failure, capitalised};
use crate::guarded::{Guarded, Kind, Properties};
use crate::names::{Directory, Set, Word};
use crate::output::shape::Shape;
use crate::output::style::{Style, one_line};
use crate::output::{Output, open, table as print_table, value};
use crate::runtime::runtime;
use items::Difference;
pub use table::Collection;
use table::Item;

/// What is done with the items.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Action {
    List,
    Add,
    Remove,
}

/// Carries out what was typed after `threecx <resource> <collection>`.
pub fn run(collection: &'static Collection, rest: Vec<OsString>) -> Result<(), Failure> {
    let matches = command::command(collection).try_get_matches_from(rest)?;
    let action = match matches::text(&matches, "action").as_deref() {
        Some("add") => Action::Add,
        Some("remove") => Action::Remove,
        _ => Action::List,
    };
    let output = Output::from(OutputFlags::of(&matches))?;
    let settings = Settings::from(ConnectionFlags::of(&matches)?)?;
    let mut stdin = Stdin::default();
    let words = words(collection, action, &matches, &mut stdin)?;
    let also = also(collection, action, &matches)?;
    runtime()?.block_on(async {
        let connection = settings.connect(&mut stdin).await?;
        let client = &connection.client;
        let resource = threecx::resource(collection.resource);
        let kind = resource.and_then(Kind::of).ok_or_else(|| Failure::Internal(collection.resource.to_owned()))?;
        let thing = kind.find(client, &matches::text(&matches, "which").unwrap_or_default()).await?;
        let select = collection.expand.map_or(collection.property, |_| "Id").to_owned();
        let expand = collection.expand.map(str::to_owned);
        let guarded = Guarded { client, kind, thing, select: Some(select), expand };
        let before = guarded.read().await?;
        let items = items(collection, &before)?;
        let (after, difference) = match action {
            Action::List => return list(collection, &items, &output),
            Action::Add => add(client, collection, items.clone(), &words, &also).await?,
            Action::Remove => remove(collection, items.clone(), &words)?,
        };
        let label = guarded.label();
        if !output.is_for_programs() {
            show(collection, &label, &difference);
        }
        let sent = !difference.added.is_empty() || !difference.removed.is_empty();
        let changes: Map<String, Value> =
            std::iter::once((collection.property.to_owned(), Value::Array(after.clone()))).collect();
        if sent && matches::flag(&matches, "dry-run") {
            return dry_run::print(&guarded.plan(&changes).await?, &settings, &output);
        }
        if sent {
            let pbx = settings.pbx();
            ask_where_somebody_is_there("Write", pbx.as_deref(), settings.sim || matches::flag(&matches, "yes"))?;
            guarded.write(&before, &changes).await?;
        }
        done(collection, action, &label, (items.len(), after.len()), &difference, sent, &output)
    })
}

/// The items as they are now. What the PBX does not show must not be taken for nothing: it would be
/// overwritten.
fn items(collection: &Collection, entity: &Properties) -> Result<Vec<Value>, Error> {
    match entity.get(collection.property) {
        Some(Value::Array(items)) => Ok(items.clone()),
        Some(Value::Null) => Ok(Vec::new()),
        _ => Err(Error::Answer { reason: format!("the PBX does not show {}", collection.property) }),
    }
}

/// The items that were named, by words or by a file with one in each line.
fn words(
    collection: &Collection,
    action: Action,
    matches: &ArgMatches,
    stdin: &mut Stdin,
) -> Result<Vec<String>, Failure> {
    let mut words = Vec::new();
    for word in matches::many::<String>(matches, "items") {
        let whole = content(collection.noun, word, stdin)?;
        // A name may have a comma in it: `Lovelace, Ada`.
        let several = |line: &'_ str| match line.contains(", ") && !line.contains(|c: char| c.is_ascii_digit()) {
            true => vec![line.trim().to_owned()],
            false => line.split(',').map(|word| word.trim().to_owned()).collect(),
        };
        words.extend(whole.lines().flat_map(several).filter(|word| !word.is_empty()));
    }
    match (action, words.is_empty()) {
        (Action::List, false) => Err(Failure::usage(format!("list takes one word, and `{}` came after it", words[0]))
            .next("Use add or remove to change something.")),
        (Action::Add | Action::Remove, true) => Err(Failure::usage(format!("no {} is named", collection.noun))
            .next(format!("See `threecx {} --help`.", collection_words(collection)))),
        _ => Ok(words),
    }
}

/// What new items hold beside what identifies them.
fn also(
    collection: &'static Collection,
    action: Action,
    matches: &ArgMatches,
) -> Result<Vec<(&'static str, String)>, Failure> {
    let mut found = Vec::new();
    for also in collection.also {
        match (matches::text(matches, also.flag), action) {
            (Some(_), Action::List | Action::Remove) => {
                return Err(Failure::usage(format!("--{} is for add", also.flag)).next("Leave it out."));
            }
            (None, Action::Add) if also.default.is_none() => {
                return Err(Failure::usage(format!("--{} is missing", also.flag)).next(format!("{}.", also.help)));
            }
            (given, Action::Add) => {
                let value = given.unwrap_or_else(|| also.default.unwrap_or_default().to_owned());
                found.push((also.property, value));
            }
            (None, _) => {}
        }
    }
    Ok(found)
}

/// Adds what is not there yet. What is named has to exist.
async fn add(
    client: &Client,
    collection: &Collection,
    mut items: Vec<Value>,
    words: &[String],
    also: &[(&'static str, String)],
) -> Result<(Vec<Value>, Difference), Failure> {
    let mut difference = Difference::default();
    for (identity, name) in identities(client, collection, words).await? {
        match items.iter().find(|item| items::identity(collection, item) == identity) {
            Some(item) => difference.nothing_to_do.push(items::label(collection, item)),
            None => {
                let item = items::make(collection, &identity, also);
                difference.added.push(if name.is_empty() { items::label(collection, &item) } else { name });
                items.push(item);
            }
        }
    }
    Ok((items, difference))
}

/// What identifies the things that words name, and what they are called.
async fn identities(
    client: &Client,
    collection: &Collection,
    words: &[String],
) -> Result<Vec<(String, String)>, Failure> {
    let Some(of) = collection.item.set() else {
        return Ok(words.iter().map(|word| (word.clone(), String::new())).collect());
    };
    let set = Set::named(of).ok_or_else(|| Failure::Internal(of.to_owned()))?;
    let argument = collection.noun.to_uppercase();
    let parsed: Result<Vec<Word>, Error> = words.iter().map(|word| Word::parse(&set, &argument, word)).collect();
    let parsed = parsed?;
    let mut directory = Directory::new(Effect::Writes);
    directory.look_up(client, &set, &parsed.iter().collect::<Vec<_>>()).await?;
    let mut found = Vec::new();
    for (word, given) in parsed.iter().zip(words) {
        for thing in directory.take(&set, &argument, word, given)? {
            // A key is no number: it may be that of somebody else.
            let identity = if collection.item == Item::Department { Some(&thing.key) } else { thing.number.as_ref() };
            found.push((identity.cloned().unwrap_or_default(), thing.short()));
        }
    }
    if let Some((_, name)) = found.iter().find(|(identity, _)| identity.is_empty()) {
        return Err(Error::from(InputError::of(argument, "something that has a number", format!("`{name}`"))).into());
    }
    Ok(found)
}

/// A word for something that has a number. What is removed may be gone otherwise, so it is not looked
/// up: ids and e-mail addresses are not in a collection.
fn number(collection: &Collection, word: &str) -> Result<Option<Word>, Error> {
    let Item::Number { of } = collection.item else { return Ok(None) };
    let (Some(set), argument) = (Set::named(of), collection.noun.to_uppercase()) else { return Ok(None) };
    match Word::parse(&set, &argument, word)? {
        Word::Key(_) | Word::Email(_) => {
            let error = InputError::of(argument, "a number, a range of numbers or a name", format!("`{word}`"));
            Err(error.with_hint("See what is there: list.").into())
        }
        word => Ok(Some(word)),
    }
}

/// Removes what is there. What stays, stays as it came.
fn remove(collection: &Collection, mut items: Vec<Value>, words: &[String]) -> Result<(Vec<Value>, Difference), Error> {
    let mut difference = Difference::default();
    for word in words {
        let before = items.len();
        let number = number(collection, word)?;
        let namesakes =
            items.iter().filter(|item| items::is_called(item, word)).map(|item| items::label(collection, item));
        if let namesakes @ [_, _, ..] = namesakes.collect::<Vec<_>>().as_slice() {
            let expected = format!("the name of one {}", collection.noun);
            let came = format!("`{word}`, which is that of {}", namesakes.join(", "));
            let error = InputError::of(collection.noun.to_uppercase(), expected, came);
            return Err(error.with_hint("Give its number.").into());
        }
        items.retain(|item| {
            let meant = items::is_meant(collection, item, word, number.as_ref());
            if meant {
                difference.removed.push(items::label(collection, item));
            }
            !meant
        });
        if items.len() == before {
            difference.nothing_to_do.push(word.clone());
        }
    }
    Ok((items, difference))
}

fn list(collection: &Collection, items: &[Value], output: &Output) -> Result<(), Failure> {
    if output.is_for_programs() {
        let mut rows = open::rows(output, &Shape::unknown(), None)?;
        for item in items {
            rows.row(&item.to_string())?;
        }
        output.remark(&rows.finish()?);
        return Ok(());
    }
    let mut sink = output.open()?;
    let names: &[&str] = match collection.item {
        Item::Text => &[],
        Item::Number { .. } if collection.resource == "Groups" => &["Number", "MemberName", "Type"],
        Item::Number { .. } => &["Number", "Name", "SkillGroup"],
        Item::Department => &["GroupId", "Name"],
        Item::Key => &["Input", "ForwardType", "ForwardDN", "CustomData"],
    };
    let cell = |item: &Value, name: &str| match item.get(name) {
        Some(Value::String(text)) => text.clone(),
        Some(Value::Null) | None => String::new(),
        Some(other) => other.to_string(),
    };
    let role = |item: &Value| item.pointer("/Rights/RoleName").and_then(Value::as_str).unwrap_or_default().to_owned();
    let mut heading: Vec<&str> =
        names.iter().copied().filter(|name| items.iter().any(|item| !cell(item, name).is_empty())).collect();
    let roles = items.iter().any(|item| !role(item).is_empty());
    if items.iter().any(Value::is_object) {
        let row = |item: &Value| {
            let cells = heading.iter().map(|name| cell(item, name));
            cells.chain(roles.then(|| role(item))).collect::<Vec<String>>()
        };
        let rows = items.iter().map(row).collect();
        heading.extend(roles.then_some("Role"));
        sink.line(&print_table::table(&heading, rows, Some(output.width())))?;
    } else {
        for item in items {
            sink.line(&one_line(item.as_str().unwrap_or_default()))?;
        }
    }
    sink.finish()?;
    if items.is_empty() {
        output.remark(&["There are none.".to_owned()]);
    }
    Ok(())
}

/// The difference, for a person, before anything is sent.
fn show(collection: &Collection, label: &str, difference: &Difference) {
    let style = Style::for_stderr();
    let mut lines = vec![format!("{}s of {}:", capitalised(collection.noun), one_line(label))];
    lines.extend(difference.added.iter().map(|label| style.green(&format!("  + {}", one_line(label)))));
    lines.extend(difference.removed.iter().map(|label| style.red(&format!("  - {}", one_line(label)))));
    for line in lines.iter().take(if lines.len() > 1 { lines.len() } else { 0 }) {
        crate::output::style::painted(line);
    }
}

fn done(
    collection: &Collection,
    action: Action,
    label: &str,
    (before, after): (usize, usize),
    difference: &Difference,
    sent: bool,
    output: &Output,
) -> Result<(), Failure> {
    let Difference { added, removed, nothing_to_do } = difference;
    if output.is_for_programs() {
        let report = json!({
            "what": label,
            "collection": collection.property,
            "added": added,
            "removed": removed,
            "nothing_to_do": nothing_to_do,
            "before": before,
            "after": after,
            "sent": sent,
        });
        return value::print_value(&report.to_string(), &Shape::unknown(), output);
    }
    let mut sink = output.open()?;
    if sent {
        let counted = |number: usize| format!("{number} {}{}", collection.noun, if number == 1 { "" } else { "s" });
        sink.line(&format!("Done: {} before, {after} now.", counted(before)))?;
    } else {
        sink.line("Nothing was sent: there is nothing to change.")?;
    }
    sink.finish()?;
    for label in nothing_to_do {
        output.remark(&[format!("{label} is {} there.", if action == Action::Add { "already" } else { "not" })]);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn agents() -> &'static Collection {
        table::COLLECTIONS.iter().find(|collection| collection.word == "agents").expect("agents")
    }

    #[test]
    fn what_the_pbx_does_not_show_is_not_taken_for_nothing() {
        let read = |entity: Value| items(agents(), &serde_json::from_value(entity).expect("an object")).ok();
        assert_eq!(read(json!({"Id": 1})), None);
        assert_eq!(read(json!({"Agents": null})), Some(Vec::new()));
        assert_eq!(read(json!({"Agents": [{"Number": "1"}]})), Some(vec![json!({"Number": "1"})]));
    }

    #[test]
    fn namesakes_are_not_removed_together() {
        let agent = |number: &str, name: &str| json!({"Number": number, "Name": name});
        let all = vec![agent("100", "Ada Lee"), agent("101", "Ada Lee"), agent("102", "Bob Lee")];
        let removed = |word: &str| remove(agents(), all.clone(), &[word.to_owned()]).map(|(left, _)| left.len()).ok();
        assert_eq!(removed("Ada Lee"), None);
        assert_eq!(removed("Bob Lee"), Some(2));
        assert_eq!(removed("100-101"), Some(1));
        assert_eq!(removed("99-101"), Some(1));
        assert_eq!(removed("ext:102"), Some(2));
        for word in ["101-100", "id:100", "ada@example.com"] {
            assert_eq!(removed(word), None, "{word}");
        }
    }
}
