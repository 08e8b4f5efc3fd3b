//! A credential service on loopback: keeps in memory what it is given, and gives it to the same user only.

use std::collections::BTreeMap;
use std::io::{Result, Write as _};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex, PoisonError};

use crate::http::Request;

type Kept = Arc<Mutex<BTreeMap<(String, String), String>>>;

/// A running service: `GET /api/credentials/{id}` with `X-User-ID`. It ends with the program.
pub struct CredentialServer {
    address: SocketAddr,
    kept: Kept,
}

impl CredentialServer {
    /// Starts it on this port, or on a free one if it is 0.
    ///
    /// # Errors
    /// When the port cannot be had.
    pub fn start(port: u16) -> Result<Self> {
        let listener = TcpListener::bind(("127.0.0.1", port))?;
        let address = listener.local_addr()?;
        let kept = Kept::default();
        let serving = Arc::clone(&kept);
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                // A client that goes away is no fault of the server.
                let _ = answer(&stream, &serving);
            }
        });
        Ok(Self { address, kept })
    }

    /// What `AUTH_SERVICE_URL` is to be.
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Keeps a credential of `user`. Neither word may hold a character that JSON escapes.
    pub fn keep(&self, user: &str, id: &str, username: &str, token: &str) {
        let body = format!(r#"{{"username":"{username}","token":"{token}"}}"#);
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        kept.insert((user.to_owned(), format!("/api/credentials/{id}")), body);
    }
}

fn answer(mut stream: &TcpStream, kept: &Kept) -> Result<()> {
    let Some(request) = Request::read(stream)? else {
        return Ok(());
    };
    let user = request.header("x-user-id").unwrap_or_default().to_owned();
    let key = (user, request.path.clone());
    let found = kept
        .lock()
        .unwrap_or_else(PoisonError::into_inner)
        .get(&key)
        .cloned();
    let (status, body) = match found {
        Some(body) => ("200 OK", body),
        None => (
            "404 Not Found",
            r#"{"title":"no such credential"}"#.to_owned(),
        ),
    };
    write!(
        stream,
        "HTTP/1.1 {status}\r\nContent-Type: application/json\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{body}",
        body.len()
    )
}

#[cfg(test)]
mod tests {
    use std::io::{Read as _, Write as _};
    use std::net::TcpStream;

    use super::CredentialServer;

    #[test]
    fn a_credential_is_given_to_its_own_user_only() {
        let server = CredentialServer::start(0).unwrap();
        server.keep("alice", "c1", "robot", "made-up");
        let ask = |user: &str| {
            let mut stream = TcpStream::connect(server.address).unwrap();
            write!(
                stream,
                "GET /api/credentials/c1 HTTP/1.1\r\nX-User-ID: {user}\r\n\r\n"
            )
            .unwrap();
            let mut answer = String::new();
            stream.read_to_string(&mut answer).unwrap();
            answer
        };
        assert!(ask("alice").ends_with(r#"{"username":"robot","token":"made-up"}"#));
        assert!(ask("bob").starts_with("HTTP/1.1 404 "));
    }
}
