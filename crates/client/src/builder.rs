//! Settings of a client.

use std::time::Duration;

use secrecy::SecretString;
use threecx_catalog::Span;
use threecx_core::Error;
use threecx_core::retry::Policy;

use crate::address::Address;
use crate::client::Client;
use crate::tokens::{Credentials, Tokens};
use crate::transport::Transport;

/// Settings of a [`Client`].
#[derive(Debug)]
pub struct Builder {
    pub(crate) url: String,
    pub(crate) credentials: Option<Credentials>,
    pub(crate) allow_http: bool,
    pub(crate) roots: Vec<Vec<u8>>,
    pub(crate) connect_timeout: Duration,
    pub(crate) timeout: Duration,
    pub(crate) retry: Policy,
    pub(crate) target: Option<Span>,
    pub(crate) user_agent: String,
}

impl Builder {
    pub(crate) fn new(url: &str) -> Builder {
        Builder {
            url: url.to_owned(),
            credentials: None,
            allow_http: false,
            roots: Vec::new(),
            connect_timeout: Duration::from_secs(10),
            timeout: Duration::from_secs(100),
            retry: Policy::default(),
            target: None,
            user_agent: concat!("threecx/", env!("CARGO_PKG_VERSION")).to_owned(),
        }
    }

    /// The client ID and secret of a service principal (Admin > Integrations > API).
    #[must_use]
    pub fn credentials(mut self, client_id: impl Into<String>, client_secret: impl Into<SecretString>) -> Builder {
        self.credentials = Some(Credentials { client_id: client_id.into(), client_secret: client_secret.into() });
        self
    }

    /// Takes `http://` for other machines than this one, too. The secret and the token then
    /// cross the network unencrypted.
    #[must_use]
    pub fn allow_http(mut self, allow: bool) -> Builder {
        self.allow_http = allow;
        self
    }

    /// Trusts certificates issued by this authority too (PEM).
    #[must_use]
    pub fn root_certificate(mut self, pem: impl Into<Vec<u8>>) -> Builder {
        self.roots.push(pem.into());
        self
    }

    /// How long connecting may take (10 s).
    #[must_use]
    pub fn connect_timeout(mut self, timeout: Duration) -> Builder {
        self.connect_timeout = timeout;
        self
    }

    /// How long the PBX may be silent before an answer or in the middle of it (100 s).
    #[must_use]
    pub fn timeout(mut self, timeout: Duration) -> Builder {
        self.timeout = timeout;
        self
    }

    /// How stubborn to be when a call fails.
    #[must_use]
    pub fn retry(mut self, policy: Policy) -> Builder {
        self.retry = policy;
        self
    }

    /// The release of the PBX, where it is known beforehand. Without it, the client finds out
    /// when it matters.
    #[must_use]
    pub fn release(mut self, release: Span) -> Builder {
        self.target = Some(release);
        self
    }

    /// What the client calls itself (`threecx/VERSION`).
    #[must_use]
    pub fn user_agent(mut self, name: impl Into<String>) -> Builder {
        self.user_agent = name.into();
        self
    }

    /// Builds the client. Nothing is sent yet.
    ///
    /// # Errors
    /// [`Error::Url`] for an address that is none; [`Error::Certificate`] for an authority's
    /// certificate that cannot be read; [`Error::Authentication`] without credentials.
    pub fn build(self) -> Result<Client, Error> {
        let address = Address::parse(&self.url, self.allow_http)?;
        let transport = Transport::new(address, &self)?;
        let Some(credentials) = self.credentials else {
            return Err(Error::Authentication { reason: "no client ID and secret were given".into() });
        };
        Ok(Client::new(transport, Tokens::new(credentials), self.retry, self.target))
    }
}
