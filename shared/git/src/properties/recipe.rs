//! Packs made from a recipe: any bytes give a pack whose compressed data is valid, and say what must come out of it.

use std::io::Read as _;

use crate::delta::DeltaBuilder;
use crate::pack::entry;
use crate::{Base, Deflater, HashKind, Kind, Object, ObjectId};

use super::LIMIT;
use super::packs::HASH;

/// What an entry is built on.
#[derive(Clone, Copy)]
enum Built {
    Whole(Kind),
    /// The entry at this place before it, by distance.
    Near(usize),
    /// The entry at this place, before or after it, by id.
    Named(usize),
}

/// One entry of the recipe.
struct Step<'a> {
    built: Built,
    /// The content, or what the delta is made from.
    bytes: &'a [u8],
    /// Whether the header tells a size that is not the payload's.
    lies: bool,
    /// Whether `bytes` are the delta as it is.
    is_raw: bool,
}

/// A pack without its trailer, and what is known of it.
pub(super) struct Made {
    pub(super) bytes: Vec<u8>,
    /// Per entry: where it begins, and the object; none if it cannot be decoded.
    pub(super) entries: Vec<(u64, Option<Object>)>,
}

/// Makes the pack.
pub(super) fn make(recipe: &[u8]) -> Made {
    let steps = read(recipe);
    let (mut contents, mut deltas) = (
        vec![Content::Open; steps.len()],
        vec![Vec::new(); steps.len()],
    );
    let mut open: Vec<usize> = (0..steps.len()).collect();
    // What stands in a circle never gets a content.
    while !open.is_empty() {
        let before = open.len();
        open.retain(|at| !settle(*at, &steps, &mut contents, &mut deltas));
        if open.len() == before {
            break;
        }
    }
    let mut made = Made {
        bytes: [
            b"PACK\0\0\0\x02",
            &u32::try_from(steps.len()).unwrap_or_default().to_be_bytes()[..],
        ]
        .concat(),
        entries: Vec::new(),
    };
    let mut deflater = Deflater::new();
    for (at, step) in steps.iter().enumerate() {
        let here = made.bytes.len() as u64;
        let (base, payload) = match step.built {
            Built::Whole(kind) => (Base::None(kind), step.bytes),
            Built::Near(base) => (Base::Offset(here - made.entries[base].0), &deltas[at][..]),
            Built::Named(base) => (Base::Id(id_of(&contents[base])), &deltas[at][..]),
        };
        let size = payload.len() as u64 + u64::from(step.lies);
        entry::write(base, size, &mut made.bytes);
        made.bytes.extend(deflater.deflate(payload));
        made.entries.push((here, contents[at].object().cloned()));
    }
    made
}

/// What is known of an entry.
#[derive(Clone)]
enum Content {
    /// Nothing, as long as nothing is known of its base.
    Open,
    /// It cannot be decoded.
    Damaged,
    Whole(Object),
}

impl Content {
    fn object(&self) -> Option<&Object> {
        match self {
            Self::Whole(object) => Some(object),
            Self::Open | Self::Damaged => None,
        }
    }
}

/// Finds out what the entry is; false if it cannot be known yet.
fn settle(at: usize, steps: &[Step<'_>], contents: &mut [Content], deltas: &mut [Vec<u8>]) -> bool {
    let step = &steps[at];
    let (kind, applied) = match step.built {
        Built::Whole(kind) => (kind, Some(step.bytes.to_vec())),
        Built::Near(base) | Built::Named(base) => {
            if matches!(contents[base], Content::Open) {
                return false;
            }
            let object = contents[base].object();
            let content = object.map_or(&[][..], |object| &object.data);
            deltas[at] = if step.is_raw {
                step.bytes.to_vec()
            } else {
                delta(step.bytes, content)
            };
            let applied = super::packs::by_definition(content, &deltas[at]);
            let kind = object.map_or(Kind::Blob, |object| object.kind);
            (kind, applied.filter(|_| object.is_some()))
        }
    };
    let fits = |data: &Vec<u8>| !step.lies && data.len() as u64 <= LIMIT;
    contents[at] = match applied.filter(fits) {
        Some(data) => Content::Whole(Object { kind, data }),
        None => Content::Damaged,
    };
    true
}

/// The id by which an entry is named; one that nothing has if it cannot be decoded.
fn id_of(content: &Content) -> ObjectId {
    let object = content.object();
    object.map_or(ObjectId::zero(HASH), |object| {
        HASH.object_id(object.kind, &object.data)
    })
}

/// Up to 24 steps, each of a byte that says what it is, one for its base, one for its length, and its bytes.
fn read(recipe: &[u8]) -> Vec<Step<'_>> {
    let (mut rest, mut steps) = (recipe, Vec::new());
    while let [what, which, length, tail @ ..] = rest
        && steps.len() < 24
    {
        let (bytes, tail) = tail.split_at(usize::from(*length).min(tail.len()));
        steps.push((*what, usize::from(*which), bytes));
        rest = tail;
    }
    let count = steps.len();
    let kinds = [Kind::Commit, Kind::Tree, Kind::Blob, Kind::Tag];
    let step = |(at, (what, which, bytes)): (usize, (u8, usize, _))| Step {
        built: match what & 3 {
            1 | 2 if at > 0 => Built::Near(at - 1 - which % at),
            3 => Built::Named(which % count),
            _ => Built::Whole(kinds[which % 4]),
        },
        bytes,
        lies: what & 0xf0 == 0xf0,
        is_raw: what & 0x0c == 0x0c,
    };
    steps.into_iter().enumerate().map(step).collect()
}

/// Three bytes an instruction: a copy (where, how much), or an insertion of what follows.
fn delta(recipe: &[u8], base: &[u8]) -> Vec<u8> {
    let (mut rest, mut builder) = (recipe, DeltaBuilder::new());
    let mut step = [0; 3];
    while rest.read_exact(&mut step).is_ok() {
        let [what, a, b] = step.map(usize::from);
        if what & 1 == 0 && !base.is_empty() {
            let from = a % base.len();
            builder.copy(from, b.min(base.len() - from));
        } else {
            builder.insert(&step);
        }
    }
    builder.finish(base.len() as u64)
}

/// The hash of the pack, which is written behind it.
pub(super) fn sealed(body: &[u8], hash: HashKind) -> Vec<u8> {
    let mut hasher = crate::Hasher::new(hash);
    hasher.update(body);
    [body, hasher.finish().as_bytes()].concat()
}
