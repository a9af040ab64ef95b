//! Valid tokens, and those to get new ones with.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};

use jiff::Timestamp;

use super::{Principal, hashed, locked};
use crate::assumptions::{A_NEW_TOKEN_KILLS_THE_OLD, MAX_SESSIONS};

/// Why a token is invalid.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Invalid {
    /// There is no such token: it was never given out, or it has been evicted.
    Unknown,
    /// It expired at this instant.
    Expired(Timestamp),
}

/// What one login began: users have one for each program, service principals the same for all.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Session(u64);

impl Session {
    /// That of a service principal, of which only one token can be active at a time.
    pub const OF_CLIENT: Session = Session(0);
}

/// A valid token and whose it is.
#[derive(Clone, Debug)]
pub(crate) struct LiveToken {
    pub principal: Arc<Principal>,
    pub session: Session,
    pub end: Timestamp,
}

#[derive(Debug, Default)]
pub(super) struct Tokens {
    access: RwLock<HashMap<String, LiveToken>>,
    /// By what is kept of them.
    refresh: Mutex<HashMap<String, RefreshToken>>,
    sessions: AtomicU64,
}

#[derive(Debug)]
struct RefreshToken {
    /// The number of the user that it was given to.
    user: String,
    session: Session,
    end: Timestamp,
}

impl Tokens {
    /// A session that begins now.
    pub fn begin(&self) -> Session {
        Session(self.sessions.fetch_add(1, Ordering::Relaxed) + 1)
    }

    /// A new token takes the place of the one that the same session had; too many sessions of somebody, that of the
    /// oldest.
    pub fn add(&self, token: String, new: LiveToken, now: Timestamp) {
        let is_same = |other: &Principal| other.name == new.principal.name && other.user == new.principal.user;
        let mut access = self.write();
        let mut sessions = Vec::new();
        access.retain(|_, live| {
            let is_same = is_same(&live.principal);
            let replaced = A_NEW_TOKEN_KILLS_THE_OLD && is_same && live.session == new.session;
            let stays = live.end > now && !replaced;
            if stays && is_same {
                sessions.push(live.session);
            }
            stays
        });
        let oldest = sessions.iter().filter(|session| **session != Session::OF_CLIENT).min();
        if let Some(oldest) = oldest.filter(|_| sessions.len() >= MAX_SESSIONS) {
            access.retain(|_, live| live.session != *oldest);
        }
        access.insert(token, new);
    }

    /// Who has a token, if it is valid.
    pub fn holder(&self, token: &str, now: Timestamp) -> Result<LiveToken, Invalid> {
        match self.read().get(token) {
            Some(live) if live.end > now => Ok(live.clone()),
            Some(live) => Err(Invalid::Expired(live.end)),
            None => Err(Invalid::Unknown),
        }
    }

    /// Whose token it was, if it was one.
    pub fn remove(&self, token: &str) -> Option<LiveToken> {
        self.write().remove(token)
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
        self.read().values().filter(|live| live.end > now).cloned().collect()
    }

    /// Gives a user's session a refresh token; too many sessions of one user, and the oldest loses its own.
    pub fn add_refresh(&self, user: &str, session: Session, text: &str, (now, end): (Timestamp, Timestamp)) {
        let mut refresh = locked(&self.refresh);
        refresh.retain(|_, token| token.end > now);
        let theirs: Vec<Session> = refresh.values().filter(|token| token.user == user).map(|t| t.session).collect();
        if let Some(oldest) = theirs.iter().min().filter(|_| theirs.len() >= MAX_SESSIONS) {
            refresh.retain(|_, token| token.session != *oldest);
        }
        refresh.insert(hashed(text), RefreshToken { user: user.to_owned(), session, end });
    }

    /// The number of the user that a refresh token was given to, and in which session, if it is valid.
    pub fn refreshes(&self, text: &str, now: Timestamp) -> Option<(String, Session)> {
        let refresh = locked(&self.refresh);
        let token = refresh.get(&hashed(text)).filter(|token| token.end > now)?;
        Some((token.user.clone(), token.session))
    }

    /// Ends a session for good.
    pub fn remove_refresh(&self, session: Session) {
        locked(&self.refresh).retain(|_, token| token.session != session);
    }

    fn read(&self) -> RwLockReadGuard<'_, HashMap<String, LiveToken>> {
        self.access.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn write(&self) -> RwLockWriteGuard<'_, HashMap<String, LiveToken>> {
        self.access.write().unwrap_or_else(PoisonError::into_inner)
    }
}
