//! What a step has to know of the PBX besides ids: what was there before, and what becomes of items.

use serde_json::{Map, Value};
use threecx::{Client, NameInput};
use threecx_core::{Error, Input, InputError};

use crate::before::{Before, Touched};
use crate::intent::Intent;
use crate::items::{self, ItemAction, ItemChange, Named};
use crate::plan::Step;

/// Adds what was there before, and what becomes of the items of a collection.
pub(super) async fn complete(
    client: &Client,
    step: &mut Step,
    intent: &Intent,
    row: Option<&Map<String, Value>>,
) -> Result<(), Error> {
    let Some(change) = &intent.items else {
        step.before = before(client, step, row).await?;
        return Ok(());
    };
    let property = change.collection.property.name;
    let mut asked = step.arguments.clone();
    asked.body = Some(Input::Json(format!("{{\"{property}\":[]}}")));
    let touched = Touched::by(step.operation, &asked);
    let touched = touched.ok_or_else(|| Error::Answer { reason: format!("{property} cannot be read") })?;
    let shown = row.filter(|row| touched.is_all_in(row) && row.contains_key(property));
    let before = match shown {
        Some(row) => touched.of(row),
        None => touched.read(client, &asked).await?,
    };
    let items = items::items(change.collection, &before.properties)?;
    let (after, difference) = match change.action {
        ItemAction::Add => {
            let named = identities(client, change).await?;
            items::add(change.collection, items, named, &change.also)
        }
        ItemAction::Remove => items::remove(change.collection, items, &change.words)?,
    };
    let body: Map<String, Value> = std::iter::once((property.to_owned(), Value::Array(after))).collect();
    step.arguments.body = Some(Value::Object(body).into());
    (step.before, step.items) = (Some(before), Some(difference));
    Ok(())
}

/// What was there before a step: from the row that was looked up, else read.
pub(super) async fn before(
    client: &Client,
    step: &Step,
    row: Option<&Map<String, Value>>,
) -> Result<Option<Before>, Error> {
    let Some(touched) = Touched::by(step.operation, &step.arguments) else { return Ok(None) };
    if let Some(row) = row.filter(|row| touched.is_all_in(row)) {
        return Ok(Some(touched.of(row)));
    }
    match touched.read(client, &step.arguments).await {
        Ok(before) => Ok(Some(before)),
        // Where the caller is not allowed to read, or no one is in this release, the change may still be made.
        Err(Error::Permission { .. } | Error::NotInVersion(_) | Error::Rejected(_) | Error::NotFound(_)) => Ok(None),
        Err(error) => Err(error),
    }
}

/// What words for items have to be, before anything is looked up.
pub(super) fn check_words(change: &ItemChange) -> Result<(), Error> {
    let argument = change.collection.noun.to_uppercase();
    if change.words.is_empty() {
        return Err(InputError::of(argument, format!("at least one {}", change.collection.noun), "").into());
    }
    if let Some(set) = change.collection.item.set().filter(|_| change.action == ItemAction::Add) {
        for word in &change.words {
            NameInput::parse(set, &argument, word)?;
        }
    }
    Ok(())
}

/// What identifies the things that the words of a change name, and what they are called. What is added
/// has to exist.
async fn identities(client: &Client, change: &ItemChange) -> Result<Vec<Named>, Error> {
    let Some(set) = change.collection.item.set() else {
        return Ok(change.words.iter().map(|word| Named { identity: word.clone(), name: String::new() }).collect());
    };
    let argument = change.collection.noun.to_uppercase();
    let words: Result<Vec<NameInput>, Error> =
        change.words.iter().map(|word| NameInput::parse(set, &argument, word)).collect();
    let words = words?;
    let mut directory = client.directory();
    directory.look_up(set, &words.iter().collect::<Vec<_>>()).await?;
    let by_key = matches!(change.collection.item, threecx_catalog::Item::Reference { .. });
    let mut named = Vec::new();
    for (word, given) in words.iter().zip(&change.words) {
        for entity in directory.take(set, &argument, word, given)? {
            // A key is not a number: it may be the number of something else.
            let identity = if by_key { Some(entity.key.as_str()) } else { entity.number.as_deref() };
            let Some(identity) = identity.filter(|identity| !identity.is_empty()) else {
                let came = format!("`{}`", entity.short());
                return Err(InputError::of(argument, "something that has a number", came).into());
            };
            named.push(Named { identity: identity.to_owned(), name: entity.short() });
        }
    }
    Ok(named)
}
