//! Every ref and HEAD name what they named, or what that became; under the old name, or that without the values in it.

use std::collections::{BTreeMap, BTreeSet};

use domain::Carrier;
use git::{Head, ObjectId};

use super::plain::Plain;
use super::{Proof, Reasons, Sides};
use crate::plan::Residue;

/// Holds the refs of source and result against each other.
pub(super) fn check(sides: &Sides<'_>, proof: &mut Proof, reasons: &mut Reasons) {
    let became = |id: &ObjectId| sides.root_id(id).unwrap_or(*id);
    let found = sides.result.refs().iter();
    let mut found: BTreeMap<&str, ObjectId> = found.map(|r| (r.name.as_str(), r.target)).collect();
    let head = match sides.source.head() {
        Head::Branch(name) => Some(name.as_str()),
        Head::Detached(_) => None,
    };
    let names = sides.source.refs().iter().map(|r| r.name.as_str());
    let mut renamed: BTreeMap<&str, String> = BTreeMap::new();
    let mut taken: BTreeSet<String> = BTreeSet::new();
    let (with_value, without): (Vec<&str>, Vec<&str>) = names
        .chain(head)
        .partition(|name| new_name(sides.plain, name, "").is_some());
    taken.extend(without.into_iter().map(str::to_owned));
    for name in with_value {
        if renamed.contains_key(name) {
            continue;
        }
        let numbers = std::iter::once(String::new()).chain((1..).map(|n: u64| format!("-{n}")));
        let mut tries = numbers.filter_map(|number| new_name(sides.plain, name, &number));
        let is_free = |new: &String| {
            !new.as_bytes().ends_with(b".lock")
                && !taken.iter().any(|other| are_in_each_others_way(new, other))
        };
        let new = tries.find(is_free).unwrap_or_default();
        taken.insert(new.clone());
        renamed.insert(name, new);
    }
    let now = |name: &str| {
        renamed
            .get(name)
            .cloned()
            .unwrap_or_else(|| name.to_owned())
    };
    let mut as_they_should = true;
    for reference in sides.source.refs() {
        let target = found.remove(now(&reference.name).as_str());
        as_they_should &= target == Some(became(&reference.target));
    }
    if !as_they_should || !found.is_empty() {
        reasons.push("the refs of the result are not those of the source".to_owned());
    }
    let head = match sides.source.head() {
        Head::Branch(name) => Head::Branch(now(name)),
        Head::Detached(id) => Head::Detached(became(id)),
    };
    if *sides.result.head() != head {
        reasons.push("HEAD is not what it should be".to_owned());
    }
    let refs = sides.result.refs().iter();
    let left = refs.filter(|r| sides.plain.is_in(r.name.as_bytes()));
    let left = left.map(|r| Residue::in_name(Carrier::RefName, &r.target));
    proof.residue.extend(left);
}

/// The name without the values; none if it holds none behind `refs/…/`.
fn new_name(plain: &Plain, name: &str, number: &str) -> Option<String> {
    let parts: Vec<&str> = name.split('/').collect();
    let kept = if parts.len() > 2 { 2 } else { parts.len() - 1 };
    let kind = parts[..kept].concat().len() + kept;
    let new = plain.name(&name.as_bytes()[kind..], number)?;
    Some(name[..kind].to_owned() + &String::from_utf8_lossy(&new))
}

fn are_in_each_others_way(a: &str, b: &str) -> bool {
    format!("{a}/").starts_with(&format!("{b}/")) || format!("{b}/").starts_with(&format!("{a}/"))
}
