//! A request signed as AWS documents it (signature version 4), for the one question that is asked.
//!
//! AWS's own library for it brings tokio, which engines do without.

use domain::{Secret, hex};
use hmac::{Hmac, KeyInit as _, Mac as _};
use jiff::Timestamp;
use jiff::tz::TimeZone;
use sha2::{Digest as _, Sha256};

/// A GET without a body.
pub(crate) struct Request<'r> {
    pub(crate) host: &'r str,
    /// With its parameters in order.
    pub(crate) path: &'r str,
    pub(crate) service: &'r str,
    pub(crate) time: Timestamp,
}

/// The headers that sign it.
pub(crate) struct Signed {
    pub(crate) authorization: Secret<String>,
    /// `x-amz-date`.
    pub(crate) date: String,
}

/// Signs `request` with the key `id`.
pub(crate) fn sign(request: &Request<'_>, id: &str, secret: &str) -> Signed {
    let time = request.time.to_zoned(TimeZone::UTC);
    let date = time.strftime("%Y%m%dT%H%M%SZ").to_string();
    let day = time.strftime("%Y%m%d").to_string();
    let region = region(request.host);
    let (path, query) = request.path.split_once('?').unwrap_or((request.path, ""));
    let canonical = format!(
        "GET\n{path}\n{query}\nhost:{}\nx-amz-date:{date}\n\nhost;x-amz-date\n{}",
        request.host,
        hex(&Sha256::digest(b""))
    );
    let scope = format!("{day}/{region}/{}/aws4_request", request.service);
    let hash = hex(&Sha256::digest(canonical.as_bytes()));
    let text = format!("AWS4-HMAC-SHA256\n{date}\n{scope}\n{hash}");
    let first = Secret::new(format!("AWS4{secret}").into_bytes());
    let parts = [&day, region, request.service, "aws4_request"];
    let key = parts.iter().fold(first, |key, part| code(&key, part));
    let signature = hex(code(&key, &text).expose());
    let authorization = Secret::new(format!(
        "AWS4-HMAC-SHA256 Credential={id}/{scope}, SignedHeaders=host;x-amz-date, Signature={signature}"
    ));
    Signed {
        authorization,
        date,
    }
}

/// The region that a host's requests are signed for; the one without a region is in the first.
fn region(host: &str) -> &str {
    match host.split('.').nth(1) {
        None | Some("amazonaws") => "us-east-1",
        Some(region) => region,
    }
}

fn code(key: &Secret<Vec<u8>>, text: &str) -> Secret<Vec<u8>> {
    let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(key.expose()) else {
        return Secret::new(Vec::new()); // a key may have any length
    };
    mac.update(text.as_bytes());
    Secret::new(mac.finalize().into_bytes().to_vec())
}

#[cfg(test)]
mod tests {
    use super::{Request, region, sign};

    /// AWS's published test of the algorithm (`get-vanilla`), with the key of its documentation.
    #[test]
    fn a_request_is_signed_as_aws_signs_it() {
        let request = Request {
            host: "example.amazonaws.com",
            path: "/",
            service: "service",
            time: "2015-08-30T12:36:00Z".parse().unwrap(),
        };
        let secret = ["wJalrXUtnFEMI/K7MDENG", "bPxRfiCYEXAMPLEKEY"].join("+");
        let signed = sign(&request, "AKIDEXAMPLE", &secret);
        assert_eq!(signed.date, "20150830T123600Z");
        assert_eq!(
            signed.authorization.expose(),
            "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/service/aws4_request, \
             SignedHeaders=host;x-amz-date, \
             Signature=5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31"
        );
    }

    #[test]
    fn a_host_names_its_region() {
        for (host, wanted) in [
            ("sts.amazonaws.com", "us-east-1"),
            ("sts.us-gov-west-1.amazonaws.com", "us-gov-west-1"),
            ("sts.cn-north-1.amazonaws.com.cn", "cn-north-1"),
        ] {
            assert_eq!(region(host), wanted);
        }
    }
}
