//! A scan by deltas finds what a scan in full finds: with the built-in rules, on random histories, however they are packed.

#![allow(clippy::unwrap_used)] // a test that cannot be set up has failed

use std::path::Path;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use domain::{TenantId, Unwatched, WorkspaceKey};
use git::Repository;
use scan::rules::Example;
use scan::{RuleSet, ScanOptions, ScanReport, scan_history};
use testkit::random::Random;
use testkit::stock::{git, unpack};

fn scan(path: &Path, rules: &RuleSet, by_delta: bool) -> ScanReport {
    let key = WorkspaceKey::derive(b"test", &TenantId::new("test"));
    let options = ScanOptions {
        by_delta,
        ..ScanOptions::default()
    };
    let repo = Repository::open(path).unwrap();
    scan_history(&repo, rules, &key, &options, &Unwatched).unwrap()
}

/// Texts of all kinds in which rules find something, some of them over several lines, some written in another way.
fn words(rules: &RuleSet, seed: usize) -> Vec<String> {
    let chosen = rules.rules().iter().skip(seed * 5).step_by(23);
    let examples = chosen.filter_map(|rule| rule.examples().next());
    let text = |(number, example): (usize, Example)| {
        let text = example.text;
        let each = |write: fn(&u8) -> String| text.iter().map(write).collect();
        match number % 5 {
            0 => STANDARD.encode(&text),
            1 => each(|byte| format!("%{byte:02x}")),
            2 => each(|byte| format!("\\x{byte:02x}")),
            _ => String::from_utf8_lossy(&text).into_owned(),
        }
    };
    examples.enumerate().map(text).collect()
}

#[test]
fn deltas_or_not_one_pack_or_many_packed_or_loose() {
    let rules = RuleSet::builtin().unwrap();
    let mut found = 0;
    for seed in 0..12 {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path();
        let words = words(&rules, seed);
        let random = Random {
            seed: seed as u64,
            commits: 40,
            words: &words,
            object_format: ["sha1", "sha256"][seed % 2],
        };
        random.make(path);
        let expected = scan(path, &rules, false);
        found += expected.findings.len();
        let layouts: [&[&str]; 4] = [
            &[
                "repack",
                "-q",
                "-a",
                "-d",
                "-k",
                "-f",
                "--depth=50",
                "--window=50",
            ],
            &[
                "repack",
                "-q",
                "-a",
                "-d",
                "-k",
                "-f",
                "--depth=4000",
                "--window=5",
            ],
            &[
                "-c",
                "pack.packSizeLimit=1m",
                "repack",
                "-q",
                "-a",
                "-d",
                "-k",
                "-f",
            ],
            &["unpack-objects"],
        ];
        for layout in layouts {
            if layout == ["unpack-objects"] {
                unpack(path);
            } else {
                git(path, layout);
            }
            let by_delta = scan(path, &rules, true);
            assert_eq!(by_delta, expected, "seed {seed}, {layout:?}");
            assert_eq!(
                scan(path, &rules, false),
                expected,
                "seed {seed}, {layout:?}"
            );
        }
    }
    assert!(found > 50, "{found} findings: too few to show anything");
}
