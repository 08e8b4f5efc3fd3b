//! Everything that can be found in one piece of data: what stands there, what is written there in another way, and what is
//! packed inside it.

#[cfg(test)]
mod equivalence;

use domain::Encoding;

use crate::archive::{Budget, Entry, Format, LAYERS, Unopened, unpack};
use crate::decode::{Region, Runs};
use crate::matcher::{Match, Trace, is_traced};
use crate::{Matcher, RuleSet};
use git::Copies;

/// How many encodings are taken off, one inside the other.
const ENCODINGS: u8 = 2;

/// Where in an object something stands that does not simply stand there.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Inside {
    /// The file in the archive; empty where there is none, or the object as a whole was made smaller.
    pub(crate) path: String,
    pub(crate) in_archive: bool,
    /// The outermost first.
    pub(crate) encoding: Vec<Encoding>,
}

/// A value that does not simply stand there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Find {
    pub(crate) rule: u16,
    pub(crate) confidence: u8,
    pub(crate) value: Box<[u8]>,
    /// Where what says or has it starts in the data.
    pub(crate) at: usize,
    /// The line in the file of the archive.
    pub(crate) line: Option<u64>,
    pub(crate) inside: Inside,
}

/// What was seen of one object, so that one built from it need not be looked at all over again.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Seen {
    trace: Trace,
    runs: Runs,
    read: Vec<Read>,
}

/// A text in another way of writing, and what was found in it; places are counted from its start.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Read {
    region: Region,
    found: Found,
}

/// What was found in one piece of data.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Found {
    /// What stands there.
    pub(crate) plain: Vec<Match>,
    /// What does not simply stand there.
    pub(crate) hidden: Vec<Find>,
    /// Why not everything was looked at.
    pub(crate) unopened: Option<Unopened>,
}

/// How many layers are off already.
#[derive(Clone, Copy, Default)]
struct Depth {
    encodings: u8,
    layers: u8,
}

/// Looks at one piece of data after another.
pub(crate) struct Seeker<'r> {
    matcher: Matcher<'r>,
    rules: &'r RuleSet,
}

impl<'r> Seeker<'r> {
    /// For one thread, that looks at everything it is given.
    pub(crate) fn new(rules: &'r RuleSet) -> Self {
        Self {
            matcher: Matcher::new(rules),
            rules,
        }
    }

    /// For one thread, that does not look again at what it has seen before; it finds the same.
    pub(crate) fn remembering(rules: &'r RuleSet) -> Self {
        Self {
            matcher: Matcher::remembering(rules),
            rules,
        }
    }

    /// What stands in a text, and nothing else.
    pub(crate) fn find(&mut self, text: &[u8], out: &mut Vec<Match>) {
        self.matcher.find(text, out);
    }

    /// Everything in an object. `from`: what was seen in another one, and which parts were copied from there; the outcome is
    /// the same with and without.
    pub(crate) fn look(&mut self, data: &[u8], from: Option<(&Seen, &Copies)>) -> (Found, Seen) {
        let from = from.filter(|(_, copies)| is_traced(copies.base_length()));
        let traces = from.map(|(base, copies)| (&base.trace, copies));
        let trace = self.matcher.trace(data, traces);
        let from_runs = from.map(|(base, copies)| (&base.runs, copies));
        let runs = Runs::of(data, from_runs, self.matcher.stretches());
        let mut found = Found::default();
        self.matcher.secrets(&trace, &mut found.plain);
        let mut seen = Seen {
            trace,
            runs,
            read: Vec::new(),
        };
        self.read_regions(data, &mut seen, from, Depth::default());
        found.add(data, &seen.read);
        if let Some(format) = Format::of(data) {
            let mut budget = Budget::of(data.len());
            self.open(data, format, Depth::default(), &mut budget, &mut found);
        }
        (found, seen)
    }

    /// Everything in a text that is like no other, as commits are: nothing of it is remembered.
    pub(crate) fn look_once(&mut self, data: &[u8]) -> Found {
        let memories = self.matcher.memories.take();
        let (found, _) = self.look(data, None);
        self.matcher.memories = memories;
        found
    }

    /// Everything in what an encoding or an archive had in it.
    fn look_inside(&mut self, data: &[u8], depth: Depth, budget: &mut Budget) -> Found {
        let mut found = Found::default();
        if let Some(format) = Format::of(data) {
            self.open(data, format, depth, budget, &mut found);
            if found.unopened.is_none() {
                return found;
            }
        }
        let mut seen = Seen {
            trace: self.matcher.trace(data, None),
            ..Seen::default()
        };
        self.matcher.secrets(&seen.trace, &mut found.plain);
        if depth.encodings < ENCODINGS {
            seen.runs = Runs::of(data, None, self.matcher.stretches());
            self.read_regions(data, &mut seen, None, depth);
            found.add(data, &seen.read);
        }
        found
    }

    /// Reads every text in another way of writing.
    fn read_regions(
        &mut self,
        data: &[u8],
        seen: &mut Seen,
        from: Option<(&Seen, &Copies)>,
        depth: Depth,
    ) {
        for region in Region::all(data, &seen.trace, &seen.runs, self.rules) {
            let known = from.and_then(|(base, copies)| base.of(&region.there(copies)?));
            let found = if let Some(known) = known {
                known.clone()
            } else {
                self.read_region(data, &region, depth)
            };
            seen.read.push(Read { region, found });
        }
    }

    fn read_region(&mut self, data: &[u8], region: &Region, depth: Depth) -> Found {
        let text = region.text(data);
        let depth = Depth {
            encodings: depth.encodings + 1,
            ..depth
        };
        let within = self.look_inside(&text, depth, &mut Budget::of(text.len()));
        let mut found = Found {
            unopened: within.unopened,
            ..Found::default()
        };
        for mut find in within.all(&text) {
            find.at = region.origin(data, find.at);
            find.inside.encoding.insert(0, region.encoding);
            if find.inside.path.is_empty() {
                find.line = None;
            }
            found.hidden.push(find);
        }
        found
    }

    /// Looks at every file of an archive.
    fn open(
        &mut self,
        data: &[u8],
        format: Format,
        depth: Depth,
        budget: &mut Budget,
        found: &mut Found,
    ) {
        if depth.layers == LAYERS {
            found.unopened = Some(Unopened::TooDeep);
            return;
        }
        // What is stored in the object as it is was seen there.
        let is_seen = depth.encodings + depth.layers == 0;
        let depth = Depth {
            layers: depth.layers + 1,
            ..depth
        };
        let mut number = 0_u32;
        let mut each = |mut entry: Entry<'_>, budget: &mut Budget| {
            number += 1;
            self.look_at_name(&mut entry, number, found);
            if is_seen && entry.is_stored && Format::of(&entry.content).is_none() {
                return;
            }
            let within = self.look_inside(&entry.content, depth, budget);
            found.unopened = found.unopened.max(within.unopened);
            for mut find in within.all(&entry.content) {
                find.line = find.line.or_else(|| Some(line(&entry.content, find.at)));
                find.at = 0;
                find.inside.in_archive = true;
                find.inside.path = joined(&entry.name, &find.inside.path);
                found.hidden.push(find);
            }
        };
        if let Err(reason) = unpack(data, format, budget, &mut each) {
            found.unopened = found.unopened.max(Some(reason));
        }
    }

    /// The name of a file may be a secret; then it is not shown.
    fn look_at_name(&mut self, entry: &mut Entry<'_>, number: u32, found: &mut Found) {
        let mut matches = Vec::new();
        self.matcher.find(entry.name.as_bytes(), &mut matches);
        if matches.is_empty() {
            return;
        }
        let name = std::mem::replace(&mut entry.name, format!("(file {number})"));
        for one in matches {
            let mut find = Find::of(&one, name.as_bytes());
            (find.at, find.line) = (0, Some(1));
            find.inside.in_archive = true;
            find.inside.path.clone_from(&entry.name);
            found.hidden.push(find);
        }
    }
}

impl Seen {
    /// What was found in a region.
    fn of(&self, region: &Region) -> Option<&Found> {
        let place = self.read.binary_search_by_key(region, |read| read.region);
        place.ok().map(|place| &self.read[place].found)
    }
}

impl Find {
    fn of(one: &Match, data: &[u8]) -> Self {
        Self {
            rule: one.rule,
            confidence: one.confidence,
            value: one.value(data).into(),
            at: one.start,
            line: None,
            inside: Inside::default(),
        }
    }
}

impl Found {
    /// Adds what was found in texts in other ways of writing, but for what simply stands there too.
    fn add(&mut self, data: &[u8], read: &[Read]) {
        for Read { region, found } in read {
            self.unopened = self.unopened.max(found.unopened);
            for find in &found.hidden {
                let at = region.start + find.at;
                let is_same = |one: &Match| {
                    let around = one.start <= at && at < one.end;
                    let inside = region.start <= one.start && one.end <= region.end;
                    (around && one.rule == find.rule) || (inside && one.value(data) == &*find.value)
                };
                if !self.plain.iter().any(is_same) {
                    self.hidden.push(Find { at, ..find.clone() });
                }
            }
        }
    }

    /// Counts places from so many bytes earlier on.
    pub(crate) fn move_by(&mut self, bytes: usize) {
        for one in &mut self.plain {
            (one.start, one.end) = (one.start + bytes, one.end + bytes);
        }
        self.hidden.iter_mut().for_each(|find| find.at += bytes);
    }

    /// Everything, in one form.
    fn all(self, data: &[u8]) -> impl Iterator<Item = Find> {
        let plain = self.plain.into_iter();
        let plain = plain.map(|one| Find::of(&one, data));
        plain.chain(self.hidden)
    }
}

/// A path and the path inside of what is there.
pub(crate) fn joined(outer: &str, inner: &str) -> String {
    let mark = if outer.is_empty() || inner.is_empty() {
        ""
    } else {
        "!"
    };
    format!("{outer}{mark}{inner}")
}

/// The line, from 1, of a place.
fn line(data: &[u8], place: usize) -> u64 {
    let before = data.get(..place).unwrap_or_default();
    memchr::memchr_iter(b'\n', before).count() as u64 + 1
}
