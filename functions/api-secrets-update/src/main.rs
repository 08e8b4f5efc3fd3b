//! `PATCH /api/v2/jobs/{id}/secrets/{secret_id}`

use api::UpdateSecret;
use aws_dynamodb::JobTable;
use aws_env::Env;
use std::sync::Arc;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), edge::StartError> {
    let env = Env::load().await?;
    let table = Arc::new(JobTable::new(&env.aws, env.table()?));
    edge::http::serve(UpdateSecret {
        jobs: table.clone(),
        findings: table.clone(),
        marks: table,
    })
    .await
}
