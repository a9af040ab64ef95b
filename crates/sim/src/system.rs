//! A running PBX: all that it consists of but its connections.

use std::sync::{PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};

use hyper::header::HeaderValue;
use threecx_catalog::Span;

use crate::auth::Auth;
use crate::clock::Clock;
use crate::faults::Misbehaviour;
use crate::initial_state::InitialState;
use crate::journal::Journal;
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
    /// True where `expires_in` counts minutes.
    pub minutes: bool,
    pub auth: Auth,
    pub clock: Clock,
    pub shapes: &'static Shapes,
    pub routes: Routes,
    pub initial: InitialState,
    pub store: RwLock<Store>,
    pub misbehaviour: Misbehaviour,
    /// True if it listens on this machine only.
    pub is_local: bool,
    pub journal: Journal,
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

    /// Writes what has changed to the file; false if that fails.
    pub fn keep(&self) -> bool {
        #[cfg(feature = "sqlite")]
        if let Some(Err(error)) = self.file.as_ref().map(|file| file.keep(&self.store)) {
            eprintln!("the data could not be written: {error}");
            return false;
        }
        true
    }

    /// As on the first day, without faults. Tokens stay valid.
    pub fn reset(&self) {
        let fresh = self.initial.store(&self.routes, self.shapes);
        self.write().replace_with(fresh);
        self.keep();
        self.misbehaviour.set_faults(Vec::new());
        self.misbehaviour.set_latencies(Vec::new());
        self.journal.clear();
    }
}
