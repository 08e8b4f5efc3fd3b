//! `POST /api/v2/jobs/{id}/secrets/select`

use api::SelectSecrets;
use aws_dynamodb::JobTable;
use aws_env::Env;
use std::sync::Arc;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), edge::StartError> {
    let env = Env::load().await?;
    let table = Arc::new(JobTable::new(&env.aws, env.table()?));
    edge::http::serve(SelectSecrets {
        jobs: table.clone(),
        findings: table.clone(),
        marks: table.clone(),
        idempotency: table,
    })
    .await
}
