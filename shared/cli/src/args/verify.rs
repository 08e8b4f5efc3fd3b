//! What can be typed about whether secrets are still good.

use std::net::SocketAddr;

use clap::Args;

/// Whether secrets are still good.
#[derive(Clone, Debug, Default, Args)]
#[command(next_help_heading = "Asking whether secrets are still good")]
pub(crate) struct VerifyArgs {
    /// Ask providers whether the reported secrets still open anything: active, inactive, unknown or error
    ///
    /// Each secret of a known kind is sent to its own provider alone, in one harmless request over https to a host of a fixed
    /// list, after the same host rejected a made-up value of the same shape. Nothing else is sent, and what is left out of
    /// the report is not asked about. The exit code does not depend on it. An attempt can show in the provider's logs.
    #[arg(long)]
    pub(crate) verify: bool,
    /// A server on this machine that plays the providers, for tests
    #[arg(long, hide = true, requires = "verify", value_name = "ADDRESS")]
    pub(crate) verify_at: Option<SocketAddr>,
}
