//! The server that plays every provider, as their pages say (`providers.toml`), and a clock that nobody waits for.

use std::cell::{Cell, RefCell};
use std::time::Duration;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use domain::{FindingId, Secret, Unwatched};
use jiff::Timestamp;
use scan::RuleSet;
use serde::Deserialize;
use testkit::AnswerServer;
use testkit::answer_server::{Asked, Reply};

use crate::aws;
use verify::{Clock, Definition, Limits, Loopback, Route, Subject, Verification, definitions};

/// What one provider documents.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Provider {
    pub(crate) rule: String,
    /// How the values begin, of a rule with more than one question.
    #[serde(default)]
    start: String,
    pub(crate) host: String,
    request: String,
    sent: String,
    pub(crate) accepted: Vec<String>,
    /// What is answered about values that nobody ever had.
    pub(crate) rejected: Vec<String>,
    /// The same, of values that stand beside something that there is.
    #[serde(default)]
    pub(crate) refused: Vec<String>,
    /// What is answered about those that were somebody's.
    #[serde(default)]
    pub(crate) ended: Vec<String>,
    #[serde(default)]
    pub(crate) unclear: Vec<String>,
    #[serde(default)]
    pub(crate) elsewhere: bool,
    /// A text with the value (`{}`) and what belongs to it.
    #[serde(default)]
    text: String,
    /// What belongs to it, as it is sent.
    #[serde(default)]
    beside: String,
}

/// What stands beside values, made up: an account, the id of a key.
fn made_up(text: &str) -> String {
    let id = ["AK", "IA", &"Q7".repeat(8)].concat();
    text.replace("{account}", &["AC", &"0f".repeat(16)].concat())
        .replace("{id}", &id)
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
        let fits =
            |value: &String| value.starts_with(&self.start) && self.definition(value).is_some();
        let value = examples(rules, &self.rule).into_iter().find(fits);
        value.unwrap_or_else(|| panic!("no question for an example of {}", self.rule))
    }

    /// The question about `value`.
    pub(crate) fn definition(&self, value: &str) -> Option<&'static Definition> {
        let mine = |one: &&Definition| one.rules.contains(&self.rule.as_str());
        definitions().filter(mine).find(|one| one.fits.takes(value))
    }

    /// The text around `value`.
    pub(crate) fn text(&self, value: &str) -> String {
        made_up(&self.text).replace("{}", value)
    }

    /// Whether it is this question, about this value, sent as the provider wants it.
    fn is_asked(&self, asked: &Asked, value: &str) -> bool {
        let beside = made_up(&self.beside);
        let fill = |text: &str| text.replace("{}", value).replace("{beside}", &beside);
        let host = fill(&self.host);
        let labelled = format!("{beside}.{host}");
        let hosts = [Some(host.as_str()), Some(labelled.as_str())];
        let request = format!("{} {}", asked.method, asked.target);
        let is_sent = match self.sent.split_once(": ") {
            None => true,
            Some((name, "{aws}")) => {
                let wanted = aws::authorization(asked, &beside, value);
                asked.header(name) == Some(wanted.as_str())
            }
            Some((name, text)) => {
                let text = match text.strip_prefix("Basic ") {
                    Some(pair) => format!("Basic {}", BASE64_STANDARD.encode(fill(pair))),
                    None => fill(text),
                };
                asked.header(name) == Some(text.as_str())
            }
        };
        hosts.contains(&asked.header("host")) && request == fill(&self.request) && is_sent
    }

    /// A server that answers `known` about `value` at the provider's host, and `others` about anything else.
    pub(crate) fn play(&self, value: &str, known: &str, others: &str) -> AnswerServer {
        let (provider, value) = (self.clone(), value.to_owned());
        let (known, others) = (reply(known), reply(others));
        AnswerServer::start(move |asked| {
            if provider.is_asked(asked, &value) {
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

    fn today(&self) -> Timestamp {
        "2026-02-03T04:05:06Z".parse().unwrap()
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
        text: Secret::new(Vec::new()),
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
    ask_about(server, &subjects(values), limits, clock)
}

/// The same about subjects.
pub(crate) fn ask_about(
    server: AnswerServer,
    subjects: &[Subject],
    limits: Limits,
    clock: &Hands,
) -> Verification {
    let route = Route::Loopback(Loopback::new(server.address).unwrap());
    let done = verify::verify(subjects, route, limits, clock, &Unwatched).unwrap();
    let reasons = done.results.values().map(ToString::to_string);
    let told = format!("{done:?} {subjects:?} {:?}", reasons.collect::<Vec<_>>());
    for subject in subjects {
        let value = String::from_utf8_lossy(subject.value.expose());
        let tail = value.get(value.len().saturating_sub(8)..).unwrap_or(&value);
        assert!(
            !told.contains(&*value) && !told.contains(tail),
            "a value is told"
        );
    }
    done
}
