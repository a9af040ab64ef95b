//! Calls: a handle per resource with a method for each operation.

use threecx_catalog::{Body, Form, Operation, Parameter, Property, Resource, Verb};

use super::types::{Merged, Types, merged};
use super::{docs, idents};

/// What a method takes.
pub enum Arguments {
    /// Each on its own.
    Single(Vec<Argument>),
    /// In a struct.
    Struct(String, Vec<Argument>),
}

/// A key or argument in the path, or a field of the body.
pub struct Argument {
    /// On the wire.
    pub name: &'static str,
    pub rust: String,
    /// False for a field of the body.
    pub in_path: bool,
    /// True if it may be left out.
    pub optional: bool,
    line: String,
}

/// The entity or patch that is the body.
pub fn entity(operation: &Operation, types: &Types, module: &str) -> Option<String> {
    let Body::Entity(structure) = operation.newest_form().body else { return None };
    let path = types.path(structure.name, module);
    Some(if operation.verb == Verb::Update { format!("{path}Patch") } else { path })
}

/// What the method of an operation takes, keys always on their own.
pub fn arguments(operation: &'static Operation, types: &Types, module: &str) -> (Vec<Argument>, Arguments) {
    let mut parameters: Vec<&'static Parameter> = Vec::new();
    let mut fields: Vec<&'static Property> = Vec::new();
    for form in operation.forms.iter().rev() {
        for parameter in form.parameters {
            if !parameters.iter().any(|known| known.name.eq_ignore_ascii_case(parameter.name)) {
                parameters.push(parameter);
            }
        }
        fields.extend(fields_of(form));
    }
    let older = |parameter: &Parameter| {
        !operation.newest_form().parameters.iter().any(|known| known.name.eq_ignore_ascii_case(parameter.name))
    };
    let argument = |parameter: &&'static Parameter| Argument {
        name: parameter.name,
        rust: types.parameter(operation, parameter, module),
        in_path: true,
        optional: (parameter.ty.nullable && !parameter.key) || parameter.default.is_some() || older(parameter),
        line: parameter_line(parameter),
    };
    let all: Vec<Argument> = parameters.iter().map(argument).collect();
    let field = |merged: &Merged| Argument {
        name: merged.name,
        rust: types.property(None, merged, module),
        in_path: false,
        optional: merged.newest().ty.nullable || merged.newest().default.is_some(),
        line: docs::property(merged, types, module),
    };
    let body: Vec<Argument> = merged(fields.into_iter()).iter().map(field).collect();
    let (keys, mut rest): (Vec<_>, Vec<_>) = all
        .into_iter()
        .partition(|argument| parameters.iter().any(|parameter| parameter.name == argument.name && parameter.key));
    let in_struct = rest.len() > 3 || body.len() > 1 || (!rest.is_empty() && !body.is_empty());
    rest.extend(body);
    let rest = if in_struct { Arguments::Struct(idents::arguments(operation), rest) } else { Arguments::Single(rest) };
    (keys, rest)
}

fn fields_of(form: &'static Form) -> &'static [Property] {
    match form.body {
        Body::Fields(fields) => fields,
        _ => &[],
    }
}

fn parameter_line(parameter: &Parameter) -> String {
    let list = parameter.refers_to.is_some_and(|to| to.ends_with(".Number"))
        && parameter.ty.ty == threecx_catalog::Type::String;
    match (list && (parameter.name.ends_with("Dns") || parameter.name.ends_with("Str")), parameter.default) {
        (true, _) => "Numbers, separated by commas.".to_owned(),
        (false, Some(default)) => format!("`{}` in the path; {default} where it is left out.", parameter.name),
        (false, None) => format!("`{}` in the path.", parameter.name),
    }
}

/// The handle of a resource.
pub fn handle(resource: &'static Resource, types: &Types, cfg: &str) -> String {
    let (module, handle) = (idents::module(resource), idents::handle(resource));
    let mut structs = String::new();
    let mut methods = String::new();
    for operation in resource.operations {
        let (keys, rest) = arguments(operation, types, &module);
        let answer = types.answer(operation, &module);
        let mut takes = String::new();
        let mut chain = String::new();
        for key in &keys {
            single(key, types, &mut takes, &mut chain);
        }
        match &rest {
            Arguments::Single(arguments) => {
                arguments.iter().for_each(|argument| single(argument, types, &mut takes, &mut chain))
            }
            Arguments::Struct(name, arguments) => {
                takes.push_str(&format!(", arguments: {name}"));
                structs.push_str(&arguments_struct(operation, name, arguments, cfg));
                for argument in arguments {
                    let method = if argument.in_path { "optional" } else { "optional_field" };
                    chain.push_str(&format!(
                        "\n            .{method}(\"{}\", arguments.{}.as_ref())",
                        argument.name,
                        idents::field(argument.name)
                    ));
                }
            }
        }
        if let Some(entity) = entity(operation, types, &module) {
            let name = if operation.verb == Verb::Update { "change" } else { "entity" };
            takes.push_str(&format!(", {name}: {entity}"));
            chain.push_str(&format!("\n            .body(&{name})"));
        }
        methods.push_str(&format!(
            "\n{}    pub fn {}(&self{takes}) -> Call<{answer}> {{\n        Call::new(&self.0, \"{}\"){chain}\n    }}\n",
            docs::comment("    ", &docs::operation(operation)),
            idents::method(operation),
            operation.id
        ));
    }
    let title = resource.title;
    format!(
        "\n{cfg}/// Calls of {title}.\n#[derive(Clone, Debug)]\npub struct {handle}(Client);\n\n{cfg}impl Client {{\n    /// {title}: `{}`.\n    pub fn {module}(&self) -> {handle} {{\n        {handle}(self.clone())\n    }}\n}}\n\n{cfg}impl {handle} {{{}}}\n{structs}",
        resource.name, methods
    )
}

/// An argument on its own: texts and lists are taken in any form.
fn single(argument: &Argument, types: &Types, takes: &mut String, chain: &mut String) {
    let name = idents::field(argument.name);
    let rust = &argument.rust;
    let method = match (argument.in_path, argument.optional) {
        (true, false) => "parameter",
        (true, true) => "optional",
        (false, false) => "field",
        (false, true) => "optional_field",
    };
    let item = rust.strip_prefix("Vec<").and_then(|rest| rest.strip_suffix('>'));
    let (taken, value) = match (argument.optional, item) {
        (true, _) => (format!("impl Into<Option<{rust}>>"), format!("{name}.into().as_ref()")),
        (false, Some(item)) => (format!("impl IntoIterator<Item = {item}>"), format!("&Vec::from_iter({name})")),
        (false, None) if is_text(rust, types) => (format!("impl Into<{rust}>"), format!("&{name}.into()")),
        (false, None) => (rust.clone(), format!("&{name}")),
    };
    takes.push_str(&format!(", {name}: {taken}"));
    let turbofish =
        if taken.starts_with("impl Into<") && !argument.optional { format!("::<{rust}>") } else { String::new() };
    chain.push_str(&format!("\n            .{method}{turbofish}(\"{}\", {value})", argument.name));
}

fn is_text(rust: &str, types: &Types) -> bool {
    matches!(rust, "String" | "Secret") || types.keys.is_text(rust.rsplit("::").next().unwrap_or(rust))
}

fn arguments_struct(operation: &Operation, name: &str, arguments: &[Argument], cfg: &str) -> String {
    let mut text = format!(
        "\n{cfg}model! {{\n    /// {}\n    \"{}\" {name}: Option {{\n",
        docs::arguments(operation),
        operation.id
    );
    for argument in arguments {
        text.push_str(&format!(
            "        /// {}\n        \"{}\" {}: {},\n",
            argument.line,
            argument.name,
            idents::field(argument.name),
            argument.rust
        ));
    }
    text.push_str("    }\n}\n");
    text
}
