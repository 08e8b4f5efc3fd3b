//! What a function is told by its environment. The only place of the service that reads it.
//!
//! Getters are lazy: a function needs only the variables that it asks for, and learns at its
//! start which one is missing and where it is set. The intended `main` of a function:
//!
//! ```text
//! //! POST /api/v2/jobs
//! use std::sync::Arc;
//!
//! #[tokio::main(flavor = "current_thread")]
//! async fn main() -> Result<(), edge::StartError> {
//!     let env = aws_env::Env::load().await?;
//!     let table = Arc::new(aws_dynamodb::JobTable::new(&env.aws, env.table()?));
//!     let queue = aws_sqs::StageQueues::new(&env.aws, env.queue_urls(&[Stage::Fetch])?);
//!     edge::http::serve(api::jobs::CreateJob {
//!         jobs: table.clone(),
//!         idempotency: table,
//!         queue: Arc::new(queue),
//!     })
//!     .await
//! }
//! ```

mod error;
mod values;

pub use error::EnvError;

use aws_config::{BehaviorVersion, Region, SdkConfig};
use domain::Stage;
use jiff::SignedDuration;

use values::Values;

/// The settings of one function.
#[derive(Clone, Debug)]
pub struct Env {
    /// What every AWS client is made from: region, endpoint, credentials.
    pub aws: SdkConfig,
    values: Values,
}

impl Env {
    /// Reads the environment. Fails if the region is not said: guessing it would ask the
    /// metadata service of the machine, slowly.
    pub async fn load() -> Result<Self, EnvError> {
        let values = Values::of_process();
        let region = values.required("AWS_REGION")?.to_owned();
        let aws = aws_config::defaults(BehaviorVersion::latest())
            .region(Region::new(region))
            .load()
            .await;
        Ok(Self { aws, values })
    }

    /// The table's name.
    pub fn table(&self) -> Result<&str, EnvError> {
        self.values.required("TABLE_NAME")
    }

    /// The bucket's name.
    pub fn bucket(&self) -> Result<&str, EnvError> {
        self.values.required("BUCKET_NAME")
    }

    /// Whether buckets are addressed by path: an emulator has no host name for each.
    pub fn path_style(&self) -> bool {
        let mut names = ["AWS_ENDPOINT_URL_S3", "AWS_ENDPOINT_URL"].into_iter();
        names.any(|name| self.values.optional(name).is_some())
    }

    /// The queues of the stages that the function sends to.
    pub fn queue_urls(&self, stages: &[Stage]) -> Result<Vec<(Stage, String)>, EnvError> {
        let url = |stage: &Stage| {
            let url = self.values.required(queue_variable(*stage))?;
            Ok((*stage, url.to_owned()))
        };
        stages.iter().map(url).collect()
    }

    /// The ARN of the secret that holds the root of the workspaces' keys.
    pub fn root_secret(&self) -> Result<&str, EnvError> {
        self.values.required("ROOT_SECRET_ARN")
    }

    /// The ARN of the secret that the gateway shows.
    pub fn gateway_secret(&self) -> Result<&str, EnvError> {
        self.values.required("GATEWAY_SECRET_ARN")
    }

    /// The credential service's address.
    pub fn auth_service_url(&self) -> Result<&str, EnvError> {
        self.values.required("AUTH_SERVICE_URL")
    }

    /// Whether repositories may lie on private addresses. Only ever for development.
    pub fn allow_private_remotes(&self) -> Result<bool, EnvError> {
        self.values.flag("ALLOW_PRIVATE_REMOTES")
    }

    /// Whether users are believed without the gateway's secret. Only ever for development.
    pub fn allow_unsigned_users(&self) -> Result<bool, EnvError> {
        self.values.flag("ALLOW_UNSIGNED_USERS")
    }

    /// After how many days a job is deleted: 7 if nothing is said.
    pub fn retention_days(&self) -> Result<u32, EnvError> {
        self.values.number("RETENTION_DAYS", 7, 1..=365)
    }

    /// The same as a span of time.
    pub fn retention(&self) -> Result<SignedDuration, EnvError> {
        Ok(SignedDuration::from_hours(
            24 * i64::from(self.retention_days()?),
        ))
    }

    /// How large a repository may be, in bytes: 5 GB if nothing is said.
    pub fn max_repository_bytes(&self) -> Result<u64, EnvError> {
        self.values
            .number("MAX_REPOSITORY_BYTES", 5_000_000_000, 1..=u64::MAX)
    }

    /// The function's name, as Lambda calls it.
    pub fn function_name(&self) -> Option<&str> {
        self.values.optional("AWS_LAMBDA_FUNCTION_NAME")
    }

    /// How much is logged, if the template says it.
    pub fn log_level(&self) -> Option<&str> {
        self.values.optional("LOG_LEVEL")
    }

    /// The one origin whose pages may call the API, if any.
    pub fn cors_origin(&self) -> Option<&str> {
        self.values.optional("CORS_ORIGIN")
    }
}

/// Where a stage's queue is named.
const fn queue_variable(stage: Stage) -> &'static str {
    match stage {
        Stage::Fetch => "QUEUE_URL_FETCH",
        Stage::Scan => "QUEUE_URL_SCAN",
        Stage::Report => "QUEUE_URL_REPORT",
        Stage::Clean => "QUEUE_URL_CLEAN",
        Stage::Push => "QUEUE_URL_PUSH",
    }
}

#[cfg(test)]
mod tests {
    use super::{Env, EnvError, queue_variable};
    use crate::values::Values;
    use aws_config::SdkConfig;
    use domain::Stage;

    fn env(pairs: &[(&str, &str)]) -> Env {
        Env {
            aws: SdkConfig::builder().build(),
            values: Values::of(pairs),
        }
    }

    #[test]
    fn a_missing_variable_is_named_with_its_remedy_and_only_when_asked_for() {
        let env = env(&[("TABLE_NAME", "jobs"), ("BUCKET_NAME", "")]);
        assert_eq!(env.table().unwrap(), "jobs");
        let text = env.bucket().unwrap_err().to_string();
        assert!(text.contains("BUCKET_NAME") && text.contains("template.yaml"));
    }

    #[test]
    fn only_the_stages_asked_for_need_a_queue() {
        let env = env(&[("QUEUE_URL_SCAN", "http://q/scan")]);
        let urls = env.queue_urls(&[Stage::Scan]).unwrap();
        assert_eq!(urls, [(Stage::Scan, "http://q/scan".to_owned())]);
        let missing = EnvError::Missing {
            name: "QUEUE_URL_PUSH",
        };
        assert_eq!(env.queue_urls(&[Stage::Scan, Stage::Push]), Err(missing));
    }

    #[test]
    fn switches_are_off_unless_said_plainly() {
        assert!(!env(&[]).allow_unsigned_users().unwrap());
        let on = env(&[("ALLOW_UNSIGNED_USERS", "true")]);
        assert!(on.allow_unsigned_users().unwrap());
        let unclear = env(&[("ALLOW_UNSIGNED_USERS", "yes")]);
        assert!(unclear.allow_unsigned_users().is_err());
    }

    #[test]
    fn numbers_have_defaults_and_bounds() {
        assert_eq!(env(&[]).retention_days().unwrap(), 7);
        assert_eq!(
            env(&[("RETENTION_DAYS", "30")]).retention_days().unwrap(),
            30
        );
        for wrong in ["0", "366", "-1", "week"] {
            assert!(env(&[("RETENTION_DAYS", wrong)]).retention_days().is_err());
        }
        assert_eq!(env(&[]).max_repository_bytes().unwrap(), 5_000_000_000);
    }

    #[test]
    fn every_stage_has_a_variable_of_its_name() {
        for stage in Stage::ALL {
            let name = format!("QUEUE_URL_{}", stage.as_str().to_uppercase());
            assert_eq!(queue_variable(stage), name);
        }
    }

    #[test]
    fn an_emulator_wants_paths() {
        assert!(!env(&[]).path_style());
        assert!(env(&[("AWS_ENDPOINT_URL", "http://127.0.0.1:4566")]).path_style());
    }
}
