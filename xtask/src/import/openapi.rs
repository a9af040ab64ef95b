//! The part of OpenAPI 3.0 that the official descriptions use.

use std::collections::BTreeSet;
use std::path::Path;

use indexmap::IndexMap;
use serde::Deserialize;

/// One official description.
#[derive(Deserialize)]
pub struct Document {
    pub paths: IndexMap<String, PathItem>,
    pub components: Components,
}

#[derive(Deserialize)]
pub struct PathItem {
    pub get: Option<Operation>,
    pub post: Option<Operation>,
    pub patch: Option<Operation>,
    pub put: Option<Operation>,
    pub delete: Option<Operation>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Components {
    pub schemas: IndexMap<String, Schema>,
    #[serde(default)]
    pub responses: IndexMap<String, Response>,
    #[serde(default)]
    pub request_bodies: IndexMap<String, RequestBody>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Operation {
    pub operation_id: String,
    pub tags: Vec<String>,
    #[serde(default)]
    pub parameters: Vec<Parameter>,
    pub request_body: Option<RequestBody>,
    pub responses: IndexMap<String, Response>,
    #[serde(rename = "x-ms-docs-operation-type")]
    pub kind: Option<String>,
}

#[derive(Deserialize)]
#[serde(untagged)]
pub enum Parameter {
    Shared {
        #[serde(rename = "$ref")]
        reference: String,
    },
    Own {
        name: String,
        #[serde(rename = "in")]
        place: String,
        schema: Box<Schema>,
    },
}

#[derive(Deserialize, Default)]
pub struct RequestBody {
    #[serde(rename = "$ref")]
    pub reference: Option<String>,
    #[serde(default)]
    pub content: IndexMap<String, Media>,
}

#[derive(Deserialize, Default)]
pub struct Response {
    #[serde(rename = "$ref")]
    pub reference: Option<String>,
    #[serde(default)]
    pub content: IndexMap<String, Media>,
}

#[derive(Deserialize)]
pub struct Media {
    pub schema: Schema,
}

#[derive(Deserialize, Default)]
#[serde(rename_all = "camelCase", default)]
pub struct Schema {
    #[serde(rename = "$ref")]
    pub reference: Option<String>,
    #[serde(rename = "type")]
    pub kind: Option<String>,
    pub format: Option<String>,
    pub nullable: bool,
    pub max_length: Option<u32>,
    pub default: Option<bool>,
    pub items: Option<Box<Schema>>,
    pub properties: IndexMap<String, Schema>,
    pub all_of: Vec<Schema>,
    pub any_of: Vec<Schema>,
    pub one_of: Vec<Schema>,
    #[serde(rename = "enum")]
    pub members: Option<Vec<String>>,
    #[serde(rename = "x-ms-enum-flags")]
    pub flags: Option<serde::de::IgnoredAny>,
    #[serde(rename = "x-ms-navigationProperty")]
    pub navigation: bool,
}

impl PathItem {
    /// The operations on this path.
    pub fn methods(&self) -> impl Iterator<Item = (&'static str, &Operation)> {
        let all = [
            ("GET", &self.get),
            ("POST", &self.post),
            ("PATCH", &self.patch),
            ("PUT", &self.put),
            ("DELETE", &self.delete),
        ];
        all.into_iter().filter_map(|(method, operation)| Some((method, operation.as_ref()?)))
    }
}

impl Operation {
    /// The names of its query options and headers, without `$` and in lowercase.
    pub fn option_names(&self) -> BTreeSet<String> {
        let name = |parameter: &Parameter| match parameter {
            Parameter::Shared { reference } => reference.rsplit('/').next().map(str::to_owned),
            Parameter::Own { place, .. } if place == "path" => None,
            Parameter::Own { name, .. } => Some(name.trim_start_matches('$').to_lowercase()),
        };
        self.parameters.iter().filter_map(name).collect()
    }

    /// The schema of the body.
    pub fn body<'a>(&'a self, document: &'a Document) -> Result<Option<&'a Schema>, String> {
        let Some(mut body) = self.request_body.as_ref() else { return Ok(None) };
        if let Some(reference) = &body.reference {
            let name = reference.rsplit('/').next().unwrap_or(reference);
            body = document.components.request_bodies.get(name).ok_or(format!("no request body {name}"))?;
        }
        let schema = &body.content.values().next().ok_or("a body without content")?.schema;
        // Older descriptions keep the parameters of some actions in a schema of their own.
        match schema.reference.as_deref().filter(|reference| reference.ends_with("RequestBody")) {
            None => Ok(Some(schema)),
            Some(reference) => {
                let name = reference.rsplit('/').next().unwrap_or(reference);
                Ok(Some(document.components.schemas.get(name).ok_or(format!("no schema {name}"))?))
            }
        }
    }
}

impl Document {
    pub fn read(path: &Path) -> Result<Document, String> {
        let text = std::fs::read_to_string(path).map_err(|e| format!("{}: {e}", path.display()))?;
        serde_saphyr::from_str(&text).map_err(|e| format!("{}: {e}", path.display()))
    }
}
