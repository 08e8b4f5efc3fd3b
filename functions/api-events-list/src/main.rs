//! `GET /api/v2/jobs/{id}/events`

use api::ListEvents;
use aws_dynamodb::JobTable;
use aws_env::Env;
use std::sync::Arc;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), edge::StartError> {
    let env = Env::load().await?;
    edge::http::serve(ListEvents {
        jobs: Arc::new(JobTable::new(&env.aws, env.table()?)),
    })
    .await
}
