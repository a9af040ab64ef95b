//! The flags of the connection: which PBX, and as whom.

use clap::ArgMatches;
use threecx::{Error, Span};
use threecx_catalog::Release;
use threecx_core::InputError;

use super::matches;
use super::secret::SecretFlags;

/// What was typed about the connection. The environment and the profiles are not looked at yet.
#[derive(Clone, Debug, Default)]
pub struct ConnectionFlags {
    pub sim: bool,
    pub profile: Option<String>,
    pub url: Option<String>,
    pub client_id: Option<String>,
    pub secret: SecretFlags,
    pub ca_file: Option<String>,
    pub allow_http: bool,
    pub api: Option<Span>,
}

impl ConnectionFlags {
    /// For commands that have all of them.
    pub fn of(matches: &ArgMatches) -> Result<ConnectionFlags, Error> {
        Ok(ConnectionFlags {
            sim: matches::flag(matches, "sim"),
            profile: matches::text(matches, "profile"),
            url: matches::text(matches, "url"),
            client_id: matches::text(matches, "client-id"),
            secret: SecretFlags::of_client(matches),
            ca_file: matches::text(matches, "ca-file"),
            allow_http: matches::flag(matches, "allow-http"),
            api: api(matches)?,
        })
    }
}

/// `--api`
pub fn api(matches: &ArgMatches) -> Result<Option<Span>, Error> {
    matches::text(matches, "api").map(|text| release(&text)).transpose()
}

/// A release as `--api` names it.
fn release(text: &str) -> Result<Span, Error> {
    Span::parse(text).ok_or_else(|| {
        let mut versions: Vec<&str> = Release::all().map(Release::version).collect();
        versions.dedup();
        let known: Vec<String> = Release::all().map(|release| release.to_string()).collect();
        let expected = format!("a release of the API ({})", versions.join(", "));
        let hint = format!("A version means all its descriptions; single ones are {}.", known.join(", "));
        InputError::of("--api", expected, format!("`{text}`")).with_hint(hint).into()
    })
}
