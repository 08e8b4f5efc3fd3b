//! The fields of a body that name a repository: its host, its address, its branch, its credential.

use domain::{CredentialId, Platform, RemoteUrl};

use crate::fields::Fields;

/// A repository as a body names it.
pub(crate) struct Place {
    pub(crate) platform: Option<Platform>,
    pub(crate) url: Option<RemoteUrl>,
    pub(crate) branch: Option<String>,
    pub(crate) credentials_id: Option<CredentialId>,
}

/// Takes `{prefix}_platform`, `{prefix}_url`, `{prefix}_branch` and `{prefix}_credentials_id`.
pub(crate) fn take_place(fields: &mut Fields, prefix: &str) -> Place {
    let name = |part: &str| format!("{prefix}_{part}");
    let platform = fields.required(&name("platform"), 32).and_then(|text| {
        let known = serde_json::from_value(serde_json::Value::String(text)).ok();
        if known.is_none() {
            fields.fault(
                &name("platform"),
                format!("must be one of: {}", Platform::NAMES.join(", ")),
            );
        }
        known
    });
    let url = fields
        .required(&name("url"), 2048)
        .and_then(|text| match RemoteUrl::parse(&text) {
            Ok(url) => Some(url),
            Err(error) => {
                fields.fault(&name("url"), error.to_string());
                None
            }
        });
    let branch = fields.text(&name("branch"), 255).filter(|branch| {
        let ok = is_branch_name(branch);
        if !ok {
            fields.fault(&name("branch"), "is not a name that a branch can have");
        }
        ok
    });
    let credentials_id = fields
        .text(&name("credentials_id"), 128)
        .map(CredentialId::new);
    Place {
        platform,
        url,
        branch,
        credentials_id,
    }
}

/// The rules of `git check-ref-format --branch`, but for `@{-n}`.
fn is_branch_name(name: &str) -> bool {
    let forbidden = |c: char| c.is_ascii_control() || " ~^:?*[\\".contains(c);
    let bad_part = |part: &str| {
        part.is_empty() || part.starts_with('.') || part.to_ascii_lowercase().ends_with(".lock")
    };
    !(name.contains(forbidden)
        || name.contains("..")
        || name.contains("@{")
        || name == "@"
        || name.starts_with('-')
        || name.ends_with('.'))
        && !name.split('/').any(bad_part)
}

#[cfg(test)]
mod tests {
    use super::is_branch_name;

    #[test]
    fn branch_names_follow_gits_rules() {
        for good in ["main", "feature/a-b", "v1.0", "ümlaut"] {
            assert!(is_branch_name(good), "{good}");
        }
        for bad in [
            "", "a b", "a..b", "/a", "a/", "a//b", ".a", "a.lock", "a.", "-a", "a~1", "@", "a@{1}",
            "a\\b",
        ] {
            assert!(!is_branch_name(bad), "{bad}");
        }
    }
}
