//! What a provider wants to be told together with the value, and where it stands: in the text around it.

use std::ops::Range;
use std::sync::LazyLock;

use domain::Secret;
use regex::Regex;

/// Something that belongs to a value and is no secret itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Beside {
    /// The id of an access key of AWS.
    AwsKeyId,
    /// The id of an account at Twilio.
    TwilioAccount,
    /// The name of a user or an organization at Docker Hub.
    DockerUser,
    /// The name of a shop at Shopify: the first label of its host.
    Shop,
    /// The data centre at Mailchimp, with which a key ends: the first label of the host.
    MailchimpCentre,
}

static AWS_KEY_ID: LazyLock<Option<Regex>> = LazyLock::new(|| form(r"\b(AKIA[A-Z2-7]{16})\b"));
static TWILIO_ACCOUNT: LazyLock<Option<Regex>> = LazyLock::new(|| form(r"\b(AC[0-9a-f]{32})\b"));
static DOCKER_USER: LazyLock<Option<Regex>> = LazyLock::new(|| {
    form(
        r#"(?i:user(?:_?name)?|docker_?(?:hub_?)?id|[ ]-u)["']?[ \t]*[=: ][ \t]*["']?([a-z0-9]{4,30})\b"#,
    )
});
static SHOP: LazyLock<Option<Regex>> =
    LazyLock::new(|| form(r"\b([a-z0-9](?:[a-z0-9-]{0,60}[a-z0-9])?)\.myshopify\.com\b"));

static MAILCHIMP_CENTRE: LazyLock<Option<Regex>> =
    LazyLock::new(|| form(r"[0-9a-f]{32}-(us[0-9]{1,2})\b"));

fn form(pattern: &str) -> Option<Regex> {
    Regex::new(pattern).ok()
}

impl Beside {
    /// The one of this kind that stands nearest to `value` in `text`.
    pub(crate) fn find(self, text: &str, value: &str) -> Option<Secret<String>> {
        let form = match self {
            Self::AwsKeyId => &AWS_KEY_ID,
            Self::TwilioAccount => &TWILIO_ACCOUNT,
            Self::DockerUser => &DOCKER_USER,
            Self::Shop => &SHOP,
            Self::MailchimpCentre => &MAILCHIMP_CENTRE,
        };
        let text = if self.is_in_value() { value } else { text };
        let start = text.find(value)?;
        let place = start..start + value.len();
        let found = form.as_ref()?.captures_iter(text);
        let found = found.filter_map(|captures| captures.get(1));
        let nearest = found.min_by_key(|one| distance(text, &one.range(), &place))?;
        Some(Secret::new(nearest.as_str().to_owned()))
    }

    /// Whether the value itself says it. What stands near it may belong to another.
    pub(crate) fn is_in_value(self) -> bool {
        self == Self::MailchimpCentre
    }

    /// The host to ask, of those of one domain.
    pub(crate) fn host(self, name: &str, host: &str) -> String {
        match self {
            Self::Shop | Self::MailchimpCentre => format!("{name}.{host}"),
            Self::AwsKeyId | Self::TwilioAccount | Self::DockerUser => host.to_owned(),
        }
    }
}

/// In lines, then in bytes.
fn distance(text: &str, one: &Range<usize>, other: &Range<usize>) -> (usize, usize) {
    let between = if one.end <= other.start {
        one.end..other.start
    } else {
        other.end..one.start
    };
    let between = text.get(between).unwrap_or_default();
    (between.matches('\n').count(), between.len())
}

#[cfg(test)]
mod tests {
    use super::Beside;

    const KINDS: [Beside; 5] = [
        Beside::AwsKeyId,
        Beside::TwilioAccount,
        Beside::DockerUser,
        Beside::Shop,
        Beside::MailchimpCentre,
    ];

    fn found(kind: Beside, text: &str) -> Option<String> {
        Some(kind.find(text, "VALUE")?.expose().clone())
    }

    #[test]
    fn what_stands_nearest_belongs_to_the_value() {
        let id = |last: &str| ["AK", "IA", &"Q".repeat(15), last].concat();
        let text = format!(
            "{}\n\nid = {}\nsecret = VALUE\n\n{}",
            id("A"),
            id("B"),
            id("C")
        );
        assert_eq!(found(Beside::AwsKeyId, &text), Some(id("B")));
        let text = format!("a: {}\n\n\nVALUE {}", id("A"), id("B"));
        assert_eq!(found(Beside::AwsKeyId, &text), Some(id("B")));
    }

    #[test]
    fn each_kind_has_its_form() {
        let account = ["AC", &"0f".repeat(16)].concat();
        let twilio = format!("Client('{account}', 'VALUE')");
        assert_eq!(found(Beside::TwilioAccount, &twilio), Some(account));
        for text in [
            "docker login -u acme -p VALUE",
            "DOCKER_USERNAME=acme\nDOCKER_PASSWORD=VALUE",
            "  username: acme\n  password: VALUE",
            r#"{"dockerId": "acme", "pat": "VALUE"}"#,
        ] {
            assert_eq!(
                found(Beside::DockerUser, text).as_deref(),
                Some("acme"),
                "{text}"
            );
        }
        let shop = "https://acme-1.myshopify.com/admin VALUE";
        assert_eq!(found(Beside::Shop, shop).as_deref(), Some("acme-1"));
        for host in [
            "https://evil.example/myshopify.com",
            "-.myshopify.com",
            "myshopify.com",
            "a.myshopify.community",
        ] {
            assert_eq!(
                found(Beside::Shop, &format!("{host} VALUE")),
                None,
                "{host}"
            );
        }
    }

    #[test]
    fn what_is_not_there_is_not_found() {
        for kind in KINDS {
            assert_eq!(found(kind, "VALUE"), None);
            assert_eq!(found(kind, ""), None);
        }
    }

    #[test]
    fn no_more_than_a_label_of_a_host_is_read() {
        for kind in KINDS {
            let host = kind.host("acme", "myshopify.com");
            assert!(host == "myshopify.com" || host == "acme.myshopify.com");
        }
        let key = format!("{}-us21", "0f".repeat(16));
        let centre = Beside::MailchimpCentre.find("", &key).unwrap();
        assert_eq!(centre.expose(), "us21");
    }
}
