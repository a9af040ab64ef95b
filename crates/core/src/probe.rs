//! The least that a PBX can be asked: 3CX's documentation gives it as the quick test of whether
//! calls work, and the head of its answer names the build.

use threecx_catalog::{Operation, Span, operation};

use crate::error::Error;
use crate::input::{Arguments, Place};
use crate::plan;
use crate::request::Request;

/// The operation that is asked, and its request.
///
/// # Errors
/// None that depends on the PBX: the catalogue has the operation, in every release.
pub fn probe() -> Result<(&'static Operation, Request), Error> {
    let Some(defs) = operation("Defs.GetDefs") else {
        return Err(Error::Answer { reason: "the catalogue lacks Defs.GetDefs".into() });
    };
    let mut arguments = Arguments::default();
    arguments.set(Place::Option, "select", "Id");
    Ok((defs, plan(defs, &arguments, Span::NEWEST)?))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::is_the_same_in_every_release;

    #[test]
    fn the_least_can_be_asked_of_any_release() {
        let (operation, request) = probe().expect("in the catalogue");
        assert!(is_the_same_in_every_release(operation));
        assert_eq!(request.path_and_query, "/xapi/v1/Defs?$select=Id");
    }
}
