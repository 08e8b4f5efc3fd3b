//! A real Git server on loopback: stock `git http-backend` behind a few lines of HTTP.

mod cgi;

use std::io::Write;
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use crate::http::Request;
use base64::Engine as _;

/// What the server does wrong on purpose.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Fault {
    /// Nothing.
    #[default]
    None,
    /// Breaks off the answer to a fetch after this many bytes.
    CutAfter(usize),
    /// Falls silent in the answer to a fetch after this many bytes.
    SilentAfter(usize),
    /// Sends this file as the pack, whatever was asked for.
    SendPack(PathBuf),
    /// Knows no version of the protocol but the oldest.
    OldProtocol,
    /// Reads a push, and closes the connection without an answer.
    NoReport,
    /// Answers everything with a web page.
    WebPage,
    /// Answers everything with this status and nothing else.
    Status(u16),
    /// Redirects everything to this origin (`http://host:port`).
    RedirectTo(String),
    /// Takes the request and never answers.
    Silence,
}

/// One request, without its body.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Recorded {
    /// `GET /a.git/info/refs?service=git-upload-pack`.
    pub line: String,
    /// Header lines, as they came.
    pub headers: Vec<(String, String)>,
}

struct Shared {
    root: PathBuf,
    /// `user:password` in base64; none for an open server.
    credential: Option<String>,
    fault: Mutex<Fault>,
    requests: Mutex<Vec<Recorded>>,
}

/// A running server. It ends with the program.
pub struct GitServer {
    address: SocketAddr,
    shared: Arc<Shared>,
}

impl GitServer {
    /// Serves the bare repositories below `root` on a free port; with a credential, only to who has it.
    ///
    /// # Errors
    /// When no port can be had.
    pub fn start(root: &Path, credential: Option<(&str, &str)>) -> std::io::Result<Self> {
        Self::start_at(root, credential, 0)
    }

    /// The same on a given port.
    ///
    /// # Errors
    /// When the port cannot be had.
    pub fn start_at(
        root: &Path,
        credential: Option<(&str, &str)>,
        port: u16,
    ) -> std::io::Result<Self> {
        let listener = TcpListener::bind(("127.0.0.1", port))?;
        let address = listener.local_addr()?;
        let encode = |(user, password): (&str, &str)| {
            base64::engine::general_purpose::STANDARD.encode(format!("{user}:{password}"))
        };
        let shared = Arc::new(Shared {
            root: root.to_owned(),
            credential: credential.map(encode),
            fault: Mutex::default(),
            requests: Mutex::default(),
        });
        let serving = Arc::clone(&shared);
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let shared = Arc::clone(&serving);
                std::thread::spawn(move || serve(&stream, &shared));
            }
        });
        Ok(Self { address, shared })
    }

    /// The address of a repository below the root.
    pub fn url(&self, repository: &str) -> String {
        format!("http://{}/{repository}", self.address)
    }

    /// Where it listens.
    pub fn port(&self) -> u16 {
        self.address.port()
    }

    /// From now on, this goes wrong.
    pub fn fail(&self, fault: Fault) {
        *self
            .shared
            .fault
            .lock()
            .unwrap_or_else(PoisonError::into_inner) = fault;
    }

    /// Every request so far.
    pub fn requests(&self) -> Vec<Recorded> {
        self.shared
            .requests
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }
}

fn serve(stream: &TcpStream, shared: &Shared) {
    // A client that goes away is no fault of the server.
    let Ok(Some(request)) = Request::read(stream) else {
        return;
    };
    let record = Recorded {
        line: request.line(),
        headers: request.headers.clone(),
    };
    shared
        .requests
        .lock()
        .unwrap_or_else(PoisonError::into_inner)
        .push(record);
    let fault = shared
        .fault
        .lock()
        .unwrap_or_else(PoisonError::into_inner)
        .clone();
    // A client that goes away in between is no fault of the server either.
    let _ = match fault {
        Fault::WebPage => plain(
            stream,
            "200 OK",
            "Content-Type: text/html\r\n",
            "<html>hello</html>",
        ),
        Fault::Status(status) => plain(stream, &format!("{status} No"), "", ""),
        Fault::RedirectTo(origin) => {
            let location = format!("Location: {origin}{}?{}\r\n", request.path, request.query);
            plain(stream, "302 Found", &location, "")
        }
        Fault::Silence => wait_for_the_end(stream),
        Fault::NoReport if request.path.ends_with("git-receive-pack") => {
            request.copy_body(&mut std::io::sink())
        }
        fault => answer(stream, shared, request, &fault),
    };
}

/// Until the client goes.
fn wait_for_the_end(mut stream: &TcpStream) -> std::io::Result<()> {
    std::io::copy(&mut stream, &mut std::io::sink()).map(drop)
}

fn answer(
    stream: &TcpStream,
    shared: &Shared,
    request: Request<'_>,
    fault: &Fault,
) -> std::io::Result<()> {
    let given = request
        .header("authorization")
        .and_then(|value| value.strip_prefix("Basic "));
    if shared.credential.is_some() && given != shared.credential.as_deref() {
        return plain(
            stream,
            "401 Unauthorized",
            "WWW-Authenticate: Basic realm=\"git\"\r\n",
            "who are you?",
        );
    }
    cgi::run(stream, &shared.root, request, fault)
}

fn plain(mut stream: &TcpStream, status: &str, headers: &str, body: &str) -> std::io::Result<()> {
    write!(
        stream,
        "HTTP/1.1 {status}\r\n{headers}Content-Length: {}\r\nConnection: close\r\n\r\n{body}",
        body.len()
    )
}
