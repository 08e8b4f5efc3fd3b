//! A server on loopback that answers as it is told, well or badly: it plays what a client must be ready for.

use std::io::{Read as _, Result, Write as _, sink};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::Arc;

use crate::http::Request;

/// A request as it came.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Asked {
    /// GET, POST.
    pub method: String,
    /// Path and query.
    pub target: String,
    /// Names in lower case, and what they say.
    pub headers: Vec<(String, String)>,
}

impl Asked {
    /// What a header says; the name in lower case.
    pub fn header(&self, name: &str) -> Option<&str> {
        let mut headers = self.headers.iter();
        headers
            .find(|(key, _)| key == name)
            .map(|(_, value)| value.as_str())
    }
}

/// What is answered.
#[derive(Clone, Debug)]
pub enum Reply {
    /// A status, further headers (each with its line break), and a body.
    Answer(u16, String, String),
    /// Nothing, for as long as the client waits.
    Silence,
}

impl Reply {
    /// A status and JSON.
    pub fn json(status: u16, body: impl Into<String>) -> Self {
        let kind = "Content-Type: application/json\r\n".to_owned();
        Self::Answer(status, kind, body.into())
    }
}

/// A running server. It ends with the program.
#[derive(Clone, Copy, Debug)]
pub struct AnswerServer {
    /// Where it listens.
    pub address: SocketAddr,
}

impl AnswerServer {
    /// Starts it on a free port.
    ///
    /// # Errors
    /// When there is none.
    pub fn start(reply: impl Fn(&Asked) -> Reply + Send + Sync + 'static) -> Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0")?;
        let address = listener.local_addr()?;
        let reply = Arc::new(reply);
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let reply = Arc::clone(&reply);
                // A client that goes away is no fault of the server.
                std::thread::spawn(move || drop(answer(&stream, &*reply)));
            }
        });
        Ok(Self { address })
    }
}

fn answer(mut stream: &TcpStream, reply: &dyn Fn(&Asked) -> Reply) -> Result<()> {
    let Some(request) = Request::read(stream)? else {
        return Ok(());
    };
    let headers = request.headers.iter();
    let headers = headers.map(|(name, value)| (name.to_ascii_lowercase(), value.clone()));
    let target = match request.query.as_str() {
        "" => request.path.clone(),
        query => format!("{}?{query}", request.path),
    };
    let asked = Asked {
        method: request.method.clone(),
        target,
        headers: headers.collect(),
    };
    request.copy_body(&mut sink())?;
    match reply(&asked) {
        Reply::Silence => stream.read(&mut [0]).map(drop),
        Reply::Answer(status, headers, body) => write!(
            stream,
            "HTTP/1.1 {status} -\r\n{headers}Content-Length: {}\r\nConnection: close\r\n\r\n{body}",
            body.len()
        ),
    }
}

#[cfg(test)]
mod tests {
    use std::io::{Read as _, Write as _};
    use std::net::TcpStream;

    use super::{AnswerServer, Reply};

    #[test]
    fn it_answers_what_was_asked() {
        let server = AnswerServer::start(|asked| {
            let word = asked.header("x-word").unwrap_or_default();
            Reply::json(418, format!("{} {} {word}", asked.method, asked.target))
        });
        let mut stream = TcpStream::connect(server.unwrap().address).unwrap();
        write!(
            stream,
            "POST /a?b=c HTTP/1.1\r\nX-Word: d\r\nContent-Length: 2\r\n\r\n{{}}"
        )
        .unwrap();
        let mut said = String::new();
        stream.read_to_string(&mut said).unwrap();
        assert!(said.starts_with("HTTP/1.1 418 "), "{said}");
        assert!(said.ends_with("POST /a?b=c d"), "{said}");
    }
}
