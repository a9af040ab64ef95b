//! What the PBX remembers beside its entities: small facts that no entity shows.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use serde::{Deserialize, Serialize};

/// A property of something with a number.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct DnProperty {
    pub id: i64,
    pub value: Box<str>,
    pub description: Option<Box<str>>,
}

/// What a service was told, and when, in seconds since 1970.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct ServiceOrder {
    /// True if it was to stop first.
    pub stop: bool,
    /// True if it was to run in the end.
    pub start: bool,
    pub at: i64,
}

/// The ledger.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct Ledger {
    /// By number and name.
    pub dn_properties: BTreeMap<Box<str>, BTreeMap<Box<str>, DnProperty>>,
    /// The last order that each service got.
    pub services: HashMap<Box<str>, ServiceOrder>,
    /// Whose contacts are not everybody's: the number of an extension or department, by id.
    pub contact_owners: BTreeMap<i64, Box<str>>,
    /// SHA-256 of the keys of service principals, in hexadecimal digits, by number.
    pub app_keys: BTreeMap<Box<str>, Box<str>>,
    /// The files of call flow apps, by the app's number.
    pub app_files: BTreeMap<Box<str>, BTreeSet<Box<str>>>,
    /// The prompt set that is spoken.
    pub prompt_set: Option<i64>,
    /// True if departments are companies of their own.
    pub multi_company: bool,
    /// When the firewall was last checked, in seconds since 1970.
    pub firewall_check: Option<i64>,
}
