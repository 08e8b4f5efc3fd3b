//! `GET /api/v2/policies`

use api::ListPolicies;
use aws_dynamodb::JobTable;
use aws_env::Env;
use std::sync::Arc;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), edge::StartError> {
    let env = Env::load().await?;
    edge::http::serve(ListPolicies {
        policies: Arc::new(JobTable::new(&env.aws, env.table()?)),
    })
    .await
}
