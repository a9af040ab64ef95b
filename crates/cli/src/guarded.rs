//! Changing an entity without undoing what somebody else did meanwhile.
//!
//! A PBX has no way to say "only if it is still as I saw it": it sends no ETags. So what is about
//! to be replaced is read once more just before it is written, and nothing is written if it is
//! no longer what was seen. Only the moment between that and the writing is left. Afterwards it is
//! read back, to see that the PBX kept it.

use indexmap::IndexMap;
use serde_json::{Map, Value};
use threecx::{Answer, Arguments, Client, Error, Input, Operation, Request};
use threecx_catalog::{Resource, Structure, Target, Verb};
use threecx_core::InputError;

use crate::failure::Failure;
use crate::names::{Directory, Set, Thing, Word};
use crate::output::shape::holds_secrets;

/// The properties of an entity, in the order in which they came.
pub type Properties = IndexMap<String, Value>;

/// What can be read and updated: the entities of a set, or a singleton.
#[derive(Clone, Debug)]
pub struct Kind {
    pub get: &'static Operation,
    pub update: &'static Operation,
    /// The set and the name of the key; nothing for a singleton.
    pub set: Option<(Set, &'static str)>,
}

impl Kind {
    /// What this resource has of that kind, if it has any.
    pub fn of(resource: &'static Resource) -> Option<Kind> {
        let update = resource.operations.iter().find(|operation| operation.verb == Verb::Update)?;
        match update.newest_form().target {
            Target::Entity(set, key) => Some(Kind { get: set.get?, update, set: Some((Set::of(set)?, key.name)) }),
            Target::Singleton(singleton) => Some(Kind { get: singleton.get, update, set: None }),
            Target::Nothing | Target::Set(_) | Target::Listed(..) => None,
        }
    }

    /// What it consists of.
    pub fn structure(&self) -> Option<&'static Structure> {
        let form = self.get.newest_form();
        form.entity(form.span)
    }

    /// A property of this name.
    pub fn property(&self, name: &str) -> Option<&'static threecx_catalog::Property> {
        self.structure()?.all_properties().filter(|property| property.name == name).last()
    }

    /// `Queue`, for people.
    pub fn noun(&self) -> String {
        match &self.set {
            Some((set, _)) => set.noun(),
            None => self.update.resource.title.to_owned(),
        }
    }

    /// The one thing that a word means.
    pub async fn find(&self, client: &Client, given: &str) -> Result<Option<Thing>, Failure> {
        let Some((set, _)) = &self.set else { return Ok(None) };
        let argument = set.placeholder();
        let word = Word::parse(set, &argument, given)?;
        let mut directory = Directory::new(self.update.effect);
        directory.look_up(client, set, &[&word]).await?;
        match directory.take(set, &argument, &word, given)?.as_slice() {
            [one] => Ok(Some(one.clone())),
            several => {
                let expected = format!("one {}", set.noun());
                let came = format!("`{given}`, which is {}", several.len());
                Err(Error::from(InputError::of(argument, expected, came).with_hint("Do one after the other.")).into())
            }
        }
    }
}

/// One entity, and what of it is to be read.
pub struct Guarded<'c> {
    pub client: &'c Client,
    pub kind: Kind,
    /// Which one; nothing for a singleton.
    pub thing: Option<Thing>,
    pub select: Option<String>,
    pub expand: Option<String>,
}

impl Guarded<'_> {
    /// `queue 800 Sales`, `Mail Settings`
    pub fn label(&self) -> String {
        match &self.thing {
            Some(thing) => format!("{} {}", self.kind.noun(), thing.short()),
            None => self.kind.noun(),
        }
    }

    /// The arguments that say which one it is.
    fn address(&self) -> Arguments {
        let mut arguments = Arguments::default();
        if let (Some(thing), Some((_, key))) = (&self.thing, &self.kind.set) {
            arguments.parameters.insert((*key).to_owned(), Input::Text(thing.key.clone()));
        }
        arguments
    }

    /// Reads it as it is now.
    pub async fn read(&self) -> Result<Properties, Failure> {
        let mut arguments = self.address();
        for (name, value) in [("select", &self.select), ("expand", &self.expand)] {
            if let Some(value) = value {
                arguments.options.insert(name.to_owned(), Input::Text(value.clone()));
            }
        }
        let reply = self.client.call(self.kind.get, &arguments).await?;
        let unreadable = |reason: String| Failure::from(Error::Answer { reason });
        let Answer::Value(value) = reply.answer()? else { return Err(unreadable("no entity came".into())) };
        let mut properties: Properties =
            serde_json::from_str(value.get()).map_err(|error| unreadable(error.to_string()))?;
        // Written back like that, the rest would be gone.
        if let Some(name) = properties.keys().find_map(|name| name.strip_suffix("@odata.nextLink")) {
            return Err(unreadable(format!("the PBX shows only a part of {name}")));
        }
        properties.retain(|name, _| !name.contains('@'));
        Ok(properties)
    }

    /// The request that would change these properties. Refuses what does not fit.
    pub async fn plan(&self, changes: &Map<String, Value>) -> Result<Request, Error> {
        let arguments = Arguments { body: Some(Value::Object(changes.clone()).into()), ..self.address() };
        self.client.plan(self.kind.update, &arguments).await
    }

    /// Changes these properties if they still are what they were, and looks whether the PBX
    /// kept them.
    pub async fn write(&self, before: &Properties, changes: &Map<String, Value>) -> Result<Properties, Failure> {
        let request = self.plan(changes).await?;
        let now = self.read().await?;
        let others: Vec<String> = changes.keys().filter(|name| before.get(*name) != now.get(*name)).cloned().collect();
        if !others.is_empty() {
            return Err(Failure::Changed { what: self.label(), properties: others });
        }
        self.client.open(&request, Some(self.kind.update)).await?;
        let after = self.read().await?;
        let lost = changes.iter().filter(|(name, sent)| !after.get(*name).is_some_and(|kept| holds(kept, sent)));
        let lost: Vec<String> = lost.filter(|(name, _)| !self.is_secret(name)).map(|(name, _)| name.clone()).collect();
        if lost.is_empty() { Ok(after) } else { Err(Failure::NotKept { what: self.label(), properties: lost }) }
    }

    /// Secrets may come back concealed.
    fn is_secret(&self, name: &str) -> bool {
        self.kind.property(name).is_some_and(|property| property.secret || holds_secrets(property.ty))
    }
}

/// True if what the PBX shows is what was sent. It may know more about it, has its own ids for
/// the items of a list, and need not keep their order; what was sent as null it may fill in.
fn holds(kept: &Value, sent: &Value) -> bool {
    match (kept, sent) {
        (_, Value::Null) => true,
        (Value::Object(kept), Value::Object(sent)) => sent
            .iter()
            .filter(|(name, _)| *name != "Id" && !name.contains('@'))
            .all(|(name, sent)| sent.is_null() || kept.get(name).is_some_and(|kept| holds(kept, sent))),
        (Value::Array(kept), Value::Array(sent)) => {
            kept.len() == sent.len() && sent.iter().all(|sent| kept.iter().any(|kept| holds(kept, sent)))
        }
        (Value::Number(kept), Value::Number(sent)) => kept.as_f64() == sent.as_f64(),
        _ => kept == sent,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_is_kept_may_say_more() {
        for (kept, sent, same) in [
            (json!({"A": 1, "B": 2}), json!({"A": 1}), true),
            (json!({"A": 1}), json!({"A": 2}), false),
            (json!({"A": 1}), json!({"A": 1, "B": 2}), false),
            (json!([{"Id": 7, "N": "1"}, {"Id": 8, "N": "2"}]), json!([{"N": "2"}, {"Id": 1, "N": "1"}]), true),
            (json!([{"N": "1"}]), json!([{"N": "1"}, {"N": "2"}]), false),
            (json!({"A": "x"}), json!({"A": null}), true),
            (json!(1.0), json!(1), true),
        ] {
            assert_eq!(holds(&kept, &sent), same, "{kept} {sent}");
        }
    }
}
