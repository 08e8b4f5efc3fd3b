//! Reads objects that are mostly built on one another, as the trees of neighbouring commits are.

use std::rc::Rc;

use crate::pack::Bases;
use crate::{GitError, Inflater, Kind, ObjectNo, Repository};

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

    /// Where it reads.
    pub fn repo(&self) -> &'r Repository {
        self.repo
    }

    /// What an object is, and its content, as [`Repository::read`] gives them.
    pub fn read(&mut self, no: ObjectNo) -> Result<(Kind, Rc<Vec<u8>>), GitError> {
        let Some((pack, rank)) = self.repo.table().home(no) else {
            let object = self.repo.read(no, self.limit)?;
            return Ok((object.kind, Rc::new(object.data)));
        };
        let (bases, pack) = (&mut self.bases[pack], &self.repo.packs()[pack]);
        pack.read_from(rank, self.limit, bases, &mut self.inflater)
    }
}
