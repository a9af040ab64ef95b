//! Who may log in, the valid tokens, and who is allowed to do what.

mod clients;
mod jwt;
mod login;
mod session;
mod tokens;

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use jiff::Timestamp;
use threecx_catalog::Role;

use crate::state::{Entity, Value};

pub(crate) use clients::note_use;
use jwt::Signer;
pub(crate) use jwt::random_secret;
pub(crate) use login::{Grant, LoginRequest, Moment, answer, log_in, log_out};
pub(crate) use session::{SessionRequest, open_session};
pub(crate) use tokens::{Invalid, LiveToken};
use tokens::{Session, Tokens};

/// The roles that users and service principals can have, most powerful first.
pub const ROLES: [&str; 7] =
    ["system_owners", "system_admins", "group_owners", "managers", "group_admins", "receptionists", "users"];

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

/// The role of a user or service principal: the one in its first department.
fn role_of(entity: &Entity) -> &str {
    let membership = entity.get("Groups").as_list().first().and_then(Value::as_object);
    let rights = membership.and_then(|membership| membership.get("Rights").as_object());
    rights.map(|rights| rights.text("RoleName")).filter(|role| !role.is_empty()).unwrap_or("users")
}

/// The client that is set up from outside, and the valid tokens.
#[derive(Debug)]
pub(crate) struct Auth {
    client_id: String,
    client_secret: String,
    /// The client's role.
    role: String,
    signer: Signer,
    /// How long a token is valid, in seconds.
    lifetime: i64,
    tokens: Tokens,
}

impl Auth {
    pub fn new(
        client_id: String,
        client_secret: String,
        role: String,
        lifetime: Duration,
    ) -> Result<Auth, ring::error::Unspecified> {
        let lifetime = i64::try_from(lifetime.as_secs()).unwrap_or(i64::MAX / 2).max(1);
        Ok(Auth { client_id, client_secret, role, signer: Signer::new()?, lifetime, tokens: Tokens::default() })
    }

    pub fn client_id(&self) -> &str {
        &self.client_id
    }

    /// A new token. Of one session, it is the only one that is valid.
    fn issue(
        &self,
        principal: Principal,
        session: Session,
        moment: &Moment<'_>,
    ) -> Result<String, ring::error::Unspecified> {
        let token = self.signer.token(&principal, moment.issuer, moment.now.as_second(), self.lifetime)?;
        let end = Timestamp::from_second(moment.now.as_second().saturating_add(self.lifetime));
        let end = end.unwrap_or(Timestamp::MAX);
        self.tokens.add(token.clone(), LiveToken { principal: Arc::new(principal), session, end }, moment.now);
        Ok(token)
    }

    /// Whose token it is, if it is valid.
    pub fn holder(&self, token: &str, now: Timestamp) -> Result<Arc<Principal>, Invalid> {
        self.tokens.holder(token, now).map(|live| live.principal)
    }

    /// Makes one token invalid, as if another login had taken its place.
    pub fn evict_token(&self, token: &str) {
        self.tokens.remove(token);
    }

    /// Makes one token expire now.
    pub fn expire_token(&self, token: &str, now: Timestamp) {
        self.tokens.expire(now, |live, _| live == token);
    }

    /// Makes the tokens of a client or user invalid, or all; returns how many.
    pub fn evict(&self, of: Option<&str>) -> usize {
        self.tokens.evict(of)
    }

    /// Makes the tokens of a client or user expire now, or all; returns how many.
    pub fn expire(&self, of: Option<&str>, now: Timestamp) -> usize {
        self.tokens.expire(now, |_, principal| of.is_none_or(|name| principal.name == name))
    }

    /// Who has a valid token, without the tokens themselves.
    pub fn live(&self, now: Timestamp) -> Vec<LiveToken> {
        self.tokens.live(now)
    }
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// What is kept of a secret: enough to know it again. In hexadecimal digits.
pub(crate) fn hashed(secret: &str) -> String {
    let digest = ring::digest::digest(&ring::digest::SHA256, secret.as_bytes());
    digest.as_ref().iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Compares secrets without telling by the time it takes how much of them is right.
fn same(a: &str, b: &str) -> bool {
    let digest = |text: &str| ring::digest::digest(&ring::digest::SHA256, text.as_bytes());
    let (a, b) = (digest(a), digest(b));
    a.as_ref().iter().zip(b.as_ref()).fold(0, |difference, (a, b)| difference | (a ^ b)) == 0
}
