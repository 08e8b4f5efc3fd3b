//! `POST /api/v2/jobs`

use aws_sqs::StageQueues;
use std::sync::Arc;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), edge::StartError> {
    let env = aws_env::Env::load().await?;
    let table = Arc::new(aws_dynamodb::JobTable::new(&env.aws, env.table()?));
    let urls = env.queue_urls(&[domain::Stage::Fetch])?;
    edge::http::serve(api::CreateJob {
        jobs: table.clone(),
        policies: table.clone(),
        idempotency: table,
        queue: Arc::new(StageQueues::new(&env.aws, urls)),
        check: Arc::new(scan::Policies),
        retention: env.retention()?,
    })
    .await
}
