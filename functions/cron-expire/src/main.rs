//! Hourly: jobs whose time is over, jobs that stand still

use std::sync::Arc;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), edge::StartError> {
    let env = aws_env::Env::load().await?;
    let bucket = aws_s3::Bucket::new(&env.aws, env.bucket()?, env.path_style());
    let urls = env.queue_urls(&domain::Stage::ALL)?;
    edge::schedule::serve(stages::Expire {
        jobs: Arc::new(aws_dynamodb::JobTable::new(&env.aws, env.table()?)),
        blobs: Arc::new(bucket),
        queue: Arc::new(aws_sqs::StageQueues::new(&env.aws, urls)),
    })
    .await
}
