//! The client's token: fetched when it is needed, by one call on behalf of all, in this
//! process and, where there is a store, in all processes that share it.

use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use threecx_core::Error;
use threecx_core::token::{Token, is_token};
use tokio::sync::Mutex;

use crate::login::Credentials;
use crate::store::{Kept, Lock, TokenStore, blocking};
use crate::transport::Transport;

/// How long to wait while another process fetches the token. After that we assume it is stuck and
/// fetch the token ourselves.
const PATIENCE: Duration = Duration::from_secs(20);

/// How often to check whether the other process is done (milliseconds, random in this range).
const POLL_MS: std::ops::Range<u64> = 10..40;

#[derive(Debug)]
pub(crate) struct Tokens {
    credentials: Credentials,
    store: Option<Arc<dyn TokenStore>>,
    /// Locked while a token is fetched, so that all calls that wait get that one.
    current: Mutex<Option<Token>>,
}

impl Tokens {
    pub fn new(credentials: Credentials, store: Option<Arc<dyn TokenStore>>) -> Tokens {
        Tokens { credentials, store, current: Mutex::new(None) }
    }

    /// A valid token other than `refused`, the one that the PBX just refused: the newer one that
    /// another call has fetched since, or a new one.
    pub async fn get(&self, transport: &Transport, refused: Option<&Token>) -> Result<Token, Error> {
        let useful = |token: &Token| token.holds_at(now()) && Some(token) != refused;
        let mut current = self.current.lock().await;
        if let Some(token) = current.as_ref().filter(|token| useful(token)) {
            return Ok(token.clone());
        }
        let token = self.newer(transport, useful).await?;
        *current = Some(token.clone());
        Ok(token)
    }

    /// From the store if it has a useful one, else from the PBX.
    async fn newer(&self, transport: &Transport, useful: impl Fn(&Token) -> bool) -> Result<Token, Error> {
        let Some(store) = &self.store else { return self.fetch(transport).await };
        let started = Instant::now();
        let lock = loop {
            if let Some(token) = load(store).await.token.filter(|token| useful(token)) {
                return Ok(token);
            }
            match try_lock(store).await {
                Ok(Some(lock)) => break Some(lock),
                Ok(None) if started.elapsed() < PATIENCE => {
                    tokio::time::sleep(Duration::from_millis(fastrand::u64(POLL_MS))).await;
                }
                Ok(None) | Err(()) => break None,
            }
        };
        // Another process may have fetched one between the load and the lock.
        let mut kept = load(store).await;
        if let Some(token) = kept.token.take_if(|token| useful(token)) {
            return Ok(token);
        }
        let token = self.fetch(transport).await?;
        kept.token = Some(token.clone());
        save(store, kept).await;
        drop(lock);
        Ok(token)
    }

    async fn fetch(&self, transport: &Transport) -> Result<Token, Error> {
        let granted = self.credentials.fetch(transport).await?;
        Ok(Token::received(granted.access.to_string(), now()))
    }

    /// The PBX's build when it was last seen.
    pub async fn stored_version(&self) -> Option<String> {
        load(self.store.as_ref()?).await.version
    }

    /// Stores the PBX's build for later processes, unless one of them is fetching a token just now: then
    /// they learn it themselves.
    pub async fn store_version(&self, version: &str) {
        let Some(store) = &self.store else { return };
        if load(store).await.version.as_deref() == Some(version) {
            return;
        }
        let Ok(Some(_lock)) = try_lock(store).await else { return };
        let kept = load(store).await;
        save(store, Kept { version: Some(version.to_owned()), ..kept }).await;
    }
}

async fn load(store: &Arc<dyn TokenStore>) -> Kept {
    let store = Arc::clone(store);
    let kept = blocking(move || store.load()).await.ok().flatten().unwrap_or_default();
    // What a header cannot carry would fail with every call.
    let token = kept.token.filter(|token| is_token(token.expose()));
    Kept { token, ..kept }
}

async fn try_lock(store: &Arc<dyn TokenStore>) -> Result<Option<Lock>, ()> {
    let store = Arc::clone(store);
    blocking(move || store.try_lock()).await.map_err(drop)
}

async fn save(store: &Arc<dyn TokenStore>, kept: Kept) {
    let store = Arc::clone(store);
    // What is not stored is asked for again.
    let _ = blocking(move || store.save(&kept)).await;
}

fn now() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs())
}
