//! An entity as YAML for people, and back. Texts that look like numbers stay texts: what a
//! value is comes from the catalogue, not from how it looks.

use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, Error as _, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Value};
use threecx_catalog::{Property, Structure, Type, TypeRef};
use threecx_change::Properties;

/// Words are offered as a comment as long as they fit.
const ROOM: usize = 100;

/// The entity as text. Secrets are left out, with a comment in their place.
pub fn write(properties: &Properties, structure: &'static Structure, with_comments: bool) -> String {
    let mut text = String::new();
    for (name, value) in properties {
        member(name, value, find(structure, name), 0, with_comments, &mut text);
    }
    text
}

fn find(structure: &'static Structure, name: &str) -> Option<&'static Property> {
    structure.all_properties().filter(|property| property.name == name).last()
}

fn inner(ty: Option<TypeRef>) -> Option<&'static Structure> {
    match ty.map(|ty| ty.ty) {
        Some(Type::Structure(structure)) => Some(structure),
        _ => None,
    }
}

fn member(
    name: &str,
    value: &Value,
    property: Option<&'static Property>,
    depth: usize,
    with_comments: bool,
    text: &mut String,
) {
    let indent = "  ".repeat(depth);
    if property.is_some_and(|property| property.secret) {
        if with_comments {
            text.push_str(&format!("{indent}# {name}: is a secret and not shown; write it here to change it\n"));
        }
        return;
    }
    let ty = property.map(|property| property.ty);
    let comment = property.filter(|_| with_comments).map(|property| comment(property, value)).unwrap_or_default();
    text.push_str(&format!("{indent}{name}:"));
    nested(value, ty, depth, &comment, with_comments, text);
}

/// What comes after `name:` or `-`.
fn nested(value: &Value, ty: Option<TypeRef>, depth: usize, comment: &str, with_comments: bool, text: &mut String) {
    match value {
        Value::Object(members) if !members.is_empty() => {
            text.push_str(&format!("{comment}\n"));
            let structure = inner(ty);
            for (name, value) in members.iter().filter(|(name, _)| !name.contains('@')) {
                let property = structure.and_then(|structure| find(structure, name));
                member(name, value, property, depth + 1, with_comments, text);
            }
        }
        Value::Array(items) if !items.is_empty() => {
            text.push_str(&format!("{comment}\n"));
            let ty = ty.map(TypeRef::element);
            for item in items {
                let mut one = String::new();
                nested(item, ty, depth + 1, "", false, &mut one);
                // The first member of an object is beside the dash.
                let one = match item {
                    Value::Object(members) if !members.is_empty() => one.trim_start().to_owned(),
                    _ => one.trim_start_matches(' ').to_owned(),
                };
                text.push_str(&format!("{}- {one}", "  ".repeat(depth + 1)));
            }
        }
        Value::Object(_) => text.push_str(&format!(" {{}}{comment}\n")),
        Value::Array(_) => text.push_str(&format!(" []{comment}\n")),
        Value::String(string) => text.push_str(&format!(" {}{comment}\n", scalar(string))),
        other => text.push_str(&format!(" {other}{comment}\n")),
    }
}

/// A text unchanged, if nothing in it has a meaning in YAML; else in quotes, as in JSON.
fn scalar(string: &str) -> String {
    let harmless = |c: char| c.is_alphabetic() || c.is_ascii_digit() || " _-./+()@,".contains(c);
    let words = ["null", "true", "false", "yes", "no", "on", "off", "y", "n"];
    let plain = string.starts_with(char::is_alphabetic)
        && !string.ends_with(' ')
        && string.chars().all(harmless)
        && !words.contains(&string.to_lowercase().as_str());
    if plain { string.to_owned() } else { quoted(string) }
}

/// In quotes as in JSON, with what YAML does not let stand escaped too.
fn quoted(string: &str) -> String {
    let mut text = String::new();
    for c in Value::from(string).to_string().chars() {
        match c {
            '\u{7f}'..='\u{9f}' | '\u{2028}' | '\u{2029}' | '\u{feff}' | '\u{fffe}' | '\u{ffff}' => {
                text.push_str(&format!("\\u{:04x}", u32::from(c)));
            }
            _ => text.push(c),
        }
    }
    text
}

/// What the value may be, if it does not say so itself.
fn comment(property: &Property, value: &Value) -> String {
    let empty = value.is_null() || value == "" || value.as_array().is_some_and(Vec::is_empty);
    let fact = match property.ty.ty {
        Type::Enumeration(enumeration) => {
            let members: Vec<&str> = enumeration.members.iter().map(|member| member.name).collect();
            let joined = members.join(", ");
            let joined = if joined.len() > ROOM { format!("{}, …", cut(&members)) } else { joined };
            Some(if property.ty.collection { format!("any of {joined}") } else { joined })
        }
        _ if !empty => None,
        Type::Boolean => Some("true or false".to_owned()),
        Type::Structure(structure) => {
            Some(format!("{}{}", structure.name, if property.ty.collection { "s" } else { "" }))
        }
        Type::Opaque(_) | Type::String => None,
        other => Some(other.name().to_owned()),
    };
    let longest = property.max_length.map(|longest| format!("at most {longest} characters"));
    let facts: Vec<String> = fact.into_iter().chain(longest).collect();
    if facts.is_empty() { String::new() } else { format!("  # {}", facts.join("; ")) }
}

fn cut(members: &[&str]) -> String {
    let mut joined = String::new();
    for member in members {
        if joined.len() + member.len() > ROOM {
            break;
        }
        joined.push_str(if joined.is_empty() { "" } else { ", " });
        joined.push_str(member);
    }
    joined
}

/// Reads an edited text. The error says where.
pub fn read(text: &str, structure: &'static Structure) -> Result<Map<String, Value>, String> {
    let mut outcome = None;
    let seed = Seed(Some(TypeRef { ty: Type::Structure(structure), collection: false, nullable: false }));
    let parsed = serde_saphyr::with_deserializer_from_str(text, |deserializer| {
        outcome = Some(seed.deserialize(deserializer)?);
        Ok(())
    });
    match (parsed, outcome) {
        (Err(error), _) => Err(error.to_string()),
        (Ok(()), Some(Value::Object(members))) => Ok(members),
        (Ok(()), Some(Value::Null) | None) => Ok(Map::new()),
        (Ok(()), Some(_)) => Err("expected lines of the form `Name: value`".to_owned()),
    }
}

/// Reads a value of a type; of anything, where none is known.
#[derive(Clone, Copy)]
struct Seed(Option<TypeRef>);

impl<'de> DeserializeSeed<'de> for Seed {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        match self.0 {
            Some(TypeRef { collection: true, .. } | TypeRef { ty: Type::Structure(_), .. }) | None => {
                deserializer.deserialize_any(Tree(self.0))
            }
            // Asked for as text, `0049` and `No` stay what they are.
            Some(TypeRef { ty: Type::Boolean | Type::Byte | Type::Int32 | Type::Int64, .. })
            | Some(TypeRef { ty: Type::Single | Type::Double | Type::Decimal | Type::Opaque(_), .. }) => {
                deserializer.deserialize_any(Tree(None))
            }
            Some(_) => deserializer.deserialize_option(Text),
        }
    }
}

/// A text, or nothing.
struct Text;

impl<'de> Visitor<'de> for Text {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a text")
    }

    fn visit_none<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_some<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        <String as serde::Deserialize>::deserialize(deserializer).map(Value::from)
    }
}

/// Objects and lists of a type, and scalars of any.
struct Tree(Option<TypeRef>);

impl<'de> Visitor<'de> for Tree {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            Some(TypeRef { collection: true, .. }) => f.write_str("a list"),
            Some(_) => f.write_str("lines of the form `Name: value`"),
            None => f.write_str("a value"),
        }
    }

    fn visit_map<A: MapAccess<'de>>(self, mut access: A) -> Result<Value, A::Error> {
        let structure = inner(self.0);
        let mut members = Map::new();
        while let Some(name) = access.next_key::<String>()? {
            let property = structure.and_then(|structure| find(structure, &name));
            let value = access.next_value_seed(Seed(property.map(|property| property.ty)))?;
            if members.contains_key(&name) {
                return Err(A::Error::custom(format!("{name} is given twice")));
            }
            members.insert(name, value);
        }
        Ok(Value::Object(members))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut access: A) -> Result<Value, A::Error> {
        let mut items = Vec::new();
        while let Some(item) = access.next_element_seed(Seed(self.0.map(TypeRef::element)))? {
            items.push(item);
        }
        Ok(Value::Array(items))
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_none<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_i64<E>(self, value: i64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_u64<E>(self, value: u64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_f64<E>(self, value: f64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_str<E>(self, value: &str) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_some<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

/// A value as it is shown: without its secrets.
pub fn visible(value: &Value, ty: Option<TypeRef>) -> Value {
    match value {
        Value::Object(members) => {
            let structure = inner(ty);
            let property = |name: &str| structure.and_then(|structure| find(structure, name));
            let shown = members.iter().filter(|(name, _)| !name.contains('@'));
            let shown = shown.filter(|(name, _)| !property(name).is_some_and(|property| property.secret));
            shown
                .map(|(name, value)| (name.clone(), visible(value, property(name).map(|property| property.ty))))
                .collect::<Map<_, _>>()
                .into()
        }
        Value::Array(items) => items.iter().map(|item| visible(item, ty.map(TypeRef::element))).collect(),
        other => other.clone(),
    }
}

/// An edited value with the secrets that it was shown without. Items of lists are the same where
/// their ids are.
pub fn with_secrets(edited: &Value, before: &Value, ty: Option<TypeRef>) -> Value {
    match (edited, before) {
        (Value::Object(edited), Value::Object(before)) => {
            let structure = inner(ty);
            let property = |name: &str| structure.and_then(|structure| find(structure, name));
            let mut whole: Map<String, Value> = edited
                .iter()
                .map(|(name, value)| {
                    let ty = property(name).map(|property| property.ty);
                    let value =
                        before.get(name).map_or_else(|| value.clone(), |before| with_secrets(value, before, ty));
                    (name.clone(), value)
                })
                .collect();
            // Of which kind an object is, is not shown either.
            let hidden = |name: &str| name == "@odata.type" || property(name).is_some_and(|known| known.secret);
            for (name, value) in before.iter().filter(|(name, _)| hidden(name)) {
                whole.entry(name.clone()).or_insert_with(|| value.clone());
            }
            Value::Object(whole)
        }
        (Value::Array(edited), Value::Array(before)) => {
            let ty = ty.map(TypeRef::element);
            let same = |item: &&Value| item.get("Id").is_some_and(|id| !id.is_null());
            let was = |item: &Value| before.iter().filter(same).find(|known| known.get("Id") == item.get("Id"));
            edited
                .iter()
                .map(|item| was(item).map_or_else(|| item.clone(), |was| with_secrets(item, was, ty)))
                .collect()
        }
        _ => edited.clone(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn user() -> &'static Structure {
        threecx_catalog::structure("User").expect("a user")
    }

    fn properties(value: Value) -> Properties {
        serde_json::from_value(value).expect("an object")
    }

    #[test]
    fn what_is_written_is_read_back() {
        for value in [
            json!({"FirstName": "Ada", "Number": "0049", "Enabled": true, "Language": "No", "Mobile": "+49 30: #1"}),
            json!({"FirstName": "line\nbreak \"x\" 'y' \\ ", "LastName": "", "Mobile": null, "OutboundCallerID": "1e5"}),
            json!({"Hours": {"Type": "SpecificHours", "IgnoreHolidays": null, "Periods": [
                {"DayOfWeek": "Monday", "Start": "09:00:00", "Stop": "17:30:00"}, {"DayOfWeek": "Friday"}]}}),
            json!({"Tags": [], "ForwardingProfiles": [{"Id": 1, "Name": "Available", "AvailableRoute": {"NoAnswerExternal": {"To": "VoiceMail"}}}]}),
            json!({"OfficeHoursProps": ["PlayDeclaration"], "PinProtectTimeout": 30, "EmailAddress": "true"}),
        ] {
            for with_comments in [true, false] {
                let text = write(&properties(value.clone()), user(), with_comments);
                let read = read(&text, user()).unwrap_or_else(|error| panic!("{error}\n{text}"));
                assert_eq!(Value::Object(read), value, "{text}");
            }
        }
    }

    proptest::proptest! {
        #[test]
        fn any_text_is_read_back(first in ".*", last in "[ -~\\n\\t]{0,12}", tag in "\\PC{0,8}") {
            let value = json!({"FirstName": first, "LastName": last, "Hours": {"Type": "SpecificHours"}, "Mobile": tag,
                "ForwardingProfiles": [{"Id": 1, "CustomName": last}, {"Id": 2, "CustomName": first}]});
            let text = write(&properties(value.clone()), user(), true);
            proptest::prop_assert_eq!(read(&text, user()).map(Value::Object), Ok(value), "{}", text);
        }
    }

    #[test]
    fn what_people_write_is_what_the_catalogue_says() {
        let read = |text: &str| read(text, user()).map(Value::Object);
        assert_eq!(
            read("Mobile: 0049\nLanguage: No\nFirstName: ~\n"),
            Ok(json!({"Mobile": "0049", "Language": "No", "FirstName": null}))
        );
        assert_eq!(read("# nothing\n"), Ok(json!({})));
        assert!(read("FirstName: [a").is_err());
        assert!(read("FirstName: a\nFirstName: b\n").is_err());
        assert!(read("- a\n").is_err());
    }

    #[test]
    fn secrets_are_left_out_and_come_back() {
        let before = properties(json!({"FirstName": "Ada", "VMPIN": "4711"}));
        let text = write(&before, user(), true);
        assert!(!text.contains("4711"), "{text}");
        let ty = Some(TypeRef { ty: Type::Structure(user()), collection: false, nullable: false });
        let whole = json!({"FirstName": "Ada", "VMPIN": "4711"});
        assert_eq!(visible(&whole, ty), json!({"FirstName": "Ada"}));
        assert_eq!(
            with_secrets(&json!({"FirstName": "Bob"}), &whole, ty),
            json!({"FirstName": "Bob", "VMPIN": "4711"})
        );
        let kind = json!({"@odata.type": "#Pbx.User", "FirstName": "Ada"});
        assert_eq!(with_secrets(&json!({"FirstName": "Bob"}), &kind, ty)["@odata.type"], "#Pbx.User");
    }
}
