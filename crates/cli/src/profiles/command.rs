//! `threecx profiles`: list them, choose the default, remove one.

use std::ffi::OsString;

use serde_json::json;
use threecx::TokenStore;

use super::{Profile, Profiles, Who, check_name};
use crate::args::matches;
use crate::args::output::OutputFlags;
use crate::args::parse::parse;
use crate::args::plain::plain;
use crate::args::{globals, layout};
use crate::failure::Failure;
use crate::output::style::note;
use crate::output::width;
use crate::output::{Output, table};
use crate::{logout, tokens};
use clap::{Arg, Command};

/// What it does, for lists of commands.
pub const ABOUT: &str = "List the profiles, make another one the default, or remove one";

/// `threecx profiles`
pub fn command() -> Command {
    let action =
        Arg::new("action").value_name("ACTION").value_parser(["list", "use", "remove"]).requires_if("use", "name");
    let action = action.requires_if("remove", "name").help("list, use or remove").hide_possible_values(true);
    let name = Arg::new("name").value_name("NAME").help("Which profile");
    let command = plain(
        ABOUT,
        "threecx profiles [-o json]\n       threecx profiles use <NAME>\n       threecx profiles remove <NAME>",
    );
    let command = command.arg(action).arg(name);
    let command = globals::add(command, |global| matches!(global.name, "output" | "help"));
    layout::fit(command, width())
}

/// Lists, chooses or removes.
pub fn run(rest: Vec<OsString>) -> Result<(), Failure> {
    let matches = parse(command(), rest)?;
    let output = Output::from(OutputFlags::format_of(&matches))?;
    let name = matches::text(&matches, "name").unwrap_or_default();
    let action = matches::text(&matches, "action");
    if matches!(action.as_deref(), Some("use" | "remove")) {
        check_name(&name)?;
    }
    match action.as_deref() {
        Some("use") => {
            let named = name.clone();
            Profiles::change(|profiles| {
                profiles.named(&named)?;
                profiles.default = Some(named);
                Ok(())
            })?;
            note(&format!("{name} is the default profile."));
            Ok(())
        }
        Some("remove") => remove(&name),
        _ => list(&output),
    }
}

fn remove(name: &str) -> Result<(), Failure> {
    let profile = Profiles::load()?.named(name)?.clone();
    logout::end(name, &profile)?;
    let (default, _) = Profiles::change(|profiles| {
        profiles.remove(name);
        Ok(profiles.default.is_some() || profiles.profiles.is_empty())
    })?;
    note(&format!("Removed the profile {name}."));
    if !default {
        note("There is no default profile now. Choose one: threecx profiles use NAME");
    }
    Ok(())
}

fn list(output: &Output) -> Result<(), Failure> {
    let profiles = Profiles::load()?;
    let is_default = |name: &str| profiles.default.as_deref() == Some(name);
    let mut sink = output.open()?;
    if output.is_for_programs() {
        let row = |(name, profile): (&String, &Profile)| {
            let (client_id, user) = match &profile.who {
                Who::Client(id) => (Some(id), None),
                Who::User(user) => (None, Some(user)),
            };
            json!({
                "name": name, "url": profile.url, "client_id": client_id, "user": user, "default": is_default(name),
                "secret": profile.secret, "version": version(profile),
            })
            .to_string()
        };
        let rows: Vec<String> = profiles.profiles.iter().map(row).collect();
        sink.line(&if rows.is_empty() { "[]".to_owned() } else { format!("[\n{}\n]", rows.join(",\n")) })?;
        return sink.finish();
    }
    if profiles.profiles.is_empty() {
        note("There are no profiles. `threecx login` creates one.");
        return Ok(());
    }
    let row = |(name, profile): (&String, &Profile)| {
        let default = if is_default(name) { "yes" } else { "" };
        let secret = profile.secret.map_or("logged out", |place| place.name());
        let cells = [name, &profile.url, &profile.who.shown(), default, secret];
        let cells = cells.into_iter().map(|cell: &str| cell.to_owned());
        cells.chain([version(profile).unwrap_or_default()]).collect()
    };
    let rows = profiles.profiles.iter().map(row).collect();
    let heading = ["NAME", "ADDRESS", "AS", "DEFAULT", "SECRET", "VERSION"];
    sink.painted(&table::table(&heading, rows, output.room()))?;
    sink.finish()
}

/// The build that was last seen, as it is kept beside the token.
fn version(profile: &Profile) -> Option<String> {
    let file = tokens::file(&profile.url, &profile.who, &profile.fingerprint)?;
    file.load().ok().flatten()?.version
}
