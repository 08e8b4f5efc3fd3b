//! The document of full values: written by the scan stage, read by the clean stage, deleted when the history is clean. The
//! only place where a value is stored.

use std::collections::BTreeMap;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use domain::ports::{BlobStore, PortError};
use domain::{FindingId, JobId, Secret, keys};
use serde::{Deserialize, Serialize};
use zeroize::{Zeroize, Zeroizing};

use crate::error::StageError;

/// What a person calls it.
const WHAT: &str = "What the scan found";

/// The values, and the fetched repository that they were found in.
#[derive(Serialize, Deserialize)]
pub(crate) struct Values {
    /// The attempt of the fetch stage that was scanned.
    pub(crate) source: String,
    /// The values in base64.
    values: BTreeMap<FindingId, String>,
}

impl Values {
    pub(crate) fn new(source: String, values: &BTreeMap<FindingId, Secret<Vec<u8>>>) -> Self {
        let encode = |(id, value): (&FindingId, &Secret<Vec<u8>>)| {
            (id.clone(), BASE64_STANDARD.encode(value.expose()))
        };
        Self {
            source,
            values: values.iter().map(encode).collect(),
        }
    }

    /// One value.
    pub(crate) fn get(&self, id: &FindingId) -> Result<Secret<Vec<u8>>, StageError> {
        let text = self.values.get(id);
        let value = text.and_then(|text| BASE64_STANDARD.decode(text.as_bytes()).ok());
        value
            .map(Secret::new)
            .ok_or(StageError::Missing { what: WHAT })
    }

    pub(crate) async fn store(&self, blobs: &dyn BlobStore, job: &JobId) -> Result<(), PortError> {
        // What serde would say could quote a value.
        let bytes = serde_json::to_vec(self)
            .map_err(|_| PortError::unavailable("values cannot be written as JSON"))?;
        blobs
            .put(&keys::values(job), bytes, "application/json")
            .await
    }

    pub(crate) async fn load(blobs: &dyn BlobStore, job: &JobId) -> Result<Self, StageError> {
        let bytes = blobs
            .get(&keys::values(job))
            .await
            .map_err(StageError::missing(WHAT))?;
        let bytes = Zeroizing::new(bytes);
        serde_json::from_slice(&bytes).map_err(|_| StageError::Missing { what: WHAT })
    }
}

impl Drop for Values {
    fn drop(&mut self) {
        self.values.values_mut().for_each(Zeroize::zeroize);
    }
}
