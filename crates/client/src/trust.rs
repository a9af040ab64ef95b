//! Whose certificates are trusted where authorities were given besides the system's.

use std::sync::Arc;

use rustls::CertificateError;
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::client::verify_server_name;
use rustls::crypto::CryptoProvider;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::server::ParsedCertificate;
use rustls::{ClientConfig, DigitallySignedStruct, Error, SignatureScheme};
use rustls_platform_verifier::Verifier;

/// What begins a text file of a Windows program.
const MARK: &[u8] = b"\xef\xbb\xbf";

/// The system's authorities, and those in these files (PEM).
pub(crate) fn config(files: &[Vec<u8>]) -> Result<ClientConfig, String> {
    let mut given = Vec::new();
    for pem in files {
        let found = CertificateDer::pem_slice_iter(pem.strip_prefix(MARK).unwrap_or(pem));
        for certificate in found {
            let unreadable = |error| format!("the authority's file cannot be read: {error}");
            given.push(certificate.map_err(unreadable)?.into_owned());
        }
    }
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let builder = ClientConfig::builder_with_provider(Arc::clone(&provider));
    let builder = builder.with_safe_default_protocol_versions().map_err(|error| error.to_string())?;
    let verifier = Given::new(given, provider).map_err(|error| error.to_string())?;
    Ok(builder.dangerous().with_custom_certificate_verifier(Arc::new(verifier)).with_no_client_auth())
}

/// The system's verifier, and what was given as it is: a certificate that names itself an authority, as
/// `openssl req -x509` makes them, may also be the server's own, if it is the very one that was given.
#[derive(Debug)]
struct Given {
    system: Verifier,
    certificates: Vec<CertificateDer<'static>>,
}

impl Given {
    fn new(certificates: Vec<CertificateDer<'static>>, provider: Arc<CryptoProvider>) -> Result<Given, Error> {
        let system = Verifier::new_with_extra_roots(certificates.iter().cloned(), provider)?;
        Ok(Given { system, certificates })
    }
}

/// True if all that is wrong with a certificate is that it is an authority's. That it is within its time is
/// looked at before.
fn is_only_an_authority(error: &Error) -> bool {
    matches!(error, Error::InvalidCertificate(CertificateError::Other(other)) if other.to_string().contains("CaUsedAsEndEntity"))
}

impl ServerCertVerifier for Given {
    fn verify_server_cert(
        &self,
        certificate: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        name: &ServerName<'_>,
        ocsp: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        match self.system.verify_server_cert(certificate, intermediates, name, ocsp, now) {
            Err(error) if is_only_an_authority(&error) && self.certificates.contains(certificate) => {
                verify_server_name(&ParsedCertificate::try_from(certificate)?, name)?;
                Ok(ServerCertVerified::assertion())
            }
            verified => verified,
        }
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        self.system.verify_tls12_signature(message, certificate, signed)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        self.system.verify_tls13_signature(message, certificate, signed)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.system.supported_verify_schemes()
    }
}
