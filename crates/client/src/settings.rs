//! What a client is told once, when it is built.

use std::sync::Arc;
use std::time::Duration;

use threecx_catalog::Span;
use threecx_core::retry::Policy;

use crate::deadline::Deadline;
use crate::stack::HttpStack;
use crate::waiting::Waiting;

/// The settings that [`Builder`](crate::Builder) collects, apart from where the PBX is and who calls.
#[derive(Debug)]
pub(crate) struct Settings {
    /// Authorities to trust besides the system's, each a PEM file.
    pub roots: Vec<Vec<u8>>,
    pub connect_timeout: Duration,
    /// How long the PBX may be silent.
    pub timeout: Duration,
    pub deadline: Deadline,
    /// True if the environment's proxies are not used.
    pub no_proxy: bool,
    pub waiting: Arc<Waiting>,
    pub user_agent: String,
    pub stack: Option<Arc<dyn HttpStack>>,
    pub retry: Policy,
    /// The release of the PBX, where the caller names it.
    pub release: Option<Span>,
    /// Maximum number of calls at a time.
    pub concurrency: Option<usize>,
    /// Minimum time between the starts of two calls.
    pub min_interval: Option<Duration>,
}

impl Default for Settings {
    fn default() -> Settings {
        Settings {
            roots: Vec::new(),
            connect_timeout: Duration::from_secs(10),
            timeout: Duration::from_secs(100),
            deadline: Deadline::default(),
            no_proxy: false,
            waiting: Arc::default(),
            user_agent: concat!("threecx/", env!("CARGO_PKG_VERSION")).to_owned(),
            stack: None,
            retry: Policy::PERSISTENT,
            release: None,
            concurrency: None,
            min_interval: None,
        }
    }
}
