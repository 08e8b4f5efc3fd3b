//! `GET /api/v2/health`

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), edge::StartError> {
    edge::http::serve(api::HealthLive).await
}
