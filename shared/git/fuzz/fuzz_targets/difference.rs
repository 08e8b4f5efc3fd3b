//! Fuzzes what must hold of any bytes: `git::properties::difference`.

#![no_main]

libfuzzer_sys::fuzz_target!(|input: &[u8]| git::properties::difference(input));
