//! What can be checked of a call without a PBX.

use std::borrow::Cow;

use threecx_catalog::{Body, Operation, Span, Verb};
use threecx_core::{Arguments, Error, InputError, Place, fits_a_release, plan};

/// Refuses what fits no release, before anyone is asked anything; returns the newest that it fits. The complaint is
/// that of the newest release that has the operation.
///
/// # Errors
/// What does not fit.
pub fn check(operation: &'static Operation, arguments: &Arguments, release: Option<Span>) -> Result<Span, Error> {
    refuse_nothing(operation, arguments)?;
    match release {
        Some(release) => plan(operation, arguments, release).map(|_| release),
        None => fits_a_release(operation, arguments),
    }
}

/// The same, for everything that does not fit, one thing after the other: what is wrong is put aside, and the rest is
/// checked again.
///
/// # Errors
/// All of it.
pub fn check_all(
    operation: &'static Operation,
    arguments: &Arguments,
    release: Option<Span>,
) -> Result<Span, Vec<Error>> {
    let mut left = Cow::Borrowed(arguments);
    let mut errors: Vec<Error> = Vec::new();
    loop {
        let error = match check(operation, &left, release) {
            Ok(fits) if errors.is_empty() => return Ok(fits),
            Ok(_) => return Err(errors),
            Err(error) => error,
        };
        let wrong = match &error {
            Error::Input(error) if !error.came.is_empty() => place(&left, &error.argument),
            _ => None,
        };
        let Some((place, name)) = wrong else {
            // What is missing now may be what was put aside.
            if errors.is_empty() {
                errors.push(error);
            }
            return Err(errors);
        };
        left.to_mut().remove(place, &name);
        errors.push(error);
    }
}

/// Where the value is that an error is about.
fn place(arguments: &Arguments, argument: &str) -> Option<(Place, String)> {
    let found = arguments.iter().find(|(_, name, _)| name.eq_ignore_ascii_case(argument));
    found.map(|(place, name, _)| (place, name.to_owned()))
}

/// A PBX makes a blank entity of a create that says nothing: that has to be intended.
fn refuse_nothing(operation: &Operation, arguments: &Arguments) -> Result<(), Error> {
    let says = arguments.body.is_some() || !arguments.fields.is_empty();
    if says || operation.verb != Verb::Create || matches!(operation.newest_form().body, Body::None) {
        return Ok(());
    }
    let words = format!("{} {}", operation.resource.command, operation.command);
    let error = InputError::of(words, "at least one property", "");
    Err(error.with_hint("Give a property; the body {} makes a blank one.").into())
}
