//! What must hold of any bytes that are taken for a loose object or for a work tree's index.

use std::path::Path;

use super::LIMIT;
use crate::{Deflater, HashKind, Inflater, loose as engine, staging as index};

/// A loose object is read only if it is written as Git writes it; the input is the file, and once more what the file inflates to.
pub fn loose(input: &[u8]) {
    let mut inflater = Inflater::new();
    let _ = engine::decode(input, LIMIT, &mut inflater);
    let packed = Deflater::new().deflate(input);
    if let Ok((kind, data)) = engine::decode(&packed, LIMIT, &mut inflater) {
        let header = format!("{} {}\0", kind.name(), data.len());
        assert_eq!([header.as_bytes(), &data].concat(), input);
    }
    assert!(engine::decode(&packed, 0, &mut inflater).map_or(true, |(_, data)| data.len() < 64));
}

/// The entries of an index follow each other without a gap, and cut off behind them it is read the same.
pub fn staging(input: &[u8]) {
    for hash in [HashKind::Sha1, HashKind::Sha256] {
        // As with `index.skipHash`: the checksum is left out.
        let sealed = |body: &[u8]| [body, &vec![0; hash.len()]].concat();
        let parse = |body: &[u8]| index::parse(&sealed(body), hash, Path::new("index"));
        let Ok(entries) = parse(input) else { continue };
        let mut at = 12;
        for entry in &entries {
            assert_eq!(entry.start, at);
            assert!(entry.end > entry.start && !entry.file.path.contains(&0));
            at = entry.end;
        }
        let again = parse(&input[..at]).expect("what follows the entries does not matter");
        assert!(
            again
                .iter()
                .map(|entry| &entry.file)
                .eq(entries.iter().map(|entry| &entry.file))
        );
    }
}
