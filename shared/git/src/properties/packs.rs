//! What must hold of any bytes that are taken for a pack, its index, or a delta.

use std::path::Path;
use std::sync::OnceLock;

use domain::Unwatched;

use super::LIMIT;
use super::recipe::{self, sealed};
use crate::delta::{Delta, DeltaBuilder, Op};
use crate::map::MappedFile;
use crate::pack::Grove;
use crate::pack::decode::{Decode, Decoded, EntryVisitor};
use crate::pack::index::{self, PackIndex};
use crate::pack::indexer::index_bytes;
use crate::walk::Gauge;
use crate::{GitError, HashKind, Kind, Object, ObjectId, Pack, Rank};

pub(super) const HASH: HashKind = HashKind::Sha1;

/// The length of the base in two bytes, the base, another object. What is found to differ gives that object, and is never more than it
/// would be to insert all of it.
pub fn difference(input: &[u8]) {
    let Some((length, rest)) = input.split_first_chunk::<2>() else {
        return;
    };
    let (base, target) = rest.split_at(usize::from(u16::from_be_bytes(*length)).min(rest.len()));
    let delta = crate::difference::between(base, target).expect("a base that can be copied from");
    let mut out = Vec::new();
    let parsed = Delta::parse(&delta).expect("its own delta");
    parsed
        .apply(base, LIMIT.max(target.len() as u64), &mut out)
        .expect("for that base");
    assert_eq!(out, target);
    // two sizes, and a byte for each insert
    let inserted = target.len() + target.len().div_ceil(127) + 2 * 5;
    assert!(delta.len() <= inserted, "{} of {inserted}", delta.len());
}

/// The length of the base in two bytes, the base, the delta. What is applied is what the format's description gives; it takes no
/// more memory than it can fill; its instructions, written again, give the same.
pub fn delta(input: &[u8]) {
    let Some((length, rest)) = input.split_first_chunk::<2>() else {
        return;
    };
    let (base, bytes) = rest.split_at(usize::from(u16::from_be_bytes(*length)).min(rest.len()));
    let expected = by_definition(base, bytes);
    let Ok(delta) = Delta::parse(bytes) else {
        assert!(expected.is_none());
        return;
    };
    let mut out = Vec::new();
    let applied = delta.apply(base, LIMIT, &mut out);
    assert!(
        out.capacity() <= bytes.len() * base.len().max(1),
        "no more than can follow"
    );
    if applied.is_err() {
        assert!(expected.is_none_or(|data| data.len() as u64 > LIMIT));
        return;
    }
    assert_eq!(Some(&out), expected.as_ref());
    assert!(
        out.is_empty()
            || delta
                .apply(base, out.len() as u64 - 1, &mut Vec::new())
                .is_err()
    );
    let mut builder = DeltaBuilder::new();
    for op in delta.ops() {
        match op.expect("it was applied") {
            Op::Copy { offset, length } => builder.copy(offset, length),
            Op::Insert(bytes) => builder.insert(bytes),
        }
    }
    let again = builder.finish(base.len() as u64);
    assert_eq!(by_definition(base, &again), expected);
}

/// A delta applied as gitformat-pack describes it, without a thought of speed. None if it is not valid.
pub(super) fn by_definition(base: &[u8], delta: &[u8]) -> Option<Vec<u8>> {
    let mut bytes = delta.iter().copied();
    let mut size = || {
        let mut value = 0_u128;
        for place in 0..10 {
            let byte = bytes.next()?;
            value |= u128::from(byte & 0x7f) << (7 * place);
            if byte < 0x80 {
                return u64::try_from(value).ok();
            }
        }
        None
    };
    let sizes = (size()?, size()?);
    let mut out = Vec::new();
    while let Some(code) = bytes.next() {
        if code >= 0x80 {
            let mut part = |bit: u32| {
                Some(if code >> bit & 1 == 1 {
                    u32::from(bytes.next()?)
                } else {
                    0
                })
            };
            let from = part(0)? | part(1)? << 8 | part(2)? << 16 | part(3)? << 24;
            let length = part(4)? | part(5)? << 8 | part(6)? << 16;
            let length = if length == 0 {
                0x10000
            } else {
                length as usize
            };
            out.extend_from_slice(base.get(from as usize..from as usize + length)?);
        } else {
            let before = out.len();
            out.extend(bytes.by_ref().take(usize::from(code)));
            if code == 0 || out.len() - before < usize::from(code) {
                return None;
            }
        }
    }
    (sizes == (base.len() as u64, out.len() as u64)).then_some(out)
}

/// A pack without its trailer. If it can be indexed, then every object of it can be read, in two ways, and has the id that the
/// index says.
pub fn pack(input: &[u8]) {
    let bytes = sealed(input, HASH);
    let Ok((index, summary)) = index_bytes(&bytes, "pack", HASH, 1, LIMIT, &Unwatched) else {
        return;
    };
    let pack = open(&bytes, &index).expect("it was indexed");
    assert_eq!(pack.len(), summary.objects as usize);
    let all = decoded(&pack);
    assert_eq!((all.objects.len(), all.failures.len()), (pack.len(), 0));
    for (rank, kind, data) in &all.objects {
        assert_eq!(pack.id(*rank), HASH.object_id(*kind, data));
    }
}

/// A recipe for a pack whose compressed data is valid. It is indexed if and only if everything in it is right; and with an index
/// that takes it for right, what can be decoded is what it must be, and everything else is reported.
pub fn forest(input: &[u8]) {
    let made = recipe::make(input);
    let bytes = sealed(&made.bytes, HASH);
    let ids: Vec<_> = made
        .entries
        .iter()
        .map(|(_, object)| {
            object
                .as_ref()
                .map(|object| HASH.object_id(object.kind, &object.data))
        })
        .collect();
    let mut sorted = ids.clone();
    sorted.sort_unstable();
    let is_right = sorted.windows(2).all(|pair| pair[0] != pair[1]) && !ids.contains(&None);
    let indexed = index_bytes(&bytes, "pack", HASH, 1, LIMIT, &Unwatched);
    assert_eq!(indexed.is_ok(), is_right, "{:?}", indexed.err());

    let ends = made
        .entries
        .iter()
        .skip(1)
        .map(|(offset, _)| *offset)
        .chain([made.bytes.len() as u64]);
    let mut objects = Vec::new();
    for (at, ((offset, _), end)) in (0_u8..).zip(made.entries.iter().zip(ends)) {
        let stored =
            &bytes[usize::try_from(*offset).unwrap_or(0)..usize::try_from(end).unwrap_or(0)];
        let made_up = ObjectId::from_bytes(&[at + 1; 20]);
        let id = ids[usize::from(at)].or(made_up).expect("20 bytes");
        objects.push((id, crc32fast::hash(stored), *offset));
    }
    let checksum = ObjectId::from_bytes(&bytes[bytes.len() - 20..]).expect("20 bytes");
    let index = index::encode(&mut objects, checksum, HASH);
    if let Ok((theirs, _)) = indexed {
        assert_eq!(index, theirs);
    }
    let Ok(pack) = open(&bytes, &index) else {
        assert!(!is_right);
        return;
    };
    let all = decoded(&pack);
    for (rank, kind, data) in all.objects {
        assert_eq!(made.entries[rank as usize].1, Some(Object { kind, data }));
    }
    for rank in all.failures {
        assert_eq!(made.entries[rank as usize].1, None);
    }
}

/// The first byte says what follows: an index without its checksum, or changes (where in two bytes, what) to the index of a
/// small pack. An index that is accepted is consistent, and written again says the same; the pack is read with it, or refused.
pub fn pack_index(input: &[u8]) {
    let Some((mode, rest)) = input.split_first() else {
        return;
    };
    let (pack, whole) = SMALL_PACK.get_or_init(|| {
        let pack = sealed(&recipe::make(SMALL).bytes, HASH);
        let indexed = index_bytes(&pack, "pack", HASH, 1, LIMIT, &Unwatched);
        let (whole, _) = indexed.expect("it is right");
        (pack, whole)
    });
    let body = if mode & 1 == 0 {
        rest.to_vec()
    } else {
        let mut body = whole[..whole.len() - 20].to_vec();
        for change in rest.chunks_exact(3) {
            let at = usize::from(u16::from_be_bytes([change[0], change[1]])) % body.len();
            body[at] = change[2];
        }
        body
    };
    for hash in [HASH, HashKind::Sha256] {
        check_index(&sealed(&body, hash), hash);
    }
    if let Ok(pack) = open(pack, &sealed(&body, HASH)) {
        decoded(&pack);
    }
}

static SMALL_PACK: OnceLock<(Vec<u8>, Vec<u8>)> = OnceLock::new();

/// A blob, two deltas from it, and one from the second, named by id.
const SMALL: &[u8] =
    b"\0\x02\x08contents\x01\0\x06\0\0\x04\x01ab\x02\x01\x03\0\x02\x05\x03\x02\x06\x01xy\0\0\xff";

fn check_index(bytes: &[u8], hash: HashKind) {
    let Ok(index) = PackIndex::read(MappedFile::of(bytes), Path::new("idx"), hash) else {
        return;
    };
    assert!(bytes.len() > index.len() * (hash.len() + 8));
    let mut objects = Vec::new();
    for position in 0..index.len() {
        let id = ObjectId::from_bytes(index.raw_id(position)).expect("as long as a hash");
        assert_eq!(index.search(&id), Ok(position));
        let Some(offset) = index.offset(position) else {
            return;
        };
        objects.push((id, index.crc(position), offset));
    }
    let checksum = ObjectId::from_bytes(index.pack_checksum()).expect("as long as a hash");
    let written = index::encode(&mut objects, checksum, hash);
    let again =
        PackIndex::read(MappedFile::of(&written), Path::new("idx"), hash).expect("it was accepted");
    let entry = |(position, (id, crc, offset)): (usize, &(ObjectId, u32, u64))| {
        again.raw_id(position) == id.as_bytes()
            && again.crc(position) == *crc
            && again.offset(position) == Some(*offset)
    };
    assert!(objects.iter().enumerate().all(entry) && again.len() == objects.len());
    assert_eq!(again.pack_checksum(), index.pack_checksum());
    assert!(again.is_intact());
}

fn open(pack: &[u8], index: &[u8]) -> Result<Pack, GitError> {
    let index = PackIndex::read(MappedFile::of(index), Path::new("idx"), HASH)?;
    Pack::with_index(Path::new("pack"), MappedFile::of(pack), index, HASH)
}

/// What a walk over a pack gives.
#[derive(Default)]
struct Walked {
    objects: Vec<(Rank, Kind, Vec<u8>)>,
    failures: Vec<Rank>,
}

impl EntryVisitor for Walked {
    type Kept = Rank;

    fn entry(&mut self, decoded: Decoded<'_>, base: Option<&Rank>) -> Rank {
        assert!(base.is_none() || decoded.delta.is_some());
        self.objects
            .push((decoded.rank, decoded.kind, decoded.data.to_vec()));
        decoded.rank
    }

    fn failed(&mut self, rank: Rank, _reason: &'static str) {
        self.failures.push(rank);
    }
}

/// Walks over the pack: every entry comes once, and is what reading it alone gives, before all headers are known and after.
fn decoded(pack: &Pack) -> Walked {
    let ranks = 0..u32::try_from(pack.len()).unwrap_or(0);
    let read = |rank| pack.read(rank, LIMIT).ok();
    let before: Vec<_> = ranks.clone().map(read).collect();
    for rank in ranks.clone() {
        let part = pack.part(&[rank]);
        let number = part.number(rank).expect("it was asked for");
        let mut wanted = vec![false; part.forest().entries.len()];
        wanted[number] = true;
        let walked = walk(pack, &part, &wanted);
        let objects = walked.objects.into_iter();
        let found = objects.map(|(_, kind, data)| (kind, data)).next();
        assert_eq!(found, before[rank as usize]);
        assert_eq!(walked.failures.len(), usize::from(found.is_none()));
    }
    let walked = walk(pack, &Grove::All(pack.forest()), &vec![true; pack.len()]);
    let visited = walked.objects.iter().map(|(rank, ..)| *rank);
    let mut all: Vec<_> = visited.chain(walked.failures.iter().copied()).collect();
    all.sort_unstable();
    assert!(all.into_iter().eq(ranks.clone()), "each once");
    for (rank, kind, data) in &walked.objects {
        assert_eq!(
            before[*rank as usize].as_ref(),
            Some(&(*kind, data.clone()))
        );
    }
    assert!(
        walked
            .failures
            .iter()
            .all(|rank| before[*rank as usize].is_none())
    );
    assert!(ranks.map(read).eq(before));
    walked
}

fn walk(pack: &Pack, grove: &Grove<'_>, wanted: &[bool]) -> Walked {
    let mut visitors = [Walked::default()];
    let decode = Decode {
        map: pack.map(),
        forest: grove.forest(),
        wanted,
        limit: LIMIT,
        gauge: &Gauge::new(&Unwatched, "", wanted.len() as u64),
    };
    decode.run(&mut visitors).expect("nothing stops it");
    let [walked] = visitors;
    walked
}
