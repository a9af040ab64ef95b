//! What phones were told to do, and what they are doing now.
//!
//! ```text
//!   Registered ── reprovision, upgrade ──► Provisioning ──► Restarting ──► Registered
//!       └────────────── reboot ───────────────────────────────▲
//! ```

use std::collections::{HashMap, HashSet};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::revisions::Revisions;
use crate::assumptions::PHONE_STEP_SECONDS;

/// What a phone was told to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Order {
    Provision,
    Reboot,
}

/// What a phone is doing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PhoneState {
    /// Ready for calls.
    Registered,
    /// Loading its configuration.
    Provisioning,
    /// Starting again.
    Restarting,
}

/// The last order that each phone got, by MAC address.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(crate) struct PhoneOrders {
    /// With the second in which they were given.
    orders: HashMap<Box<str>, (Order, i64)>,
    /// Which phones were given one.
    #[serde(skip)]
    revisions: Revisions<Box<str>>,
}

impl PhoneOrders {
    /// Tells a phone to do something.
    pub fn give(&mut self, mac: &str, order: Order, now: Timestamp) {
        self.orders.insert(mac.into(), (order, now.as_second()));
        self.revisions.note(mac.into());
    }

    /// True if no phone was told to do anything.
    pub fn is_empty(&self) -> bool {
        self.orders.is_empty()
    }

    /// What a phone is doing at `now`.
    pub fn state(&self, mac: &str, now: Timestamp) -> PhoneState {
        self.orders.get(mac).map_or(PhoneState::Registered, |order| state(*order, now.as_second()))
    }

    /// Counts the orders.
    pub fn revision(&self) -> u64 {
        self.revisions.latest()
    }

    /// The phones that were given an order since a revision, or have passed into another state
    /// since a second; nothing if that can no longer be told.
    pub fn changed(&self, revision: u64, second: i64, now: Timestamp) -> Option<HashSet<&str>> {
        let ordered = self.revisions.since(revision)?.map(|mac| &**mac);
        let passed = self.orders.iter().filter(|(_, order)| state(**order, second) != state(**order, now.as_second()));
        Some(ordered.chain(passed.map(|(mac, _)| &**mac)).collect())
    }
}

/// What a phone is doing at a second, after an order and the second in which it was given.
fn state((order, given): (Order, i64), second: i64) -> PhoneState {
    match (order, (second - given) / PHONE_STEP_SECONDS) {
        (Order::Provision, 0) => PhoneState::Provisioning,
        (Order::Provision, 1) | (Order::Reboot, 0) => PhoneState::Restarting,
        _ => PhoneState::Registered,
    }
}
