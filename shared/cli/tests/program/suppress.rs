//! What is left out of a report is counted in it, by reason; and what cannot be understood, or is over, leaves nothing out.

use std::fs;

use serde_json::{Value, json};
use testkit::script::token;

use crate::workbench::{Bench, Run};

fn scan(bench: &Bench, more: &[&str]) -> Run {
    let args = ["scan", "--repo-path", "repo", "--format", "json"];
    bench.run(&[&args[..], more].concat())
}

/// A repository whose one file holds one token, with `mark` on its line.
fn marked(mark: &str) -> Bench {
    let bench = Bench::with_commit();
    write(&bench, "a.env", &format!("T={} {mark}\n", token(1)));
    bench
}

fn write(bench: &Bench, path: &str, text: &str) {
    let file = bench.repo().join(path);
    fs::create_dir_all(file.parent().unwrap()).unwrap();
    fs::write(file, text).unwrap();
    bench.commit("Change a file");
}

/// How much each reason left out.
fn accounts(run: &Run) -> Vec<(String, u64)> {
    let json = run.json();
    let all = json["suppressed"].as_array().cloned().unwrap_or_default();
    let one = |account: &Value| {
        let by = account["by"].as_str().unwrap().to_owned();
        (by, account["findings"].as_u64().unwrap())
    };
    all.iter().map(one).collect()
}

fn by(reason: &str, findings: u64) -> Vec<(String, u64)> {
    vec![(reason.to_owned(), findings)]
}

#[test]
fn a_mark_beside_the_value_suppresses_it_and_is_counted() {
    let bench = marked("# deployguard:ignore until=9999-12-31 reason=\"made up\"");
    let run = scan(&bench, &[]);
    assert_eq!((run.code, run.ids().len()), (Some(0), 0), "{run:?}");
    assert_eq!(run.json()["verdict"], "clean");
    assert_eq!(accounts(&run), by("mark", 1));
    let table = bench.run(&["scan", "--repo-path", "repo"]);
    assert!(
        table
            .stdout
            .contains("1 secret by marks deployguard:ignore"),
        "{table:?}"
    );
    assert!(table.stdout.contains("clean, 1 suppressed"), "{table:?}");
    let sarif = bench
        .run(&["scan", "--repo-path", "repo", "--format", "sarif"])
        .json();
    let marks = &sarif["runs"][0]["results"][0]["suppressions"];
    assert_eq!(marks[0]["kind"], "inSource");
    assert_eq!(
        marks[0]["justification"],
        "marks deployguard:ignore: made up"
    );
    let run = scan(&bench, &["--no-ignore"]);
    assert_eq!((run.code, accounts(&run).len()), (Some(1), 0), "{run:?}");
}

#[test]
fn a_mark_that_is_over_or_not_understood_suppresses_nothing_and_is_told() {
    let bench = marked("# deployguard:ignore until=2020-01-31");
    let run = scan(&bench, &[]);
    assert_eq!((run.code, run.ids().len()), (Some(1), 1), "{run:?}");
    let expired = json!([{"by": "mark", "file": "a.env", "line": 1, "until": "2020-01-31"}]);
    assert_eq!(run.json()["suppressions_expired"], expired);
    assert!(run.stderr.contains("held until 2020-01-31"), "{run:?}");
    let table = bench.run(&["scan", "--repo-path", "repo"]);
    assert!(table.stdout.contains("Expired"), "{table:?}");

    let bench = marked("# deployguard:ignore untill=2020-01-31");
    let run = scan(&bench, &[]);
    assert_eq!(run.ids().len(), 1);
    let refused = run.json()["suppressions_refused"][0].clone();
    assert!(refused.as_str().unwrap().contains("a.env:1"), "{refused}");
}

#[test]
fn a_mark_can_be_for_one_rule() {
    let rule = scan(&marked(""), &[]).json()["findings"][0]["rule"].clone();
    let rule = rule.as_str().unwrap();
    let mark = |id: &str| scan(&marked(&format!("# deployguard:ignore rule={id}")), &[]).ids();
    assert_eq!((mark(rule).len(), mark("jwt").len()), (0, 1));
}

#[test]
fn the_version_at_the_tip_decides_and_after_that_the_newest() {
    let (bare, marked) = (
        format!("T={}\n", token(1)),
        format!("T={} # deployguard:ignore\n", token(1)),
    );
    // A mark that is set later counts for all versions, and one that is taken back for none.
    for (versions, left) in [
        ([bare.as_str(), &marked, &marked], 0),
        ([&marked, &bare, &bare], 1),
        ([&bare, &marked, ""], 0),
        ([&marked, &bare, ""], 1),
    ] {
        let bench = Bench::with_commit();
        for (n, version) in versions.iter().enumerate() {
            write(&bench, "a.env", &format!("# {n}\n{version}"));
        }
        assert_eq!(scan(&bench, &[]).ids().len(), left, "{versions:?}");
    }
    // Another file with the same value is another place.
    let bench = Bench::with_commit();
    write(&bench, "a.env", &marked);
    write(&bench, "b.env", &bare);
    let run = scan(&bench, &[]);
    let finding = &run.json()["findings"][0];
    assert_eq!(finding["file_path"], "b.env");
    assert_eq!(finding["occurrences"].as_array().unwrap().len(), 2);
    assert_eq!(run.json()["suppressed"][0]["places"], 1);
}

#[test]
fn the_ignore_file_of_the_tip_counts() {
    let bench = marked("");
    let id = scan(&bench, &[]).ids().remove(0);
    for line in [
        "*.env # of a test",
        "/a.env until=9999-01-01",
        &format!("id:{id} # known"),
    ] {
        write(&bench, ".deployguardignore", &format!("# ours\n{line}\n"));
        let run = scan(&bench, &[]);
        assert_eq!(
            (run.code, accounts(&run)),
            (Some(0), by("ignore_file", 1)),
            "{line}"
        );
        assert_eq!(run.json()["suppressed"][0]["file"], ".deployguardignore");
        assert_eq!(run.json()["suppressed"][0]["stale"], 0);
    }
    assert_eq!(scan(&bench, &["--no-ignore"]).ids().len(), 1);
    write(
        &bench,
        ".deployguardignore",
        "*.env until=2020-01-01\nrule:no-such\n*.txt\n",
    );
    let run = scan(&bench, &[]);
    assert_eq!(run.ids().len(), 1);
    let json = run.json();
    assert_eq!(json["suppressions_expired"][0]["until"], "2020-01-01");
    assert_eq!(json["suppressed"][0]["stale"], 1);
    let refused = json["suppressions_refused"][0].as_str().unwrap();
    assert!(
        refused.starts_with(".deployguardignore, line 2"),
        "{refused}"
    );
    // What is staged is what the next commit will have.
    fs::write(bench.repo().join(".deployguardignore"), "*.new\n").unwrap();
    fs::write(bench.repo().join("b.new"), token(2)).unwrap();
    bench.git(&["add", "-A"]);
    assert_eq!(scan(&bench, &["--staged"]).code, Some(0));
}

#[test]
fn paths_rules_and_confidence_can_be_left_out() {
    let bench = marked("");
    let rule = scan(&bench, &[]).json()["findings"][0]["rule"].clone();
    let rule = rule.as_str().unwrap();
    for (args, reason) in [
        (["--exclude-path", "*.env"], "excluded_path"),
        (["--exclude-rule", rule], "excluded_rule"),
        (["--only-rule", "jwt"], "only_rule"),
        (["--min-confidence", "100"], "confidence"),
    ] {
        let run = scan(&bench, &args);
        assert_eq!(
            (run.code, accounts(&run)),
            (Some(0), by(reason, 1)),
            "{args:?}"
        );
    }
    assert_eq!(scan(&bench, &["--only-rule", rule]).ids().len(), 1);
    assert_eq!(scan(&bench, &["--exclude-path", "b.env"]).ids().len(), 1);
    for args in [
        ["--only-rule", "jwtt"],
        ["--exclude-path", "[z-a]"],
        ["--min-confidence", "101"],
    ] {
        let run = scan(&bench, &args);
        assert_eq!((run.code, run.stdout.as_str()), (Some(2), ""), "{run:?}");
        assert!(run.stderr.contains(args[0]), "{run:?}");
    }
}

#[test]
fn by_default_a_token_that_counts_up_is_left_out() {
    let bench = Bench::with_commit();
    let counting = ["ghp_", "abcdefghijklmnopqrstuvwxyz0123456789"].concat();
    write(&bench, "a.env", &format!("T={counting}\n"));
    let run = scan(&bench, &[]);
    assert_eq!(
        (run.code, accounts(&run)),
        (Some(0), by("confidence", 1)),
        "{run:?}"
    );
    assert_eq!(scan(&bench, &["--min-confidence", "0"]).ids().len(), 1);
}

#[test]
fn a_reason_shows_no_secret() {
    let bench = marked(&format!(
        "# deployguard:ignore reason=\"it is {}\"",
        token(1)
    ));
    let run = bench.run(&["scan", "--repo-path", "repo", "--format", "sarif"]);
    assert!(run.stdout.contains("it is"), "{run:?}");
    assert!(!run.stdout.contains(&token(1)), "{run:?}");
}

/// A repository with one token that is reported, one with a mark, and one that its ignore file names by path.
fn three() -> Bench {
    let bench = Bench::with_commit();
    write(&bench, ".deployguardignore", "fixtures/\n");
    write(&bench, "fixtures/b.env", &format!("T={}\n", token(3)));
    let text = format!("A={}\nB={} # deployguard:ignore\n", token(1), token(2));
    write(&bench, "a.env", &text);
    bench
}

#[test]
fn clean_all_leaves_what_scan_leaves_out_and_says_so() {
    let bench = three();
    let clean = |more: &[&str]| {
        let args = ["clean", "--repo-path", "repo", "--all"];
        bench.run(&[&args[..], more].concat())
    };
    let dry = clean(&[]).stdout;
    assert!(dry.contains("1 of 3 findings"), "{dry}");
    assert!(
        dry.contains("Left out      1 secret by .deployguardignore"),
        "{dry}"
    );
    assert!(
        dry.contains("Left out      1 secret by marks deployguard:ignore"),
        "{dry}"
    );

    let run = clean(&["--execute", "--format", "json"]);
    assert_eq!(run.code, Some(0), "{run:?}");
    let mut told = accounts(&run);
    told.sort();
    assert_eq!(told, [by("ignore_file", 1), by("mark", 1)].concat());
    let objects = testkit::stock::everything(&bench.path().join("repo-clean.git"));
    let left = [1, 2, 3].map(|number| testkit::stock::holds(&objects, &token(number)));
    assert_eq!(left, [false, true, true]);

    let all = clean(&["--no-ignore", "--execute", "--output-dir", "all.git"]);
    assert_eq!(all.code, Some(0), "{all:?}");
    assert!(!all.stdout.contains("Left out"), "{all:?}");
    let objects = testkit::stock::everything(&bench.path().join("all.git"));
    assert!((1..=3).all(|number| !testkit::stock::holds(&objects, &token(number))));
    let only = clean(&["--exclude-rule", "github-token"]).stdout;
    assert!(only.contains("0 of 3 findings"), "{only}");
}

#[test]
fn a_finding_that_is_named_is_cleaned_though_the_report_leaves_it_out() {
    let bench = three();
    let all = scan(&bench, &["--no-ignore"]).ids();
    let reported = scan(&bench, &[]).ids();
    let left_out = all.iter().find(|id| !reported.contains(id)).unwrap();
    let args = ["clean", "--repo-path", "repo", "--secret-id", left_out];
    let run = bench.run(&args);
    assert_eq!(run.code, Some(0), "{run:?}");
    assert!(run.stdout.contains("1 of 3 findings"), "{run:?}");
}

#[test]
fn a_baseline_accepts_what_is_reported_and_no_more() {
    let bench = three();
    let args = ["baseline", "create", "--repo-path", "repo"];
    let run = bench.run(&[&args[..], &["--output", "known.json"]].concat());
    assert_eq!(run.code, Some(0), "{run:?}");
    assert!(run.stderr.contains("1 finding accepted"), "{run:?}");
    assert!(
        run.stderr.contains("not accepted: 1 secret by marks"),
        "{run:?}"
    );
    assert_eq!(scan(&bench, &["--baseline", "../known.json"]).code, Some(2));
    assert_eq!(scan(&bench, &["--baseline", "known.json"]).code, Some(0));
    let bare = scan(&bench, &["--baseline", "known.json", "--no-ignore"]);
    assert_eq!(bare.ids().len(), 2, "the other reasons are gone: {bare:?}");
}
