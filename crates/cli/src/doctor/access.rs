//! What the client or user may do: the login, the token, the release, the role.

use std::sync::Arc;

use threecx::{Arguments, Client, Error, Operation, Span, Token, TokenFile, TokenStore, resources};
use threecx_catalog::{Options, Release, Role, Verb};
use tokio::sync::Semaphore;
use tokio::task::JoinSet;

use super::check::Finding;

/// A token that is valid for fewer seconds has to be fetched for nearly every call.
const SHORT_LIFE: u64 = 60;

/// The number of questions at a time: a PBX has other work to do.
const AT_A_TIME: usize = 8;

pub fn login(whom: &str, token: &Result<Token, Error>) -> Finding {
    let token = match token {
        Ok(token) => token,
        Err(error) => return Finding::failed(error),
    };
    let roles = token.claims().map(|claims| claims.roles).unwrap_or_default();
    let role = ROLES.iter().find(|(name, _)| roles.iter().any(|role| role == name));
    let role = role.map(|(_, title)| format!(", with the role {title}")).unwrap_or_default();
    Finding::green(format!("logged in as {whom}{role}"))
}

/// The roles that a token may name, the mightiest first, as the console calls them.
const ROLES: [(&str, &str); 7] = [
    ("system_owners", "System Owner"),
    ("system_admins", "System Admin"),
    ("group_owners", "Department Owner"),
    ("managers", "Manager"),
    ("group_admins", "Department Admin"),
    ("receptionists", "Receptionist"),
    ("users", "User"),
];

/// How long the token lives, and whether it is where other processes find it.
pub fn token(token: Option<&Token>, file: Option<&TokenFile>) -> Finding {
    let Some(token) = token else { return Finding::unknown("there is none: the login failed") };
    let life = token.claims().and_then(|claims| claims.expires_at.checked_sub(claims.issued_at?));
    let lives = match life {
        Some(life) if life < SHORT_LIFE => {
            return Finding::yellow(
                format!("it is valid for only {life} s"),
                "Check the PBX's clock and settings: a token is usually valid for an hour.",
            );
        }
        Some(life) => format!("it is valid for {} minutes", life / 60),
        None => "it does not say how long it is valid".to_owned(),
    };
    let Some(file) = file else {
        return Finding::unknown(format!("{lives}; the simulated PBX of one command does not share it"));
    };
    let next = "Make the folder writable for you, or set THREECX_CACHE_DIR to another one: each call that fetches a \
                token ends those of all others.";
    match file.try_lock().and_then(|_| file.load()) {
        Ok(Some(kept)) if kept.token.as_ref() == Some(token) => {
            Finding::green(format!("{lives}, and all your calls share it"))
        }
        Ok(_) => Finding::yellow(format!("{lives}, but other calls cannot find it"), next),
        Err(error) => Finding::yellow(format!("{lives}, but it cannot be shared: {error}"), next),
    }
}

pub fn version(version: Option<&str>) -> Finding {
    let Some(version) = version else { return Finding::unknown("the PBX does not say") };
    let next = "Get a newer threecx if there is one: calls are made as for the nearest release that this one knows.";
    let Some(span) = Span::of_pbx(version) else {
        return Finding::yellow(format!("`{version}` is not a version that this program can read"), next);
    };
    let known = span.last.version();
    let same = version == known || version.strip_prefix(known).is_some_and(|rest| rest.starts_with('.'));
    match (same, span.last == Release::NEWEST) {
        (true, _) => Finding::green(format!("{version}, which this program knows")),
        (false, true) => {
            Finding::yellow(format!("{version} is newer than {known}, the newest that this program knows"), next)
        }
        (false, false) => Finding::yellow(format!("{version} is not known; it is taken for {known}"), next),
    }
}

/// Asks for one row of each resource that needs a role, and lists what is refused.
pub async fn permissions(client: &Client) -> Finding {
    let target = client.target();
    let mut questions = JoinSet::new();
    let places = Arc::new(Semaphore::new(AT_A_TIME));
    for (operation, role) in resources().iter().filter_map(|resource| question(resource.operations, target)) {
        let (client, places) = (client.clone(), Arc::clone(&places));
        questions.spawn(async move {
            let _place = places.acquire().await;
            let mut arguments = Arguments::default();
            arguments.options.insert("top".into(), "1".into());
            let answer = client.call(operation, &arguments).await.and_then(|reply| reply.answer().map(drop));
            (operation.resource.title, role, answer)
        });
    }
    let (mut asked, mut refused) = (0, Vec::new());
    while let Some(answer) = questions.join_next().await {
        let Ok((title, role, answer)) = answer else { continue };
        match answer {
            Ok(()) => asked += 1,
            Err(Error::Permission { .. }) => refused.push((role, title)),
            Err(_) => {}
        }
    }
    refused.sort_unstable();
    match (asked, refused.as_slice()) {
        (0, []) => Finding::unknown("the PBX does not answer"),
        (_, []) => Finding::green("everything that was tried is allowed"),
        (_, refused) => {
            let titles: Vec<&str> = refused.iter().map(|(_, title)| *title).collect();
            let role = refused.iter().map(|(role, _)| *role).min();
            let role = if role == Some(NEEDS_ADMIN) { "System Admin" } else { "System Owner" };
            Finding::yellow(
                format!("refused: {}", titles.join(", ")),
                format!(
                    "If these are needed, give it the role {role} (Admin > Integrations > API, or the user's own)."
                ),
            )
        }
    }
}

/// Orders those that need less before those that need more.
const NEEDS_ADMIN: u8 = 0;
const NEEDS_OWNER: u8 = 1;

/// The list of a resource that needs a role, as the cheapest question there is.
fn question(operations: &'static [Operation], target: Span) -> Option<(&'static Operation, u8)> {
    let plain = |operation: &&Operation| {
        let form = operation.form(target);
        form.is_some_and(|form| {
            operation.verb == Verb::List && form.parameters.is_empty() && form.options_in(target).contains(Options::TOP)
        })
    };
    let operation = operations.iter().find(plain)?;
    match operation.role? {
        Role::SystemAdmins => Some((operation, NEEDS_ADMIN)),
        Role::SystemOwners => Some((operation, NEEDS_OWNER)),
        Role::User => None,
    }
}
