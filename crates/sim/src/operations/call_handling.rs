//! Queues, ring groups and digital receptionists.

use std::ops::RangeInclusive;

use super::nature::Nature;
use crate::http::Problem;
use crate::state::{Entity, Set, Store};

/// A time in seconds.
const UP_TO_A_DAY: RangeInclusive<i64> = 0..=86_400;

pub(super) const QUEUES: Nature = Nature {
    name: "Queues",
    ranges: &[
        ("RingTimeout", UP_TO_A_DAY),
        ("MasterTimeout", UP_TO_A_DAY),
        ("WrapUpTime", UP_TO_A_DAY),
        ("MaxCallersInQueue", 0..=100_000),
    ],
    guard: is_operator,
    ..Nature::PLAIN
};

pub(super) const RING_GROUPS: Nature =
    Nature { name: "RingGroups", ranges: &[("RingTime", UP_TO_A_DAY)], guard: is_operator, ..Nature::PLAIN };

pub(super) const RECEPTIONISTS: Nature = Nature {
    name: "Receptionists",
    ranges: &[("Timeout", UP_TO_A_DAY)],
    check: |receptionist, store, _| {
        let wakes = |entity: &Entity| entity.text("IVRType") == "Wakeup";
        let mut others = store.set("Receptionists").into_iter().flat_map(Set::rows);
        match wakes(receptionist) && others.any(|other| wakes(other) && other.get("Id") != receptionist.get("Id")) {
            true => Err(Problem::refused("IVRType", "WARNINGS.WAKEUP_IVR_EXISTS")),
            false => Ok(()),
        }
    },
    guard: is_operator,
    ..Nature::PLAIN
};

/// Guards the operator, who takes the calls that nobody else does.
pub(super) fn is_operator(store: &Store, entity: &Entity) -> Option<&'static str> {
    let settings = store.singletons.get("GeneralSettingsForPbx")?;
    let operates = settings.text("OperatorExtension") == entity.text("Number");
    operates.then_some("WARNINGS.OPERATOR_CANNOT_BE_DELETED")
}
