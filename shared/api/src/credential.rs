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
    let platform = fields.required_word(&name("platform"), &Platform::NAMES);
    let url = fields
        .required(&name("url"), 2048)
        .and_then(|text| match RemoteUrl::parse(&text) {
            Ok(url) => Some(url),
            Err(error) => {
                let remedy = "send https://host/owner/repository.git; give credentials by their id";
                fields.fault(&name("url"), error.to_string(), remedy);
                None
            }
        });
    let branch = fields.text(&name("branch"), 255).filter(|branch| {
        let ok = is_branch_name(branch);
        if !ok {
            let message = "is not a name that a branch can have";
            fields.fault(
                &name("branch"),
                message,
                "send the name as `git branch` shows it",
            );
        }
        ok
    });
    let credentials_id = fields.text(&name("credentials_id"), 128);
    let credentials_id = credentials_id.filter(|id| {
        let ok = id.bytes().all(|byte| byte.is_ascii_graphic());
        if !ok {
            let message = "is not an id: it holds spaces or signs that are not ASCII";
            fields.fault(
                &name("credentials_id"),
                message,
                "send the id that the credential service gave, never the credential itself",
            );
        }
        ok
    });
    Place {
        platform,
        url,
        branch,
        credentials_id: credentials_id.map(CredentialId::new),
    }
}

/// The rules of `git check-ref-format --branch`, but for `@{-n}`.
fn is_branch_name(name: &str) -> bool {
    let forbidden = |c: char| c.is_ascii_control() || " ~^:?*[\\".contains(c);
    let bad_part = |part: &str| {
        part.is_empty() || part.starts_with('.') || part.to_ascii_lowercase().ends_with(".lock")
    };
    let bad = name.contains(forbidden)
        || name.contains("..")
        || name.contains("@{")
        || name == "@"
        || name.starts_with('-')
        || name.ends_with('.');
    !bad && !name.split('/').any(bad_part)
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
