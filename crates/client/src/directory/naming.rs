//! What the entities of a set are known by in a release.

use threecx_catalog::{EntitySet, Span, Structure, Type};

/// The properties of a set that name its entities and that the PBX has: selecting or comparing any other
/// would be refused.
#[derive(Debug)]
pub(super) struct Naming {
    pub key: Option<&'static str>,
    pub number: Option<&'static str>,
    /// `Gateway/Name` is inside another one.
    pub names: Vec<&'static str>,
    pub email: Option<&'static str>,
}

impl Naming {
    /// In all of these releases.
    pub fn of(set: &EntitySet, releases: Span) -> Naming {
        let has = |name: &&str| exists(set.structure, name, releases);
        Naming {
            key: set.key.map(|key| key.name).filter(has),
            number: set.number.map(|number| number.name).filter(has),
            names: set.names.iter().copied().filter(has).collect(),
            email: set.email.map(|email| email.name).filter(has),
        }
    }

    /// True if the set's entities are known by something else in other releases.
    pub fn depends_on_release(set: &EntitySet) -> bool {
        let properties = set.key.iter().chain(&set.number).chain(&set.email).map(|property| property.name);
        let Some(list) = set.list else { return false };
        let is_lacking = |name: &str| list.forms.iter().any(|form| !exists(set.structure, name, form.span));
        properties.chain(set.names.iter().copied()).any(is_lacking)
    }

    /// What to select for it.
    pub fn selected(&self) -> impl Iterator<Item = &str> {
        let outer = self.names.iter().map(|name| name.split('/').next().unwrap_or(name));
        self.key.into_iter().chain(self.number).chain(outer).chain(self.email)
    }
}

/// True if each of the releases has the property, and the one inside it that a slash names.
fn exists(structure: &'static Structure, path: &str, releases: Span) -> bool {
    let (name, inner) = path.split_once('/').map_or((path, None), |(outer, inner)| (outer, Some(inner)));
    structure.all_properties().filter(|property| property.name == name && property.span.covers(releases)).any(
        |property| match (inner, property.ty.ty) {
            (None, _) => true,
            (Some(inner), Type::Structure(structure)) => exists(structure, inner, releases),
            (Some(_), _) => false,
        },
    )
}
