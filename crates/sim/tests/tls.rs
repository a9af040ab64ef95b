//! HTTPS, with the certificate of the authority that was made for this one PBX.
#![cfg(feature = "tls")]

use std::sync::Arc;

use threecx_sim::{Error, Pbx};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::rustls::crypto::ring::default_provider;
use tokio_rustls::rustls::pki_types::pem::PemObject;
use tokio_rustls::rustls::pki_types::{CertificateDer, ServerName};
use tokio_rustls::rustls::{ClientConfig, RootCertStore};

fn port(pbx: &Pbx) -> u16 {
    pbx.url().rsplit_once(':').and_then(|(_, port)| port.parse().ok()).expect("a port")
}

/// Asks for the root under a name, trusting the authority; the first line of the answer.
async fn ask(pbx: &Pbx, ca_pem: &str, name: &str) -> Result<String, std::io::Error> {
    let mut roots = RootCertStore::empty();
    roots.add(CertificateDer::from_pem_slice(ca_pem.as_bytes()).expect("PEM")).expect("a certificate");
    let config = ClientConfig::builder_with_provider(Arc::new(default_provider()))
        .with_safe_default_protocol_versions()
        .expect("versions")
        .with_root_certificates(roots)
        .with_no_client_auth();
    let stream = TcpStream::connect(("127.0.0.1", port(pbx))).await?;
    let name = ServerName::try_from(name.to_owned()).expect("a name");
    let mut stream = TlsConnector::from(Arc::new(config)).connect(name, stream).await?;
    stream.write_all(b"GET /sim/overview HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n").await?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await?;
    Ok(answer.lines().next().unwrap_or_default().to_owned())
}

#[tokio::test]
async fn its_authority_vouches_for_its_names_and_for_no_others() {
    let names = ["pbx.example".to_owned(), "192.0.2.7".to_owned()];
    let pbx = Pbx::builder().users(3).tls(names).start().await.expect("a free port");
    assert!(pbx.url().starts_with("https://127.0.0.1:"), "{}", pbx.url());
    let ca_pem = pbx.ca_pem().expect("a certificate");
    assert!(!ca_pem.contains("PRIVATE"));
    for name in ["localhost", "127.0.0.1", "::1", "pbx.example", "192.0.2.7"] {
        assert_eq!(ask(&pbx, ca_pem, name).await.expect(name), "HTTP/1.1 200 OK");
    }
    assert!(ask(&pbx, ca_pem, "elsewhere.example").await.is_err());
    let other = Pbx::builder().users(3).tls([]).start().await.expect("a free port");
    assert!(ask(&pbx, other.ca_pem().expect("a certificate"), "localhost").await.is_err());
    assert_eq!(ask(&pbx, ca_pem, "localhost").await.expect("an answer"), "HTTP/1.1 200 OK");
}

#[tokio::test]
async fn those_who_do_not_speak_it_are_told_or_left() {
    let pbx = Pbx::builder().users(3).tls([]).start().await.expect("a free port");
    for (bytes, said) in [
        (b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n".as_slice(), "HTTP/1.1 400 Bad Request"),
        (b"\x16\x03\x01\x00\x05hello", ""),
        (b"\x00\x00\x00", ""),
    ] {
        let mut stream = TcpStream::connect(("127.0.0.1", port(&pbx))).await.expect("a connection");
        stream.write_all(bytes).await.expect("taken");
        let mut answer = Vec::new();
        let _ = stream.read_to_end(&mut answer).await;
        let answer = String::from_utf8_lossy(&answer);
        assert!(answer.starts_with(said), "{answer}");
    }
    let ca_pem = pbx.ca_pem().expect("a certificate");
    assert_eq!(ask(&pbx, ca_pem, "localhost").await.expect("an answer"), "HTTP/1.1 200 OK");
}

#[tokio::test]
async fn what_is_no_name_is_refused() {
    let refused = Pbx::builder().users(3).tls(["bücher.example".to_owned()]).start().await;
    assert!(matches!(refused, Err(Error::Certificate { .. })), "{refused:?}");
}
