//! `threecx logout`: the end of a login, here and, for a user, at the PBX.

use std::ffi::OsString;

use threecx_catalog::Method;
use threecx_core::raw;

use crate::arguments::Stdin;
use crate::connect::Settings;
use crate::failure::Failure;
use crate::output::style::{note, warn};
use crate::output::text;
use crate::profiles::{Profile, Profiles, Who};
use crate::secrets::Secret;
use crate::{command, env_vars, runtime, tokens};

/// Logs out of a profile.
pub fn run(rest: Vec<OsString>) -> Result<(), Failure> {
    let matches = command::account::logout().try_get_matches_from(rest)?;
    let profiles = Profiles::load()?;
    let named = text(&matches, "profile").or_else(|| env_vars::PROFILE.get()).or(profiles.default.clone());
    let name = named.ok_or_else(|| Failure::Usage {
        message: "there is no default profile".into(),
        next_step: Some("Name one: threecx logout --profile NAME".into()),
    })?;
    let profile = profiles.named(&name)?;
    if profile.secret.is_none() {
        note(&format!("The profile {name} is logged out already."));
        return Ok(());
    }
    end(&name, profile)?;
    Profiles::change(|profiles| {
        if let Some(profile) = profiles.profiles.get_mut(&name) {
            profile.secret = None;
        }
        Ok(())
    })?;
    note(&format!("Logged out of {}. To log in again: threecx login --profile {name}", profile.url));
    Ok(())
}

/// Ends a login: at the PBX as far as it can be reached, here in any case.
pub fn end(name: &str, profile: &Profile) -> Result<(), Failure> {
    let Some(place) = profile.secret else { return Ok(()) };
    if matches!(profile.who, Who::User(_))
        && let Err(failure) = end_at_the_pbx(name, profile)
    {
        warn(&format!("the PBX was not told, and the login may hold there until its time comes: {failure}"));
    }
    if let Some(file) = tokens::file(&profile.url, &profile.who, &profile.fingerprint) {
        file.forget().map_err(|error| Failure::file(file.path().display().to_string(), &error))?;
    }
    Secret::of(name, profile).forget(place)
}

fn end_at_the_pbx(name: &str, profile: &Profile) -> Result<(), Failure> {
    let settings = Settings::of_profile(name.to_owned(), profile.clone());
    runtime()?.block_on(async {
        let connection = settings.connect(&mut Stdin::default()).await?;
        let logout = raw(Method::Post, "/webclient/api/Logout", None);
        Ok(connection.client.open(&logout, None).await.map(drop)?)
    })
}
