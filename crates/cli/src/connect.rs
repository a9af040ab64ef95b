//! Which PBX to call and as whom: from flags, then from the environment; or a simulated PBX,
//! started for this one command.

use clap::ArgMatches;
use threecx::{Client, Error, Span};
use threecx_catalog::Release;
use threecx_core::InputError;
use threecx_sim::Pbx;

use crate::arguments::{Stdin, read_file};
use crate::env_vars::{self, Variable};
use crate::failure::Failure;
use crate::output::{flag, text};

/// What the command line says about the connection.
#[derive(Debug)]
pub struct Settings {
    pub sim: bool,
    pub url: Option<String>,
    pub allow_http: bool,
    /// The release to plan for, where it was named.
    pub release: Option<Span>,
    pub client_id: Option<String>,
    client_secret: Option<String>,
    client_secret_file: Option<String>,
    pub ca_file: Option<String>,
}

/// A client, and the simulated PBX that it talks to, if it does.
pub struct Connection {
    pub client: Client,
    /// Lives as long as the connection.
    _pbx: Option<Pbx>,
}

impl Settings {
    /// Reads the flags of the connection. Nothing is opened yet.
    pub fn from(matches: &ArgMatches) -> Result<Settings, Failure> {
        let given = |name: &str, variable: &Variable| text(matches, name).or_else(|| variable.get());
        Ok(Settings {
            sim: flag(matches, "sim"),
            url: given("url", &env_vars::URL),
            allow_http: flag(matches, "allow-http"),
            release: text(matches, "api").map(|text| release(&text)).transpose()?,
            client_id: given("client-id", &env_vars::CLIENT_ID),
            client_secret: text(matches, "client-secret"),
            client_secret_file: text(matches, "client-secret-file"),
            ca_file: given("ca-file", &env_vars::CA_FILE),
        })
    }

    /// Makes a client. Nothing is sent yet.
    pub async fn connect(&self, stdin: &mut Stdin) -> Result<Connection, Failure> {
        if self.sim {
            return self.simulate().await;
        }
        let secret = self.secret(stdin)?;
        let (Some(url), Some(client_id), Some(secret)) = (&self.url, &self.client_id, &secret) else {
            let given = [
                (self.url.is_some(), &env_vars::URL),
                (self.client_id.is_some(), &env_vars::CLIENT_ID),
                (secret.is_some(), &env_vars::CLIENT_SECRET),
            ];
            let missing = given.iter().filter(|(given, _)| !given).map(|(_, variable)| variable.name).collect();
            return Err(Failure::NotConfigured { missing });
        };
        let mut builder = Client::builder(url).credentials(client_id, secret.as_str()).allow_http(self.allow_http);
        if let Some(path) = &self.ca_file {
            builder = builder.root_certificate(read_file(path)?);
        }
        if let Some(release) = self.release {
            builder = builder.release(release);
        }
        Ok(Connection { client: builder.build()?, _pbx: None })
    }

    async fn simulate(&self) -> Result<Connection, Failure> {
        let mut pbx = Pbx::builder();
        if let Some(release) = self.release {
            pbx = pbx.api(release);
        }
        let pbx = pbx.start().await.map_err(|error| Failure::Simulator { reason: error.to_string() })?;
        let client = Client::builder(pbx.url()).credentials(pbx.client_id(), pbx.client_secret()).build()?;
        Ok(Connection { client, _pbx: Some(pbx) })
    }

    fn secret(&self, stdin: &mut Stdin) -> Result<Option<String>, Failure> {
        let secret = match (self.client_secret.as_deref(), self.client_secret_file.as_deref()) {
            (Some("-"), _) => stdin.read("--client-secret")?,
            (Some(secret), _) => secret.to_owned(),
            (None, Some("-")) => stdin.read("--client-secret-file")?,
            (None, Some(path)) => read_file(path)?,
            (None, None) => return Ok(env_vars::CLIENT_SECRET.get()),
        };
        let secret = secret.trim_end_matches(['\r', '\n']);
        Ok((!secret.is_empty()).then(|| secret.to_owned()))
    }
}

/// A release as `--api` names it.
pub fn release(text: &str) -> Result<Span, Error> {
    Span::parse(text).ok_or_else(|| {
        let mut versions: Vec<&str> = Release::all().map(Release::version).collect();
        versions.dedup();
        let known: Vec<String> = Release::all().map(|release| release.to_string()).collect();
        InputError {
            argument: "--api".into(),
            path: String::new(),
            expected: format!("a release of the API ({})", versions.join(", ")),
            came: format!("`{text}`"),
            position: None,
            hint: Some(format!("A version stands for all its descriptions; one of them is {}.", known.join(", "))),
        }
        .into()
    })
}
