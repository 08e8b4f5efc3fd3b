//! The set of questions is whole: rules, hosts, controls and documents.

use std::collections::BTreeSet;

use scan::RuleSet;
use verify::{Beside, HOSTS, Method, Part, Place, definitions};

use crate::play::{examples, providers};

#[test]
fn every_question_is_for_rules_that_there_are() {
    let rules = RuleSet::builtin().unwrap();
    for definition in definitions() {
        for rule in definition.rules {
            let fits = |value: &String| definition.fits.takes(value);
            assert!(
                examples(&rules, rule).iter().any(fits),
                "{rule}: no example fits"
            );
        }
    }
}

#[test]
fn every_question_is_played() {
    let rules = RuleSet::builtin().unwrap();
    let played: Vec<_> = providers()
        .iter()
        .map(|one| std::ptr::from_ref(one.definition(&one.value(&rules)).unwrap()))
        .collect();
    for definition in definitions() {
        let is_played = played.contains(&std::ptr::from_ref(definition));
        assert!(is_played, "{:?}", definition.rules);
    }
    let hosts: BTreeSet<_> = definitions().map(|one| one.hosts[0]).collect();
    assert!(hosts.len() >= 80, "{}", hosts.len());
}

#[test]
fn the_list_of_hosts_is_what_the_questions_name() {
    let named: BTreeSet<&str> = definitions().flat_map(|one| one.hosts).copied().collect();
    assert_eq!(named.into_iter().collect::<Vec<_>>(), HOSTS);
    let plain =
        |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b".-".contains(&byte);
    assert!(
        HOSTS
            .iter()
            .all(|host| host.contains('.') && host.bytes().all(plain))
    );
}

#[test]
fn every_question_can_be_answered_both_ways_and_proves_a_yes() {
    for one in definitions() {
        let named = one.rules;
        assert!(
            !one.active.is_empty() && !one.inactive.is_empty(),
            "{named:?}"
        );
        let proves = one.active.iter().all(|sign| match sign.part {
            Part::Has(at) | Part::Says(at, _) => at.starts_with('/'),
            Part::Text(text) => text.len() > 12,
        });
        assert!(proves, "{named:?}: a status alone makes nothing active");
        assert!(one.source.starts_with("https://"), "{named:?}");
        assert!(one.path.starts_with('/'), "{named:?}");
        assert_eq!(
            one.path.contains("{}"),
            one.place == Place::Path,
            "{named:?}"
        );
        let is_path = one.path.contains("{beside}") || one.place == Place::BasicBeside;
        let needs = [Some(Beside::TwilioAccount), Some(Beside::DockerUser)];
        assert_eq!(is_path, needs.contains(&one.beside), "{named:?}");
        let is_query = matches!(one.place, Place::Query(_));
        assert!(!is_query || !one.path.contains('?'), "{named:?}");
    }
}

#[test]
fn what_is_posted_asks_and_changes_nothing() {
    let posted: BTreeSet<_> = definitions()
        .filter_map(|one| match one.method {
            Method::Get => None,
            Method::Post(body) | Method::Form(body) => Some((one.path, body)),
        })
        .collect();
    for (path, body) in posted {
        assert!(!body.contains("mutation"), "{path}");
        // No version of PyPI's form but the first was ever taken.
        assert_eq!(path == "/legacy/", body.ends_with("&protocol_version=0"));
        let asks = [
            "/graphql",
            "/api/auth.test",
            "/oauth2/token/status",
            "/2/check/user",
            "/v1/check-api-key",
            "/v2",
            "/legacy/",
        ];
        assert!(asks.contains(&path), "{path}: look at it");
    }
}
