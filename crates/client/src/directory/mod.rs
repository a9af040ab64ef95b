//! Finding entities by what people call them: numbers, ranges of numbers, names, e-mail addresses, ids,
//! filters.
//!
//! ```text
//! "100-119, Ada" ──► NameInput::parse ──► Directory::look_up ──► Directory::take ──► NamedEntity
//!                                         few GETs for all       one for each word,
//!                                         words of a task        or what is wrong
//! ```

mod found;
mod hint;
mod look_up;
mod name_input;
mod named_entity;
mod naming;
mod wanted;

use std::collections::HashMap;

use threecx_catalog::{Effect, EntitySet, entity_set};
use threecx_core::{Error, InputError};

use self::found::Found;
use self::named_entity::Parts;
use crate::client::Client;

pub use name_input::NameInput;
pub use named_entity::NamedEntity;
pub use wanted::Wanted;

/// Finds users, queues, trunks … by what people call them.
///
/// A word is a number (`100`), a range of numbers (`100-119`), a name (`Leslie Ritchie`, `Ritchie`),
/// an e-mail address or an id (`id:29`). A text may have several words, separated by commas. In double
/// quotes, a word is a name whatever is in it.
///
/// ```
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let sim = threecx_sim::Pbx::start().await?;
/// # let pbx = threecx::Client::builder(sim.url()).credentials(sim.client_id(), sim.client_secret()).build()?;
/// let users = pbx.directory().users("101-103, \"Ritchie, Leslie\"").await?;
/// let shown: Vec<String> = users.iter().map(|user| user.label()).collect();
/// assert_eq!(shown[3], "100 Leslie Ritchie (id 29)");
///
/// let error = pbx.directory().users("Leslie Ritchei").await.expect_err("misspelt");
/// assert_eq!(error.to_string(), "user: expected a user that exists; got `Leslie Ritchei`");
/// assert_eq!(error.next_step().to_string(), "Did you mean 100 Leslie Ritchie?");
/// # Ok(())
/// # }
/// ```
///
/// One request brings all entities of a text, and with [`Wanted`] whatever else of them is needed:
///
/// ```
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let sim = threecx_sim::Pbx::start().await?;
/// # let pbx = threecx::Client::builder(sim.url()).credentials(sim.client_id(), sim.client_secret()).build()?;
/// use threecx::{Wanted, entity_set};
///
/// let users = entity_set("Users").expect("in the catalogue");
/// let wanted = Wanted::names(users).select(["Enabled"]).expand(["Phones"]);
/// for user in pbx.directory().find(wanted, "100-119").await? {
///     println!("{}: {:?}", user.short(), user.row()["Phones"]);
/// }
/// assert_eq!(sim.count("Users.ListUser").received, 1);
///
/// let disabled = pbx.directory().select(users, "Enabled eq false").await?;
/// # let _ = disabled;
/// # Ok(())
/// # }
/// ```
///
/// A directory remembers what it has found: make a new one for each task.
#[derive(Debug)]
pub struct Directory {
    client: Client,
    sets: HashMap<&'static str, Found>,
    parts: Parts,
    /// True if what is found is lost.
    destroys: bool,
}

impl Client {
    /// Finds entities by what people call them. Names have to be given by whole words, so that nothing
    /// is changed because its name happens to contain a few letters; see [`Directory::for_effect`].
    pub fn directory(&self) -> Directory {
        Directory { client: self.clone(), sets: HashMap::new(), parts: Parts::Words, destroys: false }
    }
}

impl Directory {
    /// For an operation of this effect: to read, a few letters of a name are enough.
    #[must_use]
    pub fn for_effect(self, effect: Effect) -> Directory {
        let parts = if effect == Effect::Reads { Parts::Letters } else { Parts::Words };
        Directory { parts, destroys: matches!(effect, Effect::Destroys(_)), ..self }
    }

    /// The entities of a set that a text of words means, each once, in the order of the words.
    ///
    /// # Errors
    /// [`Error::Input`] for a word that means none, or more than one; those of [`Client::call`].
    pub async fn find(&mut self, wanted: impl Into<Wanted>, text: &str) -> Result<Vec<NamedEntity>, Error> {
        let wanted = wanted.into();
        let (set, argument) = (wanted.set, wanted.set.noun());
        let words = NameInput::parse_all(set, &argument, text)?;
        self.look_up(wanted, &words.iter().map(|(word, _)| word).collect::<Vec<_>>()).await?;
        let mut entities: Vec<NamedEntity> = Vec::new();
        for (word, given) in &words {
            for entity in self.take(set, &argument, word, given)? {
                if !entities.iter().any(|known| known.key == entity.key) {
                    entities.push(entity);
                }
            }
        }
        Ok(entities)
    }

    fn found(&mut self, set: &EntitySet) -> &mut Found {
        self.sets.entry(set.name).or_default()
    }
}

/// A method for each of the sets that people name most.
macro_rules! sets {
    ($($method:ident, $set:literal, $what:literal;)*) => {
        impl Directory {$(
            #[doc = concat!($what, ": [`find`](Directory::find) in `", $set, "`.")]
            ///
            /// # Errors
            /// Those of [`find`](Directory::find).
            pub async fn $method(&mut self, text: &str) -> Result<Vec<NamedEntity>, Error> {
                self.find(named($set)?, text).await
            }
        )*}

        #[cfg(test)]
        const SETS: &[&str] = &[$($set),*];
    };
}
sets! {
    users, "Users", "Users";
    groups, "Groups", "Departments";
    queues, "Queues", "Queues";
    ring_groups, "RingGroups", "Ring groups";
    receptionists, "Receptionists", "Digital receptionists";
    trunks, "Trunks", "Trunks";
    sbcs, "Sbcs", "Session border controllers";
}

fn named(name: &'static str) -> Result<&'static EntitySet, Error> {
    entity_set(name).ok_or_else(|| InputError::of("set", "an entity set", format!("`{name}`")).into())
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};
    use threecx_catalog::{Release, Span, entity_sets};
    use threecx_core::plan;

    use super::naming::Naming;
    use super::*;

    fn users(effect: Effect) -> (&'static EntitySet, Directory) {
        let set = entity_set("Users").expect("a set");
        let client = Client::builder("https://pbx.example.com").credentials("900", "secret").build().expect("settings");
        let mut directory = client.directory().for_effect(effect);
        let found = directory.found(set);
        for (id, number, first, last, email) in [
            (1, "100", "Annabelle", "Lee", "team@example.com"),
            (2, "101", "Bob", "Lee", "team@example.com"),
            (3, "102", "Mary Ann", "Smith", "mary@example.com"),
            (4, "103", "Bob", "Nan", ""),
        ] {
            let row = json!({"Id": id, "Number": number, "FirstName": first, "LastName": last, "EmailAddress": email});
            let Value::Object(row) = row else { panic!("not an object") };
            found.add(NamedEntity::of(set, row));
        }
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
            let parsed = NameInput::parse(set, "USER", word).expect(word);
            let taken = directory.take(set, "USER", &parsed, word).ok();
            assert_eq!(taken.map(|entities| entities[0].key.clone()).as_deref(), key, "{effect:?} {word}");
        }
        let (set, directory) = users(Effect::Writes);
        let word = NameInput::parse(set, "USER", "annab").expect("a word");
        let Err(Error::NoSuchEntity(refused)) = directory.take(set, "USER", &word, "annab") else { panic!("taken") };
        assert!(refused.hint.is_some_and(|hint| hint.starts_with("Did you mean 100 Annabelle Lee?")));
    }

    #[test]
    fn every_set_with_a_method_can_be_looked_up() {
        for name in SETS {
            let set = named(name).expect(name);
            assert!(set.list.is_some() && set.key.is_some() && !set.names.is_empty(), "{name}");
        }
    }

    /// Some releases lack what names an entity in others: it must not be selected there.
    #[test]
    fn what_names_an_entity_can_be_selected_in_every_release() {
        let mut depending = Vec::new();
        for set in entity_sets().iter().filter(|set| set.key.is_some()) {
            let Some(list) = set.list else { continue };
            for release in Release::all().map(|release| Span { first: release, last: release }) {
                if list.form(release).is_some() {
                    let arguments = Wanted::names(set).arguments(&Naming::of(set, release), None);
                    plan(list, &arguments, release).expect(set.name);
                }
            }
            depending.extend(Naming::depends_on_release(set).then_some(set.name));
        }
        assert!(depending.contains(&"CallFlowApps") && !depending.contains(&"Sbcs"), "{depending:?}");
    }
}
