//! Commands: which one it is, and what all of them share.

use serde::{Deserialize, Serialize};
use serde_json::json;
use threecx_catalog::{self as catalog, Operation, Span};

use crate::error_reply::Failure;
use crate::{address, amount, failed, fields, inputs, mask, page, picker, plan, properties, read, watch};

/// Carries out a command.
pub fn call(command: &[u8]) -> Vec<u8> {
    dispatch(command).unwrap_or_else(|failure| written(&failure.reply()))
}

fn written(reply: &impl Serialize) -> Vec<u8> {
    // A reply is made of maps with text keys, which can always be written.
    serde_json::to_vec(reply).unwrap_or_default()
}

/// The replies are small: rows never pass through here.
pub(crate) type Reply = Result<serde_json::Value, Failure>;

fn dispatch(command: &[u8]) -> Result<Vec<u8>, Failure> {
    #[derive(Deserialize)]
    struct Head<'a> {
        r#do: &'a str,
    }
    let reply = match parse::<Head<'_>>(command)?.r#do {
        "plan" => return Ok(written(&plan::plan(parse(command)?)?)),
        "read" => read::read(parse(command)?),
        "failed" => failed::failed(parse(command)?),
        "page" => page::page(parse(command)?),
        "amount" => amount::command(parse(command)?),
        "concurrency" => amount::concurrency(parse(command)?),
        "address" => address::command(parse(command)?),
        "mask" => mask::command(parse(command)?),
        "inputs" => inputs::command(parse(command)?),
        "fields" => fields::command(parse(command)?),
        "properties" => properties::command(parse(command)?),
        "watching" => watch::settings(parse(command)?),
        "watch" => watch::watch(&parse(command)?),
        "watched" => watch::watched(parse(command)?),
        "picker" => picker::command(parse(command)?),
        other => Err(Failure::command(format!("there is no command `{other}`"))),
    };
    Ok(written(&reply?))
}

fn parse<'a, T: Deserialize<'a>>(command: &'a [u8]) -> Result<T, Failure> {
    serde_json::from_slice(command).map_err(|error| Failure::command(threecx_core::mask::unfit(&error)))
}

/// A command about one operation and nothing else.
#[derive(Deserialize)]
pub struct About<'a> {
    /// Its id.
    pub(crate) operation: &'a str,
    /// The PBX's build or an API release, where it is known.
    #[serde(default)]
    pub(crate) version: Option<String>,
}

impl About<'_> {
    pub(crate) fn operation(&self) -> Result<&'static Operation, Failure> {
        operation(self.operation)
    }

    pub(crate) fn target(&self) -> Result<Span, Failure> {
        Ok(target(self.version.as_deref())?.unwrap_or(Span::NEWEST))
    }
}

/// The operation with this id.
pub(crate) fn operation(id: &str) -> Result<&'static Operation, Failure> {
    catalog::operation(id).ok_or_else(|| Failure::unknown_operation(id))
}

/// The releases that a build (`20.0.8.1131`) may follow, or that a label (`20.0.7@2025-05-06`) names.
pub(crate) fn target(version: Option<&str>) -> Result<Option<Span>, Failure> {
    let Some(version) = version else { return Ok(None) };
    let known = Span::parse(version).or_else(|| Span::of_pbx(version));
    known.map(Some).ok_or_else(|| Failure::command(format!("`{version}` is not a version of 3CX")))
}

/// A reply in one member.
pub(crate) fn reply(name: &str, value: impl Serialize) -> Reply {
    Ok(json!({ name: value }))
}
