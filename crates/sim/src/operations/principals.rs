//! Keys: those of service principals, and links and passwords that the PBX makes up.

use fastrand::Rng;

use super::{Behaviour, Call, entities};
use crate::assumptions::DOWNLOAD_TICKET_SECONDS;
use crate::auth::{hashed, random_secret};
use crate::http::{Problem, Response};
use crate::odata::Selection;
use crate::state::{Key, Set, Value};

pub(super) fn behaviour(operation: &str) -> Option<Behaviour> {
    Some(match operation {
        "ServicePrincipals.GenerateAppToken" => generate,
        "MyTokens.RevokeToken" | "SecurityTokens.RevokeSecurityToken" => revoke,
        "Users.GenerateProvLink" => {
            |call| user_text(call, |call, id| format!("{}/provisioning/{}", call.url, random(call, id, 14)))
        }
        "MyUser.MyUserGenerateProvLink" => |call| {
            Ok(call.value("Edm.String", &Value::text(format!("{}/provisioning/{}", call.url, random(call, 0, 14)))))
        },
        "MyUser.IssueDownloadTicket" => |call| {
            let ticket = random_secret().map_err(|_| Problem::Argument)?;
            let answer = call.shapes.entity("OneTimeTicket").ok_or(Problem::NoSuchPath)?;
            let answer = answer.with("Ticket", Value::text(ticket));
            let answer = answer.with("ExpiresInSeconds", Value::Int(DOWNLOAD_TICKET_SECONDS));
            Ok(call.entity(200, "Pbx.OneTimeTicket", &answer, Selection::all()))
        },
        "Users.GetPhoneSecret" => |call| user_text(call, |call, id| random(call, id, 12)),
        "Fxs.RegenerateWebCredentials" => fxs,
        "ConferenceSettings.GenerateApiKey" | "SystemStatus.APIToken" => |call| {
            let key = random_secret().map_err(|_| Problem::Argument)?;
            Ok(call.value("Edm.String", &Value::text(key)))
        },
        _ => return None,
    })
}

/// The key of a service principal: shown once. What is kept tells only whether a key is it.
fn generate(call: &Call<'_>) -> Result<Response, Problem> {
    let key = random_secret().map_err(|_| Problem::Argument)?;
    let store = &mut *call.write();
    let principal = entities::find(call, store.set("ServicePrincipals").ok_or(Problem::NoSuchPath)?)?;
    let number: Box<str> = principal.text("Number").into();
    store.ledger.app_keys.insert(number, hashed(&key).into());
    Ok(call.value("Edm.String", &Value::text(key)))
}

fn revoke(call: &Call<'_>) -> Result<Response, Problem> {
    let key = call.parameters.get("Id").and_then(Key::of).ok_or(Problem::NoSuchEntity)?;
    let removed = call.write().set_mut(call.operation.resource.name).and_then(|set| set.remove(&key));
    removed.map(|_| Response::empty(204)).ok_or(Problem::NoSuchEntity)
}

/// Letters and digits that are the same for the same thing at the same moment.
fn random(call: &Call<'_>, id: i64, length: usize) -> String {
    let mut rng = Rng::with_seed(call.now.as_nanosecond() as u64 ^ id as u64);
    (0..length).map(|_| rng.alphanumeric()).collect()
}

/// A text that is made for a user.
fn user_text(call: &Call<'_>, text: fn(&Call<'_>, i64) -> String) -> Result<Response, Problem> {
    let store = call.read();
    let user = entities::find(call, store.set("Users").ok_or(Problem::NoSuchPath)?)?;
    Ok(call.value("Edm.String", &Value::text(text(call, user.int("Id").unwrap_or(0)))))
}

fn fxs(call: &Call<'_>) -> Result<Response, Problem> {
    let store = &mut *call.write();
    let set: &mut Set = store.set_mut("Fxs").ok_or(Problem::NoSuchPath)?;
    let device = entities::find(call, set)?.clone().with("Password", Value::text(random(call, 1, 12)));
    let response = call.entity(200, "Fxs/$entity", &device, Selection::all());
    set.put(device);
    Ok(response)
}
