//! `xtask import`: takes official API descriptions into the record.
//!
//! Descriptions come in oldest first. Each notes its facts at its release; what a later one
//! no longer has keeps the release where it was last seen.

mod facts;
mod openapi;
mod owner;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

pub use openapi::{Document, Operation as DescribedOperation, Parameter, Schema};

use crate::record::{Body, Kind, Operation, Record, Release, Shape, Span, TypeDef, Versioned};

/// Merges the descriptions in `files` into the record in `folder`.
pub fn run(folder: &Path, files: &[PathBuf]) -> Result<(), String> {
    let mut dated = Vec::new();
    for path in files {
        let stem = path.file_stem().map(|stem| stem.to_string_lossy().into_owned()).unwrap_or_default();
        let release = Release::parse(&stem).ok_or(format!(
            "{}: a description is named VERSION_DATE.yaml, as 20.0.10_2026-06-11.yaml",
            path.display()
        ))?;
        dated.push((release, path));
    }
    dated.sort();
    let mut record = Record::read(folder)?;
    let given: Vec<_> = dated.iter().map(|(release, _)| release).collect();
    if given.iter().any(|release| record.releases.last().is_some_and(|newest| *release <= newest)) {
        if let Some(missing) = record.releases.iter().find(|known| !given.contains(known)) {
            return Err(format!(
                "the record already reaches {}. Give only newer descriptions, or all of them to start afresh ({missing} is missing).",
                record.releases.last().map(Release::to_string).unwrap_or_default()
            ));
        }
        record = Record::default();
    }
    for (release, path) in dated {
        merge(&mut record, release.clone(), &Document::read(path)?).map_err(|e| format!("{}: {e}", path.display()))?;
        // After every release, so that adding one later gives the same as all at once.
        owner::settle(&mut record);
        eprintln!("{release}");
    }
    record.write(folder).map_err(|e| format!("{}: {e}", folder.display()))
}

fn merge(record: &mut Record, release: Release, document: &Document) -> Result<(), String> {
    record.releases.push(release);
    let release = record.releases.len() - 1;
    for (path, item) in &document.paths {
        for (method, operation) in item.methods() {
            merge_operation(record, release, document, (method, path), operation)
                .map_err(|e| format!("{method} {path}: {e}"))?;
        }
    }
    for (name, schema) in &document.components.schemas {
        if let Some(name) = facts::type_name(name) {
            merge_type(record, release, name, schema).map_err(|e| format!("{name}: {e}"))?;
        }
    }
    Ok(())
}

fn merge_operation(
    record: &mut Record,
    release: usize,
    document: &Document,
    (method, path): (&str, &str),
    found: &openapi::Operation,
) -> Result<(), String> {
    let [tag] = found.tags.as_slice() else { return Err("not exactly one tag".into()) };
    let operations = &mut record.resources.entry(tag.clone()).or_default().operations;
    let index = operations.iter().position(|known| known.method == method && known.path == path);
    let index = index.unwrap_or_else(|| {
        operations.push(Operation {
            id: found.operation_id.clone(),
            kind: kind(found.kind.as_deref()),
            method: method.to_owned(),
            path: path.to_owned(),
            span: Span::at(release),
            parameters: BTreeMap::new(),
            options: None,
            body: Body::None,
            answer: Versioned::default(),
        });
        operations.len() - 1
    });
    let operation = &mut operations[index];
    if operation.id != found.operation_id {
        return Err(format!("was called {}, is now {}", operation.id, found.operation_id));
    }
    if !operation.span.extend(release) {
        return Err("has come back after a release without it, which the record cannot say".into());
    }
    for parameter in &found.parameters {
        if let Parameter::Own { name, place, schema } = parameter
            && place == "path"
        {
            let spec = facts::spec(schema).map_err(|e| format!("{name}: {e}"))?;
            operation.parameters.entry(name.clone()).or_default().note(&spec.to_string(), release);
        }
    }
    if let Some(options) = facts::options(found)? {
        operation.options.get_or_insert_default().note(&options, release);
    }
    if let Some(schema) = found.body(document)? {
        merge_body(&mut operation.body, release, schema)?;
    }
    operation.answer.note(&facts::answer(document, found)?, release);
    Ok(())
}

fn kind(official: Option<&str>) -> Kind {
    match official {
        Some("function" | "functionImport") => Kind::Function,
        Some("action" | "actionImport") => Kind::Action,
        _ => Kind::Entity,
    }
}

fn merge_body(body: &mut Body, release: usize, schema: &Schema) -> Result<(), String> {
    let entity = schema.properties.is_empty();
    if matches!(body, Body::None) {
        *body = if entity { Body::Entity(Versioned::default()) } else { Body::Fields(BTreeMap::new()) };
    }
    match body {
        Body::Entity(fact) if entity => fact.note(&facts::spec(schema)?.to_string(), release),
        Body::Fields(fields) if !entity => {
            for (name, schema) in &schema.properties {
                let spec = facts::spec(schema).map_err(|e| format!("{name}: {e}"))?;
                fields.entry(name.clone()).or_default().note(&spec.to_string(), release);
            }
        }
        _ => return Err("the body was an entity and is now a list of fields, or the other way round".into()),
    }
    Ok(())
}

fn merge_type(record: &mut Record, release: usize, name: &str, schema: &Schema) -> Result<(), String> {
    let def = type_entry(record, name, release, schema);
    if !def.span.extend(release) {
        return Err("has come back after a release without it, which the record cannot say".into());
    }
    match &mut def.shape {
        Shape::Enumeration { members, .. } => {
            for (index, member) in schema.members.iter().flatten().enumerate() {
                match members.iter_mut().find(|(known, _)| known == member) {
                    Some((_, span)) => {
                        if !span.extend(release) {
                            return Err(format!("{member} has come back after a release without it"));
                        }
                    }
                    None => members.insert(index.min(members.len()), (member.clone(), Span::at(release))),
                }
            }
        }
        Shape::Structure { base, properties } => {
            for part in std::iter::once(schema).chain(&schema.all_of) {
                if let Some(reference) = &part.reference {
                    *base = Some(facts::name_of(reference).to_owned());
                }
                for (name, schema) in &part.properties {
                    let spec = facts::spec(schema).map_err(|e| format!("{name}: {e}"))?;
                    properties.entry(name.clone()).or_default().note(&spec.to_string(), release);
                }
            }
        }
    }
    Ok(())
}

/// The type's place in the record: where an earlier release put it, else among the shared
/// ones until `owner::settle` finds whose it is.
fn type_entry<'r>(record: &'r mut Record, name: &str, release: usize, schema: &Schema) -> &'r mut TypeDef {
    let owner = record.resources.iter().find(|(_, resource)| resource.types.contains_key(name));
    let types = match owner.map(|(owner, _)| owner.clone()) {
        Some(owner) => &mut record.resources.entry(owner).or_default().types,
        None => &mut record.shared,
    };
    types.entry(name.to_owned()).or_insert_with(|| TypeDef {
        span: Span::at(release),
        shape: match &schema.members {
            Some(_) => Shape::Enumeration { flags: schema.flags.is_some(), members: Vec::new() },
            None => Shape::Structure { base: None, properties: BTreeMap::new() },
        },
    })
}
