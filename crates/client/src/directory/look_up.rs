//! Looking up all words of a task with few requests.

use std::collections::HashSet;

use serde_json::{Map, Value};
use threecx_catalog::{EntitySet, Operation};
use threecx_core::{Error, InputError};

use super::Directory;
use super::found::Found;
use super::hint::{FEW, hint};
use super::name_input::NameInput;
use super::named_entity::NamedEntity;
use super::wanted::Wanted;
use crate::client::Client;

/// Maximum number of comparisons in one filter: some proxies refuse longer URLs.
const AT_ONCE: usize = 20;

/// Maximum number of requests for the words of one look-up; beyond it, reading the whole list is less
/// work for both sides.
const MOST_REQUESTS: usize = 10;

/// Maximum number of rows that are searched for a name like one that was not found.
const LIKE: u64 = 500;

impl Directory {
    /// Asks the PBX for the entities that these words mean: one request for up to twenty numbers, ids or
    /// names, and none for words that were looked up before. What is not found shows in
    /// [`take`](Directory::take).
    ///
    /// # Errors
    /// Those of [`Client::call`]; [`Error::Input`] for a set that cannot be listed.
    pub async fn look_up(&mut self, wanted: impl Into<Wanted>, words: &[&NameInput]) -> Result<(), Error> {
        let wanted = wanted.into();
        let list = list(wanted.set)?;
        let (client, parts) = (self.client.clone(), self.parts);
        let found = self.found(wanted.set);
        let mut seen = HashSet::new();
        let words: Vec<&&NameInput> =
            words.iter().filter(|word| !found.knows(word, &wanted) && seen.insert(**word)).collect();
        let comparisons: Option<Vec<Vec<String>>> = words.iter().map(|word| word.comparisons(wanted.set)).collect();
        let comparisons = comparisons.map(|all| all.concat()).filter(|all| all.len() <= AT_ONCE * MOST_REQUESTS);
        match &comparisons {
            None => read(&client, list, &wanted, None, None, found).await?,
            Some(comparisons) => {
                for some in comparisons.chunks(AT_ONCE) {
                    read(&client, list, &wanted, Some(some.join(" or ")), None, found).await?;
                }
            }
        }
        for word in &words {
            found.note(word, &wanted);
        }
        let is_missing =
            |word: &&&NameInput| matches!(word, NameInput::Name { .. }) && found.meant(word, parts).is_empty();
        if words.iter().any(is_missing) {
            found.others = match comparisons {
                Some(_) => {
                    let mut others = Found::default();
                    read(&client, list, &Wanted::names(wanted.set), None, Some(LIKE), &mut others).await?;
                    others.entities
                }
                None => found.entities.clone(),
            }
            .iter()
            .map(NamedEntity::short)
            .collect();
        }
        Ok(())
    }

    /// Asks the PBX for the entities for which a filter is true: `Enabled eq false`.
    ///
    /// # Errors
    /// Those of [`Client::call`]; [`Error::Input`] for a set that cannot be listed.
    pub async fn select(&self, wanted: impl Into<Wanted>, filter: &str) -> Result<Vec<NamedEntity>, Error> {
        let wanted = wanted.into();
        let mut found = Found::default();
        read(&self.client, list(wanted.set)?, &wanted, Some(filter.to_owned()), None, &mut found).await?;
        Ok(found.entities)
    }

    /// The entities that a word means, out of those that were looked up: one, or for a range any number
    /// but none. `argument` and `given` are what errors call the word.
    ///
    /// # Errors
    /// [`Error::Input`] for a word that means none, or more than one.
    pub fn take(
        &self,
        set: &'static EntitySet,
        argument: &str,
        word: &NameInput,
        given: &str,
    ) -> Result<Vec<NamedEntity>, Error> {
        let empty = Found::default();
        let found = self.sets.get(set.name).unwrap_or(&empty);
        let meant = found.meant(word, self.parts);
        let refuse = |expected: String, came: String, hint: String| {
            Error::from(InputError::of(argument, expected, came).with_hint(hint))
        };
        match meant.as_slice() {
            [] => {
                let expected = format!("{} that exists", set.one());
                Err(refuse(expected, format!("`{given}`"), hint(set, word, found, self.destroys)))
            }
            several @ [_, _, ..] if !matches!(word, NameInput::Range { .. }) => {
                let shown: Vec<String> = several.iter().take(FEW).map(|entity| entity.label()).collect();
                let more =
                    if several.len() > FEW { format!(" and {} more", several.len() - FEW) } else { String::new() };
                let came = format!("`{given}`, which fits {}: {}{more}", several.len(), shown.join(", "));
                let how = match set.number {
                    Some(_) => "Give its number, or more of the name.",
                    None => "Give its id: id:…",
                };
                Err(refuse(format!("the name of one {}", set.noun()), came, how.into()))
            }
            all => Ok(all.iter().map(|entity| (*entity).clone()).collect()),
        }
    }
}

/// What lists a set whose entities have keys to be known by.
fn list(set: &'static EntitySet) -> Result<&'static Operation, Error> {
    set.list.filter(|_| set.key.is_some()).ok_or_else(|| {
        InputError::of("set", "entities that can be listed and have keys", format!("`{}`", set.name)).into()
    })
}

/// Reads the rows of a list, at most `most` of them.
async fn read(
    client: &Client,
    list: &'static Operation,
    wanted: &Wanted,
    filter: Option<String>,
    most: Option<u64>,
    found: &mut Found,
) -> Result<(), Error> {
    // The count tells a full page that is the last one from one that is not.
    let mut pages = client.pages(list, wanted.arguments(filter), most).count_first();
    while let Some(page) = pages.next().await? {
        let Some(rows) = page.rows() else { break };
        for row in rows {
            let row: Map<String, Value> =
                serde_json::from_str(row).map_err(|error| Error::Answer { reason: error.to_string() })?;
            found.add(NamedEntity::of(wanted.set, row));
        }
    }
    Ok(())
}
