//! Looking things up: all words of a command, or of a whole file, with few requests.

use std::collections::{HashMap, HashSet};

use serde_json::{Map, Value};
use threecx::{Arguments, Client, Error, Input};
use threecx_catalog::Effect;
use threecx_core::{InputError, closest};

use super::set::Set;
use super::thing::{Parts, Thing};
use super::word::Word;
use crate::failure::Failure;

/// So many comparisons are made by one filter: longer URLs are refused by some proxies.
const AT_ONCE: usize = 20;

/// From so many requests on, reading the whole list is less work for everybody.
const MOST_REQUESTS: usize = 10;

/// So many rows are looked through for a name like one that is nobody's.
const LIKE: u64 = 500;

/// So many candidates are listed.
const FEW: usize = 8;

/// What has been found so far, set by set.
#[derive(Debug)]
pub struct Directory {
    sets: HashMap<&'static str, Found>,
    parts: Parts,
    /// True if what is found is lost.
    destroys: bool,
}

/// Things of one set.
#[derive(Debug, Default)]
struct Found {
    things: Vec<Thing>,
    by_key: HashMap<String, usize>,
    /// Names and e-mail addresses, in small letters, are not always one's own.
    by_number: HashMap<String, Vec<usize>>,
    by_email: HashMap<String, Vec<usize>>,
    by_name: HashMap<String, Vec<usize>>,
    /// More of them, read to suggest something.
    others: Vec<String>,
}

impl Found {
    fn add(&mut self, thing: Thing) {
        if self.by_key.contains_key(&thing.key) {
            return;
        }
        let index = self.things.len();
        self.by_key.insert(thing.key.clone(), index);
        if let Some(number) = &thing.number {
            self.by_number.entry(number.clone()).or_default().push(index);
        }
        if let Some(email) = &thing.email {
            self.by_email.entry(email.clone()).or_default().push(index);
        }
        for name in &thing.names {
            self.by_name.entry(name.clone()).or_default().push(index);
        }
        self.things.push(thing);
    }

    /// Those that a word means: exactly, else in part.
    fn meant(&self, word: &Word, parts: Parts) -> Vec<&Thing> {
        let one = |index: Option<&usize>| index.map(|index| vec![&self.things[*index]]).unwrap_or_default();
        let all = |found: Option<&Vec<usize>>| -> Vec<&Thing> {
            found.into_iter().flatten().map(|index| &self.things[*index]).collect()
        };
        match word {
            Word::Key(key) => one(self.by_key.get(key)),
            Word::Number(number) => all(self.by_number.get(number)),
            Word::Email(address) => all(self.by_email.get(address)),
            Word::Range { .. } => self.things.iter().filter(|thing| thing.is_in(word)).collect(),
            Word::Name { small, given } => {
                let exactly =
                    [all(self.by_name.get(small)), all(self.by_number.get(given)), one(self.by_key.get(given))];
                let found = exactly.into_iter().find(|found| !found.is_empty());
                found.unwrap_or_else(|| self.things.iter().filter(|thing| thing.is_like(small, parts)).collect())
            }
        }
    }
}

impl Directory {
    /// An empty one, for an operation of this effect: nothing is changed because its name happens to
    /// contain a few letters.
    pub fn new(effect: Effect) -> Directory {
        let parts = if effect == Effect::Reads { Parts::Any } else { Parts::Words };
        Directory { sets: HashMap::new(), parts, destroys: matches!(effect, Effect::Destroys(_)) }
    }

    /// Asks the PBX for all these things of a set. What is not found is complained about when it
    /// is taken out.
    pub async fn look_up(&mut self, client: &Client, set: &Set, words: &[&Word]) -> Result<(), Failure> {
        let found = self.sets.entry(set.name).or_default();
        let mut comparisons = Vec::new();
        let mut seen = HashSet::new();
        let mut whole = false;
        for word in words.iter().filter(|word| seen.insert(**word)) {
            match word.comparisons(set) {
                Some(more) => comparisons.extend(more),
                None => whole = true,
            }
        }
        if whole || comparisons.len() > AT_ONCE * MOST_REQUESTS {
            read(client, set, None, None, found).await?;
        } else {
            for some in comparisons.chunks(AT_ONCE) {
                read(client, set, Some(some.join(" or ")), None, found).await?;
            }
        }
        if seen.iter().any(|word| found.meant(word, self.parts).is_empty()) && !whole {
            let mut others = Found::default();
            read(client, set, None, Some(LIKE), &mut others).await?;
            found.others = others.things.iter().map(Thing::short).collect();
        }
        Ok(())
    }

    /// Asks the PBX for the things for which a filter is true.
    pub async fn select(client: &Client, set: &Set, filter: &str) -> Result<Vec<Thing>, Failure> {
        let mut found = Found::default();
        read(client, set, Some(filter.to_owned()), None, &mut found).await?;
        Ok(found.things)
    }

    /// The things that a word means: one, or for a range any number but none.
    pub fn take(&self, set: &Set, argument: &str, word: &Word, given: &str) -> Result<Vec<Thing>, Error> {
        let empty = Found::default();
        let found = self.sets.get(set.name).unwrap_or(&empty);
        let meant = found.meant(word, self.parts);
        let refuse = |expected: String, came: String, hint: String| {
            Error::from(InputError::of(argument, expected, came).with_hint(hint))
        };
        match meant.as_slice() {
            [] => {
                let expected = format!("{} that exists", set.one());
                Err(refuse(expected, format!("`{given}`"), self.hint(set, word, found)))
            }
            several @ [_, _, ..] if !matches!(word, Word::Range { .. }) => {
                let shown: Vec<String> = several.iter().take(FEW).map(|thing| thing.label()).collect();
                let more =
                    if several.len() > FEW { format!(" and {} more", several.len() - FEW) } else { String::new() };
                let came = format!("`{given}`, which fits {}: {}{more}", several.len(), shown.join(", "));
                let how = if set.has_numbers { "Give its number, or more of the name." } else { "Give its id: id:…" };
                Err(refuse(format!("the name of one {}", set.noun()), came, how.into()))
            }
            all => Ok(all.iter().map(|thing| (*thing).clone()).collect()),
        }
    }

    /// What to do about a word that means nothing.
    fn hint(&self, set: &Set, word: &Word, found: &Found) -> String {
        let list = format!("`threecx {} list` shows what there is.", set.list.resource.command);
        match word {
            // It could be the id of somebody else.
            Word::Number(_) if self.destroys => list,
            Word::Number(number) => format!("Digits are a number; an id is written id:{number}. {list}"),
            Word::Name { small, .. } => {
                // A few letters of a name.
                let meant: Vec<String> = found.meant(word, Parts::Any).iter().map(|thing| thing.short()).collect();
                let in_part = !meant.is_empty();
                let like = if in_part { meant } else { like(small, &found.others) };
                match like.as_slice() {
                    [] => list,
                    [one] if in_part => {
                        format!("Did you mean {one}? What is to be changed is named by whole words.")
                    }
                    [one] => format!("Did you mean {one}?"),
                    several => {
                        let shown = several[..several.len().min(FEW)].join(", ");
                        let more = several.len().saturating_sub(FEW);
                        let more = if more > 0 { format!(" and {more} more") } else { String::new() };
                        let how = if set.has_numbers { "its number" } else { "its whole name" };
                        format!("{} are like that: {shown}{more}. Give {how}.", several.len())
                    }
                }
            }
            _ => list,
        }
    }
}

/// Those of which a name that is nobody's may be meant: a pattern as of files, or a word that is
/// misspelt.
fn like(small: &str, others: &[String]) -> Vec<String> {
    let has = |other: &&String, part: &str| other.to_lowercase().contains(part);
    let pattern = small.contains(['*', '?', '%']);
    let mut parts = small.split(['*', '?', '%', ' ', ',']).filter(|part| !part.is_empty()).peekable();
    if pattern && parts.peek().is_some() {
        let parts: Vec<&str> = parts.collect();
        return others.iter().filter(|other| parts.iter().all(|part| has(other, part))).cloned().collect();
    }
    // The number in front of the name is no part of it.
    let name = |other: &'_ String| other.split_once(' ').map_or_else(|| other.clone(), |(_, name)| name.to_owned());
    let names: Vec<String> = others.iter().map(name).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let Some(close) = closest(small, &names) else { return Vec::new() };
    // Of one word, all that share what it is like; of several, the closest.
    let words: Vec<&str> = close.split(' ').collect();
    let word = closest(small, &words).filter(|_| !small.contains(' '));
    let meant = |other: &&String| match word {
        Some(word) => other.split(' ').any(|part| part == word),
        None => other.ends_with(close),
    };
    others.iter().filter(meant).cloned().collect()
}

/// Reads the rows of a list page by page.
async fn read(
    client: &Client,
    set: &Set,
    filter: Option<String>,
    most: Option<u64>,
    found: &mut Found,
) -> Result<(), Failure> {
    let mut arguments = Arguments::default();
    arguments.options.insert("select".into(), Input::Text(set.selected().join(",")));
    if let Some(filter) = filter {
        arguments.options.insert("filter".into(), Input::Text(filter));
    }
    let mut pages = client.pages(set.list, arguments, most);
    while let Some(page) = pages.next().await? {
        let Some(rows) = page.rows() else { break };
        for row in rows {
            let row: Map<String, Value> =
                serde_json::from_str(row).map_err(|error| Error::Answer { reason: error.to_string() })?;
            found.add(Thing::of(set, row));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn users(effect: Effect) -> (Set, Directory) {
        let set = Set::named("Users").expect("a set");
        let mut found = Found::default();
        for (id, number, first, last, email) in [
            (1, "100", "Annabelle", "Lee", "team@example.com"),
            (2, "101", "Bob", "Lee", "team@example.com"),
            (3, "102", "Mary Ann", "Smith", "mary@example.com"),
            (4, "103", "Bob", "Nan", ""),
        ] {
            let row = json!({"Id": id, "Number": number, "FirstName": first, "LastName": last, "EmailAddress": email});
            let Value::Object(row) = row else { panic!("no object") };
            found.add(Thing::of(&set, row));
        }
        let mut directory = Directory::new(effect);
        directory.sets.insert(set.name, found);
        (set, directory)
    }

    #[test]
    fn what_is_changed_is_named_by_whole_words_and_an_address_of_several_is_refused() {
        for (effect, word, key) in [
            (Effect::Reads, "annab", Some("1")),
            (Effect::Writes, "annab", None),
            (Effect::Writes, "Annabelle", Some("1")),
            (Effect::Reads, "Ann", None),
            (Effect::Writes, "Ann", Some("3")),
            (Effect::Writes, "smith, ann", Some("3")),
            (Effect::Writes, "Bob Lee", Some("2")),
            (Effect::Writes, "Bob", None),
            (Effect::Reads, "TEAM@example.com", None),
            (Effect::Reads, "mary@example.com", Some("3")),
        ] {
            let (set, directory) = users(effect);
            let parsed = Word::parse(&set, "USER", word).expect(word);
            let taken = directory.take(&set, "USER", &parsed, word).ok();
            assert_eq!(taken.map(|things| things[0].key.clone()).as_deref(), key, "{effect:?} {word}");
        }
        let (set, directory) = users(Effect::Writes);
        let word = Word::parse(&set, "USER", "annab").expect("a word");
        let Err(Error::Input(refused)) = directory.take(&set, "USER", &word, "annab") else { panic!("taken") };
        assert!(refused.hint.is_some_and(|hint| hint.starts_with("Did you mean 100 Annabelle Lee?")));
    }

    #[test]
    fn all_that_may_be_meant_are_named() {
        let others: Vec<String> =
            ["100 Karen Allen", "101 Karen Jackson", "102 Bob Allen", "103 Frances Thompson"].map(str::to_owned).into();
        for (given, wanted) in [
            ("karen*", vec![0, 1]),
            ("*all*", vec![0, 2]),
            ("karne", vec![0, 1]),
            ("karen jakson", vec![1]),
            ("frances tompson", vec![3]),
            ("*", vec![]),
            ("zz", vec![]),
        ] {
            let wanted: Vec<&String> = wanted.into_iter().map(|index: usize| &others[index]).collect();
            assert_eq!(like(given, &others).iter().collect::<Vec<_>>(), wanted, "{given}");
        }
    }
}
