//! What is replaced by what, and what is refused.

use std::collections::HashMap;

use domain::{FindingId, Secret};
use proptest::prelude::*;

use super::{Place, Values};
use crate::edits::apply;
use crate::{Replacement, RewriteError};

fn replacement(id: &str, value: &str, with: &str) -> Replacement {
    Replacement {
        with: with.into(),
        ..Replacement::new(FindingId::new(id), Secret::new(value.into()))
    }
}

fn replaced(values: &Values, data: &[u8], place: Place) -> Vec<u8> {
    let none = std::collections::HashMap::new();
    apply(data, &values.edits(data, place), &none)
}

#[test]
fn at_one_place_the_longest_is_replaced_and_nothing_twice() {
    let all = [
        replacement("short", "abcd", "1"),
        replacement("long", "abcdef", "2"),
        replacement("next", "efgh", "3"),
    ];
    let values = Values::new(&all, &[]).unwrap();
    let data = b"abcdefgh abcd efgh abcde";
    assert_eq!(replaced(&values, data, Place::File), b"2gh 1 3 1e");
}

#[test]
fn findings_with_one_value_are_one_and_the_first_decides() {
    let all = [
        replacement("b", "value", "B"),
        replacement("a", "value", "A"),
    ];
    let values = Values::new(&all, &[]).unwrap();
    assert_eq!(values.len(), 1);
    assert_eq!(replaced(&values, b"a value", Place::File), b"a A");
    let counts = values.by_finding(&[7]);
    assert!(counts.len() == 2 && counts.values().all(|count| *count == 7));
}

#[test]
fn a_value_must_not_come_back() {
    for with in ["secret", "a secret!", "se<cret>"] {
        let values = Values::new(&[replacement("x", "secret", with)], &[]);
        assert!(
            matches!(values, Err(RewriteError::ReplacementHoldsValue { .. })),
            "{with}"
        );
    }
}

proptest! {
    /// Around what was replaced a value can stand anew: it is found by looking there, as it would be by looking at everything.
    #[test]
    fn what_comes_back_is_refused(
        parts in proptest::collection::vec(("[abc]{0,50}", prop_oneof!["cabcab", "abca", "-"]), 1..9),
    ) {
        let texts = [replacement("x", "cabcab", ""), replacement("y", "abca", "-")];
        let values = Values::new(&texts, &[]).unwrap();
        let data: String = parts.into_iter().flat_map(|(more, value)| [more, value]).collect();
        let heads = values.heads(data.as_bytes(), None);
        let edits = values.edits_at(&heads, data.as_bytes(), Place::File);
        let new = apply(data.as_bytes(), &edits, &HashMap::new());
        let refused = values.refuse_in(&new, (&heads, data.len(), &edits)).is_err();
        prop_assert_eq!(refused, values.is_in(&new));
    }
}

#[test]
fn what_comes_in_a_values_place_fits_there() {
    let values = Values::new(&[replacement("x", "secret", "<re\nmoved>")], &[]).unwrap();
    assert_eq!(replaced(&values, b"secret", Place::Header), b"removed");
    assert_eq!(values.name(b"my secret", 0).unwrap().1, b"my removed");
    assert_eq!(values.name(b"secret.pem", 2).unwrap().1, b"removed-2.pem");
    let values = Values::new(&[replacement("x", "secret", "***")], &[]).unwrap();
    for (old, new) in [
        (&b"key: secret\n"[..], &b"key: \"***\"\n"[..]),
        (b"key: secretive\n", b"key: REMOVEDive\n"),
        (b"KEY=secret\n", b"KEY=***\n"),
    ] {
        assert_eq!(replaced(&values, old, Place::File), new);
    }
    assert_eq!(
        replaced(&values, b"key: secret", Place::Message),
        b"key: ***"
    );
}
