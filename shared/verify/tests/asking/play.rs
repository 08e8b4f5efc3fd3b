//! The server that plays every provider, as their pages say (`providers.toml`), and a clock that nobody waits for.

use std::cell::{Cell, RefCell};
use std::time::Duration;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use domain::{FindingId, Secret, Unwatched};
use scan::RuleSet;
use serde::Deserialize;
use testkit::AnswerServer;
use testkit::answer_server::{Asked, Reply};
use verify::{Clock, Definition, Limits, Loopback, Route, Subject, Verification, definitions};

/// What one provider documents.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Provider {
    pub(crate) rule: String,
    pub(crate) host: String,
    request: String,
    sent: String,
    pub(crate) accepted: Vec<String>,
    pub(crate) rejected: Vec<String>,
    #[serde(default)]
    pub(crate) unclear: Vec<String>,
    #[serde(default)]
    pub(crate) elsewhere: bool,
}

/// All of them.
pub(crate) fn providers() -> Vec<Provider> {
    #[derive(Deserialize)]
    struct File {
        provider: Vec<Provider>,
    }
    let file: File = toml::from_str(include_str!("providers.toml")).unwrap();
    file.provider
}

/// The value that the rule finds in each of its examples.
pub(crate) fn examples(rules: &RuleSet, rule: &str) -> Vec<String> {
    let mut all = rules.rules().iter();
    let rule = all
        .find(|one| one.id() == rule)
        .unwrap_or_else(|| panic!("no rule {rule}"));
    let value = |example: scan::Example| {
        let value = &example.text[example.value?];
        Some(String::from_utf8(value.to_vec()).unwrap())
    };
    rule.examples().filter_map(value).collect()
}

impl Provider {
    /// A made-up value that there is a question for.
    pub(crate) fn value(&self, rules: &RuleSet) -> String {
        let fits = |value: &String| self.definition(value).is_some();
        let value = examples(rules, &self.rule).into_iter().find(fits);
        value.unwrap_or_else(|| panic!("no question for an example of {}", self.rule))
    }

    /// The question about `value`.
    pub(crate) fn definition(&self, value: &str) -> Option<&'static Definition> {
        let mine = |one: &&Definition| one.rules.contains(&self.rule.as_str());
        definitions().filter(mine).find(|one| one.fits.takes(value))
    }

    /// Whether it is this question, about this value, sent as the provider wants it.
    fn is_asked(&self, asked: &Asked, value: &str) -> bool {
        let request = format!("{} {}", asked.method, asked.target);
        let basic = BASE64_STANDARD.encode(format!("api:{value}"));
        let sent = self
            .sent
            .replace("{}", value)
            .replace("{basic:api}", &basic);
        let is_sent = match sent.split_once(": ") {
            Some((name, text)) => asked.header(name) == Some(text),
            None => true,
        };
        request == self.request.replace("{}", value) && is_sent
    }

    /// A server that answers `known` about `value` at the provider's host, and `others` about anything else.
    pub(crate) fn play(&self, value: &str, known: &str, others: &str) -> AnswerServer {
        let (provider, value) = (self.clone(), value.to_owned());
        let (known, others) = (reply(known), reply(others));
        AnswerServer::start(move |asked| {
            let is_here = asked.header("host") == Some(provider.host.as_str());
            if is_here && provider.is_asked(asked, &value) {
                known.clone()
            } else {
                others.clone()
            }
        })
        .unwrap()
    }
}

/// `401 {"a":1}`.
pub(crate) fn reply(text: &str) -> Reply {
    let (status, body) = text.split_once(' ').unwrap_or((text, ""));
    Reply::json(status.parse().unwrap(), body)
}

/// Time passes when it is waited for, and by a millisecond with every look.
#[derive(Debug, Default)]
pub(crate) struct Hands {
    now: Cell<Duration>,
    pub(crate) waited: RefCell<Vec<Duration>>,
}

impl Clock for Hands {
    fn now(&self) -> Duration {
        self.now.set(self.now.get() + Duration::from_millis(1));
        self.now.get()
    }

    fn wait(&self, time: Duration) {
        self.now.set(self.now.get() + time);
        self.waited.borrow_mut().push(time);
    }
}

/// Values of rules, each a finding of its own.
pub(crate) fn subjects(values: &[(&str, &str)]) -> Vec<Subject> {
    let subject = |(number, (rule, value)): (usize, &(&str, &str))| Subject {
        id: FindingId::new(format!("f_{number}")),
        rule: (*rule).to_owned(),
        value: Secret::new(value.as_bytes().to_vec()),
    };
    values.iter().enumerate().map(subject).collect()
}

/// Asks the server about the values; no byte of any may be in what is told.
pub(crate) fn ask(
    server: AnswerServer,
    values: &[(&str, &str)],
    limits: Limits,
    clock: &Hands,
) -> Verification {
    let route = Route::Loopback(Loopback::new(server.address).unwrap());
    let subjects = subjects(values);
    let done = verify::verify(&subjects, route, limits, clock, &Unwatched).unwrap();
    let reasons = done.results.values().map(ToString::to_string);
    let told = format!("{done:?} {subjects:?} {:?}", reasons.collect::<Vec<_>>());
    for (_, value) in values {
        let tail = value.get(value.len().saturating_sub(8)..).unwrap_or(value);
        assert!(
            !told.contains(value) && !told.contains(tail),
            "a value is told"
        );
    }
    done
}
