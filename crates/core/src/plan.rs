//! Planning: an operation and its arguments become a request, or an error before anything
//! is sent.

use std::collections::BTreeMap;

use threecx_catalog::{
    self as catalog, Body, Content, Field, Form, Method, Operation, Parameter, Property, Segment, Span, Structure,
    Type, TypeRef, Verb,
};

use crate::coerce::{self, Json, Walk, Wanted};
use crate::error::{Error, InputError, NotInVersion};
use crate::input::{Arguments, Input, lookup, refuse_unknown};
use crate::members::Members;
use crate::request::{BASE_PATH, Request};
use crate::{literal, mask, query};

/// Plans a call of `operation` to a PBX of one of the releases in `target`.
///
/// # Errors
/// [`Error::Input`] for what does not fit, [`Error::NotInVersion`] for what those releases
/// do not have.
pub fn plan(operation: &'static Operation, arguments: &Arguments, target: Span) -> Result<Request, Error> {
    let (request, unfit) = planned(operation, arguments, target)?;
    unfit.into_iter().next().map_or(Ok(request), Err)
}

/// The same for a call whose arguments were checked before, or hold what a PBX itself has shown: a text that is not of
/// its kind (a MAC address, a number, a role) goes as it is, so that what was stored once can be written back.
///
/// # Errors
/// Those of [`plan()`] for everything else.
pub fn plan_again(operation: &'static Operation, arguments: &Arguments, target: Span) -> Result<Request, Error> {
    planned(operation, arguments, target).map(|(request, _)| request)
}

/// The request, and what is wrong with texts that are not of their kind.
fn planned(operation: &'static Operation, arguments: &Arguments, target: Span) -> Result<(Request, Vec<Error>), Error> {
    let form = form(operation, target)?;
    let mut unfit = Vec::new();
    let mut path_and_query = format!("{BASE_PATH}{}", path(form, &arguments.parameters, target, &mut unfit)?);
    let answer = form.answer_in(target);
    let mut headers = Vec::new();
    query::append(form, answer, &arguments.options, target, &mut path_and_query, &mut headers)?;
    headers.push((
        "accept",
        if matches!(answer.content, Content::File(..)) { "*/*" } else { "application/json" }.to_owned(),
    ));
    let body = body(operation, form, arguments, target)?;
    if body.is_some() {
        headers.push(("content-type", "application/json".to_owned()));
    }
    let (body, secrets) = match body {
        Some(json) => {
            unfit.extend(json.unfit);
            (Some(json.text), json.secrets)
        }
        None => (None, Vec::new()),
    };
    Ok((Request { method: form.method, path_and_query, headers, body, answer, secrets }, unfit))
}

/// Refuses what fits no release; returns the newest that it fits. The complaint is that of the newest release that has
/// the operation.
///
/// # Errors
/// Those of [`plan`].
pub fn fits_a_release(operation: &'static Operation, arguments: &Arguments) -> Result<Span, Error> {
    let mut complaint = None;
    for release in catalog::Release::all().rev() {
        let release = Span { first: release, last: release };
        match plan(operation, arguments, release) {
            Ok(_) => return Ok(release),
            Err(Error::NotInVersion(error)) if operation.form(error.target).is_none() => {}
            Err(error) => complaint = complaint.or(Some(error)),
        }
    }
    let of_none = || form(operation, Span::NEWEST).map(|_| Span::NEWEST);
    complaint.map_or_else(of_none, Err)
}

/// The form in which a PBX of `target` takes the operation.
pub fn form(operation: &'static Operation, target: Span) -> Result<&'static Form, Error> {
    operation.form(target).ok_or_else(|| {
        Error::NotInVersion(Box::new(NotInVersion {
            what: operation.id.to_owned(),
            exists: operation.forms.iter().map(|form| form.span).collect(),
            target,
            replaced_by: operation.replaced_by.and_then(catalog::operation),
        }))
    })
}

/// True if every release plans this operation in the same way, so that a caller that does not
/// know the PBX's release need not find out first.
pub fn is_the_same_in_every_release(operation: &Operation) -> bool {
    let [form] = operation.forms else { return false };
    let fields_stay = match form.body {
        Body::Fields(fields) => fields.iter().all(|field| field.span.covers(form.span)),
        Body::None | Body::Entity(_) => true,
    };
    form.span == Span::ALL && fields_stay && form.options.len() <= 1
}

fn path(form: &Form, given: &BTreeMap<String, Input>, target: Span, unfit: &mut Vec<Error>) -> Result<String, Error> {
    let names: Vec<&str> = form.parameters.iter().map(|parameter| parameter.name).collect();
    refuse_unknown(given, &names, "a parameter")?;
    let mut path = String::with_capacity(form.path.len() + 32);
    for segment in form.segments {
        match segment {
            Segment::Text(text) => path.push_str(text),
            Segment::Parameter(index) => {
                let json = parameter(&form.parameters[*index], given, target)?;
                literal::literal(&json.text, form.parameters[*index].quoted, &mut path);
                unfit.extend(json.unfit);
            }
        }
    }
    Ok(path)
}

fn parameter(parameter: &Parameter, given: &BTreeMap<String, Input>, target: Span) -> Result<Json, Error> {
    let wanted = Wanted::from(parameter);
    let mut json = Json::default();
    match lookup(given, parameter.name) {
        Some(input) => coerce::coerce(parameter.name, input, wanted, target, &mut json)?,
        None => match parameter.default {
            Some(default) => json.text.push_str(default),
            // Live PBXs refuse null for some texts, whatever the descriptions say; the web console sends an empty one.
            None if parameter.ty.nullable && !parameter.key => {
                json.text.push_str(if parameter.quoted { "\"\"" } else { "null" });
            }
            None => return Err(missing(parameter.name, wanted, target)),
        },
    }
    // Nothing has an empty key: an unset variable must not reach the PBX.
    if parameter.key && matches!(json.text.as_str(), "null" | "\"\"") {
        return Err(missing(parameter.name, wanted, target));
    }
    Ok(json)
}

fn body(operation: &Operation, form: &Form, given: &Arguments, target: Span) -> Result<Option<Json>, Error> {
    match form.body {
        Body::None => {
            let names = given.fields.keys().map(String::as_str).chain(given.body.iter().map(|_| "body"));
            match names.into_iter().next() {
                Some(name) => Err(InputError::of(name, "nothing: this operation takes no body", "a value").into()),
                None => Ok(None),
            }
        }
        Body::Entity(structure) => entity(operation, structure, given, target).map(Some),
        Body::Fields(fields) => action(operation, fields, given, target).map(Some),
    }
}

/// The entity to create, or the part of it to change.
fn entity(
    operation: &Operation,
    structure: &'static Structure,
    given: &Arguments,
    target: Span,
) -> Result<Json, Error> {
    let known: Vec<&'static Property> = structure.all_properties().collect();
    let (json, _) = object(structure.name, &known, given, target)?;
    if operation.verb == Verb::Update && json.text == "{}" {
        let properties = format!("at least one property of {} to change", structure.name);
        return Err(InputError::missing("body", properties).into());
    }
    Ok(json)
}

/// The named fields of an action.
fn action(operation: &Operation, fields: &'static [Field], given: &Arguments, target: Span) -> Result<Json, Error> {
    let known: Vec<&'static Property> = fields.iter().collect();
    let (json, came) = object(operation.id, &known, given, target)?;
    for field in fields.iter().filter(|field| field.span.overlaps(target)) {
        let optional = field.ty.nullable || field.default.is_some();
        if !optional && !came.contains(&field.name) {
            return Err(missing(field.name, Wanted::from(field), target));
        }
    }
    Ok(json)
}

/// The body as given in one piece, then what was given field by field; and the names of all of it.
fn object(
    of: &str,
    known: &[&'static Property],
    given: &Arguments,
    target: Span,
) -> Result<(Json, Vec<&'static str>), Error> {
    let mut json = Json::default();
    let mut came = Vec::new();
    json.text.push('{');
    if let Some(text) = given.body.as_ref().map(Input::text) {
        let mut walk = Walk::new("body", text, target);
        walk.check_whole()?;
        let Ok(Members(members)) = serde_json::from_str(text) else {
            let raw = walk.parse(|| format!("a JSON object ({of})"))?;
            let shown = mask::shown_text(raw.get());
            let came = format!("`{}`", shown.chars().take(40).collect::<String>());
            return Err(InputError::of("body", "a JSON object", came).into());
        };
        came = walk.members(members, of, known, &mut json)?;
    }
    for (name, input) in &given.fields {
        let property = coerce::find(known, name, of, target)?;
        if came.contains(&property.name) {
            return Err(InputError::of(property.name, "one value, in the body or on its own", "a value").into());
        }
        came.push(property.name);
        json.key(property.name);
        coerce::coerce(property.name, input, Wanted::from(property), target, &mut json)?;
    }
    json.text.push('}');
    Ok((json, came))
}

fn missing(argument: &str, wanted: Wanted, target: Span) -> Error {
    let error = InputError::missing(argument, coerce::expected(wanted, target));
    error.with_hint(format!("Give a value for {argument}.")).into()
}

/// What a PBX has at its root, beside the API: downloads are under `api`.
const ROOTS: [&str; 6] = ["xapi/", "api/", "webclient/", "connect/", "callcontrol", "provisioning/"];

/// The method and path of a raw call, for what the catalogue does not know. The path may
/// start at the root, at the API or at an entity set.
pub fn raw(method: Method, path: &str, body: Option<String>) -> Request {
    let path = path.trim_start_matches('/');
    let below_root = ROOTS.iter().any(|root| path.starts_with(root));
    let path_and_query = if below_root { format!("/{path}") } else { format!("{BASE_PATH}/{path}") };
    let mut headers = vec![("accept", "*/*".to_owned())];
    if body.is_some() {
        headers.push(("content-type", "application/json".to_owned()));
    }
    // Below the API, everything that is not a file is JSON or plain text; elsewhere a web page may be due.
    let anything = TypeRef { ty: Type::Opaque("anything"), collection: false, nullable: true };
    let below = path_and_query.strip_prefix(BASE_PATH);
    let is_of_api = below.is_some_and(|below| below.is_empty() || below.starts_with(['/', '?']));
    let content = if is_of_api { Content::Value(anything) } else { Content::Nothing };
    let answer = catalog::Answer { status: 200, content };
    let secrets = body.as_deref().map(mask::secrets_of).unwrap_or_default();
    Request { method, path_and_query: path_and_query.replace(' ', "%20"), headers, body, answer, secrets }
}
