//! Asks about many values: each once, each host's control first.

use std::collections::{BTreeMap, HashMap};

use domain::{FindingId, Secret, Stop, Watch};

use crate::answer::Meaning;
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

/// What the questions so far have told.
struct Inquiry<'c> {
    client: Client<'c>,
    /// Whether a host rejects made-up values of a shape; if not, why its answers mean nothing.
    controls: HashMap<(usize, &'static str, Shape), Result<(), Validity>>,
    /// Values that were asked about, by the question.
    known: HashMap<(usize, Secret<Vec<u8>>), Validity>,
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
        let key = (number, subject.value.clone());
        if let Some(known) = self.known.get(&key) {
            return *known;
        }
        let validity = self.of_hosts((number, definition), value);
        self.known.insert(key, validity);
        validity
    }

    /// Active if one host accepts it, inactive if every host rejects it.
    fn of_hosts(&mut self, question: Question, value: &str) -> Validity {
        let (_, definition) = question;
        let mut rejected = Validity::NotSupported;
        let mut doubt = None;
        for host in definition.hosts {
            match self.of_host(question, host, value) {
                accepted @ Validity::Accepted { .. } => return accepted,
                no @ Validity::Rejected { .. } => rejected = no,
                other => doubt = doubt.or(Some(other)),
            }
        }
        match (doubt, rejected) {
            (Some(doubt), _) => doubt,
            (None, Validity::Rejected { host }) if definition.is_elsewhere => {
                Validity::MaybeElsewhere { host }
            }
            (None, rejected) => rejected,
        }
    }

    fn of_host(&mut self, question: Question, host: &'static str, value: &str) -> Validity {
        let (number, definition) = question;
        let shape = (number, host, Shape::of(value));
        let known = self.controls.get(&shape).copied();
        let control = known.unwrap_or_else(|| self.control(definition, host, value));
        self.controls.insert(shape, control);
        if let Err(reason) = control {
            return reason;
        }
        match self.client.ask(definition, host, value) {
            Err(reason) => reason,
            Ok(answer) => match answer.meaning(definition) {
                Meaning::Accepted => Validity::Accepted { host },
                Meaning::Rejected => Validity::Rejected { host },
                Meaning::Unclear => Validity::Unclear {
                    host,
                    status: answer.status,
                },
            },
        }
    }

    /// Whether the host rejects a made-up value.
    fn control(
        &mut self,
        definition: &Definition,
        host: &'static str,
        value: &str,
    ) -> Result<(), Validity> {
        let made_up = make_up(value).ok_or(Validity::NoControl)?;
        let answer = self.client.ask(definition, host, made_up.expose())?;
        match answer.meaning(definition) {
            Meaning::Rejected => Ok(()),
            Meaning::Accepted => Err(Validity::ControlAccepted { host }),
            Meaning::Unclear => Err(Validity::ControlUnclear {
                host,
                status: answer.status,
            }),
        }
    }
}
