//! Dead-letter queues of the stages → state `failed`

use std::sync::Arc;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), edge::StartError> {
    let env = aws_env::Env::load().await?;
    edge::queue::serve(stages::StageDead {
        jobs: Arc::new(aws_dynamodb::JobTable::new(&env.aws, env.table()?)),
        clock: Arc::new(stages::SystemClock),
    })
    .await
}
