//! The delta trees of a pack, or of a few of its entries.

use super::Rank;
use super::forest::Forest;

/// What it takes to decode some entries.
pub(crate) enum Grove<'a> {
    /// Everything.
    All(&'a Forest),
    /// The entries of `ranks` (ascending), numbered in this order.
    Part { forest: Forest, ranks: Vec<Rank> },
}

impl Grove<'_> {
    pub(crate) fn forest(&self) -> &Forest {
        match self {
            Self::All(forest) => forest,
            Self::Part { forest, .. } => forest,
        }
    }

    /// The entry of the pack that has this number.
    pub(crate) fn rank(&self, number: u32) -> Rank {
        match self {
            Self::All(_) => number,
            Self::Part { ranks, .. } => ranks[number as usize],
        }
    }

    /// The number of an entry that was asked for.
    pub(crate) fn number(&self, rank: Rank) -> Option<usize> {
        match self {
            Self::All(_) => Some(rank as usize),
            Self::Part { ranks, .. } => ranks.binary_search(&rank).ok(),
        }
    }
}
