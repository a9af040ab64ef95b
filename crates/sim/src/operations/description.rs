//! The description of the API in OpenAPI, made from the catalogue for the release that is played: what clients that
//! generate themselves read.

use serde::Serialize;
use serde_json::{Map, Value as Json, json};
use threecx_catalog::{Body, Content, Enumeration, Parameter, Property, Span, Type, TypeRef};

use super::{Route, Routes};
use crate::http::{API, Response};
use crate::state::{Shape, Shapes};

/// Where it is served, below the API. (Seen live, without a token.)
pub(crate) const DESCRIPTION: &str = "/swagger.yaml";
/// The first release whose description is OpenAPI 3.0.4; those before were 3.0.1.
const NEWER_FORMAT_SINCE: &str = "20.0.6@2025-04-10";
/// What a list or collection has beside its rows.
const PAGE: &str = "BaseCollectionPaginationCountResponse";
const ERROR: &str = "ODataErrors.ODataError";

/// Its parts, in the order in which people read them.
#[derive(Serialize)]
struct Document {
    openapi: &'static str,
    info: Json,
    servers: Json,
    paths: Map<String, Json>,
    components: Json,
    security: Json,
}

/// Answers `GET /xapi/v1/swagger.yaml`, for a PBX of this version.
pub(crate) fn description(routes: &Routes, shapes: &'static Shapes, version: &str) -> Response {
    let release = shapes.release();
    let newer = Span::parse(NEWER_FORMAT_SINCE).is_none_or(|since| release.last >= since.first);
    let document = Document {
        openapi: if newer { "3.0.4" } else { "3.0.1" },
        info: json!({ "title": "XAPI", "version": "1.0.0", "x-simulated-version": version }),
        servers: json!([{ "url": API }]),
        paths: paths(routes, shapes),
        components: json!({
            "schemas": schemas(routes, shapes),
            "responses": { "error": response("Refused", &reference("schemas", ERROR)) },
            "parameters": options(),
            "securitySchemes": { "Application": {
                "type": "oauth2",
                "flows": { "clientCredentials": { "tokenUrl": "/connect/token", "scopes": {} } },
            } },
        }),
        security: json!([{ "Application": [] }]),
    };
    match serde_saphyr::to_string(&document) {
        Ok(text) => Response { content_type: Some("application/yaml"), body: text.into(), ..Response::empty(200) },
        Err(_) => Response::empty(500),
    }
}

fn reference(kind: &str, name: &str) -> Json {
    json!({ "$ref": format!("#/components/{kind}/{name}") })
}

fn response(says: &str, schema: &Json) -> Json {
    json!({ "description": says, "content": { "application/json": { "schema": schema } } })
}

/// The operations by path and method.
fn paths(routes: &Routes, shapes: &'static Shapes) -> Map<String, Json> {
    let mut paths = Map::new();
    for route in routes.all() {
        let methods = paths.entry(route.form.path).or_insert_with(|| json!({}));
        methods[route.form.method.as_str().to_ascii_lowercase()] = operation(route, shapes);
    }
    paths
}

fn operation(route: &Route, shapes: &'static Shapes) -> Json {
    let (operation, form, release) = (route.operation, route.form, shapes.release());
    let in_path = form.parameters.iter().map(|parameter| in_path(parameter, shapes));
    let options = form.options_in(release).names().map(|name| reference("parameters", name));
    let mut described = json!({
        "tags": [operation.resource.name],
        "summary": operation.title,
        "operationId": operation.name(),
        "parameters": in_path.chain(options).collect::<Vec<Json>>(),
        "responses": { "default": reference("responses", "error") },
    });
    let answer = form.answer_in(release);
    described["responses"][answer.status.to_string()] = match answer.content {
        Content::Nothing => json!({ "description": "Done" }),
        Content::Value(ty) => response("Done", &answered(ty, shapes)),
        Content::File(media, _) => {
            json!({ "description": "A file", "content": { media: { "schema": { "type": "string", "format": "binary" } } } })
        }
    };
    let body = match form.body {
        Body::None | Body::Fields([]) => return described,
        Body::Entity(structure) => named(structure.name, shapes),
        Body::Fields(fields) => {
            let fields = fields.iter().filter(|field| field.span.overlaps(release));
            object(fields.map(|field| (field.name, property(field, shapes))))
        }
    };
    described["requestBody"] = json!({ "content": { "application/json": { "schema": body } }, "required": true });
    described
}

fn in_path(parameter: &Parameter, shapes: &'static Shapes) -> Json {
    let mut schema = schema(parameter.ty, shapes);
    if let (Some(longest), Some(schema)) = (parameter.max_length, schema.as_object_mut()) {
        schema.insert("maxLength".to_owned(), longest.into());
    }
    json!({ "name": parameter.name, "in": "path", "required": true, "schema": schema })
}

/// An answer as it is on the wire: an entity, or an object with a value.
fn answered(ty: TypeRef, shapes: &'static Shapes) -> Json {
    match ty.ty {
        Type::Structure(structure) if !ty.collection => named(structure.name, shapes),
        _ if ty.collection => json!({ "allOf": [reference("schemas", PAGE), object([("value", schema(ty, shapes))])] }),
        _ => object([("value", schema(ty, shapes))]),
    }
}

fn object<'n>(properties: impl IntoIterator<Item = (&'n str, Json)>) -> Json {
    let properties: Map<String, Json> =
        properties.into_iter().map(|(name, schema)| (name.to_owned(), schema)).collect();
    json!({ "type": "object", "properties": properties })
}

/// The types that the API consists of.
fn schemas(routes: &Routes, shapes: &'static Shapes) -> Map<String, Json> {
    let mut schemas: Map<String, Json> =
        shapes.all().map(|shape| (format!("Pbx.{}", shape.structure.name), structure(shape, shapes))).collect();
    for enumeration in super::metadata::enumerations(routes, shapes, shapes.release()).values() {
        schemas.insert(format!("Pbx.{}", enumeration.name), words(enumeration, shapes.release()));
    }
    schemas.insert(PAGE.to_owned(), object([("@odata.count", json!({ "type": "integer", "format": "int64" }))]));
    let text = || json!({ "type": "string" });
    let nullable = || json!({ "type": "string", "nullable": true });
    let details =
        json!({ "type": "array", "items": object([("code", text()), ("message", text()), ("target", nullable())]) });
    let error = object([("code", text()), ("message", text()), ("target", nullable()), ("details", details)]);
    schemas.insert(ERROR.to_owned(), object([("error", error)]));
    schemas
}

fn structure(shape: &Shape, shapes: &'static Shapes) -> Json {
    let properties = shape.properties.iter().map(|known| {
        let mut schema = property(known, shapes);
        if let (true, Some(schema)) = (known.navigation, schema.as_object_mut()) {
            schema.insert("x-ms-navigationProperty".to_owned(), true.into());
        }
        (known.name, schema)
    });
    object(properties)
}

fn property(property: &Property, shapes: &'static Shapes) -> Json {
    let mut schema = schema(property.ty, shapes);
    if let (Some(longest), Some(schema)) = (property.max_length, schema.as_object_mut()) {
        schema.insert("maxLength".to_owned(), longest.into());
    }
    schema
}

fn words(enumeration: &Enumeration, release: Span) -> Json {
    // Flags come several at once, with commas between them.
    if enumeration.flags {
        return json!({ "type": "string" });
    }
    let members = enumeration.members.iter().filter(|member| member.span.overlaps(release));
    json!({ "type": "string", "enum": members.map(|member| member.name).collect::<Vec<_>>() })
}

/// A named type, or anything where the release has none of this name.
fn named(name: &str, shapes: &'static Shapes) -> Json {
    if shapes.get(name).is_some() { reference("schemas", &format!("Pbx.{name}")) } else { json!({}) }
}

fn schema(ty: TypeRef, shapes: &'static Shapes) -> Json {
    if ty.collection {
        return json!({ "type": "array", "items": schema(ty.element(), shapes) });
    }
    let plain = |ty: &str, format: &str| json!({ "type": ty, "format": format });
    let mut schema = match ty.ty {
        Type::Boolean => json!({ "type": "boolean" }),
        Type::Byte => plain("integer", "uint8"),
        Type::Int32 => plain("integer", "int32"),
        Type::Int64 => plain("integer", "int64"),
        Type::Single => plain("number", "float"),
        Type::Double => plain("number", "double"),
        Type::Decimal => plain("number", "decimal"),
        Type::String => json!({ "type": "string" }),
        Type::Guid => plain("string", "uuid"),
        Type::Date => plain("string", "date"),
        Type::TimeOfDay => plain("string", "time"),
        Type::Duration => plain("string", "duration"),
        Type::DateTimeOffset => plain("string", "date-time"),
        Type::Opaque(_) => json!({}),
        // What stands beside a reference is not read in OpenAPI 3.0.
        Type::Enumeration(enumeration) if ty.nullable => {
            return json!({ "nullable": true, "allOf": [reference("schemas", &format!("Pbx.{}", enumeration.name))] });
        }
        Type::Structure(structure) if ty.nullable => {
            return json!({ "nullable": true, "allOf": [named(structure.name, shapes)] });
        }
        Type::Enumeration(enumeration) => reference("schemas", &format!("Pbx.{}", enumeration.name)),
        Type::Structure(structure) => named(structure.name, shapes),
    };
    if let (true, Some(schema)) = (ty.nullable, schema.as_object_mut()) {
        schema.insert("nullable".to_owned(), true.into());
    }
    schema
}

/// Query options and the header that operations take.
fn options() -> Map<String, Json> {
    let option = |name: &str, schema: Json| {
        let (place, wire) =
            if name == "if-match" { ("header", "If-Match".to_owned()) } else { ("query", format!("${name}")) };
        (name.to_owned(), json!({ "name": wire, "in": place, "schema": schema }))
    };
    let number = json!({ "type": "integer", "minimum": 0 });
    let names = json!({ "type": "array", "items": { "type": "string" } });
    let of_names = |name: &str| {
        let (name, mut described) = option(name, names.clone());
        described["explode"] = false.into();
        (name, described)
    };
    let text = || json!({ "type": "string" });
    Map::from_iter([
        option("top", number.clone()),
        option("skip", number.clone()),
        option("search", text()),
        option("filter", text()),
        option("count", json!({ "type": "boolean" })),
        of_names("orderby"),
        of_names("select"),
        of_names("expand"),
        option("if-match", text()),
    ])
}
