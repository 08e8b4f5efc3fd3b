//! What must hold of any bytes that a server sends.

#![allow(clippy::missing_panics_doc)] // a property that does not hold panics

use super::advertisement::Advertisement;
use super::names::is_ref_name;
use super::packet::{self, Packet};
use super::{ls_refs, sideband};

const HOST: &str = "host";

/// Packets, written again, are what was read; no name that Git refuses is taken; no answer is longer than what came.
pub fn remote(input: &[u8]) {
    let (mut rest, mut written) = (input, Vec::new());
    while let Ok(Some(packet)) = packet::read(&mut rest) {
        match packet {
            Packet::Flush => packet::flush(&mut written),
            Packet::Delimiter => packet::delimiter(&mut written),
            Packet::Data(data) => packet::write(&data, &mut written),
        }
    }
    assert!(
        input
            .to_ascii_lowercase()
            .starts_with(&written.to_ascii_lowercase())
    );

    let mut rest = input;
    if let Ok(mut server) = Advertisement::read(&mut rest, HOST) {
        check_names(&server);
        let _ = ls_refs::read(&mut rest, &mut server, HOST);
        check_names(&server);
        let _ = ls_refs::request(&server);
    }
    let mut server = Advertisement::default();
    if ls_refs::read(&mut &*input, &mut server, HOST).is_ok() {
        check_names(&server);
    }
    let mut length = 0;
    let _ = sideband::read(&mut &*input, HOST, |data| {
        length += data.len();
        Ok(())
    });
    assert!(length <= input.len());
}

fn check_names(server: &Advertisement) {
    let mut names = server.refs.keys().chain(&server.head_branch);
    assert!(names.all(|name| is_ref_name(name)));
    assert!(!server.objects().iter().any(crate::ObjectId::is_zero));
}
