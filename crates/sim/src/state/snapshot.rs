//! What a backup holds: the company as it was.

use std::collections::BTreeMap;

use super::entity::Entity;
use super::store::Store;
use crate::assumptions::{LARGEST_RESTORABLE, MAX_RESTORABLE};

/// The company at some time.
#[derive(Clone, Debug)]
pub(crate) struct Snapshot {
    pub password: Option<String>,
    rows: Vec<(&'static str, Vec<Entity>)>,
    singletons: Vec<(&'static str, Entity)>,
}

/// The snapshots that are kept, by the names of their backups.
#[derive(Clone, Debug, Default)]
pub(crate) struct Snapshots {
    by_name: BTreeMap<u64, (Box<str>, Snapshot)>,
    taken: u64,
}

impl Store {
    /// Keeps what there is now in the sets that are meant, unless there is too much of it. The
    /// oldest snapshot gives way.
    pub fn take_snapshot(&mut self, name: &str, password: Option<String>, meant: impl Fn(&str) -> bool) {
        let sets = || self.sets.iter().filter(|(name, _)| meant(name));
        if sets().map(|(_, set)| set.len()).sum::<usize>() > LARGEST_RESTORABLE {
            return;
        }
        let rows = sets().map(|(name, set)| (*name, set.rows().cloned().collect())).collect();
        let singletons = self.singletons.iter().map(|(name, entity)| (*name, entity.clone())).collect();
        let snapshots = &mut self.snapshots;
        snapshots.taken += 1;
        snapshots.by_name.insert(snapshots.taken, (name.into(), Snapshot { password, rows, singletons }));
        if snapshots.by_name.len() > MAX_RESTORABLE {
            snapshots.by_name.pop_first();
        }
    }

    /// What a backup holds, if it was kept.
    pub fn snapshot(&self, name: &str) -> Option<&Snapshot> {
        self.snapshots.by_name.values().rfind(|(known, _)| &**known == name).map(|(_, snapshot)| snapshot)
    }

    /// Puts the company back as it was.
    pub fn restore(&mut self, snapshot: &Snapshot) {
        for (name, rows) in &snapshot.rows {
            if let Some(set) = self.sets.get_mut(name) {
                set.clear();
                rows.iter().for_each(|row| set.put(row.clone()));
            }
        }
        self.singletons.extend(snapshot.singletons.iter().cloned());
    }

    pub fn forget_snapshots(&mut self) {
        self.snapshots.by_name.clear();
    }
}
