//! Files stay short, begin with what they are, and name no place of anybody's machine.

use std::path::PathBuf;

use crate::files;

const NONE: [String; 0] = [];
const FILE_LINES: usize = 400;
const MAIN_LINES: usize = 20;

#[test]
fn files_stay_short() {
    let too_long = |path: PathBuf| {
        let lines = files::text(&path).lines().count();
        let function = path.starts_with("functions");
        let ceiling = if function { MAIN_LINES } else { FILE_LINES };
        (lines > ceiling).then(|| format!("{}: {lines} lines", path.display()))
    };
    let found: Vec<_> = files::rust().into_iter().filter_map(too_long).collect();
    assert_eq!(
        found, NONE,
        "{FILE_LINES} lines a file, {MAIN_LINES} a main.rs"
    );
}

#[test]
fn every_file_begins_with_what_it_is() {
    let says_nothing = |path: PathBuf| {
        let text = files::text(&path);
        let first = text.lines().next().unwrap_or_default();
        let says = first
            .strip_prefix("//! ")
            .is_some_and(|what| what.len() > 8);
        (!says || first.contains("to come")).then(|| path.display().to_string())
    };
    let found: Vec<_> = files::rust().into_iter().filter_map(says_nothing).collect();
    assert_eq!(found, NONE, "open with `//! ` and what the file is");
}

#[test]
fn modules_lie_beside_their_folder() {
    let found = files::rust()
        .into_iter()
        .find(|path| path.ends_with("mod.rs"));
    assert_eq!(found, None, "use `foo.rs` and `foo/`");
}

#[test]
fn no_file_says_that_it_is_unfinished() {
    // Put together here, so that this file does not find itself.
    let marks = [
        ["TO", "DO"].concat(),
        ["FIX", "ME"].concat(),
        ["todo", "!("].concat(),
        ["unimplemented", "!("].concat(),
    ];
    for path in files::rust() {
        let text = files::text(&path);
        for mark in &marks {
            assert!(!text.contains(mark.as_str()), "{}: {mark}", path.display());
        }
    }
}

#[test]
fn no_file_names_a_place_of_somebodys_machine() {
    let places = [["/wo", "rk/"].concat(), ["/ro", "ot/"].concat()];
    for path in files::all() {
        let text = files::text(&path);
        for place in &places {
            let found = text.lines().position(|line| line.contains(place.as_str()));
            assert_eq!(found, None, "{}: {place} at this line", path.display());
        }
    }
}
