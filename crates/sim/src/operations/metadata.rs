//! What the PBX says of itself: the service document, and `$metadata` in CSDL.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use serde_json::{Value as Json, json};
use threecx_catalog::{Body, Content, Enumeration, Method, Property, Span, Type, TypeRef, Verb};

use super::{Route, Routes};
use crate::http::{API, Response};
use crate::odata::{Arguments, Literal, Segment, member_number};
use crate::state::{Shape, Shapes, Store};

/// Answers `GET /xapi/v1/`: the names of all sets and singletons.
pub(crate) fn service_document(url: &str, store: &Store) -> Response {
    let entry = |name: &str, kind: &str| json!({ "name": name, "kind": kind, "url": name });
    let sets = store.sets.keys().map(|name| (*name, "EntitySet"));
    let singletons = store.singletons.keys().map(|name| (*name, "Singleton"));
    let names: BTreeMap<&str, &str> = sets.chain(singletons).collect();
    let value: Vec<Json> = names.into_iter().map(|(name, kind)| entry(name, kind)).collect();
    let document = json!({ "@odata.context": format!("{url}{API}/$metadata"), "value": value });
    Response::odata(200, document.to_string())
}

/// Answers `GET /xapi/v1/$metadata`.
pub(crate) fn metadata(store: &Store, routes: &Routes, shapes: &'static Shapes, release: Span) -> Response {
    let model = Model::of(store, routes, shapes, release);
    let mut out = String::from(
        "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n\
         <edmx:Edmx Version=\"4.0\" xmlns:edmx=\"http://docs.oasis-open.org/odata/ns/edmx\">\
         <edmx:DataServices><Schema Namespace=\"Pbx\" xmlns=\"http://docs.oasis-open.org/odata/ns/edm\">",
    );
    for shape in shapes.all() {
        model.write_structure(shape, &mut out);
    }
    for enumeration in enumerations(routes, shapes, release).values() {
        write_enumeration(enumeration, release, &mut out);
    }
    let imports = model.write_operations(routes, &mut out);
    out.push_str("<EntityContainer Name=\"Container\">");
    for (name, (shape, _)) in &model.sets {
        model.write_place(("EntitySet", "EntityType"), name, shape, &mut out);
    }
    for (name, shape) in &model.singletons {
        model.write_place(("Singleton", "Type"), name, shape, &mut out);
    }
    for (kind, name) in imports {
        let _ = write!(out, "<{kind}Import Name=\"{name}\" {kind}=\"Pbx.{name}\"/>");
    }
    out.push_str("</EntityContainer></Schema></edmx:DataServices></edmx:Edmx>");
    let body = Response { body: out.into(), ..Response::empty(200) };
    Response { content_type: Some("application/xml"), ..body }.with("odata-version", "4.0")
}

/// The sets and singletons of a release, which structures are entity types, and by what they are known.
struct Model {
    /// With the property that is the key: those that can be listed, and those that have only functions, such as reports.
    sets: BTreeMap<&'static str, (&'static Shape, Option<&'static str>)>,
    singletons: BTreeMap<&'static str, &'static Shape>,
    /// The key of each entity type; a singleton's may be missing.
    entities: BTreeMap<&'static str, Option<&'static str>>,
    shapes: &'static Shapes,
    release: Span,
}

/// The type of what a function answers: of rows or a file with them, or of one entity.
fn answered(route: &Route, shapes: &'static Shapes, rows: bool) -> Option<&'static Shape> {
    match route.form.answer_in(shapes.release()).content {
        Content::Value(ty) | Content::File(_, Some(ty)) if ty.collection == rows => shapes.get(ty.ty.name()),
        _ => None,
    }
}

impl Model {
    fn of(store: &Store, routes: &Routes, shapes: &'static Shapes, release: Span) -> Model {
        let mut sets: BTreeMap<&'static str, (&'static Shape, Option<&'static str>)> =
            store.sets.iter().map(|(name, set)| (*name, (set.shape, Some(set.key)))).collect();
        let singletons: BTreeMap<&'static str, &'static Shape> =
            store.singletons.iter().map(|(name, entity)| (*name, entity.shape)).collect();
        let mut others: Vec<&Route> = routes.all().filter(|route| route.template.len() > 1).collect();
        others.sort_by_key(|route| route.operation.id);
        for rows in [true, false] {
            for route in others.iter().filter(|route| !singletons.contains_key(route.root)) {
                let Some(shape) = answered(route, shapes, rows) else { continue };
                sets.entry(route.root).or_insert_with(|| (shape, shape.likely_key()));
            }
        }
        let mut entities = BTreeMap::new();
        for (shape, key) in sets.values() {
            entities.insert(shape.structure.name, *key);
        }
        let navigated = shapes.all().flat_map(|shape| &shape.properties).filter(|property| property.navigation);
        let navigated = navigated.filter_map(|property| shapes.get(property.ty.ty.name()));
        for shape in singletons.values().copied().chain(navigated) {
            entities.entry(shape.structure.name).or_insert_with(|| shape.likely_key());
        }
        Model { sets, singletons, entities, shapes, release }
    }

    /// The set in which all entities of a type are that a property leads to. Where there is none, or more than one, they
    /// are a part of what leads to them.
    fn target(&self, property: &Property) -> Option<&'static str> {
        let mut sets = self.sets.iter().filter(|(_, (shape, _))| shape.structure.name == property.ty.ty.name());
        let (name, _) = sets.next().filter(|_| property.navigation)?;
        sets.next().is_none().then_some(*name)
    }

    /// A set or singleton, and where its navigation properties lead.
    fn write_place(&self, (tag, attribute): (&str, &str), name: &str, shape: &Shape, out: &mut String) {
        let _ = write!(out, "<{tag} Name=\"{name}\" {attribute}=\"Pbx.{}\"", shape.structure.name);
        let bindings: String = shape
            .properties
            .iter()
            .filter_map(|property| Some((property.name, self.target(property)?)))
            .map(|(path, target)| format!("<NavigationPropertyBinding Path=\"{path}\" Target=\"{target}\"/>"))
            .collect();
        match bindings.is_empty() {
            true => out.push_str("/>"),
            false => {
                let _ = write!(out, ">{bindings}</{tag}>");
            }
        }
    }

    fn write_structure(&self, shape: &Shape, out: &mut String) {
        let name = shape.structure.name;
        let key = self.entities.get(name);
        let tag = if key.is_some() { "EntityType" } else { "ComplexType" };
        let _ = write!(out, "<{tag} Name=\"{name}\">");
        let key = key.copied().flatten();
        if let Some(key) = key {
            let _ = write!(out, "<Key><PropertyRef Name=\"{key}\"/></Key>");
        }
        for property in &shape.properties {
            self.write_property(property, key, out);
        }
        let _ = write!(out, "</{tag}>");
    }

    fn write_property(&self, property: &Property, key: Option<&str>, out: &mut String) {
        let ty = self.name_of(property.ty);
        let name = property.name;
        let nullable = if property.ty.nullable && key != Some(name) { "" } else { " Nullable=\"false\"" };
        if self.entities.contains_key(property.ty.ty.name()) {
            let nullable = if property.ty.collection { "" } else { nullable };
            let contains = if self.target(property).is_some() { "" } else { " ContainsTarget=\"true\"" };
            let _ = write!(out, "<NavigationProperty Name=\"{name}\" Type=\"{ty}\"{nullable}{contains}/>");
        } else {
            let length = property.max_length.map(|max| format!(" MaxLength=\"{max}\"")).unwrap_or_default();
            let _ = write!(out, "<Property Name=\"{name}\" Type=\"{ty}\"{nullable}{length}/>");
        }
    }

    /// `Edm.Int32`, `Collection(Pbx.User)`.
    fn name_of(&self, ty: TypeRef) -> String {
        let name = ty.ty.name();
        let name = match ty.ty {
            Type::Structure(_) if self.shapes.get(name).is_some() => format!("Pbx.{name}"),
            Type::Enumeration(_) => format!("Pbx.{name}"),
            Type::Structure(_) | Type::Opaque(_) => "Edm.Untyped".to_owned(),
            _ => format!("Edm.{name}"),
        };
        if ty.collection { format!("Collection({name})") } else { name }
    }

    /// Functions and actions; returns those that are bound to nothing and have to be imported.
    fn write_operations(&self, routes: &Routes, out: &mut String) -> BTreeSet<(&'static str, String)> {
        let mut imports = BTreeSet::new();
        let mut written = BTreeSet::new();
        for route in routes.all() {
            let is_bound = route.template.last().is_some_and(|last| last.name.starts_with("Pbx."));
            let kind = match (route.operation.verb, route.form.method) {
                (Verb::Function, _) => "Function",
                (Verb::Action, _) => "Action",
                (_, Method::Get) if is_bound => "Function",
                _ if is_bound => "Action",
                _ => continue,
            };
            let mut text = String::new();
            let Some(name) = self.write_operation(route, kind, &mut text) else { continue };
            if route.template.len() == 1 {
                imports.insert((kind, name));
            }
            written.insert(text);
        }
        out.extend(written);
        imports
    }

    fn write_operation(&self, route: &Route, kind: &'static str, out: &mut String) -> Option<String> {
        let (last, before) = route.template.split_last()?;
        let name = last.name.trim_start_matches("Pbx.").to_owned();
        let bound = if before.is_empty() { "" } else { " IsBound=\"true\"" };
        let _ = write!(out, "<{kind} Name=\"{name}\"{bound}>");
        if let [root, ..] = before {
            let _ = write!(
                out,
                "<Parameter Name=\"bindingParameter\" Type=\"{}\" Nullable=\"false\"/>",
                self.bound_to(root)?
            );
        }
        if let Arguments::Named(arguments) = &last.arguments {
            for (name, literal) in arguments {
                let Literal::Bare(template) = literal else { continue };
                let template = template.trim_matches(['{', '}']);
                let parameter = route.form.parameters.iter().find(|parameter| parameter.name == template)?;
                self.write_parameter(name, parameter.ty, out);
            }
        }
        if let Body::Fields(fields) = route.form.body {
            for field in fields.iter().filter(|field| field.span.overlaps(self.release)) {
                self.write_parameter(field.name, field.ty, out);
            }
        }
        match route.form.answer_in(self.release).content {
            Content::Value(ty) => {
                let _ = write!(out, "<ReturnType Type=\"{}\"/>", self.name_of(ty));
            }
            // What is sent as a file is declared as an action's result.
            Content::File(..) | Content::Nothing if kind == "Function" => {
                out.push_str("<ReturnType Type=\"Edm.Untyped\"/>")
            }
            Content::File(..) | Content::Nothing => {}
        }
        let _ = write!(out, "</{kind}>");
        Some(name)
    }

    fn write_parameter(&self, name: &str, ty: TypeRef, out: &mut String) {
        let nullable = if ty.nullable { "" } else { " Nullable=\"false\"" };
        let _ = write!(out, "<Parameter Name=\"{name}\" Type=\"{}\"{nullable}/>", self.name_of(ty));
    }

    /// The type of the set, entity or singleton that a path begins with.
    fn bound_to(&self, root: &Segment) -> Option<String> {
        let set = self.sets.get(root.name.as_str()).map(|(shape, _)| *shape);
        let one = set.or_else(|| self.singletons.get(root.name.as_str()).copied())?;
        let is_set = set.is_some() && root.arguments == Arguments::None;
        let name = format!("Pbx.{}", one.structure.name);
        Some(if is_set { format!("Collection({name})") } else { name })
    }
}

/// The enumerations that the properties, parameters and answers of a release use.
pub(super) fn enumerations(
    routes: &Routes,
    shapes: &'static Shapes,
    release: Span,
) -> BTreeMap<&'static str, &'static Enumeration> {
    let mut types: Vec<Type> = Vec::new();
    types.extend(shapes.all().flat_map(|shape| &shape.properties).map(|property| property.ty.ty));
    for form in routes.all().map(|route| route.form) {
        types.extend(form.parameters.iter().map(|parameter| parameter.ty.ty));
        if let Body::Fields(fields) = form.body {
            types.extend(fields.iter().map(|field| field.ty.ty));
        }
        if let Content::Value(ty) = form.answer_in(release).content {
            types.push(ty.ty);
        }
    }
    let used = types.into_iter().filter_map(|ty| match ty {
        Type::Enumeration(enumeration) => Some((enumeration.name, enumeration)),
        _ => None,
    });
    used.collect()
}

fn write_enumeration(enumeration: &Enumeration, release: Span, out: &mut String) {
    let flags = if enumeration.flags { " IsFlags=\"true\"" } else { "" };
    let _ = write!(out, "<EnumType Name=\"{}\"{flags}>", enumeration.name);
    for (index, member) in enumeration.members.iter().enumerate().filter(|(_, m)| m.span.overlaps(release)) {
        let value = member_number(enumeration, index);
        let _ = write!(out, "<Member Name=\"{}\" Value=\"{value}\"/>", member.name);
    }
    out.push_str("</EnumType>");
}
