//! A simulated PBX: how it is set up, and how long it lives.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::sync::{Arc, Mutex, OnceLock, RwLock};
use std::time::Duration;

use hyper::header::HeaderValue;
use jiff::Timestamp;
use threecx_catalog::Span;
use tokio::sync::watch;
use tokio::task::JoinHandle;

use crate::assumptions::BUILD;
use crate::auth::{self, Auth};
use crate::calls::{Period, Traffic};
use crate::clock::Clock;
use crate::control;
use crate::faults::{Fault, Latency, Misbehaviour};
use crate::http::{Limits, Tls, listen, serve};
use crate::initial_state::InitialState;
use crate::journal::{Count, Journal, Received};
use crate::live::{Live, LiveSwitch};
use crate::operations::Routes;
#[cfg(feature = "sqlite")]
use crate::persist::File;
use crate::state::{PhoneState, Shapes};
use crate::system::System;

/// Why a simulated PBX does not start.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The address is taken, or not this machine's.
    #[error("cannot listen on {address}: {source}")]
    Listen {
        /// Where it was to listen.
        address: SocketAddr,
        /// What the machine said.
        source: std::io::Error,
    },
    /// The data file cannot be used.
    #[cfg(feature = "sqlite")]
    #[error("cannot keep data in {path}: {reason}", path = path.display())]
    Data {
        /// The file.
        path: std::path::PathBuf,
        /// What is wrong with it.
        reason: String,
    },
    /// There is no certificate for TLS: one of its names is not a valid name.
    #[cfg(feature = "tls")]
    #[error("no certificate can be made: {reason}")]
    Certificate {
        /// What is wrong.
        reason: String,
    },
    /// The machine has no randomness for keys.
    #[error("no randomness for keys")]
    Randomness,
}

/// How a [`Pbx`] is set up.
#[derive(Clone, Debug)]
pub struct Builder {
    users: u32,
    seed: u64,
    client: Option<(String, String)>,
    api: Span,
    bind: IpAddr,
    port: u16,
    clock: Clock,
    role: String,
    latencies: Vec<Latency>,
    faults: Vec<Fault>,
    token_life: Duration,
    limits: Limits,
    remembered: usize,
    calls: u64,
    calls_from: Option<Timestamp>,
    calls_to: Option<Timestamp>,
    live_calls: bool,
    live: Live,
    /// Further names for the certificate, if there is to be one.
    #[cfg(feature = "tls")]
    tls: Option<Vec<String>>,
    #[cfg(feature = "sqlite")]
    data: Option<std::path::PathBuf>,
}

impl Default for Builder {
    fn default() -> Builder {
        Builder {
            users: 500,
            seed: 1,
            client: None,
            api: Span::NEWEST,
            bind: IpAddr::V4(Ipv4Addr::LOCALHOST),
            port: 0,
            clock: Clock::real(),
            role: "system_owners".to_owned(),
            latencies: Vec::new(),
            faults: Vec::new(),
            token_life: Duration::from_secs(3600),
            limits: Limits::default(),
            remembered: 10_000,
            calls: 1000,
            calls_from: None,
            calls_to: None,
            live_calls: true,
            live: Live::default(),
            #[cfg(feature = "tls")]
            tls: None,
            #[cfg(feature = "sqlite")]
            data: None,
        }
    }
}

impl Builder {
    /// How many extensions the demo company has (500); at most a million.
    #[must_use]
    pub fn users(mut self, users: u32) -> Builder {
        self.users = users.min(1_000_000);
        self
    }

    /// The same seed gives the same company (1).
    #[must_use]
    pub fn seed(mut self, seed: u64) -> Builder {
        self.seed = seed;
        self
    }

    /// The client ID and secret to log in with (`sim`, and a random secret).
    #[must_use]
    pub fn client(mut self, id: impl Into<String>, secret: impl Into<String>) -> Builder {
        self.client = Some((id.into(), secret.into()));
        self
    }

    /// The release that it is of (the newest); of a stretch, the last.
    #[must_use]
    pub fn api(mut self, release: Span) -> Builder {
        self.api = Span { first: release.last, last: release.last };
        self
    }

    /// The address to listen on (127.0.0.1). Anywhere else, others can reach it.
    #[must_use]
    pub fn bind(mut self, address: IpAddr) -> Builder {
        self.bind = address;
        self
    }

    /// The port to listen on (any that is free).
    #[must_use]
    pub fn port(mut self, port: u16) -> Builder {
        self.port = port;
        self
    }

    /// The clock that it lives by (the machine's).
    #[must_use]
    pub fn clock(mut self, clock: Clock) -> Builder {
        self.clock = clock;
        self
    }

    /// The role of the client (`system_owners`): with `system_admins` or a lower one, some
    /// operations are refused with 403.
    #[must_use]
    pub fn role(mut self, role: impl Into<String>) -> Builder {
        self.role = role.into();
        self
    }

    /// How long it waits before it answers (not at all): a [`Duration`], or a [`Latency`] that
    /// varies or is for one operation only; may be called again for more.
    #[must_use]
    pub fn latency(mut self, latency: impl Into<Latency>) -> Builder {
        self.latencies.push(latency.into());
        self
    }

    /// How long a token is valid, in whole seconds (an hour).
    #[must_use]
    pub fn token_life(mut self, life: Duration) -> Builder {
        self.token_life = life;
        self
    }

    /// How much clients may take of connections, time and memory.
    #[must_use]
    pub fn limits(mut self, limits: Limits) -> Builder {
        self.limits = limits;
        self
    }

    /// Speaks HTTPS (it does not), with a certificate for this machine and for these other names
    /// of it. The authority that vouches for it is made for this one run: [`Pbx::ca_pem`].
    #[cfg(feature = "tls")]
    #[must_use]
    pub fn tls(mut self, names: impl IntoIterator<Item = String>) -> Builder {
        self.tls.get_or_insert_default().extend(names);
        self
    }

    /// Something that goes wrong now and then; may be called again for more.
    #[must_use]
    pub fn fault(mut self, fault: Fault) -> Builder {
        self.faults.push(fault);
        self
    }

    /// How many call segments the history begins with (1000). They are made up when somebody
    /// asks for them, so that a million take no memory.
    #[must_use]
    pub fn calls(mut self, segments: u64) -> Builder {
        self.calls = segments.min(1_000_000_000);
        self
    }

    /// When the first of them was (30 days before the last).
    #[must_use]
    pub fn calls_from(mut self, from: Timestamp) -> Builder {
        self.calls_from = Some(from);
        self
    }

    /// When the last of them was (just before it starts, and never later).
    #[must_use]
    pub fn calls_to(mut self, to: Timestamp) -> Builder {
        self.calls_to = Some(to);
        self
    }

    /// Whether people call each other while it runs (they do).
    #[must_use]
    pub fn live_calls(mut self, live: bool) -> Builder {
        self.live_calls = live;
        self
    }

    /// Which side it plays where sources about live PBXs disagree (the better proven one); may be called again for
    /// another switch.
    #[must_use]
    pub fn live(mut self, switch: LiveSwitch) -> Builder {
        self.live.set(switch);
        self
    }

    /// Keeps what is written in this SQLite file, and continues with what is in it. (In memory.)
    /// Then nothing that was acknowledged is lost if the process is killed. Settings that make
    /// a company (users, seed, calls) count only while the file is new.
    #[cfg(feature = "sqlite")]
    #[must_use]
    pub fn data(mut self, path: impl Into<std::path::PathBuf>) -> Builder {
        self.data = Some(path.into());
        self
    }

    /// Starts it on the current tokio runtime.
    ///
    /// # Errors
    /// [`Error::Listen`] if the address cannot be used.
    pub async fn start(self) -> Result<Pbx, Error> {
        let address = SocketAddr::new(self.bind, self.port);
        let listener = listen(address).map_err(|source| Error::Listen { address, source })?;
        let address = listener.local_addr().map_err(|source| Error::Listen { address, source })?;
        let random = || auth::random_secret().map_err(|_| Error::Randomness);
        let (client_id, client_secret) = match self.client.clone() {
            Some(client) => client,
            None => ("sim".to_owned(), random()?),
        };
        let shapes = Shapes::written(self.api, self.live.nulls);
        let routes = Routes::of(shapes);
        let boot = self.clock.now().as_second();
        let to = self.calls_to.map_or(boot, Timestamp::as_second).min(boot);
        let period = Period { from: self.calls_from.map_or(to - 30 * 86_400, Timestamp::as_second), to };
        let traffic = Traffic { segments: self.calls, period, boot, live: self.live_calls };
        #[cfg_attr(not(feature = "sqlite"), allow(unused_mut, reason = "a file changes it"))]
        let mut initial = InitialState { users: self.users, seed: self.seed, traffic };
        #[cfg_attr(not(feature = "sqlite"), allow(unused_mut, reason = "a file changes it"))]
        let mut store = initial.store(&routes, shapes);
        #[cfg(feature = "sqlite")]
        let file = match &self.data {
            Some(path) => {
                let opened = File::open(path, &mut store, &mut initial, self.api, shapes);
                Some(opened.map_err(|error| Error::Data { path: path.clone(), reason: error.to_string() })?)
            }
            None => None,
        };
        let (tls, ca_pem) = self.certificate(address.ip())?;
        let version = build_of(self.api.last.version());
        let auth = Auth::new(client_id.clone(), client_secret.clone(), self.role, self.token_life);
        let system = Arc::new(System {
            url: format!("{}://{address}", if tls.is_some() { "https" } else { "http" }),
            version_header: HeaderValue::from_str(&version).unwrap_or(HeaderValue::from_static("")),
            version,
            release: self.api,
            live: self.live,
            minutes: Span::parse("20.0.9").is_some_and(|changed| self.api.last < changed.first),
            auth: auth.map_err(|_| Error::Randomness)?,
            clock: self.clock,
            shapes,
            store: RwLock::new(store),
            turns: Mutex::default(),
            #[cfg(feature = "sqlite")]
            file,
            routes,
            initial,
            misbehaviour: Misbehaviour::new(self.faults, self.latencies, self.seed),
            is_local: address.ip().to_canonical().is_loopback(),
            #[cfg(feature = "tls")]
            names: self.tls.unwrap_or_default(),
            #[cfg(not(feature = "tls"))]
            names: Vec::new(),
            journal: Journal::new(self.remembered),
            description: OnceLock::new(),
            metadata: OnceLock::new(),
        });
        let (stop, stopped) = watch::channel(false);
        let task = tokio::spawn(serve(listener, Arc::clone(&system), self.limits, tls, stopped));
        Ok(Pbx { system, client_id, client_secret, ca_pem, stop, task })
    }

    /// What to speak TLS with, if it is to be spoken, and the authority's certificate.
    #[cfg(feature = "tls")]
    fn certificate(&self, address: IpAddr) -> Result<(Option<Tls>, Option<String>), Error> {
        let Some(names) = &self.tls else { return Ok((None, None)) };
        // A certificate is for the clocks of others.
        match Tls::new(address, names, Timestamp::now()) {
            Ok((tls, ca_pem)) => Ok((Some(tls), Some(ca_pem))),
            Err(error) => Err(Error::Certificate { reason: error.to_string() }),
        }
    }

    #[cfg(not(feature = "tls"))]
    fn certificate(&self, _: IpAddr) -> Result<(Option<Tls>, Option<String>), Error> {
        Ok((None, None))
    }
}

/// The build of a version: one that was named in public where there is one.
fn build_of(version: &str) -> String {
    let build = match version {
        "20.0.7" => "1080",
        "20.0.8" => "1131",
        "20.0.9" => "995",
        "20.0.10" => "1621",
        _ => BUILD,
    };
    format!("{version}.{build}")
}

/// A running simulated PBX. It stops when it is dropped.
#[derive(Debug)]
pub struct Pbx {
    system: Arc<System>,
    client_id: String,
    client_secret: String,
    ca_pem: Option<String>,
    stop: watch::Sender<bool>,
    task: JoinHandle<()>,
}

impl Pbx {
    /// Settings for a PBX.
    pub fn builder() -> Builder {
        Builder::default()
    }

    /// A PBX with all settings as they come.
    ///
    /// # Errors
    /// Those of [`Builder::start`].
    pub async fn start() -> Result<Pbx, Error> {
        Pbx::builder().start().await
    }

    /// What answers requests, however they come.
    #[cfg(feature = "fuzzing")]
    pub(crate) fn system(&self) -> &System {
        &self.system
    }

    /// Its address: `http://127.0.0.1:PORT`, or `https://…` with TLS.
    pub fn url(&self) -> &str {
        &self.system.url
    }

    /// The client ID to log in with.
    pub fn client_id(&self) -> &str {
        &self.client_id
    }

    /// The secret to log in with.
    pub fn client_secret(&self) -> &str {
        &self.client_secret
    }

    /// The certificate (PEM) of the authority to trust, if it speaks HTTPS.
    pub fn ca_pem(&self) -> Option<&str> {
        self.ca_pem.as_deref()
    }

    /// Its build, as its answers name it: `20.0.10.1621`.
    pub fn version(&self) -> &str {
        &self.system.version
    }

    /// What it was asked, oldest first: the last ten thousand requests.
    pub fn received(&self) -> Vec<Received> {
        self.system.journal.after(0, usize::MAX)
    }

    /// How often there was a request for an operation (`Users.RebootPhone`) or a login (`token`,
    /// `login`, `logout`), since the start or the last reset.
    pub fn count(&self, operation: &str) -> Count {
        self.system.journal.count(operation)
    }

    /// Forgets what it was asked.
    pub fn forget_received(&self) {
        self.system.journal.clear();
    }

    /// What the phone with this MAC address is doing.
    pub fn phone_state(&self, mac: &str) -> PhoneState {
        self.system.read().phones.state(mac, self.system.clock.now())
    }

    /// Puts these faults in the place of those that are set.
    pub fn set_faults(&self, faults: Vec<Fault>) {
        self.system.misbehaviour.set_faults(faults);
    }

    /// The faults that are set, with what is left of how often they strike.
    pub fn faults(&self) -> Vec<Fault> {
        self.system.misbehaviour.faults()
    }

    /// Puts these latencies in the place of those that are set.
    pub fn set_latencies(&self, latencies: Vec<Latency>) {
        self.system.misbehaviour.set_latencies(latencies);
    }

    /// Makes all tokens invalid, as another login of the same client would.
    pub fn evict_tokens(&self) {
        self.system.auth.evict(None);
    }

    /// Makes all tokens expire now.
    pub fn expire_tokens(&self) {
        self.system.auth.expire(None, self.system.clock.now());
    }

    /// All that it remembers, as `GET /sim/state` answers it: everything that was set, by set and
    /// key. Two exports are equal if nothing has changed in between. Secrets are digests.
    pub fn state(&self) -> serde_json::Value {
        control::export(&self.system.read())
    }

    /// The data of the first day, no faults, no latency, nothing received. Tokens stay valid.
    pub fn reset(&self) {
        self.system.reset();
    }

    /// The clock that it lives by.
    pub fn clock(&self) -> &Clock {
        &self.system.clock
    }

    /// Waits until it stops by itself, which it does not.
    pub async fn wait(&self) {
        self.stop.closed().await;
    }

    /// Stops it, and waits until it no longer listens.
    pub async fn stop(mut self) {
        let _ = self.stop.send(true);
        let _ = (&mut self.task).await;
    }
}

impl Drop for Pbx {
    fn drop(&mut self) {
        let _ = self.stop.send(true);
    }
}
