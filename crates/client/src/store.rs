//! Where tokens and secrets may be kept outside of a client: traits, so that a program can
//! bring places of its own.

use std::fmt;
use std::io;
use std::sync::RwLock;

use secrecy::SecretString;
use threecx_core::Error;
use threecx_core::token::Token;

/// What clients of the same name share: the one token that the PBX accepts, and what they
/// have learned about the PBX.
#[derive(Clone, Debug, Default)]
pub struct Kept {
    /// The newest token.
    pub token: Option<Token>,
    /// The PBX's build: `20.0.10.1621`.
    pub version: Option<String>,
}

/// Held while a token is fetched; dropping it lets the next one in.
pub type Lock = Box<dyn Send>;

/// A place that all clients of one client ID (or user) share, on one machine or on many.
///
/// A PBX accepts one token per client: fetching another invalidates it. So a client looks here
/// before it fetches one, and stores the new one here. [`TokenFile`] does it with files; a fleet
/// of servers may use a database.
///
/// Calls may block for a moment: they are made on a thread of their own. Errors never break a
/// call to the PBX; the client goes on as if there were no store. A store that wants its errors
/// known reports them itself.
///
/// [`TokenFile`]: crate::TokenFile
pub trait TokenStore: fmt::Debug + Send + Sync {
    /// What is kept, if anything is.
    ///
    /// # Errors
    /// If it cannot be read.
    fn load(&self) -> io::Result<Option<Kept>>;

    /// Replaces what was kept: entirely or not at all.
    ///
    /// # Errors
    /// If it cannot be written.
    fn save(&self, kept: &Kept) -> io::Result<()>;

    /// The right to fetch a token; `None` while another process has it. It has to end with the
    /// process that has it, however that ends.
    ///
    /// # Errors
    /// If nothing can be locked.
    fn try_lock(&self) -> io::Result<Option<Lock>>;
}

/// Where a client's secret or a user's refresh token comes from. It is asked only when a token
/// has to be fetched, so a vault or keyring is opened no more often than necessary.
pub trait SecretStore: fmt::Debug + Send + Sync {
    /// The secret. May block: it is called on a thread of its own.
    ///
    /// # Errors
    /// The error that the call fails with.
    fn get(&self) -> Result<SecretString, Error>;

    /// The PBX has given a user another refresh token: from now on only this one is valid.
    ///
    /// # Errors
    /// What went wrong. The call goes on anyway.
    fn replace(&self, secret: &SecretString) -> io::Result<()>;
}

/// A secret in memory.
#[derive(Debug)]
pub(crate) struct InMemory(RwLock<SecretString>);

impl InMemory {
    pub fn new(secret: SecretString) -> InMemory {
        InMemory(RwLock::new(secret))
    }
}

impl SecretStore for InMemory {
    fn get(&self) -> Result<SecretString, Error> {
        Ok(self.0.read().unwrap_or_else(std::sync::PoisonError::into_inner).clone())
    }

    fn replace(&self, secret: &SecretString) -> io::Result<()> {
        *self.0.write().unwrap_or_else(std::sync::PoisonError::into_inner) = secret.clone();
        Ok(())
    }
}

/// Runs what may block for a while on a thread of its own, so that other tasks go on.
pub(crate) async fn blocking<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> T {
    match tokio::task::spawn_blocking(work).await {
        Ok(done) => done,
        Err(failed) => std::panic::resume_unwind(failed.into_panic()),
    }
}
