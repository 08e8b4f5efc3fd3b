//! What is wrong with the environment, and what mends it. Never repeats a value.

/// A variable that is missing or makes no sense.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum EnvError {
    /// Not set, or empty.
    #[error("the environment variable {name} is not set; {}", remedy(name))]
    Missing {
        /// The variable.
        name: &'static str,
    },
    /// Set to something else than it takes.
    #[error("the environment variable {name} must be {expected}; {}", remedy(name))]
    Invalid {
        /// The variable.
        name: &'static str,
        /// What it takes.
        expected: String,
    },
}

/// Where the variable is set.
fn remedy(name: &str) -> &'static str {
    match name {
        "AWS_REGION" => "Lambda sets it; elsewhere say, for example, AWS_REGION=eu-central-1",
        "AUTH_SERVICE_URL" => {
            "set it by the parameter AuthServiceUrl of the stack (sam deploy --parameter-overrides)"
        }
        _ => "set it under Environment of this function in template.yaml and deploy again",
    }
}
