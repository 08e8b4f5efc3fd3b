//! Bundles: every object and every ref of a repository in one file, which stock `git` can clone from (gitformat-bundle).

use std::fmt::Write as _;
use std::fs::File;
use std::io::{self, BufRead as _, BufReader, BufWriter, Read, Seek as _, SeekFrom, Write as _};
use std::path::Path;

use domain::Watch;

use crate::pack::stream::PackStream;
use crate::{GitError, HashKind, Head, ObjectNo, Repository};

const PHASE: &str = "writing the bundle";

/// So much is copied between two looks at the watch.
const STEP: u64 = 16 << 20;

/// Writes every object of `repo`, whether a ref leads to it or not, and every ref to the new file at `path`. Says whether its pack
/// is the repository's one pack, byte for byte.
pub fn write(repo: &Repository, path: &Path, watch: &dyn Watch) -> Result<bool, GitError> {
    let io = || GitError::io(path);
    let file = File::create_new(path).map_err(io())?;
    let mut out = BufWriter::with_capacity(1 << 20, file);
    out.write_all(header(repo).as_bytes()).map_err(io())?;
    let one = match repo.packs() {
        [pack] if pack.len() == repo.object_count() as usize => Some(pack),
        _ => None,
    };
    if let Some(pack) = one {
        out.flush().map_err(io())?;
        let source = File::open(pack.path()).map_err(GitError::io(pack.path()))?;
        // Between two files, the operating system copies.
        copy(source, out.get_mut(), path, pack.bytes(), watch)?;
    } else {
        let all: Vec<ObjectNo> = (0..repo.object_count()).collect();
        let bytes = repo.packs().iter().map(crate::Pack::bytes).sum();
        let mut pack = PackStream::new(repo, all)?;
        let copied = copy(&mut pack, &mut out, path, bytes, watch);
        if let Some(error) = pack.failure() {
            return Err(error);
        }
        copied?;
    }
    out.flush().map_err(io())?;
    out.get_ref().sync_all().map_err(io())?;
    Ok(one.is_some())
}

/// Copies the pack out of the bundle at `path` to the new file at `pack`.
pub fn extract(path: &Path, pack: &Path, watch: &dyn Watch) -> Result<(), GitError> {
    let mut source = BufReader::new(File::open(path).map_err(GitError::io(path))?);
    let mut line = Vec::new();
    let mut start = 0;
    loop {
        line.clear();
        let length = source
            .read_until(b'\n', &mut line)
            .map_err(GitError::io(path))?;
        start += length as u64;
        let is_first = start == length as u64;
        match line.as_slice() {
            b"\n" => break,
            first
                if is_first
                    && !(first.starts_with(b"# v") && first.ends_with(b" git bundle\n")) =>
            {
                return Err(GitError::corrupt(
                    path.display().to_string(),
                    "it is not a bundle",
                ));
            }
            [.., b'\n'] => {}
            _ => {
                return Err(GitError::corrupt(
                    path.display().to_string(),
                    "it is cut off",
                ));
            }
        }
    }
    let mut source = source.into_inner();
    source
        .seek(SeekFrom::Start(start))
        .map_err(GitError::io(path))?;
    let bytes = source.metadata().map_err(GitError::io(path))?.len() - start;
    let mut out = File::create_new(pack).map_err(GitError::io(pack))?;
    copy(source, &mut out, pack, bytes, watch)?;
    out.sync_all().map_err(GitError::io(pack))
}

/// The lines before the pack. A ref whose object is not here names nothing that a bundle could hold.
fn header(repo: &Repository) -> String {
    let mut text = match repo.hash_kind() {
        HashKind::Sha1 => "# v2 git bundle\n".to_owned(),
        HashKind::Sha256 => "# v3 git bundle\n@object-format=sha256\n".to_owned(),
    };
    let head = repo.ref_store().head_target().map(|id| (id, "HEAD"));
    // A bundle cannot say which branch HEAD names; of those at its commit, `git clone` takes the last.
    let is_head = |name: &str| matches!(repo.head(), Head::Branch(branch) if branch == name);
    let (last, first): (Vec<_>, Vec<_>) = repo.refs().iter().partition(|one| is_head(&one.name));
    let refs = first.into_iter().chain(last);
    let refs = refs.map(|one| (one.target, one.name.as_str()));
    for (id, name) in head.into_iter().chain(refs) {
        if repo.table().find(&id).is_some() {
            let _ = writeln!(text, "{id} {name}");
        }
    }
    text.push('\n');
    text
}

/// Copies `source` to its end; `bytes` is what it may have.
fn copy(
    mut source: impl Read,
    out: &mut impl io::Write,
    path: &Path,
    bytes: u64,
    watch: &dyn Watch,
) -> Result<(), GitError> {
    let mut done = 0;
    loop {
        watch.progress(PHASE, done, bytes.max(done));
        if let Some(stop) = watch.stop() {
            return Err(stop.into());
        }
        match io::copy(&mut source.by_ref().take(STEP), out).map_err(GitError::io(path))? {
            0 => return Ok(()),
            copied => done += copied,
        }
    }
}
