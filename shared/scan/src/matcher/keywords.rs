//! All keywords of all rules, looked for in one pass: the one thing that sees every byte.
//!
//! Of each keyword its rarest four bytes (its *gram*) are entered in a bit table. At every place of the data four
//! bytes are looked up; the few places that the table knows are compared with up to eight bytes of the keyword that
//! begin with its gram (its *core*), and with the keyword itself where these stand. Lookups do not wait for one another,
//! which makes this several times faster than an automaton. And eight bytes are all that must be looked at anew where
//! two old pieces meet.

use std::collections::{HashMap, HashSet};
use std::ops::Range;

use domain::Encoding;
use foldhash::fast::FixedState;

use super::rarity::Rarity;
use super::table::{Table, hash};
use crate::decode::marks;
use crate::rules::{Rule, RuleError};

/// Four bytes, with the bit set that tells upper case from lower: a coarse folding, undone by the comparison.
pub(super) type Gram = u32;

/// Up to eight bytes, folded like a gram, the first one lowest.
type Core = u64;

/// Bytes of the longest core.
pub(super) const CORE: usize = 8;

const FOLD: u32 = 0x2020_2020;
const FOLD_CORE: u64 = 0x2020_2020_2020_2020;
/// Bits of the index from a gram to its keywords.
const INDEX_BITS: u32 = 13;
/// Places whose cores are listed before those whose keywords do not stand around them are left out.
const PART: usize = 1 << 16;

/// Finds every place where a keyword ends, in any case of its letters.
pub(crate) struct Keywords {
    words: Vec<Keyword>,
    /// What the words mark that come after those of the rules.
    marks: Vec<Encoding>,
    table: Table,
    /// For each hash of a gram the first of its entries; those of the next hash end them.
    index: Box<[u16]>,
    /// In the order of their grams' hashes.
    entries: Vec<Entry>,
    /// Bytes of the longest keyword.
    reach: usize,
}

struct Keyword {
    text: Box<[u8]>,
    /// Where the gram stands in the text.
    gram_at: usize,
    /// The rules that have the keyword, in order.
    rules: Box<[u16]>,
}

#[derive(Clone, Copy)]
struct Entry {
    core: Core,
    /// The bytes that the core has.
    mask: Core,
    keyword: u16,
}

/// A place where a keyword's core stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct GramHit {
    /// Where they start.
    pub(crate) at: u32,
    /// The keyword.
    pub(crate) keyword: u16,
    /// Whether the rest of the keyword stands around them.
    pub(crate) holds: bool,
}

impl Keywords {
    pub(crate) fn new(rules: &[Rule]) -> Result<Self, RuleError> {
        let mut places: HashMap<&str, usize, FixedState> = HashMap::default();
        let mut texts: Vec<(&str, Vec<u16>)> = Vec::new();
        for (number, rule) in (0u16..).zip(rules) {
            for keyword in rule.keywords() {
                let place = *places.entry(keyword).or_insert(texts.len());
                if place == texts.len() {
                    texts.push((keyword, Vec::new()));
                }
                texts[place].1.push(number);
            }
        }
        let mut keywords = Self {
            words: Vec::with_capacity(texts.len()),
            marks: Vec::new(),
            table: Table::new(),
            index: Box::default(),
            entries: Vec::new(),
            reach: 0,
        };
        let rarity = Rarity::new();
        let mut cores: HashSet<(Core, Core), FixedState> = HashSet::default();
        // The shortest have no choice of grams; longer ones can share theirs.
        texts.sort_by_key(|(text, _)| text.len());
        for (text, rules) in texts {
            let gram_at = rarity.best(
                text.as_bytes(),
                |gram| keywords.table.knows(gram),
                |text| cores.contains(&masked(text)),
            );
            cores.insert(masked(&text.as_bytes()[gram_at..]));
            keywords.add(text.as_bytes(), rules.into_boxed_slice(), gram_at);
        }
        for (text, encoding) in marks::texts() {
            keywords.add(text.as_bytes(), Box::default(), 0);
            keywords.marks.push(encoding);
        }
        keywords.finish();
        let (rules, entries) = (rules.len(), keywords.entries.len());
        if rules.max(entries) >= usize::from(u16::MAX) {
            return Err(RuleError::TooMany { rules, entries });
        }
        Ok(keywords)
    }

    fn add(&mut self, text: &[u8], rules: Box<[u16]>, gram_at: usize) {
        let keyword = small(self.words.len());
        self.reach = self.reach.max(text.len());
        if let Some(gram) = text[gram_at..].first_chunk() {
            self.table.enter(fold(*gram)); // no rule has a shorter keyword
        }
        let (core, mask) = masked(&text[gram_at..]);
        self.entries.push(Entry {
            core,
            mask,
            keyword,
        });
        self.words.push(Keyword {
            text: text.into(),
            gram_at,
            rules,
        });
    }

    /// Makes entries findable.
    fn finish(&mut self) {
        let hash = |entry: &Entry| hash(gram_of(entry.core), INDEX_BITS);
        self.entries.sort_by_key(hash);
        let mut first = 0;
        let firsts = (0..=1 << INDEX_BITS).map(|number| {
            let before = self.entries[first..].iter();
            first += before.take_while(|entry| hash(entry) < number).count();
            small(first)
        });
        self.index = firsts.collect();
    }

    /// The entries whose gram this core may begin with: side by side, so that memory is waited for once.
    fn entries_of(&self, core: Core) -> &[Entry] {
        let hash = hash(gram_of(core), INDEX_BITS);
        let (first, end) = (self.index[hash], self.index[hash + 1]);
        &self.entries[usize::from(first)..usize::from(end)]
    }

    /// Appends the cores that start at `starts` in `data` and whose keywords stand around them, in order.
    pub(super) fn held(&self, data: &[u8], starts: Range<usize>, out: &mut Vec<GramHit>) {
        let mut part = Vec::new();
        for start in starts.clone().step_by(PART) {
            part.clear();
            self.grams(data, start..(start + PART).min(starts.end), &mut part);
            out.extend(part.iter().filter(|gram| gram.holds));
        }
    }

    /// Appends the cores that start at `starts` in `data`, in order.
    pub(super) fn grams(&self, data: &[u8], starts: Range<usize>, out: &mut Vec<GramHit>) {
        let stop = starts.end.saturating_add(3).min(data.len());
        let mut at = starts.start;
        while let Some(rest) = data.get(at..stop)
            && let Some(ahead) = self.table.first(rest)
        {
            at += ahead;
            self.look_up(data, at, out);
            at += 1;
        }
    }

    /// Appends the keywords whose core starts at `place`.
    fn look_up(&self, data: &[u8], place: usize, out: &mut Vec<GramHit>) {
        let Ok(at) = u32::try_from(place) else {
            return; // no object is that long
        };
        let core = core(&data[place..]);
        for entry in self.entries_of(core) {
            if core & entry.mask == entry.core {
                let keyword = entry.keyword;
                let hit = GramHit {
                    at,
                    keyword,
                    holds: self.holds(data, place, keyword),
                };
                out.push(hit);
            }
        }
    }

    /// Where the keyword of a hit stands, if it fits between the ends of the data.
    pub(super) fn place(&self, at: usize, keyword: u16, length: usize) -> Option<Range<usize>> {
        let keyword = &self.words[usize::from(keyword)];
        let start = at.checked_sub(keyword.gram_at)?;
        let end = start + keyword.text.len();
        (end <= length).then_some(start..end)
    }

    /// Whether the keyword stands around its gram, which starts at `at`.
    pub(super) fn holds(&self, data: &[u8], at: usize, keyword: u16) -> bool {
        self.place(at, keyword, data.len()).is_some_and(|place| {
            data[place].eq_ignore_ascii_case(&self.words[usize::from(keyword)].text)
        })
    }

    /// How far any keyword reaches from its gram, to either side.
    pub(super) fn reach(&self) -> usize {
        self.reach
    }

    /// What this word marks; none for a keyword of a rule.
    pub(super) fn mark(&self, keyword: u16) -> Option<Encoding> {
        let place = usize::from(keyword) + self.marks.len();
        let place = place.checked_sub(self.words.len())?;
        self.marks.get(place).copied()
    }

    /// The rules that have this keyword.
    pub(super) fn rules(&self, keyword: u16) -> &[u16] {
        &self.words[usize::from(keyword)].rules
    }
}

impl std::fmt::Debug for Keywords {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Keywords({})", self.words.len())
    }
}

pub(super) fn fold(bytes: [u8; 4]) -> Gram {
    u32::from_le_bytes(bytes) | FOLD
}

/// The first bytes of a text, as a core has them; as if it went on with zeros.
fn core(text: &[u8]) -> Core {
    let bytes = text.first_chunk().copied().unwrap_or_else(|| {
        let mut bytes = [0; CORE];
        bytes[..text.len()].copy_from_slice(text);
        bytes
    });
    Core::from_le_bytes(bytes) | FOLD_CORE
}

/// The bytes of its core that a text has.
fn mask(text: &[u8]) -> Core {
    match text.len() {
        CORE.. => Core::MAX,
        length => (1 << (8 * length)) - 1,
    }
}

/// The core of a text, and which bytes it has.
fn masked(text: &[u8]) -> (Core, Core) {
    let mask = mask(text);
    (core(text) & mask, mask)
}

/// More keywords are an error.
fn small(count: usize) -> u16 {
    u16::try_from(count).unwrap_or(u16::MAX)
}

/// The gram that a core begins with.
fn gram_of(core: Core) -> Gram {
    #[expect(clippy::cast_possible_truncation, reason = "its first four bytes")]
    let gram = core as Gram;
    gram
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;
    use std::sync::LazyLock;

    use aho_corasick::AhoCorasick;
    use proptest::prelude::*;

    use super::super::table::TABLE_BITS;
    use super::{Gram, GramHit, Keywords, Rarity, gram_of};
    use crate::rules::RuleSet;

    /// What the choice of the multiplier is for: it must be made anew when this fails because the rules are others.
    #[test]
    fn few_common_grams_are_taken_for_those_of_keywords() {
        let rules = RuleSet::builtin().unwrap();
        let keywords = rules.keywords();
        let cores = keywords.entries.iter().map(|entry| entry.core);
        let entered: HashSet<Gram> = cores.map(gram_of).collect();
        let (mut all, mut mistaken) = (0, 0);
        for (gram, frequency) in Rarity::new().common() {
            if !entered.contains(&gram) {
                all += u64::from(frequency);
                mistaken += u64::from(frequency) * u64::from(keywords.table.knows(gram));
            }
        }
        let by_chance = (all * entered.len() as u64) >> TABLE_BITS;
        assert!(
            mistaken > 0 && mistaken * 4 < by_chance,
            "{mistaken} of {by_chance}"
        );
    }

    /// What an automaton finds: (end, keyword) for each keyword inside the span.
    fn by_automaton(keywords: &Keywords, data: &[u8]) -> Vec<(usize, Vec<u16>)> {
        let texts = keywords.words.iter().map(|word| &word.text);
        let automaton = AhoCorasick::builder()
            .ascii_case_insensitive(true)
            .build(texts)
            .unwrap();
        let found = automaton.find_overlapping_iter(data);
        let mut hits: Vec<_> = found
            .map(|hit| (hit.end(), hit.pattern().as_usize()))
            .collect();
        hits.sort_unstable();
        hits.into_iter()
            .map(|(end, word)| (end, keywords.words[word].rules.to_vec()))
            .collect()
    }

    fn by_grams(keywords: &Keywords, data: &[u8]) -> Vec<(usize, Vec<u16>)> {
        let mut grams = Vec::new();
        keywords.grams(data, 0..data.len(), &mut grams);
        assert!(grams.is_sorted_by_key(|gram| gram.at));
        let held = grams.iter().filter(|gram| gram.holds);
        let end = |gram: &GramHit| {
            keywords
                .place(gram.at as usize, gram.keyword, data.len())
                .unwrap()
                .end
        };
        let mut hits: Vec<_> = held
            .map(|gram| (end(gram), usize::from(gram.keyword)))
            .collect();
        hits.sort_unstable();
        let rules = |word: usize| keywords.words[word].rules.to_vec();
        hits.into_iter()
            .map(|(end, word)| (end, rules(word)))
            .collect()
    }

    fn some_text() -> impl Strategy<Value = Vec<u8>> {
        let rules = RuleSet::builtin().unwrap();
        let words = rules
            .rules()
            .iter()
            .flat_map(|rule| rule.keywords().to_vec());
        let word = prop::sample::select(words.collect::<Vec<_>>());
        let piece = prop_oneof![
            word.clone().prop_map(String::into_bytes),
            word.prop_map(|word| word.to_ascii_uppercase().into_bytes()),
            prop::collection::vec(any::<u8>(), 0..6),
            "[a-z_:/~-]{0,5}".prop_map(String::into_bytes),
        ];
        prop::collection::vec(piece, 0..30).prop_map(|pieces| pieces.concat())
    }

    proptest! {
        #[test]
        fn grams_find_what_an_automaton_finds(data in some_text(), cut in 0..20usize) {
            static RULES: LazyLock<RuleSet> = LazyLock::new(|| RuleSet::builtin().unwrap());
            let keywords = RULES.keywords();
            prop_assert_eq!(by_grams(keywords, &data), by_automaton(keywords, &data));
            // in two parts the same
            let (mut whole, mut parts) = (Vec::new(), Vec::new());
            keywords.grams(&data, 0..data.len(), &mut whole);
            keywords.grams(&data, 0..cut, &mut parts);
            keywords.grams(&data, cut..data.len(), &mut parts);
            prop_assert_eq!(whole, parts);
        }
    }
}
