//! zlib streams, in one call each: sizes are known from the pack, so nothing needs to stream.

use crate::buffer::resize;
use libdeflater::{CompressionLvl, Compressor, DecompressionError, Decompressor};

/// DEFLATE cannot expand more than this (RFC 1951: 258 bytes from two bits).
const MAX_RATIO: u64 = 1032;

/// Room behind what a stream should hold. The decompressor's fast loop asks before each symbol whether the longest match (258 bytes)
/// and what it writes ahead (41) fit: without this, the last 300 bytes, or all of a small delta, are decoded the slow way.
const SLACK: usize = 320;

/// Bytes that begin with a zlib stream (RFC 1950).
#[derive(Clone, Copy)]
pub(crate) struct Stream<'a> {
    pub(crate) bytes: &'a [u8],
    /// Whether a checksum of these bytes says that they are as they were written. Then the stream's own, of what it holds, says no more.
    pub(crate) is_checked: bool,
}

impl<'a> Stream<'a> {
    /// The data alone, if its checksum need not be asked.
    fn without_checksum(self) -> Option<&'a [u8]> {
        let (header, deflated) = self.bytes.split_first_chunk::<2>()?;
        // "deflate", without a dictionary, and the header's own check
        let is_plain = header[0] & 15 == 8 && header[1] & 0x20 == 0;
        let is_header = is_plain && u16::from_be_bytes(*header).is_multiple_of(31);
        (self.is_checked && is_header).then_some(deflated)
    }
}

/// Decompresses. One per thread.
pub struct Inflater {
    any: Decompressor,
    /// For streams that begin with the code that the format itself fixes, as half of all small ones do: it is kept from one to the next.
    fixed: Decompressor,
}

impl Default for Inflater {
    fn default() -> Self {
        Self::new()
    }
}

impl Inflater {
    /// A new one.
    pub fn new() -> Self {
        Self {
            any: Decompressor::new(),
            fixed: Decompressor::new(),
        }
    }

    /// Fills `out` with the `size` bytes that a stream holds. Memory is taken only if it could hold as much.
    pub(crate) fn inflate(
        &mut self,
        stream: Stream<'_>,
        size: u64,
        out: &mut Vec<u8>,
    ) -> Result<(), &'static str> {
        let input = stream.bytes;
        if size > input.len() as u64 * MAX_RATIO + 64 {
            return Err("the size it claims is larger than its data can give");
        }
        let size = usize::try_from(size).map_err(|_| "its size does not fit into memory")?;
        resize(out, size.saturating_add(SLACK))?;
        let decompressor = self.of(input);
        let outcome = match stream.without_checksum() {
            Some(deflated) => decompressor.deflate_decompress(deflated, out),
            None => decompressor.zlib_decompress(input, out),
        };
        out.truncate(size);
        match outcome {
            Ok(written) if written == size => Ok(()),
            Ok(written) if written < size => Err("its data is shorter than it claims"),
            Err(DecompressionError::BadData) => Err("its compressed data is not valid"),
            Ok(_) | Err(DecompressionError::InsufficientSpace) => {
                Err("its data is longer than it claims")
            }
        }
    }

    /// The one for this stream. Which it is changes nothing but the time that it takes.
    fn of(&mut self, input: &[u8]) -> &mut Decompressor {
        // Two bytes of zlib; then one bit for the last block, and two for how it is coded (RFC 1951, 3.2.3).
        let coding = input.get(2).map(|first| first >> 1 & 3);
        if coding == Some(1) {
            &mut self.fixed
        } else {
            &mut self.any
        }
    }

    /// Decompresses a stream whose size is not known, up to `limit` bytes.
    pub fn inflate_unknown(
        &mut self,
        input: &[u8],
        limit: u64,
        out: &mut Vec<u8>,
    ) -> Result<(), &'static str> {
        let most = (input.len() as u64 * MAX_RATIO + 64).min(limit);
        let mut room = (input.len() as u64 * 4 + 256).min(most);
        loop {
            let length = usize::try_from(room).map_err(|_| "its size does not fit into memory")?;
            resize(out, length)?;
            match self.of(input).zlib_decompress(input, out) {
                Ok(written) => {
                    out.truncate(written);
                    return Ok(());
                }
                Err(DecompressionError::InsufficientSpace) if room < most => {
                    room = (room * 4).min(most);
                }
                Err(DecompressionError::InsufficientSpace) => {
                    return Err("it is larger than the limit");
                }
                Err(DecompressionError::BadData) => return Err("its compressed data is not valid"),
            }
        }
    }
}

/// Compresses. One per thread.
pub struct Deflater {
    /// Stores.
    tiny: Compressor,
    small: Compressor,
    large: Compressor,
}

impl Default for Deflater {
    fn default() -> Self {
        Self::new()
    }
}

impl Deflater {
    /// Below these many bytes nothing is gained: half of what a small delta or tree has are ids.
    const TINY: usize = 96;

    /// Below these many, a compressor of a higher level clears more memory for its tables than it then reads.
    const SMALL: usize = 4096;

    /// A new one: about what zlib's usual level gives (a pack of a whole history grows by a sixth of a percent, for a third less time
    /// than with level 6), and less for what is small.
    pub fn new() -> Self {
        let level = |level| Compressor::new(CompressionLvl::new(level).unwrap_or_default());
        Self {
            tiny: level(0),
            small: level(1),
            large: level(5),
        }
    }

    /// `data` as a zlib stream.
    pub fn deflate(&mut self, data: &[u8]) -> Vec<u8> {
        let compressor = match data.len() {
            ..Self::TINY => &mut self.tiny,
            Self::TINY..Self::SMALL => &mut self.small,
            _ => &mut self.large,
        };
        let mut out = vec![0; compressor.zlib_compress_bound(data.len())];
        // The bound is what zlib_compress asks for, so that it cannot run out of room.
        let written = compressor.zlib_compress(data, &mut out).unwrap_or_default();
        out.truncate(written);
        // Many of these are kept, and the bound is far above what most need.
        out.shrink_to_fit();
        out
    }
}

#[cfg(test)]
mod tests {
    use super::{Deflater, Inflater, Stream};

    #[test]
    fn a_stream_s_own_checksum_counts_unless_another_was_right() {
        let mut packed = Deflater::new().deflate(b"hello");
        if let Some(last) = packed.last_mut() {
            *last ^= 1;
        }
        let outcome = |bytes: &[u8], is_checked| {
            let mut out = Vec::new();
            let stream = Stream { bytes, is_checked };
            Inflater::new().inflate(stream, 5, &mut out).map(|()| out)
        };
        assert!(outcome(&packed, false).is_err());
        assert_eq!(outcome(&packed, true).unwrap(), b"hello");
        for (at, bit) in [(0, 1), (0, 0x10), (1, 1), (1, 0x20)] {
            let mut other = packed.clone();
            other[at] ^= bit;
            assert!(outcome(&other, true).is_err(), "{at} {bit}");
        }
    }

    #[test]
    fn what_was_deflated_inflates() {
        let (mut deflater, mut out) = (Deflater::new(), Vec::new());
        let mut inflater = Inflater::new();
        // stored, coded as the format fixes it, and with codes of their own, one after another
        let text = |length: u32| {
            (0..length)
                .map(|at| (at * at % 251).to_le_bytes()[0])
                .collect()
        };
        let texts: [Vec<u8>; 5] = [vec![], text(95), vec![b'a'; 300], text(4095), text(12_000)];
        let codings: std::collections::BTreeSet<u8> = texts
            .iter()
            .map(|text| deflater.deflate(text)[2] >> 1 & 3)
            .collect();
        assert_eq!(codings.len(), 3);
        for data in texts.iter().chain(&texts).chain(texts.iter().rev()) {
            let packed = deflater.deflate(data);
            for is_checked in [true, false] {
                let (bytes, size) = (&packed, data.len() as u64);
                let stream = Stream { bytes, is_checked };
                inflater.inflate(stream, size, &mut out).unwrap();
                assert_eq!(out, *data);
            }
        }
        let data = b"abcabcabcabc".repeat(1000);
        let packed = deflater.deflate(&data);
        assert!(packed.len() < 200);
        Inflater::new()
            .inflate_unknown(&packed, 1 << 20, &mut out)
            .unwrap();
        assert_eq!(out, data);
    }

    #[test]
    fn wrong_sizes_are_errors_not_allocations() {
        let data = b"hello".repeat(200);
        let packed = Deflater::new().deflate(&data);
        let mut out = Vec::new();
        let wrong = [
            (0, "longer"),
            (100, "longer"),
            (999, "longer"),
            (1001, "shorter"),
            (u64::MAX, "larger"),
        ];
        for (size, how) in wrong {
            for is_checked in [true, false] {
                let bytes = &packed;
                let stream = Stream { bytes, is_checked };
                let reason = Inflater::new().inflate(stream, size, &mut out);
                let reason = reason.unwrap_err();
                assert!(reason.contains(how), "{size}: {reason}");
            }
        }
        assert!(
            Inflater::new()
                .inflate_unknown(&packed, 4, &mut out)
                .is_err()
        );
    }
}
