//! The fetched repository between the stages: in the bucket, below the name of the attempt that fetched it.
//!
//! Attempts never touch each other's files, and `HEAD` comes last: an attempt with a `HEAD` is whole. What the scan read it
//! names in the values document, so that the clean stage reads the same, whatever was fetched since.

use std::path::{Path, PathBuf};

use domain::ports::BlobStore;
use domain::{JobId, keys};

use crate::error::StageError;

/// What a person calls it.
const WHAT: &str = "The fetched history";

/// Stores the repository at `folder` as a new attempt.
pub(crate) async fn store(
    blobs: &dyn BlobStore,
    job: &JobId,
    folder: &Path,
) -> Result<(), StageError> {
    let prefix = format!("{}{}/", keys::source_prefix(job), uuid::Uuid::now_v7());
    let mut files = files_below(folder)?;
    files.sort_by_key(|name| name == "HEAD");
    for name in files {
        blobs
            .put_file(&format!("{prefix}{name}"), &folder.join(name))
            .await?;
    }
    Ok(())
}

/// The newest whole attempt.
pub(crate) async fn newest(blobs: &dyn BlobStore, job: &JobId) -> Result<String, StageError> {
    let prefix = keys::source_prefix(job);
    let keys = blobs.list(&prefix).await?;
    let whole = keys
        .iter()
        .filter_map(|key| key.strip_prefix(&prefix)?.strip_suffix("/HEAD"));
    let newest = whole.filter(|name| !name.contains('/')).max();
    newest
        .map(str::to_owned)
        .ok_or(StageError::Missing { what: WHAT })
}

/// Writes an attempt's repository to `folder`, which is made.
pub(crate) async fn load(
    blobs: &dyn BlobStore,
    job: &JobId,
    attempt: &str,
    folder: &Path,
) -> Result<(), StageError> {
    let prefix = format!("{}{attempt}/", keys::source_prefix(job));
    let keys = blobs.list(&prefix).await?;
    if !keys.iter().any(|key| key.ends_with("/HEAD")) {
        return Err(StageError::Missing { what: WHAT });
    }
    for key in keys {
        let name = key.strip_prefix(&prefix).unwrap_or_default();
        let file = folder.join(name);
        if let Some(above) = file.parent() {
            std::fs::create_dir_all(above)?;
        }
        blobs
            .get_file(&key, &file)
            .await
            .map_err(StageError::missing(WHAT))?;
    }
    Ok(())
}

/// The files below `folder`, with `/` between their parts.
fn files_below(folder: &Path) -> std::io::Result<Vec<String>> {
    let (mut files, mut open) = (Vec::new(), vec![PathBuf::new()]);
    while let Some(at) = open.pop() {
        for entry in std::fs::read_dir(folder.join(&at))? {
            let entry = entry?;
            let name = at.join(entry.file_name());
            if entry.file_type()?.is_dir() {
                open.push(name);
            } else {
                files.push(name.to_string_lossy().into_owned());
            }
        }
    }
    files.sort_unstable();
    Ok(files)
}
