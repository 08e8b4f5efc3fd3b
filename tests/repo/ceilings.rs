//! Files stay short, begin with what they are, and name no place of anybody's machine.

use crate::files;

const FILE_LINES: usize = 400;
const MAIN_LINES: usize = 20;

#[test]
fn files_stay_short() {
    for path in files::rust() {
        let name = path.to_string_lossy();
        let lines = files::text(&path).lines().count();
        let function = name.starts_with("functions/");
        let ceiling = if function { MAIN_LINES } else { FILE_LINES };
        assert!(
            lines <= ceiling,
            "{name} has {lines} lines, {ceiling} are allowed"
        );
    }
}

#[test]
fn every_file_begins_with_what_it_is() {
    for path in files::rust() {
        let text = files::text(&path);
        let first = text.lines().next().unwrap_or_default();
        let header = text
            .lines()
            .take_while(|line| line.starts_with("//!"))
            .count();
        let says = first
            .strip_prefix("//! ")
            .is_some_and(|what| what.len() > 8);
        assert!(
            says && !first.contains("to come"),
            "{} must open with `//! ` and what it is",
            path.display()
        );
        // Engine crates open with an essay; other files say the one thing that must be known.
        let essay = path.ends_with("lib.rs");
        assert!(
            essay || header <= 12,
            "{}: a header of {header} lines",
            path.display()
        );
    }
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
