//! Operations: found by their path, given what they need, carried out.
//!
//! Entity sets and singletons are served by `entities` from the catalogue alone. What an
//! operation does beyond that stands in a file for its resource, found by its id.

mod backups;
mod call;
mod csv;
mod declared;
mod derived;
mod entities;
mod groups;
mod history;
mod lists;
mod numbers;
mod phones;
mod reports;
mod route;
mod services;
mod users;
mod wav;

pub(crate) use call::Call;
pub(crate) use entities::empty_store;
pub(crate) use numbers::{free_id, free_number};
pub(crate) use phones::PhoneOrders;
pub use phones::PhoneState;
pub(crate) use route::{Route, Routes};
pub(crate) use services::install as install_services;

use crate::http::{Problem, Response};

/// What an operation does.
type Behaviour = fn(&Call<'_>) -> Result<Response, Problem>;

/// Carries out a call.
pub(crate) fn carry_out(call: &Call<'_>) -> Result<Response, Problem> {
    let own = [
        users::behaviour,
        phones::behaviour,
        groups::behaviour,
        history::behaviour,
        reports::behaviour,
        lists::behaviour,
        services::behaviour,
        backups::behaviour,
        numbers::behaviour,
    ];
    let behaviour = own.iter().find_map(|find| find(call.operation.id));
    let response = behaviour.unwrap_or(entities::carry_out)(call)?;
    call.budget.check()?;
    Ok(response)
}
