//! Daily: what the bucket holds of jobs that are gone or done

use std::sync::Arc;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), edge::StartError> {
    let env = aws_env::Env::load().await?;
    let bucket = aws_s3::Bucket::new(&env.aws, env.bucket()?, env.path_style());
    edge::schedule::serve(stages::StorageSweep {
        jobs: Arc::new(aws_dynamodb::JobTable::new(&env.aws, env.table()?)),
        blobs: Arc::new(bucket),
    })
    .await
}
