//! Decodes the entries of a pack, a delta's base before the delta, on several threads.
//!
//! Families of deltas are independent: each thread takes the largest family that is left and walks it
//! depth first, so that every object is rebuilt once, from a base that is still in memory.

use std::sync::atomic::{AtomicUsize, Ordering};

use domain::Stop;

use crate::inflate::Stream;
use crate::pack::copies::Copies;
use crate::pack::delta::Delta;
use crate::pack::forest::{Entry, Forest, NONE};
use crate::walk::{Gauge, Ticks};
use crate::{Inflater, Kind};

/// Why an entry with another checksum than its index has is refused.
pub(crate) const DAMAGED: &str = "its stored bytes are not those that its index knows";

/// Takes what is decoded. One per thread.
pub(crate) trait EntryVisitor: Send {
    /// What is kept of an entry until those built on it are done.
    type Kept;

    /// An entry that was wanted. `delta` is its delta, if it is one, and what was kept of its base, if anything was.
    fn entry(&mut self, decoded: Decoded<'_>, base: Option<&Self::Kept>) -> Self::Kept;

    /// An entry that was not wanted, but that several wanted ones are built on: what is kept of it may help with those.
    fn base(&mut self, _decoded: Decoded<'_>, _base: Option<&Self::Kept>) -> Option<Self::Kept> {
        None
    }

    /// An entry that was wanted and cannot be decoded.
    fn failed(&mut self, rank: u32, reason: &'static str);
}

/// A decoded entry.
pub(crate) struct Decoded<'a> {
    pub(crate) rank: u32,
    pub(crate) kind: Kind,
    pub(crate) data: &'a [u8],
    pub(crate) delta: Option<&'a [u8]>,
    pub(crate) copies: Option<&'a Copies>,
}

/// What to decode, and with what.
pub(crate) struct Decode<'a> {
    pub(crate) map: &'a [u8],
    pub(crate) forest: &'a Forest,
    /// Per entry, whether to report it.
    pub(crate) wanted: &'a [bool],
    /// Objects above this size are failures.
    pub(crate) limit: u64,
    pub(crate) gauge: &'a Gauge<'a>,
}

impl Decode<'_> {
    /// Decodes everything wanted, on one thread per visitor.
    pub(crate) fn run<V: EntryVisitor>(&self, visitors: &mut [V]) -> Result<(), Stop> {
        let weights = self.forest.weights(self.wanted);
        let roots = self.roots(&weights);
        if let Some(visitor) = visitors.first_mut() {
            self.report_lost(visitor);
        }
        let next = AtomicUsize::new(0);
        let work = |visitor: &mut V| Family::new(self, &weights, visitor).work(&roots, &next);
        if let [only] = visitors {
            return work(only);
        }
        std::thread::scope(|scope| {
            let threads: Vec<_> = visitors
                .iter_mut()
                .map(|visitor| scope.spawn(|| work(visitor)))
                .collect();
            // A panic in a thread is a bug: let it surface as what it is.
            threads.into_iter().try_for_each(|t| {
                t.join()
                    .unwrap_or_else(|panic| std::panic::resume_unwind(panic))
            })
        })
    }

    /// The families' roots, the heaviest first.
    fn roots(&self, weights: &[u64]) -> Vec<u32> {
        let is_root =
            |(rank, entry): &(u32, &Entry)| entry.base == NONE && weights[*rank as usize] > 0;
        let mut roots: Vec<u32> = (0..)
            .zip(&self.forest.entries)
            .filter(is_root)
            .map(|(rank, _)| rank)
            .collect();
        roots.sort_by_key(|rank| std::cmp::Reverse(weights[*rank as usize]));
        roots
    }

    /// Entries that hang on no whole object.
    fn report_lost(&self, visitor: &mut impl EntryVisitor) {
        for (rank, entry) in (0..).zip(&self.forest.entries) {
            if entry.kind.is_none() && self.wanted[rank as usize] {
                let broken = entry.header == 0;
                visitor.failed(
                    rank,
                    if broken {
                        "its header is not valid"
                    } else {
                        "the object that it is a difference from is missing"
                    },
                );
            }
        }
    }
}

struct Frame<K> {
    rank: u32,
    next: usize,
    data: Vec<u8>,
    kept: Option<K>,
}

/// One thread's walk through its families.
struct Family<'a, V: EntryVisitor> {
    decode: &'a Decode<'a>,
    weights: &'a [u64],
    visitor: &'a mut V,
    inflater: Inflater,
    spare: Vec<Vec<u8>>,
    delta: Vec<u8>,
    /// What the delta copies.
    copies: Copies,
    stack: Vec<Frame<V::Kept>>,
    ticks: Ticks<'a>,
}

impl<'a, V: EntryVisitor> Family<'a, V> {
    fn new(decode: &'a Decode<'a>, weights: &'a [u64], visitor: &'a mut V) -> Self {
        Self {
            decode,
            weights,
            visitor,
            inflater: Inflater::new(),
            spare: Vec::new(),
            delta: Vec::new(),
            copies: Copies::default(),
            stack: Vec::new(),
            ticks: Ticks::new(decode.gauge),
        }
    }

    fn work(&mut self, roots: &[u32], next: &AtomicUsize) -> Result<(), Stop> {
        while let Some(&root) = roots.get(next.fetch_add(1, Ordering::Relaxed)) {
            self.root(root)?;
            while let Some((parent, child)) = self.next_child() {
                self.child(parent, child)?;
            }
        }
        Ok(())
    }

    fn entry(&self, rank: u32) -> &'a Entry {
        &self.decode.forest.entries[rank as usize]
    }

    /// The compressed bytes of an entry.
    fn payload(&self, rank: u32) -> Result<Stream<'a>, &'static str> {
        self.entry(rank).payload(self.decode.map)
    }

    fn root(&mut self, rank: u32) -> Result<(), Stop> {
        let entry = self.entry(rank);
        let mut data = self.spare.pop().unwrap_or_default();
        let inflated = if entry.size > self.decode.limit {
            Err("it is larger than the limit")
        } else {
            self.payload(rank)
                .and_then(|payload| self.inflater.inflate(payload, entry.size, &mut data))
        };
        self.decoded(rank, data, inflated, None)
    }

    /// The next entry to decode and the frame that holds its base. Frames without further children are dropped.
    fn next_child(&mut self) -> Option<(usize, u32)> {
        loop {
            let depth = self.stack.len().checked_sub(1)?;
            let frame = &mut self.stack[depth];
            let children = self.decode.forest.children(frame.rank);
            while let Some(&child) = children.get(frame.next) {
                frame.next += 1;
                if self.weights[child as usize] > 0 {
                    return Some((depth, child));
                }
            }
            if let Some(frame) = self.stack.pop() {
                self.recycle(frame.data);
            }
        }
    }

    fn child(&mut self, parent: usize, rank: u32) -> Result<(), Stop> {
        let entry = self.entry(rank);
        let mut data = self.spare.pop().unwrap_or_default();
        let payload = self.payload(rank);
        let limit = self.decode.limit;
        let mut delta = std::mem::take(&mut self.delta);
        let rebuilt = payload
            .and_then(|payload| self.inflater.inflate(payload, entry.size, &mut delta))
            .and_then(|()| {
                let (delta, base) = (Delta::parse(&delta)?, &self.stack[parent].data);
                self.copies.apply(&delta, base, limit, &mut data)
            });
        self.delta = delta;
        self.decoded(rank, data, rebuilt, Some(parent))?;
        self.drop_if_done(parent);
        Ok(())
    }

    /// Frees a base as soon as its last child is built: a chain of deltas needs two buffers, however long it is.
    fn drop_if_done(&mut self, parent: usize) {
        let frame = &self.stack[parent];
        let rest = &self.decode.forest.children(frame.rank)[frame.next..];
        if rest.iter().all(|child| self.weights[*child as usize] == 0) {
            let frame = self.stack.remove(parent);
            self.recycle(frame.data);
        }
    }

    fn decoded(
        &mut self,
        rank: u32,
        data: Vec<u8>,
        outcome: Result<(), &'static str>,
        parent: Option<usize>,
    ) -> Result<(), Stop> {
        let entry = self.entry(rank);
        let (Ok(()), Some(kind)) = (outcome, entry.kind) else {
            self.fail_all(rank, outcome.err().unwrap_or("its kind cannot be made out"));
            self.recycle(data);
            return Ok(());
        };
        let decoded = Decoded {
            rank,
            kind,
            data: &data,
            delta: parent.map(|_| self.delta.as_slice()),
            copies: parent.map(|_| &self.copies),
        };
        let base = parent.and_then(|parent| self.stack[parent].kept.as_ref());
        let mut kept = None;
        if self.is_wanted(rank) {
            kept = Some(self.visitor.entry(decoded, base));
            self.ticks.tick()?;
        } else if self.is_base_of_several(rank) {
            kept = self.visitor.base(decoded, base);
        }
        if self.decode.forest.children(rank).is_empty() {
            self.recycle(data);
        } else {
            self.stack.push(Frame {
                rank,
                next: 0,
                data,
                kept,
            });
        }
        Ok(())
    }

    fn is_wanted(&self, rank: u32) -> bool {
        self.decode.wanted[rank as usize]
    }

    fn is_base_of_several(&self, rank: u32) -> bool {
        let children = self.decode.forest.children(rank).iter();
        children
            .filter(|child| self.is_wanted(**child))
            .nth(1)
            .is_some()
    }

    /// An entry that cannot be decoded takes everything that is built on it along.
    fn fail_all(&mut self, rank: u32, reason: &'static str) {
        let mut lost = vec![(rank, reason)];
        while let Some((rank, reason)) = lost.pop() {
            if self.is_wanted(rank) {
                self.visitor.failed(rank, reason);
            }
            let built = self.decode.forest.children(rank);
            lost.extend(built.iter().map(|child| {
                (
                    *child,
                    "the object that it is a difference from cannot be decoded",
                )
            }));
        }
    }

    fn recycle(&mut self, data: Vec<u8>) {
        // Keep a few buffers of ordinary size; give the memory of giants back at once.
        if self.spare.len() < 64 && data.capacity() <= 4 << 20 {
            // The larger of two is taken first: the other would more often have to grow.
            let last = self.spare.last();
            let is_smaller = last.is_some_and(|last| data.capacity() < last.capacity());
            let place = self.spare.len() - usize::from(is_smaller);
            self.spare.insert(place, data);
        }
    }
}
