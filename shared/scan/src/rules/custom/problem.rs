//! What is wrong with a file of rules: the line and column of the field, and the word that was meant.

use crate::rules::RuleError;

/// What is wrong with a file of rules, and where.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{file}:{line}:{column}: {reason}")]
pub struct Problem {
    /// The file's name, as given.
    pub file: String,
    /// From 1.
    pub line: usize,
    /// From 1.
    pub column: usize,
    /// What is wrong, and what to do.
    pub reason: String,
}

impl Problem {
    pub(super) fn of_file(file: &str, reason: String) -> Self {
        Self {
            file: file.to_owned(),
            line: 1,
            column: 1,
            reason,
        }
    }

    pub(super) fn of_rule(file: &str, text: &str, id: Option<&str>, error: &RuleError) -> Self {
        let field = match error {
            RuleError::Field { field, .. } => Some((*field).to_owned()),
            RuleError::Shape { reason, .. } => quoted(reason).next().map(str::to_owned),
            _ => None,
        };
        let told = error.to_string();
        let told = told
            .strip_prefix(file)
            .map_or(told.as_str(), |rest| rest.trim_start_matches([':', ' ']));
        Self::at(
            file,
            text,
            id.unwrap_or_default(),
            field.as_deref(),
            with_meant(told),
        )
    }

    /// At a field of a rule; at the rule's id where the field is not there.
    pub(super) fn at(
        file: &str,
        text: &str,
        id: &str,
        field: Option<&str>,
        reason: String,
    ) -> Self {
        let key = |line: &str| -> Option<String> {
            let line = line.trim_start().trim_start_matches("- ").trim_start();
            let (key, _) = line.split_once([':', '='])?;
            Some(key.trim().trim_matches(['"', '\'']).to_owned())
        };
        let is_id = |line: &str| key(line).is_some_and(|key| key == "id") && line.contains(id);
        let starts =
            |line: &str| line.trim_start().starts_with("- ") || line.trim_start().starts_with("[[");
        let lines: Vec<&str> = text.lines().collect();
        let at = lines
            .iter()
            .position(|line| !id.is_empty() && is_id(line))
            .unwrap_or(0);
        let first = (0..=at)
            .rev()
            .find(|line| starts(lines.get(*line).unwrap_or(&"")))
            .unwrap_or(at);
        let behind = (at + 1..lines.len()).find(|line| {
            let line = lines.get(*line).copied().unwrap_or_default();
            starts(line) && (line.trim_start().starts_with("[[") || key(line).is_some())
        });
        let mut inside = first..behind.unwrap_or(lines.len());
        let is_field = |line: &usize| {
            let found = lines.get(*line).copied().and_then(key);
            found.is_some() && found.as_deref() == field
        };
        let line = inside.find(is_field).unwrap_or(at);
        let shown = lines.get(line).copied().unwrap_or_default();
        let indent = shown.len() - shown.trim_start_matches([' ', '-']).len();
        Self {
            file: file.to_owned(),
            line: line + 1,
            column: indent + 1,
            reason,
        }
    }

    pub(super) fn at_byte(file: &str, text: &str, at: usize, reason: &str) -> Self {
        let before = text.get(..at).unwrap_or_default();
        let line = before.matches('\n').count() + 1;
        let column = before.len() - before.rfind('\n').map_or(0, |end| end + 1) + 1;
        Self {
            file: file.to_owned(),
            line,
            column,
            reason: with_meant(reason),
        }
    }
}

/// What stands in backticks.
fn quoted(text: &str) -> impl Iterator<Item = &str> {
    text.split('`').skip(1).step_by(2)
}

/// "unknown field `confidense`, expected one of `id`, …" with the name that was meant in place of all names.
pub(super) fn with_meant(reason: &str) -> String {
    const SIMILAR: f64 = 0.7;
    let Some((start, _)) = reason
        .split_once(", expected")
        .filter(|_| reason.contains("unknown "))
    else {
        return reason.to_owned();
    };
    let mut names = quoted(reason);
    let wrong = names.next().unwrap_or_default();
    let rated = names.map(|name| (strsim::jaro_winkler(wrong, name), name));
    let best = rated.max_by(|a, b| a.0.total_cmp(&b.0));
    match best.filter(|(alike, _)| *alike >= SIMILAR) {
        Some((_, name)) => format!("{start}; is `{name}` meant?"),
        None => reason.to_owned(),
    }
}
