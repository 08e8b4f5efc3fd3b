//! A pack of chosen objects, made while it is read: stored entries as they are, all else compressed on the way.

use std::io::{Error, Read};

use crate::pack::entry;
use crate::{Base, Deflater, GitError, Hasher, ObjectNo, Repository};

/// The pack as a stream.
///
/// A difference comes as it is stored if its base comes too; the base is named by id if it comes later.
/// Differences never lead in a circle: an object's home is the first pack that has it, so that every base is at home in the
/// same pack or in one before.
pub(crate) struct PackStream<'r> {
    repo: &'r Repository,
    objects: std::vec::IntoIter<ObjectNo>,
    is_included: Vec<bool>,
    /// Where each object begins; 0 until it has come.
    places: Vec<u64>,
    position: u64,
    hasher: Hasher,
    deflater: Deflater,
    buffer: Vec<u8>,
    at: usize,
    is_finished: bool,
    failure: Option<GitError>,
}

impl<'r> PackStream<'r> {
    pub(crate) fn new(repo: &'r Repository, mut objects: Vec<ObjectNo>) -> Result<Self, GitError> {
        let mut is_included = vec![false; repo.object_count() as usize];
        objects
            .iter()
            .for_each(|no| is_included[*no as usize] = true);
        // In the order of the packs, where what belongs together is close together.
        objects.sort_unstable_by_key(|no| repo.table().home(*no).unwrap_or((usize::MAX, *no)));
        let count = u32::try_from(objects.len())
            .map_err(|_| GitError::corrupt("the new pack", "it has too many objects"))?;
        let mut body = Self {
            repo,
            objects: objects.into_iter(),
            places: vec![0; is_included.len()],
            is_included,
            position: 12,
            hasher: Hasher::new(repo.hash_kind()),
            deflater: Deflater::new(),
            buffer: [b"PACK\0\0\0\x02", &count.to_be_bytes()[..]].concat(),
            at: 0,
            is_finished: false,
            failure: None,
        };
        body.hasher.update(&body.buffer);
        Ok(body)
    }

    /// Why reading failed, if it did.
    pub(crate) fn failure(&mut self) -> Option<GitError> {
        self.failure.take()
    }

    /// Puts the next piece into the buffer; false at the end.
    fn advance(&mut self) -> Result<bool, GitError> {
        if self.is_finished {
            return Ok(false);
        }
        self.buffer.clear();
        self.at = 0;
        if let Some(no) = self.objects.next() {
            self.put(no)?;
            self.places[no as usize] = self.position;
            self.position += self.buffer.len() as u64;
            self.hasher.update(&self.buffer);
        } else {
            let checksum = self.hasher.clone().finish();
            self.buffer.extend_from_slice(checksum.as_bytes());
            self.is_finished = true;
        }
        Ok(true)
    }

    fn put(&mut self, no: ObjectNo) -> Result<(), GitError> {
        if let Some((number, rank)) = self.repo.table().home(no) {
            let pack = &self.repo.packs()[number];
            let (base, size, payload) = pack.stored(rank);
            let base = match pack.base(rank) {
                None => Some(base),
                Some(base) => {
                    let no = self.repo.table().number(number, base);
                    match self.places[no as usize] {
                        0 => self.is_included[no as usize].then(|| Base::Id(pack.id(base))),
                        place => Some(Base::Offset(self.position - place)),
                    }
                }
            };
            if let Some(base) = base {
                entry::write(base, size, &mut self.buffer);
                self.buffer.extend_from_slice(payload);
                return Ok(());
            }
        }
        let object = self.repo.read(no, u64::MAX)?;
        let (base, size) = (Base::None(object.kind), object.data.len() as u64);
        entry::write(base, size, &mut self.buffer);
        let payload = self.deflater.deflate(&object.data);
        self.buffer.extend_from_slice(&payload);
        Ok(())
    }
}

impl Read for PackStream<'_> {
    fn read(&mut self, out: &mut [u8]) -> std::io::Result<usize> {
        while self.at == self.buffer.len() {
            match self.advance() {
                Ok(true) => {}
                Ok(false) => return Ok(0),
                Err(error) => {
                    let text = error.to_string();
                    self.failure = Some(error);
                    return Err(Error::other(text));
                }
            }
        }
        let count = (self.buffer.len() - self.at).min(out.len());
        out[..count].copy_from_slice(&self.buffer[self.at..self.at + count]);
        self.at += count;
        Ok(count)
    }
}
