//! What a check says of a value, in words for a person; holds no byte of the value.

use std::cmp::Ordering;
use std::fmt;

/// The outcome of one check.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(in crate::matcher) enum Remark<'a> {
    /// Before any check.
    Begins,
    /// It has fewer bytes than this.
    Shorter(usize),
    /// This word stands before it.
    NamedOtherwise(&'a str),
    Filler,
    NoFiller,
    StandIn,
    NoStandIn,
    /// A stand-in, in a file of credentials.
    Bare,
    /// Made of stand-ins or words, in a record.
    Made,
    /// The same, and the host is one of documentation.
    MadeForDocumentation,
    Ordinary,
    NotOrdinary,
    /// Not ordinary, but easily guessed.
    Plain,
    /// A stand-in that is in use as a password.
    InUse,
    /// Its bits per byte, and how many there must be.
    Entropy(f64, f64),
    EntropyBelow(f64, f64),
    Counts,
    /// What its checksum or inside did to the confidence.
    Inside(Ordering),
    InsideRefused,
}

impl fmt::Display for Remark<'_> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(match self {
            Self::Begins => "the rule begins with it",
            Self::Shorter(least) => return write!(out, "it is shorter than {least} bytes"),
            Self::NamedOtherwise(word) => {
                return write!(out, "`{word}` stands before it, which names something else");
            }
            Self::Filler => "it is filler: a repetition, a word such as `example`, or a reference to a secret kept elsewhere",
            Self::NoFiller => "no filler and no reference",
            Self::StandIn => "it is made of words that stand in for a password",
            Self::NoStandIn => "no words that stand in for a password",
            Self::Bare => "a word that stands in for a password, but in the form of a file of credentials",
            Self::Made => "words that may stand in for a password, but its user stands beside it",
            Self::MadeForDocumentation => "words that may stand in for a password, and its host is one of documentation",
            Self::Ordinary => "it is ordinary: an identifier, a path, words, a hash",
            Self::NotOrdinary => "no identifier, path, words or hash",
            Self::Plain => "no identifier or path, but easily guessed: short, or words and a number",
            Self::InUse => "a stand-in and a number, of those that are in use as passwords",
            Self::Entropy(bits, least) => {
                return write!(out, "its entropy is {bits:.1} bits per byte, at least {least:.1}");
            }
            Self::EntropyBelow(bits, least) => {
                return write!(out, "its entropy is {bits:.1} bits per byte, below {least:.1}");
            }
            Self::Counts => "it counts up or down: hardly ever given out",
            Self::Inside(Ordering::Greater) => "its checksum or inside holds",
            Self::Inside(Ordering::Equal) => "its inside is of the form",
            Self::Inside(Ordering::Less) => {
                "its checksum or inside does not hold: it was never given out, or is damaged"
            }
            Self::InsideRefused => "it does not prove itself: its inside is not of the form",
        })
    }
}
