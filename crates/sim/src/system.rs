//! A running PBX: all that it consists of but its connections.

use std::sync::{Mutex, MutexGuard, OnceLock, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};

use hyper::header::HeaderValue;
use threecx_catalog::Span;

use crate::auth::Auth;
use crate::clock::Clock;
use crate::faults::Misbehaviour;
use crate::http::Response;
use crate::initial_state::InitialState;
use crate::journal::Journal;
use crate::live::Live;
use crate::operations::Routes;
#[cfg(feature = "sqlite")]
use crate::persist::File;
use crate::state::{Shapes, Store};

/// A running PBX, without its connections.
#[derive(Debug)]
pub(crate) struct System {
    pub url: String,
    pub version: String,
    /// The same, as every answer has it.
    pub version_header: HeaderValue,
    pub release: Span,
    pub live: Live,
    /// True where `expires_in` counts minutes.
    pub minutes: bool,
    pub auth: Auth,
    pub clock: Clock,
    pub shapes: &'static Shapes,
    pub routes: Routes,
    pub initial: InitialState,
    pub store: RwLock<Store>,
    pub turns: Mutex<()>,
    pub misbehaviour: Misbehaviour,
    /// True if it listens on this machine only.
    pub is_local: bool,
    /// The names of this machine that others use.
    pub names: Vec<String>,
    pub journal: Journal,
    /// What it says of the API, once somebody has asked: it takes a while to make, and anybody may ask.
    pub description: OnceLock<Response>,
    pub metadata: OnceLock<Response>,
    /// Where what was written is kept, if it is.
    #[cfg(feature = "sqlite")]
    pub file: Option<File>,
}

impl System {
    pub fn read(&self) -> RwLockReadGuard<'_, Store> {
        self.store.read().unwrap_or_else(PoisonError::into_inner)
    }

    pub fn write(&self) -> RwLockWriteGuard<'_, Store> {
        self.store.write().unwrap_or_else(PoisonError::into_inner)
    }

    /// Held from before a change until it is kept, so that what cannot be kept takes back that change and no other.
    /// Without a file there is nothing to wait for.
    pub fn turn(&self) -> Option<MutexGuard<'_, ()>> {
        #[cfg(feature = "sqlite")]
        let is_kept = self.file.is_some();
        #[cfg(not(feature = "sqlite"))]
        let is_kept = false;
        is_kept.then(|| self.turns.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Writes what has changed to the file; false if that fails: then it has not changed.
    pub fn keep(&self) -> bool {
        #[cfg(feature = "sqlite")]
        if let Some(Err(error)) = self.file.as_ref().map(|file| file.keep(&self.store, self.initial, self.shapes)) {
            eprintln!("the data could not be written: {error}");
            return false;
        }
        true
    }

    /// As on the first day, without faults. Tokens stay valid. False if that cannot be kept: then all is as it was.
    pub fn reset(&self) -> bool {
        let fresh = self.initial.store(&self.routes, self.shapes);
        let turn = self.turn();
        self.write().replace_with(fresh);
        if !self.keep() {
            return false;
        }
        drop(turn);
        self.misbehaviour.set_faults(Vec::new());
        self.misbehaviour.set_latencies(Vec::new());
        self.journal.clear();
        true
    }
}
