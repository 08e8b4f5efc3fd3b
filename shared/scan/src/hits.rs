//! The first pass: every blob, commit and tag through the matcher, on all cores.

use std::collections::{BTreeMap, HashMap, HashSet};

use domain::{Carrier, Secret, Tally};
use git::{FamilyVisitor, Headers, Kind, ObjectId, ObjectNo, ObjectTable, Visit, WalkFailure};

use crate::archive::Unopened;
use crate::graph::RawCommit;
use crate::seeker::{Find, Found, Inside, Seeker, Seen};
use crate::suppress::Mark;
use crate::{RuleSet, ScanOptions};

/// One match: which value, in which object, on which line.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Hit {
    /// Index into [`Values`].
    pub(crate) value: u32,
    /// The object.
    pub(crate) object: ObjectNo,
    /// In which part of it.
    pub(crate) carrier: Carrier,
    /// From 1.
    pub(crate) line: u64,
    /// Index into [`Gathered::insides`].
    pub(crate) inside: u32,
}

/// Distinct (rule, value) pairs. Each thread has its own; [`Values::absorb`] makes one of all.
#[derive(Default)]
pub(crate) struct Values {
    numbers: HashMap<(u32, Secret<Vec<u8>>), u32>,
    /// Number → the best confidence of any of its matches.
    pub(crate) confidence: Vec<u8>,
}

impl Values {
    /// The number of this pair, new if it was not seen before.
    pub(crate) fn number(&mut self, rule: u32, value: &[u8], confidence: u8) -> u32 {
        let next = u32::try_from(self.confidence.len()).unwrap_or(u32::MAX);
        let key = (rule, Secret::new(value.to_vec()));
        let number = *self.numbers.entry(key).or_insert(next);
        if number == next {
            self.confidence.push(confidence);
        }
        let best = &mut self.confidence[number as usize];
        *best = confidence.max(*best);
        number
    }

    /// Adds another thread's values; gives, for each of its numbers, the number here.
    fn absorb(&mut self, other: Self) -> Vec<u32> {
        let mut map = vec![0; other.confidence.len()];
        for ((rule, value), number) in other.numbers {
            map[number as usize] =
                self.number(rule, value.expose(), other.confidence[number as usize]);
        }
        map
    }

    /// All pairs by number: rule, value.
    pub(crate) fn pairs(&self) -> Vec<(u32, &Secret<Vec<u8>>)> {
        let ordered: BTreeMap<u32, _> = self
            .numbers
            .iter()
            .map(|((rule, value), number)| (*number, (*rule, value)))
            .collect();
        ordered.into_values().collect()
    }
}

/// An annotated tag and what it names.
#[derive(Clone, Copy, Debug)]
pub(crate) struct RawTag {
    pub(crate) object: ObjectNo,
    pub(crate) target: Option<ObjectId>,
}

/// What was searched.
#[derive(Default)]
pub(crate) struct Searched {
    pub(crate) tally: Tally,
    /// Each object and its bytes, if a record is to be made.
    pub(crate) each: Option<Vec<(ObjectNo, u64)>>,
}

impl Searched {
    /// Nothing yet; `each` object is to be noted.
    pub(crate) fn new(each: bool) -> Self {
        Self {
            tally: Tally::default(),
            each: each.then(Vec::new),
        }
    }

    pub(crate) fn add(&mut self, object: ObjectNo, bytes: usize) {
        self.tally.add(bytes as u64);
        self.each
            .iter_mut()
            .for_each(|each| each.push((object, bytes as u64)));
    }

    /// Adds what another thread searched.
    pub(crate) fn absorb(&mut self, other: Self) {
        self.tally.merge(other.tally);
        if let Some(more) = other.each {
            self.each.get_or_insert_default().extend(more);
        }
    }
}

/// What the first pass gathers.
#[derive(Default)]
pub(crate) struct Gathered {
    pub(crate) values: Values,
    pub(crate) hits: Vec<Hit>,
    /// Where in objects hits stand that do not simply stand there; the first one is for those that do.
    pub(crate) insides: Vec<Inside>,
    /// Archives that were not looked at to their end, and their bytes.
    pub(crate) unopened: Vec<(ObjectNo, Unopened, u64)>,
    /// What is written beside hits, by object and line.
    pub(crate) marks: BTreeMap<(ObjectNo, u64), Mark>,
    pub(crate) commits: Vec<RawCommit>,
    pub(crate) tags: Vec<RawTag>,
    /// What commits name and is not here.
    pub(crate) missing: Vec<ObjectId>,
    pub(crate) failures: Vec<WalkFailure>,
    pub(crate) searched: Searched,
}

impl Gathered {
    /// Leaves out every value that an object holds for which `is_old` is true.
    pub(crate) fn keep_new(&mut self, is_old: &dyn Fn(ObjectNo) -> bool) {
        let pairs = self.values.pairs();
        let value = |hit: &Hit| pairs[hit.value as usize].1.expose();
        let old = self.hits.iter().filter(|hit| is_old(hit.object));
        let known: HashSet<&Vec<u8>> = old.map(value).collect();
        let is_new = |hit: &&Hit| !known.contains(value(hit));
        let new = self.hits.iter().filter(is_new).copied().collect();
        self.hits = new;
    }

    /// The number of this place.
    fn inside(&mut self, inside: Inside) -> u32 {
        let known = self.insides.iter().rposition(|known| *known == inside);
        let number = known.unwrap_or(self.insides.len());
        if known.is_none() {
            self.insides.push(inside);
        }
        u32::try_from(number).unwrap_or(u32::MAX)
    }

    /// Adds what another thread gathered.
    pub(crate) fn absorb(&mut self, other: Self) {
        let numbers = self.values.absorb(other.values);
        let insides = other.insides.into_iter();
        let insides: Vec<u32> = insides.map(|inside| self.inside(inside)).collect();
        let renumbered = |hit: Hit| Hit {
            value: numbers[hit.value as usize],
            inside: insides[hit.inside as usize],
            ..hit
        };
        self.unopened.extend(other.unopened);
        self.marks.extend(other.marks);
        self.hits.extend(other.hits.into_iter().map(renumbered));
        self.commits.extend(other.commits);
        self.tags.extend(other.tags);
        self.missing.extend(other.missing);
        self.failures.extend(other.failures);
        self.searched.absorb(other.searched);
    }
}

/// One thread of the first pass.
pub(crate) struct HitVisitor<'r> {
    table: &'r ObjectTable,
    seeker: Seeker<'r>,
    /// Whether what an object shares with the one that it is stored as a difference from is looked at once.
    by_delta: bool,
    pub(crate) gathered: Gathered,
}

impl<'r> HitVisitor<'r> {
    pub(crate) fn new(table: &'r ObjectTable, rules: &'r RuleSet, options: &ScanOptions) -> Self {
        let by_delta = options.by_delta;
        let seeker = if by_delta {
            Seeker::remembering(rules)
        } else {
            Seeker::new(rules)
        };
        Self {
            table,
            seeker,
            by_delta,
            gathered: Gathered {
                searched: Searched::new(options.remember),
                ..Gathered::default()
            },
        }
    }

    /// Whether there is a secret in a text.
    pub(crate) fn finds(&mut self, text: &[u8]) -> bool {
        let mut found = Vec::new();
        self.seeker.find(text, &mut found);
        !found.is_empty()
    }

    /// Notes every secret in a name as one of `object`.
    pub(crate) fn look_at_name(&mut self, object: ObjectNo, name: &[u8], carrier: Carrier) {
        let mut found = Found::default();
        self.seeker.find(name, &mut found.plain);
        self.note(object, name, &found, |_| carrier);
    }

    /// Looks at a commit or tag: at all that is more than the ids of other objects, with which it begins.
    fn look_at_text(&mut self, object: &Visit<'_>, in_message: Carrier, in_header: Carrier) {
        let (data, links_end) = (object.data, Headers::links_end(object.data));
        let mut found = self.seeker.look_once(&data[links_end..]);
        found.move_by(links_end);
        let message = Headers::message_start(data);
        let carrier = |at| if at < message { in_header } else { in_message };
        self.note(object.no, data, &found, carrier);
    }

    /// Looks at a file, as far as it is new.
    fn look_at_blob(&mut self, object: &Visit<'_>, base: Option<&Seen>) -> Seen {
        let (found, seen) = self.see(object, base);
        self.note(object.no, object.data, &found, |_| Carrier::Blob);
        if let Some(reason) = found.unopened {
            let unopened = (object.no, reason, object.data.len() as u64);
            self.gathered.unopened.push(unopened);
        }
        seen
    }

    /// Looks at a file, without noting what is found.
    fn see(&mut self, object: &Visit<'_>, base: Option<&Seen>) -> (Found, Seen) {
        let from = object.shared(base).filter(|_| self.by_delta);
        self.seeker.look(object.data, from)
    }

    /// Notes what was found.
    fn note(
        &mut self,
        object: ObjectNo,
        data: &[u8],
        found: &Found,
        carrier: impl Fn(usize) -> Carrier,
    ) {
        let mut lines = Lines {
            data,
            at: 0,
            line: 1,
        };
        for one in &found.plain {
            let (rule, value) = (one.rule, one.value(data));
            let line = lines.of(one.start);
            self.note_mark(object, line, Mark::near(data, one.start..one.end));
            let place = (carrier(one.start), line, Inside::default());
            self.note_one(object, (rule, one.confidence), value, place);
        }
        let mut hidden: Vec<&Find> = found.hidden.iter().collect();
        hidden.sort_by_key(|find| find.at);
        let mut lines = Lines {
            data,
            at: 0,
            line: 1,
        };
        for find in hidden {
            let line = find.line.unwrap_or_else(|| lines.of(find.at));
            if find.line.is_none() {
                self.note_mark(object, line, Mark::near(data, find.at..find.at));
            }
            let place = (carrier(find.at), line, find.inside.clone());
            self.note_one(object, (find.rule, find.confidence), &find.value, place);
        }
    }

    fn note_mark(&mut self, object: ObjectNo, line: u64, mark: Option<Mark>) {
        let marks = &mut self.gathered.marks;
        marks.extend(mark.map(|mark| ((object, line), mark)));
    }

    fn note_one(
        &mut self,
        object: ObjectNo,
        (rule, confidence): (u16, u8),
        value: &[u8],
        (carrier, line, inside): (Carrier, u64, Inside),
    ) {
        let values = &mut self.gathered.values;
        let value = values.number(u32::from(rule), value, confidence);
        let inside = self.gathered.inside(inside);
        self.gathered.hits.push(Hit {
            value,
            object,
            carrier,
            line,
            inside,
        });
    }

    fn look_at_commit(&mut self, object: &Visit<'_>) {
        let missing = &mut self.gathered.missing;
        let commit = RawCommit::parse(object.no, object.data, self.table, missing);
        self.gathered.commits.push(commit);
        self.look_at_text(object, Carrier::CommitMessage, Carrier::CommitHeader);
    }

    fn look_at_tag(&mut self, object: &Visit<'_>) {
        let target = Headers::of(object.data).find(|header| header.name == b"object");
        let target = target.and_then(|header| ObjectId::from_hex(header.value));
        self.gathered.tags.push(RawTag {
            object: object.no,
            target,
        });
        self.look_at_text(object, Carrier::TagMessage, Carrier::TagHeader);
    }
}

impl FamilyVisitor for HitVisitor<'_> {
    /// What was seen in a file.
    type Kept = Option<Seen>;

    fn visit_from(&mut self, object: Visit<'_>, base: Option<&Self::Kept>) -> Self::Kept {
        self.gathered.searched.add(object.no, object.data.len());
        match object.kind {
            Kind::Blob => return Some(self.look_at_blob(&object, base.and_then(Option::as_ref))),
            Kind::Commit => self.look_at_commit(&object),
            Kind::Tag => self.look_at_tag(&object),
            Kind::Tree => {}
        }
        None
    }

    /// What stands in it is not asked for; but what is built on it need not be looked at in full then.
    fn visit_base(&mut self, object: Visit<'_>, base: Option<&Self::Kept>) -> Option<Self::Kept> {
        let helps = self.by_delta && object.kind == Kind::Blob;
        helps.then(|| Some(self.see(&object, base.and_then(Option::as_ref)).1))
    }

    fn failed(&mut self, failure: WalkFailure) {
        self.gathered.failures.push(failure);
    }
}

/// Counts lines as it goes.
struct Lines<'d> {
    data: &'d [u8],
    at: usize,
    line: u64,
}

impl Lines<'_> {
    /// The line, from 1, of a place; the places must come in order.
    fn of(&mut self, place: usize) -> u64 {
        let between = self.data.get(self.at..place).unwrap_or_default();
        self.line += memchr::memchr_iter(b'\n', between).count() as u64;
        self.at = place.max(self.at);
        self.line
    }
}
