//! Inputs: what an operation takes, as a face shows it. One list for the generated description of
//! the node and for the shim that reads what was filled in.

use serde::Serialize;
use serde_json::json;
use threecx_catalog::{
    Body, Enumeration, Form, Operation, Options, Parameter, Property, Span, Structure, Target, Type, TypeRef,
};

use crate::command::{About, Reply};
use crate::fields::file_fields;
use crate::names;
use crate::picker::{self, Picker};

/// Parameter names that the node needs for itself.
const RESERVED: [&str; 15] = [
    "resource",
    "operation",
    "options",
    "execution",
    "notice",
    "limit",
    "returnAll",
    "simplify",
    "body",
    "bodyMode",
    "bodyJson",
    "bodyFiles",
    "search",
    "top",
    "skip",
];

/// Everything that an operation takes.
pub struct Inputs {
    /// Values of their own, in the order in which they are shown.
    pub inputs: Vec<Input>,
    /// A body with many fields.
    pub body: Option<BodyInput>,
    /// Query options, by name.
    pub options: Options,
}

/// One value.
#[derive(Clone)]
pub struct Input {
    /// Its name among the node's parameters: `id`.
    pub parameter: String,
    /// Its name in the API: `Id`.
    pub name: &'static str,
    /// Where it goes.
    pub place: Place,
    /// How it is filled in.
    pub control: Control,
    /// What it takes.
    pub ty: TypeRef,
    /// True if no release can do without.
    pub required: bool,
    /// What the PBX assumes where it is left out.
    pub default: Option<&'static str>,
    /// A secret: never shown.
    pub secret: bool,
    /// True for the key of an entity.
    pub key: bool,
    /// The releases that have it.
    pub span: Span,
    /// True if all releases have it that have the operation.
    pub everywhere: bool,
}

impl Input {
    /// True if it makes a difference whether a value is given at all: the PBX assumes none of its own, or
    /// some releases refuse any.
    pub fn may_be_left_out(&self) -> bool {
        !self.required && (self.default.is_none() || !self.everywhere)
    }
}

/// Where a value goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub enum Place {
    /// Into the path.
    Parameters,
    /// Into the body.
    Fields,
}

impl From<Place> for threecx_core::Place {
    fn from(place: Place) -> threecx_core::Place {
        match place {
            Place::Parameters => threecx_core::Place::Path,
            Place::Fields => threecx_core::Place::Field,
        }
    }
}

/// How a value is filled in.
#[derive(Clone)]
pub enum Control {
    /// One of something that can be listed, or its id or number.
    Locator(Picker),
    /// Several of something that can be listed: picked, or as a list.
    Several(Picker),
    /// A list.
    List,
    /// A word of a set.
    Choice(&'static Enumeration),
    /// Yes or no.
    Switch,
    /// A number.
    Number,
    /// A point in time.
    Instant,
    /// Text, and everything that is written like it.
    Text,
}

impl Control {
    /// The word for the shim.
    pub fn word(&self) -> &'static str {
        match self {
            Control::Locator(_) => "locator",
            Control::Several(_) => "several",
            _ => "plain",
        }
    }
}

/// A body with many fields.
pub struct BodyInput {
    /// The only field of the request that holds it, or nothing if it is the request's body itself.
    pub field: Option<&'static str>,
    /// True if it is a list of such.
    pub list: bool,
    /// Its fields.
    pub structure: &'static Structure,
}

impl BodyInput {
    /// The fields that hold the content of a file.
    pub fn files(&self) -> Vec<&'static str> {
        if self.field.is_some() { Vec::new() } else { file_fields(self.structure, Span::ALL) }
    }
}

/// What an operation takes in any release.
pub fn of(operation: &'static Operation) -> Inputs {
    let mut found = Inputs { inputs: Vec::new(), body: None, options: Options::NONE };
    // The newest form counts, the older ones add what it no longer has.
    for form in operation.forms.iter().rev() {
        for parameter in form.parameters {
            found.add(path_input(parameter, form.target, form.span));
        }
        match form.body {
            Body::None => {}
            Body::Entity(structure) => {
                found.body.get_or_insert(BodyInput { field: None, list: false, structure });
            }
            Body::Fields(fields) => fields.iter().rev().for_each(|field| found.field(field)),
        }
        for dated in form.options {
            found.options = found.options.union(dated.value);
        }
    }
    for input in &mut found.inputs {
        input.everywhere = operation.forms.iter().all(|form| takes(form, input, false));
        input.required &= operation.forms.iter().all(|form| takes(form, input, true));
        // A number field cannot be empty, a text field can.
        if !input.required && matches!(input.control, Control::Number) {
            input.control = Control::Text;
        }
    }
    found.inputs.sort_by_key(|input| (input.place == Place::Fields, !input.required));
    found.rename();
    found
}

/// True if a PBX of any release of the form can, or has to, be given this value.
fn takes(form: &Form, input: &Input, has_to: bool) -> bool {
    let same = |name: &str| name.eq_ignore_ascii_case(input.name);
    match (input.place, form.body) {
        (Place::Parameters, _) => {
            form.parameters.iter().any(|parameter| same(parameter.name) && (!has_to || is_required(parameter)))
        }
        (Place::Fields, Body::Fields(fields)) => {
            let taking = fields.iter().filter(|field| same(field.name) && (!has_to || is_required_field(field)));
            let spans: Vec<Span> = taking.map(|field| field.span).collect();
            let first = spans.iter().map(|span| span.first).min();
            let last = spans.iter().map(|span| span.last).max();
            first.zip(last).is_some_and(|(first, last)| Span { first, last }.covers(form.span))
        }
        (Place::Fields, _) => false,
    }
}

fn is_required(parameter: &Parameter) -> bool {
    parameter.key || (!parameter.ty.nullable && parameter.default.is_none())
}

fn is_required_field(field: &Property) -> bool {
    !field.ty.nullable && field.default.is_none()
}

impl Inputs {
    fn add(&mut self, input: Input) {
        let same = |known: &&Input| known.place == input.place && known.name.eq_ignore_ascii_case(input.name);
        if !self.inputs.iter().any(|known| same(&known)) {
            self.inputs.push(input);
        }
    }

    fn field(&mut self, field: &'static Property) {
        if let Type::Structure(structure) = field.ty.ty {
            let body = BodyInput { field: Some(field.name), list: field.ty.collection, structure };
            self.body.get_or_insert(body);
            return;
        }
        let picker = field.refers_to.and_then(picker::of);
        let required = is_required_field(field);
        self.add(Input {
            parameter: names::camel(field.name),
            name: field.name,
            place: Place::Fields,
            control: control(field.ty, required, picker),
            ty: field.ty,
            required,
            default: field.default,
            secret: field.secret,
            key: false,
            span: field.span,
            everywhere: true,
        });
    }

    /// Gives every input a parameter name of its own.
    fn rename(&mut self) {
        let mut taken: Vec<String> = RESERVED.map(str::to_owned).to_vec();
        for input in &mut self.inputs {
            if taken.contains(&input.parameter) {
                input.parameter.push_str(if input.place == Place::Fields { "Field" } else { "Argument" });
            }
            taken.push(input.parameter.clone());
        }
    }
}

fn path_input(parameter: &'static Parameter, target: Target, span: Span) -> Input {
    let picker = match parameter.key {
        true => picker::of_key(target, parameter.name),
        false => parameter.refers_to.and_then(picker::of),
    };
    let required = is_required(parameter);
    Input {
        parameter: names::camel(parameter.name),
        name: parameter.name,
        place: Place::Parameters,
        control: control(parameter.ty, required, picker),
        ty: parameter.ty,
        required,
        default: parameter.default,
        secret: false,
        key: parameter.key,
        span,
        everywhere: true,
    }
}

fn control(ty: TypeRef, required: bool, picker: Option<Picker>) -> Control {
    match (picker, ty.ty) {
        (Some(picker), _) if ty.collection => Control::Several(picker),
        (Some(picker), _) => Control::Locator(picker),
        _ if ty.collection => Control::List,
        (_, Type::Enumeration(enumeration)) if !enumeration.flags => Control::Choice(enumeration),
        (_, Type::Boolean) => Control::Switch,
        (_, Type::Byte | Type::Int32 | Type::Int64 | Type::Single | Type::Double | Type::Decimal) if required => {
            Control::Number
        }
        (_, Type::DateTimeOffset) => Control::Instant,
        _ => Control::Text,
    }
}

/// `{inputs: [{parameter, name, in, control, required}], body, options, paged}`
pub(crate) fn command(about: About<'_>) -> Reply {
    let operation = about.operation()?;
    let found = of(operation);
    let inputs = found.inputs.iter().map(|input| {
        json!({
            "parameter": input.parameter,
            "name": input.name,
            "in": input.place,
            "control": input.control.word(),
            "required": input.required,
        })
    });
    let body = found.body.as_ref().map(|body| {
        json!({
            "field": body.field,
            "list": body.list,
            "files": !body.files().is_empty(),
        })
    });
    Ok(json!({
        "inputs": inputs.collect::<Vec<_>>(),
        "body": body,
        "options": found.options.names().collect::<Vec<_>>(),
        "paged": operation.is_paged(),
        "title": operation.title,
        "resource": operation.resource.title,
    }))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn every_input_has_a_name_of_its_own_and_everything_is_covered() {
        for operation in threecx_catalog::operations() {
            let found = of(operation);
            let names: BTreeSet<&str> = found.inputs.iter().map(|input| input.parameter.as_str()).collect();
            assert_eq!(names.len(), found.inputs.len(), "{}", operation.id);
            for form in operation.forms {
                let has = |name: &str| found.inputs.iter().any(|input| input.name.eq_ignore_ascii_case(name));
                assert!(form.parameters.iter().all(|parameter| has(parameter.name)), "{}", operation.id);
                match form.body {
                    Body::None => {}
                    Body::Entity(_) => assert!(found.body.is_some(), "{}", operation.id),
                    Body::Fields(fields) => {
                        let body = found.body.as_ref().and_then(|body| body.field);
                        let covered = |field: &Property| has(field.name) || body == Some(field.name);
                        assert!(fields.iter().all(covered), "{}", operation.id);
                    }
                }
            }
        }
    }

    #[test]
    fn what_some_releases_do_not_know_is_not_required() {
        for (id, name, required) in [
            ("CrmIntegration.Test", "number", false),
            ("CrmIntegration.Test", "query", false),
            ("ReportCallLogData.GetCallQualityReport", "call_id", false),
            ("ReportCallLogData.GetCallQualityReport", "cdrId", false),
            ("ReportCallLogData.GetCallQualityReport", "srcNumber", true),
        ] {
            let found = of(threecx_catalog::operation(id).expect("known"));
            let input = found.inputs.iter().find(|input| input.name == name).expect("an input");
            assert_eq!(input.required, required, "{id}: {name}");
        }
    }

    #[test]
    fn ids_of_users_can_be_picked() {
        let reprovision = threecx_catalog::operation("Users.ReprovisionAllPhones").expect("known");
        let found = of(reprovision);
        let [ids] = found.inputs.as_slice() else { panic!("one input") };
        assert_eq!((ids.parameter.as_str(), ids.control.word()), ("ids", "several"));
    }
}
