//! `git http-backend` as a CGI program (RFC 3875).

use std::io::{BufRead, BufReader, Read, Result, Write};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Command, Stdio};

use super::{Fault, wait_for_the_end};
use crate::http::Request;

/// Runs the request through `git http-backend`, with what goes wrong.
pub(super) fn run(
    mut stream: &TcpStream,
    root: &Path,
    mut request: Request<'_>,
    fault: &Fault,
) -> Result<()> {
    let fault = match fault {
        Fault::CutAfter(_) | Fault::SilentAfter(_) if !request.is_fetch() => &Fault::None,
        fault => fault,
    };
    let limit = match fault {
        Fault::CutAfter(bytes) | Fault::SilentAfter(bytes) => *bytes as u64,
        _ => u64::MAX,
    };
    let mut child = command(root, &request, fault)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
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
        std::io::copy(&mut answer.take(limit), &mut stream)?;
        if matches!(fault, Fault::SilentAfter(_)) {
            return wait_for_the_end(stream);
        }
        stream.shutdown(std::net::Shutdown::Write)
    })?;
    // Whether it ended well stands in its answer.
    let _ = child.kill();
    child.wait().map(drop)
}

fn command(root: &Path, request: &Request<'_>, fault: &Fault) -> Command {
    let mut command = Command::new("git");
    command
        .arg("http-backend")
        .env_clear()
        .env("PATH", std::env::var_os("PATH").unwrap_or_default());
    command.env("GIT_CONFIG_NOSYSTEM", "1").env("HOME", root);
    command
        .env("GIT_PROJECT_ROOT", root)
        .env("GIT_HTTP_EXPORT_ALL", "1");
    let mut settings = vec![
        ("http.receivepack", "true".to_owned()),
        ("safe.directory", "*".to_owned()),
    ];
    if let Fault::SendPack(file) = fault {
        // The shell runs this with the arguments of `git pack-objects` behind it. It must take what it is asked for, or the one who
        // asks ends with a broken pipe.
        let hook = format!("cat >/dev/null; cat '{}'; true", file.display());
        settings.push(("uploadpack.packObjectsHook", hook));
    }
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
    let is_old = *fault == Fault::OldProtocol;
    for (header, variable) in passed {
        if is_old && header == "git-protocol" {
            continue;
        }
        if let Some(value) = request.header(header) {
            command.env(variable, value);
        }
    }
    command
}
