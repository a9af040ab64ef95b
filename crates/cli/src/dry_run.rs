//! `--dry-run`: the request that would be sent, with its secrets masked.

use serde_json::{Map, Value, json};
use threecx::{Client, Request};
use threecx_core::MASK;

use crate::connect::Settings;
use crate::failure::Failure;
use crate::output::shape::Shape;
use crate::output::style::{escaped, one_line};
use crate::output::{Output, value};

/// Stands for the address where none is given.
const PLACEHOLDER: &str = "https://PBX";

/// Prints a request.
pub fn print(request: &Request, settings: &Settings, output: &Output) -> Result<(), Failure> {
    let shown = Shown::of(request, settings)?;
    // What is shown is a request and not an answer.
    let output = output.unfiltered();
    if output.is_for_programs() {
        return value::print_value(&shown.value().to_string(), &Shape::unknown(), &output);
    }
    let mut sink = output.open_private()?;
    sink.line(&shown.text())?;
    sink.finish()
}

/// Prints several: one after the other, or a list of them.
pub fn several(requests: &[Request], settings: &Settings, output: &Output) -> Result<(), Failure> {
    let output = output.unfiltered();
    let shown = requests.iter().map(|request| Shown::of(request, settings));
    if output.is_for_programs() {
        let values: Result<Vec<String>, Failure> = shown.map(|shown| Ok(shown?.value().to_string())).collect();
        return value::print_rows(values?.iter().map(String::as_str), None, &Shape::unknown(), &output);
    }
    let mut sink = output.open_private()?;
    for (index, shown) in shown.enumerate() {
        if index > 0 {
            sink.line("")?;
        }
        sink.line(&shown?.text())?;
    }
    sink.finish()
}

/// A request as it may be shown.
struct Shown<'r> {
    method: &'static str,
    url: String,
    headers: Vec<(&'r str, String)>,
    body: Option<String>,
}

impl Shown<'_> {
    fn of<'r>(request: &'r Request, settings: &Settings) -> Result<Shown<'r>, Failure> {
        let base = address(settings)?;
        let headers = std::iter::once(("authorization", format!("Bearer {MASK}")));
        Ok(Shown {
            method: request.method.as_str(),
            url: format!("{}{}", base.as_deref().unwrap_or(PLACEHOLDER), request.masked_path()),
            headers: headers.chain(request.headers.iter().cloned()).collect(),
            body: request.masked_body(),
        })
    }

    fn value(self) -> Value {
        let headers: Map<String, Value> =
            self.headers.into_iter().map(|(name, value)| (name.to_owned(), value.into())).collect();
        let body = self.body.as_deref().map(|body| serde_json::from_str(body).unwrap_or_else(|_| Value::from(body)));
        json!({"method": self.method, "url": self.url, "headers": headers, "body": body})
    }

    fn text(&self) -> String {
        let mut text = one_line(&format!("{} {}", self.method, self.url));
        for (name, value) in &self.headers {
            text.push('\n');
            text.push_str(&one_line(&format!("{name}: {value}")));
        }
        if let Some(body) = &self.body {
            text.push_str("\n\n");
            text.push_str(&escaped(body));
        }
        text
    }
}

/// The address of the PBX in full, where one is given.
pub fn address(settings: &Settings) -> Result<Option<String>, Failure> {
    let Some(url) = settings.url.as_deref().filter(|_| !settings.sim) else { return Ok(None) };
    Ok(Some(Client::builder(url).allow_http(settings.allow_http).address()?))
}
