//! The formats that go to hosts, CI servers, spreadsheets and people: as their definitions want them, whatever names a
//! history holds, and without a byte of a secret.

use std::fs;

use quick_xml::events::Event;
use scraper::{Html, Selector};
use serde_json::{Value, json};
use testkit::script::token;

use crate::workbench::{Bench, Run};

const HOSTILE: &str =
    "=cmd|' \"<img src=x onerror=alert(1)>`@all` ]]>&#x1b;[z](http:..x)\u{1b}.env";

/// A repository with one secret that is reported and one that is suppressed, in files and by a person with hostile names.
pub(crate) fn hostile() -> Bench {
    let bench = Bench::with_commit();
    fs::write(bench.repo().join(HOSTILE), format!("T={}\n", token(1))).unwrap();
    let known = format!("T={} # deployguard:ignore reason=\"<b>=1|2\"\n", token(2));
    fs::write(bench.repo().join("known.env"), known).unwrap();
    bench.git(&["add", "-A"]);
    let author = "--author==HYPERLINK(\"x\")<img src=x>|@all <a@example.com>";
    bench.git(&["commit", "-q", "-m", "Add files", author]);
    bench
}

fn scan(bench: &Bench, format: &str) -> Run {
    let run = bench.run(&["scan", "--repo-path", "repo", "--format", format]);
    assert_eq!(run.code, Some(1), "{format}: {}", run.stderr);
    for secret in [token(1), token(2)] {
        assert!(!run.stdout.contains(&secret), "{format}");
    }
    let steers = |c: char| c.is_control() && !matches!(c, '\n' | '\r');
    assert!(!run.stdout.contains(steers), "{format}");
    run
}

/// Fails with everything that the schema finds wrong.
fn validate(schema: &str, document: &Value) {
    let schema: Value = serde_json::from_str(schema).unwrap();
    let validator = jsonschema::options()
        .should_validate_formats(true)
        .build(&schema)
        .unwrap();
    let errors = validator.iter_errors(document);
    let told: Vec<_> = errors
        .map(|error| format!("{}: {error}", error.instance_path()))
        .collect();
    assert!(told.is_empty(), "{}", told.join("\n"));
}

#[test]
fn sarif_is_as_its_schema_wants_it() {
    let schema = include_str!("schemas/sarif-2.1.0.json");
    let log = scan(&hostile(), "sarif").json();
    validate(schema, &log);
    let run = &log["runs"][0];
    assert_eq!(run["results"].as_array().unwrap().len(), 2);
    for rule in run["tool"]["driver"]["rules"].as_array().unwrap() {
        assert!(rule["properties"]["tags"].as_array().unwrap().len() <= 20);
    }
    let mut broken = log.clone();
    broken["runs"][0]["results"][0]["level"] = json!("dreadful");
    let schema: Value = serde_json::from_str(schema).unwrap();
    assert!(
        !jsonschema::is_valid(&schema, &broken),
        "the schema can refuse"
    );
}

#[test]
fn gitlabs_report_is_as_its_schema_wants_it() {
    let report = scan(&hostile(), "gitlab").json();
    validate(
        include_str!("schemas/gitlab-secret-detection-15.2.1.json"),
        &report,
    );
    let found = &report["vulnerabilities"];
    assert_eq!(found.as_array().unwrap().len(), 1);
    assert_eq!(found[0]["identifiers"][0]["value"], "github-token");
    assert_eq!(found[0]["severity"], "Critical");
    let messages = report["scan"]["messages"].as_array().unwrap();
    let told = |message: &Value| {
        message["value"]
            .as_str()
            .unwrap()
            .contains("1 secret by marks")
    };
    assert!(messages.iter().any(told), "{messages:?}");
}

#[test]
fn csv_has_a_row_for_each_finding_and_no_formula() {
    let run = scan(&hostile(), "csv");
    let mut table = csv::Reader::from_reader(run.stdout.as_bytes());
    let header = table.headers().unwrap().clone();
    let rows: Vec<_> = table.records().map(Result::unwrap).collect();
    let cell = |row: usize, name: &str| {
        let column = header.iter().position(|known| known == name).unwrap();
        rows[row][column].to_owned()
    };
    assert_eq!(
        (rows.len(), cell(0, "status"), cell(1, "status")),
        (2, "reported".into(), "suppressed".into())
    );
    assert!(cell(0, "file").starts_with("'=cmd|"), "{rows:?}");
    assert!(cell(1, "reason").contains("<b>=1|2"));
    let is_formula = |cell: &str| cell.starts_with(['=', '+', '-', '@']);
    assert!(!rows.iter().flatten().any(is_formula), "{rows:?}");
}

#[test]
fn junit_fails_for_each_finding() {
    let run = scan(&hostile(), "junit");
    let mut reader = quick_xml::Reader::from_str(&run.stdout);
    let (mut tags, mut counts) = (Vec::new(), String::new());
    loop {
        match reader.read_event().unwrap() {
            Event::Eof => break,
            Event::Start(tag) => {
                let name = tag.name().as_ref().to_owned();
                let attributes = tag.attributes().map(|attribute| {
                    let attribute = attribute.unwrap();
                    format!("{}={}", attribute.key.as_ref(), attribute.value)
                });
                let attributes = attributes.collect::<Vec<_>>().join(" ");
                if name == "testsuites" {
                    counts = attributes;
                }
                tags.push(name);
            }
            _ => {}
        }
    }
    assert_eq!(
        counts,
        "name=deployguard tests=3 failures=1 errors=0 skipped=1"
    );
    let count = |name: &str| tags.iter().filter(|tag| *tag == name).count();
    assert_eq!(
        (
            count("testcase"),
            count("failure"),
            count("skipped"),
            count("error")
        ),
        (3, 1, 1, 0)
    );
}

#[test]
fn what_was_not_searched_is_in_every_format() {
    let bench = Bench::with_commit();
    let id = bench.git(&["rev-parse", "HEAD:README.md"]);
    let (folder, name) = id.trim().split_at(2);
    fs::remove_file(bench.repo().join(".git/objects").join(folder).join(name)).unwrap();
    for format in [
        "table", "json", "jsonl", "sarif", "csv", "html", "junit", "gitlab", "markdown",
    ] {
        let run = bench.run(&["scan", "--repo-path", "repo", "--format", format]);
        assert_eq!(run.code, Some(3), "{format}");
        assert!(run.stdout.contains(id.trim()), "{format}: {}", run.stdout);
    }
}

#[test]
fn what_is_suppressed_is_counted_in_every_format() {
    let bench = hostile();
    for format in [
        "table", "json", "jsonl", "sarif", "csv", "html", "junit", "gitlab", "markdown",
    ] {
        let told = scan(&bench, format).stdout.replace("&#58;", ":");
        let by = [
            "marks deployguard:ignore",
            "\"by\": \"mark\"",
            "\"by\":\"mark\"",
        ];
        assert!(by.iter().any(|by| told.contains(by)), "{format}: {told}");
    }
}

#[test]
fn the_page_needs_nothing_and_no_name_breaks_out_of_it() {
    let page = scan(&hostile(), "html").stdout;
    let page = Html::parse_document(&page);
    let all = |selector: &str| -> Vec<_> {
        let selector = Selector::parse(selector).unwrap();
        page.select(&selector)
            .map(|element| element.html())
            .collect()
    };
    assert_eq!((all("script").len(), all("style").len()), (1, 1));
    assert_eq!(all("[src], link, img, iframe, object, b b").len(), 0);
    assert_eq!(all("[style], [onclick], [onload]").len(), 0);
    let rows = Selector::parse("tbody tr").unwrap();
    let rows: Vec<_> = page.select(&rows).collect();
    assert_eq!(rows.len(), 2);
    let shown = HOSTILE.replace('\u{1b}', "\u{fffd}");
    assert_eq!(
        rows[0].attr("data-path"),
        Some(format!("{shown}:1").as_str())
    );
    assert_eq!(rows[1].attr("class"), Some("suppressed"));
    let policy = Selector::parse("meta[http-equiv='Content-Security-Policy']").unwrap();
    let policy = page
        .select(&policy)
        .next()
        .unwrap()
        .attr("content")
        .unwrap();
    assert!(
        policy.starts_with("default-src 'none'; style-src 'sha256-"),
        "{policy}"
    );
    assert!(!policy.contains("unsafe"), "{policy}");
}

#[test]
fn the_pages_script_and_style_are_those_that_its_policy_names() {
    use base64::Engine as _;
    use sha2::Digest as _;
    let text = scan(&hostile(), "html").stdout;
    for tag in ["script", "style"] {
        let (_, rest) = text.split_once(&format!("<{tag}>")).unwrap();
        let (inside, _) = rest.split_once(&format!("</{tag}>")).unwrap();
        let hash = base64::prelude::BASE64_STANDARD.encode(sha2::Sha256::digest(inside));
        let named = format!("{tag}-src &#39;sha256-{}&#39;", hash.replace('+', "&#43;"));
        assert!(
            text.contains(&named)
                || text
                    .replace("&#43;", "+")
                    .contains(&format!("{tag}-src &#39;sha256-{hash}&#39;")),
            "{tag}"
        );
    }
}

#[test]
fn the_summary_is_short_and_no_name_means_anything_in_it() {
    let page = scan(&hostile(), "markdown").stdout;
    assert!(
        page.starts_with("### ❌ DeployGuard: FINDINGS: 1 secret"),
        "{page}"
    );
    let rows: Vec<_> = page.lines().filter(|line| line.starts_with("| ")).collect();
    assert_eq!(rows.len(), 3, "{page}");
    assert_eq!(rows[2].matches('|').count(), 6, "{page}");
    assert!(
        !page.contains("<script") && !page.contains("@all") && !page.contains("](http"),
        "{page}"
    );
}

#[test]
fn full_secrets_go_into_no_format_that_is_passed_on() {
    let bench = hostile();
    for format in ["csv", "html", "junit", "gitlab", "markdown"] {
        let run = bench.run(&[
            "scan",
            "--repo-path",
            "repo",
            "--show-secrets",
            "--format",
            format,
        ]);
        assert_eq!((run.code, run.stdout.as_str()), (Some(2), ""), "{format}");
        assert!(run.stderr.contains("--show-secrets"), "{run:?}");
    }
}
