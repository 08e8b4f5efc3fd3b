//! The document of full values: written by the scan stage, read by the clean stage, deleted when the history is clean. The
//! only place where a value is stored.

use std::collections::BTreeMap;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use domain::ports::{BlobStore, PortError};
use domain::{Finding, FindingId, JobId, Secret, keys};
use git::ObjectId;
use rewrite::Rotation;
use scan::{RuleSet, ScanReport, Spellings};
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
    /// The values, each as often as it is indented in another way.
    #[serde(rename = "values")]
    in_base64: BTreeMap<FindingId, Vec<String>>,
    /// The archives in which a value was seen as well.
    #[serde(default)]
    archives: BTreeMap<FindingId, Vec<String>>,
    /// What each is.
    #[serde(default)]
    about: BTreeMap<FindingId, About>,
}

/// What is said of a finding in the checklist.
#[derive(Serialize, Deserialize)]
struct About {
    rule: String,
    name: String,
}

impl Values {
    pub(crate) fn new(source: String, report: &ScanReport) -> Self {
        let encode = |(id, spellings): (&FindingId, &Spellings)| {
            let texts = spellings
                .all()
                .map(|value| BASE64_STANDARD.encode(value.expose()));
            (id.clone(), texts.collect())
        };
        let packed = |finding: &Finding| {
            let places = finding.occurrences.iter();
            let archives = places.filter(|place| place.in_archive);
            let archives: Vec<_> = archives.map(|place| place.object_id.clone()).collect();
            (!archives.is_empty()).then(|| (finding.id.clone(), archives))
        };
        let about = |finding: &Finding| {
            let (rule, name) = (finding.rule.clone(), finding.secret_name.clone());
            (finding.id.clone(), About { rule, name })
        };
        Self {
            about: report.findings.iter().map(about).collect(),
            source,
            in_base64: report.values.iter().map(encode).collect(),
            archives: report.findings.iter().filter_map(packed).collect(),
        }
    }

    /// The archives in which it was seen.
    pub(crate) fn archives(&self, id: &FindingId) -> impl Iterator<Item = ObjectId> {
        let ids = self.archives.get(id).into_iter().flatten();
        ids.filter_map(|id| ObjectId::from_hex(id.as_bytes()))
    }

    /// What it is, and where it is revoked.
    pub(crate) fn rotation(&self, id: &FindingId, rules: &RuleSet) -> Rotation {
        let about = self.about.get(id);
        let page = about.and_then(|about| rules.remediation_of(&about.rule));
        Rotation {
            name: about.map_or_else(|| "A secret".to_owned(), |about| about.name.clone()),
            id: id.to_string(),
            page: page.map(str::to_owned),
        }
    }

    /// One value, in all the ways in which it is indented.
    pub(crate) fn get(&self, id: &FindingId) -> Result<Vec<Secret<Vec<u8>>>, StageError> {
        let missing = || StageError::Missing { what: WHAT };
        let texts = self.in_base64.get(id).ok_or_else(missing)?;
        let decode = |text: &String| {
            let value = BASE64_STANDARD.decode(text.as_bytes());
            value.map(Secret::new).map_err(|_| missing())
        };
        texts.iter().map(decode).collect()
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
        self.in_base64
            .values_mut()
            .flatten()
            .for_each(Zeroize::zeroize);
    }
}
