//! `threecx api METHOD PATH`: the way out, for what the catalogue does not know.

use std::ffi::OsString;

use serde_json::value::RawValue;
use threecx::{Arguments, Error, Input, Request};
use threecx_catalog::Method;
use threecx_core::{InputError, guard, raw};

use crate::arguments::{Stdin, content};
use crate::confirm::{self, Consent};
use crate::connect::Settings;
use crate::failure::Failure;
use crate::output::{Output, flag, json, text};
use crate::{addressed, command, curl, dry_run, runtime};

/// Sends a request as it is and prints what comes.
pub fn run(rest: Vec<OsString>) -> Result<(), Failure> {
    let matches = command::own::api().try_get_matches_from(rest)?;
    let output = Output::from(&matches)?;
    let settings = Settings::from(&matches)?;
    let mut stdin = Stdin::default();
    let method = method(&text(&matches, "method").unwrap_or_default())?;
    let path = text(&matches, "path").unwrap_or_default();
    let body = text(&matches, "body").map(|body| content("--body", body, &mut stdin)).transpose()?;
    let request = raw(method, &path, body);
    if flag(&matches, "curl") {
        return curl::print(&request, &settings, &output);
    }
    if flag(&matches, "dry-run") {
        return dry_run::print(&request, &settings, &output);
    }
    let pbx = settings.pbx();
    let concerned = || Some(format!("{} {}", request.method, request.path_and_query));
    let consent = Consent::to(warning(&request), settings.sim || flag(&matches, "yes"), concerned, pbx.as_deref())?;
    consent.ask(concerned().as_deref(), pbx.as_deref())?;
    let reply = runtime()?.block_on(async {
        let connection = settings.connect(&mut stdin).await?;
        Ok::<_, Failure>(connection.client.open(&request, None).await?.whole().await?)
    })?;
    let bytes = reply.bytes();
    if bytes.is_empty() {
        output.remark(&[format!("Status {}, without content.", reply.status())]);
        return Ok(());
    }
    let mut sink = output.open()?;
    match serde_json::from_slice::<&RawValue>(bytes) {
        Ok(value) => sink.line(&json::pretty(value.get()))?,
        Err(_) => sink.raw(bytes)?,
    }
    sink.finish()
}

/// What the request does, if it is what an operation would be asked about, or might be.
fn warning(request: &Request) -> Option<String> {
    let Some(operation) = addressed::operation(request.method, &request.path_and_query) else {
        return (request.method == Method::Delete)
            .then(|| "This deletes something, and the catalogue does not know what.".to_owned());
    };
    let arguments = Arguments { body: request.body.clone().map(Input::Text), ..Arguments::default() };
    confirm::warning(&guard::findings(operation, &arguments))
}

fn method(word: &str) -> Result<Method, Error> {
    let all = [Method::Get, Method::Post, Method::Patch, Method::Put, Method::Delete];
    all.into_iter().find(|method| method.as_str().eq_ignore_ascii_case(word)).ok_or_else(|| {
        InputError::of("METHOD", "GET, POST, PATCH, PUT or DELETE", format!("`{word}`"))
            .with_hint("Write the method first, then the path: threecx api GET /Users")
            .into()
    })
}
