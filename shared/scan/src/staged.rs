//! What is staged for the next commit: files that differ from those of HEAD, and the secrets in them that HEAD's version did
//! not have.

use std::collections::{BTreeMap, BTreeSet};

use domain::{Coverage, Failure, Tally, Watch, WorkspaceKey};
use git::{CommitView, GitError, ObjectId, ObjectNo, Repository, revision, staging, tree_entries};

use crate::assemble::Assembly;
use crate::attribution::Attribution;
use crate::graph::Graph;
use crate::history::{Scan, skip_unopened};
use crate::names::{HERE, Names, Paths};
use crate::places::Places;
use crate::range::MISSING;
use crate::trees::Edges;
use crate::{RuleSet, ScanError, ScanOptions, ScanReport};

/// Files by path.
type Files = BTreeMap<Vec<u8>, ObjectId>;

/// Searches the staged files that differ from HEAD's. Findings are values that HEAD's version of these files does not have;
/// they have no commit yet.
pub fn scan_staged(
    repo: &Repository,
    rules: &RuleSet,
    key: &WorkspaceKey,
    options: &ScanOptions,
    watch: &dyn Watch,
) -> Result<ScanReport, ScanError> {
    let mut files = Files::new();
    files.extend(
        staging::files(repo)?
            .into_iter()
            .map(|file| (file.path, file.id)),
    );
    let before = head_files(repo)?;
    let changed = |(path, id): &(&Vec<u8>, &ObjectId)| before.get(*path) != Some(*id);
    let fresh: Vec<(&Vec<u8>, &ObjectId)> = files.iter().filter(changed).collect();
    let gone = before
        .iter()
        .filter(|(path, id)| files.get(*path) != Some(*id));
    let old: BTreeSet<ObjectNo> = gone.filter_map(|(_, id)| repo.table().find(id)).collect();

    let mut failures = Vec::new();
    let (mut names, mut paths, mut spots) = (Names::default(), Paths::default(), BTreeSet::new());
    for (path, id) in fresh {
        match repo.table().find(id) {
            Some(object) if old.contains(&object) => {} // moved
            Some(object) => {
                let name = names.number(path);
                spots.insert((object, paths.number(name, HERE)));
            }
            None => failures.push(Failure {
                what: id.to_string(),
                reason: MISSING.to_owned(),
            }),
        }
    }
    let mut only = vec![false; repo.object_count() as usize];
    let objects = spots
        .iter()
        .map(|(object, _)| *object)
        .chain(old.iter().copied());
    objects.for_each(|object| only[object as usize] = true);
    let scan = Scan {
        repo,
        rules,
        options,
        watch,
    };
    let mut gathered = scan.first_pass(Some(&only))?;
    gathered.keep_new(&|object| old.contains(&object));

    let graph = Graph::new(Vec::new(), 0);
    let attribution = Attribution::of_files(spots);
    let places = Places::new(&Edges::default(), &only, &mut paths);
    let assembly = Assembly {
        repo,
        rules,
        key,
        gathered: &gathered,
        graph: &graph,
        tips: &[],
        places: &places,
        attribution: &attribution,
        names: &names,
        paths: &paths,
    };
    let (findings, values, marks) = assembly.findings()?;
    let mut coverage = account(repo, gathered.searched.tally, &gathered.failures, failures);
    skip_unopened(&mut coverage, &gathered);
    Ok(ScanReport {
        findings,
        values,
        coverage,
        marks,
    })
}

/// The rest of the repository is skipped, by this policy.
fn account(
    repo: &Repository,
    scanned: Tally,
    unread: &[git::WalkFailure],
    missing: Vec<Failure>,
) -> Coverage {
    let mut coverage = Coverage::of(u64::from(repo.object_count()));
    coverage.scan(scanned);
    for failure in unread {
        let (what, reason) = (failure.id.to_string(), failure.reason.to_owned());
        coverage.fail(Failure { what, reason }, 0);
    }
    missing
        .into_iter()
        .for_each(|failure| coverage.miss(failure));
    let reason = "only what is staged for the next commit was asked for";
    coverage.skip_rest("staged", reason);
    coverage
}

/// The files of HEAD's commit; none if it has no commit yet.
fn head_files(repo: &Repository) -> Result<Files, GitError> {
    let mut files = Files::new();
    let Some(commit) = revision::resolve(repo, "HEAD") else {
        return Ok(files);
    };
    let read = |id: &ObjectId| {
        let missing = || GitError::corrupt(format!("object {id}"), "it is missing");
        repo.find(id)?.ok_or_else(missing)
    };
    let root = CommitView::parse(&read(&commit)?.data).tree;
    let mut open: Vec<(Vec<u8>, ObjectId)> =
        root.map(|tree| (Vec::new(), tree)).into_iter().collect();
    while let Some((folder, id)) = open.pop() {
        let tree = read(&id)?.data;
        for entry in tree_entries(&tree, repo.hash_kind()) {
            let malformed = |_| GitError::corrupt(format!("object {id}"), "a malformed tree");
            let entry = entry.map_err(malformed)?;
            let Some(child) = ObjectId::from_bytes(entry.id).filter(|_| !entry.is_submodule())
            else {
                continue;
            };
            let path = [&folder, entry.name].concat();
            if entry.is_tree() {
                open.push(([&path, &b"/"[..]].concat(), child));
            } else {
                files.insert(path, child);
            }
        }
    }
    Ok(files)
}
