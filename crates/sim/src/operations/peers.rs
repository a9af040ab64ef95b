//! Peers: everything with a number, as others refer to it.

use serde_json::Value as Json;

use super::Call;
use super::behaviours::Behaviour::Reads;
use super::behaviours::{Answer, Behaviours};
use super::nature::Nature;
use crate::http::Problem;
use crate::state::{Entity, NUMBERED, PeerKind, Set, Shape, Store, Value, label};

pub(super) const BEHAVIOURS: Behaviours = &[
    ("Peers.GetReportPeers", Reads(|call, store| list(call, store, |_| true))),
    (
        "Peers.RetreivePeersByNumbers",
        Reads(|call, store| {
            let request = call.field("peersRequest").ok_or_else(|| call.required("peersRequest"))?;
            let wanted: &[Json] = request["DnNumbers"].as_array().map_or(&[], Vec::as_slice);
            list(call, store, |number| wanted.iter().any(|wanted| wanted == number))
        }),
    ),
];

pub(super) const NATURE: Nature = Nature {
    name: "Peers",
    rows: |view| {
        let callable = all(view.store).filter(|(_, kind)| kind.can_be_called());
        Box::new(callable.map(move |(row, kind)| peer(view.shape(), row, kind).into()))
    },
    ..Nature::PLAIN
};

/// Everything with a number, and the kind of peer that it is.
pub(super) fn all(store: &Store) -> impl Iterator<Item = (&Entity, PeerKind)> {
    let sets = NUMBERED.iter().filter_map(|numbered| Some((store.set(numbered.set)?, numbered.kind)));
    sets.flat_map(|(set, kind): (&Set, PeerKind)| set.rows().map(move |row| (row, kind)))
}

/// Something with a number as others refer to it.
pub(super) fn peer(shape: &'static Shape, row: &Entity, kind: PeerKind) -> Entity {
    Entity::new(shape)
        .with("Id", row.get("Id").clone())
        .with("Number", row.get("Number").clone())
        .with("Name", Value::text(label(row)))
        .with("Type", Value::text(kind.name()))
}

/// Those whose numbers are wanted; trunks are not among them.
fn list(call: &Call<'_>, store: &Store, wanted: impl Fn(&str) -> bool) -> Answer {
    let shape = call.shapes.get("Peer").ok_or(Problem::NoSuchPath)?;
    let options = call.options(Some(shape))?;
    let meant = all(store).filter(|(row, kind)| *kind != PeerKind::ExternalLine && wanted(row.text("Number")));
    let page = options.page(meant.map(|(row, kind)| peer(shape, row, kind)), usize::MAX);
    Ok(call.rows("Peers", page.rows, page.count, &options.selection))
}
