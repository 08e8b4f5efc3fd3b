//! One valid token in every place where a history can hide one: all are found, each where it stands.

#![allow(clippy::unwrap_used)] // a test that cannot be set up has failed

mod encodings;
mod limits;
mod nursery;
mod plant;

use std::path::Path;

use domain::{Finding, Occurrence, TenantId, Unwatched, Verdict, WorkspaceKey};
use git::Repository;
use nursery::{Nursery, Place};
use scan::{RuleSet, ScanOptions, ScanReport, scan_history};
use testkit::stock::{git, unpack};

/// By deltas and in full: how must not make a difference.
fn scan(path: &Path) -> ScanReport {
    let rules = RuleSet::builtin().unwrap();
    let key = WorkspaceKey::derive(b"test", &TenantId::new("test"));
    let repo = Repository::open(path).unwrap();
    let [by_delta, in_full] = [true, false].map(|by_delta| {
        let options = ScanOptions {
            by_delta,
            ..ScanOptions::default()
        };
        scan_history(&repo, &rules, &key, &options, &Unwatched).unwrap()
    });
    assert_eq!(by_delta, in_full);
    by_delta
}

/// The place of a finding, as far as the plan tells of it.
fn seen(place: &Place, occurrence: &Occurrence) -> Place {
    Place {
        name: place.name,
        value: place.value.clone(),
        carrier: occurrence.carrier,
        path: occurrence.file_path.clone(),
        line: occurrence.line_number,
        encoding: occurrence.encoding.clone(),
        in_archive: occurrence.in_archive,
        commit: occurrence.commit_hash.clone(),
    }
}

/// What is wrong with what was found, place by place.
fn problems(report: &ScanReport, places: &[Place]) -> Vec<String> {
    let mut problems = Vec::new();
    for place in places {
        let is_it = |finding: &&Finding| {
            let value = report.values.get(&finding.id);
            finding.rule.starts_with("github")
                && value.is_some_and(|value| value.first().expose() == place.value.as_bytes())
        };
        let found: Vec<&Finding> = report.findings.iter().filter(is_it).collect();
        let [finding] = found[..] else {
            problems.push(format!("{}: {} findings", place.name, found.len()));
            continue;
        };
        let all = finding.occurrences.iter();
        let seen: Vec<Place> = all.map(|one| seen(place, one)).collect();
        if seen != [place.clone()] {
            problems.push(format!("{}:\n  {seen:?}\n  not {place:?}", place.name));
        }
    }
    problems
}

fn assert_all_found(path: &Path, places: &[Place]) {
    let report = scan(path);
    let problems = problems(&report, places);
    let found = places.len() - problems.len();
    assert!(
        problems.is_empty(),
        "{found} of {}\n{}",
        places.len(),
        problems.join("\n")
    );
    assert_eq!(report.verdict(), Verdict::Findings, "{:?}", report.coverage);
    assert!(report.coverage.skipped().is_empty());
}

#[test]
fn every_place_of_a_mirror_and_of_a_clone() {
    let folder = tempfile::tempdir().unwrap();
    let (work, mirror) = (folder.path().join("work"), folder.path().join("mirror"));
    let mut nursery = Nursery::new(&work);
    plant::history(&mut nursery);
    assert_eq!(nursery.places.len(), 43, "the list of the 43 places");
    plant::more(&mut nursery);
    let mirrored = nursery.places.clone();
    plant::clone_only(&mut nursery);

    // a clone: loose objects, an index, reflogs
    assert_all_found(&work, &nursery.places);
    git(
        folder.path(),
        &["clone", "-q", "--mirror", "--no-local", "work", "mirror"],
    );
    assert_all_found(&mirror, &mirrored);
    unpack(&mirror);
    assert_all_found(&mirror, &mirrored);
}
