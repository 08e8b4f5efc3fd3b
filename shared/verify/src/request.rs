//! One request, made of a question and a value.

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use domain::Secret;
use jiff::Timestamp;
use ureq::http::Request;
use ureq::http::request::Builder;

use crate::aws;
use crate::definition::{Definition, Method, Place};
use crate::validity::Validity;

/// Who is asked, and about what.
pub(crate) struct Addressed<'a> {
    pub(crate) scheme: &'static str,
    pub(crate) host: &'static str,
    pub(crate) value: &'a str,
    /// What stands beside the value; empty if that does not matter.
    pub(crate) beside: &'a str,
}

/// A header that has the value in it, and what goes with it.
type Header = (&'static str, Secret<String>);

/// The request, and what is sent in it.
pub(crate) fn build(
    definition: &Definition,
    to: &Addressed<'_>,
    time: Timestamp,
) -> Result<(Builder, Option<&'static str>), Validity> {
    let host = match definition.beside {
        Some(kind) => kind.host(to.beside, to.host),
        None => to.host.to_owned(),
    };
    let path = path(definition, to)?;
    let url = Secret::new(format!("{}://{host}{}", to.scheme, path.expose()));
    let (method, kind, body) = match definition.method {
        Method::Get => ("GET", None, None),
        Method::Post("") => ("POST", None, Some("")),
        Method::Post(json) => ("POST", Some("application/json"), Some(json)),
        Method::Form(form) => {
            let kind = "application/x-www-form-urlencoded";
            ("POST", Some(kind), Some(form))
        }
    };
    let mut request = Request::builder().method(method).uri(url.expose().as_str());
    let kind = kind.map(|kind| ("Content-Type", kind));
    for (name, value) in definition.headers.iter().copied().chain(kind) {
        request = request.header(name, value);
    }
    if definition.place == Place::AwsSignature {
        let question = aws::Request {
            host: &host,
            path: definition.path,
            service: "sts",
            time,
        };
        let signed = aws::sign(&question, to.beside, to.value);
        request = request
            .header("X-Amz-Date", signed.date)
            .header("Authorization", signed.authorization.expose().as_str());
    } else if let Some((name, value)) = header(definition.place, to) {
        request = request.header(name, value.expose().as_str());
    }
    Ok((request, body))
}

fn path(definition: &Definition, to: &Addressed<'_>) -> Result<Secret<String>, Validity> {
    let path = definition.path.replace("{beside}", to.beside);
    match definition.place {
        Place::Path | Place::Query(_) if !is_plain(to.value) => Err(Validity::NotSendable),
        Place::Path => Ok(Secret::new(path.replace("{}", to.value))),
        Place::Query(name) => Ok(Secret::new(format!("{path}?{name}={}", to.value))),
        _ => Ok(Secret::new(path)),
    }
}

/// The header that the value goes into, if it goes into one as it is.
fn header(place: Place, to: &Addressed<'_>) -> Option<Header> {
    let value = to.value;
    let basic = |user: &str| {
        let pair = Secret::new(format!("{user}:{value}"));
        let encoded = Secret::new(BASE64_STANDARD.encode(pair.expose()));
        Secret::new(format!("Basic {}", encoded.expose()))
    };
    match place {
        Place::Authorization(word) => {
            Some(("Authorization", Secret::new(format!("{word}{value}"))))
        }
        Place::Basic(user) => Some(("Authorization", basic(user))),
        Place::BasicBeside => Some(("Authorization", basic(to.beside))),
        Place::Header(name) => Some((name, Secret::new(value.to_owned()))),
        Place::AwsSignature | Place::Path | Place::Query(_) => None,
    }
}

/// Whether a value means itself in a URL.
fn is_plain(value: &str) -> bool {
    let plain =
        |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.' | b':');
    value.bytes().all(plain)
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;

    use super::{Addressed, build};
    use crate::beside::Beside;
    use crate::definition::{Definition, GET, Place};
    use crate::providers::definitions;
    use crate::validity::Validity;

    fn to<'a>(host: &'static str, value: &'a str, beside: &'a str) -> Addressed<'a> {
        let scheme = "https";
        Addressed {
            scheme,
            host,
            value,
            beside,
        }
    }

    #[test]
    fn every_request_goes_to_its_own_host_by_https() {
        for definition in definitions() {
            for host in definition.hosts {
                let to = to(host, "made-up", "acme");
                let (request, body) = build(definition, &to, Timestamp::UNIX_EPOCH).unwrap();
                let request = request.body(body).unwrap();
                assert_eq!(request.uri().scheme_str(), Some("https"));
                let asked = request.uri().host().unwrap();
                assert_eq!(asked.strip_prefix("acme.").unwrap_or(asked), *host);
                let labels = [Some(Beside::Shop), Some(Beside::MailchimpCentre)];
                assert_eq!(asked == *host, !labels.contains(&definition.beside));
                assert!(!request.uri().to_string().contains('{'), "{host}");
                let shown = request.uri().to_string().contains("made-up");
                let must = matches!(definition.place, Place::Path | Place::Query(_));
                assert_eq!(shown, must, "{host}");
            }
        }
    }

    #[test]
    fn no_value_makes_another_path() {
        for place in [Place::Path, Place::Query("token")] {
            let definition = Definition {
                path: "/bot{}/getMe",
                place,
                ..GET
            };
            for value in ["a/../b", "a?b", "a#b", "a b", "a%2f", "a&b", "a@b", "a\\b"] {
                let to = to("api.telegram.org", value, "");
                let refused = build(&definition, &to, Timestamp::UNIX_EPOCH);
                assert_eq!(refused.err(), Some(Validity::NotSendable), "{value}");
            }
        }
    }
}
