//! Whether a value that a pattern found is to be believed, and how much.

mod remark;

use std::ops::Range;

pub(super) use remark::Remark;

use domain::Encoding;

use crate::decode;
use crate::entropy;
use crate::placeholder::{self, Plainness};
use crate::rules::{Rule, Screen};

/// A value that is easily guessed or looks made up is believed by so much less. With it, and in a file of tests, a value that only its
/// name gives away falls below [`crate::LIKELY`].
const PLAIN: u8 = 15;
/// And a stand-in that is in use wherever nobody changed it.
const IN_USE: u8 = 20;
/// Of a record whose password is made of stand-ins or words; and if its host is one of documentation too.
const MADE: u8 = 60;
const MADE_FOR_DOCUMENTATION: u8 = 45;
/// Of an entry of a file of credentials, of which the password is a mere stand-in.
const BARE: u8 = 40;
/// A password in fewer bytes, once what stands for other bytes is read, is none.
const SHORTEST_PASSWORD: usize = 6;

/// A value, and what the pattern matched around it.
pub(super) struct Setting<'d> {
    /// The name that it was given, mostly.
    pub(super) before: &'d [u8],
    pub(super) value: &'d [u8],
    /// Mostly nothing; of an address the host.
    pub(super) after: &'d [u8],
}

impl<'d> Setting<'d> {
    /// `value` is a part of `whole`.
    pub(super) fn new(data: &'d [u8], whole: Range<usize>, value: Range<usize>) -> Self {
        Self {
            before: &data[whole.start..value.start],
            value: &data[value.clone()],
            after: &data[value.end..whole.end],
        }
    }
}

/// The confidence in a value as a secret of `rule`; `None` if it is none. `told` hears of each check, and of the confidence after it.
pub(super) fn judge<'a>(
    rule: &'a Rule,
    found: &Setting<'_>,
    told: &mut impl FnMut(Remark<'a>, Option<u8>),
) -> Option<u8> {
    told(Remark::Begins, Some(rule.confidence()));
    weigh(rule, found, told)
        .map_err(|refusal| told(refusal, None))
        .ok()
}

/// The error is why the value is refused.
fn weigh<'a>(
    rule: &'a Rule,
    found: &Setting<'_>,
    told: &mut impl FnMut(Remark<'a>, Option<u8>),
) -> Result<u8, Remark<'a>> {
    let value = found.value;
    if value.len() < rule.min_length() {
        return Err(Remark::Shorter(rule.min_length()));
    }
    let named_otherwise = |word: &&String| placeholder::contains(found.before, word.as_bytes());
    if let Some(word) = rule.unless().iter().find(named_otherwise) {
        return Err(Remark::NamedOtherwise(word));
    }
    let counted = placeholder::is_count(value);
    let mut confidence = screen(rule, found, counted, told)?;
    if let Some(least) = rule.entropy() {
        let bits = entropy::bits_per_byte(value);
        if bits < least {
            return Err(Remark::EntropyBelow(bits, least));
        }
        told(Remark::Entropy(bits, least), Some(confidence));
    }
    // a token of letters in order has the right form, and was hardly ever given out
    if counted {
        confidence /= 2;
        told(Remark::Counts, Some(confidence));
    }
    let Some(check) = rule.check() else {
        return Ok(confidence);
    };
    let after = check.confidence(value, confidence);
    let after = after.ok_or(Remark::InsideRefused)?;
    told(Remark::Inside(after.cmp(&confidence)), Some(after));
    Ok(after)
}

/// What the rule's screen says.
fn screen<'a>(
    rule: &'a Rule,
    found: &Setting<'_>,
    counted: bool,
    told: &mut impl FnMut(Remark<'a>, Option<u8>),
) -> Result<u8, Remark<'a>> {
    let (base, screen) = (rule.confidence(), rule.screen());
    if screen == Screen::None {
        return Ok(base);
    }
    if placeholder::is_filler(found.value) {
        return Err(Remark::Filler);
    }
    told(Remark::NoFiller, Some(base));
    if screen == Screen::Token {
        return Ok(base);
    }
    if counted {
        return Err(Remark::Counts);
    }
    let read = decode::read(Encoding::Percent, found.value);
    if read.len() < found.value.len().min(SHORTEST_PASSWORD) {
        return Err(Remark::Shorter(SHORTEST_PASSWORD));
    }
    let (remark, confidence) = match screen {
        Screen::None | Screen::Token => return Ok(base),
        Screen::Password if placeholder::is_stand_in(&read) => return Err(Remark::StandIn),
        Screen::Password => (Remark::NoStandIn, base),
        Screen::Record | Screen::Store => record(screen, base, &read, found)?,
        Screen::Chosen if placeholder::is_in_use(&read) => {
            (Remark::InUse, base.saturating_sub(IN_USE))
        }
        Screen::Chosen if placeholder::is_unlikely_choice(&read) => return Err(Remark::Ordinary),
        Screen::Chosen if placeholder::is_plain(&read) => {
            (Remark::Plain, base.saturating_sub(PLAIN))
        }
        Screen::Assigned if placeholder::is_ordinary(&read) || is_ordinary_inside(&read) => {
            return Err(Remark::Ordinary);
        }
        Screen::Chosen | Screen::Assigned => (Remark::NotOrdinary, base),
    };
    told(remark, Some(confidence));
    Ok(confidence)
}

/// Where the user and the host stand beside it, much may be a password that would be none elsewhere.
fn record(
    screen: Screen,
    base: u8,
    value: &[u8],
    found: &Setting<'_>,
) -> Result<(Remark<'static>, u8), Remark<'static>> {
    let is_store = screen == Screen::Store;
    let is_documentation = [found.before, found.after]
        .iter()
        .any(|text| placeholder::names_documentation(text));
    let is_here = found.after.starts_with(b"@") && placeholder::names_this_machine(found.after);
    let at_most = |confidence: u8| confidence.min(base);
    Ok(match placeholder::plainness(value) {
        Plainness::Bare if is_store => (Remark::Bare, at_most(BARE)),
        Plainness::Request | Plainness::Bare => return Err(Remark::StandIn),
        Plainness::Made if is_store && is_documentation => (
            Remark::MadeForDocumentation,
            at_most(MADE_FOR_DOCUMENTATION),
        ),
        Plainness::Made if !is_store && (is_documentation || is_here) => {
            return Err(Remark::StandIn);
        }
        Plainness::Made | Plainness::Words => (Remark::Made, at_most(MADE)),
        Plainness::None => (Remark::NoStandIn, base),
    })
}

/// Whether it is base64 of ordinary text.
fn is_ordinary_inside(value: &[u8]) -> bool {
    let is_digit = |b: &u8| b.is_ascii_alphanumeric() || b"+/=_-".contains(b);
    if !value.iter().all(is_digit) {
        return false;
    }
    let text = decode::read(Encoding::Base64, value);
    let text = text.trim_ascii();
    text.len() >= 4 && text.iter().all(u8::is_ascii_graphic) && placeholder::is_ordinary(text)
}
