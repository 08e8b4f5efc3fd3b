//! Every provider's documented answers, and servers that answer everybody the same.

use scan::RuleSet;
use testkit::AnswerServer;
use testkit::answer_server::Reply;
use verify::{Limits, State, Validity};

use crate::play::{Hands, Provider, ask, providers, reply};

fn outcome(provider: &Provider, server: AnswerServer, value: &str) -> Validity {
    let clock = Hands::default();
    let done = ask(
        server,
        &[(&provider.rule, value)],
        Limits::default(),
        &clock,
    );
    *done.results.values().next().unwrap()
}

#[test]
fn the_answers_that_providers_document_mean_what_they_say() {
    let rules = RuleSet::builtin().unwrap();
    for provider in providers() {
        let (value, rule) = (provider.value(&rules), &provider.rule);
        let made_up = &provider.rejected[0];
        for yes in &provider.accepted {
            let validity = outcome(&provider, provider.play(&value, yes, made_up), &value);
            assert_eq!(validity.state(), State::Active, "{rule}: {yes}: {validity}");
            assert!(validity.to_string().contains(&provider.host), "{validity}");
        }
        for no in &provider.rejected {
            let validity = outcome(&provider, provider.play(&value, no, made_up), &value);
            let wanted = if provider.elsewhere {
                State::Unknown
            } else {
                State::Inactive
            };
            assert_eq!(validity.state(), wanted, "{rule}: {no}: {validity}");
        }
        let further = ["200 {}", "200 <html></html>", "418 {}"].map(str::to_owned);
        for neither in provider.unclear.iter().chain(&further) {
            let validity = outcome(&provider, provider.play(&value, neither, made_up), &value);
            assert_eq!(
                validity.state(),
                State::Unknown,
                "{rule}: {neither}: {validity}"
            );
        }
    }
}

#[test]
fn whoever_accepts_everything_makes_nothing_active() {
    let rules = RuleSet::builtin().unwrap();
    for provider in providers() {
        let (value, yes) = (provider.value(&rules), &provider.accepted[0]);
        let validity = outcome(&provider, provider.play(&value, yes, yes), &value);
        assert!(
            matches!(validity, Validity::ControlAccepted { .. }),
            "{}: {validity}",
            provider.rule
        );
        let portal = "200 <html>Welcome! Please accept our terms.</html>";
        let validity = outcome(&provider, provider.play(&value, portal, portal), &value);
        let is_unclear = matches!(validity, Validity::ControlUnclear { status: 200, .. });
        assert!(is_unclear, "{}: {validity}", provider.rule);
        // Not even if it lets the value through.
        let validity = outcome(&provider, provider.play(&value, yes, portal), &value);
        assert_eq!(validity.state(), State::Unknown, "{}", provider.rule);
    }
}

#[test]
fn the_control_is_asked_first_and_is_not_the_value() {
    let rules = RuleSet::builtin().unwrap();
    for provider in providers() {
        let value = provider.value(&rules);
        let seen = std::sync::Arc::new(std::sync::Mutex::new(Vec::new()));
        let (noting, made_up) = (seen.clone(), reply(&provider.rejected[0]));
        let server = AnswerServer::start(move |asked| {
            noting.lock().unwrap().push(format!("{asked:?}"));
            made_up.clone()
        });
        outcome(&provider, server.unwrap(), &value);
        let seen = seen.lock().unwrap();
        let hosts = provider.definition(&value).unwrap().hosts.len();
        assert_eq!(seen.len(), 2 * hosts, "{}", provider.rule);
        for pair in seen.chunks(2) {
            assert_ne!(pair[0], pair[1], "{}", provider.rule);
            if provider.rule != "mailgun-key" {
                let shows = [&pair[0], &pair[1]].map(|text| text.contains(&value));
                assert_eq!(shows, [false, true], "{}", provider.rule);
            }
        }
    }
}

#[test]
fn a_value_is_asked_about_once_and_what_nobody_can_tell_not_at_all() {
    let server = AnswerServer::start(|_| Reply::json(401, r#"{"message":"Bad credentials"}"#));
    let rules = RuleSet::builtin().unwrap();
    let token = providers()[0].value(&rules);
    let values = [
        ("github-token", token.as_str()),
        ("github-token", token.as_str()),
        ("generic-password-quoted", "made-up"),
        ("github-token", "ghr_made-up"),
        ("github-token", "ghp_short"),
        ("github-token", "ghp_\u{fc}\u{fc}\r\nX: y"),
    ];
    let done = ask(
        server.unwrap(),
        &values,
        Limits::default(),
        &Hands::default(),
    );
    let told: Vec<_> = done.results.values().copied().collect();
    let host = "api.github.com";
    assert_eq!(told[..2], [Validity::Rejected { host }; 2]);
    assert_eq!(told[2..4], [Validity::NotSupported; 2]);
    assert_eq!(told[4..], [Validity::NoControl, Validity::NotSendable]);
    let counts = done.counts;
    assert_eq!(
        (counts.inactive, counts.unknown, counts.not_supported),
        (2, 4, 2)
    );
    assert_eq!(done.requests, 2, "a control and a value");
}
