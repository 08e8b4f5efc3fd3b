//! Fuzzes what must hold of any bytes: `git::properties::pack_index`.

#![no_main]

libfuzzer_sys::fuzz_target!(|input: &[u8]| git::properties::pack_index(input));
