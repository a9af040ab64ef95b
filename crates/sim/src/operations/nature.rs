//! What is special about a set or singleton: one constant in the file of its resource, which
//! names only what differs from [`Nature::PLAIN`].

use std::ops::RangeInclusive;

use jiff::Timestamp;

use super::{
    Call, audit, backups, blocklists, call_handling, contacts, devices, firewall, fxs, groups, history, license, media,
    misc_resources, outbound_rules, peers, phones, recordings, services, status, trunks, users, website_links,
};
use crate::http::Problem;
use crate::odata::Options;
use crate::state::{Entity, Row, Rows, Set, Shape, Store};

/// What is special about a set or singleton.
pub(crate) struct Nature {
    /// The set or singleton: `Users`.
    pub name: &'static str,
    /// The rows of the set, stored or made.
    pub rows: for<'s> fn(View<'s>) -> Rows<'s>,
    /// A stored entity of the set as it is shown.
    pub entity: for<'s> fn(View<'s>, &'s Entity) -> Row<'s>,
    /// The singleton as it is now.
    pub current: for<'s> fn(&Call<'_>, &'s Store, &'s Entity) -> Row<'s>,
    /// How keys that are texts come about.
    pub text_keys: TextKeys,
    /// Properties that must not be empty.
    pub filled: &'static [&'static str],
    /// Properties that no two entities of the set share, besides numbers and keys.
    pub unique: &'static [&'static str],
    /// Numbers, and what they may be.
    pub ranges: &'static [(&'static str, RangeInclusive<i64>)],
    /// What else is demanded of an entity before it is taken.
    pub check: fn(&Entity, &Store, Timestamp) -> Result<(), Problem>,
    /// The code with which deleting an entity is refused, if it has to stay.
    pub guard: fn(&Store, &Entity) -> Option<&'static str>,
    /// What goes with an entity that is deleted.
    pub dependants: &'static [Dependant],
    /// True if restoring a backup leaves the set alone, because it records what happened.
    pub outlives_restore: bool,
}

/// How keys that are texts come about.
#[derive(Clone, Copy, Debug)]
pub(crate) enum TextKeys {
    /// Clients choose them.
    Given,
    /// The PBX counts.
    Counted,
    /// The PBX counts, and makes the name of a file with this ending out of it.
    CustomFile(&'static str),
}

/// Entities of another set that belong to an entity.
pub(crate) struct Dependant {
    pub set: &'static str,
    /// True if the first belongs to the second.
    pub belongs: fn(&Entity, &Entity) -> bool,
}

/// A set, looked at by a call.
#[derive(Clone, Copy)]
pub(crate) struct View<'s> {
    pub store: &'s Store,
    pub set: &'s Set,
    pub wanted: Wanted<'s>,
    pub now: Timestamp,
}

/// What is wanted of entities.
#[derive(Clone, Copy)]
pub(crate) enum Wanted<'s> {
    Options(&'s Options),
    Property(&'s str),
}

impl<'s> View<'s> {
    pub fn shape(&self) -> &'static Shape {
        self.set.shape
    }

    /// True if a property that has to be worked out is wanted.
    pub fn needs(&self, property: &str) -> bool {
        match self.wanted {
            Wanted::Options(options) => options.needs(property, self.set.shape),
            Wanted::Property(wanted) => wanted == property,
        }
    }

    /// The stored rows of another set.
    pub fn rows_of(&self, set: &str) -> impl Iterator<Item = &'s Entity> + use<'s> {
        self.store.set(set).into_iter().flat_map(Set::rows)
    }
}

impl Nature {
    /// A set or singleton that is what the catalogue says.
    pub const PLAIN: Nature = Nature {
        name: "",
        rows: |view| Box::new(view.set.rows().map(Row::Stored)),
        entity: |_, entity| Row::Stored(entity),
        current: |_, _, entity| Row::Stored(entity),
        text_keys: TextKeys::Given,
        filled: &[],
        unique: &[],
        ranges: &[],
        check: |_, _, _| Ok(()),
        guard: |_, _| None,
        dependants: &[],
        outlives_restore: false,
    };

    /// That of a set or singleton.
    pub fn of(name: &str) -> &'static Nature {
        ALL.iter().copied().find(|nature| nature.name == name).unwrap_or(&Nature::PLAIN)
    }
}

impl std::fmt::Debug for Nature {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Nature({})", self.name)
    }
}

const ALL: &[&Nature] = &[
    &audit::EVENT_LOGS,
    &audit::REPORT_AUDIT_LOG,
    &backups::NATURE,
    &blocklists::BLACK_LIST_NUMBERS,
    &blocklists::BLOCKLIST,
    &call_handling::QUEUES,
    &call_handling::RECEPTIONISTS,
    &call_handling::RING_GROUPS,
    &contacts::NATURE,
    &devices::DEVICE_INFOS,
    &devices::SIP_DEVICES,
    &firewall::NATURE,
    &fxs::FXS,
    &fxs::FXS_TEMPLATES,
    &groups::GROUPS,
    &groups::REPORT_GROUP,
    &history::ACTIVE_CALLS,
    &history::CALL_HISTORY_VIEW,
    &history::CHAT_HISTORY_VIEW,
    &history::CHAT_MESSAGES_HISTORY_VIEW,
    &history::LAST_TIMESTAMP,
    &license::NATURE,
    &media::PLAYLISTS,
    &misc_resources::HOLIDAYS,
    &misc_resources::PARAMETERS,
    &misc_resources::SBCS,
    &misc_resources::SCHEDULED_REPORTS,
    &misc_resources::TENANT_PROPERTIES,
    &outbound_rules::NATURE,
    &peers::NATURE,
    &phones::PHONE_TEMPLATES,
    &recordings::NATURE,
    &services::NATURE,
    &status::NATURE,
    &trunks::DID_NUMBERS,
    &trunks::FAX,
    &trunks::TRUNKS,
    &trunks::TRUNK_TEMPLATES,
    &users::NATURE,
    &website_links::NATURE,
];

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use threecx_catalog::{Release, Span};

    use super::*;
    use crate::operations::{Routes, empty_store};
    use crate::state::Shapes;

    /// The empty stores of all releases.
    fn stores() -> Vec<Store> {
        let spans = Release::all().map(|release| Span { first: release, last: release });
        spans.map(Shapes::of).map(|shapes| empty_store(&Routes::of(shapes), shapes)).collect()
    }

    #[test]
    fn every_nature_is_that_of_a_set_or_singleton() {
        let stores = stores();
        let mut seen = HashSet::new();
        for nature in ALL {
            let name = nature.name;
            assert!(seen.insert(name), "{name} has two natures");
            let known = |store: &Store| store.sets.contains_key(name) || store.singletons.contains_key(name);
            assert!(stores.iter().any(known), "{name} is neither a set nor a singleton");
        }
    }

    #[test]
    fn natures_name_properties_that_exist() {
        let stores = stores();
        for nature in ALL {
            let ranges = nature.ranges.iter().map(|(property, _)| *property);
            for property in nature.filled.iter().chain(nature.unique).copied().chain(ranges) {
                let has = |store: &Store| store.set(nature.name).is_some_and(|set| set.shape.index(property).is_some());
                assert!(stores.iter().any(has), "{} has no {property}", nature.name);
            }
            for dependant in nature.dependants {
                assert!(
                    stores.iter().any(|store| store.set(dependant.set).is_some()),
                    "{} is not a set",
                    dependant.set
                );
            }
        }
    }
}
