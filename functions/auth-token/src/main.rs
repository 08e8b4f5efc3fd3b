//! The authorizer of every route that is not public

use std::sync::Arc;

use aws_env::Env;
use aws_secrets::StackSecrets;
use edge::authorizer::{Authorizer, serve};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), edge::StartError> {
    let env = Env::load().await?;
    serve(Authorizer {
        secrets: Arc::new(StackSecrets::new(&env.aws).with_gateway(env.gateway_secret()?)),
        allow_unsigned: env.allow_unsigned_users()?,
    })
    .await
}
