//! Revisions as people write them: a branch, a tag, an id in full or in short, HEAD, with `~N` and `^N` behind it
//! (gitrevisions, a part of it).

use crate::{CommitView, Head, Headers, Kind, ObjectId, Reader, Repository};

/// The commit that `text` names; none if it names none, or several.
pub fn resolve(repo: &Repository, text: &str) -> Option<ObjectId> {
    let end = text.find(['~', '^']).unwrap_or(text.len());
    let (name, mut steps) = text.split_at(end);
    let mut commit = peel(repo, named(repo, name)?)?;
    let mut reader = Reader::new(repo, u64::MAX);
    while let Some(kind) = steps.chars().next() {
        let rest = &steps[1..];
        let digits = rest
            .find(|c: char| !c.is_ascii_digit())
            .unwrap_or(rest.len());
        let (number, next) = rest.split_at(digits);
        let number: usize = if number.is_empty() {
            1
        } else {
            number.parse().ok()?
        };
        for _ in 0..if kind == '~' {
            number
        } else {
            usize::from(number > 0)
        } {
            let which = if kind == '~' { 1 } else { number };
            let (_, data) = reader.read(repo.table().find(&commit)?).ok()?;
            let parents = CommitView::parse(&data).parents;
            commit = *parents.get(which - 1)?;
        }
        steps = next;
    }
    Some(commit)
}

/// What a name stands for, in the order in which Git tries.
fn named(repo: &Repository, name: &str) -> Option<ObjectId> {
    if matches!(name, "HEAD" | "@") {
        return match repo.head() {
            Head::Branch(branch) => repo.ref_store().find(branch).map(|r| r.target),
            Head::Detached(id) => Some(*id),
        };
    }
    let forms = ["", "refs/", "refs/tags/", "refs/heads/", "refs/remotes/"];
    let found = forms
        .iter()
        .find_map(|form| repo.ref_store().find(&format!("{form}{name}")));
    if let Some(found) = found {
        return Some(found.target);
    }
    let is_id = (4..=64).contains(&name.len()) && name.bytes().all(|byte| byte.is_ascii_hexdigit());
    let digits = Some(name.to_ascii_lowercase()).filter(|_| is_id)?;
    repo.table()
        .find_prefix(digits.as_bytes())
        .map(|no| repo.id(no))
}

/// The commit that an object is, or leads to.
fn peel(repo: &Repository, mut id: ObjectId) -> Option<ObjectId> {
    loop {
        let object = repo.find(&id).ok()??;
        match object.kind {
            Kind::Commit => return Some(id),
            Kind::Tag => {
                let target = Headers::of(&object.data).find(|header| header.name == b"object")?;
                id = ObjectId::from_hex(target.value)?;
            }
            Kind::Tree | Kind::Blob => return None,
        }
    }
}
