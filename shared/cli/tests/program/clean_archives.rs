//! Values packed in archives, which a rewrite does not reach: they are named, and nothing is called proven.

use std::fs;
use std::io::Write as _;

use flate2::Compression;
use flate2::write::GzEncoder;
use testkit::script::token;

use crate::workbench::Bench;

/// A repository with a token in a file, and one in a packed file as well.
fn bench() -> Bench {
    let bench = Bench::with_commit();
    let mut packed = GzEncoder::new(Vec::new(), Compression::default());
    let text = format!("{}T={}\n", "some settings\n".repeat(20), token(1));
    packed.write_all(text.as_bytes()).unwrap();
    fs::write(bench.repo().join("old.env.gz"), packed.finish().unwrap()).unwrap();
    let plain = format!("T={}\nU={}\n", token(1), token(2));
    fs::write(bench.repo().join("a.env"), plain).unwrap();
    bench.commit("Keep settings");
    bench
}

/// The id of the finding with the second token, which stands in no archive.
fn unpacked(bench: &Bench) -> String {
    let scan = bench.run(&["scan", "--repo-path", "repo", "--format", "json"]);
    let document = scan.json();
    let mut findings = document["findings"].as_array().unwrap().iter();
    let is_plain = |finding: &&serde_json::Value| {
        let places = finding["occurrences"].as_array().unwrap();
        places.iter().all(|place| place["in_archive"].is_null())
    };
    let finding = findings.find(is_plain).unwrap();
    finding["id"].as_str().unwrap().to_owned()
}

#[test]
fn what_is_packed_stays_and_is_named() {
    let bench = bench();
    let packed = bench.git(&["rev-parse", "HEAD:old.env.gz"]);
    let args = ["clean", "--repo-path", "repo", "--all"];
    let dry = bench.run(&args);
    assert_eq!(dry.code, Some(0), "{dry:?}");
    let stays = format!("STAYS: packed in the archive {}", &packed[..10]);
    assert!(dry.stdout.contains(&stays), "{dry:?}");

    let run = bench.run(&[&args[..], &["--execute", "--format", "json"]].concat());
    assert_eq!(run.code, Some(3), "{run:?}");
    let certificate = &run.json()["certificate"];
    assert_eq!(certificate["verdict"], "residual");
    let residue = serde_json::json!([
        {"carrier": "blob", "object_id": packed.trim(), "in_archive": true}
    ]);
    assert_eq!(certificate["residue"], residue);
    assert_eq!(run.json()["plan"]["residue"], residue);
    let again = ["scan", "--repo-path", "repo-clean.git", "--format", "json"];
    assert_eq!(bench.run(&again).ids().len(), 1, "it is there indeed");

    let args = [&args[..], &["--execute", "--output-dir", "b.git"]].concat();
    let table = bench.run(&args).stdout;
    assert!(
        table.contains("RESIDUE: chosen secrets are left in 1 place"),
        "{table}"
    );
}

#[test]
fn an_archive_with_other_secrets_does_not_matter() {
    let bench = bench();
    let id = unpacked(&bench);
    let args = ["clean", "--repo-path", "repo", "--secret-id", &id];
    let run = bench.run(&[&args[..], &["--execute", "--format", "json"]].concat());
    assert_eq!(run.code, Some(0), "{run:?}");
    assert_eq!(run.json()["certificate"]["verdict"], "proven");
    assert_eq!(run.json()["certificate"]["residue"], serde_json::json!([]));
}
