//! The program `deployguard`.

fn main() {}
