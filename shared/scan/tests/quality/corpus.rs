//! A corpus of files as developers write them, with what is a secret in them labelled by line.
//!
//! `kinds/*.txt` are templates: `«»` marks a secret, `{{alnum:36}}` is filled in as in a rule's example, `<<pass>>` by a made-up
//! password. So no file of the project holds a value, and each run of one version makes the same ones.

use std::fmt::Write as _;
use std::ops::RangeInclusive;

use scan::Example;

const FILES: [&str; 6] = [
    include_str!("kinds/code.txt"),
    include_str!("kinds/config.txt"),
    include_str!("kinds/infra.txt"),
    include_str!("kinds/tools.txt"),
    include_str!("kinds/data.txt"),
    include_str!("kinds/docs.txt"),
];

/// Each kind is written so many times, with other names and values.
const COPIES: u64 = 3;

const NOUNS: [&str; 12] = [
    "billing", "ledger", "orders", "parcels", "catalog", "mailer", "archive", "gateway", "metrics",
    "voucher", "booking", "fleet",
];
const WORDS: [&str; 24] = [
    "marigold", "kestrel", "harbor", "tundra", "copper", "juniper", "walnut", "comet", "saffron",
    "badger", "lagoon", "piston", "velvet", "orchid", "summit", "falcon", "maple", "thunder",
    "pepper", "anchor", "glacier", "bamboo", "violet", "rocket",
];
const SIGNS: [&str; 6] = ["!", "#", "@", "_", "-", "*"];

/// A file of the corpus.
pub(crate) struct File {
    /// What kind of file it is.
    pub(crate) kind: &'static str,
    /// Where it would stand in a repository; another folder for each file.
    pub(crate) path: String,
    /// What is in it.
    pub(crate) text: String,
    /// The lines of each secret, from 1. Secrets on one line count once.
    pub(crate) secrets: Vec<RangeInclusive<usize>>,
}

impl File {
    /// Whether the rules were made without looking at how they do with this kind: every second one, by its name.
    pub(crate) fn is_kept_back(&self) -> bool {
        hash(self.kind).count_ones() % 2 == 1
    }

    /// The lines that hold no secret and look as if they did: they name one, or hold a long word with digits.
    pub(crate) fn look_alikes(&self) -> usize {
        let names = [
            "pass", "pwd", "token", "secret", "key", "auth", "cred", "login", "hash", "sha",
        ];
        let is_long = |word: &str| word.len() >= 20 && word.bytes().any(|b| b.is_ascii_digit());
        let looks = |line: &str| {
            let lower = line.to_ascii_lowercase();
            let mut words = line.split(|c: char| !c.is_ascii_alphanumeric());
            names.iter().any(|name| lower.contains(name)) || words.any(is_long)
        };
        let lines = (1..).zip(self.text.lines());
        let others = lines.filter(|(number, _)| !self.secrets.iter().any(|s| s.contains(number)));
        others.filter(|(_, line)| looks(line)).count()
    }
}

/// Every file.
pub(crate) fn files() -> Vec<File> {
    let kinds = FILES.iter().flat_map(|file| file.split("=== ").skip(1));
    let copies = kinds.flat_map(|kind| (0..COPIES).map(move |copy| (kind, copy)));
    copies.filter_map(|(kind, copy)| file(kind, copy)).collect()
}

fn file(template: &'static str, copy: u64) -> Option<File> {
    let (title, body) = template.split_once('\n')?;
    let (kind, path) = title.split_once(' ')?;
    let mut random = Random(hash(kind).wrapping_add(copy));
    let noun = *random.one_of(&NOUNS);
    let (mut text, mut secrets) = (String::new(), Vec::<RangeInclusive<usize>>::new());
    let mut start = 1;
    for (number, part) in body.trim_end().split(['«', '»']).enumerate() {
        let filled = words(part, noun, &mut random);
        let seed = format!("{kind} {copy} {number}");
        text += &String::from_utf8_lossy(&Example::expand(&filled, &seed).text);
        let line = text.matches('\n').count() + 1;
        if number % 2 == 1 && secrets.last().is_none_or(|last| !last.contains(&start)) {
            secrets.push(start..=line);
        }
        start = line;
    }
    text.push('\n');
    let path = format!("{kind}-{copy}/{}", words(path, noun, &mut random));
    Some(File {
        kind,
        path,
        text,
        secrets,
    })
}

/// `text` with the words of this corpus filled in; what is in angle brackets and none of them stays.
fn words(text: &str, noun: &str, random: &mut Random) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once("<<") {
        out += before;
        let filled = after
            .split_once(">>")
            .and_then(|(name, tail)| Some((word(name, noun, random)?, tail)));
        let (word, tail) = filled.unwrap_or_else(|| ("<<".to_owned(), after));
        out += &word;
        rest = tail;
    }
    out + rest
}

fn word(name: &str, noun: &str, random: &mut Random) -> Option<String> {
    Some(match name {
        "noun" => noun.to_owned(),
        "Name" => capital(noun),
        "UPPER" => noun.to_uppercase(),
        "number" => (8 + random.below(90)).to_string(),
        "pass" => random.password(),
        "weak" => random.weak_password(),
        "safe" => random.plain_password(),
        _ => return None,
    })
}

fn capital(word: &str) -> String {
    let (first, rest) = word.split_at(1);
    first.to_uppercase() + rest
}

/// FNV-1a.
fn hash(text: &str) -> u64 {
    text.bytes().fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    })
}

/// `SplitMix64`.
struct Random(u64);

impl Random {
    fn below(&mut self, limit: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (z ^ (z >> 31)) % limit
    }

    fn one_of<'t, T>(&mut self, all: &'t [T]) -> &'t T {
        let at = self.below(all.len() as u64);
        &all[usize::try_from(at).unwrap_or(0)]
    }

    fn characters(&mut self, alphabet: &str, count: usize) -> String {
        let mut out = String::new();
        for _ in 0..count {
            let byte = *self.one_of(alphabet.as_bytes());
            let _ = write!(out, "{}", char::from(byte));
        }
        out
    }

    /// As people make them who were told to use digits and signs.
    fn password(&mut self) -> String {
        let [one, two] = [(); 2].map(|()| *self.one_of(&WORDS));
        let sign = *self.one_of(&SIGNS);
        match self.below(5) {
            0 => format!("{}{sign}{}", capital(one), 1000 + self.below(9000)),
            1 => one.replace('a', "4").replace('e', "3").replace('o', "0") + sign + &capital(two),
            2 => format!("{one}-{}{}{sign}", capital(two), 10 + self.below(90)),
            3 => self.characters(MIXED, 6) + sign + &self.characters(MIXED, 5),
            _ => self.characters(MIXED, 14),
        }
    }

    /// As people make them who were told nothing.
    fn weak_password(&mut self) -> String {
        let [one, two] = [(); 2].map(|()| *self.one_of(&WORDS));
        match self.below(4) {
            0 => format!("{one}{}", 10 + self.below(9990)),
            1 => format!("{}{}", capital(one), 1980 + self.below(45)),
            2 => format!("{one}{two}{}", 1 + self.below(99)),
            _ => self.characters("abcdefghijklmnopqrstuvwxyz0123456789", 10),
        }
    }

    /// Without anything that would need quotes or escapes.
    fn plain_password(&mut self) -> String {
        let [one, two] = [(); 2].map(|()| *self.one_of(&WORDS));
        match self.below(3) {
            0 => format!("{}-{}x", capital(one), 1000 + self.below(9000)),
            1 => format!("{one}{}{}", capital(two), 10 + self.below(990)),
            _ => self.characters(MIXED, 12),
        }
    }
}

const MIXED: &str = "ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnpqrstuvwxyz23456789";
