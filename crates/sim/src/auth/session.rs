//! Sessions of the web client: a key and a password for its socket. Administrators open them for others, too; then the
//! password is a token with the other's rights.

use serde::Deserialize;
use serde_json::{Value as Json, json};

use super::login::{is_enabled, principal};
use super::{Auth, Moment, Principal, random_secret};
use crate::http::{Problem, Response};
use crate::state::Store;

/// What a program says of itself, and whose session it wants.
#[derive(Deserialize)]
pub(crate) struct SessionRequest {
    /// The number of the extension that it acts for, if that is not the caller's own.
    #[serde(default)]
    impersonate: Option<String>,
}

impl SessionRequest {
    /// Reads the body of a request for a session.
    pub fn from_json(body: Json) -> Result<SessionRequest, Problem> {
        serde_json::from_value(body)
            .map_err(|error| Problem::Binding { target: String::new(), message: error.to_string() })
    }
}

/// Answers `POST /webclient/api/MyPhone/session`.
pub(crate) fn open_session(
    auth: &Auth,
    store: &Store,
    token: Option<&str>,
    given: &SessionRequest,
    moment: &Moment<'_>,
) -> Response {
    let Ok(caller) = auth.holder(token.unwrap_or_default(), moment.now) else { return Response::empty(401) };
    let wanted = given.impersonate.as_deref().filter(|number| !number.is_empty() && *number != caller.name);
    let acts_for = match wanted {
        None => Principal::clone(&caller),
        Some(_) if !is_administrator(&caller) => return Response::empty(403),
        Some(number) => match store.set("Users").and_then(|users| users.by_number(number)) {
            Some(user) if is_enabled(user) && may_impersonate(&caller, &principal(user)) => principal(user),
            Some(_) => return Response::empty(403),
            None => return Response::empty(404),
        },
    };
    let (session, key) = (auth.tokens.begin(), random_secret());
    match (key, auth.issue(acts_for, session, moment)) {
        (Ok(key), Ok(pass)) => Response::json(200, json!({ "sessionKey": key, "pass": pass }).to_string()),
        _ => Response::empty(500),
    }
}

fn is_administrator(caller: &Principal) -> bool {
    ["system_owners", "system_admins"].contains(&caller.role.as_str())
}

/// Nobody gets more rights than they have.
fn may_impersonate(caller: &Principal, other: &Principal) -> bool {
    caller.role == "system_owners" || other.role != "system_owners"
}
