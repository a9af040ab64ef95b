//! `--curl`: the same call for curl and a POSIX shell. Nothing secret is printed: the client
//! secret and the secrets of the body are variables, and the token is fetched into one.

use std::fmt::Write as _;

use serde_json::json;
use threecx::Request;
use threecx_catalog::{Content, Method};

use crate::args::flag::kebab;
use crate::connect::Settings;
use crate::dry_run;
use crate::env_vars;
use crate::failure::Failure;
use crate::output::shape::Shape;
use crate::output::style::note;
use crate::output::{Output, value};
use crate::profiles::Who;
use crate::shell::{quoted, single_quoted};

/// Begins the lines that belong to the one before.
const NEXT: &str = " \\\n  ";

/// The variable that holds the token.
const TOKEN: &str = "THREECX_TOKEN";

/// Prints how curl sends a request.
pub fn print(request: &Request, settings: &Settings, output: &Output) -> Result<(), Failure> {
    let base = dry_run::address(settings)?;
    let url = |path: &str| match &base {
        Some(base) => single_quoted(&format!("{base}{path}")),
        None => format!("{}{}", variable(env_vars::URL.name), quoted(path)),
    };
    let body = request.body.as_deref().map(|body| Body::of(request, body));
    let variables = body.as_ref().map(|body| body.variables.clone()).unwrap_or_default();
    let token = match settings.who() {
        Some(Who::User(user)) => user_token(&url("/webclient/api/Login/GetAccessToken"), &user, settings),
        client => client_token(&url("/connect/token"), client, settings),
    };
    let call = call(request, &url(&request.masked_path()), body, settings, output);
    // --output-file is where curl puts the answer.
    let shown = output.unfiltered().to_stdout();
    if shown.is_for_programs() {
        let commands = json!({"token": token, "call": call, "variables": variables}).to_string();
        return value::print_value(&commands, &Shape::unknown(), &shown);
    }
    let mut sink = shown.open_private()?;
    sink.line(&token)?;
    sink.line(&call)?;
    sink.finish()?;
    if !variables.is_empty() {
        let names: Vec<String> = variables.iter().map(|name| format!("${name}")).collect();
        note(&format!("Set {} first, as written in JSON, without the quotes around it.", names.join(" and ")));
    }
    Ok(())
}

/// Fetches a token. The secret is passed to curl on its input: others on the machine can read the
/// arguments of a program.
fn client_token(url: &str, client: Option<Who>, settings: &Settings) -> String {
    let id = match client {
        Some(Who::Client(id)) => quoted(&format!("client_id={id}")),
        _ => format!("\"client_id=${}\"", env_vars::CLIENT_ID.name),
    };
    let secret = variable(env_vars::CLIENT_SECRET.name);
    token(&format!(
        "printf %s {secret} | curl -sS{}{NEXT}--data grant_type=client_credentials --data-urlencode {id} \
         --data-urlencode client_secret@-{NEXT}{url}",
        authority(settings),
    ))
}

/// The same for a user, whose password must not have quotes or backslashes in it.
fn user_token(url: &str, user: &str, settings: &Settings) -> String {
    let login = single_quoted(r#"{"SecurityCode":"","Username":"%s","Password":"%s"}"#);
    let (user, password) = (quoted(user), variable(env_vars::PASSWORD.name));
    token(&format!(
        "printf {login} {user} {password} |{NEXT}curl -sS{} -H 'content-type: application/json' --data @-{NEXT}{url}",
        authority(settings),
    ))
}

fn token(curl: &str) -> String {
    format!("{TOKEN}=$({curl} |{NEXT}sed -n 's/.*\"access_token\" *: *\"\\([^\"]*\\)\".*/\\1/p')")
}

fn call(request: &Request, url: &str, body: Option<Body>, settings: &Settings, output: &Output) -> String {
    let mut line = format!("curl -sS{}", authority(settings));
    if request.path_and_query.contains(['[', ']', '{', '}']) {
        line.push_str(" --globoff");
    }
    if request.method != Method::Get {
        let _ = write!(line, " -X {}", request.method);
    }
    let _ = write!(line, "{NEXT}-H \"authorization: Bearer ${TOKEN}\"");
    for (name, value) in &request.headers {
        let _ = write!(line, " -H {}", single_quoted(&format!("{name}: {value}")));
    }
    match body {
        Some(body) => {
            let _ = write!(line, "{NEXT}--data {}", body.text);
        }
        // Without a length some servers refuse a POST.
        None if request.method == Method::Post => line.push_str(" -H 'content-length: 0'"),
        None => {}
    }
    match (output.file.as_deref(), request.answer.content) {
        (None, Content::File(..)) => {
            let _ = write!(line, "{NEXT}--remote-header-name --remote-name");
        }
        (None | Some("-"), _) => {}
        (Some(path), _) => {
            let _ = write!(line, "{NEXT}--output {}", quoted(path));
        }
    }
    let _ = write!(line, "{NEXT}{url}");
    line
}

fn authority(settings: &Settings) -> String {
    settings.ca_file.as_ref().map(|path| format!(" --cacert {}", quoted(path))).unwrap_or_default()
}

fn variable(name: &str) -> String {
    format!("\"${name}\"")
}

/// A body as a word of the shell, with variables in the place of secrets.
struct Body {
    text: String,
    variables: Vec<String>,
}

impl Body {
    fn of(request: &Request, body: &str) -> Body {
        let mut text = String::new();
        let mut variables: Vec<String> = Vec::new();
        let mut from = 0;
        for place in request.secret_places() {
            let secret = &body[place.clone()];
            // The quotes of a text stay, so that the variable holds what is between them.
            let quotes = usize::from(secret.starts_with('"'));
            let name = name_of(&body[..place.start], &variables);
            text.push_str(&single_quoted(&body[from..place.start + quotes]));
            text.push_str(&variable(&name));
            variables.push(name);
            from = place.end - quotes;
        }
        // `'a''b'` is one word to a shell.
        text.push_str(&single_quoted(&body[from..]));
        Body { text, variables }
    }
}

/// A variable called like the property whose value comes next, `NEW_AUTH_PASSWORD`: never one
/// that a shell or this program knows.
fn name_of(before: &str, taken: &[String]) -> String {
    let before = before.trim_end().trim_end_matches(':').trim_end();
    let property = before.strip_suffix('"').and_then(|before| before.rsplit('"').next()).unwrap_or("secret");
    let name = format!("NEW_{}", kebab(property).replace('-', "_").to_uppercase());
    let numbered = (2..).map(|number| format!("{name}_{number}"));
    std::iter::once(name.clone()).chain(numbered).find(|name| !taken.contains(name)).unwrap_or(name)
}
