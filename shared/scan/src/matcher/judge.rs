//! Whether a value that a pattern found is to be believed, and how much.

use crate::entropy;
use crate::placeholder;
use crate::rules::{Rule, Screen};

/// The confidence in `value` as a secret of `rule`; `None` if it is none. `before` is what the pattern matched
/// in front of the value: the name that it was given, mostly.
pub(super) fn judge(rule: &Rule, before: &[u8], value: &[u8]) -> Option<u8> {
    let named_otherwise = |word: &String| placeholder::contains(before, word.as_bytes());
    if value.len() < rule.min_length() || rule.unless().iter().any(named_otherwise) {
        return None;
    }
    let filler = || placeholder::is_filler(value);
    let counted = placeholder::is_count(value);
    let refused = match rule.screen() {
        Screen::None => false,
        Screen::Token => filler(),
        Screen::Password => filler() || counted || placeholder::is_stand_in(value),
        Screen::Chosen => filler() || counted || placeholder::is_unlikely_choice(value),
        Screen::Assigned => filler() || counted || placeholder::is_ordinary(value),
    };
    if refused {
        return None;
    }
    if let Some(least) = rule.entropy()
        && entropy::bits_per_byte(value) < least
    {
        return None;
    }
    // a token of letters in order has the right form, and was hardly ever given out
    let confidence = rule.confidence() / if counted { 2 } else { 1 };
    match rule.check() {
        Some(check) => check.confidence(value, confidence),
        None => Some(confidence),
    }
}
