//! `POST /api/v2/policies`

use api::CreatePolicy;
use aws_dynamodb::JobTable;
use aws_env::Env;
use std::sync::Arc;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), edge::StartError> {
    let env = Env::load().await?;
    let table = Arc::new(JobTable::new(&env.aws, env.table()?));
    edge::http::serve(CreatePolicy {
        policies: table.clone(),
        check: Arc::new(scan::Policies),
        idempotency: table,
    })
    .await
}
