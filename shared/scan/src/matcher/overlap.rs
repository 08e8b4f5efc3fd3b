//! Two rules, one value: the more specific one keeps it.

use super::Match;
use crate::rules::{Rule, Screen};

/// Removes every match whose value overlaps that of a better one; leaves them in order of place.
///
/// Better is a form over a mere name before the value, then the higher confidence, then the longer value, then
/// the rule that comes first.
pub(super) fn resolve(matches: &mut Vec<Match>, rules: &[Rule]) {
    if matches.len() < 2 {
        return;
    }
    matches.sort_unstable_by_key(|found| (found.start, found.end, found.rule));
    let all = std::mem::take(matches);
    for cluster in all.chunk_by_overlap() {
        keep_best(cluster, rules, matches);
    }
}

fn keep_best(cluster: &[Match], rules: &[Rule], out: &mut Vec<Match>) {
    if let [only] = cluster {
        out.push(*only);
        return;
    }
    let mut ranked = cluster.to_vec();
    ranked.sort_by_key(|found| {
        let by_name = rules[usize::from(found.rule)].screen() == Screen::Assigned;
        let length = found.end - found.start;
        let worse = (by_name, 100 - found.confidence.min(100));
        (worse, std::cmp::Reverse(length), found.rule, found.start)
    });
    let first = out.len();
    for candidate in ranked {
        let place = out[first..].partition_point(|kept| kept.start < candidate.start) + first;
        let clear_left = place == first || out[place - 1].end <= candidate.start;
        let clear_right = place == out.len() || candidate.end <= out[place].start;
        if clear_left && clear_right {
            out.insert(place, candidate);
        }
    }
}

/// Cuts sorted matches where no value crosses from left to right.
trait Clusters {
    fn chunk_by_overlap(&self) -> impl Iterator<Item = &[Match]>;
}

impl Clusters for Vec<Match> {
    fn chunk_by_overlap(&self) -> impl Iterator<Item = &[Match]> {
        let mut rest = self.as_slice();
        std::iter::from_fn(move || {
            let mut end = rest.first()?.end;
            let mut length = 1;
            while let Some(next) = rest.get(length).filter(|next| next.start < end) {
                end = end.max(next.end);
                length += 1;
            }
            let (cluster, tail) = rest.split_at(length);
            rest = tail;
            Some(cluster)
        })
    }
}
