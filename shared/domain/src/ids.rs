//! Newtypes for every id, so that none can stand where another belongs.

use serde::{Deserialize, Serialize};

macro_rules! id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(String);

        impl $name {
            /// Wraps an id that was made or checked elsewhere.
            pub fn new(id: impl Into<String>) -> Self {
                Self(id.into())
            }

            /// The id as text.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(&self.0)
            }
        }
    };
}

id! {
    /// The owner of everything: a workspace. A user's personal workspace has the user's id.
    TenantId
}
id! {
    /// One job inside its tenant: a UUID version 7, so that ids sort by time of creation.
    JobId
}
id! {
    /// One distinct secret inside a tenant: a keyed hash, see [`crate::WorkspaceKey`].
    FindingId
}
id! {
    /// Names a Git credential that the credential service holds. Not a secret itself.
    CredentialId
}
id! {
    /// Ties one request to every message and log line that follows from it.
    CorrelationId
}

id! {
    /// One version of a policy, named by its content, see [`crate::ScanPolicy::version`].
    PolicyVersion
}

impl JobId {
    /// A new id for a job created now.
    pub fn generate() -> Self {
        Self(uuid::Uuid::now_v7().to_string())
    }

    /// Whether `text` has the form of a job id (a UUID); anything else need not be looked up.
    pub fn is_well_formed(text: &str) -> bool {
        uuid::Uuid::try_parse(text).is_ok()
    }
}

impl PolicyVersion {
    /// The version that `text` names, if it has the form of one; anything else need not be looked up.
    pub fn parse(text: &str) -> Option<Self> {
        let digits = text.strip_prefix("policy-")?;
        let is_hex = digits
            .bytes()
            .all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'));
        (digits.len() == 16 && is_hex).then(|| Self::new(text))
    }
}

impl CorrelationId {
    /// A new id for a request that came without one.
    pub fn generate() -> Self {
        Self(uuid::Uuid::now_v7().to_string())
    }
}
