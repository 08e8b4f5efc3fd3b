//! Every object that stock git has, we have, byte for byte: packed, loose, in several packs, SHA-1 and SHA-256.

#![allow(clippy::unwrap_used)] // a test that cannot be set up has failed

mod bases;
mod bundle;
mod oracle;

use std::collections::BTreeMap;
use std::path::Path;

use domain::{Stop, Unwatched, Watch};
use git::delta::DeltaBuilder;
use git::{
    Base, Deflater, GitError, HashKind, Hasher, Kind, PackWriter, Reader, Repository, Visit,
    Visitor, WalkFailure, WalkOptions, index_pack,
};
use oracle::{Layout, git, history, objects_by_git};

/// Collects number, kind and content.
#[derive(Default)]
struct Collect {
    objects: Vec<(u32, Kind, Vec<u8>)>,
    failures: Vec<WalkFailure>,
}

impl Visitor for Collect {
    fn visit(&mut self, object: Visit<'_>) {
        self.objects
            .push((object.no, object.kind, object.data.to_vec()));
    }

    fn failed(&mut self, failure: WalkFailure) {
        self.failures.push(failure);
    }
}

type Objects = BTreeMap<String, (String, Vec<u8>)>;

fn walk(repo: &Repository, threads: usize) -> (Objects, Vec<WalkFailure>) {
    let options = WalkOptions {
        threads,
        ..WalkOptions::default()
    };
    let (mut objects, mut failures) = (BTreeMap::new(), Vec::new());
    for visitor in repo.walk(&options, Collect::default, &Unwatched).unwrap() {
        for (no, kind, data) in visitor.objects {
            let before = objects.insert(repo.id(no).to_string(), (kind.name().to_owned(), data));
            assert!(before.is_none(), "an object was visited twice");
        }
        failures.extend(visitor.failures);
    }
    (objects, failures)
}

#[test]
fn a_walk_gives_what_git_gives_in_every_layout() {
    for hash in [HashKind::Sha1, HashKind::Sha256] {
        for layout in [Layout::Loose, Layout::OnePack, Layout::TwoPacksAndLoose] {
            let repository = history(hash, layout);
            let expected = objects_by_git(repository.path());
            assert!(expected.len() > 100);
            let repo = Repository::open(repository.path()).unwrap();
            for threads in [1, 2, 7] {
                let (objects, failures) = walk(&repo, threads);
                assert!(failures.is_empty(), "{failures:?}");
                assert!(objects == expected, "{hash:?} {layout:?} {threads}");
            }
        }
    }
}

#[test]
fn few_objects_or_bytes_are_one_visitor_s() {
    let repository = history(HashKind::Sha1, Layout::OnePack);
    let repo = Repository::open(repository.path()).unwrap();
    let visitors = |(wanted, thread_bytes): (usize, u64)| {
        let mut only = vec![false; repo.object_count() as usize];
        only[..wanted].fill(true);
        let options = WalkOptions {
            only: Some(&only),
            threads: 2,
            thread_bytes,
            ..WalkOptions::default()
        };
        let visitors = repo.walk(&options, Collect::default, &Unwatched).unwrap();
        let objects = visitors.iter().map(|visitor| visitor.objects.len());
        assert_eq!(objects.sum::<usize>(), wanted);
        visitors.len()
    };
    let cases = [(0, 1), (1, 1), (5, 1), (100, 1), (100, 100), (100, 1 << 30)];
    assert_eq!(cases.map(visitors), [1, 1, 1, 2, 2, 1]);
}

/// Numbers are the order of ids, and lead to each object and back.
fn check_table(path: &Path) {
    let repo = Repository::open(path).unwrap();
    let expected = objects_by_git(path);
    assert_eq!(repo.object_count() as usize, expected.len());
    let mut reader = Reader::new(&repo, u64::MAX);
    let contents: Vec<_> = expected.values().collect();
    let numbers = 0..repo.object_count();
    for no in numbers.clone().chain(numbers.rev()) {
        let (kind, data) = contents[no as usize];
        let (kind_here, data_here) = reader.read(no).unwrap();
        assert_eq!((kind_here.name(), &*data_here), (kind.as_str(), data));
    }
    for (no, (id, (kind, data))) in (0..).zip(expected) {
        assert_eq!(repo.id(no).to_string(), id);
        assert_eq!(repo.table().find(&repo.id(no)), Some(no));
        assert_eq!(repo.table().find_prefix(id.as_bytes()), Some(no));
        let object = repo.read(no, u64::MAX).unwrap();
        assert_eq!((object.kind.name(), &object.data), (kind.as_str(), &data));
        if let Some((pack, rank)) = repo.table().home(no) {
            assert_eq!(repo.table().number(pack, rank), no);
        }
        let mut other = repo.id(no).as_bytes().to_vec();
        *other.last_mut().unwrap() ^= 1;
        assert_eq!(repo.table().find_raw(&other), None);
    }
}

#[test]
fn one_object_reads_as_in_the_walk_in_every_layout() {
    for layout in [Layout::Loose, Layout::OnePack, Layout::TwoPacksAndLoose] {
        check_table(history(HashKind::Sha1, layout).path());
    }
}

#[test]
fn loose_objects_beside_a_pack_may_be_in_it_too() {
    let (packed, loose) = [Layout::OnePack, Layout::Loose]
        .map(|layout| history(HashKind::Sha1, layout))
        .into();
    git(packed.path(), &["repack", "-q", "-a", "-d"]);
    for number in 0..300 {
        let file = packed.path().join("new");
        std::fs::write(&file, format!("{number}\n")).unwrap();
        git(packed.path(), &["hash-object", "-w", "new"]);
    }
    let mut copied = 0;
    for folder in std::fs::read_dir(loose.path().join("objects")).unwrap() {
        let folder = folder.unwrap();
        if !folder.file_name().to_string_lossy().starts_with(['0', 'f']) {
            continue;
        }
        let target = packed.path().join("objects").join(folder.file_name());
        std::fs::create_dir_all(&target).unwrap();
        for file in std::fs::read_dir(folder.path()).unwrap() {
            let file = file.unwrap();
            copied += std::fs::copy(file.path(), target.join(file.file_name())).unwrap();
        }
    }
    assert!(copied > 0);
    check_table(packed.path());
    let repo = Repository::open(packed.path()).unwrap();
    let (objects, failures) = walk(&repo, 2);
    assert!(failures.is_empty() && objects == objects_by_git(packed.path()));
}

#[test]
fn refs_and_head_are_gits() {
    let repository = history(HashKind::Sha1, Layout::OnePack);
    for _ in ["loose", "packed"] {
        let repo = Repository::open(repository.path()).unwrap();
        let listed = git(
            repository.path(),
            &["for-each-ref", "--format=%(objectname) %(refname)"],
        );
        let ours: Vec<String> = repo
            .refs()
            .iter()
            .map(|r| format!("{} {}", r.target, r.name))
            .collect();
        assert_eq!(ours, listed.lines().collect::<Vec<_>>());
        let head = git(repository.path(), &["rev-parse", "HEAD"]);
        assert_eq!(
            repo.ref_store().head_target().unwrap().to_string(),
            head.trim()
        );
        git(repository.path(), &["pack-refs", "--all"]);
    }
}

#[test]
fn the_index_that_we_write_is_the_one_that_git_writes() {
    for hash in [HashKind::Sha1, HashKind::Sha256] {
        let repository = history(hash, Layout::OnePack);
        let path = Repository::open(repository.path()).unwrap().packs()[0]
            .path()
            .to_owned();
        let index = path.with_extension("idx");
        let theirs = std::fs::read(&index).unwrap();
        std::fs::remove_file(&index).unwrap();
        index_pack(&path, hash, 2, u64::MAX, &Unwatched).unwrap();
        assert!(std::fs::read(&index).unwrap() == theirs);
    }
}

#[test]
fn damage_is_reported_and_counted_never_passed_over() {
    let repository = history(HashKind::Sha1, Layout::OnePack);
    let all = objects_by_git(repository.path());
    let pack = Repository::open(repository.path()).unwrap().packs()[0]
        .path()
        .to_owned();
    let whole = std::fs::read(&pack).unwrap();
    oracle::make_writable(&pack);
    for at in (100..whole.len() - 100).step_by(whole.len() / 20) {
        let mut flipped = whole.clone();
        flipped[at] ^= 0x55;
        std::fs::write(&pack, &flipped).unwrap();
        let repo = Repository::open(repository.path()).unwrap();
        let (objects, failures) = walk(&repo, 2);
        assert!(
            !failures.is_empty(),
            "the flipped byte at {at} went unnoticed"
        );
        assert_eq!(objects.len() + failures.len(), all.len());
        assert!(
            objects.iter().all(|(id, object)| all[id] == *object),
            "a damaged object passed as whole"
        );
    }
    std::fs::write(&pack, &whole[..whole.len() / 2]).unwrap();
    assert!(matches!(
        Repository::open(repository.path()),
        Err(GitError::Corrupt { .. })
    ));
}

#[test]
fn a_damaged_index_never_panics_and_never_loses_an_object_silently() {
    let repository = history(HashKind::Sha1, Layout::OnePack);
    let all = objects_by_git(repository.path()).len();
    let pack = Repository::open(repository.path()).unwrap().packs()[0]
        .path()
        .to_owned();
    let index = pack.with_extension("idx");
    let whole = std::fs::read(&index).unwrap();
    oracle::make_writable(&index);
    let mut opened = 0;
    for at in (0..whole.len()).step_by(29) {
        let mut flipped = whole.clone();
        flipped[at] ^= 0x81;
        std::fs::write(&index, &flipped).unwrap();
        assert!(
            Repository::open(repository.path()).is_err(),
            "the checksum does not hold"
        );
        // One that was made to hold, so that the walk is tried.
        let body = flipped.len() - 20;
        let mut hasher = Hasher::new(HashKind::Sha1);
        hasher.update(&flipped[..body]);
        flipped[body..].copy_from_slice(hasher.finish().as_bytes());
        std::fs::write(&index, &flipped).unwrap();
        if let Ok(repo) = Repository::open(repository.path()) {
            let (objects, failures) = walk(&repo, 1);
            assert_eq!(objects.len() + failures.len(), all, "byte {at}");
            opened += 1;
        }
    }
    assert!(
        opened > 0,
        "every damage kept the index from being opened: the walk was not tried"
    );
    std::fs::write(&index, &whole[..whole.len() - 30]).unwrap();
    assert!(Repository::open(repository.path()).is_err());
}

/// A difference that is made to name another base of the same size would give another object, and nothing but the entry's
/// checksum can tell.
#[test]
fn a_difference_that_names_another_base_is_damaged() {
    let folder = tempfile::tempdir().unwrap();
    git(folder.path(), &["init", "-q", "--bare", "."]);
    let mut writer =
        PackWriter::create(&folder.path().join("objects/pack"), HashKind::Sha1, 3).unwrap();
    let mut deflater = Deflater::new();
    let mut starts = Vec::new();
    for byte in [b'a', b'b'] {
        let content = [byte; 100];
        let id = HashKind::Sha1.object_id(Kind::Blob, &content);
        starts.push(writer.position());
        let base = Base::None(Kind::Blob);
        writer
            .add(id, base, 100, &deflater.deflate(&content))
            .unwrap();
    }
    let mut delta = DeltaBuilder::new();
    delta.copy(0, 99);
    delta.insert(b"!");
    let delta = delta.finish(100);
    let changed = [&[b'a'; 99][..], b"!"].concat();
    let id = HashKind::Sha1.object_id(Kind::Blob, &changed);
    let start = writer.position();
    let base = Base::Offset(start - starts[0]);
    let size = delta.len() as u64;
    writer
        .add(id, base, size, &deflater.deflate(&delta))
        .unwrap();
    let pack = writer.finish().unwrap().path;
    let (objects, failures) = walk(&Repository::open(folder.path()).unwrap(), 1);
    assert!(failures.is_empty() && objects[&id.to_string()].1 == changed);

    let mut bytes = std::fs::read(&pack).unwrap();
    // The entry's header is one byte, and so is its distance.
    let distance = &mut bytes[usize::try_from(start).unwrap() + 1];
    assert_eq!(u64::from(*distance), start - starts[0]);
    *distance = u8::try_from(start - starts[1]).unwrap();
    oracle::make_writable(&pack);
    std::fs::write(&pack, &bytes).unwrap();
    let repo = Repository::open(folder.path()).unwrap();
    let (objects, failures) = walk(&repo, 1);
    assert_eq!((objects.len(), failures.len()), (2, 1));
    assert!(repo.find(&id).is_err());
}

#[test]
fn what_is_not_a_repository_says_so() {
    let folder = tempfile::tempdir().unwrap();
    assert!(matches!(
        Repository::open(folder.path()),
        Err(GitError::NotARepository { .. })
    ));
    assert!(matches!(
        Repository::open(Path::new("/nowhere/at/all")),
        Err(GitError::NotARepository { .. })
    ));
}

#[test]
fn alternates_outside_the_repository_are_refused() {
    let source = history(HashKind::Sha1, Layout::OnePack);
    let folder = tempfile::tempdir().unwrap();
    git(
        folder.path(),
        &[
            "clone",
            "-q",
            "--shared",
            source.path().to_str().unwrap(),
            "clone",
        ],
    );
    assert!(matches!(
        Repository::open(&folder.path().join("clone")),
        Err(GitError::Unsupported { .. })
    ));
}

#[test]
fn a_shallow_clone_is_known_to_have_gaps() {
    let source = history(HashKind::Sha1, Layout::OnePack);
    let folder = tempfile::tempdir().unwrap();
    let url = format!("file://{}", source.path().display());
    git(folder.path(), &["clone", "-q", "--depth=2", &url, "clone"]);
    assert_eq!(
        Repository::open(&folder.path().join("clone"))
            .unwrap()
            .gaps()
            .len(),
        1
    );
    assert!(Repository::open(source.path()).unwrap().gaps().is_empty());
}

#[test]
fn a_walk_stops_when_it_is_told_to() {
    struct Now;
    impl Watch for Now {
        fn stop(&self) -> Option<Stop> {
            Some(Stop::Cancelled)
        }
    }
    let repository = history(HashKind::Sha1, Layout::OnePack);
    let repo = Repository::open(repository.path()).unwrap();
    let outcome = repo.walk(&WalkOptions::default(), Collect::default, &Now);
    assert!(matches!(outcome, Err(GitError::Stopped(Stop::Cancelled))));
}
