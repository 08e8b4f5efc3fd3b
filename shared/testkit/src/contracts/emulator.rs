//! Where the adapters' contract tests find an emulated AWS.

/// The variable that says it.
pub const ENDPOINT: &str = "DEPLOYGUARD_TEST_ENDPOINT";

/// The emulator's address. Without one, says that the test is skipped and what runs it.
#[allow(clippy::print_stderr)]
pub fn endpoint() -> Option<String> {
    let endpoint = std::env::var(ENDPOINT).ok();
    if endpoint.is_none() {
        eprintln!("skipped: no emulated AWS; set {ENDPOINT}, or run `make test`, which starts one");
    }
    endpoint
}
