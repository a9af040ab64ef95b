//! Clients: the one that the PBX is started with, and service principals that were made over
//! the API, with the keys that `GenerateAppToken` gave them.

use jiff::Timestamp;

use super::{Auth, Grant, Principal, hashed, role_of, same};
use crate::state::{Store, Value};

impl Auth {
    /// The service principal with these credentials. Takes as long for a wrong secret as for
    /// a right one.
    pub(super) fn client(&self, store: &Store, client_id: &str, client_secret: &str) -> Option<Principal> {
        let id = same(client_id, &self.client_id);
        let known = same(client_secret, &self.client_secret) & id;
        if id {
            let role = self.role.clone();
            return known.then(|| Principal { name: client_id.to_owned(), user: false, role });
        }
        let found = store.set("ServicePrincipals")?.by_number(client_id)?;
        let key = store.ledger.app_keys.get(client_id)?;
        let may_log_in = same(&hashed(client_secret), key) && found.get("XAPIEnabled") == &Value::Bool(true);
        may_log_in.then(|| Principal { name: client_id.to_owned(), user: false, role: role_of(found).to_owned() })
    }

    /// True if this is the password of users who have not set their own.
    pub(super) fn is_secret(&self, password: &str) -> bool {
        same(password, &self.client_secret)
    }
}

/// Notes when a service principal logged in; false if the client is not a service principal.
pub(crate) fn note_use(store: &mut Store, grant: &Grant, now: Timestamp) -> bool {
    let Some(set) = store.set_mut("ServicePrincipals") else { return false };
    let Some(principal) = set.by_number(&grant.client_id).cloned() else { return false };
    set.put(principal.with("LastUsed", Value::text(now.to_string())));
    true
}
