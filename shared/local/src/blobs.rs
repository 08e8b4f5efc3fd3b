//! Objects as files below one folder; a key's slashes are folders.

use std::io::ErrorKind;
use std::path::{Component, Path, PathBuf};
use std::time::Duration;

use async_trait::async_trait;
use domain::ports::{BlobStore, PortError};

/// What an object that is still being written is called. No key may end so.
const UNFINISHED: &str = ".unfinished";

/// A blob store in a folder.
#[derive(Clone, Debug)]
pub struct DirectoryBlobs {
    root: PathBuf,
}

impl DirectoryBlobs {
    /// Keeps objects below `root`, which is made when it is needed.
    pub fn new(root: impl Into<PathBuf>) -> Self {
        Self { root: root.into() }
    }

    /// Where a key lies. A key that would leave the folder is refused.
    fn path(&self, key: &str) -> Result<PathBuf, PortError> {
        let relative = Path::new(key);
        let plain = |part: Component<'_>| matches!(part, Component::Normal(_));
        let fits = !key.is_empty()
            && !key.ends_with('/')
            && !key.contains("//")
            && relative.components().all(plain);
        if fits && !key.ends_with(UNFINISHED) {
            Ok(self.root.join(relative))
        } else {
            Err(PortError::Denied)
        }
    }

    /// Writes beside the place and moves there, so that nobody reads half an object.
    async fn place<F>(&self, key: &str, write: impl FnOnce(PathBuf) -> F) -> Result<(), PortError>
    where
        F: Future<Output = std::io::Result<()>>,
    {
        let path = self.path(key)?;
        if let Some(folder) = path.parent() {
            tokio::fs::create_dir_all(folder).await.map_err(io)?;
        }
        let mut unfinished = path.clone().into_os_string();
        unfinished.push(UNFINISHED);
        write(unfinished.clone().into()).await.map_err(io)?;
        tokio::fs::rename(&unfinished, &path).await.map_err(io)
    }
}

#[async_trait]
impl BlobStore for DirectoryBlobs {
    async fn put_file(&self, key: &str, file: &Path) -> Result<(), PortError> {
        let copy = async |to: PathBuf| tokio::fs::copy(file, to).await.map(|_| ());
        self.place(key, copy).await
    }

    async fn get_file(&self, key: &str, file: &Path) -> Result<(), PortError> {
        let path = self.path(key)?;
        tokio::fs::copy(path, file).await.map_err(io)?;
        Ok(())
    }

    async fn put(&self, key: &str, bytes: Vec<u8>, _content_type: &str) -> Result<(), PortError> {
        self.place(key, |to| tokio::fs::write(to, bytes)).await
    }

    async fn get(&self, key: &str) -> Result<Vec<u8>, PortError> {
        tokio::fs::read(self.path(key)?).await.map_err(io)
    }

    async fn list(&self, prefix: &str) -> Result<Vec<String>, PortError> {
        let mut keys = Vec::new();
        walk(&self.root, "", prefix, &mut keys).map_err(io)?;
        keys.sort_unstable();
        Ok(keys)
    }

    async fn delete_prefix(&self, prefix: &str) -> Result<(), PortError> {
        for key in self.list(prefix).await? {
            let path = self.path(&key)?;
            match tokio::fs::remove_file(&path).await {
                Err(error) if error.kind() != ErrorKind::NotFound => return Err(io(error)),
                _ => {}
            }
            // Folders are not objects: an empty one goes, one that is not stays.
            let above = path.ancestors().skip(1);
            for folder in above.take_while(|folder| *folder != self.root) {
                if std::fs::remove_dir(folder).is_err() {
                    break;
                }
            }
        }
        Ok(())
    }

    async fn presign(
        &self,
        key: &str,
        _file_name: &str,
        _valid: Duration,
    ) -> Result<String, PortError> {
        let path = std::path::absolute(self.path(key)?).map_err(io)?;
        let url = url::Url::from_file_path(path).map_err(|()| PortError::Denied)?;
        Ok(url.into())
    }

    async fn ping(&self) -> Result<(), PortError> {
        tokio::fs::create_dir_all(&self.root).await.map_err(io)
    }
}

/// Collects the keys below `folder` that begin with `prefix`; `base` is the folder's own key.
fn walk(folder: &Path, base: &str, prefix: &str, keys: &mut Vec<String>) -> std::io::Result<()> {
    let entries = match std::fs::read_dir(folder) {
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(()),
        entries => entries?,
    };
    for entry in entries {
        let entry = entry?;
        let key = format!("{base}{}", entry.file_name().to_string_lossy());
        if entry.file_type()?.is_dir() {
            let below = format!("{key}/");
            // Only where one of the two begins with the other can there be a match.
            if below.starts_with(prefix) || prefix.starts_with(&below) {
                walk(&entry.path(), &below, prefix, keys)?;
            }
        } else if key.starts_with(prefix) && !key.ends_with(UNFINISHED) {
            keys.push(key);
        }
    }
    Ok(())
}

fn io(error: std::io::Error) -> PortError {
    match error.kind() {
        ErrorKind::NotFound => PortError::NotFound,
        ErrorKind::PermissionDenied => PortError::Denied,
        _ => PortError::unavailable(error),
    }
}

#[cfg(test)]
mod tests {
    use super::DirectoryBlobs;

    #[test]
    fn no_key_leaves_the_folder() {
        let blobs = DirectoryBlobs::new("/srv/blobs");
        for key in ["", "/etc/passwd", "../x", "a/../../x", "a/", "./a", "a//b"] {
            assert!(blobs.path(key).is_err(), "{key}");
        }
        assert!(blobs.path("a/b.zip").unwrap().ends_with("blobs/a/b.zip"));
    }
}
