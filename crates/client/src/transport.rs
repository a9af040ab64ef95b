//! HTTP, by reqwest: sends a request once and says how far it came.

use std::error::Error as _;
use std::sync::Arc;
use std::time::{Duration, Instant};

use bytes::{Bytes, BytesMut};
use reqwest::header::{CONTENT_DISPOSITION, CONTENT_TYPE, DATE, HeaderMap, LOCATION, RETRY_AFTER};
use reqwest::tls::TlsInfo;
use threecx_core::read::Head;
use threecx_core::token::Token;
use threecx_core::{Error, Request, retry};

use crate::address::Address;
use crate::builder::Builder;
use crate::look::Look;
use crate::stack::{HttpStack, Undelivered};

/// A larger answer that is not a file is refused: nothing that the API lists comes near it.
const LARGEST_ANSWER: usize = 256 << 20;

/// So much memory is reserved at most because a server says that it will send as much.
const MOST_RESERVED: usize = 4 << 20;

/// Why there is no answer, where a PBX took the question.
const TOO_SLOW: &str = "it does not answer in time";

/// True if the PBX was reached and took longer than [`Builder::timeout`], or gave up itself: it may
/// answer a smaller question.
pub fn is_too_slow(error: &Error) -> bool {
    match error {
        Error::NoAnswer { reason, .. } | Error::UnknownOutcome { reason } => reason == TOO_SLOW,
        Error::Server { status, .. } => matches!(status, 500 | 504),
        _ => false,
    }
}

#[derive(Debug)]
pub(crate) struct Transport {
    address: Address,
    http: reqwest::Client,
    stack: Option<Arc<dyn HttpStack>>,
}

/// An attempt that brought no complete answer.
#[derive(Debug)]
pub(crate) struct Failure {
    pub error: Error,
    /// True if the request may have reached the PBX.
    pub sent: bool,
}

impl Transport {
    pub fn new(address: Address, settings: &Builder) -> Result<Transport, Error> {
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
        let mut roots = Vec::new();
        for pem in &settings.roots {
            let found = reqwest::Certificate::from_pem_bundle(pem);
            roots.extend(found.map_err(|error| certificate(format!("the authority's file cannot be read: {error}")))?);
        }
        if !address.is_encrypted() {
            // The system's authorities, a hundred and more files, take longer to read than a call takes.
            http = http.tls_certs_only([]);
        } else if !roots.is_empty() {
            http = http.tls_certs_merge(roots);
        }
        let http = http.build().map_err(|error| certificate(innermost(&error)))?;
        Ok(Transport { address, http, stack: settings.stack.clone() })
    }

    pub fn host(&self) -> String {
        self.address.host()
    }

    /// Sends a request. The answer's body is not read yet.
    pub async fn send(&self, request: &Request, token: Option<&Token>) -> Result<reqwest::Response, Failure> {
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
        let response = match &self.stack {
            None => http.send().await.map_err(|error| self.failure(&error))?,
            Some(stack) => {
                let built = http.build().map_err(|error| self.failure(&error))?;
                self.send_by(&**stack, &built).await?
            }
        };
        if response.status().is_redirection() {
            let to = response.headers().get(LOCATION).and_then(|to| to.to_str().ok()).unwrap_or("nowhere");
            let reason = format!("it redirects to {to}");
            return Err(Failure { error: Error::NotA3cx { host: self.host(), reason }, sent: false });
        }
        Ok(response)
    }

    async fn send_by(&self, stack: &dyn HttpStack, built: &reqwest::Request) -> Result<reqwest::Response, Failure> {
        let body = built.body().and_then(reqwest::Body::as_bytes).map(Bytes::copy_from_slice);
        let mut request = http::Request::new(body.unwrap_or_default());
        *request.method_mut() = built.method().clone();
        *request.headers_mut() = built.headers().clone();
        *request.uri_mut() = built.url().as_str().parse().map_err(|error: http::uri::InvalidUri| Failure {
            error: Error::Url { url: self.host(), reason: error.to_string() },
            sent: false,
        })?;
        stack.send(request).await.map(reqwest::Response::from).map_err(|Undelivered { reason, sent }| {
            let error = match sent {
                true => Error::UnknownOutcome { reason },
                false => Error::Connection { host: self.host(), reason },
            };
            Failure { error, sent }
        })
    }

    /// Asks for the start page, without a token. Whatever it answers, it answers.
    pub async fn look(&self) -> Result<Look, Error> {
        let started = Instant::now();
        let response = self.http.get(self.address.url("/")).send().await;
        let response = response.map_err(|error| match self.failure(&error).error {
            Error::UnknownOutcome { reason } => Error::Connection { host: self.host(), reason },
            other => other,
        })?;
        let certificate = response.extensions().get::<TlsInfo>().and_then(TlsInfo::peer_certificate);
        Ok(Look {
            took: started.elapsed(),
            date: response.headers().get(DATE).and_then(|date| date.to_str().ok()).map(str::to_owned),
            certificate: certificate.map(<[u8]>::to_vec),
        })
    }

    /// Reads the body of an answer.
    pub async fn body(&self, mut response: reqwest::Response) -> Result<Bytes, Failure> {
        let unreadable = |reason: String| Failure { error: Error::UnknownOutcome { reason }, sent: true };
        let announced = response.content_length().and_then(|length| usize::try_from(length).ok()).unwrap_or_default();
        let mut body = BytesMut::with_capacity(announced.min(MOST_RESERVED));
        loop {
            match response.chunk().await {
                Ok(Some(chunk)) if body.len() + chunk.len() > LARGEST_ANSWER => {
                    // It would be as large the next time.
                    let reason = format!("it is larger than {} MB", LARGEST_ANSWER >> 20);
                    return Err(Failure { error: Error::Answer { reason }, sent: true });
                }
                Ok(Some(chunk)) => body.extend_from_slice(&chunk),
                Ok(None) => return Ok(body.freeze()),
                Err(error) if error.is_timeout() => return Err(unreadable(TOO_SLOW.to_owned())),
                Err(error) => return Err(unreadable(innermost(&error))),
            }
        }
    }

    fn failure(&self, error: &reqwest::Error) -> Failure {
        let host = self.host();
        // TLS may also fail when the request is gone already: then nobody knows what became of it.
        if let Some(tls) = cause::<rustls::Error>(error).filter(|_| error.is_connect()) {
            let reason = tls.to_string();
            let error = match tls {
                rustls::Error::InvalidCertificate(problem) => {
                    Error::Certificate { host, reason: certificate_problem(problem) }
                }
                rustls::Error::InvalidMessage(_) => Error::Connection {
                    host,
                    reason: "it does not speak TLS on this port; perhaps it is an http:// one".into(),
                },
                _ => Error::Connection { host, reason },
            };
            return Failure { error, sent: false };
        }
        if error.is_connect() {
            let reason = if error.is_timeout() { "it cannot be reached in time".to_owned() } else { innermost(error) };
            return Failure { error: Error::Connection { host, reason }, sent: false };
        }
        let reason = if error.is_timeout() { TOO_SLOW.to_owned() } else { innermost(error) };
        Failure { error: Error::UnknownOutcome { reason }, sent: !error.is_builder() }
    }
}

/// What the core needs of an answer's head.
pub(crate) fn head(status: u16, headers: &HeaderMap) -> Head<'_> {
    fn text(headers: &HeaderMap, name: impl reqwest::header::AsHeaderName) -> Option<&str> {
        headers.get(name).and_then(|value| value.to_str().ok())
    }
    Head {
        status,
        content_type: text(headers, CONTENT_TYPE),
        content_disposition: text(headers, CONTENT_DISPOSITION),
        location: text(headers, LOCATION),
        retry_after: text(headers, RETRY_AFTER).and_then(retry::retry_after),
        version: text(headers, "x-3cx-version"),
    }
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
        Problem::NotValidYet | Problem::NotValidYetContext { .. } => "it is not valid yet; look at the clocks".into(),
        Problem::UnknownIssuer => "it was issued by an authority that this machine does not trust".into(),
        Problem::NotValidForName | Problem::NotValidForNameContext { .. } => "it is for another host name".into(),
        Problem::Revoked => "it has been revoked".into(),
        other => other.to_string(),
    }
}

/// The first error of this type among the causes.
fn cause<T: std::error::Error + 'static>(error: &reqwest::Error) -> Option<&T> {
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

/// The last cause says what happened; those before it only who met it.
pub(crate) fn innermost(error: &reqwest::Error) -> String {
    let mut innermost: &dyn std::error::Error = error;
    while let Some(source) = innermost.source() {
        innermost = source;
    }
    // `Connection refused (os error 111)`: the number helps nobody.
    let text = innermost.to_string();
    text.split(" (os error").next().unwrap_or(&text).to_lowercase()
}
