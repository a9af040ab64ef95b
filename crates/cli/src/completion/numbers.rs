//! The ids and numbers of the connected PBX, for completion: read once in a while, kept in a
//! file, and given up soon: a shell must not make anyone wait.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use clap::Command;
use serde_json::Value;
use threecx::{Arguments, Input, Operation, Span};
use threecx_catalog::{EntitySet, Form, Structure, Verb};

use super::Candidate;
use crate::args::connection::ConnectionFlags;
use crate::args::flag::{Flag, Place};
use crate::args::globals;
use crate::args::stdin::Stdin;
use crate::atomic_file::{self, Readers};
use crate::connect::Settings;
use crate::folders;
use crate::runtime::runtime;

/// The maximum time to wait for the PBX.
const PATIENCE: Duration = Duration::from_millis(1500);
/// How long what was read is good enough; and how long a PBX that did not answer is left alone.
const FRESH: Duration = Duration::from_secs(300);
const LEAVE_ALONE: Duration = Duration::from_secs(20);
/// More do not help in a shell.
const MOST: u64 = 2000;

/// What tells people what an id means.
const TELLING: [&str; 7] = ["Number", "Name", "DisplayName", "FirstName", "LastName", "FileName", "RuleName"];

/// The values of a flag that names something on the PBX: an id, or a number.
pub fn of(flag: &Flag, operation: Option<&'static Operation>, before: &[String]) -> Vec<Candidate> {
    let Some((list, property)) = meant(flag, operation) else { return Vec::new() };
    let Some(settings) = settings(before) else { return Vec::new() };
    candidates(cached(list, property, &settings), "")
}

/// The numbers, or if it has none the keys, of the things that an operation is about or of which
/// a collection is: for words without a flag.
pub fn of_set(set: &EntitySet, before: &[String]) -> Vec<Candidate> {
    let (Some(settings), Some(list)) = (settings(before), set.list) else { return Vec::new() };
    let Some(property) = set.number.or(set.key) else { return Vec::new() };
    let prefix = if set.number.is_some() { "" } else { "id:" };
    candidates(cached(list, property.name, &settings), prefix)
}

fn candidates(rows: Option<Vec<String>>, before: &str) -> Vec<Candidate> {
    let rows = rows.unwrap_or_default();
    let pairs = rows.iter().filter_map(|row| row.split_once('\t'));
    pairs.map(|(value, about)| Candidate::new(format!("{before}{value}"), about)).collect()
}

/// The list that has it, and its property there: `Users.Id` of a flag that refers to it, or the
/// key of the resource's own entities.
fn meant(flag: &Flag, operation: Option<&'static Operation>) -> Option<(&'static Operation, &'static str)> {
    if let Some((resource, property)) = flag.refers_to.and_then(|refers_to| refers_to.split_once('.')) {
        return Some((list_of(threecx::resource(resource)?)?, property));
    }
    let operation = operation.filter(|_| flag.place == Place::Path)?;
    let key = operation.newest_form().parameters.iter().any(|parameter| parameter.key && parameter.name == flag.name);
    key.then(|| list_of(operation.resource)).flatten().map(|list| (list, flag.name))
}

fn list_of(resource: &'static threecx_catalog::Resource) -> Option<&'static Operation> {
    resource.operations.iter().find(|operation| operation.verb == Verb::List && takes_nothing(operation.newest_form()))
}

fn takes_nothing(form: &Form) -> bool {
    form.parameters.is_empty() && form.span.overlaps(Span::NEWEST)
}

/// The connection that the line so far names. `None` if connecting would ask
/// for something or start something.
fn settings(before: &[String]) -> Option<Settings> {
    let command = Command::new("threecx").no_binary_name(true).disable_help_flag(true).ignore_errors(true);
    let matches =
        globals::add(command, |global| global.name != "help").try_get_matches_from(connection(before)).ok()?;
    Settings::from(ConnectionFlags::of(&matches).ok()?).ok().filter(|settings| !settings.sim && settings.is_quiet())
}

/// The flags of the program itself among the words.
fn connection(before: &[String]) -> Vec<String> {
    let mut flags = Vec::new();
    let mut words = before.iter();
    while let Some(word) = words.next() {
        let name = word.trim_start_matches('-').split('=').next().unwrap_or_default();
        if word.starts_with('-') && globals::GLOBALS.iter().any(|global| global.name == name && name != "help") {
            flags.push(word.clone());
            if globals::takes_next(word) {
                flags.extend(words.next().cloned());
            }
        }
    }
    flags
}

/// The rows from the file, or from the PBX if the file is too old: a value, a tab, what it means.
fn cached(list: &'static Operation, property: &str, settings: &Settings) -> Option<Vec<String>> {
    let path = path(list, property, settings)?;
    if let Some(text) = fresh(&path) {
        return Some(text.lines().map(str::to_owned).collect());
    }
    // An empty file says that it was tried, whatever the result.
    write(&path, "")?;
    let rows = read(list, property, settings)?;
    write(&path, &rows.join("\n"))?;
    Some(rows)
}

fn fresh(path: &Path) -> Option<String> {
    let about = fs::metadata(path).ok()?;
    let age = SystemTime::now().duration_since(about.modified().ok()?).ok()?;
    let text = fs::read_to_string(path).ok()?;
    (age < if text.is_empty() { LEAVE_ALONE } else { FRESH }).then_some(text)
}

/// One file for each PBX, client, list and property; no one else may read it.
fn path(list: &Operation, property: &str, settings: &Settings) -> Option<PathBuf> {
    use std::hash::{DefaultHasher, Hash, Hasher};
    let mut hasher = DefaultHasher::new();
    (&settings.url, settings.who().map(|who| who.key())).hash(&mut hasher);
    Some(folders::cache()?.join("completion").join(format!("{:016x}-{}-{property}", hasher.finish(), list.id)))
}

fn write(path: &Path, text: &str) -> Option<()> {
    atomic_file::make_folder(path.parent()?).ok()?;
    atomic_file::write(path, text, Readers::Owner).ok()
}

fn read(list: &'static Operation, property: &str, settings: &Settings) -> Option<Vec<String>> {
    let structure = list.newest_form().entity(Span::NEWEST)?;
    let mut arguments = Arguments::default();
    arguments.options.insert("select".into(), Input::Text(columns(structure, property).join(",")));
    runtime().ok()?.block_on(async {
        let connection = settings.connect(&mut Stdin::default()).await.ok()?;
        let mut pages = connection.client.pages(list, arguments, Some(MOST));
        let mut rows = Vec::new();
        let all = async {
            while let Ok(Some(page)) = pages.next().await {
                let Some(found) = page.rows() else { break };
                let parsed = found.filter_map(|row| serde_json::from_str::<Value>(row).ok());
                rows.extend(parsed.filter_map(|row| line(&row, property)));
            }
        };
        // What has come by then is better than nothing.
        let _ = tokio::time::timeout(PATIENCE, all).await;
        (!rows.is_empty()).then_some(rows)
    })
}

fn columns(structure: &Structure, property: &str) -> Vec<&'static str> {
    let known = structure.properties_in(Span::NEWEST).filter(|known| !known.navigation && !known.secret);
    known.map(|known| known.name).filter(|name| *name == property || TELLING.contains(name)).collect()
}

fn line(row: &Value, property: &str) -> Option<String> {
    let text = |value: &Value| match value {
        Value::String(text) => Some(text.replace(['\t', '\n'], " ")).filter(|text| !text.is_empty()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    };
    let value = text(row.get(property)?)?;
    // A shell would take it for several words.
    let plain = value.chars().all(|c| c.is_alphanumeric() || "-_.+@".contains(c));
    let telling = TELLING.iter().filter(|name| **name != property).filter_map(|name| text(row.get(*name)?));
    let mut about: Vec<String> = telling.collect();
    about.dedup();
    plain.then(|| format!("{value}\t{}", about.join(" ")))
}
