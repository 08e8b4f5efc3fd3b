//! A question to a provider, as data: where it goes, how the value is sent, and what the answers mean.

/// One harmless question.
#[derive(Clone, Copy, Debug)]
pub struct Definition {
    /// The rules whose values it is for.
    pub rules: &'static [&'static str],
    /// Which of their values.
    pub fits: Fits,
    /// The provider's hosts, one for each region; a value is of one of them.
    pub hosts: &'static [&'static str],
    /// How it is asked.
    pub method: Method,
    /// The path; for [`Place::Path`] with `{}` where the value goes.
    pub path: &'static str,
    /// Where the value goes.
    pub place: Place,
    /// What else the provider wants to be sent.
    pub headers: &'static [(&'static str, &'static str)],
    /// The answers that only a living value gets. Each names something in the answer's JSON.
    pub active: &'static [Sign],
    /// The answers that a value gets which is not, or no longer, one of the provider's.
    pub inactive: &'static [Sign],
    /// Whether such values may be good elsewhere (for another installation, for one purpose only), so that a rejection says
    /// nothing.
    pub is_elsewhere: bool,
    /// The provider's page on the question.
    pub source: &'static str,
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
}

/// Where the value goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// `Authorization`, behind this word: `Bearer `, `token `, or none.
    Authorization(&'static str),
    /// The password of `Authorization: Basic`, for this user.
    Basic(&'static str),
    /// A header of its own.
    Header(&'static str),
    /// The path, for a provider that takes it nowhere else.
    Path,
    /// This parameter of the query, for a provider that takes it nowhere else.
    Query(&'static str),
}

/// What is recognised in an answer.
#[derive(Clone, Copy, Debug)]
pub struct Sign {
    /// The status.
    pub status: u16,
    /// Something in the answer's JSON, as a JSON pointer (RFC 6901); empty if the status is enough.
    pub at: &'static str,
    /// What must stand there, as text (`true` for the boolean); empty if anything but null may.
    pub says: &'static str,
}

/// The status alone.
pub(crate) const fn status(status: u16) -> Sign {
    says(status, "", "")
}

/// The status, and something in the answer.
pub(crate) const fn has(status: u16, at: &'static str) -> Sign {
    says(status, at, "")
}

/// The status, and something in the answer that says this.
pub(crate) const fn says(status: u16, at: &'static str, says: &'static str) -> Sign {
    Sign { status, at, says }
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
    inactive: &[status(401)],
    is_elsewhere: false,
    source: "",
};
