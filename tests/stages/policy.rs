//! Each part of a policy counts in the scan of a job: none of them can be passed over unseen.

use std::collections::BTreeSet;
use std::fs;

use domain::ports::JobStore as _;
use domain::{Finding, FindingId, JobKind, ScanPolicy, Stage};
use testkit::acme;
use testkit::stock::git;

use crate::bench::Bench;

/// Adds a token of Acme to the source, marked as one that is to be ignored.
fn add_marked_token(bench: &Bench) {
    let root = bench.repository("");
    git(&root, &["clone", "-q", "source.git", "work"]);
    let folder = bench.repository("work");
    let line = format!("A={} # deployguard:ignore\n", acme::token());
    fs::write(folder.join("acme.env"), line).unwrap();
    git(&folder, &["add", "acme.env"]);
    let identity = ["-c", "user.name=Ann", "-c", "user.email=ann@example.com"];
    let commit = ["commit", "-qm", "Add a file"];
    git(&folder, &[&identity[..], &commit].concat());
    git(&folder, &["push", "-q", "origin", "HEAD"]);
}

/// What a job with this policy finds.
async fn found(bench: &Bench, policy: &ScanPolicy) -> Vec<Finding> {
    let mut job = bench.create(JobKind::Check, bench.source()).await;
    job.policy = Some(policy.clone());
    bench.jobs.save(&mut job, &[], None).await.unwrap();
    for stage in [Stage::Fetch, Stage::Scan] {
        bench.run(stage, &job, &bench.ports()).await.unwrap();
    }
    bench.found(&job).await
}

fn ids<'a>(findings: impl IntoIterator<Item = &'a Finding>) -> BTreeSet<&'a FindingId> {
    findings.into_iter().map(|finding| &finding.id).collect()
}

#[tokio::test]
async fn each_part_of_a_policy_counts() {
    let bench = Bench::new(208);
    add_marked_token(&bench);
    let everything = ScanPolicy {
        rules: Some(acme::RULES.to_owned()),
        min_confidence: Some(0),
        no_ignore: true,
        ..ScanPolicy::default()
    };
    let all = found(&bench, &everything).await;
    let of_acme: Vec<_> = all.iter().filter(|one| one.rule == "acme-token").collect();
    let sure = all.iter().map(|one| one.confidence).max().unwrap();
    let others = || all.iter().filter(|one| one.rule != "acme-token");
    let unsure = all.iter().filter(|one| one.confidence < sure).count();
    assert!(of_acme.len() == 1 && others().count() >= 7 && unsure > 0);

    let with = |change: fn(&mut ScanPolicy)| {
        let mut policy = everything.clone();
        change(&mut policy);
        policy
    };
    let most = ScanPolicy {
        min_confidence: Some(sure),
        ..everything.clone()
    };
    for (name, policy, wanted) in [
        ("no_ignore", with(|p| p.no_ignore = false), ids(others())),
        ("rules", with(|p| p.rules = None), ids(others())),
        (
            "no_builtin_rules",
            with(|p| p.no_builtin_rules = true),
            ids(of_acme.iter().copied()),
        ),
        (
            "only_rules",
            with(|p| p.only_rules = vec!["acme-token".to_owned()]),
            ids(of_acme.iter().copied()),
        ),
        (
            "exclude_rules",
            with(|p| p.exclude_rules = vec!["acme-token".to_owned()]),
            ids(others()),
        ),
        (
            "exclude_paths",
            with(|p| p.exclude_paths = vec!["acme.*".to_owned()]),
            ids(others()),
        ),
        (
            "min_confidence",
            most,
            ids(all.iter().filter(|one| one.confidence == sure)),
        ),
    ] {
        let left = found(&bench, &policy).await;
        assert_eq!(ids(&left), wanted, "{name}");
    }
}
