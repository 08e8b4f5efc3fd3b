//! `POST /api/v2/jobs/{id}/push`

use api::StartPush;
use aws_dynamodb::JobTable;
use aws_env::Env;
use aws_sqs::StageQueues;
use std::sync::Arc;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), edge::StartError> {
    let env = Env::load().await?;
    let table = Arc::new(JobTable::new(&env.aws, env.table()?));
    let queue = StageQueues::new(&env.aws, env.queue_urls(&[domain::Stage::Push])?);
    edge::http::serve(StartPush {
        jobs: table.clone(),
        idempotency: table,
        queue: Arc::new(queue),
    })
    .await
}
