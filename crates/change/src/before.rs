//! What was there before: which properties a change touches, reading them, and telling whether
//! someone else has changed them since.
//!
//! A PBX has no way to say "only if it is still as I saw it": it sends no ETags. So what is about to
//! be changed is read once more just before, where it was not read just now, and nothing is sent if it
//! is no longer what was seen. Only the moment between that and the writing is left.

use std::borrow::Cow;

use indexmap::IndexSet;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use threecx::{Answer, Client, Error};
use threecx_catalog::{Body, Collection, EntitySet, Operation, Property, Structure, Target, Type, Verb, collections};
use threecx_core::{Arguments, Input, guard, instant};

/// The properties of an entity, in the order in which they came.
pub type Properties = Map<String, Value>;

/// What an entity looked like before a change.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Before {
    /// The properties that are about to change; all of them where the entity is about to go.
    pub properties: Properties,
    /// True if these are all of its properties.
    #[serde(default)]
    pub whole: bool,
    /// What else of it the guard has to know, and stays.
    #[serde(default, skip_serializing_if = "Map::is_empty")]
    pub beside: Properties,
}

/// What of an entity a change touches.
#[derive(Clone, Debug)]
pub struct Touched {
    /// The set that it is in; `None` for a singleton.
    pub set: Option<&'static EntitySet>,
    get: &'static Operation,
    structure: &'static Structure,
    /// The names of the properties; empty for all.
    names: IndexSet<&'static str>,
    /// What else the guard has to know.
    beside: &'static [&'static str],
    whole: bool,
}

impl Touched {
    /// What a call touches, if it changes or removes something that can be read.
    pub fn by(operation: &'static Operation, arguments: &Arguments) -> Option<Touched> {
        let form = operation.newest_form();
        let whole = match operation.verb {
            Verb::Update => false,
            Verb::Delete => true,
            _ => return None,
        };
        let (set, get, structure) = match form.target {
            Target::Entity(set, _) => (Some(set), set.get?, set.structure),
            Target::Singleton(singleton) => (None, singleton.get, singleton.structure),
            _ => return None,
        };
        // Not every path of an entity ends there: what lies below it is not read with it.
        if get.newest_form().path != form.path {
            return None;
        }
        let mut names = IndexSet::new();
        if !whole {
            if !matches!(form.body, Body::Entity(_)) {
                return None;
            }
            for name in given(arguments) {
                names.insert(property(structure, &name)?.name);
            }
            if names.is_empty() {
                return None;
            }
        }
        let beside = guard::reads(operation, names.iter());
        Some(Touched { set, get, structure, names, beside, whole })
    }

    /// True if the entity is about to go.
    pub fn is_whole(&self) -> bool {
        self.whole
    }

    /// The properties to select; none for all.
    pub fn select(&self) -> Vec<&'static str> {
        let own = self.properties().filter(|property| !property.navigation).map(|property| property.name);
        let mut select: Vec<&'static str> = own.collect();
        select.extend(self.beside.iter().filter(|name| !self.names.contains(**name)));
        select
    }

    /// What to expand, so that collections come whole and can be written back as they came.
    pub fn expand(&self) -> Vec<String> {
        self.properties().filter(|property| property.navigation).map(|property| self.expanded(property)).collect()
    }

    fn properties(&self) -> impl Iterator<Item = &'static Property> {
        // Of what is about to go, the collections that are kept by commands of their own.
        let kept = move |name: &str| match self.whole {
            true => collection(self.set, name).is_some(),
            false => self.names.contains(name),
        };
        let mut seen = IndexSet::new();
        self.structure.all_properties().filter(move |property| kept(property.name) && seen.insert(property.name))
    }

    fn expanded(&self, property: &'static Property) -> String {
        let known = collection(self.set, property.name).and_then(|collection| collection.expand);
        known.unwrap_or(property.name).to_owned()
    }

    /// True if a row says all that has to be known: collections have to be there, and to be whole.
    pub fn is_all_in(&self, row: &Properties) -> bool {
        let whole = |property: &Property| {
            row.contains_key(property.name) && !row.contains_key(&format!("{}@odata.nextLink", property.name))
        };
        self.properties().filter(|property| property.navigation).all(whole)
    }

    /// True for a property that is a collection or an entity of its own.
    pub fn is_navigation(&self, name: &str) -> bool {
        property(self.structure, name).is_some_and(|property| property.navigation)
    }

    /// What of a row that was read belongs to it.
    pub fn of(&self, row: &Properties) -> Before {
        let belongs = |name: &String| !name.contains('@') && (self.whole || self.names.contains(name.as_str()));
        let is_beside = |name: &String| self.beside.contains(&name.as_str()) && !belongs(name);
        let part = |is_part: &dyn Fn(&String) -> bool| -> Properties {
            let part = row.iter().filter(|(name, _)| is_part(name));
            part.map(|(name, value)| (name.clone(), value.clone())).collect()
        };
        Before { properties: part(&belongs), whole: self.whole, beside: part(&is_beside) }
    }

    /// Reads it as it is now.
    ///
    /// # Errors
    /// Those of the call; that the PBX shows only a part of a collection, which must not be written back.
    pub async fn read(&self, client: &Client, arguments: &Arguments) -> Result<Before, Error> {
        let mut question = Arguments::default();
        for parameter in self.get.newest_form().parameters {
            if let Some(value) = arguments.parameters.get(parameter.name) {
                question.parameters.insert(parameter.name.to_owned(), value.clone());
            }
        }
        let (select, expand) = (self.select(), self.expand());
        let select = match (self.whole, select.is_empty(), self.set) {
            (true, ..) => None,
            // Everything would come where nothing is selected.
            (false, true, Some(set)) => set.key.map(|key| key.name.to_owned()),
            (false, true, None) => None,
            (false, false, _) => Some(select.join(",")),
        };
        if let Some(select) = select {
            question.options.insert("select".to_owned(), Input::Text(select));
        }
        if !expand.is_empty() {
            question.options.insert("expand".to_owned(), Input::Text(expand.join(",")));
        }
        Ok(self.of(&read_whole(client, self.get, &question).await?))
    }

    /// True for a property that holds a secret, which may come back concealed.
    pub fn is_secret(&self, name: &str) -> bool {
        property(self.structure, name).is_some_and(|property| property.secret || holds_secrets(property.ty.ty))
    }
}

/// Reads an entity whose collections come whole.
///
/// # Errors
/// Those of the call; that the PBX shows only a part of a collection: written back like that, the rest would be
/// gone.
pub async fn read_whole(client: &Client, get: &'static Operation, question: &Arguments) -> Result<Properties, Error> {
    let reply = client.call(get, question).await?;
    let unreadable = |reason: String| Error::Answer { reason };
    let Answer::Value(value) = reply.answer()? else { return Err(unreadable("no entity came".into())) };
    let properties: Properties =
        serde_json::from_str(value.get()).map_err(|error| unreadable(threecx_core::mask::unfit(&error)))?;
    match properties.keys().find_map(|name| name.strip_suffix("@odata.nextLink")) {
        Some(name) => Err(unreadable(format!("the PBX shows only a part of {name}"))),
        None => Ok(properties),
    }
}

fn collection(set: Option<&EntitySet>, property: &str) -> Option<&'static Collection> {
    collections().iter().find(|known| Some(known.set) == set && known.property.name == property)
}

fn property(structure: &'static Structure, name: &str) -> Option<&'static Property> {
    structure.all_properties().filter(|property| property.name.eq_ignore_ascii_case(name)).last()
}

/// The names of the properties that are given, by themselves or in the body.
pub(crate) fn given(arguments: &Arguments) -> Vec<String> {
    let mut names: Vec<String> = arguments.fields.keys().cloned().collect();
    names.extend(body(arguments).into_iter().map(|(name, _)| name));
    names
}

/// The members of the body, as far as it is an object.
pub(crate) fn body(arguments: &Arguments) -> Properties {
    let body = arguments.body.as_ref().map(Input::text);
    body.and_then(|body| serde_json::from_str(body).ok()).unwrap_or_default()
}

/// True if a value of this type has secrets in it.
pub(crate) fn holds_secrets(ty: Type) -> bool {
    fn within(ty: Type, depth: u8) -> bool {
        let Type::Structure(structure) = ty else { return false };
        depth > 0 && structure.all_properties().any(|property| property.secret || within(property.ty.ty, depth - 1))
    }
    within(ty, 3)
}

impl Before {
    /// All that was read, for the guard.
    pub fn seen(&self) -> Cow<'_, Properties> {
        if self.beside.is_empty() {
            return Cow::Borrowed(&self.properties);
        }
        let all = self.properties.iter().chain(&self.beside);
        Cow::Owned(all.map(|(name, value)| (name.clone(), value.clone())).collect())
    }

    /// The names of the properties that are no longer what they were.
    pub fn drifted(&self, now: &Before) -> Vec<String> {
        let null = Value::Null;
        // What is left out is null.
        let value = |properties: &'_ Properties, name: &str| properties.get(name).unwrap_or(&null).clone();
        let changed = |name: &&String| value(&self.properties, name) != value(&now.properties, name);
        self.properties
            .keys()
            .chain(now.properties.keys())
            .filter(changed)
            .cloned()
            .collect::<IndexSet<_>>()
            .into_iter()
            .collect()
    }
}

/// True if what a PBX shows is exactly what was sent, so that nobody has changed it since: lists have the
/// same items in the same order. It may know more of an object than was sent.
pub fn is_same(shown: Option<&Value>, sent: &Value) -> bool {
    let is_empty = |value: Option<&Value>| match value {
        None | Some(Value::Null) => true,
        Some(Value::String(text)) => text.is_empty(),
        Some(Value::Array(items)) => items.is_empty(),
        Some(_) => false,
    };
    match (shown, sent) {
        (shown, sent) if is_empty(Some(sent)) => is_empty(shown),
        (Some(Value::Object(shown)), Value::Object(sent)) => sent
            .iter()
            .filter(|(name, _)| *name != "Id" && !name.contains('@'))
            .all(|(name, sent)| is_same(shown.get(name), sent)),
        (Some(Value::Array(shown)), Value::Array(sent)) => {
            shown.len() == sent.len() && shown.iter().zip(sent).all(|(shown, sent)| is_same(Some(shown), sent))
        }
        (Some(Value::Number(shown)), Value::Number(sent)) => shown.as_f64() == sent.as_f64(),
        (shown, sent) => shown == Some(sent),
    }
}

/// True if what a PBX shows is what was sent. It may know more about it, has its own ids for the items
/// of a list, and need not keep their order; what was sent as null it may fill in.
pub fn holds(kept: &Value, sent: &Value) -> bool {
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
        // A PBX leaves out what is empty.
        (Value::Null, Value::String(sent)) => sent.is_empty(),
        // It writes a time in a form of its own.
        (Value::String(kept), Value::String(sent)) => kept == sent || instant::is_same_time(kept, sent),
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
            (json!({"Start": "07:30:00"}), json!({"Start": "07:30"}), true),
            (json!("PT7H30M"), json!("PT7H30M0S"), true),
            (json!("07:30:00"), json!("07:31"), false),
            (json!({"A": "x"}), json!({"A": null}), true),
            (json!(1.0), json!(1), true),
            (json!(null), json!(""), true),
            (json!(""), json!("x"), false),
        ] {
            assert_eq!(holds(&kept, &sent), same, "{kept} {sent}");
        }
    }
}
