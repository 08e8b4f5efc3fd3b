//! Which paths and blobs are meant: patterns as steps from folder to folder.

use std::collections::HashSet;

use git::ObjectId;
use globset::GlobBuilder;
use regex::bytes::Regex;

use super::{FilePattern, FilePatternError, Meant, Removal};

/// One step of a pattern's path.
#[derive(Debug)]
enum Step {
    /// This name.
    Name(Vec<u8>),
    /// A name like this.
    Like(Regex),
    /// Any number of folders.
    Folders,
}

impl Step {
    fn fits(&self, name: &[u8]) -> bool {
        match self {
            Self::Name(own) => own == name,
            Self::Like(regex) => regex.is_match(name),
            Self::Folders => true,
        }
    }
}

/// A pattern, and how far along it a path is.
pub(super) type State = (u32, u32);

/// A path pattern of the request.
#[derive(Debug)]
struct PathPattern {
    /// Its place in the request.
    pattern: u32,
    /// The last one is no [`Step::Folders`].
    steps: Vec<Step>,
    only_folders: bool,
}

/// What is to be removed, ready to be looked for.
#[derive(Debug, Default)]
pub(crate) struct Matcher {
    paths: Vec<PathPattern>,
    ids: HashSet<ObjectId>,
    larger_than: Option<u64>,
}

/// What ends at a path.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Match {
    /// The pattern's place in the request.
    pub(super) pattern: u32,
    pub(super) only_folders: bool,
}

impl Matcher {
    pub(crate) fn new(removal: &Removal) -> Self {
        let mut matcher = Self {
            larger_than: removal.larger_than,
            ..Self::default()
        };
        for (pattern, file) in (0..).zip(&removal.files) {
            match &file.meant {
                Meant::Blob(id) => drop(matcher.ids.insert(*id)),
                Meant::Path {
                    path,
                    is_glob,
                    only_folders,
                } => matcher.paths.push(PathPattern {
                    pattern,
                    // Every pattern was read once before.
                    steps: steps(path, *is_glob).unwrap_or_default(),
                    only_folders: *only_folders,
                }),
            }
        }
        matcher
    }

    /// Whether something is removed by its size: then every blob must be looked at.
    pub(crate) fn has_limit(&self) -> bool {
        self.larger_than.is_some()
    }

    /// Whether nothing is to be removed.
    pub(crate) fn is_empty(&self) -> bool {
        self.larger_than.is_none() && self.paths.is_empty() && self.ids.is_empty()
    }

    /// Blobs that are meant by their ids.
    pub(crate) fn ids(&self) -> impl Iterator<Item = &ObjectId> {
        self.ids.iter()
    }

    /// Whether a blob is meant by itself, wherever it stands.
    pub(crate) fn takes_blob(&self, id: &ObjectId, size: usize) -> bool {
        self.larger_than.is_some_and(|limit| size as u64 > limit) || self.ids.contains(id)
    }

    /// Whether the path of something of this name can be meant.
    pub(crate) fn may_end(&self, name: &[u8]) -> bool {
        let fits = |path: &PathPattern| path.steps.last().is_some_and(|last| last.fits(name));
        self.paths.iter().any(fits)
    }

    /// Where every path begins.
    pub(super) fn start(&self) -> Vec<State> {
        let mut states = Vec::new();
        for path in 0..self.paths.len() {
            self.enter(u32::try_from(path).unwrap_or(u32::MAX), 0, &mut states);
        }
        states
    }

    /// One name further: where the path is then, and what ends there.
    pub(super) fn follow(&self, from: &[State], name: &[u8]) -> (Vec<State>, Vec<Match>) {
        let (mut states, mut matches) = (Vec::new(), Vec::new());
        for &(path, at) in from {
            let steps = &self.paths[path as usize];
            match &steps.steps[at as usize] {
                Step::Folders => self.enter(path, at, &mut states),
                step if !step.fits(name) => {}
                _ if at as usize + 1 < steps.steps.len() => self.enter(path, at + 1, &mut states),
                _ => matches.push(Match {
                    pattern: steps.pattern,
                    only_folders: steps.only_folders,
                }),
            }
        }
        states.sort_unstable();
        states.dedup();
        (states, matches)
    }

    fn enter(&self, path: u32, at: u32, states: &mut Vec<State>) {
        let steps = &self.paths[path as usize].steps;
        for next in at.. {
            if next as usize >= steps.len() {
                return;
            }
            states.push((path, next));
            if !matches!(steps[next as usize], Step::Folders) {
                return;
            }
        }
    }
}

/// Whether a glob can be read.
pub(super) fn check_glob(glob: &[u8]) -> Result<(), FilePatternError> {
    steps(glob, true).map(drop)
}

fn steps(path: &[u8], is_glob: bool) -> Result<Vec<Step>, FilePatternError> {
    let names = path.split(|byte| *byte == b'/');
    if !is_glob {
        return Ok(names.map(|name| Step::Name(name.to_vec())).collect());
    }
    let mut steps: Vec<Step> = names.map(step).collect::<Result<_, _>>()?;
    // All that is in a folder: each of its entries.
    if matches!(steps.last(), Some(Step::Folders)) {
        steps.pop();
        steps.push(step(b"*")?);
    }
    Ok(steps)
}

fn step(name: &[u8]) -> Result<Step, FilePatternError> {
    let refuse = |reason: &str| FilePatternError::Glob(reason.to_owned());
    if name == b"**" {
        return Ok(Step::Folders);
    }
    if !name.iter().any(|byte| b"*?[]{}\\".contains(byte)) {
        return Ok(Step::Name(name.to_vec()));
    }
    let text = std::str::from_utf8(name).map_err(|_| refuse("it must be UTF-8"))?;
    if text.contains(['{', '}']) {
        return Err(refuse("it must not have braces; give one pattern for each"));
    }
    if text.contains('[') && !text.is_ascii() {
        return Err(refuse("names with brackets must be ASCII"));
    }
    let glob = GlobBuilder::new(text)
        .literal_separator(true)
        .backslash_escape(true)
        .build()
        .map_err(|error| refuse(&error.kind().to_string()))?;
    let regex = Regex::new(glob.regex()).map_err(|_| refuse("it is too long"))?;
    Ok(Step::Like(regex))
}

impl FilePattern {
    /// Whether it is of a path; of a blob otherwise.
    pub(super) fn blob(&self) -> Option<&ObjectId> {
        match &self.meant {
            Meant::Blob(id) => Some(id),
            Meant::Path { .. } => None,
        }
    }
}

#[cfg(test)]
impl Matcher {
    /// Whether a pattern ends at this path.
    pub(crate) fn takes_path(&self, path: &[&str], is_folder: bool) -> bool {
        let (mut states, mut matches) = (self.start(), Vec::new());
        for name in path {
            (states, matches) = self.follow(&states, name.as_bytes());
        }
        matches.iter().any(|one| is_folder || !one.only_folders)
    }
}
