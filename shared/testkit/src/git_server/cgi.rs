//! `git http-backend` as a CGI program (RFC 3875).

use std::io::{BufRead, BufReader, Read, Result, Write};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Command, Stdio};

use super::request::Request;

/// Runs the request through `git http-backend`; gives at most `limit` bytes of the answer's body.
pub(super) fn run(
    mut stream: &TcpStream,
    root: &Path,
    request: Request<'_>,
    limit: usize,
) -> Result<()> {
    let mut child = command(root, &request)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()?;
    let (stdin, stdout) = (child.stdin.take(), child.stdout.take());
    let (Some(mut stdin), Some(stdout)) = (stdin, stdout) else {
        return Ok(());
    };
    std::thread::scope(|scope| {
        scope.spawn(move || request.copy_body(&mut stdin));
        let mut answer = BufReader::new(stdout);
        let (mut status, mut headers) = ("200 OK".to_owned(), String::new());
        loop {
            let mut line = String::new();
            answer.read_line(&mut line)?;
            match line.trim_end().split_once(": ") {
                None => break,
                Some(("Status", value)) => value.clone_into(&mut status),
                Some((name, value)) => headers.extend([name, ": ", value, "\r\n"]),
            }
        }
        write!(
            stream,
            "HTTP/1.1 {status}\r\n{headers}Connection: close\r\n\r\n"
        )?;
        std::io::copy(&mut answer.take(limit as u64), &mut stream)?;
        stream.shutdown(std::net::Shutdown::Write)
    })?;
    // Whether it ended well stands in its answer.
    let _ = child.kill();
    child.wait().map(drop)
}

fn command(root: &Path, request: &Request<'_>) -> Command {
    let mut command = Command::new("git");
    command
        .arg("http-backend")
        .env_clear()
        .env("PATH", std::env::var_os("PATH").unwrap_or_default());
    command.env("GIT_CONFIG_NOSYSTEM", "1").env("HOME", root);
    command
        .env("GIT_PROJECT_ROOT", root)
        .env("GIT_HTTP_EXPORT_ALL", "1");
    let settings = [("http.receivepack", "true"), ("safe.directory", "*")];
    command.env("GIT_CONFIG_COUNT", settings.len().to_string());
    for (n, (key, value)) in settings.iter().enumerate() {
        command
            .env(format!("GIT_CONFIG_KEY_{n}"), key)
            .env(format!("GIT_CONFIG_VALUE_{n}"), value);
    }
    command
        .env("REQUEST_METHOD", &request.method)
        .env("PATH_INFO", &request.path);
    command
        .env("QUERY_STRING", &request.query)
        .env("REMOTE_USER", "someone")
        .env("REMOTE_ADDR", "127.0.0.1");
    let passed = [
        ("content-type", "CONTENT_TYPE"),
        ("content-length", "CONTENT_LENGTH"),
        ("content-encoding", "HTTP_CONTENT_ENCODING"),
        ("git-protocol", "HTTP_GIT_PROTOCOL"),
    ];
    for (header, variable) in passed {
        if let Some(value) = request.header(header) {
            command.env(variable, value);
        }
    }
    command
}
