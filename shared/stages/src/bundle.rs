//! A Git bundle: a header that lists the refs, and the repository's pack as it is. `git clone` takes it like an address.
//!
//! Format: gitformat-bundle(5), version 2, or 3 where the header must name the hash function.

use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::Path;

use domain::Watch;
use git::{GitError, HashKind, Head, Repository};

use crate::archive::copy;
use crate::error::StageError;

/// Writes all of `repo` to the new file. The repository must be in one pack; a rewritten one is.
pub(crate) fn write(repo: &Repository, file: &Path, watch: &dyn Watch) -> Result<(), StageError> {
    let [pack] = repo.packs() else {
        return Err(StageError::Stored(GitError::Unsupported {
            feature: format!("{} packs", repo.packs().len()),
            remedy: "a bundle is made of exactly one",
        }));
    };
    let mut out = BufWriter::new(File::create(file)?);
    out.write_all(header(repo).as_bytes())?;
    copy(File::open(pack.path())?, &mut out, watch)?;
    Ok(out.flush()?)
}

fn header(repo: &Repository) -> String {
    let mut text = match repo.hash_kind() {
        HashKind::Sha1 => "# v2 git bundle\n".to_owned(),
        HashKind::Sha256 => "# v3 git bundle\n@object-format=sha256\n".to_owned(),
    };
    let head = repo.ref_store().head_target();
    let head = head.map(|head| format!("{head} HEAD\n"));
    // A bundle cannot say which branch HEAD names; of those at its commit, `git clone` takes the last.
    let is_head = |name: &str| matches!(repo.head(), Head::Branch(branch) if branch == name);
    let (last, first): (Vec<_>, Vec<_>) = repo.refs().iter().partition(|r| is_head(&r.name));
    let refs = first.into_iter().chain(last);
    let refs = refs.map(|reference| format!("{} {}\n", reference.target, reference.name));
    text.extend(head.into_iter().chain(refs));
    text + "\n"
}

#[cfg(test)]
mod tests {
    use domain::Unwatched;
    use git::Repository;
    use testkit::stock;

    use crate::archive;

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
            super::write(&repo, &bundle, &Unwatched).unwrap();
            let name = bundle.to_str().unwrap();
            stock::git(&source, &["bundle", "verify", "-q", name]);
            stock::git(
                scratch.path(),
                &["clone", "-q", "--mirror", name, "clone.git"],
            );
            archive::pack(&source, &at("x.zip"), &Unwatched).unwrap();
            let unpacked = archive::unpack(&at("x.zip"), &at("unpacked"), &Unwatched).unwrap();
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
            archive::pack(&source, &again, &Unwatched).unwrap();
            let bytes = |path| std::fs::read(path).unwrap();
            assert_eq!(
                bytes(at("x.zip")),
                bytes(again),
                "the same repository, the same archive"
            );
        }
    }
}
