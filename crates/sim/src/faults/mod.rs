//! Misbehaviour on demand: what a PBX or the network before it may do to a client, by chance
//! that is the same for the same seed.

mod fault;
mod latency;
mod target;

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use fastrand::Rng;

pub use fault::{Fault, FaultKind};
pub use latency::{Latency, parse_duration};
pub(crate) use target::{LOGIN, LOGINS, LOGOUT, SESSION, TOKEN};

/// Faults and latencies that are set, each with a chance of its own, so that one does not
/// shift the luck of another.
#[derive(Debug)]
pub(crate) struct Misbehaviour {
    faults: Mutex<Vec<(Fault, Rng)>>,
    latencies: Mutex<Vec<(Latency, Rng)>>,
    /// False if there is nothing of either, which is all that most requests look at.
    any: AtomicBool,
    seed: u64,
}

impl Misbehaviour {
    pub fn new(faults: Vec<Fault>, latencies: Vec<Latency>, seed: u64) -> Misbehaviour {
        let (none, any) = (Mutex::default(), AtomicBool::new(false));
        // Other luck than the company's.
        let misbehaviour = Misbehaviour { faults: none, latencies: Mutex::default(), any, seed: seed ^ 0x5EED };
        misbehaviour.set_faults(faults);
        misbehaviour.set_latencies(latencies);
        misbehaviour
    }

    /// Puts these in the place of those that are set; chance starts again.
    pub fn set_faults(&self, faults: Vec<Fault>) {
        *locked(&self.faults) = self.with_chance(faults);
        self.look();
    }

    /// Puts these in the place of those that are set; chance starts again.
    pub fn set_latencies(&self, latencies: Vec<Latency>) {
        *locked(&self.latencies) = self.with_chance(latencies);
        self.look();
    }

    /// The faults that are set, with what is left of how often they strike.
    pub fn faults(&self) -> Vec<Fault> {
        locked(&self.faults).iter().map(|(fault, _)| fault.clone()).collect()
    }

    pub fn latencies(&self) -> Vec<Latency> {
        locked(&self.latencies).iter().map(|(latency, _)| latency.clone()).collect()
    }

    /// What happens to a request for this operation. One fault at most, the first that chance
    /// picks.
    pub fn strike(&self, operation: &str) -> Option<Fault> {
        if !self.any.load(Ordering::Acquire) {
            return None;
        }
        let mut struck = None;
        for (fault, chance) in locked(&self.faults).iter_mut().filter(|(fault, _)| fault.is_meant_for(operation)) {
            let hit = chance.f64() < fault.probability;
            if hit && struck.is_none() && fault.times != Some(0) {
                fault.times = fault.times.map(|times| times - 1);
                struck = Some(fault.clone());
            }
        }
        struck
    }

    /// How long a request for this operation waits. The latency that was set last for it counts.
    pub fn delay(&self, operation: &str) -> Duration {
        if !self.any.load(Ordering::Acquire) {
            return Duration::ZERO;
        }
        let mut latencies = locked(&self.latencies);
        let meant = latencies.iter_mut().rev().find(|(latency, _)| latency.is_meant_for(operation));
        meant.map_or(Duration::ZERO, |(latency, chance)| latency.fixed + latency.jitter.mul_f64(chance.f64()))
    }

    fn with_chance<T>(&self, all: Vec<T>) -> Vec<(T, Rng)> {
        let chance = |index: u64| Rng::with_seed(self.seed.wrapping_add(index.wrapping_mul(0x9E37_79B9_7F4A_7C15)));
        all.into_iter().zip((0..).map(chance)).collect()
    }

    fn look(&self) {
        let any = !locked(&self.faults).is_empty() || !locked(&self.latencies).is_empty();
        self.any.store(any, Ordering::Release);
    }
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn set(faults: &[&str]) -> Misbehaviour {
        let faults = faults.iter().map(|text| text.parse().expect("a fault")).collect();
        Misbehaviour::new(faults, Vec::new(), 7)
    }

    fn strikes(misbehaviour: &Misbehaviour, requests: usize) -> Vec<bool> {
        (0..requests).map(|_| misbehaviour.strike("Users.ListUser").is_some()).collect()
    }

    #[test]
    fn the_same_seed_strikes_the_same_requests() {
        let struck = strikes(&set(&["500:0.3"]), 50);
        assert_eq!(struck, strikes(&set(&["500:0.3"]), 50));
        assert!(struck.contains(&true) && struck.contains(&false));
        assert_eq!(strikes(&set(&["429:1:2"]), 5), [true, true, false, false, false]);
    }

    #[test]
    fn requests_that_a_fault_is_not_meant_for_do_not_shift_its_luck() {
        let alone = strikes(&set(&["500:0.3@Users"]), 50);
        let misbehaviour = set(&["500:0.3@Users"]);
        let among_others = (0..50).map(|_| {
            assert_eq!(misbehaviour.strike("Queues.ListQueue"), None);
            assert_eq!(misbehaviour.strike(TOKEN), None);
            misbehaviour.strike("Users.ListUser").is_some()
        });
        assert_eq!(among_others.collect::<Vec<_>>(), alone);
    }

    #[test]
    fn a_latency_lasts_as_long_as_it_says() {
        let latencies = ["20ms+30ms", "1s@Users.ListUser"].map(|text| text.parse().expect("a latency"));
        let delays = || {
            let misbehaviour = Misbehaviour::new(Vec::new(), latencies.to_vec(), 7);
            assert_eq!(misbehaviour.delay("Users.ListUser"), Duration::from_secs(1));
            (0..20).map(|_| misbehaviour.delay("Queues.ListQueue")).collect::<Vec<_>>()
        };
        assert_eq!(delays(), delays());
        let within = Duration::from_millis(20)..Duration::from_millis(50);
        assert!(delays().iter().all(|delay| within.contains(delay)));
    }
}
