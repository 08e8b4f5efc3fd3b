//! Named texts and what they mean.

use std::collections::HashMap;
use std::ops::RangeInclusive;
use std::str::FromStr;

use crate::EnvError;

/// The variables that the service knows. Others, credentials above all, are not kept.
const KNOWN: [&str; 20] = [
    "AWS_REGION",
    "AWS_ENDPOINT_URL",
    "AWS_ENDPOINT_URL_S3",
    "TABLE_NAME",
    "BUCKET_NAME",
    "QUEUE_URL_FETCH",
    "QUEUE_URL_SCAN",
    "QUEUE_URL_REPORT",
    "QUEUE_URL_CLEAN",
    "QUEUE_URL_PUSH",
    "ROOT_SECRET_ARN",
    "GATEWAY_SECRET_ARN",
    "AUTH_SERVICE_URL",
    "ALLOW_PRIVATE_REMOTES",
    "ALLOW_UNSIGNED_USERS",
    "RETENTION_DAYS",
    "MAX_REPOSITORY_BYTES",
    "CORS_ORIGIN",
    "AWS_LAMBDA_FUNCTION_NAME",
    "LOG_LEVEL",
];

/// The variables that are set.
#[derive(Clone, Debug)]
pub(crate) struct Values(HashMap<&'static str, String>);

impl Values {
    /// This process's.
    pub(crate) fn of_process() -> Self {
        Self::read(|name| std::env::var(name).ok())
    }

    /// For tests.
    #[cfg(test)]
    pub(crate) fn of(pairs: &[(&str, &str)]) -> Self {
        Self::read(|name| {
            let pair = pairs.iter().find(|pair| pair.0 == name);
            pair.map(|pair| pair.1.to_owned())
        })
    }

    /// An empty text is as good as none: templates cannot leave a variable out.
    fn read(look_up: impl Fn(&str) -> Option<String>) -> Self {
        let value = |name| {
            let text = look_up(name)?.trim().to_owned();
            (!text.is_empty()).then_some((name, text))
        };
        Self(KNOWN.into_iter().filter_map(value).collect())
    }

    pub(crate) fn optional(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(String::as_str)
    }

    pub(crate) fn required(&self, name: &'static str) -> Result<&str, EnvError> {
        self.optional(name).ok_or(EnvError::Missing { name })
    }

    /// A switch, off unless set.
    pub(crate) fn flag(&self, name: &'static str) -> Result<bool, EnvError> {
        match self.optional(name) {
            None | Some("false") => Ok(false),
            Some("true") => Ok(true),
            Some(_) => Err(EnvError::Invalid {
                name,
                expected: "true or false".to_owned(),
            }),
        }
    }

    /// A whole number within bounds.
    pub(crate) fn number<T>(
        &self,
        name: &'static str,
        default: T,
        bounds: RangeInclusive<T>,
    ) -> Result<T, EnvError>
    where
        T: FromStr + PartialOrd + std::fmt::Display,
    {
        let Some(text) = self.optional(name) else {
            return Ok(default);
        };
        let value = text.parse().ok().filter(|value| bounds.contains(value));
        value.ok_or_else(|| EnvError::Invalid {
            name,
            expected: format!("a whole number from {} to {}", bounds.start(), bounds.end()),
        })
    }
}
