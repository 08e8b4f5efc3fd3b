//! Whether a value that a pattern found is to be believed, and how much.

use crate::entropy;
use crate::placeholder;
use crate::rules::{Rule, Screen};

/// The confidence in `value` as a secret of `rule`; `None` if it is none.
pub(super) fn judge(rule: &Rule, value: &[u8]) -> Option<u8> {
    if value.len() < rule.min_length() {
        return None;
    }
    let refused = match rule.screen() {
        Screen::None => false,
        Screen::Token => placeholder::is_filler(value),
        Screen::Password => placeholder::is_filler(value) || placeholder::is_stand_in(value),
        Screen::Assigned => placeholder::is_filler(value) || placeholder::is_ordinary(value),
    };
    if refused {
        return None;
    }
    if let Some(least) = rule.entropy()
        && entropy::bits_per_byte(value) < least
    {
        return None;
    }
    match rule.check() {
        Some(check) => check.confidence(value, rule.confidence()),
        None => Some(rule.confidence()),
    }
}
