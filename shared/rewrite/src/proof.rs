//! The proof: reads source and result anew and accounts for every object of both. Shares no code with the rewriter but the reading of
//! objects and their hashes; in particular it replaces values in its own, plain way.
//!
//! 1. Every object of the result is what its id says, and holds no value.
//! 2. Every object of the source is in the result: as it was, or as what the plain way makes of it.
//! 3. The result has nothing else.
//! 4. Every ref and HEAD name what they named, or what that became.

mod lines;

use std::collections::{BTreeMap, HashMap, HashSet};
use std::path::Path;

use domain::{Carrier, Watch};
use git::{
    HashKind, Head, Kind, KindSet, ObjectId, ObjectNo, Repository, Visit, Visitor, WalkFailure,
    WalkOptions,
};

use crate::plan::Residue;
use crate::{CleanOptions, Replacement, RewriteError};

/// What the proof found. Made only if nothing speaks against the result.
#[derive(Clone, Debug, Default)]
pub(crate) struct Proof {
    /// Objects of the result, each hashed and searched.
    pub(crate) objects: u64,
    /// Bytes of them.
    pub(crate) bytes: u64,
    /// Objects of the source that are in the result as they were.
    pub(crate) unchanged: u64,
    /// Objects of the source that are in the result as something else.
    pub(crate) replaced: u64,
    /// Values that stay in names.
    pub(crate) residue: Vec<Residue>,
}

/// How many reasons against a result are listed.
const MAX_REASONS: usize = 20;

/// Proves that the repository at `result` is `source` without the values.
pub(crate) fn prove(
    source: &Repository,
    result: &Path,
    replacements: &[Replacement],
    new_ids: &HashMap<ObjectNo, ObjectId>,
    options: &CleanOptions,
    watch: &dyn Watch,
) -> Result<Proof, RewriteError> {
    let result = Repository::open(result)?;
    let plain = Plain::new(replacements);
    let mut proof = Proof::default();
    let mut reasons = Vec::new();
    check_result(&result, &plain, options, watch, &mut proof, &mut reasons)?;
    check_source(
        source,
        &result,
        &plain,
        new_ids,
        options,
        watch,
        &mut proof,
        &mut reasons,
    )?;
    check_refs(source, &result, &plain, new_ids, &mut proof, &mut reasons);
    if reasons.is_empty() {
        return Ok(proof);
    }
    reasons.truncate(MAX_REASONS);
    Err(RewriteError::NotProven { reasons })
}

/// The values, longest first: at any place the longest that stands there is the one that is replaced.
struct Plain {
    values: Vec<PlainValue>,
}

struct PlainValue {
    value: Vec<u8>,
    with: Vec<u8>,
    in_header: Vec<u8>,
}

impl Plain {
    fn new(replacements: &[Replacement]) -> Self {
        let mut first: BTreeMap<&[u8], &Replacement> = BTreeMap::new();
        for replacement in replacements {
            let kept = first
                .entry(replacement.value.expose())
                .or_insert(replacement);
            if replacement.id < kept.id {
                *kept = replacement;
            }
        }
        let plain = |r: &Replacement| PlainValue {
            value: r.value.expose().clone(),
            with: r.with.clone(),
            in_header: r
                .with
                .iter()
                .copied()
                .filter(|byte| !b"<>\n\0".contains(byte))
                .collect(),
        };
        let mut values: Vec<PlainValue> = first.into_values().map(plain).collect();
        values.sort_by_key(|value| std::cmp::Reverse(value.value.len()));
        Self { values }
    }

    fn find(&self, data: &[u8]) -> Option<(usize, &PlainValue)> {
        let places = self
            .values
            .iter()
            .filter_map(|value| Some((memchr::memmem::find(data, &value.value)?, value)));
        // Of several at one place, the first: the longest.
        places.min_by_key(|(at, _)| *at)
    }

    fn is_in(&self, data: &[u8]) -> bool {
        let mut values = self.values.iter();
        values.any(|value| memchr::memmem::find(data, &value.value).is_some())
    }

    fn replace(&self, data: &[u8], with: fn(&PlainValue) -> &[u8]) -> Vec<u8> {
        let (mut out, mut rest) = (Vec::with_capacity(data.len()), data);
        while let Some((at, value)) = self.find(rest) {
            out.extend_from_slice(&rest[..at]);
            out.extend_from_slice(with(value));
            rest = &rest[at + value.value.len()..];
        }
        out.extend_from_slice(rest);
        out
    }

    /// Whether a value stands where one could have been replaced: in a file, in what people wrote into a commit or tag, in
    /// the name of a tree's entry; not in the digits of an id or a date.
    fn is_left_in(&self, object: &Visit<'_>, hash: HashKind) -> bool {
        self.is_in(object.data)
            && match object.kind {
                Kind::Blob => true,
                Kind::Tree => names(object.data, hash)
                    .into_iter()
                    .any(|name| self.is_in(name)),
                Kind::Commit | Kind::Tag => lines::texts(object.data)
                    .into_iter()
                    .any(|text| self.is_in(text)),
            }
    }
}

/// One thread's look at the result.
struct Look<'a> {
    result: &'a Repository,
    plain: &'a Plain,
    objects: u64,
    bytes: u64,
    residue: Vec<Residue>,
    reasons: Vec<String>,
}

impl Visitor for Look<'_> {
    fn visit(&mut self, object: Visit<'_>) {
        let id = self.result.id(object.no);
        self.objects += 1;
        self.bytes += object.data.len() as u64;
        if self.result.hash_kind().object_id(object.kind, object.data) != id {
            self.reasons
                .push(format!("object {id} is not what its id says"));
        }
        if !self.plain.is_left_in(&object, self.result.hash_kind()) {
            return;
        }
        if object.kind == Kind::Tree {
            self.residue.push(Residue {
                carrier: Carrier::Path,
                object_id: id.to_string(),
            });
        } else {
            let kind = object.kind.name();
            self.reasons.push(format!("a value is left in {kind} {id}"));
        }
    }

    fn failed(&mut self, failure: WalkFailure) {
        self.reasons.push(format!(
            "object {} cannot be read: {}",
            failure.id, failure.reason
        ));
    }
}

fn check_result(
    result: &Repository,
    plain: &Plain,
    options: &CleanOptions,
    watch: &dyn Watch,
    proof: &mut Proof,
    reasons: &mut Vec<String>,
) -> Result<(), RewriteError> {
    let walk = WalkOptions {
        kinds: KindSet::ALL,
        only: None,
        threads: options.threads,
        max_object_bytes: options.max_object_bytes,
        phase: "proving",
    };
    let make = || Look {
        result,
        plain,
        objects: 0,
        bytes: 0,
        residue: Vec::new(),
        reasons: Vec::new(),
    };
    for look in result.walk(&walk, make, watch)? {
        proof.objects += look.objects;
        proof.bytes += look.bytes;
        proof.residue.extend(look.residue);
        reasons.extend(look.reasons);
    }
    Ok(())
}

/// One thread's second look at changed objects of the source: what does the plain way make of them?
struct Again<'a> {
    source: &'a Repository,
    result: &'a Repository,
    plain: &'a Plain,
    new_ids: &'a HashMap<ObjectNo, ObjectId>,
    reasons: Vec<String>,
}

impl Visitor for Again<'_> {
    fn visit(&mut self, object: Visit<'_>) {
        let expected = match object.kind {
            Kind::Blob => self.plain.replace(object.data, |value| &value.with),
            Kind::Tree => self.tree(object.data),
            Kind::Commit | Kind::Tag => {
                // Ids in messages make these depend on each other: what must hold is checked line by line.
                if let Err(reason) = self.check_meta(&object) {
                    self.reasons.push(format!(
                        "{} {} {reason}",
                        object.kind.name(),
                        self.source.id(object.no)
                    ));
                }
                return;
            }
        };
        let id = self.source.hash_kind().object_id(object.kind, &expected);
        if self.new_ids.get(&object.no) != Some(&id) {
            self.reasons.push(format!(
                "{} {} did not become what it should",
                object.kind.name(),
                self.source.id(object.no)
            ));
        }
    }

    fn failed(&mut self, failure: WalkFailure) {
        self.reasons.push(format!(
            "object {} cannot be read: {}",
            failure.id, failure.reason
        ));
    }
}

impl Again<'_> {
    fn new_id(&self, old: &[u8]) -> Option<&ObjectId> {
        self.new_ids.get(&self.source.table().find_raw(old)?)
    }

    /// The tree with every id that has a new one replaced.
    fn tree(&self, data: &[u8]) -> Vec<u8> {
        let (width, mut out, mut rest) = (
            self.source.hash_kind().len(),
            Vec::with_capacity(data.len()),
            data,
        );
        while let Some(nul) = memchr::memchr(0, rest).filter(|nul| nul + 1 + width <= rest.len()) {
            let (entry, tail) = rest.split_at(nul + 1 + width);
            let (head, id) = entry.split_at(nul + 1);
            let is_submodule = head.strip_prefix(b"160000 ").is_some();
            out.extend_from_slice(head);
            out.extend_from_slice(
                self.new_id(id)
                    .filter(|_| !is_submodule)
                    .map_or(id, ObjectId::as_bytes),
            );
            rest = tail;
        }
        out.extend_from_slice(rest);
        out
    }

    /// Holds a changed commit or tag against what it became.
    fn check_meta(&self, object: &Visit<'_>) -> Result<(), &'static str> {
        let id = self.new_ids.get(&object.no).ok_or("has no new id")?;
        let found = self.result.table().find(id).ok_or("is not in the result")?;
        let new = self
            .result
            .read(found, u64::MAX)
            .map_err(|_| "cannot be read in the result")?;
        let become_of = |old: &ObjectId| {
            self.source
                .table()
                .find(old)
                .and_then(|object| self.new_ids.get(&object))
                .copied()
        };
        let named = |digits: &[u8]| {
            self.new_ids
                .get(&self.source.table().find_prefix(digits)?)
                .copied()
        };
        let lines = lines::Lines {
            replace: &|text| self.plain.replace(text, |value| &value.with),
            replace_in_header: &|text| self.plain.replace(text, |value| &value.in_header),
            become_of: &become_of,
            named: &named,
        };
        if new.kind == object.kind {
            lines.check(object.kind, object.data, &new.data)
        } else {
            Err("is of another kind")
        }
    }
}

#[allow(clippy::too_many_arguments)] // the parts of one check, used once
fn check_source(
    source: &Repository,
    result: &Repository,
    plain: &Plain,
    new_ids: &HashMap<ObjectNo, ObjectId>,
    options: &CleanOptions,
    watch: &dyn Watch,
    proof: &mut Proof,
    reasons: &mut Vec<String>,
) -> Result<(), RewriteError> {
    let mut accounted: HashSet<ObjectId> = HashSet::with_capacity(result.object_count() as usize);
    for object in 0..source.object_count() {
        let (id, old) = (new_ids.get(&object), source.id(object));
        match id {
            Some(_) => proof.replaced += 1,
            None => proof.unchanged += 1,
        }
        let id = id.copied().unwrap_or(old);
        if result.table().find(&id).is_none() {
            reasons.push(format!(
                "object {old} of the source has no counterpart in the result"
            ));
        }
        accounted.insert(id);
    }
    if accounted.len() != result.object_count() as usize {
        reasons.push("the result has objects that come from nowhere".to_owned());
    }
    if new_ids.is_empty() {
        return Ok(());
    }
    let mut only = vec![false; source.object_count() as usize];
    new_ids
        .keys()
        .for_each(|object| only[*object as usize] = true);
    let walk = WalkOptions {
        kinds: KindSet::ALL,
        only: Some(&only),
        threads: options.threads,
        max_object_bytes: options.max_object_bytes,
        phase: "comparing",
    };
    let make = || Again {
        source,
        result,
        plain,
        new_ids,
        reasons: Vec::new(),
    };
    for again in source.walk(&walk, make, watch)? {
        reasons.extend(again.reasons);
    }
    Ok(())
}

fn check_refs(
    source: &Repository,
    result: &Repository,
    plain: &Plain,
    new_ids: &HashMap<ObjectNo, ObjectId>,
    proof: &mut Proof,
    reasons: &mut Vec<String>,
) {
    let became = |id: &ObjectId| {
        source
            .table()
            .find(id)
            .and_then(|object| new_ids.get(&object))
            .copied()
            .unwrap_or(*id)
    };
    let expected: Vec<(&str, ObjectId)> = source
        .refs()
        .iter()
        .map(|r| (r.name.as_str(), became(&r.target)))
        .collect();
    let found: Vec<(&str, ObjectId)> = result
        .refs()
        .iter()
        .map(|r| (r.name.as_str(), r.target))
        .collect();
    if expected != found {
        reasons.push("the refs of the result are not those of the source".to_owned());
    }
    let head = match source.head() {
        Head::Branch(name) => Head::Branch(name.clone()),
        Head::Detached(id) => Head::Detached(became(id)),
    };
    if *result.head() != head {
        reasons.push("HEAD is not what it should be".to_owned());
    }
    let named = result
        .refs()
        .iter()
        .filter(|r| plain.is_in(r.name.as_bytes()));
    proof.residue.extend(named.map(|r| Residue {
        carrier: Carrier::RefName,
        object_id: r.target.to_string(),
    }));
    proof.residue.sort_by(|a, b| a.object_id.cmp(&b.object_id));
}

fn names(tree: &[u8], hash: HashKind) -> Vec<&[u8]> {
    let (mut names, mut rest) = (Vec::new(), tree);
    while let Some(nul) = memchr::memchr(0, rest) {
        let head = &rest[..nul];
        names.push(memchr::memchr(b' ', head).map_or(head, |space| &head[space + 1..]));
        rest = rest.get(nul + 1 + hash.len()..).unwrap_or_default();
    }
    names
}
