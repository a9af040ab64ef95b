//! A simulated PBX: how it is set up, and how long it lives.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::sync::{Arc, RwLock};
use std::time::Duration;

use jiff::Timestamp;
use threecx_catalog::Span;
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::JoinHandle;

use crate::assumptions::BUILD;
use crate::auth::{self, Auth};
use crate::calls::{Period, Traffic};
use crate::clock::Clock;
use crate::faults::{Fault, Faults};
use crate::http::serve;
use crate::journal::{Journal, Received};
use crate::operations::{PhoneState, Routes};
#[cfg(feature = "sqlite")]
use crate::persist::File;
use crate::state::Shapes;
use crate::system::{Founding, System};

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
    /// The file for the data does not serve.
    #[cfg(feature = "sqlite")]
    #[error("cannot keep data in {path}: {reason}", path = path.display())]
    Data {
        /// The file.
        path: std::path::PathBuf,
        /// What is wrong with it.
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
    latency: Duration,
    faults: Vec<Fault>,
    remembered: usize,
    calls: u64,
    calls_from: Option<Timestamp>,
    calls_to: Option<Timestamp>,
    live: bool,
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
            latency: Duration::ZERO,
            faults: Vec::new(),
            remembered: 10_000,
            calls: 1000,
            calls_from: None,
            calls_to: None,
            live: true,
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

    /// How long it waits before each answer (not at all).
    #[must_use]
    pub fn latency(mut self, latency: Duration) -> Builder {
        self.latency = latency;
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
        self.live = live;
        self
    }

    /// Keeps what is written in this SQLite file, and goes on with what is in it. (In memory.)
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
    /// [`Error::Listen`] if the address cannot be had.
    pub async fn start(self) -> Result<Pbx, Error> {
        let address = SocketAddr::new(self.bind, self.port);
        let listener = TcpListener::bind(address).await.map_err(|source| Error::Listen { address, source })?;
        let address = listener.local_addr().map_err(|source| Error::Listen { address, source })?;
        let random = || auth::random_secret().map_err(|_| Error::Randomness);
        let (client_id, client_secret) = match self.client.clone() {
            Some(client) => client,
            None => ("sim".to_owned(), random()?),
        };
        let shapes = Shapes::of(self.api);
        let routes = Routes::of(self.api);
        let boot = self.clock.now().as_second();
        let to = self.calls_to.map_or(boot, Timestamp::as_second).min(boot);
        let period = Period { from: self.calls_from.map_or(to - 30 * 86_400, Timestamp::as_second), to };
        let traffic = Traffic { segments: self.calls, period, boot, live: self.live };
        #[cfg_attr(not(feature = "sqlite"), allow(unused_mut, reason = "a file changes it"))]
        let mut founding = Founding { users: self.users, seed: self.seed, traffic };
        #[cfg_attr(not(feature = "sqlite"), allow(unused_mut, reason = "a file changes it"))]
        let mut store = founding.store(&routes, shapes, self.api);
        #[cfg(feature = "sqlite")]
        let file = match &self.data {
            Some(path) => {
                let opened = File::open(path, &mut store, &mut founding, self.api, shapes);
                Some(opened.map_err(|error| Error::Data { path: path.clone(), reason: error.to_string() })?)
            }
            None => None,
        };
        let system = Arc::new(System {
            url: format!("http://{address}"),
            version: build_of(self.api.last.version()),
            release: self.api,
            minutes: Span::parse("20.0.9").is_some_and(|changed| self.api.last < changed.first),
            auth: Auth::new(client_id.clone(), client_secret.clone(), self.role).map_err(|_| Error::Randomness)?,
            clock: self.clock,
            shapes,
            store: RwLock::new(store),
            #[cfg(feature = "sqlite")]
            file,
            routes,
            founding,
            faults: Faults::new(self.faults, self.seed),
            latency: self.latency,
            journal: Journal::new(self.remembered),
        });
        let (stop, stopped) = watch::channel(false);
        let task = tokio::spawn(serve(listener, Arc::clone(&system), stopped));
        Ok(Pbx { system, client_id, client_secret, stop, task })
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
    stop: watch::Sender<bool>,
    task: JoinHandle<()>,
}

impl Pbx {
    /// Settings for a PBX.
    pub fn builder() -> Builder {
        Builder::default()
    }

    /// Its address: `http://127.0.0.1:PORT`.
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

    /// Its build, as it tells in its answers: `20.0.10.1621`.
    pub fn version(&self) -> &str {
        &self.system.version
    }

    /// What it was asked, oldest first: the last ten thousand requests.
    pub fn received(&self) -> Vec<Received> {
        self.system.journal.after(0, usize::MAX)
    }

    /// What the phone with this MAC address is doing.
    pub fn phone_state(&self, mac: &str) -> PhoneState {
        self.system.read().phones.state(mac, self.system.clock.now())
    }

    /// Puts these faults in the place of those that are set.
    pub fn set_faults(&self, faults: Vec<Fault>) {
        self.system.faults.set(faults);
    }

    /// Makes all tokens invalid, as another login of the same client would.
    pub fn evict_tokens(&self) {
        self.system.auth.evict();
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
