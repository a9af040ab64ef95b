//! How much clients may take: connections, time, memory.

use std::time::Duration;

/// Limits on what clients may take. `Limits::default()` is what fits a test or a demo on one
/// machine; set the fields that should be different.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Limits {
    /// Maximum number of connections at a time (800). One more takes the place of the one that has kept
    /// the PBX waiting longest.
    pub connections: usize,
    /// Time for a TLS handshake and for the head of a request, from the last answer on (30 s);
    /// whoever takes longer is cut off.
    pub head_time: Duration,
    /// Time for the body of a request (30 s); whoever takes longer is refused with 408.
    pub body_time: Duration,
    /// Time for fetching an answer (60 s); whoever takes longer is cut off.
    pub answer_time: Duration,
    /// The largest head of a request (64 KiB); a larger one is refused with 431.
    pub head_bytes: usize,
    /// The largest body of a call of the API (8 MiB); a larger one is refused with 413, before
    /// it is read where its length is announced.
    pub body_bytes: usize,
    /// What all bodies together may take that are there at a time (64 MiB); more of them wait.
    pub all_bodies_bytes: usize,
}

impl Default for Limits {
    fn default() -> Limits {
        Limits {
            connections: 800,
            head_time: Duration::from_secs(30),
            body_time: Duration::from_secs(30),
            answer_time: Duration::from_secs(60),
            head_bytes: 64 << 10,
            body_bytes: 8 << 20,
            all_bodies_bytes: 64 << 20,
        }
    }
}
