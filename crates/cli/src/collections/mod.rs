//! `threecx queues agents add 800 100-105`: single items of collections that a PBX only takes
//! whole. The collection is read, changed, shown, read again to see that nobody else changed it,
//! written, and read back.

mod items;
pub mod table;

use std::ffi::OsString;

use clap::ArgMatches;
use serde_json::{Map, Value, json};
use threecx::{Client, Error};
use threecx_catalog::words::counted;
use threecx_catalog::{Effect, ItemColumn};
use threecx_core::InputError;

use crate::arguments::{Stdin, content};
use crate::confirm::ask_where_somebody_is_there;
use crate::connect::Settings;
use crate::failure::{Failure, capitalised};
use crate::guarded::{Guarded, Kind, Properties};
use crate::names::{Directory, Set, Word};
use crate::output::shape::Shape;
use crate::output::style::{Style, one_line};
use crate::output::{Output, answer, flag, rows, table as print_table, text};
use crate::{command, dry_run, runtime};
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
    let matches = command::change::collection(collection).try_get_matches_from(rest)?;
    let action = match text(&matches, "action").as_deref() {
        Some("add") => Action::Add,
        Some("remove") => Action::Remove,
        _ => Action::List,
    };
    let output = Output::from(&matches)?;
    let settings = Settings::from(&matches)?;
    let mut stdin = Stdin::default();
    let words = words(collection, action, &matches, &mut stdin)?;
    let also = also(collection, action, &matches)?;
    runtime()?.block_on(async {
        let connection = settings.connect(&mut stdin).await?;
        let client = &connection.client;
        let resource = threecx::resource(collection.set.name);
        let kind = resource.and_then(Kind::of).ok_or_else(|| Failure::Internal(collection.set.name.to_owned()))?;
        let thing = kind.find(client, &text(&matches, "which").unwrap_or_default()).await?;
        let select = collection.expand.map_or(collection.property.name, |_| "Id").to_owned();
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
        if !output.is_json() {
            show(collection, &label, &difference);
        }
        let sent = !difference.added.is_empty() || !difference.removed.is_empty();
        let changes: Map<String, Value> =
            std::iter::once((collection.property.name.to_owned(), Value::Array(after.clone()))).collect();
        if sent && flag(&matches, "dry-run") {
            return dry_run::print(&guarded.plan(&changes).await?, &settings, &output);
        }
        if sent {
            let pbx = settings.pbx();
            ask_where_somebody_is_there("Write", pbx.as_deref(), settings.sim || flag(&matches, "yes"))?;
            guarded.write(&before, &changes).await?;
        }
        done(collection, action, &label, (items.len(), after.len()), &difference, sent, &output)
    })
}

/// The items as they are now. What the PBX does not show must not be taken for nothing: it would be
/// overwritten.
fn items(collection: &Collection, entity: &Properties) -> Result<Vec<Value>, Error> {
    match entity.get(collection.property.name) {
        Some(Value::Array(items)) => Ok(items.clone()),
        Some(Value::Null) => Ok(Vec::new()),
        _ => Err(Error::Answer { reason: format!("the PBX does not show {}", collection.property.name) }),
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
    for word in matches.get_many::<String>("items").unwrap_or_default() {
        let whole = content(collection.noun, word.clone(), stdin)?;
        // A name may have a comma in it: `Lovelace, Ada`.
        let several = |line: &'_ str| match line.contains(", ") && !line.contains(|c: char| c.is_ascii_digit()) {
            true => vec![line.trim().to_owned()],
            false => line.split(',').map(|word| word.trim().to_owned()).collect(),
        };
        words.extend(whole.lines().flat_map(several).filter(|word| !word.is_empty()));
    }
    match (action, words.is_empty()) {
        (Action::List, false) => Err(Failure::Usage {
            message: format!("list takes one word, and `{}` came after it", words[0]),
            next_step: Some("Use add or remove to change something.".into()),
        }),
        (Action::Add | Action::Remove, true) => Err(Failure::Usage {
            message: format!("no {} is named", collection.noun),
            next_step: Some(format!("See `threecx {} --help`.", command::change::words_of(collection))),
        }),
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
        match (text(matches, also.flag), action) {
            (Some(_), Action::List | Action::Remove) => {
                return Err(Failure::Usage {
                    message: format!("--{} is for add", also.flag),
                    next_step: Some("Leave it out.".into()),
                });
            }
            (None, Action::Add) if also.default.is_none() => {
                return Err(Failure::Usage {
                    message: format!("--{} is missing", also.flag),
                    next_step: Some(format!("{}.", also.help)),
                });
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
    let set = Set::of(of).ok_or_else(|| Failure::Internal(of.name.to_owned()))?;
    let argument = collection.noun.to_uppercase();
    let parsed: Result<Vec<Word>, Error> = words.iter().map(|word| Word::parse(&set, &argument, word)).collect();
    let parsed = parsed?;
    let mut directory = Directory::new(Effect::Writes);
    directory.look_up(client, &set, &parsed.iter().collect::<Vec<_>>()).await?;
    let mut found = Vec::new();
    for (word, given) in parsed.iter().zip(words) {
        for thing in directory.take(&set, &argument, word, given)? {
            // A key is no number: it may be that of somebody else.
            let identity = if matches!(collection.item, Item::Reference { .. }) {
                Some(&thing.key)
            } else {
                thing.number.as_ref()
            };
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
    let Item::Number { of, .. } = collection.item else { return Ok(None) };
    let (Some(set), argument) = (Set::of(of), collection.noun.to_uppercase()) else { return Ok(None) };
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
    if output.is_json() {
        let mut rows = rows::open(output, &Shape::unknown(), None)?;
        for item in items {
            rows.row(&item.to_string())?;
        }
        output.remark(&rows.finish()?);
        return Ok(());
    }
    let mut sink = output.open()?;
    let cell = |item: &Value, column: &ItemColumn| match item.pointer(&format!("/{}", column.property)) {
        Some(Value::String(text)) => text.clone(),
        Some(Value::Null) | None => String::new(),
        Some(other) => other.to_string(),
    };
    let is_shown = |column: &&ItemColumn| items.iter().any(|item| !cell(item, column).is_empty());
    let columns: Vec<&ItemColumn> = collection.columns.iter().filter(is_shown).collect();
    if items.iter().any(Value::is_object) {
        let heading: Vec<&str> = columns.iter().map(|column| column.heading).collect();
        let row = |item: &Value| columns.iter().map(|column| cell(item, column)).collect::<Vec<String>>();
        let rows = items.iter().map(row).collect();
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
    let mut lines = vec![format!("{} of {}:", capitalised(collection.plural), one_line(label))];
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
    if output.is_json() {
        let report = json!({
            "what": label,
            "collection": collection.property.name,
            "added": added,
            "removed": removed,
            "nothing_to_do": nothing_to_do,
            "before": before,
            "after": after,
            "sent": sent,
        });
        return answer::print_value(&report.to_string(), &Shape::unknown(), output);
    }
    let mut sink = output.open()?;
    if sent {
        let counted = |number: usize| counted(number, collection.noun, collection.plural);
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
        threecx_catalog::collections().iter().find(|collection| collection.word == "agents").expect("agents")
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
