//! How much of what is labelled is found, and how much besides, in a corpus of this project's own.

#![allow(clippy::unwrap_used)] // the helpers are part of the tests

mod corpus;

use std::collections::BTreeSet;

use corpus::File;
use scan::{Matcher, RuleSet};

/// Lines counted over some files.
#[derive(Default)]
struct Score {
    secrets: usize,
    found: usize,
    beyond: usize,
}

impl Score {
    fn recall(&self) -> f64 {
        share(self.found, self.secrets)
    }

    fn precision(&self) -> f64 {
        share(self.found, self.found + self.beyond)
    }
}

fn share(part: usize, whole: usize) -> f64 {
    f64::from(u32::try_from(part).unwrap()) / f64::from(u32::try_from(whole).unwrap())
}

/// The lines, from 1, on which something is found that is reported by default.
fn found(matcher: &mut Matcher<'_>, text: &str) -> BTreeSet<usize> {
    let mut all = Vec::new();
    matcher.find(text.as_bytes(), &mut all);
    let before = |at: usize| text.get(..at).unwrap_or_default();
    let line = |at: usize| before(at).matches('\n').count() + 1;
    all.retain(|found| found.confidence >= scan::LIKELY);
    all.iter().map(|found| line(found.start)).collect()
}

fn score<'f>(files: impl Iterator<Item = &'f File>) -> Score {
    let rules = RuleSet::builtin().unwrap();
    let mut matcher = Matcher::new(&rules);
    let mut score = Score::default();
    for file in files {
        let lines = found(&mut matcher, &file.text);
        let is_hit = |secret: &&std::ops::RangeInclusive<usize>| {
            lines.iter().any(|line| secret.contains(line))
        };
        score.secrets += file.secrets.len();
        score.found += file.secrets.iter().filter(is_hit).count();
        let beyond = lines
            .iter()
            .filter(|line| !file.secrets.iter().any(|s| s.contains(line)));
        score.beyond += beyond.count();
    }
    score
}

#[test]
fn the_corpus_is_as_large_as_it_should_be_and_half_of_it_is_kept_back() {
    let files = corpus::files();
    let kinds = |kept: bool| {
        let half = files.iter().filter(|file| file.is_kept_back() == kept);
        half.map(|file| file.kind).collect::<BTreeSet<_>>().len()
    };
    let secrets: usize = files.iter().map(|file| file.secrets.len()).sum();
    let look_alikes: usize = files.iter().map(File::look_alikes).sum();
    let paths: BTreeSet<&str> = files.iter().map(|file| file.path.as_str()).collect();
    assert!(kinds(true) >= 30 && kinds(false) >= 30);
    assert!(kinds(true).abs_diff(kinds(false)) <= 25, "{}", kinds(true));
    assert!(secrets >= 600, "{secrets}");
    assert!(look_alikes >= 1_500, "{look_alikes}");
    assert_eq!(paths.len(), files.len());
}

#[test]
fn of_the_half_kept_back_nearly_all_is_found_and_hardly_anything_besides() {
    let files = corpus::files();
    let score = score(files.iter().filter(|file| file.is_kept_back()));
    let (recall, precision) = (score.recall(), score.precision());
    assert!(recall >= 0.95, "recall {recall:.3}");
    assert!(precision >= 0.95, "precision {precision:.3}");
}

#[test]
fn of_the_half_in_view_nearly_all_is_found_and_hardly_anything_besides() {
    let files = corpus::files();
    let score = score(files.iter().filter(|file| !file.is_kept_back()));
    let (recall, precision) = (score.recall(), score.precision());
    assert!(recall >= 0.95, "recall {recall:.3}");
    assert!(precision >= 0.95, "precision {precision:.3}");
}
