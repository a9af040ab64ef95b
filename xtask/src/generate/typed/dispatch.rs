//! Every call made from a golden vector, for the tests of the typed API.

use threecx_catalog::{Operation, Options, operations, structures};

use super::areas::Areas;
use super::calls::{self, Arguments};
use super::types::{ELSEWHERE, Types};
use super::{HEADER, idents};

pub fn file(types: &Types, areas: &Areas) -> String {
    let mut text = format!(
        "{HEADER}\n//! Every typed call, made from arguments as JSON.\n\nuse super::given::{{Given, Visit}};\n#[allow(unused_imports)]\nuse threecx::{{Client, Date, Decimal, DnNumber, Duration, Guid, Json, Secret, Time, Timestamp, api}};\n\n/// Makes the typed call of an operation from its arguments and hands it to `visit`.\n#[rustfmt::skip]\n#[allow(clippy::too_many_lines)]\npub fn every<V: Visit>(client: &Client, id: &str, given: &Given, visit: V) -> Option<V::Out> {{\n    Some(match id {{\n"
    );
    for operation in operations() {
        text.push_str(&format!("        \"{}\" => {},\n", operation.id, call(operation, types)));
    }
    text.push_str("        _ => return None,\n    })\n}\n");
    text.push_str(
        "\n/// Decodes a structure of this name, and encodes it again.\n#[rustfmt::skip]\n#[allow(dead_code)]\npub fn again(structure: &str, json: &serde_json::Value) -> Option<serde_json::Value> {\n    Some(match structure {\n",
    );
    for structure in structures().iter().filter(|structure| !areas.of_type(structure.name).is_empty()) {
        let path = types.path(structure.name, ELSEWHERE);
        text.push_str(&format!("        \"{}\" => super::given::again::<{path}>(json),\n", structure.name));
    }
    text.push_str("        _ => return None,\n    })\n}\n");
    text
}

fn call(operation: &'static Operation, types: &Types) -> String {
    let (keys, rest) = calls::arguments(operation, types, ELSEWHERE);
    let mut given: Vec<String> = keys.iter().map(argument).collect();
    let module = idents::module(operation.resource);
    match rest {
        Arguments::Single(arguments) => given.extend(arguments.iter().map(argument)),
        Arguments::Struct(name, _) => given.push(format!("given.all::<api::{module}::{name}>()")),
    }
    if let Some(entity) = calls::entity(operation, types, ELSEWHERE) {
        given.push(format!("given.body::<{entity}>()"));
    }
    let takes = |option| operation.forms.iter().flat_map(|form| form.options).any(|dated| dated.value.contains(option));
    let kind = match (takes(Options::FILTER), takes(Options::SELECT)) {
        (true, _) => "rows",
        (false, true) => "one",
        (false, false) => "plain",
    };
    format!("visit.{kind}(client.{module}().{}({}), given)", idents::method(operation), given.join(", "))
}

fn argument(argument: &calls::Argument) -> String {
    let rust = &argument.rust;
    match argument.optional {
        true => format!("given.optional::<{rust}>(\"{}\")", argument.name),
        false => format!("given.one::<{rust}>(\"{}\")", argument.name),
    }
}
