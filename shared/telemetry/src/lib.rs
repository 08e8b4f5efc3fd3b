//! Logs: one JSON line for each event, never a secret in it.
//!
//! Nothing in the project hands a secret to a log. As a last line of defence, [`redact()`] goes over every line on its
//! way out and masks what looks like a credential in a URL or in a header.

mod redact;

use std::io::Write;

use tracing_subscriber::EnvFilter;
use tracing_subscriber::fmt::MakeWriter;

pub use redact::redact;

/// Installs the JSON subscriber and a panic hook that says where, not what. Called once, first thing.
/// The level comes from `RUST_LOG`, else from the level that the function has in Lambda; else it is `info`.
pub fn init() {
    let filter = EnvFilter::try_from_default_env()
        .or_else(|_| EnvFilter::try_from_env("AWS_LAMBDA_LOG_LEVEL"))
        .unwrap_or_else(|_| EnvFilter::new("info"));
    let _ = tracing_subscriber::fmt()
        .json()
        .flatten_event(true)
        .with_current_span(true)
        .with_span_list(false)
        .with_env_filter(filter)
        .with_writer(RedactedStdout)
        .try_init();
    std::panic::set_hook(Box::new(|panic| {
        let place = panic
            .location()
            .map(ToString::to_string)
            .unwrap_or_default();
        tracing::error!(place, "panic");
    }));
}

/// Standard output, line by line, redacted.
#[derive(Clone, Copy, Debug)]
struct RedactedStdout;

impl<'a> MakeWriter<'a> for RedactedStdout {
    type Writer = Self;

    fn make_writer(&'a self) -> Self {
        *self
    }
}

impl Write for RedactedStdout {
    fn write(&mut self, line: &[u8]) -> std::io::Result<usize> {
        let text = String::from_utf8_lossy(line);
        std::io::stdout()
            .lock()
            .write_all(redact(&text).as_bytes())?;
        Ok(line.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        std::io::stdout().lock().flush()
    }
}
