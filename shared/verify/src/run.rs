//! Asks about many values: each once, each host's control first.

use std::collections::{BTreeMap, HashMap};

use domain::{FindingId, Secret, Stop, Watch};

use crate::answer::{Meaning, Refusal};
use crate::client::{Client, Limits, Route};
use crate::clock::Clock;
use crate::control::{Shape, make_up};
use crate::definition::Definition;
use crate::providers;
use crate::validity::{Counts, Validity};

/// No provider's token is longer.
const LONGEST: usize = 4096;

/// A value to ask about.
#[derive(Clone, Debug)]
pub struct Subject {
    /// The finding.
    pub id: FindingId,
    /// The rule that found it.
    pub rule: String,
    /// The value.
    pub value: Secret<Vec<u8>>,
    /// The text around a place where it stands as it is, with the value; empty if there is none. Looked at where
    /// [`wants_text`] says so.
    pub text: Secret<Vec<u8>>,
}

/// Whether a question about the rule's values needs what stands beside them.
pub fn wants_text(rule: &str) -> bool {
    providers::definitions().any(|one| one.wants_text() && one.rules.contains(&rule))
}

/// What came of it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Verification {
    /// A result for every finding that was given.
    pub results: BTreeMap<FindingId, Validity>,
    /// How many of each there are.
    pub counts: Counts,
    /// How many requests were sent.
    pub requests: u64,
}

/// Asks the providers about `subjects`, in their order, one request at a time.
pub fn verify(
    subjects: &[Subject],
    route: Route,
    limits: Limits,
    clock: &dyn Clock,
    watch: &dyn Watch,
) -> Result<Verification, Stop> {
    let mut inquiry = Inquiry {
        client: Client::new(route, limits, clock),
        controls: HashMap::new(),
        known: HashMap::new(),
    };
    let mut done = Verification::default();
    for (number, subject) in (0..).zip(subjects) {
        watch.progress("asking providers", number, subjects.len() as u64);
        if let Some(stop) = watch.stop() {
            return Err(stop);
        }
        let validity = inquiry.about(subject);
        if done.results.insert(subject.id.clone(), validity).is_none() {
            done.counts.add(&validity);
        }
    }
    done.requests = inquiry.client.requests;
    Ok(done)
}

/// A definition and its number.
type Question = (usize, &'static Definition);

/// What stands beside a value; empty if that does not matter.
type Beside = Secret<String>;

/// What the questions so far have told.
struct Inquiry<'c> {
    client: Client<'c>,
    /// Whether a host rejects made-up values of a shape; if not, why its answers mean nothing.
    controls: HashMap<(usize, &'static str, Shape, Beside), Result<Refusal, Validity>>,
    /// Values that were asked about, by the question.
    known: HashMap<(usize, Secret<Vec<u8>>, Beside), Validity>,
}

impl Inquiry<'_> {
    fn about(&mut self, subject: &Subject) -> Validity {
        let Ok(value) = std::str::from_utf8(subject.value.expose()) else {
            return Validity::NotSendable;
        };
        let Some((number, definition)) = providers::find(&subject.rule, value) else {
            return Validity::NotSupported;
        };
        if value.len() > LONGEST || !value.bytes().all(|byte| byte.is_ascii_graphic()) {
            return Validity::NotSendable;
        }
        let text = || String::from_utf8_lossy(subject.text.expose());
        let beside = match definition.beside {
            None => Secret::new(String::new()),
            Some(kind) => match kind.find(&text(), value) {
                Some(found) => found,
                None => return Validity::Alone,
            },
        };
        let key = (number, subject.value.clone(), beside.clone());
        if let Some(known) = self.known.get(&key) {
            return *known;
        }
        let validity = self.of_hosts((number, definition), value, &beside);
        self.known.insert(key, validity);
        validity
    }

    /// Active if one host accepts it, inactive if every host rejects it.
    fn of_hosts(&mut self, question: Question, value: &str, beside: &Beside) -> Validity {
        let (_, definition) = question;
        let mut rejected = Validity::NotSupported;
        let mut doubt = None;
        for host in definition.hosts {
            match self.of_host(question, host, value, beside) {
                accepted @ Validity::Accepted { .. } => return accepted,
                no @ Validity::Rejected { .. } => rejected = no,
                other => doubt = doubt.or(Some(other)),
            }
        }
        match (doubt, rejected) {
            (Some(doubt), _) => doubt,
            (None, Validity::Rejected { host }) if definition.is_open() => {
                Validity::MaybeElsewhere { host }
            }
            (None, rejected) => rejected,
        }
    }

    fn of_host(
        &mut self,
        question: Question,
        host: &'static str,
        value: &str,
        beside: &Beside,
    ) -> Validity {
        let (number, definition) = question;
        let shape = (number, host, Shape::of(value), beside.clone());
        let known = self.controls.get(&shape).cloned();
        let control = known.unwrap_or_else(|| self.control(definition, host, value, beside));
        self.controls.insert(shape, control.clone());
        let control = match control {
            Ok(refusal) => refusal,
            Err(reason) => return reason,
        };
        match self.client.ask(definition, host, value, beside.expose()) {
            Err(reason) => reason,
            Ok(answer) => match answer.meaning(definition, &control) {
                Meaning::Accepted => Validity::Accepted { host },
                Meaning::Rejected => Validity::Rejected { host },
                Meaning::Unclear => Validity::Unclear {
                    host,
                    status: answer.status,
                },
            },
        }
    }

    /// How the host rejects a made-up value.
    fn control(
        &mut self,
        definition: &Definition,
        host: &'static str,
        value: &str,
        beside: &Beside,
    ) -> Result<Refusal, Validity> {
        let made_up = make_up(value).ok_or(Validity::NoControl)?;
        let answer = self
            .client
            .ask(definition, host, made_up.expose(), beside.expose())?;
        let status = answer.status;
        match answer.refusal(definition) {
            _ if answer.shows_any(definition.active) => Err(Validity::ControlAccepted { host }),
            Some(refusal) => Ok(refusal),
            None => Err(Validity::ControlUnclear { host, status }),
        }
    }
}
