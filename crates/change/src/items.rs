//! Single items of collections that a PBX only takes whole: members of a department, agents of a
//! queue, DID numbers of a trunk. What a change makes of the items that are there is worked out here;
//! what stays, stays as it came.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use threecx::NameInput;
use threecx_catalog::{Collection, Item, Operation, collections, text_kind};
use threecx_core::{Error, InputError, texts};

/// Items that are added to a collection, or removed from it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ItemChange {
    /// Which collection.
    #[serde(with = "collection_name")]
    pub collection: &'static Collection,
    /// Whether items come or go.
    pub action: ItemAction,
    /// The items, as people name them: numbers, ranges, names.
    pub words: Vec<String>,
    /// What new items hold besides what identifies them: a property and its value.
    #[serde(default)]
    pub also: Vec<(String, String)>,
}

impl ItemChange {
    /// Brings its texts into the form that a PBX keeps: a range of numbers becomes each of them, a role one that
    /// exists. What is to be removed may be anything that was stored once. Returns everything that does not fit.
    pub fn keep(&mut self) -> Vec<Error> {
        let mut errors = Vec::new();
        let kind = text_kind(self.collection.property.name).filter(|_| self.collection.item.set().is_none());
        if let Some(kind) = kind {
            for word in std::mem::take(&mut self.words) {
                match texts::kept(kind, &word) {
                    Ok(texts) => self.words.extend(texts),
                    Err(_) if self.action == ItemAction::Remove => self.words.push(word),
                    Err(unfit) => {
                        errors.push(unfit.of(self.collection.noun.to_uppercase().replace(' ', "-"), &word));
                        self.words.push(word);
                    }
                }
            }
        }
        for (property, value) in &mut self.also {
            let Some(kind) = text_kind(property.rsplit('/').next().unwrap_or_default()) else { continue };
            match texts::kept(kind, value) {
                Ok(texts) => *value = texts.join(","),
                Err(unfit) => {
                    let flag = self.collection.also.iter().find(|also| also.property == property);
                    let argument = flag.map_or_else(|| property.clone(), |also| format!("--{}", also.flag));
                    errors.push(unfit.of(argument, value));
                }
            }
        }
        errors
    }
}

/// Whether items come or go.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ItemAction {
    /// They are added, unless they are there.
    Add,
    /// They are removed, if they are there.
    Remove,
}

/// What a change does to a collection, for people.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Difference {
    /// Labels of what is added.
    pub added: Vec<String>,
    /// Labels of what is removed.
    pub removed: Vec<String>,
    /// What is there already, or not there to be removed.
    pub nothing_to_do: Vec<String>,
    /// How many items there were.
    pub before: usize,
    /// How many items there will be.
    pub after: usize,
}

impl Difference {
    /// True if there is nothing to send.
    pub fn is_empty(&self) -> bool {
        self.added.is_empty() && self.removed.is_empty()
    }
}

/// What is named, found: what identifies it, and what it is called.
#[derive(Clone, Debug)]
pub struct Named {
    /// The number, key or text.
    pub identity: String,
    /// `100 Ada Lovelace`; empty where nothing was looked up.
    pub name: String,
}

/// The operation that changes the entity which has a collection.
pub fn update_of(collection: &Collection) -> Option<&'static Operation> {
    collection.set.update
}

/// The items of an entity as it is now. What the PBX does not show must not count as empty: it
/// would be overwritten.
///
/// # Errors
/// That the PBX does not show the collection.
pub fn items(collection: &Collection, entity: &Map<String, Value>) -> Result<Vec<Value>, Error> {
    match entity.get(collection.property.name) {
        Some(Value::Array(items)) => Ok(items.clone()),
        Some(Value::Null) => Ok(Vec::new()),
        _ => Err(Error::Answer { reason: format!("the PBX does not show {}", collection.property.name) }),
    }
}

/// Adds what is not there yet.
pub fn add(
    collection: &Collection,
    mut items: Vec<Value>,
    named: Vec<Named>,
    also: &[(String, String)],
) -> (Vec<Value>, Difference) {
    let mut difference = Difference { before: items.len(), ..Difference::default() };
    for Named { identity: wanted, name } in named {
        match items.iter().find(|item| identity(collection, item) == wanted) {
            Some(item) => difference.nothing_to_do.push(label(collection, item)),
            None => {
                let item = make(collection, &wanted, also);
                difference.added.push(if name.is_empty() { label(collection, &item) } else { name });
                items.push(item);
            }
        }
    }
    difference.after = items.len();
    (items, difference)
}

/// Removes what is there.
///
/// # Errors
/// A word that is the name of several items, or that cannot stand for an item.
pub fn remove(
    collection: &Collection,
    mut items: Vec<Value>,
    words: &[String],
) -> Result<(Vec<Value>, Difference), Error> {
    let mut difference = Difference { before: items.len(), ..Difference::default() };
    for word in words {
        let before = items.len();
        let number = number(collection, word)?;
        let namesakes = items.iter().filter(|item| is_called(item, word)).map(|item| label(collection, item));
        if let namesakes @ [_, _, ..] = namesakes.collect::<Vec<_>>().as_slice() {
            let expected = format!("the name of one {}", collection.noun);
            let came = format!("`{word}`, which is that of {}", namesakes.join(", "));
            let error = InputError::of(collection.noun.to_uppercase(), expected, came);
            return Err(error.with_hint("Give its number.").into());
        }
        items.retain(|item| {
            let meant = is_meant(collection, item, word, number.as_ref());
            if meant {
                difference.removed.push(label(collection, item));
            }
            !meant
        });
        if items.len() == before {
            difference.nothing_to_do.push(word.clone());
        }
    }
    difference.after = items.len();
    Ok((items, difference))
}

/// A word for something that has a number. What is removed may be gone otherwise, so it is not looked
/// up: ids and e-mail addresses are not in a collection.
fn number(collection: &Collection, word: &str) -> Result<Option<NameInput>, Error> {
    let Item::Number { of, .. } = collection.item else { return Ok(None) };
    let argument = collection.noun.to_uppercase();
    match NameInput::parse(of, &argument, word)? {
        NameInput::Key(_) | NameInput::Email(_) => {
            let error = InputError::of(argument, "a number, a range of numbers or a name", format!("`{word}`"));
            Err(error.with_hint("List the items to see what is there.").into())
        }
        word => Ok(Some(word)),
    }
}

/// What identifies an item, as text.
fn identity(collection: &Collection, item: &Value) -> String {
    match collection.item.property() {
        None => plain(item),
        Some(property) => item.get(property).map(plain).unwrap_or_default(),
    }
}

/// What an item is called, for people: `100 Lovelace, Ada`.
pub fn label(collection: &Collection, item: &Value) -> String {
    let text = |names: &[&str]| {
        let mut texts = names.iter().filter_map(|name| item.get(*name)).filter_map(Value::as_str);
        texts.find(|text| !text.is_empty()).unwrap_or_default().to_owned()
    };
    let label = match collection.item {
        Item::Text => plain(item),
        Item::Number { .. } => format!("{} {}", identity(collection, item), text(&["MemberName", "Name"])),
        Item::Reference { .. } => match text(&["Name"]) {
            name if name.is_empty() => identity(collection, item),
            name => name,
        },
        Item::Value { .. } => {
            let to = text(&["ForwardDN", "CustomData"]);
            format!("{} → {} {to}", identity(collection, item), text(&["ForwardType"]))
        }
    };
    label.trim().to_owned()
}

/// True if someone who says this means this item: by what identifies it, by its name, or by a range
/// of numbers. `number` is the word as one for something that has a number.
fn is_meant(collection: &Collection, item: &Value, word: &str, number: Option<&NameInput>) -> bool {
    let identity = identity(collection, item);
    match number {
        Some(NameInput::Number(number)) => identity == *number,
        Some(range @ NameInput::Range { .. }) => range.spans(&identity),
        _ => identity.eq_ignore_ascii_case(word) || is_called(item, word),
    }
}

/// True if it is the name of this item.
fn is_called(item: &Value, word: &str) -> bool {
    let small = word.to_lowercase();
    let mut names = ["MemberName", "Name"].into_iter().filter_map(|name| item.get(name)).filter_map(Value::as_str);
    names.any(|name| {
        let name = name.to_lowercase();
        // `Lovelace, Ada` is Ada Lovelace too.
        let turned = name.split_once(", ").map(|(last, first)| format!("{first} {last}"));
        name == small || turned.is_some_and(|turned| turned == small)
    })
}

/// A new item.
fn make(collection: &Collection, identity: &str, also: &[(String, String)]) -> Value {
    let Some(property) = collection.item.property() else { return identity.into() };
    let is_key = matches!(collection.item, Item::Reference { .. });
    let value = identity.parse::<i64>().ok().filter(|_| is_key).map_or_else(|| identity.into(), Value::from);
    let mut item = Map::new();
    item.insert(property.to_owned(), value);
    for (property, value) in also {
        match property.split_once('/') {
            Some((outer, inner)) => item.insert(outer.to_owned(), json!({ inner: value })),
            None => item.insert(property.clone(), value.as_str().into()),
        };
    }
    Value::Object(item)
}

fn plain(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

/// Collections are written as the set and the word: `Queues agents`.
mod collection_name {
    use super::{Collection, collections};
    use serde::{Deserialize, Deserializer, Serializer, de::Error};

    pub fn serialize<S: Serializer>(collection: &Collection, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&format_args!("{} {}", collection.set.name, collection.word))
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<&'static Collection, D::Error> {
        let name = String::deserialize(deserializer)?;
        let is = |collection: &&Collection| {
            name.split_once(' ').is_some_and(|(set, word)| collection.set.name == set && collection.word == word)
        };
        collections().iter().find(is).ok_or_else(|| D::Error::custom(format!("no collection is called {name}")))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn collection(set: &str, word: &str) -> &'static Collection {
        let is = |collection: &&Collection| collection.set.name == set && collection.word == word;
        collections().iter().find(is).expect(word)
    }

    fn words(words: &[&str]) -> Vec<String> {
        words.iter().map(|word| (*word).to_owned()).collect()
    }

    #[test]
    fn what_the_pbx_does_not_show_is_not_taken_for_nothing() {
        let agents = collection("Queues", "agents");
        let read = |entity: Value| items(agents, entity.as_object().expect("an object")).ok();
        assert_eq!(read(json!({"Id": 1})), None);
        assert_eq!(read(json!({"Agents": null})), Some(Vec::new()));
        assert_eq!(read(json!({"Agents": [{"Number": "1"}]})), Some(vec![json!({"Number": "1"})]));
    }

    #[test]
    fn namesakes_are_not_removed_together() {
        let agents = collection("Queues", "agents");
        let agent = |number: &str, name: &str| json!({"Number": number, "Name": name});
        let all = vec![agent("100", "Ada Lee"), agent("101", "Ada Lee"), agent("102", "Lovelace, Ada")];
        let removed = |word: &str| remove(agents, all.clone(), &words(&[word])).map(|(left, _)| left.len()).ok();
        for (word, left) in [
            ("Ada Lee", None),
            ("ada lovelace", Some(2)),
            ("Lovelace, Ada", Some(2)),
            ("Ada", Some(3)),
            ("100-101", Some(1)),
            ("0100-0105", Some(3)),
            ("ext:102", Some(2)),
            ("101-100", None),
            ("id:100", None),
            ("ada@example.com", None),
        ] {
            assert_eq!(removed(word), left, "{word}");
        }
    }

    #[test]
    fn new_items_hold_what_they_have_to() {
        let role = |role: &str| vec![("Rights/RoleName".to_owned(), role.to_owned())];
        for (set, word, identity, also, made) in [
            (
                "Groups",
                "members",
                "100",
                role("managers"),
                json!({"Number": "100", "Rights": {"RoleName": "managers"}}),
            ),
            ("Users", "departments", "28", role("users"), json!({"GroupId": 28, "Rights": {"RoleName": "users"}})),
            ("Trunks", "dids", "+491", Vec::new(), json!("+491")),
        ] {
            assert_eq!(make(collection(set, word), identity, &also), made, "{set} {word}");
        }
    }
}
