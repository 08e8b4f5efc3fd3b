//! Writes seeds for the fuzz targets into a folder: what stock git makes of small random histories, one folder for each target.

#![allow(clippy::unwrap_used)] // a tool for developers: what fails, fails loudly

use std::fs;
use std::path::{Path, PathBuf};

use domain::Unwatched;
use git::{FamilyVisitor, Kind, Repository, Visit, WalkFailure, WalkOptions};
use testkit::random::Random;
use testkit::stock::{command, git};

/// Longer inputs teach a fuzzer little that shorter ones do not.
const LONGEST: usize = 16 << 10;

/// So many for a target from each history.
const MOST: usize = 60;

fn main() {
    let corpus = PathBuf::from(std::env::args().nth(1).expect("the folder"));
    for seed in 0..6 {
        let folder = tempfile::tempdir().unwrap();
        let object_format = if seed % 3 == 2 { "sha256" } else { "sha1" };
        let random = Random {
            seed,
            commits: 2 + 3 * u32::try_from(seed).unwrap(),
            words: &["word".to_owned()],
            object_format,
        };
        random.make(folder.path());
        let put = |target: &str, number: usize, bytes: &[u8]| {
            if bytes.len() <= LONGEST && number < MOST {
                fs::create_dir_all(corpus.join(target)).unwrap();
                fs::write(
                    corpus.join(target).join(format!("seed-{seed}-{number}")),
                    bytes,
                )
                .unwrap();
            }
        };
        loose(folder.path(), &put);
        git(folder.path(), &["repack", "-q", "-a", "-d", "-f"]);
        packed(folder.path(), &put);
        staged(folder.path(), &put);
        told(folder.path(), &put);
    }
}

/// A few objects as files.
fn loose(repo: &Path, put: &dyn Fn(&str, usize, &[u8])) {
    let inputs = [b"blob 5\0hello".to_vec(), b"tree 0\0".to_vec()];
    inputs
        .iter()
        .enumerate()
        .for_each(|(number, input)| put("loose", number, input));
    for (number, folder) in fs::read_dir(repo.join("objects")).unwrap().enumerate() {
        let folder = folder.unwrap();
        if folder.file_name().len() == 2 {
            let file = fs::read_dir(folder.path())
                .unwrap()
                .next()
                .unwrap()
                .unwrap();
            put("loose", 2 + number, &fs::read(file.path()).unwrap());
        }
    }
}

/// The pack, its index, and what is in it.
fn packed(repo: &Path, put: &dyn Fn(&str, usize, &[u8])) {
    let repo = Repository::open(repo).unwrap();
    let trailer = repo.hash_kind().len();
    for (number, pack) in repo.packs().iter().enumerate() {
        let read = |kind| fs::read(pack.path().with_extension(kind)).unwrap();
        let (bytes, index) = (read("pack"), read("idx"));
        put("pack", number, &bytes[..bytes.len() - trailer]);
        put(
            "pack_index",
            number,
            &[b"\0", &index[..index.len() - trailer]].concat(),
        );
    }
    let walked = repo.walk(
        &WalkOptions {
            threads: 1,
            ..WalkOptions::default()
        },
        Objects::default,
        &Unwatched,
    );
    for (target, inputs) in walked.unwrap().into_iter().flat_map(|objects| objects.0) {
        for (number, input) in inputs.iter().enumerate() {
            put(target, number, input);
        }
    }
}

/// The index of a work tree, in each version.
fn staged(repo: &Path, put: &dyn Fn(&str, usize, &[u8])) {
    git(repo, &["clone", "-q", "--no-checkout", ".", "tree"]);
    let tree = repo.join("tree");
    git(&tree, &["read-tree", "HEAD"]);
    for (number, version) in ["2", "3", "4"].into_iter().enumerate() {
        fs::write(tree.join("new"), "new\n").unwrap();
        if version == "3" {
            git(&tree, &["add", "-N", "new"]);
        }
        git(
            &tree,
            &[
                "update-index",
                "--force-write-index",
                "--index-version",
                version,
            ],
        );
        let index = fs::read(tree.join(".git/index")).unwrap();
        let trailer = Repository::open(&tree).unwrap().hash_kind().len();
        put("staging", number, &index[..index.len() - trailer]);
    }
}

/// What a server says, in both versions of the protocol.
fn told(repo: &Path, put: &dyn Fn(&str, usize, &[u8])) {
    for (number, version) in ["version=0", "version=2"].into_iter().enumerate() {
        let args = ["upload-pack", "--http-backend-info-refs", "."];
        let output = command(repo, &args)
            .env("GIT_PROTOCOL", version)
            .output()
            .unwrap();
        let head = &b"001e# service=git-upload-pack\n0000"[..];
        put("remote", number, &[head, &output.stdout].concat());
        put("remote", 2 + number, &output.stdout);
    }
    let format = Repository::open(repo).unwrap().hash_kind().name();
    let format = format!("object-format={format}");
    let ask = format!(
        "0014command=ls-refs\n{:04x}{format}0001000bsymrefs000aunborn0000",
        4 + format.len()
    );
    let args = ["upload-pack", "--stateless-rpc", "."];
    let mut child = command(repo, &args)
        .env("GIT_PROTOCOL", "version=2")
        .stdin(std::process::Stdio::piped())
        .stdout(std::process::Stdio::piped())
        .spawn()
        .unwrap();
    std::io::Write::write_all(&mut child.stdin.take().unwrap(), ask.as_bytes()).unwrap();
    put("remote", 4, &child.wait_with_output().unwrap().stdout);
}

/// Contents by target; deltas with their bases.
#[derive(Default)]
struct Objects(std::collections::BTreeMap<&'static str, Vec<Vec<u8>>>);

impl FamilyVisitor for Objects {
    type Kept = Vec<u8>;

    fn visit_from(&mut self, object: Visit<'_>, base: Option<&Vec<u8>>) -> Vec<u8> {
        let target = match object.kind {
            Kind::Commit => Some("commit"),
            Kind::Tree => Some("tree"),
            Kind::Tag => Some("tag"),
            // Nobody here parses what a blob holds.
            Kind::Blob => None,
        };
        if let Some(target) = target {
            self.0.entry(target).or_default().push(object.data.to_vec());
        }
        if let Some((base, delta)) = base.zip(object.delta)
            && let Ok(length) = u16::try_from(base.len())
        {
            let input = [&length.to_be_bytes()[..], base, delta].concat();
            self.0.entry("delta").or_default().push(input);
        }
        object.data.to_vec()
    }

    fn failed(&mut self, failure: WalkFailure) {
        panic!("{}", failure.reason);
    }
}
