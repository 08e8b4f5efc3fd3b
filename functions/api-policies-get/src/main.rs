//! `GET /api/v2/policies/{version}`

use api::GetPolicy;
use aws_dynamodb::JobTable;
use aws_env::Env;
use std::sync::Arc;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), edge::StartError> {
    let env = Env::load().await?;
    edge::http::serve(GetPolicy {
        policies: Arc::new(JobTable::new(&env.aws, env.table()?)),
    })
    .await
}
