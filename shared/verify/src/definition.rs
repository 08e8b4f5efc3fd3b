//! A question to a provider, as data: where it goes, how the value is sent, and what the answers mean.

use crate::beside::Beside;

/// One harmless question.
#[derive(Clone, Copy, Debug)]
pub struct Definition {
    /// The rules whose values it is for.
    pub rules: &'static [&'static str],
    /// Which of their values.
    pub fits: Fits,
    /// The provider's hosts, one for each region; a value is of one of them. Of [`Beside::Shop`] and its like, the domain of all.
    pub hosts: &'static [&'static str],
    /// How it is asked.
    pub method: Method,
    /// The path; for [`Place::Path`] with `{}` where the value goes, with `{beside}` where that goes which stands beside it.
    pub path: &'static str,
    /// Where the value goes.
    pub place: Place,
    /// What else the provider wants to be sent.
    pub headers: &'static [(&'static str, &'static str)],
    /// The answers that only a living value gets. Each names something in the answer's JSON.
    pub active: &'static [Sign],
    /// The answers that a value gets which the provider does not know. One counts only if the control got the same: a status
    /// alone has many reasons.
    pub inactive: &'static [Sign],
    /// The answers that a value gets which was the provider's, and is no more.
    pub ended: &'static [Sign],
    /// What must be known beside the value.
    pub beside: Option<Beside>,
    /// Whether such values may be good elsewhere (at another installation, for one purpose only, from other addresses), so that
    /// a rejection says nothing.
    pub is_elsewhere: bool,
    /// The provider's page on the question.
    pub source: &'static str,
}

impl Definition {
    /// Whether a value that is rejected may be good all the same: somewhere else, or with something else beside it.
    pub(crate) fn is_open(&self) -> bool {
        self.is_elsewhere || self.wants_text()
    }

    /// Whether a value needs what stands beside it, to be asked about.
    pub(crate) fn wants_text(&self) -> bool {
        self.beside.is_some_and(|kind| !kind.is_in_value())
    }
}

/// Which values of a rule a question is for.
#[derive(Clone, Copy, Debug)]
pub enum Fits {
    /// All.
    All,
    /// Those that begin with one of these.
    Starts(&'static [&'static str]),
    /// All but those that begin with one of these.
    Except(&'static [&'static str]),
    /// Those with so many bytes.
    Long(usize),
}

impl Fits {
    /// Whether `value` is one of them.
    pub fn takes(self, value: &str) -> bool {
        let starts = |list: &[&str]| list.iter().any(|start| value.starts_with(start));
        match self {
            Self::All => true,
            Self::Starts(list) => starts(list),
            Self::Except(list) => !starts(list),
            Self::Long(length) => value.len() == length,
        }
    }
}

/// How a question is asked. None of them changes anything at the provider.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Method {
    /// GET.
    Get,
    /// POST with this JSON, or nothing: for a question that the provider takes in no other way.
    Post(&'static str),
    /// POST with these fields of a form.
    Form(&'static str),
}

/// Where the value goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// `Authorization`, behind this word: `Bearer `, `token `, or none.
    Authorization(&'static str),
    /// The password of `Authorization: Basic`, for this user.
    Basic(&'static str),
    /// The same, for the user who stands beside it.
    BasicBeside,
    /// A header of its own.
    Header(&'static str),
    /// Not at all: a request to the security token service of AWS, signed with it.
    AwsSignature,
    /// The path, for a provider that takes it nowhere else.
    Path,
    /// This parameter of the query, for a provider that takes it nowhere else.
    Query(&'static str),
}

/// What is recognised in an answer: its status, and something in it.
#[derive(Clone, Copy, Debug)]
pub struct Sign {
    /// The status.
    pub status: u16,
    /// What else.
    pub part: Part,
}

/// Something in an answer.
#[derive(Clone, Copy, Debug)]
pub enum Part {
    /// Whatever stands there in the JSON, but null: a JSON pointer (RFC 6901).
    Has(&'static str),
    /// The same, if it says this as text (`true` for the boolean).
    Says(&'static str, &'static str),
    /// This, anywhere in a text that is not JSON.
    Text(&'static str),
}

/// The status, and something in the answer.
pub(crate) const fn has(status: u16, at: &'static str) -> Sign {
    let part = Part::Has(at);
    Sign { status, part }
}

/// The status, and something in the answer that says this.
pub(crate) const fn says(status: u16, at: &'static str, text: &'static str) -> Sign {
    let part = Part::Says(at, text);
    Sign { status, part }
}

/// The status, and this in an answer that is not JSON.
pub(crate) const fn text(status: u16, text: &'static str) -> Sign {
    let part = Part::Text(text);
    Sign { status, part }
}

pub(crate) const BEARER: Place = Place::Authorization("Bearer ");

/// The usual question; what is different is put in by the caller.
pub(crate) const GET: Definition = Definition {
    rules: &[],
    fits: Fits::All,
    hosts: &[],
    method: Method::Get,
    path: "/",
    place: BEARER,
    headers: &[],
    active: &[],
    inactive: &[],
    ended: &[],
    beside: None,
    is_elsewhere: false,
    source: "",
};
