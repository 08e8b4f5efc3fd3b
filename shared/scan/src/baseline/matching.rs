//! Which findings of a report an entry applies to.

use std::cell::LazyCell;
use std::collections::{BTreeSet, HashMap};

use domain::{Carrier, FindingId, WorkspaceKey};
use git::Repository;
use sha1::Sha1;
use sha2::{Digest as _, Sha256};

use super::document::unspaced;
use super::place::{Files, Line, Place};
use super::{Known, Value};
use crate::{ScanReport, Spellings};

/// The findings of a report, ready to be found by everything that an entry can name them by.
pub(super) struct Matching<'a> {
    report: &'a ScanReport,
    files: Files<'a>,
    by_id: HashMap<&'a FindingId, usize>,
    by_unspaced: HashMap<String, Vec<usize>>,
    by_sha256: HashMap<[u8; 32], Vec<usize>>,
    by_sha1: HashMap<[u8; 20], Vec<usize>>,
    /// Keys by their first lines, tokens by the letters that they begin with: some tools see no more of them.
    by_beginning: HashMap<[u8; 20], Vec<usize>>,
    by_path: HashMap<&'a str, Vec<Spot<'a>>>,
}

/// Where a finding came into a file.
#[derive(Clone, Copy)]
struct Spot<'a> {
    finding: usize,
    line: u64,
    commit: &'a str,
}

impl<'a> Matching<'a> {
    /// Of the findings of `report`, which is on `repo`, and whose ids were made with `key`.
    pub(super) fn new(report: &'a ScanReport, repo: &'a Repository, key: &WorkspaceKey) -> Self {
        let mut matching = Self {
            report,
            files: Files::new(repo),
            by_id: HashMap::new(),
            by_unspaced: HashMap::new(),
            by_sha256: HashMap::new(),
            by_sha1: HashMap::new(),
            by_beginning: HashMap::new(),
            by_path: HashMap::new(),
        };
        for (index, finding) in report.findings.iter().enumerate() {
            matching.by_id.insert(&finding.id, index);
            let spellings = report.values.get(&finding.id).into_iter();
            for value in spellings.flat_map(Spellings::all) {
                matching.add_value(index, value.expose(), key);
            }
            let places = finding.occurrences.iter();
            for place in places.filter(|place| place.carrier == Carrier::Blob) {
                let spots = matching.by_path.entry(&place.file_path).or_default();
                spots.push(Spot {
                    finding: index,
                    line: place.line_number,
                    commit: &place.commit_hash,
                });
            }
        }
        matching
    }

    fn add_value(&mut self, index: usize, value: &[u8], key: &WorkspaceKey) {
        if let Some(hash) = unspaced(value, key) {
            self.by_unspaced.entry(hash).or_default().push(index);
        }
        let bare = value.trim_ascii();
        let sha256 = Sha256::digest(bare).into();
        self.by_sha256.entry(sha256).or_default().push(index);
        for form in both(value, bare) {
            let sha1 = Sha1::digest(form).into();
            self.by_sha1.entry(sha1).or_default().push(index);
        }
        let first = bare.split(|byte| matches!(byte, b'\n' | b'\r' | b'\\'));
        let first = first.into_iter().next().unwrap_or_default();
        if let Some(opening) = first.strip_prefix(b"-----") {
            let short = opening.strip_suffix(b"-----").unwrap_or(opening);
            for form in both(opening, short) {
                let sha1 = Sha1::digest(form).into();
                self.by_beginning.entry(sha1).or_default().push(index);
            }
        } else if let Some(end) = bare.iter().position(|byte| matches!(byte, b'_' | b'-')) {
            let sha1 = Sha1::digest(&bare[..end]).into();
            self.by_beginning.entry(sha1).or_default().push(index);
        }
    }

    /// The findings that the entry applies to, and whether it says more than where they stand.
    pub(super) fn find(&self, known: &Known) -> (Vec<usize>, bool) {
        match known {
            Known::Finding(id, unspaced) => {
                let alike = unspaced.as_ref().and_then(|it| self.by_unspaced.get(it));
                let mut found: Vec<_> = alike.into_iter().flatten().copied().collect();
                found.extend(self.by_id.get(id));
                (found, true)
            }
            Known::Value(value) => match self.by_sha256.get(&value.sha256) {
                Some(found) => (found.clone(), true),
                None => (self.overlapping(value), false),
            },
            Known::Sha1(hash, place) => {
                if let Some(found) = self.by_sha1.get(hash) {
                    return (found.clone(), true);
                }
                let alike = self.by_beginning.get(hash);
                let may = |index: &usize| alike.is_some_and(|alike| alike.contains(index));
                (self.at(place, may), false)
            }
            Known::Place(place) => (self.at(place, |_| true), false),
        }
    }

    /// The findings at a place, of those that `may` be meant. A report tells of each path only where a value came in, so
    /// that the file is looked into as well.
    fn at(&self, place: &Place, may: impl Fn(&usize) -> bool) -> Vec<usize> {
        for path in &place.paths {
            let line = LazyCell::new(|| self.files.line(path, place));
            let stands = |finding: usize| {
                let holds = |line: &Line| self.spellings(finding).any(|value| line.holds(value));
                line.as_ref().is_some_and(holds)
            };
            let is_there = |spot: &&Spot<'_>| {
                let is_commit = place.commit.as_ref().is_none_or(|id| id == spot.commit);
                let is_known = spot.line == place.line && is_commit;
                may(&spot.finding) && (is_known || stands(spot.finding))
            };
            let spots = self.by_path.get(path.as_str()).into_iter().flatten();
            let found: BTreeSet<_> = spots.filter(is_there).map(|spot| spot.finding).collect();
            if !found.is_empty() {
                return found.into_iter().collect();
            }
        }
        Vec::new()
    }

    /// The findings whose values share bytes with this one, where it stands.
    fn overlapping(&self, other: &Value) -> Vec<usize> {
        let place = &other.place;
        let mut found = self.at(place, |_| true);
        if !found.is_empty() {
            let lines = place.paths.iter();
            let lines: Vec<_> = lines
                .filter_map(|path| self.files.line(path, place))
                .collect();
            found.retain(|finding| {
                let shares = |line: &Line| {
                    let mut spellings = self.spellings(*finding);
                    spellings.any(|value| line.overlaps(value, other))
                };
                lines.iter().any(shares)
            });
        }
        found
    }

    fn spellings(&self, finding: usize) -> impl Iterator<Item = &[u8]> {
        let id = &self.report.findings[finding].id;
        let all = self
            .report
            .values
            .get(id)
            .into_iter()
            .flat_map(Spellings::all);
        all.map(|value| value.expose().as_slice())
    }
}

/// Two forms of a text, once if they are the same.
fn both<'t>(one: &'t [u8], other: &'t [u8]) -> impl Iterator<Item = &'t [u8]> {
    [Some(one), (one != other).then_some(other)]
        .into_iter()
        .flatten()
}
