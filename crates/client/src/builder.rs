//! Building a client.

use std::sync::Arc;
use std::time::{Duration, Instant};

use secrecy::SecretString;
use threecx_catalog::Span;
use threecx_core::Error;
use threecx_core::retry::Policy;

use crate::address::Address;
use crate::client::Client;
use crate::limits::Limits;
use crate::login::{self, Credentials, Login, Who};
use crate::reach::Reachability;
use crate::send::Sender;
use crate::settings::Settings;
use crate::stack::HttpStack;
use crate::store::{InMemory, SecretStore, TokenStore};
use crate::tokens::Tokens;
use crate::transport::Transport;
use crate::version::Version;
use crate::waiting::Waiting;

/// Settings of a [`Client`].
#[derive(Debug)]
pub struct Builder {
    url: String,
    allow_http: bool,
    credentials: Option<Credentials>,
    token_store: Option<Arc<dyn TokenStore>>,
    settings: Settings,
}

impl Client {
    /// Settings for a client of the PBX at this address.
    pub fn builder(url: &str) -> Builder {
        Builder {
            url: url.to_owned(),
            allow_http: false,
            credentials: None,
            token_store: None,
            settings: Settings::default(),
        }
    }
}

impl Builder {
    /// The client ID and secret of a service principal (Admin > Integrations > API).
    #[must_use]
    pub fn credentials(self, client_id: impl Into<String>, client_secret: impl Into<SecretString>) -> Builder {
        self.credentials_in(client_id, Arc::new(InMemory::new(client_secret.into())))
    }

    /// The same, with the secret in a place of its own, which is asked when a token is fetched.
    #[must_use]
    pub fn credentials_in(mut self, client_id: impl Into<String>, secret: Arc<dyn SecretStore>) -> Builder {
        self.credentials = Some(Credentials { who: Who::Client(client_id.into()), secret });
        self
    }

    /// A user, by extension number or e-mail address, and the refresh token of a login
    /// ([`Builder::log_in`]). Works with every licence, and the user's own rights count.
    #[must_use]
    pub fn user(self, user: impl Into<String>, refresh_token: impl Into<SecretString>) -> Builder {
        self.user_in(user, Arc::new(InMemory::new(refresh_token.into())))
    }

    /// The same, with the refresh token in a place of its own. Prefer this where the program
    /// ends and starts again: the PBX may give a new refresh token at any time, and only the
    /// newest counts.
    #[must_use]
    pub fn user_in(mut self, user: impl Into<String>, refresh_token: Arc<dyn SecretStore>) -> Builder {
        self.credentials = Some(Credentials { who: Who::User(user.into()), secret: refresh_token });
        self
    }

    /// Access tokens that come from elsewhere: the source is asked for one before the first call, when
    /// the last one has expired, and after a 401.
    #[must_use]
    pub fn access_tokens(mut self, source: Arc<dyn SecretStore>) -> Builder {
        self.credentials = Some(Credentials { who: Who::Bearer, secret: source });
        self
    }

    /// Shares the token with all clients that use the same store, because the PBX accepts only the newest.
    ///
    /// ```no_run
    /// use std::sync::Arc;
    /// use threecx::{Client, TokenFile};
    ///
    /// let store = TokenFile::new("/var/lib/my-program/tokens", "https://pbx.example.com", "client:900", "");
    /// let client = Client::builder("https://pbx.example.com")
    ///     .credentials("900", "secret")
    ///     .token_store(Arc::new(store))
    ///     .build()?;
    /// # Ok::<(), threecx::Error>(())
    /// ```
    #[must_use]
    pub fn token_store(mut self, store: Arc<dyn TokenStore>) -> Builder {
        self.token_store = Some(store);
        self
    }

    /// Allows `http://` for other machines than this one, too. The secret and the token then
    /// cross the network unencrypted.
    #[must_use]
    pub fn allow_http(mut self, allow: bool) -> Builder {
        self.allow_http = allow;
        self
    }

    /// Trusts certificates issued by this authority too (PEM).
    #[must_use]
    pub fn root_certificate(mut self, pem: impl Into<Vec<u8>>) -> Builder {
        self.settings.roots.push(pem.into());
        self
    }

    /// How long connecting may take (10 s).
    #[must_use]
    pub fn connect_timeout(mut self, timeout: Duration) -> Builder {
        self.settings.connect_timeout = timeout;
        self
    }

    /// How long the PBX may be silent before an answer or in the middle of it (100 s). See also
    /// [`Builder::deadline`].
    #[must_use]
    pub fn timeout(mut self, timeout: Duration) -> Builder {
        self.settings.timeout = timeout;
        self
    }

    /// How long a call may take in all, with all its attempts and the waits between them (no limit). What has been
    /// sent then, and may have been carried out, is an [`Error::UnknownOutcome`]. A file that is taken piece by piece
    /// may take longer.
    #[must_use]
    pub fn deadline(mut self, time: Duration) -> Builder {
        self.settings.deadline.call_time = Some(time);
        self
    }

    /// When all calls of the client end, files included (never): for a program that has to be done by then.
    #[must_use]
    pub fn until(mut self, end: Instant) -> Builder {
        self.settings.deadline.until = Some(end);
        self
    }

    /// Does not use the proxy that the environment names (`HTTPS_PROXY`, `HTTP_PROXY`, `ALL_PROXY`, with the
    /// exceptions in `NO_PROXY`). A PBX on this machine is never reached by one.
    #[must_use]
    pub fn no_proxy(mut self) -> Builder {
        self.settings.no_proxy = true;
        self
    }

    /// Keeps for which host, and how long, the client waits: for a program that wants to tell its user.
    #[must_use]
    pub fn waiting(mut self, waiting: Arc<Waiting>) -> Builder {
        self.settings.waiting = waiting;
        self
    }

    /// How often to try again when a call fails, and how long to wait.
    #[must_use]
    pub fn retry(mut self, policy: Policy) -> Builder {
        self.settings.retry = policy;
        self
    }

    /// The release of the PBX, where it is known beforehand. Without it, the client finds out
    /// when it matters.
    #[must_use]
    pub fn release(mut self, release: Span) -> Builder {
        self.settings.release = Some(release);
        self
    }

    /// The client's name in requests (`threecx/VERSION`).
    #[must_use]
    pub fn user_agent(mut self, name: impl Into<String>) -> Builder {
        self.settings.user_agent = name.into();
        self
    }

    /// Maximum number of calls at a time (no limit), at least one; further ones wait.
    #[must_use]
    pub fn concurrency(mut self, calls: usize) -> Builder {
        self.settings.concurrency = Some(calls);
        self
    }

    /// Maximum number of calls in this time (no limit), at least one, evenly spread; further ones wait.
    #[must_use]
    pub fn rate_limit(mut self, calls: u32, per: Duration) -> Builder {
        self.settings.min_interval = Some(per / calls.max(1));
        self
    }

    /// Sends by this HTTP stack instead of reqwest.
    #[must_use]
    pub fn http_stack(mut self, stack: Arc<dyn HttpStack>) -> Builder {
        self.settings.stack = Some(stack);
        self
    }

    /// Logs a user in by password and, where the PBX asks for it, the code of the second factor
    /// (else an empty text). The user's earlier login ends.
    ///
    /// # Errors
    /// [`Error::LoginRefused`] for a wrong password or code; those of [`Builder::build`]; those
    /// of reaching the PBX.
    pub async fn log_in(&self, user: &str, password: &SecretString, code: &str) -> Result<Login, Error> {
        login::log_in(&self.transport()?, user, password, code).await
    }

    /// The PBX's address in full, however it was given: `https://pbx.example.com:5001`.
    ///
    /// # Errors
    /// [`Error::Url`] for an invalid address.
    pub fn address(&self) -> Result<String, Error> {
        Ok(Address::parse(&self.url, self.allow_http)?.url(""))
    }

    fn transport(&self) -> Result<Transport, Error> {
        Transport::new(Address::parse(&self.url, self.allow_http)?, &self.settings)
    }

    /// Reaches the PBX without a token, as [`Client::reach`] does, before it is known who calls.
    ///
    /// # Errors
    /// Those of reaching it.
    pub async fn reach(&self) -> Result<Reachability, Error> {
        self.transport()?.reach().await
    }

    /// Builds the client. Nothing is sent yet.
    ///
    /// # Errors
    /// [`Error::Url`] for an invalid address; [`Error::Certificate`] for an authority's
    /// certificate that cannot be read; [`Error::Proxy`] if the environment names something that is
    /// not one; [`Error::Authentication`] without credentials.
    pub fn build(mut self) -> Result<Client, Error> {
        let transport = self.transport()?;
        let Some(credentials) = self.credentials.take() else {
            return Err(Error::Authentication { reason: "no client ID and secret were given".into() });
        };
        let Settings { concurrency, min_interval, retry, release, .. } = self.settings;
        let tokens = Tokens::new(credentials, self.token_store);
        let (limits, version) = (Limits::new(concurrency, min_interval), Version::new(release));
        Ok(Client::new(Sender { transport, tokens, limits, retry, version }))
    }
}
