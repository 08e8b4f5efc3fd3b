//! Queue `push` → state `completed`

use std::sync::Arc;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), edge::StartError> {
    let env = aws_env::Env::load().await?;
    let bucket = aws_s3::Bucket::new(&env.aws, env.bucket()?, env.path_style());
    edge::queue::serve(stages::PushStage {
        jobs: Arc::new(aws_dynamodb::JobTable::new(&env.aws, env.table()?)),
        blobs: Arc::new(bucket),
        credentials: Arc::new(auth_service::AuthService::new(env.auth_service_url()?)?),
        clock: Arc::new(stages::SystemClock),
        allow_private: env.allow_private_remotes()?,
    })
    .await
}
