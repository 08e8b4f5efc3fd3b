//! Two rules, one value: the more specific one keeps it.

use super::Match;
use crate::rules::{Rule, Screen};

/// Removes every match whose value overlaps that of a better one; leaves them in order of place.
///
/// Better is a value with a form of its own, then one whose place is known, then one that only has a name before
/// it; then the higher confidence, the longer value, the rule that comes first.
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
        let doubt = match rules[usize::from(found.rule)].screen() {
            Screen::None | Screen::Token => 0,
            Screen::Password | Screen::Record | Screen::Store => 1,
            Screen::Chosen | Screen::Assigned => 2,
        };
        let length = found.end - found.start;
        let worse = (doubt, 100 - found.confidence.min(100));
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

#[cfg(test)]
mod tests {
    use super::resolve;
    use crate::matcher::Match;
    use crate::rules::RuleSet;

    const NAMES: &str = r#"
        name = "n"
        secret_type = "token"
        severity = "low"
        description = "d"
        source = "https://acme.dev/"
        keywords = ["word"]
        pattern = "word"
        confidence = 50
        examples = ["word"]
    "#;

    fn rules() -> RuleSet {
        let rule = |id: &str, screen: &str| {
            format!("[[rule]]\nid = \"{id}\"\nscreen = \"{screen}\"\n{NAMES}\n")
        };
        let text = [
            rule("form", "token"),
            rule("other-form", "token"),
            rule("name", "assigned"),
        ];
        RuleSet::parse(&[("a.toml", &text.concat())]).unwrap()
    }

    fn found(rule: u16, start: usize, end: usize, confidence: u8) -> Match {
        Match {
            rule,
            start,
            end,
            confidence,
        }
    }

    fn left(mut matches: Vec<Match>) -> Vec<Match> {
        let mut turned: Vec<_> = matches.iter().rev().copied().collect();
        resolve(&mut matches, rules().rules());
        resolve(&mut turned, rules().rules());
        assert_eq!(matches, turned, "the order of finding must not matter");
        matches
    }

    #[test]
    fn a_form_is_better_than_a_name_even_if_less_sure_and_shorter() {
        let form = found(0, 4, 20, 60);
        assert_eq!(left(vec![found(2, 0, 30, 99), form]), [form]);
    }

    #[test]
    fn among_forms_the_surer_wins_then_the_longer_then_the_first_rule() {
        assert_eq!(
            left(vec![found(0, 0, 30, 80), found(1, 5, 10, 90)]),
            [found(1, 5, 10, 90)]
        );
        assert_eq!(
            left(vec![found(0, 5, 10, 80), found(1, 0, 30, 80)]),
            [found(1, 0, 30, 80)]
        );
        assert_eq!(
            left(vec![found(1, 0, 9, 80), found(0, 0, 9, 80)]),
            [found(0, 0, 9, 80)]
        );
    }

    #[test]
    fn what_does_not_overlap_stays_in_order_of_place() {
        let both = [found(2, 0, 10, 50), found(0, 10, 20, 90)];
        assert_eq!(left(vec![both[1], both[0]]), both);
        // the best one takes out its neighbours, but not what only these overlapped
        let chain = vec![
            found(0, 0, 6, 70),
            found(0, 5, 15, 90),
            found(0, 14, 20, 70),
            found(2, 18, 30, 99),
        ];
        assert_eq!(left(chain.clone()), [chain[1], chain[3]]);
    }
}
