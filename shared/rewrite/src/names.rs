//! Refs whose names hold a value get other names.

use std::collections::BTreeMap;

use git::{Head, Repository};

use crate::values::Values;

/// Old to new name of every ref (and of the branch that HEAD names, whether there is one) whose name changes.
pub(crate) fn renamed(repo: &Repository, values: &Values) -> BTreeMap<String, String> {
    let mut names: Vec<&str> = repo.refs().iter().map(|r| r.name.as_str()).collect();
    if let Head::Branch(name) = repo.head() {
        names.push(name);
    }
    let wish = |name: &str, try_no| {
        let (folder, rest) = split(name);
        let (_, new) = values.name(rest.as_bytes(), try_no)?;
        Some(format!("{folder}{}", String::from_utf8_lossy(&new)))
    };
    let (held, free): (Vec<&str>, Vec<&str>) =
        names.into_iter().partition(|name| wish(name, 0).is_some());
    let mut taken: Vec<String> = free.into_iter().map(str::to_owned).collect();
    let mut renamed = BTreeMap::new();
    for name in held {
        let is_free = |new: &String| {
            !new.as_bytes().ends_with(b".lock") && taken.iter().all(|other| !collide(new, other))
        };
        let is_done = renamed.contains_key(name);
        let tries = (0..).map_while(|try_no| wish(name, try_no));
        if let Some(new) = tries.into_iter().find(is_free).filter(|_| !is_done) {
            taken.push(new.clone());
            renamed.insert(name.to_owned(), new);
        }
    }
    renamed
}

/// The folder that gives a ref its meaning (`refs/heads/`), and the rest.
pub(crate) fn split(name: &str) -> (&str, &str) {
    let mut slashes = name.match_indices('/').map(|(at, _)| at + 1);
    let end = slashes.nth(1).or_else(|| name.find('/').map(|at| at + 1));
    name.split_at(end.unwrap_or(0))
}

/// One name, or one a folder of the other.
fn collide(a: &str, b: &str) -> bool {
    let holds = |a: &str, b: &str| b.strip_prefix(a).is_some_and(|rest| rest.starts_with('/'));
    a == b || holds(a, b) || holds(b, a)
}

#[cfg(test)]
mod tests {
    use super::{collide, split};

    #[test]
    fn a_refs_kind_is_no_part_of_its_name() {
        assert_eq!(split("refs/heads/a/b"), ("refs/heads/", "a/b"));
        assert_eq!(split("refs/stash"), ("refs/", "stash"));
        assert_eq!(split("HEAD"), ("", "HEAD"));
        assert!(collide("a/b", "a") && collide("a", "a/b") && !collide("a", "ab"));
    }
}
