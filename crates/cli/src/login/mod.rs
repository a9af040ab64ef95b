//! `threecx login`: asks for what was not given, tries it at the PBX, and keeps it as a profile.

mod ask;
mod command;

use std::ffi::OsString;
use std::sync::{Arc, Mutex, PoisonError};
use std::{fs, io};

use secrecy::SecretString;
use serde_json::json;
use threecx::{Builder, Client, Error, Login, SecretStore, TokenFile};

use crate::args::connection::Times;
use crate::args::output::OutputFlags;
use crate::args::parse::parse;
use crate::args::stdin::Stdin;
use crate::connect::{of_environment, reach};
use crate::consent::is_interactive;
use crate::env_vars::{self, Variable};
use crate::failure::Failure;
use crate::output::Output;
use crate::output::style::{note, one_line};
use crate::profiles::Place;
use crate::profiles::{Profile, Profiles, Who, check_name};
use crate::runtime::runtime;
use crate::secrets::Secret;
use crate::tokens;

use command::LoginFlags;
pub use command::{ABOUT, command};

/// Logs in.
pub fn run(rest: Vec<OsString>) -> Result<(), Failure> {
    let matches = parse(command(), rest)?;
    let output = Output::from(OutputFlags::format_of(&matches))?;
    let mut stdin = Stdin::default();
    let flags = LoginFlags::of(&matches)?;
    let named = flags.profile.clone().or_else(|| env_vars::PROFILE.get());
    named.as_deref().map_or(Ok(()), check_name)?;
    let profiles = Profiles::load()?;
    // What is known already is offered; of a profile that --profile names, it counts.
    let known = named.as_ref().or(profiles.default.as_ref()).and_then(|name| profiles.profiles.get(name));
    let given = Given { environment: flags.profile.is_none() || known.is_none(), flags };
    let (url, mut profile) = address(&given, named.is_some(), known)?;
    let builder = builder(&url, &profile, &given)?;
    profile.url = builder.address()?;
    if is_interactive() {
        // A secret should not be typed for an address that does not answer.
        runtime()?.block_on(builder.reach())?;
    }
    profile.who = who(&given, named.is_some(), known.filter(|known| known.url == profile.url))?;
    let (held, version) = runtime()?.block_on(prove(builder, &mut profile, &given, &mut stdin))?;
    let same = |other: &Profile| other.url == profile.url && other.who == profile.who;
    let existing = profiles.profiles.iter().find(|(_, other)| same(other)).map(|(name, _)| name.clone());
    let name = named.or(existing).unwrap_or_else(|| free_name(&profile, &profiles));
    check_name(&name)?;
    keep(&name, profile, &held, version, given.flags.default, &output)
}

/// What was given by flags and by the environment, before which a profile goes that was named.
struct Given {
    flags: LoginFlags,
    environment: bool,
}

impl Given {
    fn or(&self, flag: &Option<String>, variable: &Variable) -> Option<String> {
        flag.clone().or_else(|| variable.get().filter(|_| self.environment))
    }
}

/// The address, and a profile with what belongs to it.
fn address(given: &Given, named: bool, known: Option<&Profile>) -> Result<(String, Profile), Failure> {
    let url = match (given.or(&given.flags.url, &env_vars::URL), known) {
        (Some(url), _) => url,
        (None, Some(known)) if named => known.url.clone(),
        (None, known) => ask::line("Address of the PBX", known.map(|known| known.url.as_str()), "--url")?,
    };
    let absolute = |path: String| {
        let whole = fs::canonicalize(&path).map_err(|error| Failure::file(&path, &error))?;
        Ok::<_, Failure>(whole.display().to_string())
    };
    let whole = Client::builder(&url).allow_http(true).address().ok();
    let known = known.filter(|known| Some(&known.url) == whole.as_ref());
    let ca_file = given.or(&given.flags.ca_file, &env_vars::CA_FILE).map(absolute).transpose()?;
    let profile = Profile {
        url: String::new(),
        who: Who::Client(String::new()),
        secret: None,
        fingerprint: String::new(),
        ca_file: ca_file.or_else(|| known.and_then(|known| known.ca_file.clone())),
        allow_http: given.flags.allow_http || known.is_some_and(|known| known.allow_http),
        // Kept only if they were typed: the environment may be another one the next time.
        times: given.flags.times.or(known.map(|known| known.times).unwrap_or_default()),
        no_proxy: given.flags.no_proxy || known.is_some_and(|known| known.no_proxy),
    };
    Ok((url, profile))
}

/// The settings of the profile, and for this command what the environment says besides.
fn builder(url: &str, profile: &Profile, given: &Given) -> Result<Builder, Failure> {
    let times = if given.environment { profile.times.or(of_environment()?) } else { profile.times };
    // Whoever types a password takes their time.
    let times = Times { each: is_interactive(), ..times };
    reach(url, profile.allow_http, profile.ca_file.as_deref(), times, profile.no_proxy)
}

/// As whom to log in.
fn who(given: &Given, named: bool, known: Option<&Profile>) -> Result<Who, Failure> {
    if let Some(user) = given.flags.user.clone() {
        return Ok(Who::User(user));
    }
    if let Some(id) = given.or(&given.flags.client_id, &env_vars::CLIENT_ID) {
        return Ok(Who::Client(id));
    }
    if let Some(known) = known.filter(|_| named) {
        return Ok(known.who.clone());
    }
    let (kind, offered) = match known.map(|known| &known.who) {
        Some(Who::User(user)) => ("user", Some(user.as_str())),
        Some(Who::Client(id)) => ("client", Some(id.as_str())),
        None => ("client", None),
    };
    let question = "Log in as a client (ID and secret of a service principal) or as a user (extension and password)";
    loop {
        let answer = ask::line(question, Some(kind), "--client-id or --user")?;
        let offered = offered.filter(|_| answer == kind);
        match answer.as_str() {
            "client" => return ask::line("Client ID", offered, "--client-id").map(Who::Client),
            "user" => return ask::line("Extension number or e-mail address", offered, "--user").map(Who::User),
            _ => note("Answer client or user."),
        }
    }
}

/// Tests the login at the PBX, and returns what is to be kept of it.
async fn prove(
    builder: Builder,
    profile: &mut Profile,
    given: &Given,
    stdin: &mut Stdin,
) -> Result<(Arc<Held>, Option<String>), Failure> {
    let (mut builder, held) = match &profile.who {
        Who::Client(id) => {
            let secret = given.flags.client_secret.read(stdin)?;
            let variable = || env_vars::CLIENT_SECRET.get().filter(|_| given.environment);
            let secret = secret.or_else(|| variable().map(SecretString::from));
            let secret = secret.map_or_else(|| ask::secret("Client secret", "--client-secret-file"), Ok)?;
            profile.fingerprint = TokenFile::fingerprint(&secret);
            let held = Arc::new(Held(Mutex::new(secret)));
            (builder.credentials_in(id, Arc::clone(&held) as Arc<dyn SecretStore>), held)
        }
        Who::User(user) => {
            let password = given.flags.password.read(stdin)?;
            let password = password.or_else(|| env_vars::PASSWORD.get().map(SecretString::from));
            let password = password.map_or_else(|| ask::secret("Password", "--password-file"), Ok)?;
            let refresh_token = log_in(&builder, user, &password, given.flags.code.clone()).await?;
            let held = Arc::new(Held(Mutex::new(refresh_token)));
            (builder.user_in(user, Arc::clone(&held) as Arc<dyn SecretStore>), held)
        }
    };
    // A token of before would prove nothing.
    if let Some(file) = tokens::file(&profile.url, &profile.who, &profile.fingerprint) {
        let _ = file.forget();
    }
    if let Some(store) = tokens::shared(&profile.url, &profile.who, &profile.fingerprint) {
        builder = builder.token_store(store);
    }
    let client = builder.build()?;
    match client.ask_version().await {
        // The login is right, and allows little.
        Ok(()) | Err(Error::Permission { .. }) => Ok((held, client.version())),
        Err(error) => Err(error.into()),
    }
}

/// Logs a user in; asks for the second factor if the PBX does.
async fn log_in(
    builder: &Builder,
    user: &str,
    password: &SecretString,
    code: Option<String>,
) -> Result<SecretString, Failure> {
    let given = code.is_some();
    let mut code = code.unwrap_or_default();
    loop {
        match builder.log_in(user, password, &code).await? {
            Login::Done { refresh_token } => return Ok(refresh_token),
            Login::SecondFactor { .. } if given => {
                let reason = "the security code is not accepted".to_owned();
                return Err(Error::LoginRefused { user: user.to_owned(), reason }.into());
            }
            Login::SecondFactor { kind } => {
                if !code.is_empty() {
                    note("This code is not accepted.");
                }
                let from = if kind.is_empty() { String::new() } else { format!(" ({kind})") };
                code = ask::line(&format!("Security code{from}"), None, "--code")?;
            }
        }
    }
}

/// Keeps the secret and then the profile, and says where.
fn keep(
    name: &str,
    mut profile: Profile,
    held: &Held,
    version: Option<String>,
    default: bool,
    output: &Output,
) -> Result<(), Failure> {
    let secret = Secret::of(name, &profile);
    let place = secret.keep(&held.lock())?;
    profile.secret = Some(place);
    let kept = profile.clone();
    let ((old, is_default), path) = Profiles::change(|profiles| {
        let old = profiles.profiles.insert(name.to_owned(), kept);
        if default || profiles.default.is_none() {
            profiles.default = Some(name.to_owned());
        }
        Ok((old, profiles.default.as_deref() == Some(name)))
    })?;
    let replaced = old.clone().filter(|old| old.url != profile.url || old.who != profile.who);
    // A file is called like the profile and has been replaced; a keyring's entry may not have been.
    if let Some((old, was)) = old.and_then(|old| old.secret.map(|was| (Secret::of(name, &old), was)))
        && (was != place || (old != secret && was == Place::Keyring))
    {
        old.forget(was)?;
    }
    if let Some(old) = replaced {
        note(&format!("It replaces {} at {}.", old.who.shown(), old.url));
    }
    let path = path.display().to_string();
    let mut sink = output.open()?;
    if output.is_for_programs() {
        let (client_id, user) = match &profile.who {
            Who::Client(id) => (Some(id), None),
            Who::User(user) => (None, Some(user)),
        };
        let said = json!({
            "profile": name, "url": profile.url, "client_id": client_id, "user": user, "default": is_default,
            "secret": place, "version": version, "file": path,
        });
        sink.line(&said.to_string())?;
        return sink.finish();
    }
    let version = version.map(|version| format!(" (3CX {version})")).unwrap_or_default();
    sink.line(&one_line(&format!("Logged in to {}{version} as {}.", profile.url, profile.who.shown())))?;
    sink.line(&format!("The profile {name} is kept in {path}, its secret in {}.", secret.shown(place)))?;
    sink.line(&match is_default {
        true => "It is the default profile: commands use it from now on.".to_owned(),
        false => format!("It is not the default profile: add --profile {name}, or run `threecx profiles use {name}`"),
    })?;
    sink.finish()
}

/// A name that no profile has yet: the PBX's host, with the client or user if that is needed.
fn free_name(profile: &Profile, profiles: &Profiles) -> String {
    let host = host(&profile.url);
    let (Who::Client(id) | Who::User(id)) = &profile.who;
    let id: String = id.chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '-' }).collect();
    let names = [host.clone(), format!("{host}-{id}")].into_iter();
    let names = names.chain((2..).map(|number| format!("{host}-{id}-{number}")));
    let mut free = names.filter(|name| !profiles.profiles.contains_key(name));
    free.next().unwrap_or(host)
}

/// The host of an address, as it may be in the name of a profile.
fn host(url: &str) -> String {
    let host = url.split("://").nth(1).unwrap_or(url);
    let host = match host.strip_prefix('[') {
        Some(v6) => v6.split(']').next().unwrap_or_default(),
        None => host.split(':').next().unwrap_or_default(),
    };
    host.replace(':', "-")
}

/// A secret that is not kept yet.
#[derive(Debug)]
struct Held(Mutex<SecretString>);

impl Held {
    fn lock(&self) -> std::sync::MutexGuard<'_, SecretString> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl SecretStore for Held {
    fn get(&self) -> Result<SecretString, Error> {
        Ok(self.lock().clone())
    }

    fn replace(&self, secret: &SecretString) -> io::Result<()> {
        *self.lock() = secret.clone();
        Ok(())
    }
}
