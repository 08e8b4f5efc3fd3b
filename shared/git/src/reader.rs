//! Reads objects that are mostly built on one another, as the trees of neighbouring commits are.

use crate::pack::Bases;
use crate::{GitError, Inflater, Object, ObjectNo, Repository};

/// Reads one object after another; what these are built on stays at hand. One per thread.
pub struct Reader<'r> {
    repo: &'r Repository,
    /// Larger objects are errors.
    limit: u64,
    inflater: Inflater,
    /// For each pack.
    bases: Vec<Bases>,
}

impl<'r> Reader<'r> {
    /// Reads objects of up to `limit` bytes.
    pub fn new(repo: &'r Repository, limit: u64) -> Self {
        Self {
            repo,
            limit,
            inflater: Inflater::new(),
            bases: repo.packs().iter().map(|_| Bases::default()).collect(),
        }
    }

    /// An object, as [`Repository::read`] gives it.
    pub fn read(&mut self, no: ObjectNo) -> Result<Object, GitError> {
        let Some((pack, rank)) = self.repo.table().home(no) else {
            return self.repo.read(no, self.limit);
        };
        let (bases, pack) = (&mut self.bases[pack], &self.repo.packs()[pack]);
        let (kind, data) = pack.read_from(rank, self.limit, bases, &mut self.inflater)?;
        let data = data.to_vec();
        Ok(Object { kind, data })
    }
}
