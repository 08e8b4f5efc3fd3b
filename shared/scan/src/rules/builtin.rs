//! The rule files that are part of the program.

macro_rules! files {
    ($($name:literal),* $(,)?) => {
        &[$(($name, include_str!(concat!("../../rules/", $name)))),*]
    };
}

/// Name and text of each file, in the order in which the rules count.
pub(super) const FILES: &[(&str, &str)] = files![
    "cloud.toml",
    "hosting.toml",
    "source-hosts.toml",
    "registries.toml",
    "ci.toml",
    "deployment.toml",
    "quality.toml",
    "payment.toml",
    "messaging.toml",
    "ai.toml",
    "databases.toml",
    "data.toml",
    "observability.toml",
    "identity.toml",
    "access.toml",
    "network.toml",
    "services.toml",
    "commerce.toml",
    "communication.toml",
    "inference.toml",
    "intelligence.toml",
    "media.toml",
    "productivity.toml",
    "telemetry.toml",
    "wallets.toml",
    "keys.toml",
    "frameworks.toml",
    "generic.toml",
];
