//! Misbehaviour on demand: what a PBX or the network before it may do to a client, by chance
//! that is the same for the same seed.

use std::str::FromStr;
use std::sync::{Mutex, MutexGuard, PoisonError};

use fastrand::Rng;

/// What goes wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FaultKind {
    /// 401, as if the token had been evicted; nothing is done.
    Unauthorized,
    /// 429 with `Retry-After: 1`; nothing is done.
    TooManyRequests,
    /// 503 with `Retry-After: 1`; nothing is done.
    Unavailable,
    /// 500 with an empty body; nothing is done.
    Error,
    /// 504, as from a gateway that gave up waiting; the work is done.
    GatewayTimeout,
    /// The connection is cut before anything is done.
    DropBefore,
    /// The work is done, then the connection is cut without an answer.
    DropAfter,
    /// The work is done, then the answer breaks off in the middle.
    Truncate,
}

impl FaultKind {
    /// All kinds with the names that they have on the command line and in `/sim/faults`.
    pub const ALL: [(&'static str, FaultKind); 8] = [
        ("401", FaultKind::Unauthorized),
        ("429", FaultKind::TooManyRequests),
        ("503", FaultKind::Unavailable),
        ("500", FaultKind::Error),
        ("504", FaultKind::GatewayTimeout),
        ("drop-before", FaultKind::DropBefore),
        ("drop-after", FaultKind::DropAfter),
        ("truncate", FaultKind::Truncate),
    ];

    pub(crate) fn name(self) -> &'static str {
        Self::ALL.iter().find(|(_, kind)| *kind == self).map_or("", |(name, _)| name)
    }
}

/// Something that goes wrong now and then.
#[derive(Clone, Debug, PartialEq)]
pub struct Fault {
    /// What goes wrong.
    pub kind: FaultKind,
    /// How often, from 0 to 1.
    pub probability: f64,
    /// How often at most; `None` without end.
    pub times: Option<u32>,
    /// Only for this operation (`Users.RebootPhone`).
    pub operation: Option<String>,
}

/// `drop-after:0.05`, `429:1:3` (three times), `500:0.5@Users.RebootPhone`.
impl FromStr for Fault {
    type Err = String;

    fn from_str(text: &str) -> Result<Fault, String> {
        let (text, operation) = match text.split_once('@') {
            Some((text, operation)) => (text, Some(operation.to_owned())),
            None => (text, None),
        };
        let mut parts = text.split(':');
        let name = parts.next().unwrap_or_default();
        let names = FaultKind::ALL.map(|(name, _)| name).join(", ");
        let kind = FaultKind::ALL.iter().find(|(known, _)| *known == name).map(|(_, kind)| *kind);
        let kind = kind.ok_or(format!("expected one of {names}; got `{name}`"))?;
        let probability = parts.next().map_or(Ok(1.0), |text| {
            let number = text.parse().ok().filter(|number| (0.0..=1.0).contains(number));
            number.ok_or(format!("expected a probability from 0 to 1; got `{text}`"))
        })?;
        let times =
            parts.next().map(|text| text.parse().map_err(|_| format!("expected how often at most; got `{text}`")));
        Ok(Fault { kind, probability, times: times.transpose()?, operation })
    }
}

impl std::fmt::Display for Fault {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}:{}", self.kind.name(), self.probability)?;
        if let Some(times) = self.times {
            write!(f, ":{times}")?;
        }
        match &self.operation {
            Some(operation) => write!(f, "@{operation}"),
            None => Ok(()),
        }
    }
}

/// The faults that are set, and the chance that decides.
#[derive(Debug)]
pub(crate) struct Faults {
    state: Mutex<(Vec<Fault>, Rng)>,
    seed: u64,
}

impl Faults {
    pub fn new(faults: Vec<Fault>, seed: u64) -> Faults {
        // Other luck than the company's.
        let seed = seed ^ 0x5EED;
        Faults { state: Mutex::new((faults, Rng::with_seed(seed))), seed }
    }

    fn state(&self) -> MutexGuard<'_, (Vec<Fault>, Rng)> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Puts these in the place of those that are set; chance begins anew.
    pub fn set(&self, faults: Vec<Fault>) {
        *self.state() = (faults, Rng::with_seed(self.seed));
    }

    pub fn get(&self) -> Vec<Fault> {
        self.state().0.clone()
    }

    /// What happens to this request. One fault at most, the first that chance picks.
    pub fn strike(&self, operation: &str) -> Option<FaultKind> {
        let mut state = self.state();
        let (faults, rng) = &mut *state;
        let mut struck = None;
        for fault in faults.iter_mut() {
            let meant = fault.operation.as_deref().is_none_or(|meant| meant == operation);
            // Chance is asked for every fault, so that one does not shift the luck of another.
            let hit = rng.f64() < fault.probability;
            if meant && hit && struck.is_none() && fault.times != Some(0) {
                struck = Some(fault.kind);
                fault.times = fault.times.map(|times| times - 1);
            }
        }
        struck
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn faults_are_written_as_they_are_read() {
        for text in ["401:0.05", "429:1:3", "drop-after:0.5@Users.RebootPhone"] {
            assert_eq!(text.parse::<Fault>().map(|fault| fault.to_string()).as_deref(), Ok(text));
        }
        for text in ["402", "401:2", "401:x", "429:1:x", ""] {
            assert!(text.parse::<Fault>().is_err(), "{text}");
        }
    }

    #[test]
    fn the_same_seed_strikes_the_same_requests() {
        let run = || {
            let faults = Faults::new(vec!["500:0.3".parse().expect("fits")], 7);
            (0..50).map(|_| faults.strike("Users.ListUser").is_some()).collect::<Vec<_>>()
        };
        assert_eq!(run(), run());
        assert!(run().contains(&true) && run().contains(&false));
        let twice = Faults::new(vec!["429:1:2".parse().expect("fits")], 7);
        assert_eq!((0..5).filter(|_| twice.strike("Users.ListUser").is_some()).count(), 2);
    }
}
