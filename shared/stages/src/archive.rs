//! The zip archive of a bare repository: stored, not compressed (packs are), the same bytes for the same repository, with
//! everything below one folder `cleaned_repo.git/`.

use std::fs::{self, File};
use std::io::{self, BufReader, BufWriter, Read, Write};
use std::path::{Path, PathBuf};

use domain::Watch;
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, DateTime, ZipArchive, ZipWriter};

use crate::error::StageError;

/// The folder inside the archive.
pub(crate) const FOLDER: &str = "cleaned_repo.git";

/// How much is copied between two looks at the watch.
const STEP: usize = 1 << 20;

/// Writes the repository at `folder` to the new archive `file`.
pub(crate) fn pack(folder: &Path, file: &Path, watch: &dyn Watch) -> Result<(), StageError> {
    let mut archive = ZipWriter::new(BufWriter::with_capacity(STEP, File::create(file)?));
    add(&mut archive, folder, FOLDER, watch)?;
    archive.finish().map_err(io::Error::from)?.flush()?;
    Ok(())
}

/// Adds a folder and what is below it, in order of name. Empty folders too: Git wants `refs/`.
fn add<W: Write + io::Seek>(
    archive: &mut ZipWriter<W>,
    folder: &Path,
    name: &str,
    watch: &dyn Watch,
) -> Result<(), StageError> {
    let options = SimpleFileOptions::default()
        .compression_method(CompressionMethod::Stored)
        .last_modified_time(DateTime::default());
    archive
        .add_directory(name, options)
        .map_err(io::Error::from)?;
    let mut entries: Vec<_> = fs::read_dir(folder)?.collect::<Result<_, _>>()?;
    entries.sort_by_key(fs::DirEntry::file_name);
    for entry in entries {
        let below = format!("{name}/{}", entry.file_name().to_string_lossy());
        if entry.file_type()?.is_dir() {
            add(archive, &entry.path(), &below, watch)?;
        } else {
            let options = options.large_file(entry.metadata()?.len() >= u64::from(u32::MAX));
            archive
                .start_file(below, options)
                .map_err(io::Error::from)?;
            copy(File::open(entry.path())?, archive, watch)?;
        }
    }
    Ok(())
}

/// Unpacks an archive below `folder`, which is made; gives the repository's folder.
pub(crate) fn unpack(file: &Path, folder: &Path, watch: &dyn Watch) -> Result<PathBuf, StageError> {
    let mut archive =
        ZipArchive::new(BufReader::new(File::open(file)?)).map_err(io::Error::from)?;
    for number in 0..archive.len() {
        let entry = archive.by_index(number).map_err(io::Error::from)?;
        let name = entry
            .enclosed_name()
            .ok_or_else(|| io::Error::other("a name in the archive leads out of it"))?;
        let path = folder.join(name);
        if entry.is_dir() {
            fs::create_dir_all(&path)?;
        } else {
            copy(entry, &mut File::create(&path)?, watch)?;
        }
    }
    Ok(folder.join(FOLDER))
}

/// Copies until the end, or until it should stop.
fn copy(mut from: impl Read, to: &mut impl Write, watch: &dyn Watch) -> Result<(), StageError> {
    let mut buffer = vec![0; STEP];
    loop {
        if let Some(stop) = watch.stop() {
            return Err(stop.into());
        }
        match from.read(&mut buffer)? {
            0 => return Ok(()),
            count => to.write_all(&buffer[..count])?,
        }
    }
}

#[cfg(test)]
mod tests {
    use domain::Unwatched;
    use git::Repository;
    use testkit::stock;

    /// A bare repository in one pack, with branches, an annotated tag and a symbolic ref.
    fn repository(folder: &std::path::Path, format: &str) {
        std::fs::create_dir_all(folder).unwrap();
        stock::git(
            folder,
            &[
                "init",
                "-q",
                "--bare",
                "-b",
                "main",
                "--object-format",
                format,
                ".",
            ],
        );
        let tree = stock::feed(folder, &["mktree"], b"");
        let commit = stock::feed(folder, &["commit-tree", tree.trim()], b"Begin");
        for name in ["refs/heads/main", "refs/heads/other"] {
            stock::git(folder, &["update-ref", name, commit.trim()]);
        }
        stock::git(folder, &["tag", "-a", "-m", "first", "v1", "main"]);
        stock::git(
            folder,
            &[
                "symbolic-ref",
                "refs/remotes/origin/HEAD",
                "refs/heads/main",
            ],
        );
        stock::git(folder, &["repack", "-a", "-d", "-q"]);
    }

    #[test]
    fn git_takes_bundle_and_archive_for_what_they_were_made_of() {
        for format in ["sha1", "sha256"] {
            let scratch = tempfile::tempdir().unwrap();
            let at = |name: &str| scratch.path().join(name);
            let (source, bundle, clone) = (at("source.git"), at("x.bundle"), at("clone.git"));
            repository(&source, format);
            let repo = Repository::open(&source).unwrap();
            git::bundle::write(&repo, &bundle, &Unwatched).unwrap();
            let name = bundle.to_str().unwrap();
            stock::git(&source, &["bundle", "verify", "-q", name]);
            stock::git(
                scratch.path(),
                &["clone", "-q", "--mirror", name, "clone.git"],
            );
            super::pack(&source, &at("x.zip"), &Unwatched).unwrap();
            let unpacked = super::unpack(&at("x.zip"), &at("unpacked"), &Unwatched).unwrap();
            for copy in [clone, unpacked] {
                stock::fsck(&copy).unwrap();
                let all = ["for-each-ref"];
                assert_eq!(
                    stock::git(&copy, &all),
                    stock::git(&source, &all),
                    "{format}"
                );
                let head = stock::git(&copy, &["symbolic-ref", "HEAD"]);
                assert_eq!(head, "refs/heads/main\n");
            }
            let again = at("again.zip");
            super::pack(&source, &again, &Unwatched).unwrap();
            let bytes = |path| std::fs::read(path).unwrap();
            assert_eq!(
                bytes(at("x.zip")),
                bytes(again),
                "the same repository, the same archive"
            );
        }
    }
}
