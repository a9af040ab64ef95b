//! Plans: every operation of every description is planned by the real binary (`--dry-run`) from
//! arguments made from the description itself, and the method, URL and body have to be what the
//! description says. Literals are written here once more, on purpose.

use std::collections::BTreeSet;
use std::path::Path;
use std::process::Command;
use std::sync::Mutex;

use serde_json::{Map, Value, json};
use threecx_catalog::TextKind;

use super::Description;
use crate::generate::{n8n, names};
use crate::import::{DescribedOperation as Operation, Document, Parameter, Schema};
use crate::steps;

/// Checks every description, and the list of actions that users had before.
pub fn run(root: &Path, folder: &Path, descriptions: &[Description]) -> Result<(), String> {
    steps::run("command line", root, &["cargo", "build", "--quiet", "--package", "threecx-cli"])?;
    let threecx = root.join("target/debug/threecx");
    let mut calls = Vec::new();
    for description in descriptions {
        let before = calls.len();
        collect(&Document::read(&description.file)?, &description.release.to_string(), &mut calls)?;
        eprintln!("── plans: {}: {} operations", description.release, calls.len() - before);
    }
    let mut mistakes = check_all(&threecx, &calls)?;
    mistakes.extend(check_seed(&threecx, &folder.join("seed-actions.tsv"))?);
    mistakes.extend(n8n::check_seed(&folder.join("seed-actions.tsv"))?);
    println!("plans: {} passed, {} failed", calls.len() - mistakes.len().min(calls.len()), mistakes.len());
    if mistakes.is_empty() { Ok(()) } else { Err(format!("plans:\n{}", mistakes.join("\n"))) }
}

/// A call of the binary, and what it has to plan.
struct Call {
    arguments: Vec<String>,
    method: &'static str,
    url: String,
    body: Option<Value>,
}

fn collect(document: &Document, release: &str, calls: &mut Vec<Call>) -> Result<(), String> {
    for (path, item) in &document.paths {
        for (method, operation) in item.methods() {
            let call = call(document, release, (method, path), operation);
            calls.push(call.map_err(|error| format!("{release} {method} {path}: {error}"))?);
        }
    }
    Ok(())
}

fn call(
    document: &Document,
    release: &str,
    (method, path): (&'static str, &str),
    operation: &Operation,
) -> Result<Call, String> {
    let resource = operation.tags.first().ok_or("no tag")?;
    let mut arguments: Vec<String> = ["--api", release, "--dry-run", "-o", "json"].map(str::to_owned).to_vec();
    arguments.extend([resource.clone(), names::kebab(&operation.operation_id)]);
    let mut url = format!("https://PBX/xapi/v1{path}");
    let mut query = Vec::new();
    let offered = operation.option_names();
    for (index, parameter) in operation.parameters.iter().enumerate() {
        if let Parameter::Own { name, place, schema } = parameter
            && place == "path"
        {
            let fitting = fitting(name).map(|text| (Some(text.to_owned()), format!("'{text}'")));
            let (text, literal) = fitting.unwrap_or_else(|| sample(schema, index + path.len(), path.contains("Pbx.")));
            let clashes =
                offered.contains(name.as_str()) || ["api", "url", "search", "top", "skip"].contains(&name.as_str());
            let prefix = if clashes { "arg-" } else { "" };
            if let Some(text) = text {
                arguments.push(format!("--{prefix}{}={text}", names::kebab(name)));
            }
            url = url.replace(&format!("{{{name}}}"), &literal);
        }
    }
    for (name, given, sent) in [("top", "5", "5"), ("orderby", "Id desc, Name", "Id%20desc,Name")] {
        if offered.contains(name) {
            arguments.push(format!("--{name}={given}"));
            query.push(format!("${name}={sent}"));
        }
    }
    if !query.is_empty() {
        url = format!("{url}?{}", query.join("&"));
    }
    let body = operation.body(document)?.map(|schema| value(document, schema, 0));
    if let Some(body) = &body {
        arguments.push(format!("--body={body}"));
    }
    Ok(Call { arguments, method, url, body })
}

/// A value for a parameter in a path, as typed and as the literal that it has to become.
/// Without text it is left out.
fn sample(schema: &Schema, seed: usize, function: bool) -> (Option<String>, String) {
    let both = |text: &str| (Some(text.to_owned()), text.to_owned());
    match (schema.kind.as_deref(), schema.format.as_deref()) {
        (Some("integer" | "number"), _) => both("29"),
        (Some("boolean"), _) => both("true"),
        (_, Some("date-time")) => both("2026-01-31T09:30:00Z"),
        (_, Some("uuid")) => both("1e6ed594-af95-4bb4-af56-b957ac87d6d7"),
        _ => match seed % 5 {
            0 => (Some("O'Brien".into()), "'O''Brien'".into()),
            1 => (Some("a/b c".into()), "'a%2Fb%20c'".into()),
            2 => (Some("Zürich".into()), "'Z%C3%BCrich'".into()),
            // What is left out is empty: PBXs refuse null.
            3 if function && schema.nullable => (None, "''".into()),
            4 if function && schema.nullable => (Some(String::new()), "''".into()),
            _ => (Some("800,801".into()), "'800,801'".into()),
        },
    }
}

/// A text for a name whose texts are of a kind of their own: the descriptions do not say of which.
fn fitting(name: &str) -> Option<&'static str> {
    Some(match threecx_catalog::text_kind(name)? {
        TextKind::Mac => "805EC0AABBCC",
        TextKind::Did => "+49301234501",
        TextKind::Words(words) => words.first()?,
    })
}

/// A value that the schema allows: each property once, structures to a small depth.
fn value(document: &Document, schema: &Schema, depth: usize) -> Value {
    if let Some(name) = &schema.reference {
        let name = name.rsplit('/').next().unwrap_or(name);
        return document.components.schemas.get(name).map_or(Value::Null, |schema| value(document, schema, depth));
    }
    if let Some(member) = schema.members.iter().flatten().next() {
        return json!(member);
    }
    if let Some(first) = schema.one_of.iter().chain(&schema.any_of).next() {
        return value(document, first, depth);
    }
    match (schema.kind.as_deref(), schema.format.as_deref()) {
        (Some("array"), _) if depth > 2 => json!([]),
        (Some("array"), _) => {
            schema.items.as_deref().map_or(json!([]), |items| json!([value(document, items, depth + 1)]))
        }
        (Some("boolean"), _) => json!(true),
        (Some("integer"), _) | (Some("number"), Some("int32" | "int64" | "uint8")) => json!(7),
        (Some("number"), _) => json!(1.5),
        (_, Some("date-time")) => json!("2026-01-31T09:30:00Z"),
        (_, Some("duration")) => json!("PT1H"),
        (_, Some("time")) => json!("09:30:00"),
        (_, Some("uuid")) => json!("1e6ed594-af95-4bb4-af56-b957ac87d6d7"),
        (Some("string"), _) => json!("O'Brien"),
        _ => object(document, schema, depth),
    }
}

fn object(document: &Document, schema: &Schema, depth: usize) -> Value {
    let mut members = Map::new();
    for part in &schema.all_of {
        if let Value::Object(inherited) = value(document, part, depth) {
            members.extend(inherited);
        } else {
            // `allOf` with one reference that is not a structure: an enumeration that may be null.
            return value(document, part, depth);
        }
    }
    for (name, property) in schema.properties.iter().filter(|_| depth <= 2) {
        let any = value(document, property, depth + 1);
        let fitted = match (fitting(name), &any) {
            (Some(text), Value::String(_)) => json!(text),
            (Some(text), Value::Array(items)) if !items.is_empty() => json!([text]),
            _ => any,
        };
        members.insert(name.clone(), fitted);
    }
    Value::Object(members)
}

/// Runs all calls, on as many threads as there are cores.
fn check_all(threecx: &Path, calls: &[Call]) -> Result<Vec<String>, String> {
    let mistakes = Mutex::new(Vec::new());
    let next = std::sync::atomic::AtomicUsize::new(0);
    let threads = std::thread::available_parallelism().map_or(2, usize::from);
    std::thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| {
                while let Some(call) = calls.get(next.fetch_add(1, std::sync::atomic::Ordering::Relaxed)) {
                    if let Err(mistake) = check(threecx, call)
                        && let Ok(mut mistakes) = mistakes.lock()
                    {
                        mistakes.push(format!("threecx {}\n    {mistake}", call.arguments.join(" ")));
                    }
                }
            });
        }
    });
    mistakes.into_inner().map_err(|error| error.to_string())
}

fn check(threecx: &Path, call: &Call) -> Result<(), String> {
    let output = Command::new(threecx).args(&call.arguments).output().map_err(|error| error.to_string())?;
    if !output.status.success() {
        return Err(String::from_utf8_lossy(&output.stderr).into_owned());
    }
    let planned: Value = serde_json::from_slice(&output.stdout).map_err(|error| error.to_string())?;
    for (name, wanted) in [("method", json!(call.method)), ("url", json!(call.url))] {
        if planned[name] != wanted {
            return Err(format!("{name}: {} instead of {wanted}", planned[name]));
        }
    }
    match &call.body {
        // Secrets are masked in what is shown, so only the names of members are compared.
        Some(body) if keys(&planned["body"]) != keys(body) => {
            Err(format!("body: {} instead of {body}", planned["body"]))
        }
        None if !planned["body"].is_null() => Err(format!("body: {} instead of none", planned["body"])),
        _ => Ok(()),
    }
}

fn keys(value: &Value) -> BTreeSet<&str> {
    value.as_object().into_iter().flatten().map(|(name, _)| name.as_str()).collect()
}

/// The actions that users had before: each has to be among the operations, by method and path.
fn check_seed(threecx: &Path, file: &Path) -> Result<Vec<String>, String> {
    let text = std::fs::read_to_string(file).map_err(|error| format!("{}: {error}", file.display()))?;
    let threecx = threecx.to_string_lossy();
    let operations = steps::output(Path::new("."), &[&threecx, "operations", "-o", "json"])?;
    let operations: Vec<Value> = serde_json::from_str(&operations).map_err(|error| error.to_string())?;
    let known: BTreeSet<(&str, &str)> = operations
        .iter()
        .filter_map(|operation| Some((operation["method"].as_str()?, operation["path"].as_str()?)))
        .collect();
    let mut mistakes = Vec::new();
    for line in text.lines().skip(1) {
        let mut columns = line.split('\t').skip(2);
        if let (Some(method), Some(path)) = (columns.next(), columns.next())
            && !known.contains(&(method, path))
        {
            mistakes.push(format!("seed action {method} {path} is not among the operations"));
        }
    }
    eprintln!("── plans: {} seed actions", text.lines().count() - 1);
    Ok(mistakes)
}
