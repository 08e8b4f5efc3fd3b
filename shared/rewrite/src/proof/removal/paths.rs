//! Which paths a pattern means: by trying, part by part and byte by byte.

use crate::removal::{Meant, Removal};

/// A path as its parts.
pub(super) type Parts<'a> = Vec<&'a [u8]>;

/// The patterns of paths.
#[derive(Default)]
pub(super) struct Paths(Vec<Pattern>);

struct Pattern {
    path: Vec<u8>,
    is_glob: bool,
    only_folders: bool,
}

impl Paths {
    pub(super) fn new(removal: &Removal) -> Self {
        let pattern = |meant: &Meant| match meant {
            Meant::Blob(_) => None,
            Meant::Path {
                path,
                is_glob,
                only_folders,
            } => Some(Pattern {
                path: path.clone(),
                is_glob: *is_glob,
                only_folders: *only_folders,
            }),
        };
        let files = removal.files.iter();
        Self(files.filter_map(|file| pattern(&file.meant)).collect())
    }

    /// Whether the file or folder at this path is to go.
    pub(super) fn take(&self, path: &[u8], is_folder: bool) -> bool {
        let path = parts(path);
        let takes = |one: &Pattern| one.means(&parts(&one.path), &path);
        let mut all = self.0.iter();
        all.any(|one| takes(one) && (is_folder || !one.only_folders))
    }

    /// Whether anything below the folder at this path (none: the root) can be meant.
    pub(super) fn reach_below(&self, path: &[u8]) -> bool {
        let path = if path.is_empty() {
            Parts::new()
        } else {
            parts(path)
        };
        let mut all = self.0.iter();
        all.any(|one| one.goes_on(&parts(&one.path), &path))
    }

    /// Whether something of this name can be meant.
    pub(super) fn may_name(&self, name: &[u8]) -> bool {
        let last = |one: &Pattern| {
            let path = parts(&one.path);
            let last = path.last().copied().unwrap_or_default();
            one.is_glob && last == b"**" || one.fits(last, name)
        };
        self.0.iter().any(last)
    }
}

impl Pattern {
    fn means(&self, pattern: &[&[u8]], path: &[&[u8]]) -> bool {
        match pattern {
            [] => path.is_empty(),
            [b"**"] if self.is_glob => !path.is_empty(),
            [b"**", rest @ ..] if self.is_glob => {
                (0..=path.len()).any(|from| self.means(rest, &path[from..]))
            }
            [first, rest @ ..] => path
                .split_first()
                .is_some_and(|(name, below)| self.fits(first, name) && self.means(rest, below)),
        }
    }

    fn goes_on(&self, pattern: &[&[u8]], path: &[&[u8]]) -> bool {
        match (pattern, path) {
            ([], _) => false,
            ([b"**", ..], _) if self.is_glob => true,
            (_, []) => true,
            ([first, rest @ ..], [name, below @ ..]) => {
                self.fits(first, name) && self.goes_on(rest, below)
            }
        }
    }

    fn fits(&self, pattern: &[u8], name: &[u8]) -> bool {
        if self.is_glob {
            is_like(name, pattern)
        } else {
            pattern == name
        }
    }
}

fn parts(path: &[u8]) -> Parts<'_> {
    path.split(|byte| *byte == b'/').collect()
}

/// Whether `name` is like `glob`.
fn is_like(name: &[u8], glob: &[u8]) -> bool {
    let first = |rest: &[u8], is: &dyn Fn(u8) -> bool| {
        name.first().is_some_and(|byte| is(*byte)) && is_like(&name[1..], rest)
    };
    match glob {
        [] => name.is_empty(),
        [b'*', rest @ ..] => (0..=name.len()).any(|from| is_like(&name[from..], rest)),
        [b'?', rest @ ..] => first(rest, &|_| true),
        [b'\\', byte, rest @ ..] => first(rest, &|found| found == *byte),
        [b'[', rest @ ..] => {
            let (class, rest) = class(rest);
            first(rest, &|found| class.has(found))
        }
        [byte, rest @ ..] => first(rest, &|found| found == *byte),
    }
}

struct Class {
    is_inverted: bool,
    ranges: Vec<(u8, u8)>,
}

impl Class {
    fn has(&self, byte: u8) -> bool {
        let mut ranges = self.ranges.iter();
        ranges.any(|(from, to)| (*from..=*to).contains(&byte)) != self.is_inverted
    }
}

/// What stands behind a bracket, and what follows the closing one.
fn class(text: &[u8]) -> (Class, &[u8]) {
    let is_inverted = matches!(text.first(), Some(b'!' | b'^'));
    let mut rest = &text[usize::from(is_inverted)..];
    let (mut ranges, mut is_range): (Vec<(u8, u8)>, bool) = (Vec::new(), false);
    while let Some((byte, after)) = rest.split_first() {
        rest = after;
        match (byte, ranges.last_mut()) {
            (b']', Some(_)) => break,
            (b'-', Some(_)) if !is_range => {
                is_range = true;
                continue;
            }
            (byte, Some(last)) if is_range => last.1 = *byte,
            (byte, _) => ranges.push((*byte, *byte)),
        }
        is_range = false;
    }
    ranges.extend(is_range.then_some((b'-', b'-')));
    let class = Class {
        is_inverted,
        ranges,
    };
    (class, rest)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{Paths, is_like};
    use crate::removal::{FilePattern, Matcher, Removal};

    #[test]
    fn names_are_like_globs() {
        for (glob, name, expected) in [
            ("*", "", true),
            ("a*b*c", "a--b-bc", true),
            ("a?c", "ac", false),
            ("[a-c]", "b", true),
            ("[!a-c]", "b", false),
            ("[]-]", "-", true),
            ("\\*", "*", true),
            ("\\*", "x", false),
        ] {
            assert_eq!(
                is_like(name.as_bytes(), glob.as_bytes()),
                expected,
                "{glob} {name}"
            );
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(2000))]

        /// The proof and the rewriter, which have nothing in common here, mean the same.
        #[test]
        fn both_mean_the_same(
            pattern in "[ab/*?!\\[\\]\\\\^-]{1,9}|(\\*\\*|[ab*]{1,2})(/(\\*\\*|[ab?]{1,2})){0,3}/?",
            path in "[ab!-]{1,3}(/[ab^]{1,2}){0,3}",
            is_folder: bool,
        ) {
            let Ok(file) = FilePattern::parse(pattern.as_bytes()) else { return Ok(()); };
            let removal = Removal { files: vec![file], larger_than: None };
            let (paths, matcher) = (Paths::new(&removal), Matcher::new(&removal));
            let names: Vec<&str> = path.split('/').collect();
            // What is above the path is looked at first, as folders.
            let takes = |end: usize| {
                let is_folder = is_folder || end < names.len();
                matcher.takes_path(&names[..end], is_folder)
            };
            for end in 1..=names.len() {
                let above = names[..end].join("/");
                let is_folder = is_folder || end < names.len();
                let is_taken = paths.take(above.as_bytes(), is_folder);
                prop_assert_eq!(is_taken, takes(end), "{}", above);
                if is_taken {
                    prop_assert!(paths.may_name(names[end - 1].as_bytes()));
                    prop_assert!(matcher.may_end(names[end - 1].as_bytes()));
                    prop_assert!(paths.reach_below(names[..end - 1].join("/").as_bytes()));
                    break;
                }
            }
        }
    }
}
