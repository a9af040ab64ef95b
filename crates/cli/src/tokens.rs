//! The token that all processes of this user share, in the cache folder. What is wrong with
//! the cache is reported once and breaks nothing.

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use threecx::{Kept, Lock, TokenFile, TokenStore};

use crate::folders;
use crate::output::style::warn;
use crate::profiles::Who;

/// Set by the first warning.
static WARNED: AtomicBool = AtomicBool::new(false);

/// The shared token of a client or user of the PBX at this address; `None` if this user has
/// no folder for it.
pub fn file(address: &str, who: &Who, fingerprint: &str) -> Option<TokenFile> {
    let file = |folder: std::path::PathBuf| TokenFile::new(folder.join("tokens"), address, &who.key(), fingerprint);
    folders::cache().map(file)
}

/// The same for a client to use.
pub fn shared(address: &str, who: &Who, fingerprint: &str) -> Option<Arc<dyn TokenStore>> {
    match file(address, who, fingerprint) {
        Some(file) => Some(Arc::new(Shared(file))),
        None => {
            complain(&io::Error::other("this user has no home folder"));
            None
        }
    }
}

#[derive(Debug)]
struct Shared(TokenFile);

impl TokenStore for Shared {
    fn load(&self) -> io::Result<Option<Kept>> {
        self.0.load().inspect_err(complain)
    }

    fn save(&self, kept: &Kept) -> io::Result<()> {
        self.0.save(kept).inspect_err(complain)
    }

    fn try_lock(&self) -> io::Result<Option<Lock>> {
        self.0.try_lock().inspect_err(complain)
    }
}

fn complain(error: &io::Error) {
    if !WARNED.swap(true, Ordering::Relaxed) {
        warn(&format!("the token cannot be shared with other calls: {error}"));
    }
}
