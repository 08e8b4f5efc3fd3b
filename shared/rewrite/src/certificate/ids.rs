//! The map of ids as JSON: an object of hexadecimal digits. A set of ids: a list of them.

use std::collections::{BTreeMap, BTreeSet};

use git::ObjectId;
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
    let texts = BTreeMap::<String, String>::deserialize(deserializer)?;
    let pairs = texts.iter().map(|(old, new)| Ok((id(old)?, id(new)?)));
    pairs.collect()
}

fn id<E: serde::de::Error>(text: &str) -> Result<ObjectId, E> {
    ObjectId::from_hex(text.as_bytes()).ok_or_else(|| E::custom("what is no id among ids"))
}

/// A set of ids.
pub(super) mod set {
    use serde::Deserialize as _;

    use super::{BTreeSet, Deserializer, ObjectId, Serializer, id};

    pub(in super::super) fn serialize<S: Serializer>(
        set: &BTreeSet<ObjectId>,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(set.iter().map(ObjectId::to_string))
    }

    pub(in super::super) fn deserialize<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<BTreeSet<ObjectId>, D::Error> {
        let texts = Vec::<String>::deserialize(deserializer)?;
        texts.iter().map(|text| id(text)).collect()
    }
}
