//! What others think of the simulated PBX: clients that people use with real ones, and a tester
//! that knows nothing but the official description. Each is the real thing from its package
//! registry, and talks to the real binary.

use std::path::Path;

use serde_json::{Value, json};
use threecx_catalog::{Content, Role, Span, Type, TypeRef, operations};

use crate::server::Server;
use crate::{conformance, steps, tools};

const CLIENT: [&str; 2] = ["opinions", "opinions-secret"];

/// Asks all of them; the tester needs the official descriptions.
pub fn run(root: &Path, descriptions: Option<&Path>) -> Result<(), String> {
    steps::run("command line", root, &["cargo", "build", "--quiet", "--package", "threecx-cli"])?;
    python_sdk(root)?;
    match descriptions {
        Some(folder) => schemathesis(root, folder),
        None => {
            eprintln!(
                "── schemathesis: left out, since the official API descriptions are not available (see CONTRIBUTING.md)"
            );
            Ok(())
        }
    }
}

/// 3cx-xapi-python-sdk, unmodified.
fn python_sdk(root: &Path) -> Result<(), String> {
    let folder = root.join("tests/python-sdk");
    let pytest = tools::environment(&folder.join("requirements.txt"))?.join("pytest").display().to_string();
    let pbx = simulator(root)?;
    let command = [&pytest, "--quiet", "--no-header", "-p", "no:cacheprovider", "."];
    steps::run_counted("python sdk", &folder, &command, &environment(&pbx))
}

/// schemathesis on the newest description: both halves of the operations at once, each on a PBX
/// of its own.
fn schemathesis(root: &Path, folder: &Path) -> Result<(), String> {
    let descriptions = conformance::read_folder(folder)?;
    let newest = descriptions.last().ok_or(format!("{}: no descriptions", folder.display()))?;
    let description = newest.file().display().to_string();
    let folder = root.join("tests/schemathesis");
    let program = tools::environment(&folder.join("requirements.txt"))?.join("schemathesis").display().to_string();
    let catalogue = root.join("target/schemathesis-catalogue.json");
    std::fs::write(&catalogue, known().to_string()).map_err(|error| format!("{}: {error}", catalogue.display()))?;
    let catalogue = catalogue.display().to_string();
    let half = |name: &str, paths: &str| {
        let pbx = simulator(root)?;
        let url = format!("{}/xapi/v1", pbx.url);
        let command = [&program, "run", &description, "--url", &url, "--no-color", "--include-path-regex", paths];
        let storage = root.join("target/hypothesis").join(name).display().to_string();
        let own =
            [("THREECX_CATALOGUE", &*catalogue), ("HYPOTHESIS_STORAGE_DIRECTORY", &storage), ("PYTHONHASHSEED", "0")];
        let environment = [&environment(&pbx)[..], &own].concat();
        steps::run_counted(&format!("schemathesis {name}"), &folder, &command, &environment)
    };
    std::thread::scope(|scope| {
        let first = scope.spawn(|| half("A to M", "^/[A-M]"));
        let second = half("N to Z", "^/[N-Z]");
        first.join().map_err(|_| "schemathesis A to M panicked")?.and(second)
    })
}

fn simulator(root: &Path) -> Result<Server, String> {
    let [id, secret] = CLIENT;
    let client = ["--client-id", id, "--client-secret", secret];
    // The SDK asks for abandoned calls without naming a queue, which was measured to fail: sources disagree.
    let sim = ["sim", "--port", "0", "-o", "json", "--users", "60", "--live", "abandoned-without-queues=all"];
    // Always the same calls, so that every run asks and answers the same.
    let calls = ["--calls", "400", "--calls-from", "2026-06-01T08:00:00Z", "--calls-to", "2026-06-12T17:00:00Z"];
    Server::start(&root.join("target/debug/threecx"), &[&sim[..], &calls, &client].concat())
}

/// What a client has to know, under the names that the command line has for it.
fn environment(pbx: &Server) -> [(&str, &str); 4] {
    let [id, secret] = CLIENT;
    [
        ("THREECX_URL", &pbx.url),
        ("THREECX_CLIENT_ID", id),
        ("THREECX_CLIENT_SECRET", secret),
        ("PYTHONDONTWRITEBYTECODE", "1"),
    ]
}

/// What the catalogue knows of answers and the description does not say.
fn known() -> Value {
    let newest = operations().filter_map(|operation| Some((operation, operation.form(Span::NEWEST)?)));
    let known = newest.map(|(operation, form)| {
        let (answer, media, wrapped) = match form.answer_in(Span::NEWEST).content {
            Content::Nothing => ("nothing", None, false),
            Content::File(media, _) => ("file", Some(media), false),
            Content::Value(TypeRef { ty, collection, .. }) => {
                ("value", None, matches!(ty, Type::Enumeration(_)) && !collection)
            }
        };
        let role = operation.role.map(|role| if role == Role::User { "user" } else { "service" });
        json!({
            "method": form.method.as_str(), "path": form.path, "role": role,
            "answer": answer, "media": media, "wrapped": wrapped,
        })
    });
    known.collect()
}
