//! What every match of a pattern has in it, besides one of the rule's keywords: a text, or a long run of certain characters. Around
//! most keywords it is not there, and to see that takes a fraction of the time that an automaton does.

use memchr::memmem::Finder;
use regex_syntax::hir::{Class, Hir, HirKind, Repetition};
use serde::{Deserialize, Serialize};

/// How telling a witness must be, in bits: about one byte.
const LEAST: f64 = 4.0;
/// Bits of one character of a text, and of one in any case.
const EXACT: f64 = 5.0;
const FOLDED: f64 = 4.0;
/// Characters that texts are made of.
const PRINTABLE: f64 = 96.0;
/// Of more than so many witnesses one is nearly always there.
const MOST: usize = 4;
/// Of those that must all be there, so many are looked for.
const TOGETHER: usize = 3;
/// The letters, the most frequent first, behind what is more frequent than these in code.
const FREQUENT: &[u8] = b" \n\t=_-.,:\"'()etaoinsrlcdpumhgfbvwykxjqz";

/// Something without which there is no match.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) enum Witness {
    /// A text.
    Text(Text),
    /// A text in any case of its letters, here in lower case, and where its rarest character stands.
    Folded { text: Box<[u8]>, rarest: usize },
    /// So many bytes in a row, all of a class.
    Run { class: ByteClass, least: usize },
    /// At least one of these.
    Any(Box<[Witness]>),
    /// All of these.
    All(Box<[Witness]>),
}

/// A text to look for.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(from = "Vec<u8>", into = "Vec<u8>")]
pub(super) struct Text(Box<Finder<'static>>);

impl From<Vec<u8>> for Text {
    fn from(text: Vec<u8>) -> Self {
        Self(Box::new(Finder::new(&text).into_owned()))
    }
}

impl From<Text> for Vec<u8> {
    fn from(text: Text) -> Self {
        text.0.needle().to_vec()
    }
}

/// For each byte whether it is of the class; kept as ranges, ends included.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(from = "Vec<(u8, u8)>", into = "Vec<(u8, u8)>")]
pub(super) struct ByteClass(Box<[bool; 256]>);

impl From<Vec<(u8, u8)>> for ByteClass {
    fn from(ranges: Vec<(u8, u8)>) -> Self {
        let mut class = Box::new([false; 256]);
        for (start, end) in ranges {
            let range = class.get_mut(usize::from(start)..=usize::from(end));
            range.unwrap_or_default().fill(true);
        }
        Self(class)
    }
}

impl From<ByteClass> for Vec<(u8, u8)> {
    fn from(class: ByteClass) -> Self {
        let mut ranges = Self::new();
        for byte in (0..=255).filter(|byte| class.0[usize::from(*byte)]) {
            match ranges.last_mut() {
                Some((_, end)) if *end + 1 == byte => *end = byte,
                _ => ranges.push((byte, byte)),
            }
        }
        ranges
    }
}

impl Witness {
    /// The most telling one of a pattern that is run where one of `keywords` (in lower case) stands.
    pub(super) fn of(pattern: &Hir, keywords: &[String]) -> Option<Self> {
        let best = Candidate::best(pattern, keywords)?;
        (!best.is_told()).then_some(best.witness)
    }

    /// Whether it is in `window`.
    pub(super) fn is_in(&self, window: &[u8]) -> bool {
        match self {
            Self::Text(text) => text.0.find(window).is_some(),
            Self::Folded { text, rarest } => has_folded(window, text, *rarest),
            Self::Run { class, least } => has_run(window, &class.0, *least),
            Self::Any(some) => some.iter().any(|one| one.is_in(window)),
            Self::All(all) => all.iter().all(|one| one.is_in(window)),
        }
    }
}

/// Whether a text stands somewhere, in any case of its letters.
fn has_folded(window: &[u8], text: &[u8], rarest: usize) -> bool {
    let (lower, upper) = (text[rarest], text[rarest].to_ascii_uppercase());
    memchr::memchr2_iter(lower, upper, window).any(|at| {
        let start = at.checked_sub(rarest);
        let there = start.and_then(|start| window.get(start..start + text.len()));
        there.is_some_and(|there| there.eq_ignore_ascii_case(text))
    })
}

/// Whether so many bytes in a row are of a class. Only every so manieth byte must be looked at where few are.
fn has_run(window: &[u8], class: &[bool; 256], least: usize) -> bool {
    let is_of = |byte: &u8| class[usize::from(*byte)];
    // no run that is long enough begins before
    let mut start = 0;
    while let Some(candidate) = window.get(start..start + least) {
        match candidate.iter().rposition(|byte| !is_of(byte)) {
            None => return true,
            Some(other) => start += other + 1,
        }
    }
    false
}

/// A witness and how telling it is.
struct Candidate {
    witness: Witness,
    bits: f64,
    /// For each keyword whether the witness is there wherever the keyword is.
    told: Vec<bool>,
}

impl Candidate {
    fn best(hir: &Hir, keywords: &[String]) -> Option<Self> {
        match hir.kind() {
            HirKind::Literal(text) => Self::text(&text.0, true, keywords),
            HirKind::Capture(capture) => Self::best(&capture.sub, keywords),
            HirKind::Repetition(repetition) if repetition.min > 0 => {
                Self::run(repetition, keywords).or_else(|| Self::best(&repetition.sub, keywords))
            }
            HirKind::Concat(parts) => {
                let others = parts.iter().filter(|part| folded(part).is_none());
                let own = others.filter_map(|part| Self::best(part, keywords));
                let texts = joined(parts).into_iter();
                let texts =
                    texts.filter_map(|(text, is_exact)| Self::text(&text, is_exact, keywords));
                Self::all(own.chain(texts).collect())
            }
            HirKind::Alternation(parts) if parts.len() <= MOST => {
                let each = parts.iter().map(|part| Self::best(part, keywords));
                each.collect::<Option<_>>().map(Self::any)
            }
            _ => None,
        }
    }

    /// Several of which one must be there.
    fn any(candidates: Vec<Self>) -> Self {
        let bits = candidates.iter().map(|one| one.bits);
        Self {
            bits: bits.fold(f64::INFINITY, f64::min),
            told: together(&candidates, |one, other| one | other),
            witness: Witness::Any(witnesses(candidates)),
        }
    }

    /// The most telling of several that must all be there.
    fn all(mut candidates: Vec<Self>) -> Option<Self> {
        candidates.sort_by(|one, other| {
            let told = one.is_told().cmp(&other.is_told());
            told.then(other.bits.total_cmp(&one.bits))
        });
        let untold = candidates.iter().filter(|one| !one.is_told()).count();
        candidates.truncate(untold.clamp(1, TOGETHER));
        if candidates.len() < 2 {
            return candidates.pop();
        }
        Some(Self {
            bits: candidates.iter().map(|one| one.bits).sum(),
            told: together(&candidates, |one, other| one & other),
            witness: Witness::All(witnesses(candidates)),
        })
    }

    /// Whether it is always there: where any of the keywords is.
    fn is_told(&self) -> bool {
        self.told.iter().all(|told| *told)
    }

    /// A text is the less telling the more of it is a keyword.
    fn text(text: &[u8], is_exact: bool, keywords: &[String]) -> Option<Self> {
        let lower = text.to_ascii_lowercase();
        let has = |text: &[u8], part: &[u8]| memchr::memmem::find(text, part).is_some();
        let told = keywords.iter().map(|word| has(word.as_bytes(), &lower));
        let told: Vec<bool> = told.collect();
        let inside = keywords.iter().filter(|word| has(&lower, word.as_bytes()));
        let known = inside.map(String::len).filter(|known| *known < text.len());
        let new = text.len() - known.max().unwrap_or(0);
        let bits = f64::from(u32::try_from(new).unwrap_or(u32::MAX));
        let bits = bits * if is_exact { EXACT } else { FOLDED };
        let witness = if is_exact {
            Witness::Text(text.to_vec().into())
        } else {
            Witness::Folded {
                rarest: rarest(&lower),
                text: lower.into(),
            }
        };
        (bits >= LEAST).then_some(Self {
            witness,
            bits,
            told,
        })
    }

    fn run(repetition: &Repetition, keywords: &[String]) -> Option<Self> {
        let HirKind::Class(Class::Bytes(bytes)) = repetition.sub.kind() else {
            return None;
        };
        let ranges = bytes.iter().map(|range| (range.start(), range.end()));
        let class = ByteClass::from(ranges.collect::<Vec<_>>());
        let members = (b' '..0x7f).filter(|byte| class.0[usize::from(*byte)]);
        let members = members.fold(0.0, |count, _| count + 1.0_f64);
        let bits = f64::from(repetition.min) * (PRINTABLE / members.max(1.0)).log2();
        let least = usize::try_from(repetition.min).ok()?;
        let witness = Witness::Run { class, least };
        (bits >= LEAST).then_some(Self {
            witness,
            bits,
            told: vec![false; keywords.len()],
        })
    }
}

/// What several candidates say of each keyword.
fn together(candidates: &[Candidate], join: impl Fn(bool, bool) -> bool) -> Vec<bool> {
    let told = candidates.iter().map(|one| one.told.clone());
    let both = |one: Vec<bool>, other: Vec<bool>| {
        let both = one.iter().zip(&other);
        both.map(|(one, other)| join(*one, *other)).collect()
    };
    told.reduce(both).unwrap_or_default()
}

fn witnesses(candidates: Vec<Candidate>) -> Box<[Witness]> {
    candidates.into_iter().map(|one| one.witness).collect()
}

/// The texts that parts in a row make up, and whether the case of letters counts.
fn joined(parts: &[Hir]) -> Vec<(Vec<u8>, bool)> {
    let mut all = vec![(Vec::new(), true)];
    for part in parts {
        match (folded(part), all.last_mut()) {
            (Some((text, is_exact)), Some(last)) => {
                last.0.extend(text);
                last.1 &= is_exact;
            }
            (None, Some(last)) if !last.0.is_empty() => all.push((Vec::new(), true)),
            _ => {}
        }
    }
    all
}

/// The text that a part is, if it is one, and whether the case of letters counts.
fn folded(part: &Hir) -> Option<(Vec<u8>, bool)> {
    match part.kind() {
        HirKind::Literal(text) => Some((text.0.to_vec(), true)),
        HirKind::Class(Class::Bytes(class)) => match class.ranges() {
            [upper, lower]
                if upper.len() == 1
                    && lower.len() == 1
                    && upper.start().is_ascii_uppercase()
                    && upper.start().to_ascii_lowercase() == lower.start() =>
            {
                Some((vec![lower.start()], false))
            }
            _ => None,
        },
        _ => None,
    }
}

/// Where the rarest character of a text stands.
fn rarest(text: &[u8]) -> usize {
    let rank = |byte: &u8| FREQUENT.iter().position(|other| other == byte);
    let rank = |at: &usize| rank(&text[*at]).unwrap_or(FREQUENT.len());
    (0..text.len()).max_by_key(rank).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use regex_syntax::ParserBuilder;

    use super::{Witness, has_folded, has_run, rarest};

    fn witness(pattern: &str, keywords: &[&str]) -> Option<Witness> {
        let mut builder = ParserBuilder::new();
        let hir = builder.unicode(false).utf8(false).build().parse(pattern);
        let keywords = keywords.iter().map(|word| (*word).to_owned());
        Witness::of(&hir.unwrap(), &keywords.collect::<Vec<_>>())
    }

    #[test]
    fn the_most_telling_part_is_chosen_and_no_keyword() {
        let is = |pattern: &str, with: &str, without: &str| {
            let witness = witness(pattern, &["key"]).unwrap();
            assert!(witness.is_in(with.as_bytes()), "{pattern}: {with}");
            assert!(!witness.is_in(without.as_bytes()), "{pattern}: {without}");
        };
        is("key.{0,9}secret", "a secret", "key Secret");
        is("(?i)key.{0,9}Secret", "a SECRET", "key secre");
        is("key=[a-f0-9]{8}", "key=z0123abcdz", "key=0123abc");
        is("(?:key-(?:one:|two:)){1,2}", "key-two:", "key-");
        is("key[0-9]{8}|dsn@[0-9]{8}", "key12345678", "dsn@");
        is("key[0-9]{3,9};.{0,9}@", "key@ 123;", "key@ 12;");
        is("key[0-9]{3,9};.{0,9}@", "key@ 123;", "key 123;");
        is("key(?:[0-9]{8}|\"[^\"]{0,8}\")", "key\"", "key'1234567");
        for nothing in [
            "key",
            "ke",
            "(?i)KEY",
            "k?e?y?[a-z]{0,30}",
            "(?:key|abc)?",
            "(?:key|ke)",
            "key[^x]{3}",
            "(?:a|b1|c1|d1|e1)key",
        ] {
            assert!(witness(nothing, &["key"]).is_none(), "{nothing}");
        }
    }

    #[test]
    fn what_one_keyword_tells_another_one_does_not() {
        let pattern = "dsn@.{1,9}1[0-9]|key.{1,9};";
        let one = witness(pattern, &["dsn@", "key"]).unwrap();
        assert!(one.is_in(b"dsn@ 11") && one.is_in(b"key ;") && !one.is_in(b"key 1"));
        assert!(witness("dsn@|key", &["dsn@", "key"]).is_none());
        assert!(witness("dsn@|key", &["dsn@", "key", "pass"]).is_some());
    }

    proptest! {
        #[test]
        fn runs_and_folded_texts_are_found_wherever_they_are(
            data in "[aAbB ]{0,40}",
            text in "[ab ]{1,4}",
            least in 1..6_usize,
        ) {
            let (data, text) = (data.as_bytes(), text.as_bytes());
            let lower = data.to_ascii_lowercase();
            let is_there = lower.windows(text.len()).any(|part| part == text);
            prop_assert_eq!(has_folded(data, text, rarest(text)), is_there);
            let mut class = [false; 256];
            class[usize::from(b'a')] = true;
            let is_there = data.windows(least).any(|part| part.iter().all(|byte| *byte == b'a'));
            prop_assert_eq!(has_run(data, &class, least), is_there);
        }
    }
}
