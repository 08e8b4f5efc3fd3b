//! Every provider's documented answers, and servers that answer everybody the same.

use domain::Secret;
use scan::RuleSet;
use testkit::AnswerServer;
use testkit::answer_server::Reply;
use verify::{Limits, State, Validity, wants_text};

use crate::play::{Hands, Provider, ask, ask_about, providers, reply, subjects};

fn outcome(provider: &Provider, server: AnswerServer, value: &str) -> Validity {
    let mut subjects = subjects(&[(&provider.rule, value)]);
    subjects[0].text = Secret::new(provider.text(value).into_bytes());
    let done = ask_about(server, &subjects, Limits::default(), &Hands::default());
    *done.results.values().next().unwrap()
}

/// What the provider answers about the value, and about every other one.
fn answered(provider: &Provider, value: &str, known: &str, others: &str) -> Validity {
    outcome(provider, provider.play(value, known, others), value)
}

/// A refusal that no provider documents.
const SOMEHOW: &str = r#"401 {"reason":"not from there"}"#;

#[test]
fn the_answers_that_providers_document_mean_what_they_say() {
    let rules = RuleSet::builtin().unwrap();
    for provider in providers() {
        let (value, rule) = (provider.value(&rules), &provider.rule);
        let made_up = &provider.rejected[0];
        for yes in &provider.accepted {
            let somehow = SOMEHOW.to_owned();
            for no in provider
                .rejected
                .iter()
                .chain(&provider.refused)
                .chain([&somehow])
            {
                let validity = answered(&provider, &value, yes, no);
                assert_eq!(validity.state(), State::Active, "{rule}: {yes}: {validity}");
                assert!(validity.to_string().contains(&provider.host), "{validity}");
            }
        }
        let wanted = if provider.elsewhere {
            State::Unknown
        } else {
            State::Inactive
        };
        for no in &provider.rejected {
            let validity = answered(&provider, &value, no, no);
            assert_eq!(validity.state(), wanted, "{rule}: {no}: {validity}");
        }
        for no in &provider.ended {
            let validity = answered(&provider, &value, no, made_up);
            assert_eq!(validity.state(), wanted, "{rule}: {no}: {validity}");
        }
        let further = ["200 {}", "200 <html></html>", "418 {}"].map(str::to_owned);
        for neither in provider.unclear.iter().chain(&further) {
            let validity = answered(&provider, &value, neither, made_up);
            let state = validity.state();
            assert_eq!(state, State::Unknown, "{rule}: {neither}: {validity}");
        }
    }
}

#[test]
fn a_refusal_counts_only_if_made_up_values_get_the_same() {
    let rules = RuleSet::builtin().unwrap();
    for provider in providers() {
        let (value, rule) = (provider.value(&rules), &provider.rule);
        for no in &provider.rejected {
            for (known, others) in [(no.as_str(), SOMEHOW), (SOMEHOW, no), (SOMEHOW, SOMEHOW)] {
                let validity = answered(&provider, &value, known, others);
                let state = validity.state();
                assert_eq!(
                    state,
                    State::Unknown,
                    "{rule}: {known}, {others}: {validity}"
                );
            }
        }
    }
}

#[test]
fn what_needs_something_beside_it_is_not_asked_about_alone() {
    let rules = RuleSet::builtin().unwrap();
    let mut alone = 0;
    for provider in providers().iter().filter(|one| wants_text(&one.rule)) {
        let (value, yes) = (provider.value(&rules), &provider.accepted[0]);
        let server = provider.play(&value, yes, &provider.rejected[0]);
        let values = [(provider.rule.as_str(), value.as_str())];
        let done = ask(server, &values, Limits::default(), &Hands::default());
        let told: Vec<_> = done.results.values().collect();
        assert_eq!((told, done.requests), (vec![&Validity::Alone], 0));
        alone += 1;
    }
    assert!(alone >= 5, "AWS and Twilio twice, Docker, Shopify: {alone}");
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
            if !seen[0].contains("Basic ") && !seen[0].contains("AWS4-") {
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
    assert_eq!(told[..2], [Validity::MaybeElsewhere { host }; 2]);
    assert_eq!(told[2..4], [Validity::NotSupported; 2]);
    assert_eq!(told[4..], [Validity::NoControl, Validity::NotSendable]);
    let counts = done.counts;
    assert_eq!(
        (counts.inactive, counts.unknown, counts.not_supported),
        (0, 6, 2)
    );
    assert_eq!(done.requests, 2, "a control and a value");
}
