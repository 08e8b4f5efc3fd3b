//! Texts of two bytes for each character, every second one of them zero.

use domain::Encoding;

use super::Region;

/// What has no zero among its first bytes is no UTF-16, nor a binary file with such texts.
const HEAD: usize = 1024;
/// The shortest text, in bytes.
const LEAST: usize = 32;

/// Appends the texts of `data`.
pub(super) fn find(data: &[u8], out: &mut Vec<Region>) {
    if memchr::memchr(0, &data[..data.len().min(HEAD)]).is_none() {
        return;
    }
    let mut from = 0;
    while let Some(zero) = memchr::memchr(0, &data[from..]).map(|at| from + at) {
        let start = zero.saturating_sub(1).max(from);
        let pairs = data[zero..].chunks_exact(2);
        let pairs = pairs.take_while(|pair| pair[0] == 0 && pair[1] != 0);
        let last = zero + 2 * pairs.count();
        let end = if data.get(last) == Some(&0) {
            last + 1
        } else {
            last
        };
        if end - start >= LEAST {
            let encoding = Encoding::Utf16;
            out.push(Region {
                start,
                end,
                encoding,
            });
        }
        from = end.max(zero + 1);
    }
}
