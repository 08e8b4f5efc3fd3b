//! Certificates, against a server with one made up for the test.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};
use rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};
use rustls::{ServerConfig, ServerConnection, Stream};
use ureq::tls::{Certificate, RootCerts, TlsConfig};

use super::tests::Stopped;
use super::{Client, Limits, NO_CERTIFICATE, Way};
use crate::answer::Answer;
use crate::providers;
use crate::validity::{State, Validity};

const HOST: &str = "api.github.com";

/// A server that says yes to everything.
struct Server {
    address: SocketAddr,
    /// The authority that its certificate is from.
    authority: Certificate<'static>,
    heard: Arc<AtomicUsize>,
}

impl Server {
    /// With a certificate for `names`.
    fn start(names: &[&str]) -> Self {
        let mut params = CertificateParams::default();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let key = KeyPair::generate().unwrap();
        let authority = CertifiedIssuer::self_signed(params, key).unwrap();
        let config = Arc::new(config(&authority, names));
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let heard = Arc::new(AtomicUsize::new(0));
        let counting = Arc::clone(&heard);
        std::thread::spawn(move || {
            for mut stream in listener.incoming().flatten() {
                let mut session = ServerConnection::new(Arc::clone(&config)).unwrap();
                answer(&mut Stream::new(&mut session, &mut stream), &counting);
            }
        });
        let authority = Certificate::from_der(authority.der()).to_owned();
        Self {
            address,
            authority,
            heard,
        }
    }

    /// How many requests it heard.
    fn heard(&self) -> usize {
        self.heard.load(Ordering::Relaxed)
    }
}

fn config(authority: &CertifiedIssuer<'_, KeyPair>, names: &[&str]) -> ServerConfig {
    let key = KeyPair::generate().unwrap();
    let names: Vec<_> = names.iter().map(ToString::to_string).collect();
    let leaf = CertificateParams::new(names).unwrap();
    let leaf = leaf.signed_by(&key, authority).unwrap();
    let key = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(key.serialize_der()));
    let provider = rustls::crypto::ring::default_provider();
    ServerConfig::builder_with_provider(Arc::new(provider))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![leaf.der().clone()], key)
        .unwrap()
}

fn answer(tls: &mut (impl Read + Write), heard: &AtomicUsize) {
    let body = r#"{"resources":{"core":{"limit":5000}}}"#;
    // Who does not like the certificate goes away.
    if tls.read(&mut [0; 4096]).is_ok_and(|count| count > 0) {
        heard.fetch_add(1, Ordering::Relaxed);
        let length = body.len();
        let start = format!("HTTP/1.1 200 OK\r\nContent-Length: {length}\r\n");
        write!(tls, "{start}Connection: close\r\n\r\n{body}").unwrap();
    }
}

fn ask(server: &Server, tls: TlsConfig) -> Result<Answer, Validity> {
    let way = Way::Loopback(server.address);
    let mut client = Client::by("https", way, tls, Limits::default(), &Stopped);
    let token = ["gh", "p_made-up"].concat();
    let (_, question) = providers::find("github-token", &token).unwrap();
    client.ask(question, HOST, &token, "")
}

/// Believes the server's authority.
fn trusting(server: &Server) -> TlsConfig {
    let roots = RootCerts::from([server.authority.clone()]);
    TlsConfig::builder().root_certs(roots).build()
}

#[test]
fn a_server_with_an_unknown_certificate_is_told_nothing() {
    let server = Server::start(&[HOST]);
    let refused = ask(&server, TlsConfig::default()).unwrap_err();
    let why = NO_CERTIFICATE;
    assert_eq!(refused, Validity::Unreachable { host: HOST, why });
    assert_eq!(server.heard(), 0);
    assert_eq!(refused.state(), State::Error);
    // It was the certificate: with its authority the same server is believed.
    let believed = ask(&server, trusting(&server)).unwrap();
    assert_eq!((believed.status, server.heard()), (200, 1));
}

#[test]
fn a_certificate_for_another_host_is_not_taken() {
    let server = Server::start(&["api.github.com.evil.example", "github.com"]);
    let refused = ask(&server, trusting(&server)).unwrap_err();
    assert_eq!(refused.state(), State::Error, "{refused}");
    assert_eq!(server.heard(), 0);
}
