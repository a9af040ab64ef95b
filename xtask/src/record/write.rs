//! Writes the record: one fact a line, in a fixed order, so that a new release shows up as
//! a small diff.

use std::fmt::Write as _;
use std::path::Path;
use std::{fs, io};

use super::read::SHARED;
use super::{Body, Operation, Record, Release, Resource, Shape, Span, TypeDef, Versioned};

const HEADER: &str = "# Written by `cargo xtask import`; the format is described in README.md.\n";

impl Record {
    /// Writes every file of the record into `folder` and removes files that are no longer part of it.
    pub fn write(&self, folder: &Path) -> io::Result<()> {
        let mut kept = vec!["overrides.toml".to_owned()];
        let mut put = |name: String, text: String| {
            fs::write(folder.join(&name), text)?;
            kept.push(name);
            io::Result::Ok(())
        };
        let releases: String = self.releases.iter().map(|r| format!("    \"{r}\",\n")).collect();
        put("releases.toml".into(), format!("{HEADER}\nreleases = [\n{releases}]\n"))?;
        let writer = Writer { releases: &self.releases, all: self.all() };
        for (name, resource) in &self.resources {
            put(format!("{name}.toml"), writer.resource(resource))?;
        }
        put(format!("{SHARED}.toml"), writer.types(HEADER.to_owned(), &self.shared))?;
        for entry in fs::read_dir(folder)? {
            let name = entry?.file_name().to_string_lossy().into_owned();
            if name.ends_with(".toml") && !kept.contains(&name) {
                fs::remove_file(folder.join(name))?;
            }
        }
        Ok(())
    }
}

struct Writer<'a> {
    releases: &'a [Release],
    all: Span,
}

impl Writer<'_> {
    fn resource(&self, resource: &Resource) -> String {
        let mut out = HEADER.to_owned();
        for operation in &resource.operations {
            self.operation(&mut out, operation);
        }
        self.types(out, &resource.types)
    }

    fn operation(&self, out: &mut String, operation: &Operation) {
        let Operation { id, kind, method, path, span, .. } = operation;
        let kind = format!("{kind:?}").to_lowercase();
        let _ = write!(out, "\n[[operations]]\nid = \"{id}\"\nkind = \"{kind}\"\nrequest = \"{method} {path}\"\n");
        for (edge, at) in self.edges(*span, self.all) {
            let _ = writeln!(out, "{edge} = \"{at}\"");
        }
        for (name, fact) in &operation.parameters {
            let _ = writeln!(out, "parameters.{} = {}", key(name), self.versioned(fact, *span));
        }
        if let Some(options) = &operation.options {
            let _ = writeln!(out, "options = {}", self.versioned(options, *span));
        }
        match &operation.body {
            Body::None => {}
            Body::Entity(fact) => {
                let _ = writeln!(out, "body = {}", self.versioned(fact, *span));
            }
            Body::Fields(fields) => {
                for (name, fact) in fields {
                    let _ = writeln!(out, "body.{} = {}", key(name), self.versioned(fact, *span));
                }
            }
        }
        let _ = writeln!(out, "answer = {}", self.versioned(&operation.answer, *span));
    }

    fn types<'t>(&self, mut out: String, types: impl IntoIterator<Item = (&'t String, &'t TypeDef)>) -> String {
        for (name, def) in types {
            let _ = writeln!(out, "\n[types.{name}]");
            for (edge, at) in self.edges(def.span, self.all) {
                let _ = writeln!(out, "{edge} = \"{at}\"");
            }
            match &def.shape {
                Shape::Structure { base, properties } => {
                    if let Some(base) = base {
                        let _ = writeln!(out, "base = \"{base}\"");
                    }
                    if properties.is_empty() {
                        out.push_str("properties = {}\n");
                    }
                    for (name, fact) in properties {
                        let _ = writeln!(out, "properties.{} = {}", key(name), self.versioned(fact, def.span));
                    }
                }
                Shape::Enumeration { flags, members } => {
                    if *flags {
                        out.push_str("flags = true\n");
                    }
                    out.push_str("members = [\n");
                    for (name, span) in members {
                        let _ = writeln!(out, "    {},", self.fact("is", name, *span, def.span));
                    }
                    out.push_str("]\n");
                }
            }
        }
        out
    }

    /// The ends of a stretch that differ from those of what it belongs to.
    fn edges(&self, span: Span, whole: Span) -> Vec<(&'static str, &Release)> {
        let since = (span.first != whole.first).then(|| ("since", &self.releases[span.first]));
        let until = (span.last != whole.last).then(|| ("until", &self.releases[span.last]));
        since.into_iter().chain(until).collect()
    }

    fn versioned(&self, fact: &Versioned, whole: Span) -> String {
        let one = |(text, span): &(String, Span)| self.fact("is", text, *span, whole);
        match fact.0.as_slice() {
            [single] => one(single),
            many => format!("[{}]", many.iter().map(one).collect::<Vec<_>>().join(", ")),
        }
    }

    fn fact(&self, field: &str, text: &str, span: Span, whole: Span) -> String {
        let text = format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""));
        let edges = self.edges(span, whole);
        if edges.is_empty() {
            return text;
        }
        let edges: String = edges.iter().map(|(name, at)| format!(", {name} = \"{at}\"")).collect();
        format!("{{ {field} = {text}{edges} }}")
    }
}

fn key(name: &str) -> String {
    if name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_' || c == '-') {
        name.to_owned()
    } else {
        format!("\"{name}\"")
    }
}
