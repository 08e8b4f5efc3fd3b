//! Which objects of the result are stored as the source stores them, byte for byte, down to what they are differences from.

use git::{Base, ObjectNo, Pack, Rank, Repository};

/// Bytes that are compared between two times that memory is given back.
const STEP: usize = 16 << 20;

/// By number in the result: the same object of the source, if both are stored alike.
pub(super) fn copied(source: &Repository, result: &Repository) -> Vec<Option<ObjectNo>> {
    let mut all = vec![None; result.object_count() as usize];
    for (number, pack) in result.packs().iter().enumerate() {
        let mut alike = Alike {
            source,
            pack,
            known: vec![Answer::Open; pack.len()],
            compared: 0,
        };
        for rank in 0..Rank::try_from(pack.len()).unwrap_or(Rank::MAX) {
            let object = result.table().number(number, rank);
            if result.table().home(object) == Some((number, rank)) {
                // Both sides lie in one order: what was compared is not needed again soon.
                if alike.compared > STEP {
                    source.packs().iter().chain([pack]).for_each(Pack::release);
                    alike.compared = 0;
                }
                all[object as usize] = match alike.ask(rank) {
                    Answer::Of(same) => Some(same),
                    Answer::Open | Answer::Not => None,
                };
            }
        }
    }
    all
}

/// One pack of the result, held against the source.
struct Alike<'a> {
    source: &'a Repository,
    pack: &'a Pack,
    /// By rank.
    known: Vec<Answer>,
    /// Bytes, since memory was given back.
    compared: usize,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Answer {
    /// Not asked for yet.
    Open,
    /// Stored in another way, or not there.
    Not,
    /// A copy of this object of the source.
    Of(ObjectNo),
}

impl Alike<'_> {
    /// The object of the source that this entry is a copy of.
    fn ask(&mut self, rank: Rank) -> Answer {
        let mut chain = vec![rank];
        // From the first entry of the chain that is known, or needs no other, back to the one that is asked for.
        while let Some(base) = self.pack.base(chain[chain.len() - 1]) {
            if self.known[base as usize] != Answer::Open {
                break;
            }
            chain.push(base);
        }
        for rank in chain.into_iter().rev() {
            self.known[rank as usize] = self.compare(rank).map_or(Answer::Not, Answer::Of);
        }
        self.known[rank as usize]
    }

    /// Compares an entry; what it is a difference from is known.
    fn compare(&mut self, rank: Rank) -> Option<ObjectNo> {
        let object = self.source.table().find(&self.pack.id(rank))?;
        let (number, there) = self.source.table().home(object)?;
        let pack = &self.source.packs()[number];
        let ((new_base, new_size, new), (old_base, old_size, old)) =
            (self.pack.stored(rank), pack.stored(there));
        self.compared += new.len();
        let has_same_base = match (self.pack.base(rank), pack.base(there)) {
            (Some(new), Some(old)) => {
                let base = self.source.table().number(number, old);
                self.known[new as usize] == Answer::Of(base)
            }
            (None, None) => match (new_base, old_base) {
                (Base::None(new), Base::None(old)) => new == old,
                _ => false,
            },
            _ => false,
        };
        (has_same_base && new_size == old_size && new == old).then_some(object)
    }
}
