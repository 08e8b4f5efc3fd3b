//! A rule of a user's own, and a token that no other rule finds.

/// A file with the one rule `acme-token`.
pub const RULES: &str = "\
rules:
  - id: acme-token
    name: Acme token
    secret_type: token
    severity: high
    description: Opens Acme.
    source: https://acme.dev/tokens
    keywords: [acme_]
    pattern: '\\bacme_[a-z0-9]{20}\\b'
    confidence: 90
    examples: ['acme_{{loweralnum:20}}']
    counter_examples: ['acme_{{loweralnum:19}}']
";

/// A token that it finds.
pub fn token() -> String {
    ["acme_", "k3v9x", "q7m2z", "8w4t1", "b6n5r"].concat()
}
