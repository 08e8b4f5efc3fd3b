//! What every command has in common: help, exit codes, mistakes, colours, data apart from talk.

use crate::workbench::{Bench, finish};

#[test]
fn help_lists_the_exit_codes() {
    let bench = Bench::new();
    for args in [
        &["--help"][..],
        &["scan", "--help"],
        &["clean", "--help"],
        &["push", "--help"],
    ] {
        let run = bench.run(args);
        assert_eq!(run.code, Some(0));
        for code in ["0", "1", "2", "3", "4", "5", "6", "70", "130"] {
            let listed = |line: &str| {
                line.trim()
                    .split_once("  ")
                    .is_some_and(|(first, _)| first == code)
            };
            assert!(run.stdout.lines().any(listed), "{code} in {}", run.stdout);
        }
        assert_eq!(run.stderr, "");
    }
}

#[test]
fn mistakes_are_talk_and_end_with_2() {
    let bench = Bench::new();
    let both = [
        "scan",
        "--repo-path",
        ".",
        "--url",
        "https://git.example/a.git",
    ];
    let nothing: [&str; 0] = [];
    let cases = [
        &nothing[..],
        &["scan"],
        &["scan", "--repo-path"],
        &both,
        &["scan", "--repo-path", ".", "--format", "xml"],
        &["scan", "--repo-path", ".", "--threads", "0"],
        &["clean", "--repo-path", "."],
        &["clean", "--repo-path", ".", "--all", "--secret-id", "a"],
        &["frobnicate"],
    ];
    for args in cases {
        let run = bench.run(args);
        assert_eq!((run.code, run.stdout.as_str()), (Some(2), ""), "{args:?}");
        assert!(!run.stderr.is_empty());
    }
}

#[test]
fn a_credential_in_an_address_is_refused_and_not_repeated() {
    let bench = Bench::with_commit();
    let address = "https://bob:hunter2-made-up@git.example/a.git";
    let cases = [
        &["scan", "--url", address][..],
        &["scan", address],
        &["push", "--repo-path", "repo", "--target-url", address],
        &["scan", "--url", "https://git.example/a.git", address],
    ];
    for args in cases {
        let run = bench.run(args);
        assert_eq!(run.code, Some(2), "{run:?}");
        assert!(!run.stderr.contains("hunter2"), "{run:?}");
    }
    let run = bench.run(&["scan", "--url", address]);
    assert!(run.stderr.contains("DEPLOYGUARD_TOKEN"), "{run:?}");
}

#[test]
fn a_named_credential_must_be_there() {
    let bench = Bench::new();
    let args = [
        "scan",
        "--url",
        "https://git.example/a.git",
        "--credential-env",
        "NO_SUCH_VARIABLE",
    ];
    let run = bench.run(&args);
    assert_eq!(run.code, Some(2));
    assert!(run.stderr.contains("NO_SUCH_VARIABLE"), "{run:?}");
}

#[test]
fn output_that_goes_to_no_terminal_has_no_colours_and_no_progress() {
    let bench = Bench::with_secrets();
    for no_color in [None, Some("1")] {
        let mut command = bench.command(&["scan", "--repo-path", "repo"]);
        if let Some(value) = no_color {
            command.env("NO_COLOR", value);
        }
        let run = finish(command.output().unwrap());
        assert!(!run.stdout.contains('\u{1b}'), "{run:?}");
        assert!(!run.stderr.contains('\u{1b}'), "{run:?}");
    }
    let run = bench.run(&["scan", "--repo-path", "repo", "--quiet"]);
    assert_eq!(run.stderr, "");
}

#[test]
fn a_reader_that_leaves_early_does_not_change_the_outcome() {
    let bench = Bench::with_secrets();
    let mut command = bench.command(&["scan", "--repo-path", "repo", "--format", "sarif"]);
    let (reader, writer) = std::io::pipe().unwrap();
    drop(reader);
    let run = finish(
        command
            .stdout(writer)
            .stderr(std::process::Stdio::piped())
            .output()
            .unwrap(),
    );
    assert_eq!(run.code, Some(1), "{run:?}");
    assert!(!run.stderr.contains("error"), "{run:?}");
}

#[test]
fn the_version_is_told_to_people_and_programs() {
    let bench = Bench::new();
    let run = bench.run(&["version"]);
    assert!(run.stdout.starts_with("deployguard 0."), "{run:?}");
    let json = bench.run(&["version", "--output", "json"]).json();
    assert_eq!(json["name"], "deployguard");
    assert_eq!(json["version"], env!("CARGO_PKG_VERSION"));
    assert!(json["rules"].as_u64().unwrap() >= 80);
}

#[test]
fn completions_know_the_commands() {
    let bench = Bench::new();
    for shell in ["bash", "zsh", "fish", "powershell", "elvish"] {
        let run = bench.run(&["completions", shell]);
        assert_eq!(run.code, Some(0));
        assert!(run.stdout.contains("repo-path"), "{shell}");
    }
}
