//! Values packed in archives, which a rewrite does not reach: they are named, and nothing is called proven.

use std::fs;

use base64::Engine as _;
use testkit::archives::{bzip2, gzip, stored_zip, tar, xz, zip};
use testkit::script::token;

use crate::workbench::Bench;

/// A repository with a token in a file, and one in a packed file as well.
fn bench() -> Bench {
    let bench = Bench::with_commit();
    let text = format!("{}T={}\n", "some settings\n".repeat(20), token(1));
    fs::write(bench.repo().join("old.env.gz"), gzip(text.as_bytes())).unwrap();
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

/// A run of `clean` with the values of the file `mine`; what it wrote as a document.
fn cleaned(bench: &Bench, option: &str, mine: &str, code: i32) -> serde_json::Value {
    fs::write(bench.path().join("mine"), mine).unwrap();
    let target = ["--output-dir", "out.git", "--execute", "--format", "json"];
    let args = ["clean", "--repo-path", "repo", option, "mine"];
    let run = bench.run(&[&args[..], &target].concat());
    assert_eq!(run.code, Some(code), "{run:?}");
    fs::remove_dir_all(bench.path().join("out.git")).unwrap();
    run.json()
}

/// Keeps something packed; a value of one's own in it is named, whichever of these options gives it.
fn is_named(packed: &[u8], options: &[(&str, String)]) {
    let bench = Bench::with_commit();
    fs::write(bench.repo().join("packed"), packed).unwrap();
    bench.commit("Keep it packed");
    let id = bench.git(&["rev-parse", "HEAD:packed"]);
    let expected = serde_json::json!([
        {"carrier": "blob", "object_id": id.trim(), "in_archive": true}
    ]);
    for (option, line) in options {
        let done = cleaned(&bench, option, line, 3);
        assert_eq!(done["certificate"]["verdict"], "residual");
        assert_eq!(done["certificate"]["residue"], expected);
        assert_eq!(done["plan"]["residue"], expected);
    }
    let other = cleaned(&bench, "--value-file", &token(8), 0);
    assert_eq!(other["certificate"]["verdict"], "proven");
    assert!(other["certificate"]["unopened"].is_null());
}

/// The ways to ask for a value of one's own: as itself, as a text of an expressions file, and by a pattern.
fn ways_to_ask() -> [(&'static str, String); 3] {
    [
        ("--value-file", token(7)),
        ("--replace-text", format!("{}==>gone", token(7))),
        (
            "--replace-text",
            format!("regex:{}[0-9A-Za-z]+", &token(7)[..8]),
        ),
    ]
}

#[test]
fn values_of_ones_own_are_found_in_archives_of_every_kind_and_named() {
    let text = format!("{}key = {}\n", "some settings\n".repeat(20), token(7));
    let text = text.as_bytes();
    let encoded = base64::prelude::BASE64_STANDARD.encode(text);
    let options = ways_to_ask();
    for packed in [
        gzip(text),
        bzip2(text),
        xz(text),
        zip(&[("a.env", text)]),
        gzip(&tar(&[("a.env", text)])),
        tar(&[("a", b"nothing"), ("lib.jar", &zip(&[("a.env", text)]))]),
        gzip(&tar(&[(&token(7), b"a name")])),
    ] {
        is_named(&packed, &options);
    }
    let inner = gzip(&tar(&[("a", encoded.as_bytes())]));
    is_named(&zip(&[("a.tar.gz", &inner)]), &options[..2]);
}

/// Lengths and sums of what is in them stand elsewhere in them: edited as bytes, they would not open any more.
#[test]
fn archives_in_which_a_value_stands_as_it_is_stay_whole_and_are_named() {
    let text = format!("key = {}\n", token(7));
    let options = ways_to_ask();
    for packed in [
        stored_zip(&[("a.env", text.as_bytes())]),
        tar(&[("a.env", text.as_bytes())]),
    ] {
        is_named(&packed, &options);
    }
    is_named(&zip(&[(&token(7), b"a name")]), &options);
}

#[test]
fn archives_that_cannot_be_opened_are_counted() {
    let bench = Bench::with_commit();
    let whole = zip(&[("a.env", &b"some settings\n".repeat(40))]);
    fs::write(bench.repo().join("cut.zip"), &whole[..whole.len() - 30]).unwrap();
    let mut deep = b"text".to_vec();
    for _ in 0..5 {
        deep = gzip(&deep);
    }
    fs::write(bench.repo().join("deep.gz"), deep).unwrap();
    bench.commit("Keep it packed");
    let done = cleaned(&bench, "--value-file", &token(7), 0);
    let expected = serde_json::json!({
        "a damaged archive": 1,
        "archives inside archives, deeper than is looked at": 1,
    });
    assert_eq!(done["plan"]["unopened"], expected);
    assert_eq!(done["certificate"]["unopened"], expected);
    let dry = bench.run(&["clean", "--repo-path", "repo", "--value-file", "mine"]);
    assert!(
        dry.stdout
            .contains("2 packed files, whose values stay: 1 × a damaged"),
        "{dry:?}"
    );
}

#[test]
fn verify_looks_into_archives_for_the_values_it_is_given() {
    let bench = bench();
    let args = [
        "clean",
        "--repo-path",
        "repo",
        "--secret-id",
        &unpacked(&bench),
    ];
    bench.run(&[&args[..], &["--execute"]].concat());
    let certificate = "repo-clean.git/deployguard-certificate.json";
    let verified = |value: String| {
        fs::write(bench.path().join("mine"), value).unwrap();
        let args = [
            "verify",
            "--certificate",
            certificate,
            "--repo-path",
            "repo-clean.git",
        ];
        bench.run(&[&args[..], &["--value-file", "mine"]].concat())
    };
    assert_eq!(verified(token(9)).code, Some(0));
    // The file has it in plain text as well; the object that only has it packed is named too.
    let found = verified(token(1));
    assert_eq!(found.code, Some(1), "{found:?}");
    let packed = bench.git(&["rev-parse", "HEAD:old.env.gz"]);
    assert!(found.stdout.contains(packed.trim()), "{found:?}");
}
