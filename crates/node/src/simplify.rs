//! Simplify: of a large record, the properties that matter.

use threecx_catalog::{NAMING, Operation, Options, Property, Span, Type, Verb};

use crate::properties::rows;

/// Records with more properties than this are simplified.
const LARGE: usize = 20;

/// The properties that matter, where an operation answers with large records and lets select;
/// nothing if all are as well given.
pub fn simplified(operation: &Operation, target: Span) -> Option<Vec<&'static str>> {
    if !matches!(operation.verb, Verb::List | Verb::Get) {
        return None;
    }
    let form = operation.form(target)?;
    let structure = rows(operation, target).filter(|_| form.options_in(target).contains(Options::SELECT))?;
    let properties: Vec<&'static Property> = structure.properties_in(target).collect();
    let plain = |p: &&Property| {
        !p.navigation && !p.secret && !p.ty.collection && !matches!(p.ty.ty, Type::Structure(_) | Type::Opaque(_))
    };
    let plain: Vec<&'static str> = properties.iter().copied().filter(plain).map(|property| property.name).collect();
    let telling: Vec<&'static str> = NAMING.summary.iter().copied().filter(|name| plain.contains(name)).collect();
    (properties.len() > LARGE && telling.len() >= 4).then_some(telling)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn users_are_large_and_their_names_matter() {
        let list = threecx_catalog::operation("Users.ListUser").expect("known");
        let names = simplified(list, Span::NEWEST).expect("large");
        assert!(names.starts_with(&["Id", "Number", "FirstName", "LastName"]), "{names:?}");
        let countries = threecx_catalog::operation("Countries.ListCountry").expect("known");
        assert_eq!(simplified(countries, Span::NEWEST), None);
    }
}
