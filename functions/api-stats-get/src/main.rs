//! `GET /api/v2/stats`

use api::ReadStats;
use aws_dynamodb::JobTable;
use aws_env::Env;
use std::sync::Arc;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), edge::StartError> {
    let env = Env::load().await?;
    edge::http::serve(ReadStats {
        jobs: Arc::new(JobTable::new(&env.aws, env.table()?)),
    })
    .await
}
