//! One value, remembered for a while. Failures are not remembered.

use std::time::{Duration, Instant};

use domain::ports::PortError;
use tokio::sync::Mutex;

/// How long a value is good: how long a rotated secret is still taken.
const GOOD_FOR: Duration = Duration::from_mins(5);

/// A value and when it was read.
#[derive(Debug)]
pub(crate) struct Cache<T>(Mutex<Option<(Instant, T)>>);

impl<T> Default for Cache<T> {
    fn default() -> Self {
        Self(Mutex::new(None))
    }
}

impl<T: Clone> Cache<T> {
    /// The value, from `fetch` unless it is fresh. Callers who come at once wait for one fetch.
    pub(crate) async fn get(
        &self,
        fetch: impl Future<Output = Result<T, PortError>>,
    ) -> Result<T, PortError> {
        let mut kept = self.0.lock().await;
        if let Some((since, value)) = kept.as_ref()
            && since.elapsed() < GOOD_FOR
        {
            return Ok(value.clone());
        }
        let value = fetch.await?;
        *kept = Some((Instant::now(), value.clone()));
        Ok(value)
    }
}

#[cfg(test)]
mod tests {
    use super::Cache;
    use domain::ports::PortError;

    #[tokio::test]
    async fn a_value_is_fetched_once_and_a_failure_is_not_kept() {
        let cache = Cache::default();
        assert!(cache.get(async { Err(PortError::Denied) }).await.is_err());
        assert_eq!(cache.get(async { Ok(1) }).await.unwrap(), 1);
        assert_eq!(cache.get(async { Ok(2) }).await.unwrap(), 1);
    }
}
