//! Where the next page begins: the last item's key, opaque, worthless in another list.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use domain::ports::PortError;

use crate::keys::Key;

/// Between `pk` and `sk`; ids hold no control characters, and if they did, `pk` would not match.
const SEPARATOR: char = '\n';

/// The cursor that continues after `key`.
pub(crate) fn encode(key: &Key) -> String {
    URL_SAFE_NO_PAD.encode(format!("{}{SEPARATOR}{}", key.pk, key.sk))
}

/// The key to continue after, if the cursor was given out for this partition and kind of item.
pub(crate) fn decode(cursor: &str, pk: &str, prefix: &str) -> Result<Key, PortError> {
    let bytes = URL_SAFE_NO_PAD.decode(cursor).ok();
    let text = bytes.and_then(|bytes| String::from_utf8(bytes).ok());
    let key = text.as_deref().and_then(|text| text.split_once(SEPARATOR));
    match key {
        Some((partition, sk)) if partition == pk && sk.starts_with(prefix) => Ok(Key {
            pk: pk.to_owned(),
            sk: sk.to_owned(),
        }),
        _ => Err(PortError::InvalidCursor),
    }
}

#[cfg(test)]
mod tests {
    use super::{decode, encode};
    use crate::keys::Key;

    #[test]
    fn a_cursor_serves_its_own_list_only() {
        let key = Key {
            pk: "TENANT#a".into(),
            sk: "JOB#1".into(),
        };
        let cursor = encode(&key);
        assert_eq!(decode(&cursor, "TENANT#a", "JOB#").unwrap(), key);
        assert!(decode(&cursor, "TENANT#b", "JOB#").is_err());
        assert!(decode(&cursor, "TENANT#a", "EVENT#").is_err());
        assert!(decode("", "TENANT#a", "JOB#").is_err());
        assert!(decode("%%%", "TENANT#a", "JOB#").is_err());
    }
}
