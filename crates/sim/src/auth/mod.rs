//! Who may log in, the tokens that hold, and who may do what.

mod jwt;
mod login;

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use jiff::Timestamp;
use threecx_catalog::Role;

use crate::assumptions::A_NEW_TOKEN_KILLS_THE_OLD;

use jwt::Signer;
pub(crate) use login::{Grant, Moment, answer, log_in, log_out};

/// How long a token holds, in seconds. (Documented: 60 minutes.)
const LIFETIME: i64 = 3600;

/// A secret that nobody can guess.
pub(crate) fn random_secret() -> Result<String, ring::error::Unspecified> {
    jwt::random_text(&ring::rand::SystemRandom::new())
}

/// Who a token was given to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Principal {
    /// The client ID, or the extension number.
    pub name: String,
    /// False for a service principal.
    pub user: bool,
    /// `system_owners`, `system_admins`, …
    pub role: String,
}

impl Principal {
    /// True if the principal may do what needs this role. (Seen live: 403 below it.)
    pub fn may(&self, needed: Option<Role>) -> bool {
        let owner = self.role == "system_owners";
        match needed {
            _ if self.user => owner || self.role == "system_admins" || needed == Some(Role::User),
            None => true,
            Some(Role::SystemAdmins) => owner || self.role == "system_admins",
            Some(Role::SystemOwners) => owner,
            Some(Role::User) => false,
        }
    }
}

/// A token that holds.
#[derive(Debug)]
struct Live {
    principal: Principal,
    end: Timestamp,
}

/// The client that may log in, and the tokens that hold.
#[derive(Debug)]
pub(crate) struct Auth {
    client_id: String,
    client_secret: String,
    /// The service principal's role.
    role: String,
    signer: Signer,
    live: Mutex<HashMap<String, Live>>,
    /// Who a refresh token was given to.
    refresh: Mutex<HashMap<String, Principal>>,
}

impl Auth {
    pub fn new(client_id: String, client_secret: String, role: String) -> Result<Auth, ring::error::Unspecified> {
        Ok(Auth {
            client_id,
            client_secret,
            role,
            signer: Signer::new()?,
            live: Mutex::default(),
            refresh: Mutex::default(),
        })
    }

    pub fn client_id(&self) -> &str {
        &self.client_id
    }

    /// The service principal with these credentials. Takes as long for a wrong secret as for
    /// a right one.
    fn client(&self, client_id: &str, client_secret: &str) -> Option<Principal> {
        let id = same(client_id, &self.client_id);
        let known = same(client_secret, &self.client_secret) & id;
        known.then(|| Principal { name: client_id.to_owned(), user: false, role: self.role.clone() })
    }

    /// True if this is the password of whoever has none of his own.
    fn is_secret(&self, password: &str) -> bool {
        same(password, &self.client_secret)
    }

    /// A new token.
    pub fn issue(
        &self,
        principal: Principal,
        issuer: &str,
        now: Timestamp,
    ) -> Result<String, ring::error::Unspecified> {
        let token = self.signer.token(&principal, issuer, now.as_second(), LIFETIME)?;
        let mut live = locked(&self.live);
        live.retain(|_, live| live.end > now && !(A_NEW_TOKEN_KILLS_THE_OLD && live.principal.name == principal.name));
        let end = Timestamp::from_second(now.as_second() + LIFETIME).unwrap_or(now);
        live.insert(token.clone(), Live { principal, end });
        Ok(token)
    }

    /// A new refresh token.
    fn issue_refresh(&self, principal: Principal) -> Result<String, ring::error::Unspecified> {
        let token = random_secret()?;
        locked(&self.refresh).insert(token.clone(), principal);
        Ok(token)
    }

    /// Whose token it is, if it holds.
    pub fn holder(&self, token: &str, now: Timestamp) -> Option<Principal> {
        locked(&self.live).get(token).filter(|live| live.end > now).map(|live| live.principal.clone())
    }

    /// Makes every token invalid, as if another login had taken its place.
    pub fn evict(&self) {
        locked(&self.live).clear();
    }
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Compares secrets without telling by the time it takes how much of them is right.
fn same(a: &str, b: &str) -> bool {
    let digest = |text: &str| ring::digest::digest(&ring::digest::SHA256, text.as_bytes());
    let (a, b) = (digest(a), digest(b));
    a.as_ref().iter().zip(b.as_ref()).fold(0, |difference, (a, b)| difference | (a ^ b)) == 0
}
