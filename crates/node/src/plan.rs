//! `plan`: an operation and its arguments become a request.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::value::{RawValue, to_raw_value};
use serde_json::{Map, Value};
use threecx_catalog::{Content, Effect, Operation, Options, Span, Target, Type, Verb};
use threecx_core::guard::{self, Finding};
use threecx_core::{Arguments, Input, Place, Request, is_the_same_in_every_release, probe, setting};

use crate::error_reply::Failure;
use crate::simplify::simplified;
use crate::zone::{self, Instants};
use crate::{command, given, inputs, names};

/// The command.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Plan<'a> {
    #[serde(rename = "do")]
    _do: &'a str,
    operation: &'a str,
    /// The PBX's build, once an answer has named it.
    #[serde(default)]
    version: Option<&'a str>,
    /// True if the PBX was asked for its build already; one that does not say counts as the newest.
    #[serde(default)]
    asked: bool,
    #[serde(default)]
    arguments: Arguments,
    /// True for the properties that matter instead of all.
    #[serde(default)]
    simplify: bool,
    /// The part of a list that is wanted; a release that does not page gives all of it.
    #[serde(default)]
    page: Option<Page>,
    /// What the times without an offset among the arguments mean.
    #[serde(default)]
    instants: Instants,
}

#[derive(Deserialize)]
struct Page {
    #[serde(default)]
    top: u64,
    #[serde(default)]
    skip: u64,
}

/// The reply.
#[derive(Serialize)]
#[serde(untagged)]
pub(crate) enum Planned {
    /// A request whose answer names the PBX's build, where the operation is not the same in all of them.
    Ask {
        /// To be sent first.
        ask: Shown,
    },
    /// The call.
    Request {
        request: Shown,
        repeatable: bool,
        reads: bool,
        /// True if a file is the answer.
        file: bool,
        done: Done,
        /// What a person should know before it is sent, as sentences: what it interrupts, destroys or replaces.
        #[serde(skip_serializing_if = "Vec::is_empty")]
        findings: Vec<String>,
        /// The one thing that it is about, for errors: `User 29`.
        #[serde(skip_serializing_if = "Option::is_none")]
        thing: Option<String>,
        /// The body as it may be shown, as JSON text; nothing where that is the request's.
        #[serde(skip_serializing_if = "Option::is_none")]
        masked: Option<String>,
        /// The path as it may be shown; nothing where that is the request's.
        #[serde(rename = "maskedPath", skip_serializing_if = "Option::is_none")]
        masked_path: Option<String>,
        /// Whether the answer is the page that was asked for, if one was.
        #[serde(skip_serializing_if = "Option::is_none")]
        paged: Option<bool>,
        /// The property that tells the rows of a page apart, where there is one.
        #[serde(skip_serializing_if = "Option::is_none")]
        key: Option<Key>,
    },
    /// Nothing has to be sent.
    Nothing {
        /// What to say instead.
        done: Done,
    },
}

/// What tells rows apart.
#[derive(Serialize)]
pub(crate) struct Key {
    name: &'static str,
    /// True if it was not selected: it does not belong to what was asked for.
    hidden: bool,
}

/// A request.
#[derive(Serialize)]
pub(crate) struct Shown {
    method: &'static str,
    path: String,
    headers: Map<String, Value>,
    body: Option<String>,
}

/// What to say of a call that is answered with nothing, besides its body: what was done, and to what.
#[derive(Serialize)]
pub(crate) struct Done {
    success: bool,
    /// True if something is gone now.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    deleted: bool,
    operation: &'static str,
    #[serde(flatten)]
    parameters: BTreeMap<String, Box<RawValue>>,
    /// Why nothing was sent.
    #[serde(skip_serializing_if = "Option::is_none")]
    skipped: Option<String>,
}

/// Plans it.
pub(crate) fn plan(plan: Plan<'_>) -> Result<Planned, Failure> {
    let operation = command::operation(plan.operation)?;
    let mut arguments = plan.arguments;
    let found = inputs::of(operation);
    given::flatten(&found, &mut arguments);
    zone::place(&found, &mut arguments, &plan.instants);
    if let Some(why) = given::nothing_to_do(operation, &found, &arguments) {
        return Ok(Planned::Nothing {
            done: Done { deleted: false, skipped: Some(why), ..done(operation, arguments) },
        });
    }
    given::refuse_empty(operation, &found, &arguments)?;
    let known = command::target(plan.version)?;
    if known.is_none() && !plan.asked && !is_the_same_in_every_release(operation) {
        // What does not fit any release is refused without asking.
        threecx_core::fits_a_release(operation, &arguments)?;
        return Ok(Planned::Ask { ask: probe()?.1.into() });
    }
    let target = known.unwrap_or(Span::NEWEST);
    if plan.simplify
        && !arguments.options.contains_key("select")
        && let Some(names) = simplified(operation, target)
    {
        arguments.options.insert("select".into(), Input::Text(names.join(",")));
    }
    let pages = threecx_core::form(operation, target)?.options_in(target).contains(Options::TOP.union(Options::SKIP));
    if let Some(Page { top, skip }) = plan.page.as_ref().filter(|_| pages) {
        for (name, value) in [("top", top), ("skip", skip)] {
            if *value > 0 {
                arguments.options.insert(name.into(), Input::Json(value.to_string()));
            }
        }
    }
    let mut request = threecx_core::plan(operation, &arguments, target)?;
    let key = plan.page.as_ref().filter(|_| pages).and_then(|_| key(operation, &arguments, target));
    if let Some(Key { name, hidden: true }) = key {
        let selected = arguments.options.remove("select").map(|select| with_key(&select, name));
        arguments.options.extend(selected.map(|select| ("select".to_owned(), select)));
        request = threecx_core::plan(operation, &arguments, target)?;
    }
    Ok(Planned::Request {
        findings: guard::findings(operation, &arguments, None).iter().map(Finding::sentence).collect(),
        thing: thing(operation, &arguments, target),
        done: done(operation, arguments),
        masked: request.masked_body().filter(|masked| request.body.as_ref() != Some(masked)),
        masked_path: Some(request.masked_path().into_owned()).filter(|masked| *masked != request.path_and_query),
        file: matches!(request.answer.content, Content::File(..)),
        request: request.into(),
        paged: plan.page.map(|_| pages),
        key,
        repeatable: operation.repeatable,
        reads: operation.effect == Effect::Reads,
    })
}

impl From<Request> for Shown {
    fn from(request: Request) -> Shown {
        Shown {
            method: request.method.as_str(),
            path: request.path_and_query,
            headers: request.headers.into_iter().map(|(name, value)| (name.to_owned(), value.into())).collect(),
            body: request.body,
        }
    }
}

/// What an operation on one entity is about.
fn thing(operation: &Operation, arguments: &Arguments, target: Span) -> Option<String> {
    let Target::Entity(set, by) = operation.form(target)?.target else { return None };
    let key = arguments.get(Place::Path, by.name)?.text();
    // JSON text has its quotes.
    let key = serde_json::from_str::<String>(key).unwrap_or_else(|_| key.to_owned());
    Some(format!("{} {}", names::label(set.structure.name), key.trim()))
}

/// The key of the set that is listed, if every row has one.
fn key(operation: &Operation, arguments: &Arguments, target: Span) -> Option<Key> {
    let Target::Set(set) = operation.form(target)?.target else { return None };
    let key = set.key.filter(|key| operation.verb == Verb::List && set.addressed && !key.navigation)?;
    let selected = arguments.get(Place::Option, "select").map(names).unwrap_or_default();
    let hidden =
        !selected.is_empty() && !selected.iter().any(|name| name == "*" || name.eq_ignore_ascii_case(key.name));
    Some(Key { name: key.name, hidden })
}

/// The names in `Id,Number` or `["Id","Number"]`.
fn names(select: &Input) -> Vec<String> {
    let text = select.text();
    let listed = serde_json::from_str::<Vec<String>>(text).unwrap_or_default().join(",");
    let text = if listed.is_empty() { text.trim_matches('"') } else { &listed };
    text.split(',').map(|name| name.trim().to_owned()).filter(|name| !name.is_empty()).collect()
}

fn with_key(select: &Input, key: &str) -> Input {
    let mut names = names(select);
    names.push(key.to_owned());
    Input::Text(names.join(","))
}

fn done(operation: &'static Operation, arguments: Arguments) -> Done {
    let types =
        operation.forms.iter().flat_map(|form| form.parameters).map(|parameter| (parameter.name, parameter.ty.ty));
    let types: Vec<(&str, Type)> = types.collect();
    // A number is one, whether it was given as text or not: other nodes compare it with what lists give.
    let number = |name: &str, input: &Input| {
        let (_, ty) = types.iter().find(|(known, _)| known.eq_ignore_ascii_case(name))?;
        let whole = matches!(ty, Type::Byte | Type::Int32 | Type::Int64);
        setting(name, input, *ty).ok().filter(|_| whole).and_then(|number| RawValue::from_string(number).ok())
    };
    let value = |name: &str, input| {
        number(name, &input).or_else(|| match input {
            Input::Text(text) => to_raw_value(&text).ok(),
            Input::Json(text) => RawValue::from_string(text).ok(),
        })
    };
    let parameters = arguments.parameters.into_iter();
    Done {
        success: true,
        deleted: matches!(operation.effect, Effect::Destroys(what) if what.starts_with("deletes")),
        operation: operation.id,
        parameters: parameters
            .filter_map(|(name, input)| {
                let value = value(&name, input)?;
                Some((name, value))
            })
            .collect(),
        skipped: None,
    }
}
