//! HTTP, by reqwest: sends a request once and says how far it got.

use std::error::Error as _;
use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use bytes::{Bytes, BytesMut};
use reqwest::header::{
    CONTENT_DISPOSITION, CONTENT_ENCODING, CONTENT_TYPE, DATE, HeaderMap, HeaderName, LOCATION, RETRY_AFTER,
};
use reqwest::tls::TlsInfo;
use threecx_core::read::Head;
use threecx_core::retry::{self, Outcome};
use threecx_core::token::Token;
use threecx_core::{Cause, Error, InputError, Request};

use crate::address::Address;
use crate::deadline::{Deadline, OutOfTime, within};
use crate::proxy::Proxy;
use crate::reach::Reachability;
use crate::settings::Settings;
use crate::stack::{HttpStack, Undelivered};
use crate::trust;
use crate::waiting::{Wait, Waiting};

/// A larger answer that is not a file is refused: nothing that the API lists comes near it.
pub(crate) const LARGEST_ANSWER: usize = 256 << 20;

/// The same for the answer to a login.
const LARGEST_LOGIN: usize = 1 << 20;

/// The status with which a proxy asks for a login.
const PROXY_LOGIN: u16 = 407;

/// What that means.
const WANTS_LOGIN: &str = "it asks for a user name and password (407)";

/// The PBX's build.
static BUILD: HeaderName = HeaderName::from_static("x-3cx-version");

/// Maximum memory that is reserved because a server announces an answer of that size.
const MOST_RESERVED: usize = 4 << 20;

#[derive(Debug)]
pub(crate) struct Transport {
    address: Address,
    http: reqwest::Client,
    stack: Option<Arc<dyn HttpStack>>,
    proxy: Option<Proxy>,
    waiting: Arc<Waiting>,
    /// When calls end, and everything else.
    pub deadline: Deadline,
}

/// Why an attempt failed.
#[derive(Debug)]
pub struct Failed {
    /// What went wrong.
    pub error: Error,
    /// How far the request got; `None` if it did nothing and trying again is of no use.
    pub outcome: Option<Outcome>,
}

impl Failed {
    /// The PBX did nothing, and will not do anything another time either.
    fn for_good(error: Error) -> Failed {
        Failed { error, outcome: None }
    }

    fn not_sent(error: Error) -> Failed {
        Failed { error, outcome: Some(Outcome::NotSent) }
    }

    fn unknown(cause: Cause) -> Failed {
        Failed { error: Error::UnknownOutcome { cause }, outcome: Some(Outcome::Unknown) }
    }
}

impl Transport {
    pub fn new(address: Address, settings: &Settings) -> Result<Transport, Error> {
        // Fails only if it was done before.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let certificate = |reason: String| Error::Certificate { host: address.host(), reason };
        let mut http = reqwest::Client::builder()
            .user_agent(&settings.user_agent)
            .connect_timeout(settings.connect_timeout)
            .read_timeout(settings.timeout)
            .tls_info(true)
            // A token must not go where a redirect points.
            .redirect(reqwest::redirect::Policy::none());
        if !address.is_encrypted() {
            // The system's authorities, a hundred and more files, take longer to read than a call takes.
            http = http.tls_certs_only([]);
        } else if !settings.roots.is_empty() {
            http = http.tls_backend_preconfigured(trust::config(&settings.roots).map_err(certificate)?);
        }
        // The environment is read here, so that errors can name what it says.
        let proxy = if settings.no_proxy { None } else { Proxy::of(&address)? };
        http = http.no_proxy();
        if let Some(proxy) = &proxy {
            let usable = proxy.for_reqwest().map_err(|error| proxy.error(&address.host(), innermost(&error)))?;
            http = http.proxy(usable);
        }
        let http = http.build().map_err(|error| certificate(innermost(&error)))?;
        let (stack, waiting) = (settings.stack.clone(), Arc::clone(&settings.waiting));
        Ok(Transport { address, http, stack, proxy, waiting, deadline: settings.deadline })
    }

    /// Host and port, and the proxy by which they are reached, for messages.
    pub fn host(&self) -> String {
        let host = self.address.host();
        match &self.proxy {
            Some(Proxy { shown, variable, .. }) => format!("{host} (by way of the proxy {shown}, from {variable})"),
            None => host,
        }
    }

    /// Notes that something is waited for.
    pub fn wait(&self) -> Wait<'_> {
        self.waiting.begin(&self.address.host())
    }

    /// Sends a request. The answer's body is not read yet.
    pub async fn send(&self, request: &Request, token: Option<&Token>) -> Result<reqwest::Response, Failed> {
        let method = reqwest::Method::from_bytes(request.method.as_str().as_bytes()).unwrap_or_default();
        let mut http = self.http.request(method, self.address.url(&request.path_and_query));
        for (name, value) in &request.headers {
            http = http.header(*name, value);
        }
        if let Some(token) = token {
            http = http.header("authorization", token.authorization().as_str());
        }
        if let Some(body) = &request.body {
            http = http.body(body.clone());
        }
        let wait = self.wait();
        let response = match &self.stack {
            None => http.send().await.map_err(|error| self.failure(&error))?,
            Some(stack) => {
                let built = http.build().map_err(|error| self.failure(&error))?;
                self.send_by(&**stack, &built).await?
            }
        };
        drop(wait);
        if let Some(proxy) = self.proxy.as_ref().filter(|_| response.status().as_u16() == PROXY_LOGIN) {
            return Err(Failed::for_good(proxy.error(&self.address.host(), WANTS_LOGIN.into())));
        }
        if response.status().is_redirection() {
            let to = response.headers().get(LOCATION).and_then(|to| to.to_str().ok()).unwrap_or("nowhere");
            let reason = format!("it redirects to {to}");
            return Err(Failed::for_good(Error::NotA3cx { host: self.host(), reason }));
        }
        match coding(response.headers()) {
            Some(coding) => {
                let reason = format!("the answer is encoded ({coding}), which was not asked for; a proxy may do that");
                let outcome = Outcome::of_status(response.status().as_u16(), None);
                Err(Failed { error: Error::UnknownOutcome { cause: Cause::Broken(reason) }, outcome: Some(outcome) })
            }
            None => Ok(response),
        }
    }

    async fn send_by(&self, stack: &dyn HttpStack, built: &reqwest::Request) -> Result<reqwest::Response, Failed> {
        let body = built.body().and_then(reqwest::Body::as_bytes).map(Bytes::copy_from_slice);
        let mut request = http::Request::new(body.unwrap_or_default());
        *request.method_mut() = built.method().clone();
        *request.headers_mut() = built.headers().clone();
        *request.uri_mut() = built.url().as_str().parse().map_err(|error: http::uri::InvalidUri| {
            Failed::for_good(Error::Url { url: self.host(), reason: error.to_string() })
        })?;
        let response = stack.send(request).await.map_err(|Undelivered { reason, sent }| match sent {
            true => Failed::unknown(Cause::Broken(reason)),
            false => Failed::not_sent(Error::Connection { host: self.host(), reason }),
        })?;
        Ok(response.into())
    }

    /// Sends a request that is not a call, and reads all of its answer: a login.
    pub async fn exchange(&self, request: &Request) -> Result<(u16, HeaderMap, Bytes), Failed> {
        let exchange = async {
            let response = self.send(request, None).await?;
            let (status, headers) = (response.status().as_u16(), response.headers().clone());
            Ok((status, headers, self.body(response, LARGEST_LOGIN).await?))
        };
        within(self.deadline.until, exchange).await.unwrap_or_else(|OutOfTime| Err(Failed::unknown(Cause::OutOfTime)))
    }

    /// Asks for the start page, without a token. Any answer will do.
    pub async fn reach(&self) -> Result<Reachability, Error> {
        let started = Instant::now();
        let wait = self.wait();
        let response = within(self.deadline.until, self.http.get(self.address.url("/")).send()).await;
        drop(wait);
        let response = response
            .map_err(|OutOfTime| Error::Connection { host: self.host(), reason: Cause::OutOfTime.to_string() })?;
        let response = response.map_err(|error| match self.failure(&error).error {
            Error::UnknownOutcome { cause } => Error::Connection { host: self.host(), reason: cause.to_string() },
            other => other,
        })?;
        let certificate = response.extensions().get::<TlsInfo>().and_then(TlsInfo::peer_certificate);
        Ok(Reachability {
            took: started.elapsed(),
            date: response.headers().get(DATE).and_then(|date| date.to_str().ok()).map(str::to_owned),
            certificate: certificate.map(<[u8]>::to_vec),
        })
    }

    /// Reads the body of an answer that is no larger than that.
    pub async fn body(&self, mut response: reqwest::Response, largest: usize) -> Result<Bytes, Failed> {
        let announced = response.content_length().and_then(|length| usize::try_from(length).ok()).unwrap_or_default();
        let mut body = BytesMut::with_capacity(announced.min(MOST_RESERVED));
        loop {
            let wait = self.wait();
            let chunk = response.chunk().await;
            drop(wait);
            match chunk {
                Ok(Some(chunk)) if body.len() + chunk.len() > largest => {
                    // It would be as large the next time.
                    let reason = format!("it is larger than {} MB", largest >> 20);
                    let outcome = Outcome::of_status(response.status().as_u16(), None);
                    return Err(Failed { error: Error::Answer { reason }, outcome: Some(outcome) });
                }
                Ok(Some(chunk)) => body.extend_from_slice(&chunk),
                Ok(None) => return Ok(body.freeze()),
                Err(error) => return Err(broken(&error)),
            }
        }
    }

    fn failure(&self, error: &reqwest::Error) -> Failed {
        let host = self.host();
        // TLS may also fail when the request has been sent: then it is unknown what became of it.
        if let Some(tls) = source_of::<rustls::Error>(error).filter(|_| error.is_connect()) {
            return match tls {
                rustls::Error::InvalidCertificate(problem) => {
                    Failed::for_good(Error::Certificate { host, reason: certificate_problem(problem) })
                }
                rustls::Error::InvalidMessage(_) => {
                    let reason = "it does not speak TLS on this port; perhaps it is an http:// one".into();
                    Failed::not_sent(Error::Connection { host, reason })
                }
                other => Failed::not_sent(Error::Connection { host, reason: other.to_string() }),
            };
        }
        if error.is_connect() {
            let reason = if error.is_timeout() { "it cannot be reached in time".to_owned() } else { innermost(error) };
            return match &self.proxy {
                // There is no connection but the one to the proxy.
                Some(proxy) => self.proxy_failure(proxy, reason),
                None => Failed::not_sent(Error::Connection { host, reason }),
            };
        }
        if error.is_builder() {
            let what = InputError::of("request", "a path and headers that HTTP can carry", innermost(error));
            return Failed::for_good(what.into());
        }
        broken(error)
    }

    fn proxy_failure(&self, proxy: &Proxy, reason: String) -> Failed {
        let host = self.address.host();
        match reason {
            reason if reason.contains("authorization required") || reason.contains("authentication") => {
                Failed::for_good(proxy.error(&host, WANTS_LOGIN.into()))
            }
            reason if reason.contains("unsuccessful") => {
                Failed::not_sent(proxy.error(&host, "it refuses to connect to it".into()))
            }
            reason => Failed::not_sent(proxy.error(&host, reason)),
        }
    }
}

/// How a body is encoded, if it is.
fn coding(headers: &HeaderMap) -> Option<String> {
    let coding = String::from_utf8_lossy(headers.get(CONTENT_ENCODING)?.as_bytes()).trim().to_lowercase();
    (!matches!(coding.as_str(), "" | "identity")).then_some(coding)
}

/// No complete answer came to what was sent.
fn broken(error: &reqwest::Error) -> Failed {
    let cause = cause_of(error);
    let outcome = if cause == Cause::TimedOut { Outcome::Silent } else { Outcome::Unknown };
    Failed { error: Error::UnknownOutcome { cause }, outcome: Some(outcome) }
}

/// What the core needs of an answer's head.
pub(crate) fn head(status: u16, headers: &HeaderMap) -> Head<'_> {
    fn text(headers: &HeaderMap, name: impl reqwest::header::AsHeaderName) -> Option<&str> {
        // Servers put names into a head that are not ASCII.
        headers.get(name).and_then(|value| std::str::from_utf8(value.as_bytes()).ok())
    }
    Head {
        status,
        content_type: text(headers, CONTENT_TYPE),
        content_disposition: text(headers, CONTENT_DISPOSITION),
        location: text(headers, LOCATION),
        retry_after: text(headers, RETRY_AFTER).and_then(|after| retry::retry_after(after, text(headers, DATE), now())),
        version: text(headers, &BUILD),
    }
}

/// Seconds since 1970.
fn now() -> Option<u64> {
    SystemTime::now().duration_since(UNIX_EPOCH).ok().map(|since| since.as_secs())
}

fn certificate_problem(problem: &rustls::CertificateError) -> String {
    use rustls::CertificateError as Problem;
    match problem {
        Problem::Expired => "it has expired".into(),
        Problem::ExpiredContext { time, not_after } => {
            let days = time.as_secs().saturating_sub(not_after.as_secs()) / Duration::from_hours(24).as_secs();
            match days {
                0 => "it expired today".into(),
                1 => "it expired yesterday".into(),
                days => format!("it expired {days} days ago"),
            }
        }
        Problem::NotValidYet | Problem::NotValidYetContext { .. } => "it is not valid yet; check the clocks".into(),
        Problem::UnknownIssuer => "it was issued by an authority that this machine does not trust".into(),
        Problem::NotValidForName | Problem::NotValidForNameContext { .. } => "it is for another host name".into(),
        Problem::Revoked => "it has been revoked".into(),
        other => other.to_string(),
    }
}

/// The first error of this type among the causes.
fn source_of<T: std::error::Error + 'static>(error: &reqwest::Error) -> Option<&T> {
    let mut next: Option<&(dyn std::error::Error + 'static)> = error.source();
    while let Some(error) = next {
        if let Some(found) = error.downcast_ref::<T>() {
            return Some(found);
        }
        // io::Error hides the error that it carries from `source`.
        let carried = error.downcast_ref::<std::io::Error>().and_then(std::io::Error::get_ref);
        next = match carried {
            Some(carried) => Some(carried),
            None => error.source(),
        };
    }
    None
}

/// Why no complete answer came.
pub(crate) fn cause_of(error: &reqwest::Error) -> Cause {
    if error.is_timeout() { Cause::TimedOut } else { Cause::Broken(innermost(error)) }
}

/// The last cause says what happened; those before it only where.
pub(crate) fn innermost(error: &reqwest::Error) -> String {
    let mut innermost: &dyn std::error::Error = error;
    while let Some(source) = innermost.source() {
        innermost = source;
    }
    // `Connection refused (os error 111)`: the number does not help.
    let text = innermost.to_string();
    text.split(" (os error").next().unwrap_or(&text).to_lowercase()
}
