//! `threecx logout`: the end of a login, here and, for a user, at the PBX.

use std::ffi::OsString;

use threecx_catalog::Method;
use threecx_core::raw;

use crate::args::matches;
use crate::args::parse::parse;
use crate::args::plain::plain;
use crate::args::stdin::Stdin;
use crate::args::{globals, layout};
use crate::connect::Settings;
use crate::failure::Failure;
use crate::output::style::{note, warn};
use crate::output::width;
use crate::profiles::{Profile, Profiles, Who, check_name};
use crate::runtime::runtime;
use crate::secrets::Secret;
use crate::{env_vars, tokens};
use clap::Command;

/// What it does, for lists of commands.
pub const ABOUT: &str = "Forget the secret of a profile";

/// `threecx logout`
pub fn command() -> Command {
    let command = plain(
        format!("{ABOUT} and its token; a user is logged out at the PBX, too"),
        "threecx logout [--profile NAME]",
    );
    let command = globals::add(command, |global| matches!(global.name, "profile" | "output" | "help"));
    let command =
        command.mut_arg("profile", |arg| arg.help("Profile [env: THREECX_PROFILE; default: the default profile]"));
    layout::fit(command, width()).after_help(
        "Address and name are kept, so `threecx login --profile NAME` asks only for the secret.\n\
         `threecx profiles remove NAME` forgets everything.",
    )
}

/// Logs out of a profile.
pub fn run(rest: Vec<OsString>) -> Result<(), Failure> {
    let matches = parse(command(), rest)?;
    let named = matches::text(&matches, "profile").or_else(|| env_vars::PROFILE.get());
    named.as_deref().map_or(Ok(()), check_name)?;
    let profiles = Profiles::load()?;
    let name = named
        .or_else(|| profiles.default.clone())
        .ok_or_else(|| Failure::usage("there is no default profile").next("Name one: threecx logout --profile NAME"))?;
    let profile = profiles.named(&name)?;
    if profile.secret.is_none() {
        note(&format!("The profile {name} is already logged out."));
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
        warn(&format!("the PBX could not be told, and the login may stay valid there until it expires: {failure}"));
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
