//! Refs: loose files below `refs/`, `packed-refs`, and HEAD.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use crate::{GitError, HashKind, ObjectId};

/// A name for an object. Names that are not UTF-8 are refused when the repository is opened.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Ref {
    /// The full name, `refs/…`.
    pub name: String,
    /// The object: a commit or tag, seldom a tree or blob.
    pub target: ObjectId,
    /// For a symbolic ref: the ref that it points to.
    pub symbolic: Option<String>,
}

/// What HEAD says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Head {
    /// The name of a branch, which may not exist yet.
    Branch(String),
    /// A commit.
    Detached(ObjectId),
}

/// All refs of a repository, in order of name.
#[derive(Clone, Debug)]
pub struct RefStore {
    /// HEAD.
    pub head: Head,
    /// Everything below `refs/`.
    pub refs: Vec<Ref>,
}

impl RefStore {
    /// Reads the refs of the repository whose own folder is `git_dir`; `common_dir` differs from it in a linked worktree.
    pub(crate) fn read(
        git_dir: &Path,
        common_dir: &Path,
        hash: HashKind,
    ) -> Result<Self, GitError> {
        let mut found: BTreeMap<String, Value> = BTreeMap::new();
        let packed = common_dir.join("packed-refs");
        if let Some(text) = read_optional(&packed)? {
            for line in text.split(|b| *b == b'\n').filter(|line| {
                !line.is_empty() && !line.starts_with(b"#") && !line.starts_with(b"^")
            }) {
                let parsed = packed_line(line, hash).ok_or_else(|| {
                    GitError::corrupt("packed-refs", "it has a line that is not a ref")
                })?;
                found.insert(parsed.0, Value::Id(parsed.1));
            }
        }
        read_folder(&common_dir.join("refs"), "refs", hash, &mut found)?;
        let head = match read_optional(&git_dir.join("HEAD"))?
            .as_deref()
            .and_then(|text| value(text, hash))
        {
            Some(Value::Symbolic(name)) => Head::Branch(name),
            Some(Value::Id(id)) => Head::Detached(id),
            None => return Err(GitError::corrupt("HEAD", "it is neither a ref nor an id")),
        };
        let refs = found
            .keys()
            .filter_map(|name| resolve(name, &found))
            .collect();
        Ok(Self { head, refs })
    }

    /// The object that a ref names.
    pub fn find(&self, name: &str) -> Option<&Ref> {
        let at = self
            .refs
            .binary_search_by(|r| r.name.as_str().cmp(name))
            .ok()?;
        Some(&self.refs[at])
    }

    /// The object that HEAD names; none on a branch without commits.
    pub fn head_target(&self) -> Option<ObjectId> {
        match &self.head {
            Head::Branch(name) => Some(self.find(name)?.target),
            Head::Detached(id) => Some(*id),
        }
    }
}

#[derive(Clone, Debug)]
enum Value {
    Id(ObjectId),
    Symbolic(String),
}

/// Follows symbolic refs, as Git does at most five deep. One that leads nowhere names nothing.
fn resolve(name: &str, all: &BTreeMap<String, Value>) -> Option<Ref> {
    let mut symbolic = None;
    let mut at = name;
    for _ in 0..5 {
        match all.get(at)? {
            Value::Id(target) => {
                return Some(Ref {
                    name: name.to_owned(),
                    target: *target,
                    symbolic,
                });
            }
            Value::Symbolic(next) => {
                symbolic.get_or_insert_with(|| next.clone());
                at = next;
            }
        }
    }
    None
}

fn packed_line(line: &[u8], hash: HashKind) -> Option<(String, ObjectId)> {
    let (id, name) = line.split_at_checked(hash.len() * 2)?;
    let name = std::str::from_utf8(name.strip_prefix(b" ")?).ok()?;
    Some((name.trim_end().to_owned(), ObjectId::from_hex(id)?))
}

fn value(text: &[u8], hash: HashKind) -> Option<Value> {
    let text = std::str::from_utf8(text).ok()?.trim_end();
    if let Some(name) = text.strip_prefix("ref:") {
        return Some(Value::Symbolic(name.trim().to_owned()));
    }
    ObjectId::from_hex(text.as_bytes())
        .filter(|id| id.as_bytes().len() == hash.len())
        .map(Value::Id)
}

fn read_optional(file: &Path) -> Result<Option<Vec<u8>>, GitError> {
    match fs::read(file) {
        Ok(bytes) => Ok(Some(bytes)),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(GitError::io(file)(error)),
    }
}

fn read_folder(
    folder: &Path,
    prefix: &str,
    hash: HashKind,
    found: &mut BTreeMap<String, Value>,
) -> Result<(), GitError> {
    let entries = match fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(()),
        Err(error) => return Err(GitError::io(folder)(error)),
    };
    for entry in entries {
        let entry = entry.map_err(GitError::io(folder))?;
        let name = entry.file_name();
        let name = name.to_str().ok_or_else(|| unreadable_name(prefix))?;
        let (path, full) = (entry.path(), format!("{prefix}/{name}"));
        if path.is_dir() {
            read_folder(&path, &full, hash, found)?;
        } else if !has_extension(name, "lock") {
            let bytes = read_optional(&path)?.unwrap_or_default();
            let value = value(&bytes, hash)
                .ok_or_else(|| GitError::corrupt(full.clone(), "it is neither a ref nor an id"))?;
            found.insert(full, value);
        }
    }
    Ok(())
}

fn has_extension(name: &str, extension: &str) -> bool {
    Path::new(name)
        .extension()
        .is_some_and(|found| found == extension)
}

fn unreadable_name(prefix: &str) -> GitError {
    GitError::Unsupported {
        feature: format!("a ref below {prefix} whose name is not UTF-8"),
        remedy: "rename it with `git branch -m` or delete it",
    }
}
