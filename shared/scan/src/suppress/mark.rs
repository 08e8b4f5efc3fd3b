//! The mark that a person leaves beside a value which is none of their worries:
//! `deployguard:ignore rule=<id> until=2027-01-31 reason="a made-up key"`.
//!
//! It stands on the value's line, or alone in a comment on the line before. A mark that cannot be understood suppresses
//! nothing, and is told of.

use std::ops::Range;

use jiff::civil::Date;
use memchr::memmem;

/// What begins a mark.
const WORD: &[u8] = b"deployguard:ignore";
/// So many bytes are looked at on either side of a value: a line can be as long as a file.
const NEAR: usize = 1024;
/// A reason is cut there.
const REASON: usize = 200;

/// A mark beside a value.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Mark {
    /// Only findings of this rule are meant.
    pub rule: Option<String>,
    /// The last day on which it holds.
    pub until: Option<Date>,
    /// Why, in somebody's words.
    pub reason: Option<String>,
    /// What cannot be understood about it; then it suppresses nothing.
    pub fault: Option<String>,
}

impl Mark {
    /// The mark that belongs to the value at `value` in `data`.
    pub(crate) fn near(data: &[u8], value: Range<usize>) -> Option<Self> {
        let start = line_start(data, value.start);
        let behind = data.get(value.end..)?;
        let behind = memchr::memchr(b'\n', behind).unwrap_or(behind.len());
        let line = data.get(start..value.end + behind.min(NEAR))?;
        let on_line = Self::find(line);
        on_line.or_else(|| {
            let end = start
                .checked_sub(1)
                .filter(|_| data.get(start - 1) == Some(&b'\n'))?;
            let line = data.get(line_start(data, end)..end)?;
            let at = memmem::find(line, WORD)?;
            let is_alone = !line[..at].iter().any(u8::is_ascii_alphanumeric);
            Self::find(line).filter(|_| is_alone)
        })
    }

    fn find(text: &[u8]) -> Option<Self> {
        let is_part = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
        let mut places = memmem::find_iter(text, WORD);
        let end = places.find_map(|at| {
            let end = at + WORD.len();
            let before = at.checked_sub(1).and_then(|before| text.get(before));
            let is_word = !before.is_some_and(is_part) && !text.get(end).is_some_and(is_part);
            is_word.then_some(end)
        })?;
        Some(Self::read(&String::from_utf8_lossy(&text[end..])))
    }

    /// Reads `name=value` words up to the first that is none.
    fn read(mut text: &str) -> Self {
        let mut mark = Self::default();
        while let Some((name, rest)) = text.trim_start().split_once('=') {
            if name.is_empty() || !name.bytes().all(|b| b.is_ascii_lowercase()) {
                break;
            }
            let quoted = rest.strip_prefix('"');
            let quoted = quoted.map(|rest| rest.split_once('"').unwrap_or((rest, "")));
            let (value, next) = quoted.unwrap_or_else(|| {
                let end = rest.find(char::is_whitespace).unwrap_or(rest.len());
                rest.split_at(end)
            });
            mark.set(name, value);
            text = next;
        }
        mark
    }

    fn set(&mut self, name: &str, value: &str) {
        match name {
            "rule" => self.rule = Some(value.to_owned()),
            "reason" => self.reason = Some(value.chars().take(REASON).collect()),
            "until" => match value.parse() {
                Ok(date) => self.until = Some(date),
                Err(_) => self.fault = Some("`until` must be a day, as in 2027-01-31".to_owned()),
            },
            _ => {
                self.fault =
                    Some("it may have `rule=`, `until=` and `reason=`, nothing else".to_owned());
            }
        }
    }

    /// Whether findings of this rule are meant.
    pub(crate) fn speaks_of(&self, rule: &str) -> bool {
        self.rule.as_deref().is_none_or(|meant| meant == rule)
    }

    /// Of several marks, the one that binds least counts: a broken one, then the one that ends first.
    pub(crate) fn weakest(marks: impl Iterator<Item = Self>) -> Option<Self> {
        marks.min_by_key(|mark| (mark.fault.is_none(), mark.until.unwrap_or(Date::MAX)))
    }
}

/// Where the line begins that `at` is in, or so far back as is looked.
fn line_start(data: &[u8], at: usize) -> usize {
    let least = at.saturating_sub(NEAR);
    let before = data.get(least..at).unwrap_or_default();
    memchr::memrchr(b'\n', before).map_or(least, |found| least + found + 1)
}

#[cfg(test)]
mod tests {
    use super::Mark;

    /// The mark that belongs to `VALUE` in a text.
    fn near(text: &str) -> Option<Mark> {
        let at = text.find("VALUE").unwrap();
        Mark::near(text.as_bytes(), at..at + 5)
    }

    #[test]
    fn it_stands_on_the_line_or_alone_on_the_line_before() {
        for text in [
            "a = VALUE # deployguard:ignore",
            "/* deployguard:ignore */ a = VALUE",
            "# deployguard:ignore\na = VALUE",
            "x = 1\n  // deployguard:ignore\r\na = VALUE",
            "<!-- deployguard:ignore -->\n<a>VALUE</a>",
        ] {
            assert_eq!(near(text), Some(Mark::default()), "{text}");
        }
        for text in [
            "a = VALUE",
            "a = VALUE\n# deployguard:ignore",
            "# deployguard:ignore\n\na = VALUE",
            "b = OTHER # deployguard:ignore\na = VALUE",
            "a = VALUE # deployguard:ignore-all",
            "a = VALUE # mydeployguard:ignore",
            "a = VALUE # deployguard: ignore",
        ] {
            assert_eq!(near(text), None, "{text}");
        }
    }

    #[test]
    fn it_says_which_rule_how_long_and_why() {
        let mark = near("VALUE # deployguard:ignore until=2027-01-31 reason=\"of a test = made up\" rule=a-b */").unwrap();
        assert_eq!(mark.until, Some(jiff::civil::date(2027, 1, 31)));
        assert_eq!(mark.reason.as_deref(), Some("of a test = made up"));
        assert!(mark.speaks_of("a-b") && !mark.speaks_of("a"));
        assert_eq!(mark.fault, None);
    }

    #[test]
    fn what_cannot_be_understood_is_a_fault() {
        for text in [
            "until=soon",
            "until=2027-02-30",
            "untl=2027-01-01",
            "until=",
        ] {
            let mark = near(&format!("VALUE # deployguard:ignore {text}")).unwrap();
            assert!(mark.fault.is_some(), "{text}");
        }
        let date = |day| Mark {
            until: Some(jiff::civil::date(2027, 1, day)),
            ..Mark::default()
        };
        let weakest = Mark::weakest([Mark::default(), date(3), date(2)].into_iter());
        assert_eq!(weakest, Some(date(2)));
    }

    #[test]
    fn a_line_as_long_as_a_file_is_looked_at_beside_the_value_alone() {
        let far = "x".repeat(5000);
        assert_eq!(near(&format!("VALUE{far} deployguard:ignore")), None);
        assert_eq!(near(&format!("{far}VALUE")), None);
        assert!(near(&format!("{far} deployguard:ignore VALUE{far}")).is_some());
    }
}
