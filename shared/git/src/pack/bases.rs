//! Objects of one pack that others are built on, at hand.

use std::collections::HashMap;
use std::rc::Rc;

use super::Rank;

/// So many bytes are kept at hand.
const ROOM: usize = 8 << 20;

/// What was read lately.
pub(crate) struct Bases {
    kept: HashMap<Rank, Rc<Vec<u8>>>,
    bytes: usize,
    room: usize,
}

impl Default for Bases {
    fn default() -> Self {
        Self::with_room(ROOM)
    }
}

impl Bases {
    fn with_room(room: usize) -> Self {
        Self {
            kept: HashMap::new(),
            bytes: 0,
            room,
        }
    }

    /// For one object alone: nothing is kept.
    pub(super) fn nothing() -> Self {
        Self::with_room(0)
    }

    /// An object, if it is at hand.
    pub(super) fn get(&self, rank: Rank) -> Option<Rc<Vec<u8>>> {
        self.kept.get(&rank).cloned()
    }

    /// Keeps an object at hand, unless it is large.
    pub(super) fn keep(&mut self, rank: Rank, data: &Rc<Vec<u8>>) {
        if data.len() > self.room / 8 || self.room == 0 {
            return;
        }
        self.bytes += data.len();
        if self.bytes > self.room {
            self.kept.clear();
            self.bytes = data.len();
        }
        self.kept.insert(rank, Rc::clone(data));
    }
}

#[cfg(test)]
mod tests {
    use std::rc::Rc;

    use super::Bases;

    #[test]
    fn what_is_at_hand_is_what_was_kept_and_not_too_much() {
        let mut bases = Bases::with_room(800);
        let data = |rank: u32| Rc::new(vec![rank.to_le_bytes()[0]; 40]);
        for rank in 0..100 {
            bases.keep(rank, &data(rank));
            assert_eq!(bases.get(rank), Some(data(rank)));
            let at_hand: Vec<_> = (0..=rank).filter_map(|rank| bases.get(rank)).collect();
            assert!(at_hand.iter().map(|data| data.len()).sum::<usize>() <= 800);
        }
        bases.keep(100, &Rc::new(vec![0; 101]));
        assert_eq!(bases.get(100), None, "large");
        let mut nothing = Bases::nothing();
        nothing.keep(0, &Rc::default());
        assert_eq!(nothing.get(0), None);
    }
}
