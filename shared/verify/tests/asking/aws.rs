//! AWS's check of a signature, from its documentation: the signature is made again from what came.

use std::fmt::Write as _;

use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::{Digest as _, Sha256};
use testkit::answer_server::Asked;

/// The header that a request by the owner of key `id` with this secret would have had.
pub(crate) fn authorization(asked: &Asked, id: &str, secret: &str) -> String {
    let host = asked.header("host").unwrap();
    let date = asked.header("x-amz-date").unwrap();
    let region = match host.matches('.').count() {
        2 => "us-east-1",
        _ => host.split('.').nth(1).unwrap(),
    };
    let (path, query) = asked.target.split_once('?').unwrap();
    let nothing = hex(&Sha256::digest(b""));
    let headers = format!("host:{host}\nx-amz-date:{date}\n");
    let canonical = ["GET", path, query, &headers, "host;x-amz-date", &nothing].join("\n");
    let scope = [&date[..8], region, "sts", "aws4_request"].join("/");
    let hash = hex(&Sha256::digest(canonical.as_bytes()));
    let text = ["AWS4-HMAC-SHA256", date, &scope, &hash].join("\n");
    let mut key = format!("AWS4{secret}").into_bytes();
    for part in scope.split('/').chain([text.as_str()]) {
        let mut mac = Hmac::<Sha256>::new_from_slice(&key).unwrap();
        mac.update(part.as_bytes());
        key = mac.finalize().into_bytes().to_vec();
    }
    let signature = hex(&key);
    format!(
        "AWS4-HMAC-SHA256 Credential={id}/{scope}, SignedHeaders=host;x-amz-date, Signature={signature}"
    )
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        // Writing to a string does not fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}
