//! Keys: those of service principals, and links and passwords that the PBX makes up.

use fastrand::Rng;

use super::behaviours::Behaviour::{Changes, Reads};
use super::behaviours::{Answer, Behaviours};
use super::{Call, entities};
use crate::assumptions::DOWNLOAD_TICKET_SECONDS;
use crate::auth::{hashed, random_secret};
use crate::http::{Problem, Response};
use crate::state::{Key, Store, Value};

pub(super) const BEHAVIOURS: Behaviours = &[
    ("ConferenceSettings.GenerateApiKey", Reads(api_key)),
    ("MyTokens.RevokeToken", Changes(revoke)),
    (
        "MyUser.IssueDownloadTicket",
        Reads(|call, _| {
            let ticket = random_secret().map_err(|_| Problem::Argument)?;
            let answer = call.shapes.entity("OneTimeTicket").ok_or(Problem::NoSuchPath)?;
            let answer = answer.with("Ticket", Value::text(ticket));
            Ok(call.whole(&answer.with("ExpiresInSeconds", Value::Int(DOWNLOAD_TICKET_SECONDS))))
        }),
    ),
    ("MyUser.MyUserGenerateProvLink", Reads(|call, _| Ok(text(call, provisioning_link(call, 0))))),
    ("SecurityTokens.RevokeSecurityToken", Changes(revoke)),
    ("ServicePrincipals.GenerateAppToken", Changes(generate)),
    ("SystemStatus.APIToken", Reads(api_key)),
    ("Users.GenerateProvLink", Reads(|call, store| Ok(text(call, provisioning_link(call, user_id(call, store)?))))),
    ("Users.GetPhoneSecret", Reads(|call, store| Ok(text(call, random(call, user_id(call, store)?, 12))))),
];

/// The key of a service principal: shown once. What is kept is only enough to recognise it.
fn generate(call: &Call<'_>, store: &mut Store) -> Answer {
    let key = random_secret().map_err(|_| Problem::Argument)?;
    let principal = entities::named(call, store)?;
    let number: Box<str> = principal.text("Number").into();
    store.ledger.app_keys.insert(number, hashed(&key).into());
    Ok(call.value("Edm.String", &Value::text(key)))
}

fn revoke(call: &Call<'_>, store: &mut Store) -> Answer {
    let key = call.parameters.get("Id").and_then(Key::of).ok_or(Problem::NoSuchEntity)?;
    let removed = store.set_mut(call.route.root).and_then(|set| set.remove(&key));
    removed.map(|_| Response::empty(204)).ok_or(Problem::NoSuchEntity)
}

/// Letters and digits that are the same for the same thing at the same moment.
pub(super) fn random(call: &Call<'_>, id: i64, length: usize) -> String {
    let mut rng = Rng::with_seed(call.now.as_nanosecond() as u64 ^ id as u64);
    (0..length).map(|_| rng.alphanumeric()).collect()
}

fn text(call: &Call<'_>, text: String) -> Response {
    call.value("Edm.String", &Value::text(text))
}

/// The id of the user that the path names.
fn user_id(call: &Call<'_>, store: &Store) -> Result<i64, Problem> {
    Ok(entities::named(call, store)?.int("Id").unwrap_or(0))
}

fn provisioning_link(call: &Call<'_>, id: i64) -> String {
    format!("{}/provisioning/{}", call.url, random(call, id, 14))
}

fn api_key(call: &Call<'_>, _: &Store) -> Answer {
    Ok(text(call, random_secret().map_err(|_| Problem::Argument)?))
}
