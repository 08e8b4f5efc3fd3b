//! The demo's last doubt: every object of a repository searched for the very bytes that were planted.

use domain::Secret;
use git::{KindSet, Repository, Visit, Visitor, WalkFailure, WalkOptions};

use super::planted::Planted;
use crate::CliError;
use crate::commands::Session;

/// How often a planted secret stands in an object of `repo`, or an object cannot be read.
pub(crate) fn count(
    repo: &Repository,
    planted: &Planted,
    session: &Session,
) -> Result<u64, CliError> {
    let needles = planted.needles().into_iter();
    let needles: Vec<_> = needles
        .map(|needle| Secret::new(needle.as_bytes().to_vec()))
        .collect();
    let options = WalkOptions {
        kinds: KindSet::ALL,
        threads: session.threads,
        ..WalkOptions::default()
    };
    let searches = repo.walk(
        &options,
        || Search {
            needles: &needles,
            hits: 0,
        },
        &*session.progress,
    )?;
    session.progress.clear();
    Ok(searches.iter().map(|search| search.hits).sum())
}

/// Looks for the planted bytes.
struct Search<'a> {
    needles: &'a [Secret<Vec<u8>>],
    hits: u64,
}

impl Visitor for Search<'_> {
    fn visit(&mut self, object: Visit<'_>) {
        let holds = |needle: &&Secret<Vec<u8>>| {
            let needle = needle.expose();
            object
                .data
                .windows(needle.len())
                .any(|part| part == needle.as_slice())
        };
        self.hits += self.needles.iter().filter(holds).count() as u64;
    }

    fn failed(&mut self, _: WalkFailure) {
        // What cannot be read cannot be vouched for.
        self.hits += 1;
    }
}
