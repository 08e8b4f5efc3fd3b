//! Fuzzes what must hold of any bytes: `git::properties::staging`.

#![no_main]

libfuzzer_sys::fuzz_target!(|input: &[u8]| git::properties::staging(input));
