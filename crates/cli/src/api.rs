//! `threecx api METHOD PATH`: the escape hatch, for what the catalogue does not know.

use std::ffi::OsString;

use serde_json::value::RawValue;
use threecx::{Arguments, Error, Input, Request};
use threecx_catalog::Method;
use threecx_core::guard::{self, Finding};
use threecx_core::{InputError, depth, raw};

use crate::args::connection::ConnectionFlags;
use crate::args::matches;
use crate::args::output::OutputFlags;
use crate::args::parse::parse;
use crate::args::plain::plain;
use crate::args::run::RunFlags;
use crate::args::stdin::{Stdin, content};
use crate::args::{globals, layout};
use crate::connect::Settings;
use crate::consent::Consent;
use crate::failure::Failure;
use crate::output::width;
use crate::output::{Output, json};
use crate::runtime::runtime;
use crate::{curl, dry_run, raw_target};
use clap::{Arg, Command};

/// What it does, for lists of commands.
pub const ABOUT: &str = "Send any request: a method and a path";

/// `threecx api`
pub fn command() -> Command {
    let method = Arg::new("method").required(true).value_name("METHOD").help("GET, POST, PATCH, PUT or DELETE");
    let path = Arg::new("path")
        .required(true)
        .value_name("PATH")
        .help("Below /xapi/v1, or from the root: /xapi/v1/Users, /api/download/…");
    let body = Arg::new("body").long("body").value_name("JSON|@FILE|-").help("Request body, sent unchanged as JSON");
    let command = plain(
        format!("{ABOUT}, with the token of the client; print the answer unchanged"),
        "threecx api <METHOD> <PATH> [--body JSON|@FILE|-] [OPTIONS]",
    );
    let command = globals::add(command.arg(method).arg(path).arg(body), |global| global.name != "plan-out");
    layout::fit(command, width()).after_help(
        "Nothing is checked or quoted before it is sent. What its operation asks to confirm is confirmed here too, and so is a\n\
         DELETE that the catalogue does not know. Quote the path: a shell interprets $ and (.\n\n\
         Examples:\n  threecx api GET '/Users?$top=1'\n  threecx api POST /Users/Pbx.ReprovisionAllPhones --body '{\"ids\": [123]}'\n  \
         threecx api GET /api/download/backup/nightly.zip --output-file nightly.zip",
    )
}

/// Sends a request unchanged and prints the answer.
pub fn run(rest: Vec<OsString>) -> Result<(), Failure> {
    let matches = parse(command(), rest)?;
    let output = Output::from(OutputFlags::of(&matches))?;
    let settings = Settings::from(ConnectionFlags::of(&matches)?)?;
    let mut stdin = Stdin::default();
    let method = method(&matches::text(&matches, "method").unwrap_or_default())?;
    let path = matches::text(&matches, "path").unwrap_or_default();
    let body = matches::text(&matches, "body").map(|body| content("--body", body, &mut stdin)).transpose()?;
    let request = raw(method, below(&path, &settings)?, body);
    let run = RunFlags::with_curl(&matches);
    if run.curl {
        return curl::print(&request, &settings, &output);
    }
    if run.dry_run {
        return dry_run::print(&request, &settings, &output);
    }
    let concerned = || Some(format!("{} {}", request.method, request.path_and_query));
    let consent = Consent::to_sentences(warnings(&request), settings.sim || run.yes, concerned, settings.pbx())?;
    consent.ask(concerned().as_deref())?;
    let reply = runtime()?.block_on(async {
        let connection = settings.connect(&mut stdin).await?;
        Ok::<_, Failure>(connection.client.open(&request, None).await?.whole().await?)
    })?;
    let bytes = reply.bytes();
    if bytes.is_empty() {
        output.remark(&[format!("Status {}, without content.", reply.status())]);
        return Ok(());
    }
    let mut sink = output.open_private()?;
    match serde_json::from_slice::<&RawValue>(bytes) {
        Ok(value) if !depth::is_deeper(value.get()) => sink.line(&json::pretty(value.get()))?,
        _ => sink.raw(bytes)?,
    }
    sink.finish()
}

/// The path of a link to this PBX, as answers have them; links to elsewhere are not followed.
fn below<'p>(path: &'p str, settings: &Settings) -> Result<&'p str, Failure> {
    let is_link = |scheme: &str| path.get(..scheme.len()).is_some_and(|start| start.eq_ignore_ascii_case(scheme));
    if !is_link("https://") && !is_link("http://") {
        return Ok(path);
    }
    let base = dry_run::address(settings)?;
    let rest = base.as_deref().and_then(|base| path.strip_prefix(base.trim_end_matches('/')));
    rest.filter(|rest| rest.starts_with('/')).ok_or_else(|| {
        let expected = base.map_or("a path".into(), |base| format!("a path, or a link that begins with {base}/"));
        Error::from(
            InputError::of("PATH", expected, format!("`{path}`")).with_hint("The token is sent to no one else."),
        )
        .into()
    })
}

/// What the request does, if it is what an operation would be asked about, or might be.
fn warnings(request: &Request) -> Vec<String> {
    let Some(operation) = raw_target::operation(request.method, &request.path_and_query) else {
        let path = request.path_and_query.split('?').next().unwrap_or_default().to_ascii_lowercase();
        let does = match request.method {
            Method::Delete => "deletes something, and the catalogue does not know what",
            Method::Put => "replaces something whole, and the catalogue does not know what",
            // As it may be written in a URL, too.
            Method::Post if path.ends_with("$batch") || path.ends_with("%24batch") => {
                "sends several requests at once, and nothing is known of what they do"
            }
            _ => return Vec::new(),
        };
        return vec![format!("This {does}.")];
    };
    let arguments = Arguments { body: request.body.clone().map(Input::Text), ..Arguments::default() };
    guard::findings(operation, &arguments, None).iter().map(Finding::sentence).collect()
}

fn method(word: &str) -> Result<Method, Error> {
    let all = [Method::Get, Method::Post, Method::Patch, Method::Put, Method::Delete];
    all.into_iter().find(|method| method.as_str().eq_ignore_ascii_case(word)).ok_or_else(|| {
        InputError::of("METHOD", "GET, POST, PATCH, PUT or DELETE", format!("`{word}`"))
            .with_hint("Write the method first, then the path: threecx api GET /Users")
            .into()
    })
}
