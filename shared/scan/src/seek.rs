//! Searching in order, from where the last search ended.

/// How far to look ahead step by step.
const STEPS: usize = 8;

/// The place of the first of `list` for which `is_before` is false (it is true for all in front of that). `near`: a guess, mostly right or
/// little too low.
pub(crate) fn first_from<T>(list: &[T], near: usize, is_before: impl Fn(&T) -> bool) -> usize {
    let near = near.min(list.len());
    let is_too_far = near > 0 && !is_before(&list[near - 1]);
    if is_too_far {
        return list[..near].partition_point(is_before);
    }
    let ahead = &list[near..];
    let steps = ahead.iter().take(STEPS).position(|one| !is_before(one));
    near + steps.unwrap_or_else(|| ahead.partition_point(is_before))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::first_from;

    proptest! {
        #[test]
        fn any_guess_leads_to_the_first(
            mut list in prop::collection::vec(0..60_u32, 0..40),
            near in 0..50_usize,
            place in 0..60_u32,
        ) {
            list.sort_unstable();
            let first = list.partition_point(|one| *one < place);
            prop_assert_eq!(first_from(&list, near, |one| *one < place), first);
        }
    }
}
