//! What must hold of any bytes that a parser is given: `fuzz/` tries to break it, and a test runs every input that once did.

#![allow(clippy::indexing_slicing, clippy::missing_panics_doc)] // a property that does not hold panics

mod files;
mod objects;
mod packs;
mod recipe;

pub use crate::remote::properties::remote;
pub use files::{loose, staging};
pub use objects::{commit, tag, tree};
pub use packs::{delta, difference, forest, pack, pack_index};

/// A property: it panics if it does not hold of the input.
pub type Property = fn(&[u8]);

/// Every property by the name of its fuzz target.
pub const ALL: [(&str, Property); 11] = [
    ("commit", commit),
    ("delta", delta),
    ("difference", difference),
    ("forest", forest),
    ("loose", loose),
    ("pack", pack),
    ("pack_index", pack_index),
    ("remote", remote),
    ("staging", staging),
    ("tag", tag),
    ("tree", tree),
];

/// Objects above this are refused, so that no input takes much memory.
const LIMIT: u64 = 1 << 20;

#[cfg(test)]
mod tests {
    use std::fs;
    use std::path::Path;

    use proptest::prelude::*;

    use super::ALL;

    #[test]
    #[allow(clippy::print_stdout)] // shown when the property does not hold
    fn every_property_has_a_target_and_holds_of_every_input_that_was_kept() {
        let fuzz = Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz");
        let mut tried = 0;
        for (name, property) in ALL {
            assert!(
                fuzz.join(format!("fuzz_targets/{name}.rs")).is_file(),
                "{name}"
            );
            for input in fs::read_dir(fuzz.join("kept").join(name))
                .into_iter()
                .flatten()
            {
                let path = input.unwrap().path();
                println!("{}", path.display());
                property(&fs::read(path).unwrap());
                tried += 1;
            }
        }
        let kept = fs::read_dir(fuzz.join("kept")).unwrap();
        let files = kept.flat_map(|folder| fs::read_dir(folder.unwrap().path()).unwrap());
        assert_eq!(
            tried,
            files.count(),
            "an input is in a folder that is no target's"
        );
    }

    proptest! {
        #[test]
        fn every_property_holds_of_any_bytes(input in proptest::collection::vec(any::<u8>(), 0..200)) {
            ALL.iter().for_each(|(_, property)| property(&input));
        }
    }
}
