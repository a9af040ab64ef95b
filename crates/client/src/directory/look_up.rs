//! Looking up all words of a task with few requests.

use std::collections::HashSet;

use serde_json::{Map, Value};
use threecx_catalog::{EntitySet, Operation};
use threecx_core::{Error, InputError, mask};

use super::Directory;
use super::found::Found;
use super::hint::{FEW, hint};
use super::name_input::NameInput;
use super::named_entity::NamedEntity;
use super::naming::Naming;
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
        let (source, parts) = (Source::of(&self.client, wanted.set).await?, self.parts);
        let found = self.found(wanted.set);
        let mut seen = HashSet::new();
        let words: Vec<&&NameInput> =
            words.iter().filter(|word| !found.knows(word, &wanted) && seen.insert(**word)).collect();
        let comparisons: Option<Vec<Vec<String>>> =
            words.iter().map(|word| word.comparisons(wanted.set, &source.naming)).collect();
        let comparisons =
            comparisons.map(|all| distinct(all.concat())).filter(|all| all.len() <= AT_ONCE * MOST_REQUESTS);
        match &comparisons {
            None => source.read(&wanted, None, None, found).await?,
            Some(comparisons) => {
                for some in comparisons.chunks(AT_ONCE) {
                    source.read(&wanted, Some(some.join(" or ")), None, found).await?;
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
                    source.read(&Wanted::names(wanted.set), None, Some(LIKE), &mut others).await?;
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
        let source = Source::of(&self.client, wanted.set).await?;
        source.read(&wanted, Some(filter.to_owned()), None, &mut found).await?;
        Ok(found.entities)
    }

    /// The entities that a word means, out of those that were looked up: one, or for a range any number
    /// but none. `argument` and `given` are what errors call the word.
    ///
    /// # Errors
    /// [`Error::NoSuchEntity`] for a word that means none, [`Error::Input`] for one that means more than one.
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
        let refusal =
            |expected: String, came: String, hint: String| InputError::of(argument, expected, came).with_hint(hint);
        match meant.as_slice() {
            [] => {
                let expected = format!("{} that exists", set.one());
                let hint = hint(set, word, found, self.destroys);
                Err(Error::NoSuchEntity(refusal(expected, format!("`{given}`"), hint).into()))
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
                Err(refusal(format!("the name of one {}", set.noun()), came, how.into()).into())
            }
            all => Ok(all.iter().map(|entity| (*entity).clone()).collect()),
        }
    }
}

/// Each once: `100` is also in `100-119`.
fn distinct(mut comparisons: Vec<String>) -> Vec<String> {
    let mut seen = HashSet::new();
    comparisons.retain(|comparison| seen.insert(comparison.clone()));
    comparisons
}

/// The list of a set at the PBX.
#[derive(Debug)]
struct Source {
    client: Client,
    list: &'static Operation,
    naming: Naming,
}

impl Source {
    /// Asks for the PBX's release first if that makes a difference.
    async fn of(client: &Client, set: &'static EntitySet) -> Result<Source, Error> {
        let Some(list) = set.list.filter(|_| set.key.is_some()) else {
            let expected = "entities that can be listed and have keys";
            return Err(InputError::of("set", expected, format!("`{}`", set.name)).into());
        };
        if Naming::depends_on_release(set) {
            client.know_version().await?;
        }
        Ok(Source { client: client.clone(), list, naming: Naming::of(set, client.target()) })
    }

    /// Reads its rows, at most `most` of them.
    async fn read(
        &self,
        wanted: &Wanted,
        filter: Option<String>,
        most: Option<u64>,
        found: &mut Found,
    ) -> Result<(), Error> {
        // The count tells a full page that is the last one from one that is not.
        let mut pages = self.client.pages(self.list, wanted.arguments(&self.naming, filter), most).count_first();
        while let Some(page) = pages.next().await? {
            let Some(rows) = page.rows() else { break };
            for row in rows {
                let row: Map<String, Value> =
                    serde_json::from_str(row).map_err(|error| Error::Answer { reason: mask::unfit(&error) })?;
                found.add(NamedEntity::of(wanted.set, row));
            }
        }
        Ok(())
    }
}
