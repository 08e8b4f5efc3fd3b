//! An archive that was not looked at to its end does not count as looked at.

use domain::{Skip, Verdict};

use crate::nursery::Nursery;
use crate::scan;
use testkit::archives::{gzip, tar, zip};

/// A history with one file; what was skipped of it, and how many secrets were found.
fn scanned(content: &[u8]) -> (Vec<Skip>, usize) {
    let folder = tempfile::tempdir().unwrap();
    let mut nursery = Nursery::new(&folder.path().join("work"));
    nursery.commit("file", content);
    let report = scan(&nursery.folder);
    let coverage = &report.coverage;
    assert_ne!(report.verdict(), Verdict::Incomplete);
    let accounted = coverage.scanned().bytes + coverage.skipped_total().bytes;
    assert_eq!(accounted, coverage.total().bytes);
    (report.coverage.skipped().to_vec(), report.findings.len())
}

fn reason(content: &[u8]) -> String {
    reason_of("archives", content)
}

fn reason_of(policy: &str, content: &[u8]) -> String {
    let (skipped, _) = scanned(content);
    let [skip] = &skipped[..] else {
        panic!("{skipped:?}");
    };
    assert_eq!(skip.policy, policy);
    assert_eq!(skip.tally.objects, 1);
    assert_eq!(skip.tally.bytes, content.len() as u64);
    skip.reason.clone()
}

fn token() -> Vec<u8> {
    format!("token = {}\n", testkit::script::token(1)).into_bytes()
}

#[test]
fn what_is_too_deep() {
    let mut packed = token();
    for _ in 0..4 {
        packed = gzip(&packed);
    }
    assert_eq!(scanned(&packed), (Vec::new(), 1));
    assert!(reason(&gzip(&packed)).contains("deeper"));
}

#[test]
fn what_grows_without_end() {
    let zeros = gzip(&vec![0; 65 << 20]);
    assert!(reason(&zeros).contains("more comes out"));
    assert!(reason(&zip(&[("zeros", &vec![0; 65 << 20])])).contains("more comes out"));
    // in a text as well
    let text = crate::encodings::base64(&zeros);
    assert!(reason(text.as_bytes()).contains("more comes out"));
}

#[test]
fn what_cannot_be_opened() {
    let whole = zip(&[("a", &b"text ".repeat(40)), ("b", &token())]);
    assert_eq!(scanned(&whole), (Vec::new(), 1));
    let encrypted = with_flags(&whole, 6, 8, 1);
    assert!(reason(&encrypted).contains("encrypted"));
    let unknown = with_flags(&whole, 8, 10, 97);
    assert!(reason(&unknown).contains("not known"));
    let cut = &whole[..whole.len() - 30];
    assert!(reason(cut).contains("damaged"));
}

#[test]
fn what_is_damaged_is_read_as_far_as_it_goes() {
    let noise: Vec<u8> = (0..40_000_u32)
        .flat_map(|n| n.wrapping_mul(0x9e37_79b1).to_be_bytes())
        .collect();
    let whole = gzip(&tar(&[("a", &token()), ("noise", &noise)]));
    let (skipped, found) = scanned(&whole[..whole.len() - 60_000]);
    assert!(skipped[0].reason.contains("damaged"));
    assert_eq!(found, 1);
}

#[test]
fn what_git_lfs_keeps_elsewhere() {
    let pointer = |version: &str| {
        format!(
            "version https://{version}\noid sha256:{:064x}\nsize 12345\n",
            7
        )
        .into_bytes()
    };
    let written = pointer("git-lfs.github.com/spec/v1");
    assert!(reason_of("lfs", &written).contains("Git LFS"));
    assert!(reason_of("lfs", &zip(&[("model.bin", &written)])).contains("Git LFS"));
    let other = pointer("example.com/spec/v1");
    assert_eq!(scanned(&other), (Vec::new(), 0));
}

/// The archive with a field of the first file changed, in its own header and in the directory.
fn with_flags(archive: &[u8], in_file: usize, in_directory: usize, value: u8) -> Vec<u8> {
    let mut changed = archive.to_vec();
    changed[in_file] = value;
    let directory = archive.windows(4).position(|four| four == b"PK\x01\x02");
    changed[directory.unwrap() + in_directory] = value;
    changed
}
