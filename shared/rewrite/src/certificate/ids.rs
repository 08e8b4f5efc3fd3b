//! The map of ids as JSON: an object of hexadecimal digits.

use std::collections::BTreeMap;

use git::ObjectId;
use serde::de::Error as _;
use serde::{Deserialize as _, Deserializer, Serializer};

pub(super) fn serialize<S: Serializer>(
    map: &BTreeMap<ObjectId, ObjectId>,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    serializer.collect_map(
        map.iter()
            .map(|(old, new)| (old.to_string(), new.to_string())),
    )
}

pub(super) fn deserialize<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<BTreeMap<ObjectId, ObjectId>, D::Error> {
    let id = |text: &str| {
        ObjectId::from_hex(text.as_bytes())
            .ok_or_else(|| D::Error::custom("what is no id in the map"))
    };
    let texts = BTreeMap::<String, String>::deserialize(deserializer)?;
    let pairs = texts.iter().map(|(old, new)| Ok((id(old)?, id(new)?)));
    pairs.collect()
}
