//! What every match of a pattern has in it, besides one of the rule's keywords: a text, or a long run of certain characters. Around
//! most keywords it is not there, and to see that takes a fraction of the time that an automaton does.

use memchr::memmem::Finder;
use regex_syntax::hir::{Class, Hir, HirKind, Repetition};

/// How telling a witness must be, in bits: about one byte.
const LEAST: f64 = 4.0;
/// Bits of one character of a text, and of one in any case.
const EXACT: f64 = 5.0;
const FOLDED: f64 = 4.0;
/// Characters that texts are made of.
const PRINTABLE: f64 = 96.0;
/// Of more than so many witnesses one is nearly always there.
const MOST: usize = 4;
/// The letters, the most frequent first, behind what is more frequent than these in code.
const FREQUENT: &[u8] = b" \n\t=_-.,:\"'()etaoinsrlcdpumhgfbvwykxjqz";

/// Something without which there is no match.
#[derive(Debug)]
pub(super) enum Witness {
    /// A text.
    Text(Box<Finder<'static>>),
    /// A text in any case of its letters, here in lower case, and where its rarest character stands.
    Folded { text: Box<[u8]>, rarest: usize },
    /// So many bytes in a row, all of a class.
    Run {
        class: Box<[bool; 256]>,
        least: usize,
    },
    /// At least one of these.
    Any(Box<[Witness]>),
}

impl Witness {
    /// The most telling one of a pattern that is run where one of `keywords` (in lower case) stands.
    pub(super) fn of(pattern: &Hir, keywords: &[String]) -> Option<Self> {
        let best = Candidate::best(pattern, keywords)?;
        Some(best.witness)
    }

    /// Whether it is in `window`.
    pub(super) fn is_in(&self, window: &[u8]) -> bool {
        match self {
            Self::Text(text) => text.find(window).is_some(),
            Self::Folded { text, rarest } => has_folded(window, text, *rarest),
            Self::Run { class, least } => has_run(window, class, *least),
            Self::Any(all) => all.iter().any(|one| one.is_in(window)),
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
}

impl Candidate {
    fn best(hir: &Hir, keywords: &[String]) -> Option<Self> {
        match hir.kind() {
            HirKind::Literal(text) => Self::text(&text.0, true, keywords),
            HirKind::Capture(capture) => Self::best(&capture.sub, keywords),
            HirKind::Repetition(repetition) if repetition.min > 0 => {
                Self::run(repetition).or_else(|| Self::best(&repetition.sub, keywords))
            }
            HirKind::Concat(parts) => {
                let own = parts.iter().filter_map(|part| Self::best(part, keywords));
                let joined = joined(parts).into_iter();
                let joined = joined.filter_map(|text| Self::text(&text, false, keywords));
                own.chain(joined)
                    .max_by(|one, other| one.bits.total_cmp(&other.bits))
            }
            HirKind::Alternation(parts) if parts.len() <= MOST => {
                let each = parts.iter().map(|part| Self::best(part, keywords));
                let each: Vec<Self> = each.collect::<Option<_>>()?;
                let bits = each.iter().map(|one| one.bits);
                let bits = bits.fold(f64::INFINITY, f64::min);
                let all = each.into_iter().map(|one| one.witness);
                Some(Self {
                    witness: Witness::Any(all.collect()),
                    bits,
                })
            }
            _ => None,
        }
    }

    /// That a text is there says nothing if it is in every keyword's place, and less if a keyword is in it.
    fn text(text: &[u8], is_exact: bool, keywords: &[String]) -> Option<Self> {
        let lower = text.to_ascii_lowercase();
        let has = |text: &[u8], part: &[u8]| memchr::memmem::find(text, part).is_some();
        if keywords.iter().any(|word| has(word.as_bytes(), &lower)) {
            return None;
        }
        let inside = keywords.iter().filter(|word| has(&lower, word.as_bytes()));
        let known = inside.map(String::len).max().unwrap_or(0);
        let new = u32::try_from(text.len() - known).unwrap_or(u32::MAX);
        let bits = f64::from(new) * if is_exact { EXACT } else { FOLDED };
        let witness = if is_exact {
            Witness::Text(Box::new(Finder::new(text).into_owned()))
        } else {
            Witness::Folded {
                rarest: rarest(&lower),
                text: lower.into(),
            }
        };
        (bits >= LEAST).then_some(Self { witness, bits })
    }

    fn run(repetition: &Repetition) -> Option<Self> {
        let HirKind::Class(Class::Bytes(bytes)) = repetition.sub.kind() else {
            return None;
        };
        let mut class = Box::new([false; 256]);
        for range in bytes.iter() {
            (range.start()..=range.end()).for_each(|byte| class[usize::from(byte)] = true);
        }
        let members = (b' '..0x7f).filter(|byte| class[usize::from(*byte)]);
        let members = members.fold(0.0, |count, _| count + 1.0_f64);
        let bits = f64::from(repetition.min) * (PRINTABLE / members.max(1.0)).log2();
        let least = usize::try_from(repetition.min).ok()?;
        let witness = Witness::Run { class, least };
        (bits >= LEAST).then_some(Self { witness, bits })
    }
}

/// The texts, in lower case, that parts in a row make up if the case of letters does not count.
fn joined(parts: &[Hir]) -> Vec<Vec<u8>> {
    let mut all = vec![Vec::new()];
    for part in parts {
        match (folded(part), all.last_mut()) {
            (Some(text), Some(last)) => last.extend(text),
            (None, Some(last)) if !last.is_empty() => all.push(Vec::new()),
            _ => {}
        }
    }
    all
}

/// The text that a part is, if the case of letters does not count.
fn folded(part: &Hir) -> Option<Vec<u8>> {
    match part.kind() {
        HirKind::Literal(text) => Some(text.0.to_ascii_lowercase()),
        HirKind::Class(Class::Bytes(class)) => match class.ranges() {
            [upper, lower]
                if upper.len() == 1
                    && lower.len() == 1
                    && upper.start().is_ascii_uppercase()
                    && upper.start().to_ascii_lowercase() == lower.start() =>
            {
                Some(vec![lower.start()])
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

    fn witness(pattern: &str, keyword: &str) -> Option<Witness> {
        let mut builder = ParserBuilder::new();
        let hir = builder.unicode(false).utf8(false).build().parse(pattern);
        Witness::of(&hir.unwrap(), &[keyword.to_owned()])
    }

    #[test]
    fn the_most_telling_part_is_chosen_and_no_keyword() {
        let is = |pattern: &str, with: &str, without: &str| {
            let witness = witness(pattern, "key").unwrap();
            assert!(witness.is_in(with.as_bytes()), "{pattern}: {with}");
            assert!(!witness.is_in(without.as_bytes()), "{pattern}: {without}");
        };
        is("key.{0,9}secret", "a secret", "key Secret");
        is("(?i)key.{0,9}Secret", "a SECRET", "key secre");
        is("key=[a-f0-9]{8}", "z0123abcdz", "key=0123abc");
        is("(?:key-(?:one:|two:)){1,2}", "two:", "key-");
        is("key(?:[0-9]{8}|\"[^\"]{0,8}\")", "key\"", "key'1234567");
        for nothing in [
            "key",
            "ke",
            "(?i)KEY",
            "k?e?y?[a-z]{0,30}",
            "(?:key|abc)",
            "key[^x]{3}",
            "(?:a|b1|c1|d1|e1)key",
        ] {
            assert!(witness(nothing, "key").is_none(), "{nothing}");
        }
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
