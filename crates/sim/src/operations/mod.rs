//! Operations: found by their path, given what they need, carried out.
//!
//! Entity sets and singletons are served by `entities` from the catalogue alone. What an
//! operation does beyond that is in the file of its resource, in its table of behaviours;
//! what is special about a set is there too, as its nature.

mod audit;
mod backups;
mod behaviours;
mod blocklists;
mod bulk;
mod call;
mod call_flow_apps;
mod call_handling;
mod contacts;
mod csv;
mod description;
mod devices;
mod directory;
mod dn_properties;
mod entities;
mod extensions_file;
mod firewall;
mod fxs;
mod groups;
mod history;
mod license;
mod media;
mod metadata;
mod mine;
mod misc_resources;
mod moments;
mod nature;
mod numbered;
mod outbound_rules;
mod peers;
mod phones;
mod principals;
mod recordings;
mod references;
mod removal;
mod reports;
mod route;
mod rules;
mod services;
mod settings;
mod status;
mod trunks;
mod unlinking;
mod users;
mod wav;
mod website_links;

use std::sync::{PoisonError, RwLock};

use jiff::Timestamp;

pub(crate) use call::Call;
pub(crate) use contacts::{IMPORT as IMPORT_CONTACTS, import as import_contacts};
pub(crate) use description::{DESCRIPTION, description};
pub(crate) use directory::directory;
pub(crate) use history::active_calls;
pub(crate) use metadata::{metadata, service_document};
pub(crate) use phones::macs;
pub(crate) use route::{Route, Routes};
pub(crate) use services::install as install_services;

use crate::http::Response;
use crate::state::{Entity, Set, Shapes, Store};
use audit::Before;
use behaviours::{Answer, Behaviour};

/// Empty sets, and singletons with their defaults, for everything that the release has.
pub(crate) fn empty_store(routes: &Routes, shapes: &'static Shapes) -> Store {
    let mut store = Store::default();
    store.sets.extend(routes.sets.iter().map(|(name, (shape, key))| (*name, Set::new(shape, key))));
    store.singletons.extend(routes.singletons.iter().map(|(name, shape)| (*name, Entity::new(shape))));
    audit::install(&mut store, shapes);
    store
}

/// A file outside the API that needs no token.
pub(crate) fn download_file(store: &Store, path: &str, now: Timestamp) -> Option<Response> {
    backups::download(store, path, now).or_else(|| media::prompt_file(store, path))
}

/// Carries out a call. Nobody else sees the store between its check and the note of what it changed.
pub(crate) fn carry_out(call: &Call<'_>, store: &RwLock<Store>) -> Answer {
    let answer = settings::check_fields(call).and_then(|()| match call.route.behaviour {
        Behaviour::Reads(read) if !audit::notes(call) => {
            let answer = read(call, &store.read().unwrap_or_else(PoisonError::into_inner))?;
            call.budget.check()?;
            Ok(answer)
        }
        behaviour => change(call, behaviour, &mut store.write().unwrap_or_else(PoisonError::into_inner)),
    });
    answer.map_err(|problem| problem.in_release(call.release))
}

/// Carries out a call that changes something, and notes what it changed.
fn change(call: &Call<'_>, behaviour: Behaviour, store: &mut Store) -> Answer {
    let before = audit::notes(call).then(|| Before::of(call, store));
    let answer = match behaviour {
        Behaviour::Reads(read) => read(call, store),
        Behaviour::Changes(change) => change(call, store),
    }?;
    call.budget.check()?;
    if let Some(before) = before {
        before.note(call, store);
    }
    Ok(answer)
}
