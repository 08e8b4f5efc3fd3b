//! `scan --verify`, against a server on this machine that plays GitHub.

use std::fs;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use testkit::AnswerServer;
use testkit::answer_server::Reply;
use testkit::script::token;

use crate::workbench::{Bench, Run, finish};

const FORMATS: [&str; 9] = [
    "table", "json", "jsonl", "sarif", "csv", "html", "junit", "gitlab", "markdown",
];

/// A repository with a living token, a dead one, one that is suppressed, and a password that nobody can be asked about.
fn bench() -> Bench {
    let bench = Bench::with_secrets();
    let text = format!(
        "A={}\nB={}\nC={} # deployguard:ignore\n",
        token(1),
        token(2),
        token(3)
    );
    fs::write(bench.repo().join("tokens.env"), text).unwrap();
    bench.commit("Add tokens");
    bench
}

/// A server that knows the first token; and how often it was asked.
fn github() -> (String, Arc<AtomicUsize>) {
    let asked = Arc::new(AtomicUsize::new(0));
    let counting = Arc::clone(&asked);
    let server = AnswerServer::start(move |request| {
        counting.fetch_add(1, Ordering::Relaxed);
        let known = format!("Bearer {}", token(1));
        match request.header("authorization") {
            Some(sent) if sent == known => {
                Reply::json(200, r#"{"resources":{"core":{"limit":5000}}}"#)
            }
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
    for number in 1..=3 {
        let (token, told) = (token(number), [&run.stdout, &run.stderr]);
        let shows = |text: &&String| text.contains(&token) || text.contains(&token[4..24]);
        assert!(!told.iter().any(shows), "{args:?}");
    }
    run
}

#[test]
fn what_the_provider_says_stands_in_every_format() {
    let bench = bench();
    let (address, _) = github();
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
    let (address, asked) = github();
    let args = ["--verify", "--verify-at", &address, "--format", "json"];
    let document = scan(&bench, &args).json();
    let mut states: Vec<_> = document["findings"]
        .as_array()
        .unwrap()
        .iter()
        .map(|finding| {
            let validity = &finding["validity"];
            assert!(
                validity["reason"].as_str().unwrap().len() > 10,
                "{validity}"
            );
            (
                finding["rule"].as_str().unwrap().to_owned(),
                validity["state"].as_str().unwrap().to_owned(),
            )
        })
        .collect();
    states.sort();
    let github: Vec<_> = states
        .iter()
        .filter(|(rule, _)| rule == "github-token")
        .collect();
    assert_eq!(
        (github[0].1.as_str(), github[1].1.as_str()),
        ("active", "inactive")
    );
    assert_eq!(states.len(), 4, "{states:?}");
    assert_eq!(
        document["validity"],
        serde_json::json!({"active": 1, "inactive": 1, "unknown": 2, "error": 0, "not_supported": 2})
    );
    // One control and two values: nothing was asked about the token that is suppressed.
    assert_eq!(asked.load(Ordering::Relaxed), 3);
}

#[test]
fn nobody_is_asked_unless_it_is_wanted_and_no_other_machine_plays_a_provider() {
    let bench = bench();
    let (address, asked) = github();
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
    assert_eq!(run.json()["validity"]["error"], 2);
    assert_eq!(run.ids().len(), 4);
}
