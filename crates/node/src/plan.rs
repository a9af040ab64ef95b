//! `plan`: an operation and its arguments become a request.

use serde::Deserialize;
use serde_json::{Map, Value, json};
use threecx_catalog::{self as catalog, Content, Effect, Operation, Span};
use threecx_core::{Arguments, Error, Input, Request, is_the_same_in_every_release};

use crate::arguments::GivenArguments;
use crate::command::{self, Reply};
use crate::simplify::simplified;

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
    /// True if the PBX was asked for its build already; whoever does not say is taken for the newest.
    #[serde(default)]
    asked: bool,
    #[serde(borrow, default)]
    arguments: GivenArguments<'a>,
    /// True for the properties that matter instead of all.
    #[serde(default)]
    simplify: bool,
}

/// `{request, repeatable, reads, done}`; or `{ask}`, a request whose answer names the PBX's build,
/// where the operation is not the same in all of them.
pub(crate) fn plan(plan: Plan<'_>) -> Reply {
    let operation = command::operation(plan.operation)?;
    let mut arguments: Arguments = plan.arguments.into();
    let known = command::target(plan.version)?;
    if known.is_none() && !plan.asked && !is_the_same_in_every_release(operation) {
        // What does not fit any release is refused without asking.
        threecx_core::plan(operation, &arguments, Span::ALL)?;
        return command::reply("ask", shown(&least()?));
    }
    let target = known.unwrap_or(Span::NEWEST);
    if plan.simplify
        && !arguments.options.contains_key("select")
        && let Some(names) = simplified(operation, target)
    {
        arguments.options.insert("select".into(), Input::Text(names.join(",")));
    }
    let request = threecx_core::plan(operation, &arguments, target)?;
    Ok(json!({
        "request": shown(&request),
        "repeatable": operation.repeatable,
        "reads": operation.effect == Effect::Reads,
        "file": matches!(request.answer.content, Content::File(..)),
        "done": done(operation, &arguments, &request),
    }))
}

/// The least that a PBX can be asked, which 3CX's documentation gives as the quick test.
fn least() -> Result<Request, Error> {
    let Some(defs) = catalog::operation("Defs.GetDefs") else {
        return Err(Error::Answer { reason: "the catalogue lacks Defs.GetDefs".into() });
    };
    let mut arguments = Arguments::default();
    arguments.options.insert("select".into(), "Id".into());
    threecx_core::plan(defs, &arguments, Span::NEWEST)
}

pub(crate) fn shown(request: &Request) -> Value {
    let headers: Map<String, Value> =
        request.headers.iter().map(|(name, value)| ((*name).to_owned(), json!(value))).collect();
    json!({
        "method": request.method.as_str(),
        "path": request.path_and_query,
        "headers": headers,
        "body": request.body,
    })
}

/// What to say of a call that is answered with nothing: what was done, and to what. Secrets in
/// it are masked.
fn done(operation: &Operation, arguments: &Arguments, request: &Request) -> Value {
    let mut done = Map::new();
    done.insert("success".into(), true.into());
    done.insert("operation".into(), operation.id.into());
    for (name, input) in &arguments.parameters {
        let value = match input {
            Input::Text(text) => json!(text),
            Input::Json(text) => serde_json::from_str(text).unwrap_or_default(),
        };
        done.insert(name.clone(), value);
    }
    let sent = request.masked_body().and_then(|body| serde_json::from_str::<Value>(&body).ok());
    if let Some(sent) = sent {
        done.insert("sent".into(), sent);
    }
    Value::Object(done)
}
