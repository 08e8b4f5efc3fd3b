//! The client's limits, against servers that hang, send elsewhere, send too much or want to be left alone.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use scan::RuleSet;
use testkit::AnswerServer;
use testkit::answer_server::Reply;
use verify::{Limits, State, Validity, Verification};

use crate::play::{Hands, ask, examples};

const HOST: &str = "api.github.com";
const NO: &str = r#"{"message":"Bad credentials"}"#;
const YES: &str = r#"{"resources":{"core":{"limit":5000}}}"#;

/// Asks about two GitHub tokens and says what came of it.
fn two(server: AnswerServer, limits: Limits, clock: &Hands) -> (Verification, Vec<Validity>) {
    let values = examples(&RuleSet::builtin().unwrap(), "github-token");
    let values: Vec<_> = values[..2]
        .iter()
        .map(|one| ("github-token", one.as_str()))
        .collect();
    let done = ask(server, &values, limits, clock);
    let told = done.results.values().copied().collect();
    (done, told)
}

/// Answers the first requests with `first`, the next one no, and all others yes.
fn after(first: Vec<Reply>) -> AnswerServer {
    let (first, asked) = (Mutex::new(first.into_iter()), AtomicUsize::new(0));
    let server = AnswerServer::start(move |_| {
        let next = first.lock().unwrap().next();
        next.unwrap_or_else(|| match asked.fetch_add(1, Ordering::Relaxed) {
            0 => Reply::json(401, NO),
            _ => Reply::json(200, YES),
        })
    });
    server.unwrap()
}

fn always(reply: Reply) -> AnswerServer {
    AnswerServer::start(move |_| reply.clone()).unwrap()
}

#[test]
fn a_host_that_hangs_is_left_alone() {
    let limits = Limits {
        timeout: Duration::from_millis(300),
        ..Limits::default()
    };
    let (done, told) = two(always(Reply::Silence), limits, &Hands::default());
    let why = "does not answer in time";
    assert_eq!(told, [Validity::Unreachable { host: HOST, why }; 2]);
    assert_eq!((done.requests, done.counts.error), (1, 2));
}

#[test]
fn a_host_that_is_not_there_is_an_error() {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    drop(listener);
    let (_, told) = two(
        AnswerServer { address },
        Limits::default(),
        &Hands::default(),
    );
    assert!(
        told.iter().all(|one| one.state() == State::Error),
        "{told:?}"
    );
}

#[test]
fn a_redirect_is_not_followed() {
    let asked = Arc::new(AtomicUsize::new(0));
    let counting = Arc::clone(&asked);
    let elsewhere = AnswerServer::start(move |_| {
        counting.fetch_add(1, Ordering::Relaxed);
        Reply::json(200, YES)
    });
    for place in [
        "http://evil.example/",
        "https://api.github.com/",
        "/rate_limit",
    ] {
        let port = elsewhere.as_ref().unwrap().address.port();
        let place = place.replace("evil.example", &format!("127.0.0.1:{port}"));
        for status in [301, 302, 307, 308] {
            let headers = format!("Location: {place}\r\n");
            let server = always(Reply::Answer(status, headers, String::new()));
            let (done, told) = two(server, Limits::default(), &Hands::default());
            assert_eq!(told, [Validity::Redirected { host: HOST }; 2]);
            assert_eq!((done.requests, told[0].state()), (2, State::Unknown));
        }
    }
    assert_eq!(asked.load(Ordering::Relaxed), 0);
}

#[test]
fn an_answer_without_end_is_not_read_to_its_end() {
    let long = format!(r#"{{"a":"{}",{}"#, "x".repeat(10 << 20), &YES[1..]);
    let (_, told) = two(
        always(Reply::json(200, long)),
        Limits::default(),
        &Hands::default(),
    );
    assert_eq!(told, [Validity::TooLarge { host: HOST }; 2]);
}

#[test]
fn a_hosts_own_problem_says_nothing_of_a_value() {
    for status in [500, 502, 503] {
        let (_, told) = two(
            always(Reply::json(status, NO)),
            Limits::default(),
            &Hands::default(),
        );
        assert_eq!(told[0], Validity::ServerError { host: HOST, status });
        // After the control was rejected as well.
        let server = after(vec![Reply::json(401, NO), Reply::json(status, YES)]);
        let (_, told) = two(server, Limits::default(), &Hands::default());
        assert_eq!(told[0].state(), State::Error, "{told:?}");
    }
}

#[test]
fn a_host_that_wants_a_pause_gets_a_short_one() {
    let later = |time: &str| Reply::Answer(429, format!("Retry-After: {time}\r\n"), String::new());
    let clock = Hands::default();
    let (done, told) = two(after(vec![later("2")]), Limits::default(), &clock);
    assert_eq!(told[0], Validity::Accepted { host: HOST });
    assert!(clock.waited.borrow().contains(&Duration::from_secs(2)));
    // Too early, the control, the value, the control for the other kind of token.
    assert_eq!(done.requests, 4);
    for never in [
        later("3600"),
        later("soon"),
        later("20"),
        Reply::json(429, ""),
    ] {
        let clock = Hands::default();
        let server = always(never);
        let (done, told) = two(server, Limits::default(), &clock);
        assert_eq!(told, [Validity::RateLimited { host: HOST }; 2]);
        let waited: Duration = clock.waited.borrow().iter().sum();
        assert!(waited <= Limits::default().patience + Duration::from_secs(1));
        assert!(done.requests <= 2, "{}", done.requests);
    }
}

#[test]
fn there_is_a_pause_between_requests_and_a_limit_of_them() {
    let clock = Hands::default();
    let limits = Limits {
        requests: 2,
        ..Limits::default()
    };
    let (done, told) = two(always(Reply::json(401, NO)), limits, &clock);
    assert_eq!(told[0], Validity::MaybeElsewhere { host: HOST });
    assert_eq!(told[1], Validity::Budget);
    assert_eq!((done.requests, done.counts.error), (2, 1));
    let waited = clock.waited.borrow();
    assert_eq!(waited.len(), 1, "before the second request");
    assert!(waited[0] > limits.pause / 2 && waited[0] <= limits.pause);
}
