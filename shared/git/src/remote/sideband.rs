//! Data and messages over one stream: band 1 is data, 2 is talk, 3 is the server's last word (gitprotocol-common).

use std::io::Read;

use super::RemoteError;
use super::packet::{self, Packet, PacketError};

/// Hands the data of band 1 to `take` until `host` ends the stream.
pub(super) fn read(
    input: &mut impl Read,
    host: &str,
    mut take: impl FnMut(&[u8]) -> Result<(), RemoteError>,
) -> Result<(), RemoteError> {
    loop {
        match packet::read(input) {
            Ok(Some(Packet::Data(data))) => match data.split_first() {
                Some((1, data)) => take(data)?,
                Some((2, _)) | None => {}
                Some((3, _)) => {
                    return Err(RemoteError::Protocol {
                        what: "reported an error of its own and gave up",
                    });
                }
                Some(_) => {
                    return Err(RemoteError::Protocol {
                        what: "sent data in a form that is not known",
                    });
                }
            },
            Ok(Some(Packet::Flush)) => return Ok(()),
            Ok(Some(Packet::Delimiter)) => return Err(PacketError::Malformed.in_answer(host)),
            Ok(None) => return Err(PacketError::Ended.in_answer(host)),
            Err(error) => return Err(error.in_answer(host)),
        }
    }
}
