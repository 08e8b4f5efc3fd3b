//! Which objects refs lead to: commits to their trees and parents, trees to what is in them, tags to what they tag.

use domain::Watch;

use crate::{
    CommitView, GitError, Headers, Kind, KindSet, ObjectId, ObjectNo, Repository, Visit, Visitor,
    WalkFailure, WalkOptions, tree_entries,
};

/// The objects that `tips` lead to; none if these are exactly what the repository's one pack holds, so that the pack
/// can be sent as it is.
pub(super) fn to_send(
    repo: &Repository,
    tips: &[ObjectId],
    watch: &dyn Watch,
) -> Result<Option<Vec<ObjectNo>>, GitError> {
    let find = |id| {
        let no = repo.table().find(id);
        no.ok_or_else(|| {
            GitError::corrupt(format!("object {id}"), "a ref names it, but it is missing")
        })
    };
    let tips: Vec<ObjectNo> = tips.iter().map(find).collect::<Result<_, _>>()?;
    let is_one_pack = matches!(repo.packs(), [pack] if pack.len() == repo.object_count() as usize);
    if is_one_pack && is_all_named(repo, &tips, watch)? {
        return Ok(None);
    }
    reachable(repo, tips, watch).map(Some)
}

/// Whether every object is a tip or named by another one. Since nothing can name itself in a circle, every object is then
/// reachable from the tips.
fn is_all_named(repo: &Repository, tips: &[ObjectNo], watch: &dyn Watch) -> Result<bool, GitError> {
    let make = || Links::new(repo, Named(vec![false; repo.object_count() as usize]));
    let mut named = vec![false; repo.object_count() as usize];
    tips.iter().for_each(|tip| named[*tip as usize] = true);
    for links in repo.walk(&options(), make, watch)? {
        for (all, one) in named.iter_mut().zip(links.finish()?.0) {
            *all |= one;
        }
    }
    Ok(named.into_iter().all(|named| named))
}

fn reachable(
    repo: &Repository,
    tips: Vec<ObjectNo>,
    watch: &dyn Watch,
) -> Result<Vec<ObjectNo>, GitError> {
    let walked = repo.walk(&options(), || Links::new(repo, Edges::default()), watch)?;
    let lists: Vec<Edges> = walked
        .into_iter()
        .map(Links::finish)
        .collect::<Result<_, _>>()?;
    // Object → the list that its links are in, and where they begin and end.
    let mut place = vec![(0, 0, 0); repo.object_count() as usize];
    for (list, edges) in lists.iter().enumerate() {
        for (no, from, to) in &edges.places {
            place[*no as usize] = (list, *from, *to);
        }
    }
    let mut seen = vec![false; repo.object_count() as usize];
    let (mut open, mut found) = (tips, Vec::new());
    while let Some(no) = open.pop() {
        if !std::mem::replace(&mut seen[no as usize], true) {
            found.push(no);
            let (list, from, to) = place[no as usize];
            open.extend(
                lists
                    .get(list)
                    .and_then(|edges| edges.to.get(from..to))
                    .unwrap_or_default(),
            );
        }
    }
    Ok(found)
}

fn options() -> WalkOptions<'static> {
    WalkOptions {
        kinds: KindSet::of(&[Kind::Commit, Kind::Tree, Kind::Tag]),
        max_object_bytes: u64::MAX,
        phase: "gathering objects",
        ..WalkOptions::default()
    }
}

/// What is done with the links of an object.
trait Take: Send {
    fn begin(&mut self, _no: ObjectNo) {}
    fn link(&mut self, to: ObjectNo);
    fn end(&mut self) {}
}

/// Every object that is linked to.
struct Named(Vec<bool>);

impl Take for Named {
    fn link(&mut self, to: ObjectNo) {
        self.0[to as usize] = true;
    }
}

/// The links of every object, one after the other.
#[derive(Default)]
struct Edges {
    to: Vec<ObjectNo>,
    places: Vec<(ObjectNo, usize, usize)>,
}

impl Take for Edges {
    fn begin(&mut self, no: ObjectNo) {
        self.places.push((no, self.to.len(), self.to.len()));
    }

    fn link(&mut self, to: ObjectNo) {
        self.to.push(to);
    }

    fn end(&mut self) {
        if let Some((_, _, end)) = self.places.last_mut() {
            *end = self.to.len();
        }
    }
}

/// Reads the links out of objects. What is linked to and not here is for the target to refuse: not every object that is
/// here is part of the history.
struct Links<'r, T> {
    repo: &'r Repository,
    take: T,
    failure: Option<GitError>,
}

impl<'r, T: Take> Links<'r, T> {
    fn new(repo: &'r Repository, take: T) -> Self {
        Self {
            repo,
            take,
            failure: None,
        }
    }

    fn finish(self) -> Result<T, GitError> {
        self.failure.map_or(Ok(self.take), Err)
    }

    fn link(&mut self, id: &[u8]) {
        if let Some(no) = self.repo.table().find_raw(id) {
            self.take.link(no);
        }
    }
}

impl<T: Take> Visitor for Links<'_, T> {
    fn visit(&mut self, object: Visit<'_>) {
        self.take.begin(object.no);
        match object.kind {
            Kind::Commit => {
                let commit = CommitView::parse(object.data);
                for id in commit.tree.iter().chain(&commit.parents) {
                    self.link(id.as_bytes());
                }
            }
            Kind::Tag => {
                let target = Headers::of(object.data).find(|header| header.name == b"object");
                if let Some(id) = target.and_then(|header| ObjectId::from_hex(header.value)) {
                    self.link(id.as_bytes());
                }
            }
            Kind::Tree => {
                let entries = tree_entries(object.data, self.repo.hash_kind());
                for entry in entries.flatten().filter(|entry| !entry.is_submodule()) {
                    self.link(entry.id);
                }
            }
            Kind::Blob => {}
        }
        self.take.end();
    }

    fn failed(&mut self, failure: WalkFailure) {
        let what = format!("object {}", failure.id);
        self.failure = Some(GitError::corrupt(what, failure.reason));
    }
}
