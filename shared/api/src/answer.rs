//! What an endpoint gives back.

use http::StatusCode;
use serde_json::Value;

/// An HTTP answer: a status, perhaps a place to go to, perhaps a JSON body.
#[derive(Clone, Debug, PartialEq)]
pub struct Reply {
    /// The status.
    pub status: StatusCode,
    /// `Location`.
    pub location: Option<String>,
    /// `Retry-After`, in seconds.
    pub retry_after: Option<u32>,
    /// `Content-Type`; only looked at where there is a body.
    pub content_type: &'static str,
    /// The body.
    pub body: Option<Value>,
}

impl Reply {
    /// An answer with a JSON body.
    pub fn json(status: StatusCode, body: Value) -> Self {
        Self {
            status,
            location: None,
            retry_after: None,
            content_type: "application/json",
            body: Some(body),
        }
    }

    /// 200 with a JSON body.
    pub fn ok(body: Value) -> Self {
        Self::json(StatusCode::OK, body)
    }

    /// 204.
    pub fn nothing() -> Self {
        Self {
            status: StatusCode::NO_CONTENT,
            location: None,
            retry_after: None,
            content_type: "",
            body: None,
        }
    }

    /// 302 to another place.
    pub fn redirect(to: String) -> Self {
        Self {
            status: StatusCode::FOUND,
            location: Some(to),
            retry_after: None,
            content_type: "",
            body: None,
        }
    }
}
