//! A record as bytes: a line that names the form, a seal, the record. Whoever could change a record could hide something from a
//! scan, so one that is not as it was written is refused.

use domain::WorkspaceKey;

use super::Record;

/// Changes with the form, and with what the engine looks at.
const FORM: &[u8] = b"deployguard record 1\n";
const SEAL: usize = 32;

/// Why bytes are no record.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RecordError {
    /// They are something else, or of another version of this program.
    #[error("it is not a record of this version")]
    Unknown,
    /// They were changed, or written in another workspace.
    #[error("it was changed, or made in another workspace or with another key")]
    Seal,
    /// It contradicts itself.
    #[error("it contradicts itself")]
    Contradiction,
}

impl Record {
    /// The record as bytes, sealed with the workspace's key.
    pub fn to_bytes(&self, key: &WorkspaceKey) -> Vec<u8> {
        // Nothing in a record is of a kind that cannot be written.
        let body = postcard::to_stdvec(self).unwrap_or_default();
        [FORM, &key.seal(&body), &body].concat()
    }

    /// Reads what [`Record::to_bytes`] wrote.
    pub fn from_bytes(bytes: &[u8], key: &WorkspaceKey) -> Result<Self, RecordError> {
        let rest = bytes.strip_prefix(FORM).ok_or(RecordError::Unknown)?;
        let (seal, body) = rest.split_at_checked(SEAL).ok_or(RecordError::Seal)?;
        if seal != key.seal(body) {
            return Err(RecordError::Seal);
        }
        let record: Self = postcard::from_bytes(body).map_err(|_| RecordError::Contradiction)?;
        if record.is_consistent() {
            Ok(record)
        } else {
            Err(RecordError::Contradiction)
        }
    }

    /// Whether everything that is named is there. (With the public key, anybody can seal.)
    fn is_consistent(&self) -> bool {
        let objects = self.searched.len();
        let is_object = |number: &u32| (*number as usize) < objects;
        let commits = self.commits.iter().all(|(object, tree, parents, _)| {
            is_object(object) && tree.iter().all(is_object) && parents.iter().all(is_object)
        });
        let edges = self.edges.iter().all(|(parent, child, name)| {
            is_object(parent) && is_object(child) && (*name as usize) < self.names.len()
        });
        let ids = [20, 32]
            .iter()
            .any(|length| self.ids.len() == objects * length);
        commits && edges && ids
    }
}
