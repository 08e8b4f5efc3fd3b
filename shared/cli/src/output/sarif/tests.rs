//! Paths as URIs, and what a log holds of more than a host takes.

use std::collections::BTreeMap;

use domain::{Carrier, Coverage, Finding, FindingId, Occurrence, SecretType, Severity};
use jiff::Timestamp;
use scan::suppress::{Reason, Suppressed, Suppression};
use scan::{Marks, RuleSet, ScanReport};
use serde_json::Value;

use super::{PLACES, PLACES_OF_ONE, RESULTS, relative_uri, write};
use crate::output::Report;
use crate::source::Place;

#[test]
fn paths_become_uris() {
    assert_eq!(relative_uri("src/a b#1?.rs"), "src/a%20b%231%3F.rs");
    assert_eq!(relative_uri("ü:x"), "%C3%BC%3Ax");
}

/// A finding with so many places.
fn finding(number: usize, places: usize) -> Finding {
    let place = |at: usize| Occurrence {
        carrier: Carrier::Blob,
        file_path: format!("{at}.env"),
        in_archive: false,
        encoding: Vec::new(),
        line_number: 1,
        commit_hash: "c".repeat(40),
        author: String::new(),
        commit_date: None,
        object_id: "b".repeat(40),
        versions: 1,
        in_tree: true,
    };
    Finding {
        id: FindingId::new(format!("secret-{number}")),
        rule: "github-token".to_owned(),
        secret_name: "GitHub token".to_owned(),
        secret_type: SecretType::Token,
        severity: Severity::Critical,
        secret_value_preview: "g...x".to_owned(),
        secret_value_hash: String::new(),
        confidence: 95,
        file_path: "0.env".to_owned(),
        line_number: 1,
        commit_hash: "c".repeat(40),
        author: String::new(),
        commit_date: None,
        occurrence_count: places as u64,
        occurrences: (0..places).map(place).collect(),
        in_tree: true,
        refs: Vec::new(),
        ref_count: 1,
    }
}

/// The log of a scan that found, and suppressed, these.
fn log(findings: Vec<Finding>, suppressed: Vec<Finding>) -> Value {
    let scan = ScanReport {
        findings,
        values: BTreeMap::new(),
        coverage: Coverage::of(0),
        marks: Marks::new(),
    };
    let suppressed = suppressed.into_iter().map(|finding| Suppressed {
        finding,
        by: Reason::Mark,
        file: None,
        reason: None,
    });
    let suppression = Suppression {
        findings: suppressed.collect(),
        ..Suppression::default()
    };
    let place = Place {
        path: Some("repo".to_owned()),
        url: None,
        object_format: "sha1",
        head: "main".to_owned(),
        refs: 1,
        objects: 1,
        branch: None,
        since: None,
    };
    let rules = RuleSet::builtin().unwrap();
    let report = Report {
        place: &place,
        rules: &rules,
        scan: &scan,
        suppression: &suppression,
        validity: None,
        started: Timestamp::UNIX_EPOCH,
        show_secrets: false,
    };
    let mut out = Vec::new();
    write(&report, &mut out).unwrap();
    serde_json::from_slice(&out).unwrap()
}

/// What is said of what did not fit.
fn warnings(log: &Value) -> Vec<&str> {
    let all = &log["runs"][0]["invocations"][0]["toolExecutionNotifications"];
    let all = all.as_array().unwrap().iter();
    all.map(|one| one["message"]["text"].as_str().unwrap())
        .collect()
}

/// How many places each result names.
fn places(log: &Value) -> Vec<usize> {
    let length = |value: &Value| value.as_array().map_or(0, Vec::len);
    let results = log["runs"][0]["results"].as_array().unwrap().iter();
    let of = |result: &Value| length(&result["locations"]) + length(&result["relatedLocations"]);
    results.map(of).collect()
}

#[test]
fn no_more_results_than_a_host_takes_and_what_is_suppressed_goes_first() {
    let found = (0..RESULTS - 1).map(|number| finding(number, 1)).collect();
    let known = (RESULTS..RESULTS + 3).map(|number| finding(number, 1));
    let log = log(found, known.collect());
    let results = log["runs"][0]["results"].as_array().unwrap();
    assert_eq!(results.len(), RESULTS);
    let suppressed = results.iter().filter(|one| !one["suppressions"].is_null());
    assert_eq!(suppressed.count(), 1);
    let told = warnings(&log);
    assert!(
        told[0].starts_with("2 results are not in this log"),
        "{told:?}"
    );
}

#[test]
fn no_more_places_than_a_host_takes_and_one_of_every_finding() {
    let log_of_one = log(vec![finding(0, PLACES_OF_ONE + 5)], Vec::new());
    assert_eq!(places(&log_of_one), [PLACES_OF_ONE]);
    let told = warnings(&log_of_one);
    assert!(
        told[0].starts_with("5 places are not in this log"),
        "{told:?}"
    );

    let many = PLACES / PLACES_OF_ONE;
    let findings = (0..many + 10).map(|number| finding(number, PLACES_OF_ONE));
    let log = log(findings.collect(), Vec::new());
    let places = places(&log);
    assert_eq!(places.iter().sum::<usize>(), PLACES + 10);
    assert!(
        places
            .iter()
            .all(|number| (1..=PLACES_OF_ONE).contains(number))
    );
    let lost = 10 * (PLACES_OF_ONE - 1);
    let told = warnings(&log);
    assert!(told[0].starts_with(&format!("{lost} places")), "{told:?}");
}

#[test]
fn rules_are_described_as_briefly_as_a_host_wants() {
    let log = log(vec![finding(0, 1)], Vec::new());
    let rules = log["runs"][0]["tool"]["driver"]["rules"]
        .as_array()
        .unwrap();
    assert!(rules.len() <= 25_000);
    for rule in rules {
        let short = |field: &Value, most: usize| field.as_str().unwrap().chars().count() <= most;
        assert!(short(&rule["name"], 255), "{rule}");
        for text in ["shortDescription", "fullDescription"] {
            assert!(short(&rule[text]["text"], 1024), "{rule}");
        }
        assert!(rule["properties"]["tags"].as_array().unwrap().len() <= 20);
    }
}
