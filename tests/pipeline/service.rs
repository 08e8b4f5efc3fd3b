//! The deployed service, as a client sees it.

use std::time::{Duration, Instant};

use serde_json::Value;

/// One running stack: what `stack.py up` wrote about it.
pub(crate) struct Service {
    api: String,
    gateway_secret: String,
    agent: ureq::Agent,
}

/// An answer: status, headers that matter, body.
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) location: Option<String>,
    pub(crate) body: Value,
}

impl Service {
    pub(crate) fn new(stack: &Value) -> Self {
        let text = |name: &str| {
            stack[name]
                .as_str()
                .unwrap_or_else(|| panic!("no `{name}` in the stack's description"))
                .to_owned()
        };
        let config = ureq::Agent::config_builder()
            .http_status_as_error(false)
            .max_redirects(0);
        let config = config.timeout_global(Some(Duration::from_mins(1)));
        Self {
            api: text("api_url"),
            gateway_secret: text("gateway_secret"),
            agent: config.build().into(),
        }
    }

    pub(crate) fn get(&self, user: &str, path: &str) -> Answer {
        let request = self.agent.get(format!("{}/api/v2{path}", self.api));
        answer(
            request
                .header("X-User-ID", user)
                .header("X-Gateway-Secret", &self.gateway_secret)
                .call(),
        )
    }

    pub(crate) fn delete(&self, user: &str, path: &str) -> Answer {
        let request = self.agent.delete(format!("{}/api/v2{path}", self.api));
        answer(
            request
                .header("X-User-ID", user)
                .header("X-Gateway-Secret", &self.gateway_secret)
                .call(),
        )
    }

    pub(crate) fn post(&self, user: &str, path: &str, body: &Value) -> Answer {
        let request = self.agent.post(format!("{}/api/v2{path}", self.api));
        let request = request
            .header("X-User-ID", user)
            .header("X-Gateway-Secret", &self.gateway_secret);
        answer(
            request
                .header("Content-Type", "application/json")
                .send(body.to_string()),
        )
    }

    /// The same with an idempotency key.
    pub(crate) fn post_once(&self, user: &str, path: &str, body: &Value, key: &str) -> Answer {
        let request = self.agent.post(format!("{}/api/v2{path}", self.api));
        let request = request
            .header("X-User-ID", user)
            .header("X-Gateway-Secret", &self.gateway_secret);
        answer(
            request
                .header("Idempotency-Key", key)
                .send(body.to_string()),
        )
    }

    /// Fetches what a presigned URL gives.
    pub(crate) fn download(&self, url: &str) -> Vec<u8> {
        let mut response = self.agent.get(url).call().unwrap();
        assert_eq!(response.status().as_u16(), 200, "a presigned URL must work");
        response
            .body_mut()
            .with_config()
            .limit(1 << 30)
            .read_to_vec()
            .unwrap()
    }

    /// Waits until the job is in `status`; fails with what the job says if it ends otherwise.
    pub(crate) fn wait(&self, user: &str, job: &str, status: &str) -> Value {
        let seen = self.wait_for(user, job, |job| job["status"] == status || is_over(job));
        assert_eq!(seen["status"], status, "{seen}");
        seen
    }

    /// Waits until the job is as wanted, by long-polling.
    pub(crate) fn wait_for(&self, user: &str, job: &str, wanted: impl Fn(&Value) -> bool) -> Value {
        let deadline = Instant::now() + Duration::from_mins(3);
        loop {
            let seen = self.get(user, &format!("/jobs/{job}?wait=5"));
            assert_eq!(seen.status, 200, "{}", seen.body);
            if wanted(&seen.body["job"]) {
                return seen.body["job"].clone();
            }
            assert!(Instant::now() < deadline, "still {}", seen.body["job"]);
        }
    }
}

fn is_over(job: &Value) -> bool {
    ["completed", "failed", "cancelled"]
        .iter()
        .any(|end| job["status"] == *end)
}

fn answer(outcome: Result<ureq::http::Response<ureq::Body>, ureq::Error>) -> Answer {
    let mut response = outcome.unwrap();
    let location = response
        .headers()
        .get("location")
        .and_then(|value| value.to_str().ok())
        .map(str::to_owned);
    let text = response.body_mut().read_to_string().unwrap();
    let body = serde_json::from_str(&text).unwrap_or(Value::String(text));
    Answer {
        status: response.status().as_u16(),
        location,
        body,
    }
}
