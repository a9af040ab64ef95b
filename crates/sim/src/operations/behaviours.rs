//! What each operation does. Looked up once, when the routes of a release are built.

use std::collections::HashMap;
use std::sync::OnceLock;

use super::{
    Call, audit, backups, bulk, call_flow_apps, contacts, devices, dn_properties, firewall, fxs, groups, history,
    license, media, mine, misc_resources, numbered, outbound_rules, peers, phones, principals, recordings, reports,
    services, status, trunks, users, website_links,
};
use crate::http::{Problem, Response};
use crate::state::Store;

/// What an operation answers, or why it is refused.
pub(crate) type Answer = Result<Response, Problem>;

/// What an operation does with what the PBX remembers.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Behaviour {
    Reads(fn(&Call<'_>, &Store) -> Answer),
    Changes(fn(&Call<'_>, &mut Store) -> Answer),
}

/// The operations of a resource that do more than the catalogue says, by id.
pub(super) type Behaviours = &'static [(&'static str, Behaviour)];

const ALL: [Behaviours; 27] = [
    audit::BEHAVIOURS,
    backups::BEHAVIOURS,
    bulk::BEHAVIOURS,
    call_flow_apps::BEHAVIOURS,
    contacts::BEHAVIOURS,
    devices::BEHAVIOURS,
    dn_properties::BEHAVIOURS,
    firewall::BEHAVIOURS,
    fxs::BEHAVIOURS,
    groups::BEHAVIOURS,
    history::BEHAVIOURS,
    license::BEHAVIOURS,
    media::BEHAVIOURS,
    mine::BEHAVIOURS,
    misc_resources::BEHAVIOURS,
    numbered::BEHAVIOURS,
    outbound_rules::BEHAVIOURS,
    peers::BEHAVIOURS,
    phones::BEHAVIOURS,
    principals::BEHAVIOURS,
    recordings::BEHAVIOURS,
    reports::BEHAVIOURS,
    services::BEHAVIOURS,
    status::BEHAVIOURS,
    trunks::BEHAVIOURS,
    users::BEHAVIOURS,
    website_links::BEHAVIOURS,
];

/// The behaviour of an operation, if it has one of its own.
pub(super) fn of(operation: &str) -> Option<Behaviour> {
    static BY_ID: OnceLock<HashMap<&str, Behaviour>> = OnceLock::new();
    BY_ID.get_or_init(|| ALL.into_iter().flatten().copied().collect()).get(operation).copied()
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn every_behaviour_is_that_of_an_operation() {
        for (id, _) in ALL.into_iter().flatten() {
            assert!(threecx_catalog::operation(id).is_some(), "{id} is not in the catalogue");
        }
    }

    #[test]
    fn no_operation_has_two_behaviours() {
        let mut seen = HashSet::new();
        for (id, _) in ALL.into_iter().flatten() {
            assert!(seen.insert(id), "{id} is claimed twice");
        }
    }
}
