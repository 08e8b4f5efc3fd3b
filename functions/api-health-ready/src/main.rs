//! `GET /api/v2/health/ready`

use api::HealthReady;
use aws_dynamodb::JobTable;
use aws_env::Env;
use aws_s3::Bucket;
use aws_sqs::StageQueues;
use std::sync::Arc;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), edge::StartError> {
    let env = Env::load().await?;
    let queue = StageQueues::new(&env.aws, env.queue_urls(&domain::Stage::ALL)?);
    edge::http::serve(HealthReady {
        jobs: Arc::new(JobTable::new(&env.aws, env.table()?)),
        blobs: Arc::new(Bucket::new(&env.aws, env.bucket()?, env.path_style())),
        queue: Arc::new(queue),
    })
    .await
}
