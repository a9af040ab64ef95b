//! Profiles: PBXs that this user has logged in to, by name. Their secrets are elsewhere
//! ([`crate::secrets`]).

pub mod command;
mod place;

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use jiff::SignedDuration;
use serde::{Deserialize, Serialize};

use crate::args::connection::{Times, time};
use crate::atomic_file::{self, Readers};
use crate::env_vars;
use crate::failure::Failure;
use crate::folders;
use threecx_change::trust;
use threecx_core::file_name;

pub use place::Place;

/// What is kept of a login.
#[derive(Clone, Debug, Deserialize, Serialize, PartialEq, Eq)]
#[serde(try_from = "Written", into = "Written")]
pub struct Profile {
    /// The address in full: `https://pbx.example.com:5001`.
    pub url: String,
    pub who: Who,
    /// Where the secret is; nowhere after a logout.
    pub secret: Option<Place>,
    /// Tells the client's secret from others, so that it need not be read to find its token.
    pub fingerprint: String,
    pub ca_file: Option<String>,
    pub allow_http: bool,
    /// How long commands and connecting may take.
    pub times: Times,
    /// True if it is reached without a proxy.
    pub no_proxy: bool,
}

/// As whom to call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Who {
    /// A service principal, by its client ID.
    Client(String),
    /// A user, by extension number or e-mail address.
    User(String),
}

/// A profile as it is written in the file.
#[derive(Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct Written {
    url: String,
    client_id: Option<String>,
    user: Option<String>,
    secret: Option<Place>,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    fingerprint: String,
    ca_file: Option<String>,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    allow_http: bool,
    timeout: Option<String>,
    connect_timeout: Option<String>,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    no_proxy: bool,
}

impl TryFrom<Written> for Profile {
    type Error = String;

    fn try_from(written: Written) -> Result<Profile, String> {
        let Written { url, client_id, user, secret, fingerprint, ca_file, allow_http, .. } = written;
        let given = |name: &str, text: Option<String>| text.map(|text| time(name, &text)).transpose();
        let whole = given("timeout", written.timeout).map_err(|error| error.to_string())?;
        let connect = given("connect_timeout", written.connect_timeout).map_err(|error| error.to_string())?;
        let who = match (client_id, user) {
            (Some(id), None) => Who::Client(id),
            (None, Some(user)) => Who::User(user),
            _ => return Err("a profile has either a client_id or a user".to_owned()),
        };
        let (times, no_proxy) = (Times { whole, connect, each: false }, written.no_proxy);
        Ok(Profile { url, who, secret, fingerprint, ca_file, allow_http, times, no_proxy })
    }
}

impl From<Profile> for Written {
    fn from(profile: Profile) -> Written {
        let Profile { url, who, secret, fingerprint, ca_file, allow_http, times, no_proxy } = profile;
        let (client_id, user) = match who {
            Who::Client(id) => (Some(id), None),
            Who::User(user) => (None, Some(user)),
        };
        let text = |time: Duration| format!("{:#}", SignedDuration::try_from(time).unwrap_or(SignedDuration::MAX));
        let (timeout, connect_timeout) = (times.whole.map(text), times.connect.map(text));
        Written { url, client_id, user, secret, fingerprint, ca_file, allow_http, timeout, connect_timeout, no_proxy }
    }
}

impl Who {
    /// `client 900`, for people.
    pub fn shown(&self) -> String {
        match self {
            Who::Client(id) => format!("client {id}"),
            Who::User(user) => format!("user {user}"),
        }
    }

    /// `client:900`, for what is kept.
    pub fn key(&self) -> String {
        match self {
            Who::Client(id) => format!("client:{id}"),
            Who::User(user) => format!("user:{user}"),
        }
    }
}

/// All profiles of this user.
#[derive(Debug, Default, Deserialize, Serialize, PartialEq, Eq)]
#[serde(deny_unknown_fields)]
pub struct Profiles {
    /// The one that counts where none is named.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub default: Option<String>,
    #[serde(default)]
    pub profiles: BTreeMap<String, Profile>,
}

/// The name of the profile that is used where this one is named, or none.
pub fn in_use(named: Option<String>) -> Option<String> {
    named.or_else(|| env_vars::PROFILE.get()).or_else(|| Profiles::load().ok()?.default)
}

impl Profiles {
    /// Reads them; none if there is no file.
    pub fn load() -> Result<Profiles, Failure> {
        let Some(path) = path() else { return Ok(Profiles::default()) };
        // It says where secrets are sent.
        trust::check(&path).map_err(|error| untrusted(&path, &error))?;
        let text = match fs::read_to_string(&path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Profiles::default()),
            read => read.map_err(|error| failure(&path, &error))?,
        };
        let profiles: Profiles = toml::from_str(&text).map_err(|error| {
            let reason = error.message().replace('\n', " ");
            let line = error.span().map(|span| text[..span.start.min(text.len())].matches('\n').count() + 1);
            let place = line.map(|line| format!("line {line}: ")).unwrap_or_default();
            Failure::File { path: path.display().to_string(), reason: format!("{place}{reason}") }
        })?;
        // They are the names of files.
        match profiles.profiles.keys().chain(&profiles.default).find(|name| !is_name(name)) {
            None => Ok(profiles),
            Some(name) => {
                let reason = format!("`{}` is not a valid profile name", name.escape_debug());
                Err(Failure::File { path: path.display().to_string(), reason })
            }
        }
    }

    /// Changes them, one process at a time, and says in which file they are.
    pub fn change<T>(change: impl FnOnce(&mut Profiles) -> Result<T, Failure>) -> Result<(T, PathBuf), Failure> {
        let path = path().ok_or_else(no_home)?;
        let folder = path.parent().unwrap_or(Path::new("."));
        atomic_file::make_folder(folder).map_err(|error| failure(folder, &error))?;
        let lock = folder.join("profiles.lock");
        let lock = File::create(&lock).and_then(|file| file.lock().map(|()| file)).map_err(|e| failure(&lock, &e))?;
        let mut profiles = Profiles::load()?;
        let done = change(&mut profiles)?;
        let text = toml::to_string(&profiles).map_err(|error| Failure::Internal(error.to_string()))?;
        atomic_file::write(&path, &text, Readers::Owner).map_err(|error| failure(&path, &error))?;
        drop(lock);
        Ok((done, path))
    }

    /// The profile of this name.
    pub fn named(&self, name: &str) -> Result<&Profile, Failure> {
        check_name(name)?;
        self.profiles.get(name).ok_or_else(|| {
            let known: Vec<&str> = self.profiles.keys().map(String::as_str).collect();
            let next = match known.as_slice() {
                [] => "Log in first: threecx login".to_owned(),
                known => {
                    format!("Existing profiles: {}. `threecx login --profile {name}` creates it.", known.join(", "))
                }
            };
            Failure::usage(format!("there is no profile `{name}`")).next(next)
        })
    }

    /// Takes a profile out; if it was the default, none is.
    pub fn remove(&mut self, name: &str) {
        self.profiles.remove(name);
        if self.default.as_deref() == Some(name) {
            self.default = None;
        }
    }
}

/// Refuses names that would be awkward to type or that no file can have.
pub fn check_name(name: &str) -> Result<(), Failure> {
    if is_name(name) {
        return Ok(());
    }
    Err(Failure::usage(format!("`{}` is not a valid profile name", name.escape_debug()))
        .next("Use letters, digits, dots, hyphens and underscores: --profile head-office"))
}

/// True for what can be the name of a file on every system.
pub fn is_name(name: &str) -> bool {
    let fine = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_');
    let is_fine = !name.is_empty() && name.len() <= 100 && name.chars().all(fine);
    is_fine && !name.starts_with(['.', '-']) && !name.ends_with('.') && !file_name::is_device(name)
}

fn path() -> Option<PathBuf> {
    Some(folders::config()?.join("profiles.toml"))
}

/// Where this user has no home, there is nowhere to keep anything.
pub fn no_home() -> Failure {
    Failure::usage("this user has no home folder to keep a profile in").next("Set THREECX_CONFIG_DIR to a folder.")
}

fn untrusted(path: &Path, error: &io::Error) -> Failure {
    Failure::File { path: path.display().to_string(), reason: error.to_string() }
}

fn failure(path: &Path, error: &io::Error) -> Failure {
    Failure::file(path.display().to_string(), error)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_file_reads_as_it_was_written() {
        let text = "default = \"main\"\n\n[profiles.main]\nurl = \"https://pbx\"\nclient_id = \"900\"\n\
                    secret = \"keyring\"\nfingerprint = \"12\"\n\n[profiles.me]\nurl = \"https://pbx\"\nuser = \"100\"\n";
        let profiles: Profiles = toml::from_str(text).expect("profiles");
        assert_eq!(profiles.profiles["main"].who, Who::Client("900".into()));
        assert_eq!(profiles.profiles["me"].secret, None);
        assert_eq!(toml::to_string(&profiles).expect("written"), text);
    }

    #[test]
    fn times_and_the_proxy_are_kept_too() {
        let text = "[profiles.me]\nurl = \"https://pbx\"\nuser = \"100\"\ntimeout = \"1m 30s\"\n\
                    connect_timeout = \"500ms\"\nno_proxy = true\n";
        let profiles: Profiles = toml::from_str(text).expect("profiles");
        let (whole, connect) = (Some(Duration::from_secs(90)), Some(Duration::from_millis(500)));
        let times = Times { whole, connect, each: false };
        assert_eq!((profiles.profiles["me"].times, profiles.profiles["me"].no_proxy), (times, true));
        assert_eq!(toml::to_string(&profiles).expect("written"), text);
        let wrong = toml::from_str::<Profiles>(&text.replace("1m 30s", "soon")).expect_err("not a time");
        assert!(wrong.message().contains("timeout: expected a time"), "{wrong}");
    }

    #[test]
    fn names_are_fit_for_files() {
        for name in ["pbx.example.com", "Head_Office-2", "a"] {
            assert!(check_name(name).is_ok(), "{name}");
        }
        for name in [
            "",
            ".",
            "..",
            "a/b",
            "a b",
            "-x",
            "ä",
            "../../f",
            "/x",
            "..\\x",
            "CON",
            "con",
            "nul.txt",
            "COM1",
            "lpt9.x",
            "a.",
            "a\nb",
            "a\0",
            "a\u{202e}b",
            "c:",
            "a:b",
        ] {
            assert!(check_name(name).is_err(), "{name}");
        }
    }
}
