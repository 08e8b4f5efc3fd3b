//! Looks for what two objects share, and makes a delta of it. A file of many versions is small only if each is a difference from
//! one like it, and packs that servers make do not always see to that.
//!
//! One pass over each, in memory of at most the base's size: blocks of the base are known by a hash, each place of the target is
//! looked up until a block is met, and the match is widened both ways.

use crate::pack::delta::DeltaBuilder;

/// Bytes of a block; what is shared and shorter is not found.
const BLOCK: usize = 16;

/// A delta that makes `target` from `base`. None where the base is too large for a delta to copy from all of it (4 GiB).
pub fn between(base: &[u8], target: &[u8]) -> Option<Vec<u8>> {
    u32::try_from(base.len()).ok()?;
    let blocks = Blocks::of(base);
    let mut delta = DeltaBuilder::new();
    // How much of the target is out, and where the search stands.
    let (mut done, mut at) = (0, 0);
    while let Some(window) = target.get(at..).and_then(|rest| rest.first_chunk()) {
        let Some(place) = blocks.find(window) else {
            at += 1;
            continue;
        };
        let before = shared_end(&base[..place], &target[done..at]);
        let length = before + BLOCK + shared_start(&base[place + BLOCK..], &target[at + BLOCK..]);
        delta.insert(&target[done..at - before]);
        delta.copy(place - before, length);
        done = at - before + length;
        at = done;
    }
    delta.insert(&target[done..]);
    Some(delta.finish(base.len() as u64))
}

/// Where blocks of the base stand.
struct Blocks<'a> {
    base: &'a [u8],
    /// By hash, the number of a block, counted from 1.
    slots: Vec<u32>,
    shift: u32,
}

impl<'a> Blocks<'a> {
    fn of(base: &'a [u8]) -> Self {
        let blocks = base.as_chunks::<BLOCK>().0;
        let bits = (blocks.len() * 2).next_power_of_two().ilog2().max(4);
        let mut slots = vec![0; 1 << bits];
        let shift = u64::BITS - bits;
        // The first of several equal blocks stays: copies that go on from it reach further.
        for (number, block) in blocks.iter().enumerate().rev() {
            // The caller has seen that the base has fewer than 2^32 bytes.
            slots[slot(block, shift)] = u32::try_from(number + 1).unwrap_or_default();
        }
        Self { base, slots, shift }
    }

    /// Where these bytes stand in the base as a block.
    #[inline]
    fn find(&self, window: &[u8; BLOCK]) -> Option<usize> {
        let number = self.slots[slot(window, self.shift)].checked_sub(1)?;
        let place = number as usize * BLOCK;
        (self.base.get(place..place + BLOCK) == Some(window)).then_some(place)
    }
}

#[inline]
fn slot(block: &[u8; BLOCK], shift: u32) -> usize {
    // Multiplied by an odd number without pattern, the high bits depend on all of the low ones.
    const SPREAD: u64 = 0x9e37_79b9_7f4a_7c15;
    let words = block.as_chunks().0;
    let mixed = u64::from_le_bytes(words[0]).wrapping_mul(SPREAD) ^ u64::from_le_bytes(words[1]);
    usize::try_from(mixed.wrapping_mul(SPREAD) >> shift).unwrap_or_default()
}

/// How many bytes two texts share at their starts.
fn shared_start(a: &[u8], b: &[u8]) -> usize {
    let words = a.as_chunks::<BLOCK>().0.iter().zip(b.as_chunks().0);
    let whole = words.take_while(|(a, b)| a == b).count() * BLOCK;
    let rest = a[whole..].iter().zip(&b[whole..]);
    whole + rest.take_while(|(a, b)| a == b).count()
}

/// How many bytes two texts share at their ends.
fn shared_end(a: &[u8], b: &[u8]) -> usize {
    let pairs = a.iter().rev().zip(b.iter().rev());
    pairs.take_while(|(a, b)| a == b).count()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::between;
    use crate::delta::Delta;

    fn apply(delta: &[u8], base: &[u8]) -> Vec<u8> {
        let mut out = Vec::new();
        let delta = Delta::parse(delta).unwrap();
        delta.apply(base, u64::MAX, &mut out).unwrap();
        out
    }

    proptest! {
        #[test]
        fn the_target_comes_from_the_base(
            base in proptest::collection::vec(0..4_u8, 0..600),
            parts in proptest::collection::vec((any::<u16>(), 0..200_usize, proptest::collection::vec(0..4_u8, 0..20)), 0..8),
        ) {
            let mut target = Vec::new();
            for (at, length, new) in parts {
                let at = usize::from(at) % (base.len() + 1);
                target.extend_from_slice(&base[at..(at + length).min(base.len())]);
                target.extend(new);
            }
            prop_assert_eq!(apply(&between(&base, &target).unwrap(), &base), target);
        }

        #[test]
        fn a_line_that_is_put_in_costs_itself_alone(
            base in proptest::collection::vec(any::<u8>(), 200..5000), at in any::<u16>(), line in proptest::collection::vec(any::<u8>(), 1..60),
        ) {
            let at = usize::from(at) % base.len();
            let target = [&base[..at], &line, &base[at..]].concat();
            let delta = between(&base, &target).unwrap();
            // Two copies, two sizes, the line; what stands in the last, shorter block of the base, or around the line, may be put in again.
            prop_assert!(delta.len() <= line.len() + 2 * 7 + 2 * 3 + 1 + 4 * super::BLOCK);
            prop_assert_eq!(apply(&delta, &base), target);
        }
    }
}
