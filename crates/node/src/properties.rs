//! `properties`: what of an answer can be selected, expanded and sorted by.

use serde_json::{Value, json};
use threecx_catalog::Content;
use threecx_catalog::{Operation, Span, Structure, Type, TypeRef};

use crate::command::{About, Reply};
use crate::names;

/// `{select: [{name, value}], expand: […], orderby: […]}`
pub(crate) fn command(about: About<'_>) -> Reply {
    let (operation, target) = (about.operation()?, about.target()?);
    let properties: Vec<_> = rows(operation, target).map(|s| s.properties_in(target).collect()).unwrap_or_default();
    let listed = |wanted: &dyn Fn(&threecx_catalog::Property) -> bool| {
        let mut names: Vec<&str> = properties.iter().filter(|p| wanted(p)).map(|p| p.name).collect();
        names.sort_unstable();
        names.iter().map(|name| json!({ "name": names::label(name), "value": name })).collect::<Vec<Value>>()
    };
    let single = |p: &threecx_catalog::Property| {
        !p.navigation && !p.ty.collection && !matches!(p.ty.ty, Type::Structure(_) | Type::Opaque(_))
    };
    Ok(json!({
        "select": listed(&|property| !property.navigation),
        "expand": listed(&|property| property.navigation),
        "orderby": listed(&single),
    }))
}

/// What the rows, or the entity, of an answer consist of.
pub(crate) fn rows(operation: &Operation, target: Span) -> Option<&'static Structure> {
    let form = operation.form(target).unwrap_or(operation.newest_form());
    match form.answer_in(target).content {
        Content::Value(TypeRef { ty: Type::Structure(structure), .. })
        | Content::File(_, Some(TypeRef { ty: Type::Structure(structure), .. })) => Some(structure),
        _ => None,
    }
}
