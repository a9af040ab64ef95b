//! Valid tokens, and those to get new ones with.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};

use jiff::Timestamp;

use super::{Principal, locked};
use crate::assumptions::A_NEW_TOKEN_KILLS_THE_OLD;

/// Why a token is invalid.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Invalid {
    /// There is no such token: it was never given out, or it has been evicted.
    Unknown,
    /// It expired at this instant.
    Expired(Timestamp),
}

/// A valid token and whose it is.
#[derive(Debug)]
pub(crate) struct LiveToken {
    pub principal: Arc<Principal>,
    pub end: Timestamp,
}

#[derive(Debug, Default)]
pub(super) struct Tokens {
    access: RwLock<HashMap<String, LiveToken>>,
    /// Refresh tokens by the number of the user that has them: one for each.
    refresh: Mutex<HashMap<String, RefreshToken>>,
}

#[derive(Debug)]
struct RefreshToken {
    text: String,
    end: Timestamp,
}

impl Tokens {
    /// A new token takes the place of the one that the same principal had.
    pub fn add(&self, token: String, principal: Principal, now: Timestamp, end: Timestamp) {
        let same = |other: &Principal| other.name == principal.name && other.user == principal.user;
        let mut access = self.write();
        access.retain(|_, live| live.end > now && !(A_NEW_TOKEN_KILLS_THE_OLD && same(&live.principal)));
        access.insert(token, LiveToken { principal: Arc::new(principal), end });
    }

    pub fn holder(&self, token: &str, now: Timestamp) -> Result<Arc<Principal>, Invalid> {
        match self.read().get(token) {
            Some(live) if live.end > now => Ok(Arc::clone(&live.principal)),
            Some(live) => Err(Invalid::Expired(live.end)),
            None => Err(Invalid::Unknown),
        }
    }

    /// Whose token it was, if it was one.
    pub fn remove(&self, token: &str) -> Option<Arc<Principal>> {
        self.write().remove(token).map(|live| live.principal)
    }

    pub fn evict(&self, of: Option<&str>) -> usize {
        let mut access = self.write();
        let before = access.len();
        access.retain(|_, live| of.is_some_and(|name| live.principal.name != name));
        before - access.len()
    }

    pub fn expire(&self, now: Timestamp, meant: impl Fn(&str, &Principal) -> bool) -> usize {
        let mut access = self.write();
        let meant = access.iter_mut().filter(|(token, live)| live.end > now && meant(token, &live.principal));
        meant.map(|(_, live)| live.end = now).count()
    }

    pub fn live(&self, now: Timestamp) -> Vec<LiveToken> {
        let access = self.read();
        let live = access.values().filter(|live| live.end > now);
        live.map(|live| LiveToken { principal: Arc::clone(&live.principal), end: live.end }).collect()
    }

    /// Gives a user a refresh token, in the place of the one before.
    pub fn add_refresh(&self, user: &str, text: String, end: Timestamp) {
        locked(&self.refresh).insert(user.to_owned(), RefreshToken { text, end });
    }

    /// The number of the user that a refresh token was given to, if it is valid.
    pub fn refreshes(&self, text: &str, now: Timestamp) -> Option<String> {
        let refresh = locked(&self.refresh);
        let mut holding = refresh.iter().filter(|(_, token)| token.end > now);
        holding.find(|(_, token)| super::same(&token.text, text)).map(|(user, _)| user.clone())
    }

    pub fn remove_refresh(&self, user: &str) {
        locked(&self.refresh).remove(user);
    }

    fn read(&self) -> RwLockReadGuard<'_, HashMap<String, LiveToken>> {
        self.access.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn write(&self) -> RwLockWriteGuard<'_, HashMap<String, LiveToken>> {
        self.access.write().unwrap_or_else(PoisonError::into_inner)
    }
}
