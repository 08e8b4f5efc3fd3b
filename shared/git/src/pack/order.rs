//! The entries of a pack in the order in which they stand there.

use crate::pack::Rank;

/// Rank → where the entry begins, and its position in the index: both in one number, so that there is one list to sort and to keep.
pub(crate) struct Order {
    keys: Vec<u64>,
    /// Bits that positions take.
    bits: u32,
}

impl Order {
    /// The order of entries, given where they begin, by position. An error says what is wrong with that.
    pub(crate) fn of(offsets: impl ExactSizeIterator<Item = u64>) -> Result<Self, &'static str> {
        let bits = usize::BITS - offsets.len().leading_zeros();
        let mut keys = Vec::with_capacity(offsets.len());
        for (position, offset) in (0..).zip(offsets) {
            if offset.leading_zeros() < bits {
                return Err(
                    "it is too large: places and numbers of its entries together take more than 64 bits",
                );
            }
            keys.push(offset << bits | position);
        }
        keys.sort_unstable();
        let order = Self { keys, bits };
        if (1..order.len()).any(|at| order.offset(at - 1) == order.offset(at)) {
            return Err("its index has two ids for one entry");
        }
        Ok(order)
    }

    /// How many entries there are.
    pub(crate) fn len(&self) -> usize {
        self.keys.len()
    }

    /// Where an entry begins.
    pub(crate) fn offset(&self, at: usize) -> u64 {
        self.keys[at] >> self.bits
    }

    /// Its position in the index.
    pub(crate) fn position(&self, rank: Rank) -> u32 {
        let position = self.keys[rank as usize] & ((1 << self.bits) - 1);
        // It was made of a position in a list of 32 bits' length.
        u32::try_from(position).unwrap_or(u32::MAX)
    }

    /// Position in the index → rank.
    pub(crate) fn ranks(&self) -> Vec<Rank> {
        let mut ranks = vec![0; self.len()];
        for rank in (0..).take(self.len()) {
            ranks[self.position(rank) as usize] = rank;
        }
        ranks
    }

    /// The entry that begins at `offset`, before the one at `at`; looked for from there in growing steps: bases are near.
    pub(crate) fn find_before(&self, at: usize, offset: u64) -> Option<Rank> {
        let before = &self.keys[..at];
        let begin = |key: &u64| key >> self.bits;
        let mut step = 1;
        while let Some(at) = before.len().checked_sub(step)
            && begin(&before[at]) > offset
        {
            step *= 2;
        }
        let low = before.len().saturating_sub(step);
        let high = before.len() - step / 2;
        let found = before[low..high].binary_search_by_key(&offset, begin);
        Rank::try_from(low + found.ok()?).ok()
    }
}

#[cfg(test)]
mod tests {
    use super::Order;

    #[test]
    fn every_offset_is_found_and_no_other() {
        for count in 0..40 {
            let offsets: Vec<u64> = (0..count).map(|n| 12 + n * 10).collect();
            let order = Order::of(offsets.iter().copied()).unwrap();
            for offset in 0..430 {
                let expected = offsets.iter().position(|have| *have == offset);
                let found = order.find_before(order.len(), offset);
                assert_eq!(found.map(|at| at as usize), expected, "{count} {offset}");
            }
        }
    }

    #[test]
    fn entries_are_in_order_and_know_their_positions() {
        let offsets = [40, 12, 1 << 45, 30];
        let order = Order::of(offsets.into_iter()).unwrap();
        let positions: Vec<u32> = (0..4).map(|rank| order.position(rank)).collect();
        assert_eq!(positions, [1, 3, 0, 2]);
        assert_eq!(order.ranks(), [2, 0, 3, 1]);
        let sorted: Vec<u64> = (0..4).map(|at| order.offset(at)).collect();
        assert_eq!(sorted, [12, 30, 40, 1 << 45]);
    }

    #[test]
    fn offsets_that_are_the_same_or_too_large_are_errors() {
        assert!(Order::of([12, 30, 12].into_iter()).is_err());
        assert!(Order::of([12, 1 << 62].into_iter()).is_err());
        assert!(Order::of([12, 1 << 61].into_iter()).is_ok());
    }
}
