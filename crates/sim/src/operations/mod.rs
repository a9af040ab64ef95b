//! Operations: found by their path, given what they need, carried out.
//!
//! Entity sets and singletons are served by `entities` from the catalogue alone. What an
//! operation does beyond that stands in a file for its resource, found by its id.

mod audit;
mod backups;
mod call;
mod contacts;
mod csv;
mod declared;
mod deleting;
mod derived;
mod devices;
mod dn_properties;
mod entities;
mod forgetting;
mod groups;
mod history;
mod lists;
mod media;
mod mine;
mod numbers;
mod peers;
mod phones;
mod principals;
mod references;
mod reports;
mod route;
mod rules;
mod services;
mod smaller;
mod status;
mod trunks;
mod users;
mod wav;

pub(crate) use call::Call;
pub(crate) use contacts::import as import_contacts;
pub(crate) use entities::empty_store;
pub(crate) use history::active_calls;
pub(crate) use numbers::{free_id, free_number};
pub(crate) use peers::label;
pub use phones::PhoneState;
pub(crate) use phones::{PhoneOrders, macs};
pub(crate) use references::memberships;
pub(crate) use route::{Route, Routes};
pub(crate) use services::install as install_services;

use audit::Before;
use jiff::Timestamp;

use crate::http::{Problem, Response};
use crate::state::Store;

/// What an operation does.
type Behaviour = fn(&Call<'_>) -> Result<Response, Problem>;

/// A file that lies beside the API and needs no token.
pub(crate) fn download_file(store: &Store, path: &str, now: Timestamp) -> Option<Response> {
    backups::download(store, path, now).or_else(|| media::prompt_file(store, path))
}

/// Carries out a call.
pub(crate) fn carry_out(call: &Call<'_>) -> Result<Response, Problem> {
    let own = [
        audit::behaviour,
        users::behaviour,
        phones::behaviour,
        groups::behaviour,
        devices::behaviour,
        dn_properties::behaviour,
        principals::behaviour,
        smaller::behaviour,
        history::behaviour,
        reports::behaviour,
        lists::behaviour,
        media::behaviour,
        mine::behaviour,
        services::behaviour,
        status::behaviour,
        backups::behaviour,
        contacts::behaviour,
        trunks::behaviour,
        numbers::behaviour,
    ];
    declared::check_fields(call)?;
    let behaviour = own.iter().find_map(|find| find(call.operation.id));
    let before = Before::of(call);
    let response =
        behaviour.unwrap_or(entities::carry_out)(call).map_err(|problem| problem.in_release(call.release))?;
    call.budget.check()?;
    if let Some(before) = before {
        before.note(call);
    }
    Ok(response)
}
