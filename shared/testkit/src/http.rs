//! One HTTP/1.1 request: its head, and its body as a stream.

use std::io::{BufRead, BufReader, Read, Result, Write};
use std::net::TcpStream;

/// A request whose body has not been read yet.
pub(crate) struct Request<'s> {
    pub(crate) method: String,
    pub(crate) path: String,
    pub(crate) query: String,
    pub(crate) headers: Vec<(String, String)>,
    input: BufReader<&'s TcpStream>,
}

impl<'s> Request<'s> {
    /// Reads the head; none if nothing came.
    pub(crate) fn read(stream: &'s TcpStream) -> Result<Option<Self>> {
        let mut input = BufReader::new(stream);
        let mut line = String::new();
        if input.read_line(&mut line)? == 0 {
            return Ok(None);
        }
        let mut words = line.split_whitespace();
        let method = words.next().unwrap_or_default().to_owned();
        let target = words.next().unwrap_or_default();
        let (path, query) = target.split_once('?').unwrap_or((target, ""));
        let (path, query) = (path.to_owned(), query.to_owned());
        let mut headers = Vec::new();
        loop {
            let mut line = String::new();
            input.read_line(&mut line)?;
            let Some((name, value)) = line.trim_end().split_once(':') else {
                break;
            };
            headers.push((name.to_owned(), value.trim().to_owned()));
        }
        let request = Self {
            method,
            path,
            query,
            headers,
            input,
        };
        if request.header("expect").is_some() {
            let mut stream = stream;
            stream.write_all(b"HTTP/1.1 100 Continue\r\n\r\n")?;
        }
        Ok(Some(request))
    }

    pub(crate) fn line(&self) -> String {
        format!("{} {}?{}", self.method, self.path, self.query)
    }

    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers
            .iter()
            .find(|(key, _)| key.eq_ignore_ascii_case(name))
            .map(|(_, value)| value.as_str())
    }

    /// Whether it asks for a pack (and not, by the same path, for a list of refs).
    pub(crate) fn is_fetch(&mut self) -> bool {
        let listing = b"command=ls-refs";
        self.path.ends_with("git-upload-pack")
            && self
                .input
                .fill_buf()
                .is_ok_and(|start| !start.windows(listing.len()).any(|window| window == listing))
    }

    /// Copies the body to `out`, whichever way its length is told.
    pub(crate) fn copy_body(mut self, out: &mut impl Write) -> Result<()> {
        if self
            .header("transfer-encoding")
            .is_some_and(|value| value.contains("chunked"))
        {
            return self.copy_chunks(out);
        }
        let length = self
            .header("content-length")
            .and_then(|value| value.parse().ok())
            .unwrap_or(0);
        std::io::copy(&mut self.input.take(length), out).map(drop)
    }

    fn copy_chunks(&mut self, out: &mut impl Write) -> Result<()> {
        loop {
            let mut line = String::new();
            self.input.read_line(&mut line)?;
            let length = u64::from_str_radix(line.trim(), 16).unwrap_or(0);
            std::io::copy(&mut (&mut self.input).take(length), out)?;
            self.input.read_line(&mut line)?;
            if length == 0 {
                return Ok(());
            }
        }
    }
}
