//! `scan --verify`, against a server on this machine that plays three providers.

use std::fs;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use testkit::AnswerServer;
use testkit::answer_server::Reply;
use testkit::script::token;

use crate::workbench::{Bench, Run, finish};

const FORMATS: [&str; 9] = [
    "table", "json", "jsonl", "sarif", "csv", "html", "junit", "gitlab", "markdown",
];

/// A token of a cloud, which it does not know.
fn dead() -> String {
    ["dop", "_v1_", &"0f1e2d3c4b5a6978".repeat(4)].concat()
}

/// An account of Twilio, and its token.
fn account() -> [String; 2] {
    [
        ["AC", &"a1b2c3d4".repeat(4)].concat(),
        "7e6f5a4b9c8d1302".repeat(2),
    ]
}

/// A repository with two living tokens, a dead one, one that may be good elsewhere, one that is suppressed, and passwords
/// that nobody can be asked about.
fn bench() -> Bench {
    let bench = Bench::with_secrets();
    let [account, secret] = account();
    let text = format!(
        "A={}\nB={}\nC={} # deployguard:ignore\nD={}\n\nTWILIO_SID={account}\nTWILIO_AUTH_TOKEN={secret}\n",
        token(1),
        token(2),
        token(3),
        dead()
    );
    fs::write(bench.repo().join("tokens.env"), text).unwrap();
    bench.commit("Add tokens");
    bench
}

/// A server that knows the first token and the account; and how often it was asked.
fn providers() -> (String, Arc<AtomicUsize>) {
    let asked = Arc::new(AtomicUsize::new(0));
    let counting = Arc::clone(&asked);
    let server = AnswerServer::start(move |request| {
        counting.fetch_add(1, Ordering::Relaxed);
        let known = format!("Bearer {}", token(1));
        let [account, secret] = account();
        let pair = BASE64_STANDARD.encode(format!("{account}:{secret}"));
        let path = format!("/2010-04-01/Accounts/{account}.json");
        let sent = request.header("authorization").unwrap();
        match request.header("host").unwrap() {
            "api.github.com" if sent == known => {
                Reply::json(200, r#"{"resources":{"core":{"limit":5000}}}"#)
            }
            "api.twilio.com" if sent == format!("Basic {pair}") && request.target == path => {
                Reply::json(200, r#"{"sid":"AC","status":"active"}"#)
            }
            "api.digitalocean.com" => Reply::json(401, r#"{"id":"Unauthorized"}"#),
            _ => Reply::json(401, r#"{"message":"Bad credentials"}"#),
        }
    });
    (server.unwrap().address.to_string(), asked)
}

/// Runs a scan that must tell no token.
fn scan(bench: &Bench, args: &[&str]) -> Run {
    let mut command = bench.command(&[&["scan", "--repo-path", "repo"], args].concat());
    // Not even if somebody wants to see everything; and nothing takes another way.
    command.env("RUST_LOG", "trace");
    for name in ["HTTPS_PROXY", "HTTP_PROXY", "ALL_PROXY", "http_proxy"] {
        command.env(name, "http://127.0.0.1:9");
    }
    let run = finish(command.output().unwrap());
    let [account, secret] = account();
    for value in [token(1), token(2), token(3), dead(), account, secret] {
        let told = [&run.stdout, &run.stderr];
        let shows = |text: &&String| text.contains(&value) || text.contains(&value[4..24]);
        assert!(!told.iter().any(shows), "{args:?}");
    }
    run
}

#[test]
fn what_the_provider_says_stands_in_every_format() {
    let bench = bench();
    let (address, _) = providers();
    for format in FORMATS {
        let args = ["--verify", "--verify-at", &address, "--format", format];
        let run = scan(&bench, &args);
        assert_eq!(run.code, Some(1), "{run:?}");
        let told = run.stdout.replace("&#46;", ".").replace('\n', " ");
        let words = told.split_whitespace().collect::<Vec<_>>().join(" ");
        for said in ["active", "inactive", "accepts it", "rejects it"] {
            assert!(words.contains(said), "{format}: {said}: {words}");
        }
    }
}

#[test]
fn every_finding_has_a_result_and_they_are_counted() {
    let bench = bench();
    let (address, asked) = providers();
    let args = ["--verify", "--verify-at", &address, "--format", "json"];
    let document = scan(&bench, &args).json();
    let state = |rule: &str| -> Vec<String> {
        let findings = document["findings"].as_array().unwrap();
        let of_rule = findings.iter().filter(|one| one["rule"] == rule);
        let mut states: Vec<_> = of_rule
            .map(|one| {
                let reason = one["validity"]["reason"].as_str().unwrap();
                assert!(reason.len() > 10, "{reason}");
                one["validity"]["state"].as_str().unwrap().to_owned()
            })
            .collect();
        states.sort();
        states
    };
    assert_eq!(state("github-token"), ["active", "unknown"]);
    assert_eq!(state("digitalocean-token"), ["inactive"]);
    assert_eq!(state("twilio-auth-token"), ["active"]);
    assert_eq!(
        document["validity"],
        serde_json::json!({"active": 2, "inactive": 1, "unknown": 3, "error": 0, "not_supported": 2})
    );
    // A control for each provider, and four values: nothing was asked about the token that is suppressed.
    assert_eq!(asked.load(Ordering::Relaxed), 7);
}

#[test]
fn nobody_is_asked_unless_it_is_wanted_and_no_other_machine_plays_a_provider() {
    let bench = bench();
    let (address, asked) = providers();
    let document = scan(&bench, &["--format", "json"]).json();
    assert_eq!(document["validity"], serde_json::Value::Null);
    let run = scan(&bench, &["--verify-at", &address]);
    assert_eq!(run.code, Some(2), "{run:?}");
    for elsewhere in ["192.0.2.1:80", "[2001:db8::1]:80", "0.0.0.0:80"] {
        let run = scan(&bench, &["--verify", "--verify-at", elsewhere]);
        assert_eq!((run.code, run.stdout.as_str()), (Some(2), ""), "{run:?}");
    }
    assert_eq!(asked.load(Ordering::Relaxed), 0);
    let help = bench.run(&["scan", "--help"]).stdout;
    assert!(
        help.contains("--verify") && !help.contains("--verify-at"),
        "{help}"
    );
}

#[test]
fn a_provider_that_is_not_there_leaves_the_report_whole() {
    let bench = bench();
    let closed = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = closed.local_addr().unwrap().to_string();
    drop(closed);
    let args = ["--verify", "--verify-at", &address, "--format", "json"];
    let run = scan(&bench, &args);
    assert_eq!(run.code, Some(1), "{run:?}");
    assert_eq!(run.json()["validity"]["error"], 4);
    assert_eq!(run.ids().len(), 6);
}
