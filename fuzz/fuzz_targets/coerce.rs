//! Whatever is given for an operation's arguments, the core plans a request or refuses.
#![no_main]

use libfuzzer_sys::fuzz_target;
use threecx_catalog::{Span, operations};
use threecx_core::{Arguments, Input, plan};

fuzz_target!(|input: (u16, bool, &str, &str)| {
    let (index, json, first, second) = input;
    let Some(operation) = operations().nth(usize::from(index) % operations().count()) else { return };
    let given = |text: &str| if json { Input::Json(text.to_owned()) } else { Input::Text(text.to_owned()) };
    let mut arguments = Arguments { body: Some(given(second)), ..Arguments::default() };
    for parameter in operation.newest_form().parameters {
        arguments.parameters.insert(parameter.name.into(), given(first));
    }
    if let Ok(request) = plan(operation, &arguments, Span::NEWEST) {
        let _ = request.masked_body();
    }
    arguments.body = None;
    if let threecx_catalog::Body::Fields(fields) = operation.newest_form().body {
        arguments.fields = fields.iter().map(|field| (field.name.to_owned(), given(second))).collect();
    }
    for option in ["top", "search", "filter", "orderby", "select", "expand"] {
        arguments.options.insert(option.into(), given(first));
    }
    let _ = plan(operation, &arguments, Span::ALL);
});
