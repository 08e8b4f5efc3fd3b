//! What must change: the objects that hold a value, and those that name them.

use std::collections::{HashMap, HashSet};

use domain::Watch;
use git::{
    FamilyVisitor, Headers, Kind, KindSet, ObjectId, ObjectNo, Repository, Visit, WalkFailure,
    tree_entries,
};

use crate::edits::{Edit, apply};
use crate::finder::Heads;
use crate::likely::Likely;
use crate::packed::{Archives, is_archive, look_into};
use crate::parts::{self, Part};
use crate::proof::{Places, Plain, Search, Seen};
use crate::reading::{child, refuse, walk_options};
use crate::removal::{self, Matcher};
use crate::spans::{self, Begun};
use crate::values::{Place, Values};
use crate::{CleanOptions, RewriteError};

/// A commit or tag (or tree of notes): what it names, and whether it holds a value itself.
pub(crate) struct Meta {
    pub(crate) object: ObjectNo,
    pub(crate) kind: Kind,
    /// Tree and parents of a commit, target of a tag: those that are here.
    pub(crate) names: Vec<ObjectNo>,
    pub(crate) holds_value: bool,
}

/// What the first pass finds: blobs, commits, tags.
#[derive(Default)]
pub(crate) struct Found {
    pub(crate) blobs: Vec<(ObjectNo, Vec<Edit>, ObjectId)>,
    pub(crate) metas: Vec<Meta>,
    pub(crate) seen: Seen,
    pub(crate) archives: Archives,
    /// Blobs that are removed by size or id.
    pub(crate) dropped: HashSet<ObjectNo>,
}

struct FirstPass<'a> {
    repo: &'a Repository,
    values: &'a Values,
    /// The proof's search, which rides along.
    search: Option<Search<'a>>,
    matcher: &'a Matcher,
    found: Found,
    failure: Option<WalkFailure>,
    refusal: Option<RewriteError>,
}

/// What is kept of an object for those that are differences from it.
struct Known {
    /// Where forms of values begin.
    heads: Heads,
    /// What the proof's search said.
    places: Places,
}

impl FirstPass<'_> {
    fn blob(&mut self, blob: &Visit<'_>, known: &Known) {
        let edits = self.values.edits_at(&known.heads, blob.data, Place::File);
        let takes = |id: &ObjectId, data: &[u8]| self.matcher.takes_blob(id, data.len());
        let mut is_dropped = takes(&self.repo.id(blob.no), blob.data);
        if edits.is_empty() || is_archive(blob.data) {
            self.found.dropped.extend(is_dropped.then_some(blob.no));
            return;
        }
        let fresh = apply(blob.data, &edits, &HashMap::new());
        let id = self.repo.hash_kind().object_id(Kind::Blob, &fresh);
        if let Some(search) = &mut self.search {
            search.expect(blob, &known.places, (&fresh, &id));
        }
        // What would be meant after the rewrite would go if it were done again.
        is_dropped |= takes(&id, &fresh);
        self.found.dropped.extend(is_dropped.then_some(blob.no));
        if let Err(refusal) = self
            .values
            .refuse_in(&fresh, (&known.heads, blob.data.len(), &edits))
            && !is_dropped
        {
            self.refusal = Some(refusal);
        }
        self.found.blobs.push((blob.no, edits, id));
    }

    /// Rewriter and proof look into an archive while it is open.
    fn archive(&mut self, blob: &Visit<'_>, known: &Known) {
        let (values, search) = (self.values, self.search.as_ref());
        // What is not made smaller stands in the archive itself.
        let stands = || {
            !values
                .edits_at(&known.heads, blob.data, Place::File)
                .is_empty()
        };
        let mut holds = is_archive(blob.data) && stands();
        let mut is_seen =
            search.is_some_and(|search| search.is_left_in_archive(blob.data, &known.places));
        let end = look_into(blob.data, &mut |text| {
            holds = holds || values.first_change(text, Place::File).is_some();
            is_seen = is_seen || search.is_some_and(|search| search.is_left_in(text));
        });
        if let Some(end) = end {
            self.found.archives.add(blob.no, holds, end.err());
            if let Some(search) = &mut self.search {
                search.archives.add(blob.no, is_seen, end.err());
            }
        }
    }

    fn meta(&mut self, object: &Visit<'_>, heads: &Heads) {
        let names = Headers::of(object.data)
            .filter(|header| parts::part(header.name, header.value) == Part::Id)
            .filter_map(|header| self.repo.table().find(&ObjectId::from_hex(header.value)?))
            .collect();
        self.found.metas.push(Meta {
            object: object.no,
            kind: object.kind,
            names,
            holds_value: parts::first_value(object.data, heads, self.values).is_some(),
        });
    }
}

impl FamilyVisitor for FirstPass<'_> {
    type Kept = Known;

    fn visit_from(&mut self, object: Visit<'_>, base: Option<&Known>) -> Known {
        let base = object.shared(base);
        let known = base.map(|(base, copies)| (&base.heads, copies));
        let heads = match object.kind {
            Kind::Tree => Heads::default(),
            Kind::Blob | Kind::Commit | Kind::Tag => self.values.heads(object.data, known),
        };
        let searched = base.map(|(base, copies)| (&base.places, copies));
        let search = self.search.as_mut();
        let places = search.map_or_else(Places::default, |s| s.look(&object, searched));
        let known = Known { heads, places };
        match object.kind {
            Kind::Tree => {}
            Kind::Blob => {
                self.blob(&object, &known);
                if self.values.len() > 0 {
                    self.archive(&object, &known);
                }
            }
            Kind::Commit | Kind::Tag => self.meta(&object, &known.heads),
        }
        known
    }

    fn failed(&mut self, failure: WalkFailure) {
        self.failure = Some(failure);
    }
}

/// Looks through every commit and tag, and every blob if that can matter; with `plain`, the proof looks through everything, too.
pub(crate) fn first_pass(
    repo: &Repository,
    (values, matcher): (&Values, &Matcher),
    plain: Option<&Plain>,
    options: &CleanOptions,
    watch: &dyn Watch,
) -> Result<Found, RewriteError> {
    let kinds = match plain {
        Some(_) => KindSet::ALL,
        None if values.len() > 0 || matcher.has_limit() => {
            KindSet::of(&[Kind::Blob, Kind::Commit, Kind::Tag])
        }
        None => KindSet::of(&[Kind::Commit, Kind::Tag]),
    };
    let walk = walk_options(options, kinds, None, "looking for the values");
    let make = || FirstPass {
        repo,
        values,
        matcher,
        search: plain.map(|plain| Search::new(plain, repo.hash_kind())),
        found: Found::default(),
        failure: None,
        refusal: None,
    };
    let mut all = Found::default();
    for visitor in repo.walk(&walk, make, watch)? {
        refuse(visitor.failure)?;
        visitor.refusal.map_or(Ok(()), Err)?;
        all.blobs.extend(visitor.found.blobs);
        all.metas.extend(visitor.found.metas);
        all.archives.extend(visitor.found.archives);
        all.dropped.extend(visitor.found.dropped);
        visitor
            .search
            .into_iter()
            .for_each(|search| all.seen.absorb(search));
    }
    all.metas.sort_by_key(|meta| meta.object);
    all.dropped.extend(removal::named_blobs(repo, matcher)?);
    removal::refuse_named(repo, &all.metas, &all.dropped)?;
    Ok(all)
}

/// What the second pass finds: trees.
#[derive(Default)]
pub(crate) struct Folders {
    /// Trees with an entry that is a changed blob, or with a name that holds a value.
    pub(crate) direct: Vec<ObjectNo>,
    /// Trees with an entry that may be removed.
    pub(crate) may_lose: Vec<ObjectNo>,
    /// (subtree, tree that holds it), sorted.
    pub(crate) edges: Vec<(ObjectNo, ObjectNo)>,
    /// Folders whose names may begin a value that goes on below.
    pub(crate) begun: Vec<Begun>,
}

impl Folders {
    /// The trees that hold a tree.
    pub(crate) fn holders(&self, child: ObjectNo) -> impl Iterator<Item = ObjectNo> {
        let from = self.edges.partition_point(|edge| edge.0 < child);
        let here = self.edges[from..].iter();
        here.take_while(move |edge| edge.0 == child)
            .map(|edge| edge.1)
    }
}

struct SecondPass<'a> {
    repo: &'a Repository,
    values: &'a Values,
    matcher: &'a Matcher,
    changed: &'a HashMap<ObjectNo, ObjectId>,
    dropped: &'a HashSet<ObjectNo>,
    /// Trees, and what is changed or dropped.
    likely: &'a Likely,
    folders: Folders,
    failure: Option<WalkFailure>,
}

impl SecondPass<'_> {
    fn tree(&mut self, tree: &Visit<'_>, may_hold: bool) {
        let (mut direct, mut may_lose) = (false, false);
        for entry in tree_entries(tree.data, self.repo.hash_kind()) {
            let Ok(entry) = entry else {
                self.failure = Some(WalkFailure {
                    no: tree.no,
                    id: self.repo.id(tree.no),
                    reason: "a malformed tree",
                });
                return;
            };
            direct |= may_hold && self.values.is_in(entry.name);
            may_lose = may_lose || self.matcher.may_end(entry.name);
            let is_asked = entry.is_tree() || self.likely.may_have(entry.id);
            if !is_asked {
                continue;
            }
            let Some((child, is_tree)) = child(self.repo, &entry) else {
                continue;
            };
            if is_tree {
                self.folders.edges.push((child, tree.no));
                let begun = spans::begun(self.values.spans(), entry.name, child);
                self.folders.begun.extend(begun);
            } else {
                direct |= self.changed.contains_key(&child);
                may_lose |= self.dropped.contains(&child);
            }
        }
        if direct {
            self.folders.direct.push(tree.no);
        }
        if may_lose {
            self.folders.may_lose.push(tree.no);
        }
    }
}

impl FamilyVisitor for SecondPass<'_> {
    /// Where forms of values begin.
    type Kept = Heads;

    fn visit_from(&mut self, tree: Visit<'_>, base: Option<&Heads>) -> Heads {
        let known = tree.shared(base);
        let heads = self.values.heads(tree.data, known);
        self.tree(&tree, !heads.is_empty());
        heads
    }

    fn failed(&mut self, failure: WalkFailure) {
        self.failure = Some(failure);
    }
}

/// Looks through every tree.
pub(crate) fn second_pass(
    repo: &Repository,
    (values, matcher): (&Values, &Matcher),
    (changed, dropped): (&HashMap<ObjectNo, ObjectId>, &HashSet<ObjectNo>),
    options: &CleanOptions,
    watch: &dyn Watch,
) -> Result<Folders, RewriteError> {
    let walk = walk_options(
        options,
        KindSet::of(&[Kind::Tree]),
        None,
        "following the folders",
    );
    let likely = Likely::new(repo, |object| {
        let may_be_tree = repo.kind(object).is_none_or(|kind| kind == Kind::Tree);
        may_be_tree || changed.contains_key(&object) || dropped.contains(&object)
    });
    let make = || SecondPass {
        repo,
        values,
        matcher,
        changed,
        dropped,
        likely: &likely,
        folders: Folders::default(),
        failure: None,
    };
    let mut all = Folders::default();
    for visitor in repo.walk(&walk, make, watch)? {
        refuse(visitor.failure)?;
        all.direct.extend(visitor.folders.direct);
        all.may_lose.extend(visitor.folders.may_lose);
        all.edges.extend(visitor.folders.edges);
        all.begun.extend(visitor.folders.begun);
    }
    all.direct.sort_unstable();
    all.edges.sort_unstable();
    all.edges.dedup();
    Ok(all)
}
