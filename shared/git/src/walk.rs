//! Every object of a repository, once, on all cores.

use std::sync::atomic::{AtomicU64, Ordering};

use domain::{Stop, Watch};

use crate::pack::Grove;
use crate::pack::decode::{Decode, Decoded, EntryVisitor};
use crate::{Copies, GitError, Inflater, Kind, KindSet, ObjectId, ObjectNo, Rank, Repository};

/// A thread for fewer objects is not worth what a visitor learns twice.
const SHARE: usize = 8;

/// A loose object is counted as so many bytes: to open its file takes as long as to inflate them.
const LOOSE: u64 = 1 << 16;

/// What to walk, and how.
#[derive(Clone, Copy)]
pub struct WalkOptions<'a> {
    /// Which kinds of object.
    pub kinds: KindSet,
    /// If given, only objects whose entry (by [`ObjectNo`]) is true.
    pub only: Option<&'a [bool]>,
    /// Threads, and so visitors: at least one, and fewer for a few objects.
    pub threads: usize,
    /// A thread for each so many bytes to inflate: for fewer it is not worth what it learns again, and the memory that it touches.
    pub thread_bytes: u64,
    /// Objects with more bytes are failures.
    pub max_object_bytes: u64,
    /// The phase that progress is reported under.
    pub phase: &'static str,
}

impl Default for WalkOptions<'_> {
    fn default() -> Self {
        let threads = std::thread::available_parallelism().map_or(1, usize::from);
        Self {
            kinds: KindSet::ALL,
            only: None,
            threads,
            thread_bytes: 1,
            max_object_bytes: 2 << 30,
            phase: "reading objects",
        }
    }
}

impl WalkOptions<'_> {
    /// Whether the object is one of those that are named, if any are.
    fn names(&self, no: ObjectNo) -> bool {
        self.only.is_none_or(|only| only[no as usize])
    }
}

/// One decoded object.
#[derive(Clone, Copy)]
pub struct Visit<'a> {
    /// Its number.
    pub no: ObjectNo,
    /// Its kind.
    pub kind: Kind,
    /// Its content.
    pub data: &'a [u8],
    /// Where it is stored and its delta, if it is stored as one: the pack's number and the entry.
    pub stored: Option<(usize, Rank)>,
    /// The delta's bytes, as [`crate::delta::Delta::parse`] takes them.
    pub delta: Option<&'a [u8]>,
    /// What the delta copies from the object that it is a difference from.
    pub copies: Option<&'a Copies>,
}

impl<'a> Visit<'a> {
    /// What was kept of the object that this one is a difference from, if anything was, and what was copied from there.
    pub fn shared<B>(&self, base: Option<B>) -> Option<(B, &'a Copies)> {
        base.zip(self.copies)
    }
}

/// One object that cannot be decoded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WalkFailure {
    /// Its number.
    pub no: ObjectNo,
    /// Its id.
    pub id: ObjectId,
    /// Why.
    pub reason: &'static str,
}

/// Takes the objects of one thread. The order in which they come is not defined: merge what the
/// visitors gathered by [`ObjectNo`].
pub trait Visitor: Send {
    /// An object.
    fn visit(&mut self, object: Visit<'_>);

    /// An object that cannot be decoded (its kind may not be known, so these are not filtered by kind).
    fn failed(&mut self, failure: WalkFailure);
}

/// Takes the objects of one thread, and may keep something of each for those that are stored as a difference from it.
/// What it gathers must not depend on that: how objects are stored is not part of what they are.
pub trait FamilyVisitor: Send {
    /// What is kept of an object until those built on it have come.
    type Kept;

    /// An object; with what was kept of the one that it is a difference from, if that came too.
    fn visit_from(&mut self, object: Visit<'_>, base: Option<&Self::Kept>) -> Self::Kept;

    /// An object that does not belong to what is walked, but that several of these are a difference from: what is kept of it is
    /// given to them.
    fn visit_base(&mut self, _object: Visit<'_>, _base: Option<&Self::Kept>) -> Option<Self::Kept> {
        None
    }

    /// As for a [`Visitor`].
    fn failed(&mut self, failure: WalkFailure);
}

impl<V: Visitor> FamilyVisitor for V {
    type Kept = ();

    fn visit_from(&mut self, object: Visit<'_>, _base: Option<&()>) {
        self.visit(object);
    }

    fn failed(&mut self, failure: WalkFailure) {
        Visitor::failed(self, failure);
    }
}

impl Repository {
    /// Decodes every object that `options` name, once; gives the visitors back, one per thread.
    pub fn walk<V: FamilyVisitor>(
        &self,
        options: &WalkOptions<'_>,
        make: impl Fn() -> V,
        watch: &dyn Watch,
    ) -> Result<Vec<V>, GitError> {
        let parts: Vec<Part<'_>> = (0..self.packs().len())
            .map(|number| self.part(number, options))
            .collect();
        let loose: Vec<ObjectNo> = self
            .table()
            .loose()
            .into_iter()
            .filter(|no| options.names(*no))
            .collect();
        let wanted = parts.iter().flat_map(|part| &part.wanted);
        let packed = wanted.filter(|wanted| **wanted).count();
        let count = packed + loose.len();
        let bytes = parts.iter().map(|part| part.grove.forest().bytes());
        let bytes = bytes.fold(loose.len() as u64 * LOOSE, u64::saturating_add);
        let worth = usize::try_from(bytes / options.thread_bytes.max(1)).unwrap_or(usize::MAX);
        let threads = options.threads.min(count.div_ceil(SHARE)).min(worth).max(1);
        let mut visitors: Vec<V> = (0..threads).map(|_| make()).collect();
        let gauge = Gauge::new(watch, options.phase, count as u64);
        for part in &parts {
            let mut inner: Vec<_> = visitors
                .iter_mut()
                .map(|visitor| PackVisitor {
                    repository: self,
                    part,
                    visitor,
                })
                .collect();
            let pack = &self.packs()[part.pack];
            let decode = Decode {
                map: pack.map(),
                forest: part.grove.forest(),
                wanted: &part.wanted,
                limit: options.max_object_bytes,
                gauge: &gauge,
            };
            decode.run(&mut inner)?;
        }
        self.walk_loose(options, &loose, &mut visitors, &gauge)?;
        gauge.finish();
        Ok(visitors)
    }

    /// Which entries of a pack are wanted. Of several copies of an object one is; what cannot be made out always is.
    fn part(&self, number: usize, options: &WalkOptions<'_>) -> Part<'_> {
        let table = self.table();
        let pack = &self.packs()[number];
        let is_named = |rank: &Rank| {
            let no = table.number(number, *rank);
            options.names(no) && table.is_home(no, number, *rank)
        };
        let ranks = (0..).take(pack.len());
        let named: Vec<Rank> = ranks.filter(is_named).collect();
        let grove = pack.grove(&named);
        let entries = &grove.forest().entries;
        let mut wanted = vec![false; entries.len()];
        for at in named.iter().filter_map(|rank| grove.number(*rank)) {
            wanted[at] = entries[at]
                .kind
                .is_none_or(|kind| options.kinds.contains(kind));
        }
        Part {
            pack: number,
            grove,
            wanted,
        }
    }

    fn walk_loose<V: FamilyVisitor>(
        &self,
        options: &WalkOptions<'_>,
        wanted: &[ObjectNo],
        visitors: &mut [V],
        gauge: &Gauge<'_>,
    ) -> Result<(), Stop> {
        let share = wanted.len().div_ceil(visitors.len()).max(1);
        std::thread::scope(|scope| {
            let parts = visitors.iter_mut().zip(wanted.chunks(share));
            let threads: Vec<_> = parts
                .map(|(visitor, part)| {
                    scope.spawn(move || self.visit_loose(options, part, visitor, gauge))
                })
                .collect();
            threads.into_iter().try_for_each(|t| {
                t.join()
                    .unwrap_or_else(|panic| std::panic::resume_unwind(panic))
            })
        })
    }

    fn visit_loose<V: FamilyVisitor>(
        &self,
        options: &WalkOptions<'_>,
        part: &[ObjectNo],
        visitor: &mut V,
        gauge: &Gauge<'_>,
    ) -> Result<(), Stop> {
        let (mut inflater, mut ticks) = (Inflater::new(), Ticks::new(gauge));
        for &no in part {
            match self.read_loose(no, options.max_object_bytes, &mut inflater) {
                Ok((kind, _)) if !options.kinds.contains(kind) => continue,
                Ok((kind, data)) => {
                    let object = Visit {
                        no,
                        kind,
                        data: &data,
                        stored: None,
                        delta: None,
                        copies: None,
                    };
                    visitor.visit_from(object, None);
                }
                Err(reason) => visitor.failed(WalkFailure {
                    no,
                    id: self.id(no),
                    reason,
                }),
            }
            ticks.tick()?;
        }
        Ok(())
    }
}

/// What to walk of one pack.
struct Part<'a> {
    /// The pack's number.
    pack: usize,
    grove: Grove<'a>,
    /// By number in the grove.
    wanted: Vec<bool>,
}

/// Translates entries of one pack into object numbers.
struct PackVisitor<'a, V> {
    repository: &'a Repository,
    part: &'a Part<'a>,
    visitor: &'a mut V,
}

impl<V> PackVisitor<'_, V> {
    fn visit<'d>(&self, decoded: &Decoded<'d>) -> Visit<'d> {
        let Part { pack, grove, .. } = self.part;
        let rank = grove.rank(decoded.rank);
        Visit {
            no: self.repository.table().number(*pack, rank),
            kind: decoded.kind,
            data: decoded.data,
            stored: Some((*pack, rank)),
            delta: decoded.delta,
            copies: decoded.copies,
        }
    }
}

impl<V: FamilyVisitor> EntryVisitor for PackVisitor<'_, V> {
    type Kept = V::Kept;

    fn entry(&mut self, decoded: Decoded<'_>, base: Option<&V::Kept>) -> V::Kept {
        self.visitor.visit_from(self.visit(&decoded), base)
    }

    fn base(&mut self, decoded: Decoded<'_>, base: Option<&V::Kept>) -> Option<V::Kept> {
        self.visitor.visit_base(self.visit(&decoded), base)
    }

    fn failed(&mut self, rank: Rank, reason: &'static str) {
        let Part { pack, grove, .. } = self.part;
        let no = self.repository.table().number(*pack, grove.rank(rank));
        let id = self.repository.id(no);
        self.visitor.failed(WalkFailure { no, id, reason });
    }
}

/// Counts what is done, over all threads, and asks now and then whether to stop.
pub(crate) struct Gauge<'a> {
    watch: &'a dyn Watch,
    phase: &'static str,
    total: u64,
    done: AtomicU64,
}

impl<'a> Gauge<'a> {
    /// How many objects go by in a thread between two looks at the watch.
    const STEP: u64 = 256;

    pub(crate) fn new(watch: &'a dyn Watch, phase: &'static str, total: u64) -> Self {
        watch.progress(phase, 0, total);
        Self {
            watch,
            phase,
            total,
            done: AtomicU64::new(0),
        }
    }

    /// So many objects more.
    fn advance(&self, objects: u64) -> Result<(), Stop> {
        let done = self.done.fetch_add(objects, Ordering::Relaxed) + objects;
        self.watch.progress(self.phase, done, self.total);
        self.watch.stop().map_or(Ok(()), Err)
    }

    pub(crate) fn finish(&self) {
        self.watch.progress(self.phase, self.total, self.total);
    }
}

/// Counts what one thread does. It tells the others at its first object and then now and then: a number that all of them write
/// to is waited for.
pub(crate) struct Ticks<'a> {
    gauge: &'a Gauge<'a>,
    done: u64,
}

impl<'a> Ticks<'a> {
    pub(crate) fn new(gauge: &'a Gauge<'a>) -> Self {
        Self { gauge, done: 0 }
    }

    /// One object more.
    pub(crate) fn tick(&mut self) -> Result<(), Stop> {
        self.done += 1;
        if !(self.done - 1).is_multiple_of(Gauge::STEP) {
            return Ok(());
        }
        // the first one, then all since it told last
        self.gauge.advance(self.done.min(Gauge::STEP))
    }
}
