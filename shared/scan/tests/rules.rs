//! Every built-in rule finds what its examples show and leaves what its counter-examples show.

#![allow(clippy::unwrap_used)] // the helpers below are part of the tests

use std::collections::BTreeSet;
use std::fmt::Write as _;

use scan::{Match, Matcher, Rule, RuleSet};

/// Providers that the rules know, at least.
const PROVIDERS: usize = 660;

/// Rules for what anybody makes: passwords, keys in a standard form, tokens that many services issue.
const OF_NO_PROVIDER: &[&str] = &[
    "age-secret-key",
    "argument-password",
    "authorization-basic",
    "authorization-bearer",
    "base64-private-key",
    "bitcoin-extended-private-key",
    "command-line-password",
    "credentials-of-a-call",
    "curl-user",
    "curl-userpwd",
    "database-client-password",
    "database-dsn-password",
    "database-settings",
    "database-url",
    "encrypted-private-key",
    "ethereum-private-key",
    "file-transfer-password",
    "filezilla-password",
    "firefox-login",
    "generic-cipher-key",
    "generic-name-value-list",
    "generic-pass-quoted",
    "generic-password-config",
    "generic-password-quoted",
    "generic-password-xml",
    "generic-secret-config",
    "generic-secret-quoted",
    "generic-uuid-key",
    "generic-xml-key-value",
    "header-key",
    "htpasswd-entry",
    "jdbc-password",
    "jwk-private-key",
    "jwt",
    "jwt-settings-key",
    "libpq-password",
    "mail-client-password",
    "netrc-password",
    "openai-compatible-key",
    "password-hash-row",
    "password-in-prose",
    "pgp-private-key",
    "pgpass-entry",
    "private-key",
    "putty-private-key",
    "query-credential",
    "sql-password",
    "ssh-private-key",
    "url-password",
    "vapid-private-key",
    "voice-server-password",
    "wallet-recovery-phrase",
    "wireguard-private-key",
    "xml-string-secret",
];

fn builtin() -> RuleSet {
    RuleSet::builtin().unwrap()
}

fn find(rules: &RuleSet, text: &[u8]) -> Vec<Match> {
    let mut found = Vec::new();
    Matcher::new(rules).find(text, &mut found);
    found
}

fn shown(rules: &RuleSet, text: &[u8], found: &[Match]) -> String {
    let mut out = format!("{}\n", String::from_utf8_lossy(text));
    for one in found {
        let value = String::from_utf8_lossy(one.value(text)).into_owned();
        let id = rules.rules()[usize::from(one.rule)].id();
        writeln!(out, "   {id} ({}): {value}", one.confidence).unwrap();
    }
    out
}

fn is(rules: &RuleSet, found: &Match, rule: &Rule) -> bool {
    rules.rules()[usize::from(found.rule)].id() == rule.id()
}

fn fail_if_any(problems: &[String]) {
    assert!(
        problems.is_empty(),
        "{} problems:\n{}",
        problems.len(),
        problems.join("\n")
    );
}

#[test]
fn each_example_is_found_by_its_own_rule() {
    let rules = builtin();
    let mut problems = Vec::new();
    for rule in rules.rules() {
        for example in rule.examples() {
            let found = find(&rules, &example.text);
            let own = found.iter().find(|one| is(&rules, one, rule));
            let right = own.is_some_and(|own| match &example.value {
                Some(value) => (own.start, own.end) == (value.start, value.end),
                None => true,
            });
            if !right {
                problems.push(format!(
                    "{}: {}",
                    rule.id(),
                    shown(&rules, &example.text, &found)
                ));
            }
        }
    }
    fail_if_any(&problems);
}

#[test]
fn no_counter_example_is_found_by_its_own_rule() {
    let rules = builtin();
    let mut problems = Vec::new();
    for rule in rules.rules() {
        for example in rule.counter_examples() {
            let found = find(&rules, &example.text);
            if found.iter().any(|one| is(&rules, one, rule)) {
                problems.push(format!(
                    "{}: {}",
                    rule.id(),
                    shown(&rules, &example.text, &found)
                ));
            }
        }
    }
    fail_if_any(&problems);
}

#[test]
fn each_rule_has_examples_and_counter_examples() {
    for rule in builtin().rules() {
        assert!(rule.examples().count() > 0, "{} has no example", rule.id());
        assert!(
            rule.counter_examples().count() > 0,
            "{} has no counter-example",
            rule.id()
        );
    }
}

#[test]
fn there_are_many_rules_and_their_ids_are_words() {
    let rules = builtin();
    assert!(rules.rules().len() >= 780, "only {}", rules.rules().len());
    let ids: BTreeSet<_> = rules.rules().iter().map(Rule::id).collect();
    assert_eq!(ids.len(), rules.rules().len());
    for id in ids {
        let plain = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-';
        assert!(id.bytes().all(plain), "{id}");
    }
}

#[test]
fn there_are_many_providers_and_each_says_how_its_secrets_are_revoked() {
    let rules = builtin();
    let providers: BTreeSet<_> = rules.rules().iter().filter_map(Rule::provider).collect();
    assert!(providers.len() >= PROVIDERS, "only {}", providers.len());
    let spelled: BTreeSet<_> = providers.iter().map(|name| name.to_lowercase()).collect();
    assert_eq!(spelled.len(), providers.len(), "one name in two spellings");
    for rule in rules.rules() {
        let (id, of_none) = (rule.id(), OF_NO_PROVIDER.contains(&rule.id()));
        assert_eq!(rule.provider().is_none(), of_none, "{id}: provider");
        let page = rule.remediation();
        assert!(of_none || page.is_some(), "{id}: remediation");
        assert!(page.is_none_or(|page| page.starts_with("https://")), "{id}");
    }
}

#[test]
fn no_example_is_found_as_a_secret_of_another_provider() {
    let rules = builtin();
    let mut problems = Vec::new();
    for rule in rules
        .rules()
        .iter()
        .filter(|rule| rule.provider().is_some())
    {
        for example in rule.examples() {
            let found = find(&rules, &example.text);
            let provider = |one: &Match| rules.rules()[usize::from(one.rule)].provider();
            let strange =
                |one: &Match| provider(one).is_some_and(|name| Some(name) != rule.provider());
            if found.iter().any(strange) {
                problems.push(format!(
                    "{}: {}",
                    rule.id(),
                    shown(&rules, &example.text, &found)
                ));
            }
        }
    }
    fail_if_any(&problems);
}

#[test]
fn findings_are_the_same_at_any_place_in_the_data() {
    let rules = builtin();
    let mut problems = Vec::new();
    for rule in rules.rules() {
        for example in rule.examples() {
            let alone = find(&rules, &example.text);
            let padding = vec![b'\n'; 70_000];
            let padded = [&padding[..], &example.text, &padding].concat();
            let mut moved = find(&rules, &padded);
            for one in &mut moved {
                one.start -= padding.len();
                one.end -= padding.len();
            }
            if alone != moved {
                problems.push(format!(
                    "{}: {}",
                    rule.id(),
                    shown(&rules, &example.text, &alone)
                ));
            }
        }
    }
    fail_if_any(&problems);
}

#[test]
fn the_fingerprint_is_that_of_the_data() {
    let rules = builtin();
    assert_eq!(rules.fingerprint(), builtin().fingerprint());
    assert_eq!(rules.fingerprint().len(), 64);
    let none = RuleSet::parse(&[("none.toml", "rule = []")]).unwrap();
    assert_ne!(rules.fingerprint(), none.fingerprint());
}
