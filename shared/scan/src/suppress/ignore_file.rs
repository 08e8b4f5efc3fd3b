//! `.deployguardignore`, at the root of a repository's tip: what its people do not want to be told of.
//!
//! One thing a line: a pattern of paths as in a `.gitignore`, `rule:<id>`, or `id:<finding's id>`; then, if wanted,
//! `until=2027-01-31`, and a reason after ` #`. A line that cannot be understood suppresses nothing, and is told of.

use domain::{Finding, Occurrence};
use git::{ObjectId, Repository};
use jiff::civil::Date;

use super::patterns::Patterns;
use crate::RuleSet;
use crate::baseline::content;

/// The file's name.
pub const IGNORE_FILE: &str = ".deployguardignore";

/// A larger file is not read.
const LARGEST: usize = 256 << 10;

/// What one line says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Line {
    /// From 1.
    pub(super) number: usize,
    what: What,
    pub(super) until: Option<Date>,
    pub(super) reason: Option<String>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum What {
    Path(String),
    Rule(String),
    Id(String),
}

/// The file, read.
#[derive(Clone, Debug, Default)]
pub struct IgnoreFile {
    /// Those that hold today.
    pub(super) lines: Vec<Line>,
    patterns: Patterns,
    /// Those that held until a day before today.
    pub(super) past: Vec<Line>,
    past_patterns: Patterns,
    /// What cannot be understood, with the line's number.
    pub(super) faults: Vec<String>,
}

impl IgnoreFile {
    /// The file at the root of `commit`; nothing if there is none.
    pub fn of_commit(repo: &Repository, commit: &ObjectId, rules: &RuleSet, today: Date) -> Self {
        match content(repo, *commit, IGNORE_FILE) {
            Some(text) => Self::parse(&text, rules, today),
            None => Self::default(),
        }
    }

    /// Reads the file's text.
    pub fn parse(text: &[u8], rules: &RuleSet, today: Date) -> Self {
        let mut file = Self::default();
        if text.len() > LARGEST {
            let fault = format!("it is larger than {} KiB and was not read", LARGEST >> 10);
            file.faults.push(fault);
            return file;
        }
        let text = String::from_utf8_lossy(text);
        for (number, line) in (1..).zip(text.lines()) {
            match Line::parse(number, line, rules) {
                Ok(Some(line)) if line.until.is_some_and(|until| until < today) => {
                    file.past.push(line);
                }
                Ok(line) => file.lines.extend(line),
                Err(fault) => file.faults.push(format!("line {number}: {fault}")),
            }
        }
        file.patterns = patterns(&mut file.lines, &mut file.faults);
        file.past_patterns = patterns(&mut file.past, &mut file.faults);
        file
    }

    /// The line that means a finding as a whole.
    pub(super) fn finding(&self, finding: &Finding) -> Option<usize> {
        self.lines.iter().position(|line| line.names(finding))
    }

    /// Every line that means the finding or one of its paths.
    pub(super) fn lines_for(&self, finding: &Finding) -> Vec<usize> {
        let paths = finding.occurrences.iter();
        let mut lines: Vec<_> = paths.filter_map(|place| self.path(place)).collect();
        let names = |(at, line): (usize, &Line)| line.names(finding).then_some(at);
        lines.extend(self.lines.iter().enumerate().filter_map(names));
        lines
    }

    /// The line that means a path.
    pub(super) fn path(&self, path: &Occurrence) -> Option<usize> {
        place(&self.lines, &self.patterns, path)
    }

    /// The line that would mean a finding, or one of its paths, if its day were not over.
    pub(super) fn past(&self, finding: &Finding) -> Option<&Line> {
        let mut paths = finding.occurrences.iter();
        let whole = self.past.iter().position(|line| line.names(finding));
        let at =
            whole.or_else(|| paths.find_map(|path| place(&self.past, &self.past_patterns, path)));
        self.past.get(at?)
    }
}

/// The patterns among `lines`; one that is none is taken out and told of.
fn patterns(lines: &mut Vec<Line>, faults: &mut Vec<String>) -> Patterns {
    loop {
        match Patterns::new(lines.iter().filter_map(Line::pattern)) {
            Ok(patterns) => return patterns,
            Err((place, reason)) => {
                let nth = |(at, line): (usize, &Line)| line.pattern().map(|_| at);
                let at = lines.iter().enumerate().filter_map(nth).nth(place);
                let Some(at) = at else {
                    return Patterns::default();
                };
                faults.push(format!("line {}: {reason}", lines.remove(at).number));
            }
        }
    }
}

fn place(lines: &[Line], patterns: &Patterns, path: &Occurrence) -> Option<usize> {
    let nth = patterns.of(path)?;
    let is_path = |(at, line): (usize, &Line)| line.pattern().map(|_| at);
    lines.iter().enumerate().filter_map(is_path).nth(nth)
}

impl Line {
    fn parse(number: usize, line: &str, rules: &RuleSet) -> Result<Option<Self>, String> {
        let line = line.trim_end();
        if line.is_empty() || line.starts_with('#') {
            return Ok(None);
        }
        let comment = line.find(" #").or_else(|| line.find("\t#"));
        let (text, reason) = match comment {
            Some(at) => (&line[..at], Some(line[at + 2..].trim().to_owned())),
            None => (line, None),
        };
        let text = text.trim_end();
        let dated = text.rsplit_once(char::is_whitespace);
        let dated = dated.and_then(|(before, last)| Some((before, last.strip_prefix("until=")?)));
        let (text, until) = match dated {
            Some((before, day)) => {
                let day = day.parse();
                let day = day.map_err(|_| "`until` must be a day, as in 2027-01-31")?;
                (before.trim_end(), Some(day))
            }
            None => (text, None),
        };
        let what = if let Some(id) = text.strip_prefix("rule:") {
            if !rules.rules().iter().any(|rule| rule.id() == id) {
                return Err(
                    "there is no such rule; `deployguard rules list` has them all".to_owned(),
                );
            }
            What::Rule(id.to_owned())
        } else if let Some(id) = text.strip_prefix("id:") {
            What::Id(id.to_owned())
        } else {
            What::Path(text.to_owned())
        };
        let reason = reason.filter(|reason| !reason.is_empty());
        Ok(Some(Self {
            number,
            what,
            until,
            reason,
        }))
    }

    fn pattern(&self) -> Option<&str> {
        match &self.what {
            What::Path(pattern) => Some(pattern),
            What::Rule(_) | What::Id(_) => None,
        }
    }

    /// Whether it is an exception from another line.
    pub(super) fn takes_back(&self) -> bool {
        self.pattern()
            .is_some_and(|pattern| pattern.starts_with('!'))
    }

    fn names(&self, finding: &Finding) -> bool {
        match &self.what {
            What::Path(_) => false,
            What::Rule(id) => *id == finding.rule,
            What::Id(id) => *id == finding.id.as_str(),
        }
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::IgnoreFile;
    use crate::RuleSet;

    fn parse(text: &str) -> IgnoreFile {
        let rules = RuleSet::builtin().unwrap();
        IgnoreFile::parse(text.as_bytes(), &rules, date(2026, 6, 1))
    }

    impl IgnoreFile {
        fn meant(&self, path: &str) -> Option<usize> {
            self.patterns.find(path).map(|nth| {
                let mut numbered = self.lines.iter().enumerate();
                let is_path = |(_, line): &(usize, &super::Line)| line.pattern().is_some();
                numbered.by_ref().filter(is_path).nth(nth).unwrap().0
            })
        }
    }

    #[test]
    fn lines_are_patterns_rules_or_ids_with_a_day_and_a_reason() {
        let file = parse(
            "# all\n\n*.snap # of tests\r\n!a.snap\nrule:github-token until=2026-06-01\nid:secret-1\n/old until=2026-05-31 # moved\n",
        );
        assert!(file.faults.is_empty(), "{:?}", file.faults);
        let reasons: Vec<_> = file
            .lines
            .iter()
            .map(|line| (line.number, line.reason.as_deref()))
            .collect();
        assert_eq!(
            reasons,
            [(3, Some("of tests")), (4, None), (5, None), (6, None)]
        );
        assert_eq!(
            (file.meant("x/b.snap"), file.meant("a.snap")),
            (Some(0), None)
        );
        assert_eq!(file.past.len(), 1);
        assert_eq!(file.meant("old/x"), None, "its day is over");
    }

    #[test]
    fn what_cannot_be_understood_is_told_and_the_rest_holds() {
        let file = parse("rule:no-such-rule\n*.a until=soon\n[z-a]\n*.b\n");
        let numbers: Vec<_> = file.faults.iter().map(|fault| &fault[..6]).collect();
        assert_eq!(numbers, ["line 1", "line 2", "line 3"]);
        assert!(file.meant("x.b").is_some());
        let large = parse(&"x".repeat(300 << 10));
        assert_eq!((large.lines.len(), large.faults.len()), (0, 1));
    }
}
