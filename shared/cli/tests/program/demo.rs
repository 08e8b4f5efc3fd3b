//! `deployguard demo`: what it shows is true.

use testkit::stock::{fsck, git};

use crate::workbench::Bench;

#[test]
fn the_demo_ends_with_a_clean_history_in_its_new_home() {
    let bench = Bench::new();
    let run = bench.run(&["demo", "--output-dir", "demo"]);
    assert_eq!(run.code, Some(0), "{run:?}");
    assert!(run.stdout.contains("FINDINGS: 7 secrets"), "{run:?}");
    assert!(
        run.stdout.contains("Scanned, cleaned, verified, pushed."),
        "{run:?}"
    );
    let folder = bench.path().join("demo");
    let (source, home) = (folder.join("shop.git"), folder.join("new-home.git"));
    fsck(&source).unwrap();
    fsck(&home).unwrap();
    let log = ["log", "--all", "--format=%an %ad %p %s"];
    let subjects = |folder| git(folder, &log).lines().count();
    assert_eq!(subjects(&source), subjects(&home));
    let scan = |path: &str| bench.run(&["scan", "--repo-path", path]).code;
    assert_eq!(
        (scan("demo/shop.git"), scan("demo/new-home.git")),
        (Some(1), Some(0))
    );
    let again = bench.run(&["demo", "--output-dir", "demo"]);
    let but_port = |text: &str| {
        let lines = text.lines().filter(|line| !line.starts_with("Target"));
        lines.map(str::to_owned).collect::<Vec<_>>()
    };
    assert_eq!(but_port(&again.stdout), but_port(&run.stdout));
    let is_wide = |line: &&str| line.chars().count() > 80;
    let wide: Vec<_> = run.stdout.lines().filter(is_wide).collect();
    assert!(wide.is_empty(), "{wide:?}");
}

#[test]
fn without_a_git_program_all_but_the_push_is_shown() {
    let bench = Bench::new();
    let mut command = bench.command(&["demo"]);
    let run = crate::workbench::finish(command.env("PATH", "").output().unwrap());
    assert_eq!(run.code, Some(0), "{run:?}");
    assert!(
        run.stdout
            .contains("Scanned, cleaned, verified; not pushed."),
        "{run:?}"
    );
}

#[test]
fn a_folder_that_is_no_demo_is_left_alone() {
    let bench = Bench::with_commit();
    let before = bench.files();
    let run = bench.run(&["demo", "--output-dir", "repo"]);
    assert_eq!(run.code, Some(2), "{run:?}");
    assert!(bench.files() == before);
}
