//! Reads the record back.

use std::collections::BTreeMap;
use std::path::Path;
use std::{fs, io};

use serde::Deserialize;

use super::{Body, Kind, Operation, Record, Release, Resource, Shape, Span, TypeDef, Versioned};

/// The file of types that no single resource owns.
pub(super) const SHARED: &str = "shared-types";
/// Files of the folder that are not resources.
const OTHERS: [&str; 3] = ["releases", "overrides", SHARED];

impl Record {
    /// The stretch of all releases.
    pub fn all(&self) -> Span {
        Span { first: 0, last: self.releases.len().saturating_sub(1) }
    }

    /// Reads the record in `folder`; an empty record where there is none yet.
    pub fn read(folder: &Path) -> Result<Record, String> {
        let mut record = Record::default();
        let list = folder.join("releases.toml");
        if !list.exists() {
            return Ok(record);
        }
        let Releases { releases } = parse(&list)?;
        for label in releases {
            let release = Release::parse(&label).ok_or(format!("`{label}` is not a release"))?;
            record.releases.push(release);
        }
        let reader = Reader { releases: &record.releases, all: record.all() };
        for name in names(folder).map_err(|e| format!("{}: {e}", folder.display()))? {
            let path = folder.join(format!("{name}.toml"));
            if OTHERS.contains(&name.as_str()) {
                continue;
            }
            let resource = reader.resource(parse(&path)?);
            record.resources.insert(name, resource.map_err(|e| format!("{}: {e}", path.display()))?);
        }
        let shared: File = parse(&folder.join(format!("{SHARED}.toml")))?;
        record.shared = reader.types(shared.types)?;
        Ok(record)
    }
}

fn names(folder: &Path) -> io::Result<Vec<String>> {
    let mut names = Vec::new();
    for entry in fs::read_dir(folder)? {
        let name = entry?.file_name().to_string_lossy().into_owned();
        names.extend(name.strip_suffix(".toml").map(str::to_owned));
    }
    names.sort();
    Ok(names)
}

/// Reads one TOML file; the error names the file.
pub fn parse<T: for<'de> Deserialize<'de>>(path: &Path) -> Result<T, String> {
    let text = fs::read_to_string(path).map_err(|e| format!("{}: {e}", path.display()))?;
    toml::from_str(&text).map_err(|e| format!("{}: {e}", path.display()))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Releases {
    releases: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    #[serde(default)]
    operations: Vec<RawOperation>,
    #[serde(default)]
    types: BTreeMap<String, RawType>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawOperation {
    id: String,
    kind: Kind,
    request: String,
    since: Option<String>,
    until: Option<String>,
    #[serde(default)]
    parameters: BTreeMap<String, RawFact>,
    options: Option<RawFact>,
    body: Option<RawBody>,
    answer: RawFact,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum RawBody {
    Entity(RawFact),
    Fields(BTreeMap<String, RawFact>),
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawType {
    since: Option<String>,
    until: Option<String>,
    base: Option<String>,
    properties: Option<BTreeMap<String, RawFact>>,
    #[serde(default)]
    flags: bool,
    members: Option<Vec<RawEntry>>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum RawFact {
    One(RawEntry),
    Many(Vec<RawEntry>),
}

#[derive(Deserialize)]
#[serde(untagged)]
enum RawEntry {
    Text(String),
    Dated(Dated),
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Dated {
    is: String,
    since: Option<String>,
    until: Option<String>,
}

struct Reader<'a> {
    releases: &'a [Release],
    all: Span,
}

impl Reader<'_> {
    fn resource(&self, file: File) -> Result<Resource, String> {
        let operations = file.operations.into_iter().map(|raw| self.operation(raw));
        Ok(Resource { operations: operations.collect::<Result<_, _>>()?, types: self.types(file.types)? })
    }

    fn operation(&self, raw: RawOperation) -> Result<Operation, String> {
        let span = self.span(raw.since, raw.until, self.all)?;
        let (method, path) = raw.request.split_once(' ').ok_or(format!("`{}` is not a request", raw.request))?;
        Ok(Operation {
            kind: raw.kind,
            method: method.to_owned(),
            path: path.to_owned(),
            span,
            parameters: self.facts(raw.parameters, span)?,
            options: raw.options.map(|fact| self.fact(fact, span)).transpose()?,
            body: match raw.body {
                None => Body::None,
                Some(RawBody::Entity(fact)) => Body::Entity(self.fact(fact, span)?),
                Some(RawBody::Fields(fields)) => Body::Fields(self.facts(fields, span)?),
            },
            answer: self.fact(raw.answer, span)?,
            id: raw.id,
        })
    }

    fn types(&self, raw: BTreeMap<String, RawType>) -> Result<BTreeMap<String, TypeDef>, String> {
        raw.into_iter().map(|(name, raw)| Ok((name, self.type_def(raw)?))).collect()
    }

    fn type_def(&self, raw: RawType) -> Result<TypeDef, String> {
        let span = self.span(raw.since, raw.until, self.all)?;
        let shape = match (raw.properties, raw.members) {
            (properties, None) => {
                Shape::Structure { base: raw.base, properties: self.facts(properties.unwrap_or_default(), span)? }
            }
            (None, Some(members)) => Shape::Enumeration {
                flags: raw.flags,
                members: members.into_iter().map(|entry| self.entry(entry, span)).collect::<Result<_, _>>()?,
            },
            (Some(_), Some(_)) => return Err("a type has properties or members, not both".into()),
        };
        Ok(TypeDef { span, shape })
    }

    fn facts(&self, raw: BTreeMap<String, RawFact>, whole: Span) -> Result<BTreeMap<String, Versioned>, String> {
        raw.into_iter().map(|(name, fact)| Ok((name, self.fact(fact, whole)?))).collect()
    }

    fn fact(&self, raw: RawFact, whole: Span) -> Result<Versioned, String> {
        let entries = match raw {
            RawFact::One(entry) => vec![entry],
            RawFact::Many(entries) => entries,
        };
        entries.into_iter().map(|entry| self.entry(entry, whole)).collect::<Result<_, _>>().map(Versioned)
    }

    fn entry(&self, raw: RawEntry, whole: Span) -> Result<(String, Span), String> {
        match raw {
            RawEntry::Text(text) => Ok((text, whole)),
            RawEntry::Dated(dated) => Ok((dated.is, self.span(dated.since, dated.until, whole)?)),
        }
    }

    fn span(&self, since: Option<String>, until: Option<String>, whole: Span) -> Result<Span, String> {
        let index = |label: String| {
            let found = self.releases.iter().position(|release| release.to_string() == label);
            found.ok_or(format!("`{label}` is not in releases.toml"))
        };
        Ok(Span {
            first: since.map(index).transpose()?.unwrap_or(whole.first),
            last: until.map(index).transpose()?.unwrap_or(whole.last),
        })
    }
}
