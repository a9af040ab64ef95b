//! What misbehaviour is meant for: an operation, a resource, or one of the logins.

use threecx_catalog::{operations, resource};

/// `POST /connect/token`
pub(crate) const TOKEN: &str = "token";
/// `POST /webclient/api/Login/GetAccessToken`
pub(crate) const LOGIN: &str = "login";
/// `POST /webclient/api/Logout`
pub(crate) const LOGOUT: &str = "logout";
/// `POST /webclient/api/MyPhone/session`
pub(crate) const SESSION: &str = "session";
/// What is not an operation.
pub(crate) const LOGINS: [&str; 4] = [TOKEN, LOGIN, LOGOUT, SESSION];

/// Checks what stands behind an `@`, and gives it the spelling of the catalogue.
pub(super) fn parse(text: &str) -> Result<String, String> {
    if LOGINS.contains(&text) {
        return Ok(text.to_owned());
    }
    let known = match text.split_once('.') {
        Some(_) => operations().map(|operation| operation.id).find(|id| id.eq_ignore_ascii_case(text)),
        None => resource(text).map(|resource| resource.name),
    };
    let unknown = || {
        format!(
            "expected an operation (Users.RebootPhone), a resource (Users) or one of {} after the @; got `{text}`",
            LOGINS.join(", ")
        )
    };
    known.map(str::to_owned).ok_or_else(unknown)
}

/// True if what is meant for `target` is meant for an operation. Without a target, all
/// operations of the API are meant, and none of the logins.
pub(super) fn meets(target: Option<&str>, operation: &str) -> bool {
    match target {
        Some(target) => {
            operation == target || operation.split_once('.').is_some_and(|(resource, _)| resource == target)
        }
        None => operation.contains('.'),
    }
}
