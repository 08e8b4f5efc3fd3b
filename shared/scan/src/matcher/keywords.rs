//! All keywords of all rules, looked for in one pass: the one thing that sees every byte.
//!
//! Of each keyword its rarest four bytes (its *gram*) are entered in a bit table. At every place of the data four
//! bytes are looked up; the few places that the table knows are compared with the keywords themselves. Lookups do
//! not wait for one another, which makes this several times faster than an automaton.

use std::collections::BTreeMap;
use std::ops::Range;

use crate::rules::{Rule, RuleError};

/// Four bytes, with the bit set that tells upper case from lower: a coarse folding, undone by the comparison.
type Gram = u32;

const FOLD: u32 = 0x2020_2020;
/// Bits of the table: 16 KiB, so that it stays in the nearest cache.
const TABLE_BITS: u32 = 17;
const TABLE_WORDS: usize = 1 << (TABLE_BITS - 6);
/// Bits of the index from a gram to its keywords.
const INDEX_BITS: u32 = 13;
/// Data is looked at in blocks, after each of which the hits are put in order.
const BLOCK: usize = 1 << 16;
const NONE: u16 = u16::MAX;

/// Bytes from the commonest to the rarest, folded, as counted over source trees (`\x7f` is `_`).
const COMMON: &[u8] = b" etsrian*olcdu\x7f)pmfhg,(\"b;y{}-v./=xkw01:>z2|#&463q$5j'8+79!<`%?~";

/// Finds every place where a keyword ends, in any case of its letters.
pub(crate) struct Keywords {
    words: Vec<Keyword>,
    table: Box<[u64; TABLE_WORDS]>,
    /// For each hash the first of its entries.
    index: Box<[u16]>,
    entries: Vec<Entry>,
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
    gram: Gram,
    keyword: u16,
    next: u16,
}

/// A keyword's end in the data, and the keyword.
pub(super) type Hit = (usize, u16);

impl Keywords {
    pub(crate) fn new(rules: &[Rule]) -> Result<Self, RuleError> {
        let mut map: BTreeMap<&str, Vec<u16>> = BTreeMap::new();
        for (number, rule) in (0u16..).zip(rules) {
            for keyword in rule.keywords() {
                map.entry(keyword).or_default().push(number);
            }
        }
        let mut keywords = Self {
            words: Vec::with_capacity(map.len()),
            table: Box::new([0; TABLE_WORDS]),
            index: vec![NONE; 1 << INDEX_BITS].into_boxed_slice(),
            entries: Vec::new(),
        };
        for (text, rules) in map {
            keywords.add(text.as_bytes(), rules.into_boxed_slice());
        }
        let (rules, entries) = (rules.len(), keywords.entries.len());
        if rules.max(entries) >= usize::from(NONE) {
            return Err(RuleError::TooMany { rules, entries });
        }
        Ok(keywords)
    }

    fn add(&mut self, text: &[u8], rules: Box<[u16]>) {
        let keyword = u16::try_from(self.words.len()).unwrap_or(NONE);
        let gram_at = rarest(text);
        if let Some(bytes) = text[gram_at..].first_chunk() {
            self.enter(fold(*bytes), keyword);
        }
        self.words.push(Keyword {
            text: text.into(),
            gram_at,
            rules,
        });
    }

    fn enter(&mut self, gram: Gram, keyword: u16) {
        let bit = table_bit(gram);
        self.table[bit >> 6] |= 1 << (bit & 63);
        let head = &mut self.index[index_of(gram)];
        let next = std::mem::replace(head, u16::try_from(self.entries.len()).unwrap_or(NONE));
        self.entries.push(Entry {
            gram,
            keyword,
            next,
        });
    }

    /// Tells `hit` of each keyword that lies in `span` of `data`: where it ends, and whose it is. Ends come in
    /// increasing order. `hits` is working memory, empty before and after.
    pub(super) fn find(
        &self,
        data: &[u8],
        span: Range<usize>,
        hits: &mut Vec<Hit>,
        mut hit: impl FnMut(usize, &[u16]),
    ) {
        let mut tell = |(end, keyword): Hit| hit(end, &self.words[usize::from(keyword)].rules);
        // from the last place on where four bytes of the span are left
        let last = span.end.saturating_sub(3);
        let mut start = span.start;
        while start < last {
            let end = last.min(start + BLOCK);
            self.find_in_block(data, &span, start..end, hits);
            hits.sort_unstable();
            // a keyword found later ends beyond this block
            let settled = hits.partition_point(|(at, _)| *at <= end);
            hits.drain(..settled).for_each(&mut tell);
            start = end;
        }
        hits.drain(..).for_each(&mut tell);
    }

    /// Looks up the grams that start in `block`.
    fn find_in_block(
        &self,
        data: &[u8],
        span: &Range<usize>,
        block: Range<usize>,
        hits: &mut Vec<Hit>,
    ) {
        for (offset, bytes) in data[block.start..block.end + 3].windows(4).enumerate() {
            let gram = fold([bytes[0], bytes[1], bytes[2], bytes[3]]);
            let bit = table_bit(gram);
            // the remainder is the word itself, and tells the compiler that it is one of the table's
            if self.table[(bit >> 6) % TABLE_WORDS] >> (bit & 63) & 1 == 1 {
                self.compare(data, span, block.start + offset, gram, hits);
            }
        }
    }

    /// Compares the data with the keywords that have `gram`, found at `place`.
    #[inline(never)]
    fn compare(
        &self,
        data: &[u8],
        span: &Range<usize>,
        place: usize,
        gram: Gram,
        hits: &mut Vec<Hit>,
    ) {
        let mut next = self.index[index_of(gram)];
        while let Some(entry) = self.entries.get(usize::from(next)) {
            next = entry.next;
            if entry.gram != gram {
                continue;
            }
            let keyword = &self.words[usize::from(entry.keyword)];
            let Some(start) = place.checked_sub(keyword.gram_at) else {
                continue;
            };
            let end = start + keyword.text.len();
            if start >= span.start
                && end <= span.end
                && data[start..end].eq_ignore_ascii_case(&keyword.text)
            {
                hits.push((end, entry.keyword));
            }
        }
    }
}

impl std::fmt::Debug for Keywords {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Keywords({})", self.words.len())
    }
}

fn fold(bytes: [u8; 4]) -> Gram {
    u32::from_le_bytes(bytes) | FOLD
}

/// Spreads the bits of a gram (Fibonacci hashing).
fn spread(gram: Gram) -> u32 {
    gram.wrapping_mul(0x9e37_79b1)
}

fn table_bit(gram: Gram) -> usize {
    (spread(gram) >> (32 - TABLE_BITS)) as usize
}

fn index_of(gram: Gram) -> usize {
    (spread(gram) >> (32 - INDEX_BITS)) as usize
}

/// Where the rarest four bytes of a keyword start.
fn rarest(text: &[u8]) -> usize {
    let rank = |b: &u8| {
        let place = COMMON.iter().position(|common| *common == b | 0x20);
        place.unwrap_or(COMMON.len())
    };
    let rarity = |bytes: &[u8]| bytes.iter().map(rank).sum::<usize>();
    let grams = text.windows(4).enumerate();
    grams
        .max_by_key(|(_, gram)| rarity(gram))
        .map_or(0, |(at, _)| at)
}

#[cfg(test)]
mod tests {
    use aho_corasick::AhoCorasick;
    use proptest::prelude::*;

    use super::Keywords;
    use crate::rules::RuleSet;

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

    fn by_grams(
        keywords: &Keywords,
        data: &[u8],
        span: std::ops::Range<usize>,
    ) -> Vec<(usize, Vec<u16>)> {
        let mut found = Vec::new();
        keywords.find(data, span, &mut Vec::new(), |end, rules| {
            found.push((end, rules.to_vec()));
        });
        found
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
        fn grams_find_what_an_automaton_finds(data in some_text(), from in 0..20usize, to in 0..20usize) {
            let rules = RuleSet::builtin().unwrap();
            let keywords = rules.keywords();
            prop_assert_eq!(by_grams(keywords, &data, 0..data.len()), by_automaton(keywords, &data));
            let start = from.min(data.len());
            let span = start..data.len().saturating_sub(to).max(start);
            let mut inside = by_automaton(keywords, &data[span.clone()]);
            for (end, _) in &mut inside {
                *end += start;
            }
            prop_assert_eq!(by_grams(keywords, &data, span), inside);
        }
    }

    #[test]
    fn keywords_across_blocks_are_found_once_and_in_order() {
        let rules = RuleSet::builtin().unwrap();
        let mut data = vec![b' '; 3 * super::BLOCK];
        for place in [
            0,
            super::BLOCK - 5,
            super::BLOCK - 40,
            2 * super::BLOCK - 1,
            3 * super::BLOCK - 8,
        ] {
            data[place..place + 8].copy_from_slice(b"PassWord");
        }
        let hits = by_grams(rules.keywords(), &data, 0..data.len());
        assert_eq!(hits, by_automaton(rules.keywords(), &data));
        assert!(hits.is_sorted_by_key(|(end, _)| *end));
    }
}
