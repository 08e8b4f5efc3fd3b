//! A crate depends only on crates of a lower rank; some words may be spoken in some crates only.

use crate::{files, manifests};

/// Crates by rank, lowest first. A crate may use those of the rows before its own.
const RANKS: &[&[&str]] = &[
    &["domain", "telemetry"],
    &[
        "archive",
        "git",
        "local",
        "aws-dynamodb",
        "aws-env",
        "aws-s3",
        "aws-secrets",
        "aws-sqs",
        "auth-service",
    ],
    &["scan", "rewrite", "verify"],
    &["stages", "api"],
    &["edge"],
];

/// Depend on `domain` alone, of ours.
const ADAPTERS: usize = 1;

fn rank(name: &str) -> Option<usize> {
    RANKS.iter().position(|row| row.contains(&name))
}

#[test]
fn crates_depend_downwards_only() {
    for folder in files::folders("shared") {
        let Some(own) = rank(&folder) else {
            assert!(
                ["cli", "testkit"].contains(&folder.as_str()),
                "shared/{folder} has no rank: give it one in tests/repo/ranks.rs and ARCHITECTURE.md"
            );
            continue;
        };
        for used in manifests::dependencies(&format!("shared/{folder}")) {
            let Some(other) = rank(&used) else { continue };
            assert!(
                other < own,
                "shared/{folder} must not depend on {used}, which does not rank below it"
            );
        }
    }
}

#[test]
fn adapters_know_the_domain_and_nobody_else() {
    for adapter in RANKS[ADAPTERS] {
        let used = manifests::dependencies(&format!("shared/{adapter}"));
        let ours: Vec<_> = used.iter().filter(|name| rank(name).is_some()).collect();
        let allowed = |name: &&&String| name.as_str() == "domain";
        assert!(
            ours.iter().all(|name| allowed(&name)),
            "shared/{adapter}: {ours:?}"
        );
    }
}

#[test]
fn endpoints_see_no_engine_and_engines_no_cloud() {
    let forbids = |folder: &str, forbidden: &[&str]| {
        for used in manifests::dependencies(&format!("shared/{folder}")) {
            assert!(
                !forbidden.iter().any(|word| used.starts_with(word)),
                "shared/{folder} must not depend on {used}"
            );
        }
    };
    forbids("api", &["git", "scan", "rewrite", "stages"]);
    for engine in ["domain", "git", "scan", "rewrite", "verify"] {
        forbids(engine, &["tokio", "aws", "lambda", "edge", "local"]);
    }
}

#[test]
fn one_crate_alone_speaks_to_each_outside_thing() {
    for folder in manifests::crates() {
        let name = folder.rsplit('/').next().unwrap();
        for used in manifests::dependencies(&folder) {
            let sdk = used.starts_with("aws-sdk-") || used == "aws-config";
            assert!(
                !sdk || name.starts_with("aws-"),
                "{folder} must not name {used}"
            );
            let lambda = used.starts_with("lambda_") || used == "aws_lambda_events";
            assert!(!lambda || name == "edge", "{folder} must not name {used}");
        }
    }
}

#[test]
fn the_environment_is_read_in_one_place() {
    // The command line, the tests and what cargo runs to build a crate may; of the service only aws-env.
    let may = ["shared/aws-env/", "shared/cli/", "shared/testkit/"];
    for path in files::rust() {
        let name = path.to_string_lossy();
        let service = name.starts_with("functions/") || name.starts_with("shared/");
        let is_shipped = !name.contains("/tests/") && !name.ends_with("/build.rs");
        if !service || !is_shipped || may.iter().any(|place| name.starts_with(place)) {
            continue;
        }
        let text = files::text(&path);
        let (shipped, _) = text.split_once("#[cfg(test)]").unwrap_or((&text, ""));
        assert!(
            !shipped.contains("env::var"),
            "{name} reads the environment; ask aws-env"
        );
    }
}
