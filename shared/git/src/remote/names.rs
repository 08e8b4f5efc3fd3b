//! Which names a ref may have (git-check-ref-format). Names come from servers and from other people's repositories, and
//! are written into files and requests where a line break would be a lie.

/// Whether `name` is `refs/…` and a name that Git accepts.
pub(super) fn is_ref_name(name: &str) -> bool {
    let forbidden = |c: char| {
        c.is_ascii_control() || matches!(c, ' ' | '~' | '^' | ':' | '?' | '*' | '[' | '\\')
    };
    let component = |part: &str| {
        // As Git has it: of a lock file's name, upper and lower case differ.
        let locked = part.as_bytes().ends_with(b".lock");
        !(part.is_empty() || part.starts_with('.') || locked)
    };
    name.starts_with("refs/")
        && name.split('/').all(component)
        && !name.ends_with('.')
        && !name.contains("..")
        && !name.contains("@{")
        && !name.contains(forbidden)
}

#[cfg(test)]
mod tests {
    use super::is_ref_name;

    #[test]
    fn names_are_judged_as_git_judges_them() {
        let names = [
            "refs/heads/main",
            "refs/tags/v1.0",
            "refs/heads/a/b@c",
            "refs/heads/ä",
            "refs/x",
            "refs/heads/@",
            "refs/heads/a.LOCK",
            "refs/",
            "refs",
            "HEAD",
            "refs/heads/",
            "refs//x",
            "refs/heads/.x",
            "refs/heads/x.lock",
            "refs/heads/x.lock/y",
            "refs/heads/a..b",
            "refs/heads/a.",
            "refs/heads/a b",
            "refs/heads/a\nb",
            "refs/heads/a\u{7f}",
            "refs/heads/a@{1}",
            "refs/heads/a\\b",
            "refs/heads/a~1",
            "refs/../../x",
        ];
        for name in names {
            let accepted = testkit::stock::command(".".as_ref(), &["check-ref-format", name])
                .status()
                .unwrap()
                .success();
            assert_eq!(
                is_ref_name(name),
                accepted && name.starts_with("refs/"),
                "{name:?}"
            );
        }
    }
}
