//! Queue `clean` → states `uploading`, `clean_complete`

use std::sync::Arc;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), edge::StartError> {
    let env = aws_env::Env::load().await?;
    let bucket = aws_s3::Bucket::new(&env.aws, env.bucket()?, env.path_style());
    let table = Arc::new(aws_dynamodb::JobTable::new(&env.aws, env.table()?));
    let secrets = aws_secrets::StackSecrets::new(&env.aws).with_root(env.root_secret()?);
    edge::queue::serve(stages::CleanStage {
        jobs: table.clone(),
        findings: table,
        blobs: Arc::new(bucket),
        secrets: Arc::new(secrets),
        clock: Arc::new(stages::SystemClock),
    })
    .await
}
