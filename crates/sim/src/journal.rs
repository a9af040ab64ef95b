//! What the PBX was asked, so that a test can say "exactly once".

use std::collections::{BTreeMap, HashMap, HashSet, VecDeque};
use std::sync::{Mutex, MutexGuard, OnceLock, PoisonError};

use bytes::Bytes;
use jiff::Timestamp;
use serde_json::Value as Json;
use threecx_catalog::{Body, Property, operations, structures};

/// Longer bodies and answers are not remembered.
const LONGEST: usize = 4096;

/// A request that arrived, and how it was answered.
#[derive(Clone, Debug)]
pub struct Received {
    /// Counts requests from 1, also those that are no longer remembered.
    pub number: u64,
    /// When it arrived, by the PBX's clock: `2026-01-31T09:30:00Z`.
    pub at: String,
    /// The HTTP method.
    pub method: String,
    /// Path and query, as they came; a token in the query is masked.
    pub path: String,
    /// The operation that it was (`Users.ReprovisionAllPhones`), if it was one.
    pub operation: Option<&'static str>,
    /// The body, if it was JSON and short, with passwords and the like masked; never that of
    /// a login.
    pub body: Option<Json>,
    /// True if the operation was carried out, whatever became of the answer.
    pub carried_out: bool,
    /// The status of the answer; 0 if the connection was cut instead.
    pub status: u16,
    /// The answer, under the same conditions as the body.
    pub answer: Option<Json>,
    /// What was done to it on purpose.
    pub fault: Option<&'static str>,
}

/// How often there was a request for one operation.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Count {
    /// The number of requests that arrived.
    pub received: u64,
    /// The number of those that were carried out, whatever became of the answer.
    pub carried_out: u64,
    /// How they were answered: status and how often; 0 where the connection was cut instead.
    pub statuses: BTreeMap<u16, u64>,
}

/// A request as it is kept: nothing is computed before it is looked at.
#[derive(Clone, Debug)]
pub(crate) struct Entry {
    pub at: Timestamp,
    pub method: hyper::Method,
    pub path: Box<str>,
    pub operation: Option<&'static str>,
    pub body: Bytes,
    pub carried_out: bool,
    pub status: u16,
    pub answer: Bytes,
    pub fault: Option<&'static str>,
}

impl Entry {
    fn received(&self, number: u64) -> Received {
        let shown = |bytes: &Bytes| self.operation.and_then(|_| serde_json::from_slice(bytes).ok()).map(masked);
        Received {
            number,
            at: self.at.to_string(),
            method: self.method.to_string(),
            path: self.path.to_string(),
            operation: self.operation,
            body: shown(&self.body),
            carried_out: self.carried_out,
            status: self.status,
            answer: shown(&self.answer),
            fault: self.fault,
        }
    }
}

/// Everything in it that may be a password, key or PIN, replaced by `***`.
pub(crate) fn masked(json: Json) -> Json {
    match json {
        Json::Object(members) => {
            let members = members.into_iter().map(|(name, value)| match value {
                Json::Null => (name, Json::Null),
                _ if secret_names().contains(name.as_str()) => (name, "***".into()),
                value => (name, masked(value)),
            });
            Json::Object(members.collect())
        }
        Json::Array(items) => Json::Array(items.into_iter().map(masked).collect()),
        other => other,
    }
}

/// The names of all properties that are secrets.
fn secret_names() -> &'static HashSet<&'static str> {
    static NAMES: OnceLock<HashSet<&'static str>> = OnceLock::new();
    NAMES.get_or_init(|| {
        let fields = operations().flat_map(|operation| operation.forms).flat_map(|form| match form.body {
            Body::Fields(fields) => fields,
            _ => &[],
        });
        let all = structures().iter().flat_map(|structure| structure.properties).chain(fields);
        all.filter(|property: &&Property| property.secret).map(|property| property.name).collect()
    })
}

/// The last requests.
#[derive(Debug)]
pub(crate) struct Journal {
    kept: Mutex<Kept>,
    capacity: usize,
}

#[derive(Debug, Default)]
struct Kept {
    /// How many there have been.
    noted: u64,
    /// Oldest first.
    entries: VecDeque<Entry>,
    /// By operation; also of those that are no longer remembered.
    counts: HashMap<&'static str, Count>,
}

impl Kept {
    /// The number of the oldest that is remembered, or of the next that comes.
    fn first(&self) -> u64 {
        self.noted - self.entries.len() as u64 + 1
    }
}

/// A look into the journal.
#[derive(Debug)]
pub(crate) struct Look {
    /// How many there have been.
    pub noted: u64,
    /// The number of the oldest that is remembered.
    pub first: u64,
    /// Some of them with their numbers, oldest first.
    pub entries: Vec<(u64, Entry)>,
}

impl Journal {
    pub fn new(capacity: usize) -> Journal {
        Journal { kept: Mutex::default(), capacity }
    }

    fn kept(&self) -> MutexGuard<'_, Kept> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Remembers a request, and counts it under its operation or login.
    pub fn note(&self, mut entry: Entry, what: Option<&'static str>) {
        // Copied, for they are pieces of larger buffers, which would live as long.
        for bytes in [&mut entry.body, &mut entry.answer] {
            *bytes = if bytes.len() > LONGEST { Bytes::new() } else { Bytes::copy_from_slice(bytes) };
        }
        let mut kept = self.kept();
        if kept.entries.len() >= self.capacity {
            kept.entries.pop_front();
        }
        kept.noted += 1;
        if let Some(what) = what {
            let count = kept.counts.entry(what).or_default();
            count.received += 1;
            count.carried_out += u64::from(entry.carried_out);
            *count.statuses.entry(entry.status).or_default() += 1;
        }
        kept.entries.push_back(entry);
    }

    /// Those after number `after`, oldest first, the last `most` of them.
    pub fn after(&self, after: u64, most: usize) -> Vec<Received> {
        self.look(after, most).entries.iter().map(|(number, entry)| entry.received(*number)).collect()
    }

    /// The same as they are kept, and how many there have been.
    pub fn look(&self, after: u64, most: usize) -> Look {
        let kept = self.kept();
        let wanted = usize::try_from(kept.noted.saturating_sub(after)).unwrap_or(usize::MAX);
        let skipped = kept.entries.len() - wanted.min(most).min(kept.entries.len());
        let numbered = (kept.first()..).zip(&kept.entries).skip(skipped);
        let entries = numbered.map(|(number, entry)| (number, entry.clone())).collect();
        Look { noted: kept.noted, first: kept.first(), entries }
    }

    /// The one with a number, if it is remembered.
    pub fn find(&self, number: u64) -> Option<Received> {
        let kept = self.kept();
        let place = usize::try_from(number.checked_sub(kept.first())?).ok()?;
        let entry = kept.entries.get(place).cloned();
        drop(kept);
        Some(entry?.received(number))
    }

    /// How often there was a request for each operation, by name.
    pub fn counts(&self) -> BTreeMap<&'static str, Count> {
        self.kept().counts.iter().map(|(operation, count)| (*operation, count.clone())).collect()
    }

    /// How often there was a request for one of them.
    pub fn count(&self, operation: &str) -> Count {
        self.kept().counts.get(operation).cloned().unwrap_or_default()
    }

    /// Forgets all; numbers continue.
    pub fn clear(&self) {
        let mut kept = self.kept();
        kept.entries.clear();
        kept.counts.clear();
    }
}
