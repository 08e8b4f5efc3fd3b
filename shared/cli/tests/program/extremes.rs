//! Extremes: giant objects, giant lines, data that inflates a thousandfold, long chains of deltas. Each is run in a bounded
//! memory, which the system holds the program to; each is found out about to its end, or told to be incomplete.

use std::fs;
use std::io::{BufWriter, Write as _};
use std::path::Path;
use std::process::Stdio;

use git::delta::DeltaBuilder;
use git::{Base, Deflater, HashKind, Kind, ObjectId, PackWriter};
use testkit::script::token;
use testkit::stock;

use crate::workbench::{Bench, Run, finish};

const MEGABYTE: u64 = 1 << 20;

/// What the program takes on two threads for an object of no size: code, rules, stacks, the allocator's reserve.
const BASE: u64 = 400 * MEGABYTE;

/// A repository without an object, at `repo`.
fn empty() -> Bench {
    let bench = Bench::new();
    fs::create_dir(bench.repo()).unwrap();
    bench.git(&["init", "-q", "--bare", "-b", "main", "."]);
    bench
}

/// Scans on two threads in at most `memory` bytes, mapped files included.
fn scan_within(bench: &Bench, memory: u64, options: &[&str]) -> Run {
    let limit = format!("ulimit -v {} && exec \"$0\" \"$@\"", memory >> 10);
    let program = bench.command(&[]);
    let mut shell = std::process::Command::new("sh");
    shell.arg("-c").arg(limit).arg(program.get_program());
    shell.args(["scan", "--repo-path", "repo", "--format", "json"]);
    shell.args(["--threads", "2"]).args(options);
    shell.current_dir(bench.path()).stdin(Stdio::null());
    finish(shell.output().unwrap())
}

/// Checks that everything was searched, and that so many secrets were found.
fn is_complete(run: &Run, findings: usize) {
    let code = i32::from(findings > 0);
    assert_eq!(
        (run.code, run.ids().len()),
        (Some(code), findings),
        "{run:?}"
    );
    let coverage = &run.json()["coverage"];
    assert_eq!(coverage["total"], coverage["scanned"], "{run:?}");
}

/// Checks that so many objects were not searched, and that it says so.
fn is_incomplete(run: &Run, failed: u64) {
    assert_eq!(run.code, Some(3), "{run:?}");
    let json = run.json();
    assert_eq!(json["verdict"], "incomplete");
    assert_eq!(json["coverage"]["failed"]["objects"], failed, "{run:?}");
}

/// Stores one file of `bytes` bytes, `piece` again and again, with `end` behind it.
fn store_large(bench: &Bench, piece: &[u8], bytes: u64, end: &str) {
    let mut git = stock::command(&bench.repo(), &["fast-import", "--quiet"]);
    let mut git = git.stdin(Stdio::piped()).spawn().unwrap();
    let mut stream = BufWriter::new(git.stdin.take().unwrap());
    let times = bytes / piece.len() as u64;
    let length = times * piece.len() as u64 + end.len() as u64;
    write!(stream, "blob\nmark :1\ndata {length}\n").unwrap();
    (0..times).for_each(|_| stream.write_all(piece).unwrap());
    write!(stream, "{end}\ncommit refs/heads/main\ncommitter A <a@example.com> 1 +0000\ndata 1\nx\nM 100644 :1 large\n").unwrap();
    drop(stream);
    assert!(git.wait().unwrap().success());
}

#[test]
fn an_object_of_a_gigabyte_is_searched_to_its_end_or_told() {
    let bench = empty();
    let line = "a line of a log, in which nothing is told to nobody\n".repeat(1000);
    let end = format!("token = {}\n", token(1));
    store_large(&bench, line.as_bytes(), 1024 * MEGABYTE, &end);
    is_complete(&scan_within(&bench, BASE + 2048 * MEGABYTE, &[]), 1);
    is_incomplete(
        &scan_within(&bench, BASE, &["--max-object-size", "1000M"]),
        1,
    );
    // More than there is memory for is no crash either.
    is_incomplete(&scan_within(&bench, BASE, &[]), 1);
}

#[test]
fn a_line_of_a_hundred_megabytes_is_searched_to_its_end() {
    let bench = empty();
    let end = format!(" token={} ", token(2));
    store_large(
        &bench,
        "0123456789abcdef ".repeat(6000).as_bytes(),
        100 * MEGABYTE,
        &end,
    );
    is_complete(&scan_within(&bench, BASE + 400 * MEGABYTE, &[]), 1);
}

#[test]
fn an_object_of_keywords_alone_takes_no_more_than_another() {
    let bench = empty();
    let line = "password token secret password token secret\n".repeat(1000);
    let end = format!("token = {}\n", token(3));
    store_large(&bench, line.as_bytes(), 160 * MEGABYTE, &end);
    is_complete(&scan_within(&bench, BASE + 640 * MEGABYTE, &[]), 1);
}

/// A pack of these entries: what each is, its base, the size that its header claims, and its inflated bytes.
fn store_pack(
    repo: &Path,
    count: u32,
    entries: impl FnOnce(&mut dyn FnMut(ObjectId, Base, u64, &[u8])),
) {
    let folder = repo.join("objects/pack");
    let mut pack = PackWriter::create(&folder, HashKind::Sha1, count).unwrap();
    let mut deflater = Deflater::new();
    entries(&mut |id, base, size, data| {
        pack.add(id, base, size, &deflater.deflate(data)).unwrap();
    });
    pack.finish().unwrap();
}

#[test]
fn what_inflates_a_thousandfold_is_searched_and_a_lie_about_it_told() {
    let bomb = vec![b'0'; 256 << 20];
    let id = HashKind::Sha1.object_id(Kind::Blob, &bomb);
    for (claimed, memory) in [
        (bomb.len() as u64, BASE + 1024 * MEGABYTE),
        (1000, BASE),
        (bomb.len() as u64 - 1, BASE + 512 * MEGABYTE),
        (bomb.len() as u64 + 1, BASE + 512 * MEGABYTE),
        (1 << 40, BASE),
    ] {
        let bench = empty();
        store_pack(&bench.repo(), 1, |add| {
            add(id, Base::None(Kind::Blob), claimed, &bomb);
        });
        let run = scan_within(&bench, memory, &[]);
        if claimed == bomb.len() as u64 {
            is_complete(&run, 0);
        } else {
            is_incomplete(&run, 1);
        }
    }
}

/// A chain of deltas, each of which changes the first line; beside every link one more object that is built on the same
/// base, and that comes later in the pack. The last link holds a secret.
fn store_chain(repo: &Path, links: u32, size: usize) {
    let id = |data: &[u8]| HashKind::Sha1.object_id(Kind::Blob, data);
    let mut data = vec![b'.'; size];
    store_pack(repo, 2 * links + 1, |add| {
        add(id(&data), Base::None(Kind::Blob), size as u64, &data);
        for link in 1..=links {
            let (base, mut other) = (id(&data), data.clone());
            let line = if link < links {
                format!("link {link:>54}\n")
            } else {
                format!("token = {:<51}\n", token(3))
            };
            data[..60].copy_from_slice(line.as_bytes());
            other[..60].copy_from_slice(format!("side {link:>54}\n").as_bytes());
            for object in [&data, &other] {
                let mut delta = DeltaBuilder::new();
                delta.insert(&object[..60]);
                delta.copy(60, size - 60);
                let delta = delta.finish(size as u64);
                add(id(object), Base::Id(base), delta.len() as u64, &delta);
            }
        }
    });
}

#[test]
fn a_chain_of_four_thousand_deltas_with_branches_needs_the_memory_of_a_few_objects() {
    let bench = empty();
    store_chain(&bench.repo(), 4000, 256 << 10);
    let run = scan_within(&bench, BASE, &[]);
    is_complete(&run, 1);
    assert_eq!(run.json()["coverage"]["scanned"]["objects"], 8001);
}
