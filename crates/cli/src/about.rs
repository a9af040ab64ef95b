//! What a command is about: the things that its words, its flags and `--where` name, found before
//! anything else is sent.

use threecx::{Arguments, Client, Input};
use threecx_catalog::Effect;
use threecx_core::InputError;

use crate::failure::Failure;
use crate::names::{self, Directory, Pending, Place, References, Subject, Thing, Word};
use crate::output::Output;

/// What has to be found.
pub struct About {
    pending: Pending,
    filter: Option<String>,
}

/// What was found.
pub struct Found {
    /// The arguments of the calls: one for each thing, or one for all.
    pub calls: Vec<Arguments>,
    /// The things, if they were named.
    pub things: Vec<Thing>,
}

impl About {
    /// Reads what was typed.
    pub fn of(
        references: &References,
        words: &[String],
        filter: Option<String>,
        arguments: &Arguments,
    ) -> Result<About, Failure> {
        if let Some(subject) = references.subject.as_ref().filter(|_| !words.is_empty() || filter.is_some()) {
            let given = match subject.place {
                Place::Path => &arguments.parameters,
                Place::List => &arguments.fields,
            };
            if given.contains_key(subject.name) {
                let flag = crate::args::flag::kebab(subject.name);
                return Err(Failure::usage(format!(
                    "--{flag} says which {} are meant, and so do other words",
                    subject.set.nouns()
                ))
                .next(format!("Leave out --{flag}, or the words and --where.")));
            }
        }
        let pending = references.pending(words, arguments)?;
        Ok(About { pending, filter })
    }

    /// What is concerned, as it was given.
    pub fn as_given(&self, references: &References, arguments: &Arguments) -> Option<String> {
        let subject = references.subject.as_ref()?;
        if let Some(filter) = &self.filter {
            return Some(format!("the {} for which `{filter}` is true", subject.set.nouns()));
        }
        self.pending.given(&subject.set).or_else(|| {
            let ids = ids(subject, arguments)?;
            Some(format!("{}: {}", subject.set.counted(ids.len()), ids.join(", ")))
        })
    }

    /// True if there is nothing to look up.
    pub fn is_known(&self) -> bool {
        self.pending.is_empty() && self.filter.is_none()
    }

    /// True if what is named could be sent as it stands.
    pub fn may_stay(&self, references: &References) -> bool {
        self.filter.is_none() && references.may_stay(&self.pending)
    }

    /// The arguments with something in the place of what is not known yet.
    pub fn with_placeholders(&self, references: &References, arguments: &Arguments) -> Arguments {
        references.with_placeholders(&self.pending, self.filter.is_some(), arguments)
    }

    /// Asks the PBX, and shows what it found.
    pub async fn find(
        &self,
        client: &Client,
        references: &References,
        mut arguments: Arguments,
        output: &Output,
    ) -> Result<Found, Failure> {
        if self.is_known() {
            return Ok(Found { calls: vec![arguments], things: Vec::new() });
        }
        let directory = references.look_up(client, &[&self.pending]).await?;
        let found = references.apply(&self.pending, &directory, &mut arguments)?;
        for (set, things) in &found.others {
            names::show(set, things, output);
        }
        let Some(subject) = &references.subject else {
            return Ok(Found { calls: vec![arguments], things: Vec::new() });
        };
        let things = match &self.filter {
            Some(filter) => {
                let things = Directory::select(client, &subject.set, filter).await?;
                if things.is_empty() {
                    return Err(nothing(&subject.set, filter).into());
                }
                things
            }
            None => found.subjects,
        };
        names::show(&subject.set, &things, output);
        let values: Vec<String> = things.iter().map(|thing| subject.value_of(thing)).collect();
        let calls = match subject.place {
            _ if values.is_empty() => vec![arguments],
            Place::List => {
                subject.put(&mut arguments, &values);
                vec![arguments]
            }
            Place::Path => {
                let call = |value: &String| {
                    let mut call = arguments.clone();
                    subject.put(&mut call, std::slice::from_ref(value));
                    call
                };
                values.iter().map(call).collect()
            }
        };
        Ok(Found { calls, things })
    }
}

impl Found {
    /// How many and which things are concerned, for a question. Those that were given by their
    /// ids are looked up; what cannot be found is named as it was given.
    pub async fn concerned(&self, client: &Client, references: &References) -> Option<String> {
        let subject = references.subject.as_ref()?;
        if !self.things.is_empty() {
            return Some(described(&subject.set, &self.things));
        }
        let [call] = self.calls.as_slice() else { return None };
        let ids = ids(subject, call)?;
        let as_given = || format!("{}: {}", subject.set.counted(ids.len()), ids.join(", "));
        if subject.property != subject.set.key.name {
            return Some(as_given());
        }
        let words: Vec<Word> = ids.iter().map(|id| Word::Key(id.clone())).collect();
        let words: Vec<&Word> = words.iter().collect();
        let mut directory = Directory::new(Effect::Reads);
        if directory.look_up(client, &subject.set, &words).await.is_err() {
            return Some(as_given());
        }
        let take = |(word, id): (&&Word, &String)| directory.take(&subject.set, "", word, id).ok();
        let things: Option<Vec<Vec<Thing>>> = words.iter().zip(&ids).map(take).collect();
        Some(things.map_or_else(as_given, |things| described(&subject.set, &things.concat())))
    }
}

/// The ids that stand in the arguments of a call.
fn ids(subject: &Subject, call: &Arguments) -> Option<Vec<String>> {
    let given = match subject.place {
        Place::Path => call.parameters.get(subject.name),
        Place::List => call.fields.get(subject.name),
    };
    let (Input::Text(given) | Input::Json(given)) = given?;
    Some(match serde_json::from_str::<Vec<i64>>(given) {
        Ok(ids) => ids.iter().map(ToString::to_string).collect(),
        Err(_) => given.split(',').map(|id| id.trim().to_owned()).collect(),
    })
}

/// `2 users: 100 Ada Lovelace, 101 Linus Berners`
fn described(set: &names::Set, things: &[Thing]) -> String {
    format!("{}: {}", set.counted(things.len()), names::some(things))
}

fn nothing(set: &names::Set, filter: &str) -> threecx::Error {
    let expected = format!("a filter that some {} fits", set.noun());
    let hint = format!("Try it first: `threecx {} list --filter …`.", set.list.resource.command);
    InputError::of("--where", expected, format!("`{filter}`, which none fits")).with_hint(hint).into()
}
