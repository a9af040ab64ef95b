//! TLS, with a certificate from an authority that is made for one run of the simulated PBX and
//! forgotten with it. The authority's key is never kept: it signs once.

use std::io;
use std::net::IpAddr;
use std::sync::Arc;

use jiff::Timestamp;
use jiff::tz::TimeZone;
use rcgen::{
    BasicConstraints, CertificateParams, CertifiedIssuer, DnType, ExtendedKeyUsagePurpose, IsCa, KeyPair,
    KeyUsagePurpose, date_time_ymd,
};
use tokio::io::AsyncWriteExt;
use tokio::net::TcpStream;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::crypto::ring::default_provider;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer};
use tokio_rustls::rustls::{self, ServerConfig};
use tokio_rustls::server::TlsStream;

/// How long the certificates are valid, in years: some clients refuse those that are valid for more than
/// 825 days.
const YEARS: i16 = 2;

/// The answer to HTTP on a port for HTTPS.
const WRONG_SCHEME: &[u8] = b"HTTP/1.1 400 Bad Request\r\nContent-Type: text/plain\r\nContent-Length: 34\r\n\
    Connection: close\r\n\r\nThis port speaks https, not http.\n";

/// Why there is no certificate.
#[derive(Debug, thiserror::Error)]
pub(crate) enum CertificateError {
    #[error("{0}")]
    Certificate(#[from] rcgen::Error),
    #[error("{0}")]
    Tls(#[from] rustls::Error),
}

/// What the server shows, and how to check it.
pub(crate) struct Tls {
    acceptor: TlsAcceptor,
}

impl Tls {
    /// A certificate for this machine's own names, for this address and for these names; and the
    /// certificate of the authority that vouches for it, as PEM.
    pub fn new(address: IpAddr, names: &[String], now: Timestamp) -> Result<(Tls, String), CertificateError> {
        let mut authority = CertificateParams::new(Vec::new())?;
        authority.distinguished_name.push(DnType::CommonName, "Test authority of a simulated PBX");
        authority.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
        authority.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
        hold(&mut authority, now);
        let authority = CertifiedIssuer::self_signed(authority, KeyPair::generate()?)?;

        let own = ["localhost", "127.0.0.1", "::1"].map(str::to_owned);
        let mut all: Vec<String> = own.into_iter().chain([address.to_string()]).chain(names.iter().cloned()).collect();
        all.sort_unstable();
        all.dedup();
        let mut server = CertificateParams::new(all)?;
        server.distinguished_name.push(DnType::CommonName, "Simulated PBX");
        server.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
        server.key_usages = vec![KeyUsagePurpose::DigitalSignature];
        server.use_authority_key_identifier_extension = true;
        hold(&mut server, now);
        let key = KeyPair::generate()?;
        let certificate = server.signed_by(&key, &authority)?;

        let mut config = ServerConfig::builder_with_provider(Arc::new(default_provider()))
            .with_safe_default_protocol_versions()?
            .with_no_client_auth()
            .with_single_cert(
                vec![CertificateDer::from(certificate.der().to_vec())],
                PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(key.serialize_der())),
            )?;
        config.alpn_protocols = vec![b"http/1.1".to_vec()];
        Ok((Tls { acceptor: TlsAcceptor::from(Arc::new(config)) }, authority.pem()))
    }

    /// Agrees with a client. Nothing, if it does not speak TLS or does not trust the certificate.
    pub async fn accept(&self, mut stream: TcpStream) -> Option<TlsStream<TcpStream>> {
        if speaks_http(&stream).await.ok()? {
            let _ = stream.write_all(WRONG_SCHEME).await;
            let _ = stream.shutdown().await;
            return None;
        }
        self.acceptor.accept(stream).await.ok()
    }
}

/// True if what comes begins like a method instead of a handshake.
async fn speaks_http(stream: &TcpStream) -> io::Result<bool> {
    let mut first = [0];
    let read = stream.peek(&mut first).await?;
    Ok(read > 0 && first[0].is_ascii_uppercase())
}

/// From yesterday on: the clocks of other machines are not that exact.
fn hold(certificate: &mut CertificateParams, now: Timestamp) {
    let today = now.to_zoned(TimeZone::UTC).date();
    let yesterday = today.yesterday().unwrap_or(today);
    let day = |years: i16| {
        // The 28th exists in every month.
        date_time_ymd(
            (yesterday.year() + years).into(),
            yesterday.month().unsigned_abs(),
            yesterday.day().unsigned_abs().min(28),
        )
    };
    certificate.not_before = day(0);
    certificate.not_after = day(YEARS);
}
