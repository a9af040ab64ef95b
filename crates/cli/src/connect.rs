//! Which PBX to call and as whom: from flags, then from the environment, then from a profile;
//! or a simulated PBX, started for this one command.

use std::sync::Arc;
use std::time::{Duration, Instant};

use secrecy::SecretString;
use threecx::{Builder, Client, Error, Policy, Span, TokenFile};
use threecx_core::InputError;
use threecx_sim::Pbx;

use crate::args::connection::{ConnectionFlags, Times, time};
use crate::args::secret::SecretFlags;
use crate::args::stdin::Stdin;
use crate::env_vars::{self, Variable};
use crate::failure::Failure;
use crate::profiles::Place;
use crate::profiles::{Profile, Profiles, Who, check_name};
use crate::remark;
use crate::secrets::Secret;
use crate::text_file;
use crate::tokens;

/// How to connect.
#[derive(Debug)]
pub struct Settings {
    pub sim: bool,
    pub url: Option<String>,
    pub allow_http: bool,
    /// The release to plan for, where it was named.
    pub release: Option<Span>,
    pub client_id: Option<String>,
    secret: SecretFlags,
    /// False where `--profile` was given, which goes before the environment.
    environment: bool,
    /// The profile that has what was not given otherwise, with its name.
    profile: Option<(String, Profile)>,
    pub ca_file: Option<String>,
    pub times: Times,
    pub no_proxy: bool,
    /// How often calls are tried.
    pub retry: Policy,
}

/// How long a PBX may say nothing before it is given up, unless `--timeout` says how long everything may take.
const SILENCE: Duration = Duration::from_secs(60);

/// How long a call may take with all its attempts, so that an answer that trickles in ends as well.
const CALL: Duration = Duration::from_mins(5);

/// A client, and the simulated PBX that it talks to, if it does.
pub struct Connection {
    pub client: Client,
    /// The address in full.
    pub url: String,
    /// As whom it calls, for people: `client 900`.
    pub identity: String,
    /// Where its token is shared, if it is.
    pub tokens: Option<TokenFile>,
    /// Lives as long as the connection.
    _pbx: Option<Pbx>,
}

/// As whom to call, once it is settled.
enum Login {
    Given { client_id: String, secret: SecretString },
    Profile(String, Profile),
}

impl Settings {
    /// Reads the flags of the connection, then the environment, then the profile. Nothing is
    /// opened yet. A profile's secret goes to the profile's own address and to no other.
    pub fn from(flags: ConnectionFlags) -> Result<Settings, Failure> {
        let ConnectionFlags { sim, profile: named, url, client_id, secret, ca_file, allow_http, api, times, no_proxy } =
            flags;
        let environment = named.is_none();
        let or = |given: Option<String>, variable: &Variable| given.or_else(|| variable.get().filter(|_| environment));
        let mut settings = Settings {
            sim,
            url: or(url, &env_vars::URL),
            allow_http,
            release: api,
            client_id: or(client_id, &env_vars::CLIENT_ID),
            secret,
            environment,
            profile: None,
            ca_file: or(ca_file, &env_vars::CA_FILE),
            times: if environment { times.or(of_environment()?) } else { times },
            no_proxy,
            retry: Policy::PERSISTENT,
        };
        let complete = settings.url.is_some() && settings.client_id.is_some() && settings.has_secret();
        if !settings.sim && (named.is_some() || !complete) {
            settings.fill(named)?;
        }
        Ok(settings)
    }

    /// A connection by this profile and nothing else.
    pub fn of_profile(name: String, profile: Profile) -> Settings {
        Settings {
            sim: false,
            url: Some(profile.url.clone()),
            allow_http: profile.allow_http,
            release: None,
            client_id: None,
            secret: SecretFlags::default(),
            environment: false,
            ca_file: profile.ca_file.clone(),
            times: profile.times,
            no_proxy: profile.no_proxy,
            retry: Policy::PERSISTENT,
            profile: Some((name, profile)),
        }
    }

    /// Takes from a profile what was not given otherwise.
    fn fill(&mut self, named: Option<String>) -> Result<(), Failure> {
        let flag = named.is_some();
        let named = named.or_else(|| env_vars::PROFILE.get());
        named.as_deref().map_or(Ok(()), check_name)?;
        let mut profiles = Profiles::load()?;
        let name = match named {
            Some(name) => {
                profiles.named(&name)?;
                name
            }
            None => match profiles.default.take() {
                Some(name) => name,
                None => return Ok(()),
            },
        };
        let Some(profile) = profiles.profiles.remove(&name) else { return Ok(()) };
        if let Some(url) = &self.url
            && Client::builder(url).allow_http(true).address().ok().as_ref() != Some(&profile.url)
        {
            return match flag {
                true => Err(Failure::usage(format!(
                    "the profile `{name}` is for {}, and --url is another address",
                    profile.url
                ))
                .next("Leave out one of the two.")),
                false => Ok(()),
            };
        }
        self.url = Some(profile.url.clone());
        self.allow_http |= profile.allow_http;
        self.ca_file = self.ca_file.take().or_else(|| profile.ca_file.clone());
        self.times = self.times.or(profile.times);
        self.no_proxy |= profile.no_proxy;
        self.profile = Some((name, profile));
        Ok(())
    }

    /// Which PBX it is, for a question: `pbx.example.com:5001 (profile acme)`.
    pub fn pbx(&self) -> Option<String> {
        let url = self.url.as_deref().filter(|_| !self.sim)?;
        let address = Client::builder(url).allow_http(true).address().unwrap_or_else(|_| url.to_owned());
        let host = address.split_once("://").map_or(address.as_str(), |(_, host)| host);
        // What is not an address may have a password in it.
        let host = host.rsplit('@').next().unwrap_or_default();
        let profile = self.profile.as_ref().map(|(name, _)| format!(" (profile {name})")).unwrap_or_default();
        Some(format!("{host}{profile}"))
    }

    /// As whom it would be called, as far as that is known without opening anything.
    pub fn who(&self) -> Option<Who> {
        let given = self.client_id.clone().map(Who::Client);
        given.or_else(|| self.profile.as_ref().map(|(_, profile)| profile.who.clone()))
    }

    /// True if connecting waits for no one: not for stdin, and not for a keyring to be unlocked.
    pub fn is_quiet(&self) -> bool {
        let in_keyring = self.profile.as_ref().is_some_and(|(_, profile)| profile.secret == Some(Place::Keyring));
        !self.secret.is_on_stdin() && (self.has_secret() || !in_keyring)
    }

    /// Makes a client. Nothing is sent yet.
    pub async fn connect(&self, stdin: &mut Stdin) -> Result<Connection, Failure> {
        if self.sim {
            return self.simulate().await;
        }
        let login = self.login(stdin)?;
        let mut builder = self.builder()?;
        let url = builder.address()?;
        let (who, fingerprint);
        match login {
            Login::Given { client_id, secret } => {
                (who, fingerprint) = (Who::Client(client_id.clone()), TokenFile::fingerprint(&secret));
                builder = builder.credentials(client_id, secret);
            }
            Login::Profile(name, profile) => {
                let secret = Secret::of(&name, &profile);
                let Some(place) = profile.secret else { return Err(logged_out(name).into()) };
                secret.check(place)?;
                let secret = Arc::new(secret.store(place));
                builder = match &profile.who {
                    Who::Client(id) => builder.credentials_in(id, secret),
                    Who::User(user) => builder.user_in(user, secret),
                };
                (who, fingerprint) = (profile.who, profile.fingerprint);
            }
        }
        if let Some(store) = tokens::shared(&url, &who, &fingerprint) {
            builder = builder.token_store(store);
        }
        let tokens = tokens::file(&url, &who, &fingerprint);
        Ok(Connection { client: builder.build()?, url, identity: who.shown(), tokens, _pbx: None })
    }

    /// Settings of a client, but for as whom to call.
    pub fn builder(&self) -> Result<Builder, Failure> {
        let Some(url) = &self.url else { return Err(Failure::NotConfigured { missing: vec![env_vars::URL.name] }) };
        let mut builder = reach(url, self.allow_http, self.ca_file.as_deref(), self.times, self.no_proxy)?;
        builder = builder.retry(self.retry);
        if let Some(release) = self.release {
            builder = builder.release(release);
        }
        Ok(builder)
    }

    /// As whom to call: what was given goes before the profile, and is not mixed with what
    /// does not belong to it.
    fn login(&self, stdin: &mut Stdin) -> Result<Login, Failure> {
        let secret = self.secret(stdin)?;
        match (&self.client_id, secret, &self.profile) {
            (Some(client_id), Some(secret), _) => Ok(Login::Given { client_id: client_id.clone(), secret }),
            (None, Some(secret), Some((_, Profile { who: Who::Client(id), .. }))) => {
                Ok(Login::Given { client_id: id.clone(), secret })
            }
            (given, None, Some((name, profile)))
                if given.as_ref().is_none_or(|id| profile.who == Who::Client(id.clone())) =>
            {
                Ok(Login::Profile(name.clone(), profile.clone()))
            }
            (client_id, secret, _) => {
                let given = [
                    (self.url.is_some(), &env_vars::URL),
                    (client_id.is_some(), &env_vars::CLIENT_ID),
                    (secret.is_some(), &env_vars::CLIENT_SECRET),
                ];
                let missing = given.iter().filter(|(given, _)| !given).map(|(_, variable)| variable.name).collect();
                Err(Failure::NotConfigured { missing })
            }
        }
    }

    async fn simulate(&self) -> Result<Connection, Failure> {
        let mut pbx = Pbx::builder();
        if let Some(release) = self.release {
            pbx = pbx.api(release);
        }
        let pbx = pbx.start().await.map_err(|error| Failure::Simulator { reason: error.to_string() })?;
        let client = reach(pbx.url(), false, None, self.times, true)?.credentials(pbx.client_id(), pbx.client_secret());
        let client = client.build()?;
        let (url, identity) = (pbx.url().to_owned(), format!("client {}", pbx.client_id()));
        Ok(Connection { client, url, identity, tokens: None, _pbx: Some(pbx) })
    }

    fn has_secret(&self) -> bool {
        self.secret.is_given() || (self.environment && env_vars::CLIENT_SECRET.get().is_some())
    }

    fn secret(&self, stdin: &mut Stdin) -> Result<Option<SecretString>, Failure> {
        let given = self.secret.read(stdin)?;
        Ok(given.or_else(|| env_vars::CLIENT_SECRET.get().filter(|_| self.environment).map(SecretString::from)))
    }
}

/// Settings of a client by which a PBX is reached: where, by what way, and how long that may take.
pub fn reach(
    url: &str,
    allow_http: bool,
    ca_file: Option<&str>,
    times: Times,
    no_proxy: bool,
) -> Result<Builder, Failure> {
    let mut builder = Client::builder(url).allow_http(allow_http).waiting(remark::waiting());
    if let Some(path) = ca_file {
        builder = builder.root_certificate(authority(path)?);
    }
    if let Some(connect) = times.connect {
        builder = builder.connect_timeout(connect);
    }
    if no_proxy {
        builder = builder.no_proxy();
    }
    Ok(match times.whole {
        Some(whole) if times.each => builder.timeout(whole).deadline(whole),
        Some(whole) => builder.timeout(whole).until(Instant::now() + whole),
        None => builder.timeout(SILENCE).deadline(CALL),
    })
}

/// What the environment says about time.
pub fn of_environment() -> Result<Times, Error> {
    let given = |variable: &Variable| variable.get().map(|text| time(variable.name, &text)).transpose();
    Ok(Times { whole: given(&env_vars::TIMEOUT)?, connect: given(&env_vars::CONNECT_TIMEOUT)?, each: false })
}

/// The certificates of an authority.
pub fn authority(path: &str) -> Result<Vec<u8>, Failure> {
    const BEGINS: &str = "-----BEGIN CERTIFICATE-----";
    let file = std::fs::read(path).map_err(|error| Failure::file(path, &error))?;
    // As Windows saves texts, too.
    let file = text_file::decoded(file.clone()).map_or(file, String::into_bytes);
    if String::from_utf8_lossy(&file).contains(BEGINS) {
        return Ok(file);
    }
    let error = InputError::of("--ca-file", format!("a file with certificates in PEM ({BEGINS})"), format!("`{path}`"));
    let hint = "Convert a certificate in DER with: openssl x509 -inform der -in FILE -out FILE.pem";
    Err(Error::from(error.with_hint(hint)).into())
}

fn logged_out(name: String) -> Error {
    Error::LoginExpired { user: format!("profile {name}"), reason: "you are logged out".into() }
}
