//! What is known about an answer's rows before they come: their structure, and what of it was
//! asked for.

use serde_json::Value;
use threecx::{Arguments, Input, Operation, Span};
use threecx_catalog::{Content, Property, Structure, Type, TypeRef};
use threecx_core::{MASK, mask};

/// What is known about rows before they come.
#[derive(Clone, Debug)]
pub struct Shape {
    /// What the catalogue says a row is.
    pub structure: Option<&'static Structure>,
    /// The releases whose properties it has.
    pub target: Span,
    pub select: Option<String>,
    pub expand: Option<String>,
    /// `--count`: then JSON is an object with the number and the rows.
    pub counted: bool,
    /// False if there may be more rows than come.
    pub complete: bool,
}

impl Shape {
    /// From the arguments of a call to a PBX of these releases.
    pub fn of(operation: &'static Operation, arguments: &Arguments, target: Span) -> Shape {
        let option = |name: &str| match arguments.options.get(name) {
            Some(Input::Text(text) | Input::Json(text)) => Some(text.clone()),
            None => None,
        };
        Shape {
            structure: answers_of(operation, target),
            target,
            select: option("select").filter(|select| select.trim() != "*"),
            expand: option("expand"),
            counted: option("count").is_some_and(|count| count.eq_ignore_ascii_case("true")),
            complete: option("top").is_some() || !operation.is_paged(),
        }
    }

    /// Of what nothing is known.
    pub fn unknown() -> Shape {
        Shape { structure: None, target: Span::ALL, select: None, expand: None, counted: false, complete: true }
    }

    /// The properties that a row has, as far as they were asked for.
    pub fn own_properties(&self) -> impl Iterator<Item = &'static Property> {
        let selected = self.select.as_deref().map(|select| names(Some(select)));
        let asked = move |property: &&'static Property| {
            let is =
                |named: &Named| named.name.split('.').next().is_some_and(|n| n.eq_ignore_ascii_case(property.name));
            !property.navigation && selected.as_ref().is_none_or(|selected| selected.iter().any(is))
        };
        self.structure.into_iter().flat_map(|structure| structure.properties_in(self.target)).filter(asked)
    }

    /// True if there may be secrets in it.
    pub fn has_secrets(&self) -> bool {
        let names = |list: &Option<String>| names(list.as_deref());
        let (selected, expanded) = (names(&self.select), names(&self.expand));
        let among = |names: &[Named], property: &Property| {
            names
                .iter()
                .any(|named| named.name.split('.').next().is_some_and(|n| n.eq_ignore_ascii_case(property.name)))
        };
        let comes = |property: &&Property| match property.navigation {
            true => among(&expanded, property),
            false => self.select.is_none() || among(&selected, property),
        };
        let properties = self.structure.into_iter().flat_map(|structure| structure.properties_in(self.target));
        properties.filter(comes).any(|property| property.secret || holds_secrets(property.ty))
    }

    /// The same list, read to its end.
    #[must_use]
    pub fn complete(self) -> Shape {
        Shape { complete: true, ..self }
    }
}

/// True if something inside is a secret.
pub fn holds_secrets(ty: TypeRef) -> bool {
    /// Deeper than anything that a PBX nests; some structures lead back to themselves.
    const DEEPEST: usize = 6;
    fn within(ty: Type, depth: usize) -> bool {
        let Type::Structure(structure) = ty else { return false };
        depth > 0 && structure.all_properties().any(|property| property.secret || within(property.ty.ty, depth - 1))
    }
    within(ty.ty, DEEPEST)
}

/// JSON text with its secrets masked: those that the catalogue knows, and what is called as secrets are where it
/// knows nothing.
pub fn masked_text(structure: Option<&'static Structure>, json: &str) -> String {
    match serde_json::from_str(json) {
        Ok(value) => masked(structure, &value).to_string(),
        Err(_) => MASK.to_owned(),
    }
}

/// A value with its secrets masked, for what is shown.
pub fn masked(structure: Option<&'static Structure>, value: &Value) -> Value {
    let property = |name: &str| {
        let properties = structure.into_iter().flat_map(Structure::all_properties);
        properties.filter(|property| property.name.eq_ignore_ascii_case(name)).last()
    };
    match value {
        Value::Array(items) => items.iter().map(|item| masked(structure, item)).collect(),
        Value::Object(members) => {
            let member = |(name, value): (&String, &Value)| {
                let shown = match property(name) {
                    Some(property) if property.secret && !value.is_null() => Value::from(MASK),
                    None if mask::is_secret_name(name) && !value.is_null() && !value.is_boolean() => Value::from(MASK),
                    Some(Property { ty: TypeRef { ty: Type::Structure(inner), .. }, .. }) => masked(Some(inner), value),
                    _ => value.clone(),
                };
                (name.clone(), shown)
            };
            Value::Object(members.iter().map(member).collect())
        }
        other => other.clone(),
    }
}

/// The structure that the answers of an operation consist of.
fn answers_of(operation: &'static Operation, target: Span) -> Option<&'static Structure> {
    let form = operation.form(target).unwrap_or(operation.newest_form());
    match form.answer_in(target).content {
        Content::Value(TypeRef { ty: Type::Structure(structure), .. }) => Some(structure),
        _ => None,
    }
}

/// A name in a `$select` or `$expand`, and what is selected of it: `Groups($select=Id,Name)`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Named {
    /// `ForwardNoAnswer/To` is written `ForwardNoAnswer.To`.
    pub name: String,
    /// `$select` and `$expand` in its parentheses.
    pub select: Option<String>,
    pub expand: Option<String>,
}

/// The names in a `$select` or `$expand`.
pub fn names(list: Option<&str>) -> Vec<Named> {
    let named = |item: &str| {
        let (name, inside) = item.split_once('(').unwrap_or((item, ""));
        let inside = inside.trim_end().strip_suffix(')').unwrap_or(inside);
        let option = |wanted: &str| {
            let options = split(inside, ';').into_iter();
            options.filter_map(|option| option.split_once('=')).find_map(|(name, value)| {
                (name.trim().trim_start_matches('$') == wanted).then(|| value.trim().to_owned())
            })
        };
        let name = name.split_whitespace().collect::<String>().replace('/', ".");
        Named { name, select: option("select").filter(|select| select != "*"), expand: option("expand") }
    };
    split(list.unwrap_or_default(), ',').into_iter().map(named).filter(|named| !named.name.is_empty()).collect()
}

/// The parts between separators; of what is not closed, the whole: it is refused before it is sent.
fn split(text: &str, separator: char) -> Vec<&str> {
    threecx_core::split(text, separator).unwrap_or_else(|_| vec![text])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_read_with_what_is_selected_of_them() {
        let named = |name: &str, select: Option<&str>, expand: Option<&str>| Named {
            name: name.into(),
            select: select.map(Into::into),
            expand: expand.map(Into::into),
        };
        assert_eq!(
            names(Some("Number, ForwardNoAnswer/To")),
            [named("Number", None, None), named("ForwardNoAnswer.To", None, None)]
        );
        assert_eq!(
            names(Some("Groups($select=Id,Name;$expand=Rights($select=X);$filter=Name eq 'a,(b'),Phones")),
            [named("Groups", Some("Id,Name"), Some("Rights($select=X)")), named("Phones", None, None)]
        );
        assert_eq!(names(None), []);
    }
}
