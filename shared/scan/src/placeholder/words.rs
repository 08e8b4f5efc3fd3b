//! Whether letters look like a word: which letters follow which in English and in the names in programs.

/// For each letter, those that often follow it: a third of all pairs there can be, nine tenths of those that there
/// are. Counted over the distinct words of source trees.
const FOLLOWERS: [&[u8]; 26] = [
    b"bcdgiklmnprstuvxy",
    b"aeilosuy",
    b"acehiklmorstu",
    b"abdeilorsu",
    b"abcdefgilmnopqrstvwxy",
    b"aefiloru",
    b"aehinrs",
    b"aeiort",
    b"abcdefglmnoprstvz",
    b"aeou",
    b"eis",
    b"adeilostuy",
    b"abeimopsuy",
    b"acdefgiklnostuv",
    b"abcdfgiklmnoprstuvw",
    b"aeiloprstu",
    b"u",
    b"acdegiklmnorstuy",
    b"acdehiklopstuy",
    b"acehilmorstuy",
    b"abcefgilmnprst",
    b"aei",
    b"aehior",
    b"eipt",
    b"nps",
    b"e",
];

/// Bit `b` of `TABLE[a]`: whether letter `b` often follows letter `a`.
const TABLE: [u32; 26] = {
    let mut table = [0; 26];
    let mut letter = 0;
    while letter < 26 {
        let mut n = 0;
        while n < FOLLOWERS[letter].len() {
            table[letter] |= 1 << (FOLLOWERS[letter][n] - b'a');
            n += 1;
        }
        letter += 1;
    }
    table
};

/// Whether `letters` (ASCII letters, of any case) look like a word: three or more, of whose pairs two thirds
/// and more are usual.
pub(super) fn is_word(letters: &[u8]) -> bool {
    let (usual, pairs) = usual_pairs(letters);
    pairs >= 2 && usual * 3 >= pairs * 2
}

/// Whether `letters` look like no word and no name: less than half of the pairs are usual, or capitals and small letters take
/// turns quickly; and not all are capitals.
pub(super) fn is_gibberish(letters: &[u8]) -> bool {
    let (usual, pairs) = usual_pairs(letters);
    let is_mixed = letters.len() >= 10 && letter_runs(letters).count() * 5 > letters.len() * 2;
    (usual * 2 < pairs || is_mixed) && letters.iter().any(u8::is_ascii_lowercase)
}

/// How many pairs of letters side by side are usual, and how many there are.
fn usual_pairs(letters: &[u8]) -> (usize, usize) {
    let usual = |pair: &&[u8]| {
        let [a, b] =
            [pair[0], pair[1]].map(|letter| letter.to_ascii_lowercase().wrapping_sub(b'a'));
        TABLE
            .get(usize::from(a))
            .is_some_and(|row| b < 26 && row >> b & 1 == 1)
    };
    let both = |pair: &&[u8]| pair.iter().all(u8::is_ascii_alphabetic);
    let pairs = letters.windows(2).filter(both).count();
    (letters.windows(2).filter(usual).count(), pairs)
}

/// The words that `text` is made of as far as case and other characters show them: `fooBar2` gives `foo` and
/// `Bar`, `HTTPServer` gives `HTTP` and `Server`.
pub(crate) fn letter_runs(text: &[u8]) -> impl Iterator<Item = &[u8]> {
    let lower = |b: u8| b.is_ascii_lowercase();
    let upper = |b: u8| b.is_ascii_uppercase();
    let mut at = 0;
    std::iter::from_fn(move || {
        at += text[at..].iter().position(u8::is_ascii_alphabetic)?;
        let start = at;
        at += 1;
        while text.get(at).is_some_and(u8::is_ascii_alphabetic) {
            let next_is_lower = text.get(at + 1).is_some_and(|&b| lower(b));
            let starts_word = upper(text[at]) && (lower(text[at - 1]) || next_is_lower);
            if starts_word {
                break;
            }
            at += 1;
        }
        Some(&text[start..at])
    })
}

#[cfg(test)]
mod tests {
    use super::{is_word, letter_runs};

    #[test]
    fn words_are_told_from_random_letters() {
        for word in [
            "connection",
            "handler",
            "Token",
            "REQUEST",
            "config",
            "server",
        ] {
            assert!(is_word(word.as_bytes()), "{word}");
        }
        for random in ["xkqzj", "vbnmwq", "hgfdsk", "qwzxpt", "ab"] {
            assert!(!is_word(random.as_bytes()), "{random}");
        }
    }

    #[test]
    fn names_fall_into_their_words() {
        let runs: Vec<_> = letter_runs(b"getHTTPServer2_name-X").collect();
        assert_eq!(runs, [&b"get"[..], b"HTTP", b"Server", b"name", b"X"]);
    }
}
