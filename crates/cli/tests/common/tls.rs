//! Servers with certificates that a simulated PBX does not have.

use std::io::{Read, Write};
use std::net::TcpListener;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use rcgen::{BasicConstraints, Certificate, CertificateParams, CertifiedIssuer, IsCa, KeyPair, date_time_ymd};
use tokio_rustls::rustls;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer};

/// An authority and a server certificate from it, for 127.0.0.1, from 2020 until this day.
pub fn certificate((year, month, day): (i32, u8, u8)) -> (String, Arc<rustls::ServerConfig>) {
    let mut authority = CertificateParams::new(Vec::new()).expect("parameters");
    authority.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let authority = CertifiedIssuer::self_signed(authority, KeyPair::generate().expect("a key")).expect("an authority");
    let mut server = CertificateParams::new(vec!["127.0.0.1".to_owned()]).expect("parameters");
    server.not_before = date_time_ymd(2020, 1, 1);
    server.not_after = date_time_ymd(year, month, day);
    let key = KeyPair::generate().expect("a key");
    let certificate = server.signed_by(&key, &authority).expect("a certificate");
    (authority.pem(), served(&certificate, &key))
}

/// A certificate for this name that is its own authority, from 2020 until this day.
pub fn self_signed(name: &str, (year, month, day): (i32, u8, u8)) -> (String, Arc<rustls::ServerConfig>) {
    let mut both = CertificateParams::new(vec![name.to_owned()]).expect("parameters");
    both.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    both.not_before = date_time_ymd(2020, 1, 1);
    both.not_after = date_time_ymd(year, month, day);
    let key = KeyPair::generate().expect("a key");
    let certificate = both.self_signed(&key).expect("a certificate");
    (certificate.pem(), served(&certificate, &key))
}

fn served(certificate: &Certificate, key: &KeyPair) -> Arc<rustls::ServerConfig> {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = rustls::ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .expect("versions")
        .with_no_client_auth()
        .with_single_cert(
            vec![CertificateDer::from(certificate.der().to_vec())],
            PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(key.serialize_der())),
        )
        .expect("a certificate and its key");
    Arc::new(config)
}

/// A server that gives tokens, and breaks the TLS of every other request once it has read it. Counts those.
pub fn breaking_server(config: Arc<rustls::ServerConfig>) -> (String, Arc<AtomicUsize>) {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let url = format!("https://{}", listener.local_addr().expect("an address"));
    let seen = Arc::new(AtomicUsize::new(0));
    let calls = Arc::clone(&seen);
    thread::spawn(move || {
        for mut stream in listener.incoming().flatten() {
            let Ok(mut connection) = rustls::ServerConnection::new(Arc::clone(&config)) else { continue };
            let mut request = [0; 4096];
            let mut tls = rustls::Stream::new(&mut connection, &mut stream);
            let length = tls.read(&mut request).unwrap_or_default();
            if request[..length].starts_with(b"POST /connect/token") {
                let _ = tls.write_all(
                    b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 20\r\nconnection: close\r\n\r\n\
                      {\"access_token\":\"t\"}",
                );
            } else if length > 0 {
                calls.fetch_add(1, Ordering::SeqCst);
                let _ = stream.write_all(b"this is no TLS at all, and comes when the request is gone\r\n");
            }
        }
    });
    (url, seen)
}

/// A server that speaks TLS and answers nothing sensible.
pub fn tls_server(config: Arc<rustls::ServerConfig>) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let url = format!("https://{}", listener.local_addr().expect("an address"));
    thread::spawn(move || {
        for mut stream in listener.incoming().flatten() {
            let Ok(mut connection) = rustls::ServerConnection::new(Arc::clone(&config)) else { continue };
            let mut tls = rustls::Stream::new(&mut connection, &mut stream);
            let mut request = [0; 4096];
            let _ = tls.read(&mut request);
            let _ = tls.write_all(b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
        }
    });
    url
}
