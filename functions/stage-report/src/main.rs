//! Queue `report` → state `awaiting_selection`, or `completed` for a job that only scans

use std::sync::Arc;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), edge::StartError> {
    let env = aws_env::Env::load().await?;
    let bucket = aws_s3::Bucket::new(&env.aws, env.bucket()?, env.path_style());
    let table = Arc::new(aws_dynamodb::JobTable::new(&env.aws, env.table()?));
    edge::queue::serve(stages::ReportStage {
        jobs: table.clone(),
        findings: table.clone(),
        marks: table,
        blobs: Arc::new(bucket),
        clock: Arc::new(stages::SystemClock),
    })
    .await
}
