//! `--dry-run`: the request that would be sent, with its secrets masked.

use serde_json::{Map, Value, json};
use threecx::{Arguments, Client, Error, Operation, Request, Span};
use threecx_core::{MASK, plan};

use crate::connect::Settings;
use crate::failure::Failure;
use crate::output::{Output, json};

/// Stands for the address where none is given.
const PLACEHOLDER: &str = "https://PBX";

/// Plans an operation and prints the request.
pub fn operation(
    operation: &'static Operation,
    arguments: &Arguments,
    settings: &Settings,
    output: &Output,
) -> Result<(), Failure> {
    match plan(operation, arguments, settings.release.unwrap_or(Span::NEWEST)) {
        Ok(request) => print(&request, settings, output),
        Err(Error::NotInVersion(error)) if settings.release.is_none() => {
            let has_it = error.exists.last().map(|span| span.last.version()).unwrap_or_default();
            Err(Failure::NotPlanned {
                error,
                next_step: format!("Add --api {has_it} to plan it for a release that has it."),
            })
        }
        Err(error) => Err(error.into()),
    }
}

/// Prints a request.
pub fn print(request: &Request, settings: &Settings, output: &Output) -> Result<(), Failure> {
    let base = base(settings)?;
    let mut sink = output.open()?;
    sink.line(&shown(request, &base, output))?;
    sink.finish()
}

/// Prints several: one after the other, or a JSON list.
pub fn several(requests: &[Request], settings: &Settings, output: &Output) -> Result<(), Failure> {
    let base = base(settings)?;
    let mut sink = output.open()?;
    for (index, request) in requests.iter().enumerate() {
        let before = match (output.is_json(), index) {
            (true, 0) => "[\n",
            (true, _) => ",\n",
            (false, 0) => "",
            (false, _) => "\n",
        };
        let after = if output.is_json() { "" } else { "\n" };
        sink.raw(format!("{before}{}{after}", shown(request, &base, output)).as_bytes())?;
    }
    if output.is_json() {
        sink.line(if requests.is_empty() { "[]" } else { "\n]" })?;
    }
    sink.finish()
}

/// A request, for a person or as JSON.
fn shown(request: &Request, base: &str, output: &Output) -> String {
    let url = format!("{base}{}", request.path_and_query);
    let headers = std::iter::once(("authorization", format!("Bearer {MASK}")));
    let headers: Vec<(&str, String)> = headers.chain(request.headers.iter().cloned()).collect();
    let body = request.masked_body();
    if output.is_json() {
        let headers: Map<String, Value> =
            headers.into_iter().map(|(name, value)| (name.to_owned(), value.into())).collect();
        let parsed = body.as_deref().map(|body| serde_json::from_str(body).unwrap_or_else(|_| Value::from(body)));
        let request = json!({
            "method": request.method.as_str(),
            "url": url,
            "headers": headers,
            "body": parsed,
        });
        return json::pretty(&request.to_string());
    }
    let mut text = format!("{} {url}", request.method);
    for (name, value) in headers {
        text.push_str(&format!("\n{name}: {value}"));
    }
    if let Some(body) = body {
        text.push_str(&format!("\n\n{body}"));
    }
    text
}

fn base(settings: &Settings) -> Result<String, Failure> {
    let Some(url) = settings.url.as_deref().filter(|_| !settings.sim) else { return Ok(PLACEHOLDER.into()) };
    // The client knows what an address is.
    Client::builder(url).credentials("", "").allow_http(settings.allow_http).build()?;
    let url = url.trim();
    let scheme = if url.contains("://") { "" } else { "https://" };
    let url = url.trim_end_matches('/');
    let known = ["/xapi/v1", "/xapi", "/webclient"];
    let url = known.iter().find_map(|path| url.strip_suffix(path)).unwrap_or(url);
    Ok(format!("{scheme}{}", url.trim_end_matches('/')))
}
