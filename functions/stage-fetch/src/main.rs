//! Queue `fetch` → states `cloning`, `scanning`

use std::sync::Arc;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), edge::StartError> {
    let env = aws_env::Env::load().await?;
    let bucket = aws_s3::Bucket::new(&env.aws, env.bucket()?, env.path_style());
    let urls = env.queue_urls(&[domain::Stage::Scan])?;
    edge::queue::serve(stages::FetchStage {
        jobs: Arc::new(aws_dynamodb::JobTable::new(&env.aws, env.table()?)),
        blobs: Arc::new(bucket),
        queue: Arc::new(aws_sqs::StageQueues::new(&env.aws, urls)),
        credentials: Arc::new(auth_service::AuthService::new(env.auth_service_url()?)?),
        clock: Arc::new(stages::SystemClock),
        allow_private: env.allow_private_remotes()?,
        max_bytes: env.max_repository_bytes()?,
    })
    .await
}
