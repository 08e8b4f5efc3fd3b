//! The scan of a whole history: two passes over the objects, then the way back from objects to commits.

use std::collections::BTreeSet;

use domain::{Coverage, Failure, Verdict, Watch, WorkspaceKey};
use git::{Kind, KindSet, ObjectId, ObjectNo, Repository, WalkOptions};

use crate::assemble::Assembly;
use crate::attribution::Attribution;
use crate::graph::Graph;
use crate::hits::{Gathered, HitVisitor};
use crate::names::Paths;
use crate::places::Places;
use crate::trees::TreePass;
use crate::{RuleSet, ScanError, ScanOptions, ScanReport, tips};

/// Searches every object of `repo`, reachable or not, and attributes what it finds. The report
/// depends on the repository's objects and refs, the rules and the key, and on nothing else.
pub fn scan_history(
    repo: &Repository,
    rules: &RuleSet,
    key: &WorkspaceKey,
    options: &ScanOptions,
    watch: &dyn Watch,
) -> Result<ScanReport, ScanError> {
    let mut gathered = first_pass(repo, rules, options, watch)?;
    let mut hold_content = vec![false; repo.object_count() as usize];
    gathered
        .hits
        .iter()
        .for_each(|hit| hold_content[hit.object as usize] = true);
    let mut trees = second_pass(repo, rules, &hold_content, options, watch)?;
    let in_names = trees.take_hits();
    let mut matters = hold_content.clone();
    in_names
        .hits
        .iter()
        .for_each(|hit| matters[hit.object as usize] = true);
    gathered.absorb(in_names);
    let mut ref_names = HitVisitor::new(rules, false);
    for (number, reference) in (0..).zip(repo.refs()) {
        ref_names.look(number, reference.name.as_bytes(), |_| {
            domain::Carrier::RefName
        });
    }
    gathered.absorb(ref_names.gathered);

    let graph = Graph::new(std::mem::take(&mut gathered.commits), repo.table());
    let (tips, lost_tips) = tips::follow(repo, &graph, &gathered.tags);
    let coverage = account(repo, &gathered, &trees, &graph, lost_tips);
    let mut paths = Paths::default();
    let places = Places::new(&mut trees.edges, &matters, &mut paths);
    let attribution = Attribution::new(&graph, &places, &tips);
    let assembly = Assembly {
        repo,
        rules,
        key,
        gathered: &gathered,
        graph: &graph,
        tips: &tips,
        places: &places,
        attribution: &attribution,
        names: &trees.names,
        paths: &paths,
    };
    let (findings, values) = assembly.findings()?;
    let verdict = Verdict::of(&coverage, findings.len());
    Ok(ScanReport {
        findings,
        values,
        coverage,
        verdict,
    })
}

fn first_pass(
    repo: &Repository,
    rules: &RuleSet,
    options: &ScanOptions,
    watch: &dyn Watch,
) -> Result<Gathered, ScanError> {
    let walk = WalkOptions {
        kinds: KindSet::of(&[Kind::Blob, Kind::Commit, Kind::Tag]),
        threads: options.threads,
        max_object_bytes: options.max_object_bytes,
        phase: "searching",
        ..WalkOptions::default()
    };
    let visitors = repo.walk(&walk, || HitVisitor::new(rules, options.by_delta), watch)?;
    let mut all = Gathered::default();
    visitors
        .into_iter()
        .for_each(|visitor| all.absorb(visitor.gathered));
    Ok(all)
}

fn second_pass<'r>(
    repo: &'r Repository,
    rules: &'r RuleSet,
    matters: &'r [bool],
    options: &ScanOptions,
    watch: &dyn Watch,
) -> Result<TreePass<'r>, ScanError> {
    let walk = WalkOptions {
        kinds: KindSet::of(&[Kind::Tree]),
        threads: options.threads,
        max_object_bytes: options.max_object_bytes,
        phase: "reading folders",
        ..WalkOptions::default()
    };
    let make = || {
        TreePass::new(
            repo.table(),
            repo.hash_kind(),
            matters,
            rules,
            options.by_delta,
        )
    };
    let mut visitors = repo.walk(&walk, make, watch)?.into_iter();
    let mut all = visitors.next().unwrap_or_else(make);
    for mut visitor in visitors {
        let hits = visitor.take_hits();
        all.absorb_hits(hits);
        all.absorb(visitor);
    }
    Ok(all)
}

/// Accounts for every object: searched, or failed and why. Nothing is skipped by policy.
fn account(
    repo: &Repository,
    gathered: &Gathered,
    trees: &TreePass<'_>,
    graph: &Graph,
    lost_tips: Vec<Failure>,
) -> Coverage {
    let mut coverage = Coverage::default();
    coverage.scanned.merge(gathered.scanned);
    coverage.scanned.merge(trees.scanned);
    let mut failed: BTreeSet<(ObjectNo, ObjectId, &str, u64)> = BTreeSet::new();
    for failure in gathered.failures.iter().chain(&trees.failures) {
        failed.insert((failure.no, failure.id, failure.reason, 0));
    }
    for (object, bytes) in &trees.malformed {
        failed.insert((*object, repo.id(*object), "a malformed tree", *bytes));
    }
    for (_, id, reason, bytes) in failed {
        coverage.fail(
            Failure {
                what: id.to_string(),
                reason: reason.to_owned(),
            },
            bytes,
        );
    }
    coverage.total.objects = u64::from(repo.object_count());
    // What is named and not here belongs to the history too.
    let missing: BTreeSet<ObjectId> = graph
        .missing
        .iter()
        .chain(&trees.missing)
        .copied()
        .collect();
    let missing = missing.iter().map(|id| Failure {
        what: id.to_string(),
        reason: "an object of the history names it, but it is missing".to_owned(),
    });
    let gaps = repo.gaps().iter().map(|gap| Failure {
        what: "history".to_owned(),
        reason: (*gap).to_owned(),
    });
    for failure in gaps.chain(lost_tips).chain(missing) {
        coverage.fail(failure, 0);
        coverage.total.objects += 1;
    }
    coverage.total.bytes = coverage.scanned.bytes + coverage.failed.bytes;
    coverage
}
