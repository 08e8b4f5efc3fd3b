//! Deltas: an object as *copy from the base* and *insert these bytes* (gitformat-pack, "Deltified representation").

use crate::buffer::make_room;

const TOO_FEW: &str = "its delta gives fewer bytes than it claims";

/// One instruction.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Op<'a> {
    /// `length` bytes of the base, from `offset`.
    Copy {
        /// Where in the base.
        offset: usize,
        /// How many bytes.
        length: usize,
    },
    /// These bytes.
    Insert(&'a [u8]),
}

/// A parsed delta: two sizes and the instructions.
#[derive(Clone, Copy, Debug)]
pub struct Delta<'a> {
    /// Bytes of the base.
    pub base_size: u64,
    /// Bytes of the result.
    pub result_size: u64,
    ops: &'a [u8],
}

impl<'a> Delta<'a> {
    /// Parses the head of a delta. The instructions are parsed when they are asked for.
    pub fn parse(data: &'a [u8]) -> Result<Self, &'static str> {
        let (base_size, rest) = varint(data).ok_or("a delta without sizes")?;
        let (result_size, ops) = varint(rest).ok_or("a delta without sizes")?;
        Ok(Self {
            base_size,
            result_size,
            ops,
        })
    }

    /// The instructions, in order. The last item may be an error.
    pub fn ops(&self) -> Ops<'a> {
        Ops(self.ops)
    }

    /// Rebuilds the object from its base.
    pub fn apply(&self, base: &[u8], limit: u64, out: &mut Vec<u8>) -> Result<(), &'static str> {
        self.apply_noting(base, limit, out, |_, _, _| {})
    }

    /// The same; each copy is noted: where it comes, from where in the base, and how many bytes.
    #[inline]
    pub(crate) fn apply_noting(
        &self,
        base: &[u8],
        limit: u64,
        out: &mut Vec<u8>,
        mut note: impl FnMut(usize, usize, usize),
    ) -> Result<(), &'static str> {
        if self.base_size != base.len() as u64 {
            return Err("its delta is for a base of another size");
        }
        if self.result_size > limit {
            return Err("it is larger than the limit");
        }
        // No instruction gives more than the whole base, or than its own bytes: memory is taken for what can follow.
        if self.result_size > (self.ops.len() as u64).saturating_mul(self.base_size.max(1)) {
            return Err(TOO_FEW);
        }
        let size =
            usize::try_from(self.result_size).map_err(|_| "its size does not fit into memory")?;
        out.clear();
        make_room(out, size)?;
        for op in self.ops() {
            let bytes = match op? {
                Op::Copy { offset, length } => {
                    note(out.len(), offset, length);
                    let end = offset
                        .checked_add(length)
                        .ok_or("its delta copies from outside its base")?;
                    base.get(offset..end)
                        .ok_or("its delta copies from outside its base")?
                }
                Op::Insert(bytes) => bytes,
            };
            if bytes.len() > size - out.len() {
                return Err("its delta gives more bytes than it claims");
            }
            out.extend_from_slice(bytes);
        }
        if out.len() == size {
            Ok(())
        } else {
            Err(TOO_FEW)
        }
    }
}

/// Iterates over the instructions of a delta.
#[derive(Clone, Debug)]
pub struct Ops<'a>(&'a [u8]);

impl<'a> Iterator for Ops<'a> {
    type Item = Result<Op<'a>, &'static str>;

    #[inline]
    fn next(&mut self) -> Option<Self::Item> {
        let (&code, rest) = self.0.split_first()?;
        let parsed = if code & 0x80 != 0 {
            copy(code, rest)
        } else {
            insert(code, rest)
        };
        let (op, rest) = match parsed {
            Some((op, rest)) => (Ok(op), rest),
            None => (Err("its delta has an invalid instruction"), &[][..]),
        };
        self.0 = rest;
        Some(op)
    }
}

#[inline]
fn copy(code: u8, mut rest: &[u8]) -> Option<(Op<'_>, &[u8])> {
    let mut value = [0_u32; 2];
    for bit in 0..7 {
        if code >> bit & 1 == 1 {
            let (&byte, tail) = rest.split_first()?;
            rest = tail;
            let (which, shift) = if bit < 4 {
                (0, bit * 8)
            } else {
                (1, (bit - 4) * 8)
            };
            value[which] |= u32::from(byte) << shift;
        }
    }
    let length = if value[1] == 0 {
        0x1_0000
    } else {
        value[1] as usize
    };
    Some((
        Op::Copy {
            offset: value[0] as usize,
            length,
        },
        rest,
    ))
}

#[inline]
fn insert(code: u8, rest: &[u8]) -> Option<(Op<'_>, &[u8])> {
    let (bytes, rest) = rest.split_at_checked(usize::from(code))?;
    (code != 0).then_some((Op::Insert(bytes), rest))
}

fn varint(data: &[u8]) -> Option<(u64, &[u8])> {
    let (mut value, mut shift) = (0_u64, 0);
    for (i, byte) in data.iter().enumerate() {
        let bits = u64::from(byte & 0x7f);
        value |= bits
            .checked_shl(shift)
            .filter(|shifted| shifted >> shift == bits)?;
        if byte & 0x80 == 0 {
            return Some((value, &data[i + 1..]));
        }
        shift += 7;
    }
    None
}

/// Builds a delta; neighbouring instructions of the same kind are merged.
#[derive(Debug, Default)]
pub struct DeltaBuilder {
    ops: Vec<u8>,
    pending_copy: Option<(usize, usize)>,
    pending_insert: Vec<u8>,
    result_size: u64,
}

impl DeltaBuilder {
    /// A delta that gives nothing yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Copies `length` bytes of the base from `offset` (which must be below 4 GiB).
    pub fn copy(&mut self, offset: usize, length: usize) {
        if length == 0 {
            return;
        }
        self.flush_insert();
        self.result_size += length as u64;
        match &mut self.pending_copy {
            Some((start, so_far)) if *start + *so_far == offset => *so_far += length,
            _ => {
                self.flush_copy();
                self.pending_copy = Some((offset, length));
            }
        }
    }

    /// Inserts bytes.
    pub fn insert(&mut self, bytes: &[u8]) {
        if bytes.is_empty() {
            return;
        }
        self.flush_copy();
        self.result_size += bytes.len() as u64;
        self.pending_insert.extend_from_slice(bytes);
    }

    /// The delta, for a base of `base_size` bytes.
    pub fn finish(mut self, base_size: u64) -> Vec<u8> {
        self.flush_copy();
        self.flush_insert();
        let mut out = Vec::with_capacity(self.ops.len() + 20);
        put_varint(base_size, &mut out);
        put_varint(self.result_size, &mut out);
        out.extend_from_slice(&self.ops);
        out
    }

    fn flush_insert(&mut self) {
        for chunk in self.pending_insert.chunks(127) {
            self.ops.push(u8::try_from(chunk.len()).unwrap_or_default());
            self.ops.extend_from_slice(chunk);
        }
        self.pending_insert.clear();
    }

    fn flush_copy(&mut self) {
        let Some((mut offset, mut length)) = self.pending_copy.take() else {
            return;
        };
        while length > 0 {
            let now = length.min(0xffff);
            let code = self.ops.len();
            self.ops.push(0x80);
            for (bit, byte) in offset.to_le_bytes()[..4]
                .iter()
                .chain(&now.to_le_bytes()[..2])
                .enumerate()
            {
                if *byte != 0 {
                    self.ops[code] |= 1 << bit;
                    self.ops.push(*byte);
                }
            }
            offset += now;
            length -= now;
        }
    }
}

fn put_varint(mut value: u64, out: &mut Vec<u8>) {
    while value > 0x7f {
        out.push((value & 0x7f) as u8 | 0x80);
        value >>= 7;
    }
    out.push((value & 0x7f) as u8);
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{Delta, DeltaBuilder, Op};
    use crate::Copies;

    proptest! {
        #[test]
        fn what_is_built_applies(
            base in proptest::collection::vec(any::<u8>(), 1..3000),
            steps in proptest::collection::vec((any::<bool>(), any::<u16>(), any::<u16>()), 0..40),
        ) {
            let (mut builder, mut expected) = (DeltaBuilder::new(), Vec::new());
            for (is_copy, a, b) in steps {
                let start = usize::from(a) % base.len();
                let part = &base[start..(start + usize::from(b)).min(base.len())];
                if is_copy { builder.copy(start, part.len()) } else { builder.insert(part) }
                expected.extend_from_slice(part);
            }
            let bytes = builder.finish(base.len() as u64);
            let delta = Delta::parse(&bytes).unwrap();
            let mut out = Vec::new();
            delta.apply(&base, u64::MAX, &mut out).unwrap();
            prop_assert_eq!(&out, &expected);
            // what is noted on the way is what is read from the delta, and was copied from there
            let (mut noted, mut read) = (Copies::default(), Copies::default());
            noted.apply(&delta, &base, u64::MAX, &mut out).unwrap();
            read.read(&bytes).unwrap();
            prop_assert_eq!(&out, &expected);
            prop_assert_eq!((noted.parts(), noted.base_length()), (read.parts(), base.len()));
            for part in noted.parts() {
                prop_assert_eq!(&base[part.there..part.there_end()], &expected[part.here.clone()]);
            }
        }

        /// As gitformat-pack says it, bit by bit.
        #[test]
        fn a_copy_is_read_as_it_is_defined(code in 0x80..=u8::MAX, rest in proptest::collection::vec(any::<u8>(), 0..12)) {
            let mut bytes = rest.iter();
            let mut next = |bit: u8| {
                let is_there = code >> bit & 1 == 1;
                if is_there { bytes.next().map(|byte| usize::from(*byte)) } else { Some(0) }
            };
            let all: Option<Vec<usize>> = (0..7).map(&mut next).collect();
            let expected = all.map(|all| {
                let [offset, length] = [&all[..4], &all[4..]].map(|bytes| bytes.iter().rev().fold(0, |all, byte| all << 8 | byte));
                Op::Copy { offset, length: if length == 0 { 0x1_0000 } else { length } }
            });
            let data = [&[code], &rest[..]].concat();
            prop_assert_eq!(super::Ops(&data).next().and_then(Result::ok), expected);
        }

        #[test]
        fn nothing_panics(bytes in proptest::collection::vec(any::<u8>(), 0..60), base in proptest::collection::vec(any::<u8>(), 0..60)) {
            if let Ok(delta) = Delta::parse(&bytes) {
                let _ = delta.apply(&base, 1 << 20, &mut Vec::new());
            }
        }
    }
}
