//! Who is connected. When there are too many, whoever has kept the PBX waiting longest has to
//! go, so that a flood of silent connections does not lock others out.
//!
//! ```text
//! admitted ──► waits for a handshake, a head, a body ──► works ──► waits for the next head
//!                 │                                                   │
//!                 └──────────── too many, or too long ────────────────┴──► cut
//! ```

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use tokio::sync::Notify;

/// Means "does not wait" where an instant is kept.
const WORKS: u64 = u64::MAX;

/// All connections.
#[derive(Debug)]
pub(super) struct Connections {
    open: Mutex<HashMap<u64, Arc<Connection>>>,
    admitted: AtomicU64,
    most: usize,
    start: Instant,
}

/// One of them.
#[derive(Debug)]
pub(super) struct Connection {
    number: u64,
    /// Since when the PBX waits for the client, in milliseconds since the start.
    waits_since: AtomicU64,
    /// True if the last answer was given before the request had arrived whole.
    unread: AtomicBool,
    cut: Notify,
    all: Arc<Connections>,
}

impl Connections {
    pub fn new(most: usize) -> Arc<Connections> {
        let open = Mutex::new(HashMap::new());
        Arc::new(Connections { open, admitted: AtomicU64::new(0), most: most.max(1), start: Instant::now() })
    }

    /// A new connection; nothing if there are too many and the PBX works for all of them.
    pub fn admit(self: &Arc<Self>) -> Option<Admitted> {
        let mut open = self.open();
        if open.len() >= self.most && !Self::cut_longest_waiting(&mut open) {
            return None;
        }
        let number = self.admitted.fetch_add(1, Ordering::Relaxed);
        let connection = Arc::new(Connection {
            number,
            waits_since: AtomicU64::new(self.now()),
            unread: AtomicBool::new(false),
            cut: Notify::new(),
            all: Arc::clone(self),
        });
        open.insert(number, Arc::clone(&connection));
        Some(Admitted(connection))
    }

    /// Lets some connections end, because the machine has none left: one at a time would keep everybody waiting
    /// behind a flood of silent ones.
    pub fn make_room(&self) {
        let mut open = self.open();
        for _ in 0..=open.len() / 4 {
            if !Self::cut_longest_waiting(&mut open) {
                return;
            }
        }
    }

    /// Cuts those that have kept the PBX waiting for longer than this.
    pub fn cut_slow(&self, longest: Duration) {
        let longest = u64::try_from(longest.as_millis()).unwrap_or(u64::MAX);
        let Some(before) = self.now().checked_sub(longest) else { return };
        for connection in self.open().values().filter(|connection| connection.since() < before) {
            connection.cut.notify_one();
        }
    }

    fn cut_longest_waiting(open: &mut HashMap<u64, Arc<Connection>>) -> bool {
        let waiting = open.values().filter(|connection| connection.since() != WORKS);
        let longest = waiting.min_by_key(|connection| (connection.since(), connection.number));
        let Some(number) = longest.map(|longest| longest.number) else { return false };
        if let Some(connection) = open.remove(&number) {
            connection.cut.notify_one();
        }
        true
    }

    fn now(&self) -> u64 {
        u64::try_from(self.start.elapsed().as_millis()).unwrap_or(WORKS - 1)
    }

    fn open(&self) -> MutexGuard<'_, HashMap<u64, Arc<Connection>>> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Connection {
    fn since(&self) -> u64 {
        self.waits_since.load(Ordering::Relaxed)
    }

    /// From now on the client waits for the PBX.
    pub fn works(&self) {
        self.waits_since.store(WORKS, Ordering::Relaxed);
    }

    /// From now on the PBX waits for the client.
    pub fn waits(&self) {
        self.waits_since.store(self.all.now(), Ordering::Relaxed);
    }

    /// What the client is still sending will not be looked at.
    pub fn leave_unread(&self) {
        self.unread.store(true, Ordering::Relaxed);
    }

    pub fn is_unread(&self) -> bool {
        self.unread.load(Ordering::Relaxed)
    }

    /// Returns when the connection has to be cut.
    pub async fn cut(&self) {
        self.cut.notified().await;
    }
}

/// Somebody who is connected; no longer, when it is dropped.
pub(super) struct Admitted(pub Arc<Connection>);

impl Drop for Admitted {
    fn drop(&mut self) {
        self.0.all.open().remove(&self.0.number);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whoever_waited_longest_makes_room_and_whoever_is_served_stays() {
        let connections = Connections::new(2);
        let first = connections.admit().expect("room");
        let second = connections.admit().expect("room");
        first.0.works();
        let third = connections.admit().expect("the second makes room");
        assert_eq!(connections.open().len(), 2);
        third.0.works();
        assert!(connections.admit().is_none());
        drop((first, second));
        assert!(connections.admit().is_some());
    }

    #[test]
    fn room_is_made_for_several() {
        let connections = Connections::new(100);
        let all: Vec<_> = (0..40).map(|_| connections.admit().expect("room")).collect();
        all[0].0.works();
        connections.make_room();
        assert_eq!(connections.open().len(), 29);
        all.iter().for_each(|one| one.0.works());
        connections.make_room();
        assert_eq!(connections.open().len(), 29, "whoever is served stays");
    }
}
