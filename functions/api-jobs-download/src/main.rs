//! `GET /api/v2/jobs/{id}/download`

use api::DownloadClean;
use aws_dynamodb::JobTable;
use aws_env::Env;
use aws_s3::Bucket;
use std::sync::Arc;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), edge::StartError> {
    let env = Env::load().await?;
    edge::http::serve(DownloadClean {
        jobs: Arc::new(JobTable::new(&env.aws, env.table()?)),
        blobs: Arc::new(Bucket::new(&env.aws, env.bucket()?, env.path_style())),
    })
    .await
}
