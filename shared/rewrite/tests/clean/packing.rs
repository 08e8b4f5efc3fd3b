//! How the result is packed.

use std::fs;
use std::path::Path;

use rewrite::ProofVerdict;
use testkit::script::{Script, tokens};
use testkit::stock::{fsck, git, holds};

use crate::rewritten;

/// Lines that nothing shortens.
fn noise(seed: u64, lines: u64) -> String {
    let mix = |line: u64| {
        (seed << 32 | line)
            .wrapping_mul(0x9e37_79b9_7f4a_7c15)
            .rotate_left(29)
            .wrapping_mul(0xbf58_476d_1ce4_e5b9)
    };
    (0..lines)
        .map(|line| format!("{:016x}\n", mix(line + 1)))
        .collect()
}

fn pack_of(repo: &Path) -> Vec<u8> {
    let files = fs::read_dir(repo.join("objects/pack")).unwrap();
    let mut packs = files
        .map(|file| file.unwrap().path())
        .filter(|path| path.extension().is_some_and(|e| e == "pack"));
    fs::read(packs.next().unwrap()).unwrap()
}

/// Sixty versions that have twenty kilobytes in common and differ by a line, all stored as differences from another one that
/// does not have them: what servers make of histories whose packs they put together.
#[test]
fn versions_stored_side_by_side_become_differences_from_each_other() {
    let folder = tempfile::tempdir().unwrap();
    let source = folder.path().join("source.git");
    fs::create_dir(&source).unwrap();
    let value = tokens(21)[0].clone();
    let head = noise(1, 2_000);
    let mut script = Script::default();
    let mut version = |text: String| {
        script.commit("main", "another", None, &[("list", Some(text.as_bytes()))]);
    };
    version(format!("{value}\n{head}{}", noise(2, 2_000)));
    for number in 0..60 {
        let line = noise(100 + number, 1);
        version(format!("{value}\n{head}{line}{}", noise(3, 1_200)));
    }
    script.make(&source);
    git(&source, &["repack", "-adfq", "--depth=1", "--window=100"]);

    let [one, two] = [1, 2].map(|threads| {
        let out = folder.path().join(format!("clean-{threads}.git"));
        let outcome = rewritten(&source, &out, std::slice::from_ref(&value), threads).unwrap();
        assert_eq!(outcome.certificate.verdict, ProofVerdict::Proven);
        out
    });
    assert_eq!(fsck(&one), Ok(()));
    let text = |repo: &Path, number| git(repo, &["show", &format!("main~{number}:list")]);
    for number in [0, 1, 30, 59, 60] {
        let expected = text(&source, number).replace(&value, "***REMOVED***");
        assert!(holds(expected.as_bytes(), "***REMOVED***"));
        assert!(text(&one, number) == expected, "version {number}");
    }
    let (before, after) = (pack_of(&source), pack_of(&one));
    assert!(
        after.len() * 5 < before.len(),
        "{} {}",
        after.len(),
        before.len()
    );
    assert!(after == pack_of(&two), "two threads make another pack");
}
