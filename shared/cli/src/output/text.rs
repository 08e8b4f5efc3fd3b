//! Text from a repository made fit for a terminal, and the words for findings that a person reads.

use domain::{Carrier, Finding, Occurrence, SecretType, Severity};
use scan::suppress::{Account, Expired, Reason};
use verify::{Counts, Validity, Verification};

/// `text` without anything that could steer a terminal: a path or an author's name can hold escapes.
pub(crate) fn printable(text: &str) -> String {
    let harmless = |c: char| {
        if c.is_control() || is_direction(c) {
            '\u{fffd}'
        } else {
            c
        }
    };
    text.chars().map(harmless).collect()
}

/// [`printable`], line by line.
pub(crate) fn printable_lines(text: &str) -> String {
    let lines: Vec<_> = text.lines().map(printable).collect();
    lines.join("\n")
}

/// Characters that turn the direction of writing and can make a name look like another.
fn is_direction(c: char) -> bool {
    matches!(c, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// The severity's name.
pub(crate) fn severity(severity: Severity) -> &'static str {
    match severity {
        Severity::Info => "info",
        Severity::Low => "low",
        Severity::Medium => "medium",
        Severity::High => "high",
        Severity::Critical => "critical",
    }
}

/// The type's name, as the API writes it.
pub(crate) fn secret_type(secret_type: SecretType) -> &'static str {
    match secret_type {
        SecretType::Password => "password",
        SecretType::ApiKey => "api_key",
        SecretType::Token => "token",
        SecretType::PrivateKey => "private_key",
        SecretType::Certificate => "certificate",
        SecretType::ConnectionString => "connection_string",
        SecretType::EncryptionKey => "encryption_key",
        SecretType::Credential => "credential",
        SecretType::Other => "other",
        SecretType::AwsKey => "aws_key",
        SecretType::AzureKey => "azure_key",
        SecretType::GcpKey => "gcp_key",
        SecretType::SshKey => "ssh_key",
        SecretType::Jwt => "jwt",
    }
}

/// The part of the history, for a person.
pub(crate) fn carrier(carrier: Carrier) -> &'static str {
    match carrier {
        Carrier::Blob => "file",
        Carrier::CommitMessage => "commit message",
        Carrier::CommitHeader => "commit header",
        Carrier::TagMessage => "tag message",
        Carrier::TagHeader => "tag header",
        Carrier::Path => "file name",
        Carrier::RefName => "ref name",
    }
}

/// The place, for a person: `path:line`, or the carrier and its line; and how it is written there.
pub(crate) fn place(occurrence: &Occurrence) -> String {
    let (path, line) = (printable(&occurrence.file_path), occurrence.line_number);
    let place = match occurrence.carrier {
        Carrier::Blob if path.is_empty() => {
            format!("unnamed file {}", short(&occurrence.object_id))
        }
        Carrier::Blob => format!("{path}:{line}"),
        Carrier::Path => format!("name of {path}"),
        Carrier::RefName => carrier(Carrier::RefName).to_owned(),
        Carrier::CommitMessage
        | Carrier::CommitHeader
        | Carrier::TagMessage
        | Carrier::TagHeader => {
            format!("{}, line {line}", carrier(occurrence.carrier))
        }
    };
    let written: Vec<&str> = occurrence.encoding.iter().map(|way| way.name()).collect();
    if written.is_empty() {
        place
    } else {
        format!("{place} ({})", written.join(" of "))
    }
}

/// Whether and by how much the secret is still in use by the history, for a person.
pub(crate) fn presence(finding: &Finding) -> String {
    let tip = if finding.in_tree {
        "still in a tip"
    } else {
        "history only"
    };
    let times = count(finding.occurrence_count, "place");
    let refs = match finding.ref_count {
        0 => "no ref".to_owned(),
        refs => count(refs, "ref"),
    };
    format!("{tip}; {times}, {refs}")
}

/// What left a finding out, for a person.
pub(crate) fn suppressed_by(by: Reason, file: Option<&str>) -> String {
    let what = match by {
        Reason::OnlyRule => "--only-rule",
        Reason::ExcludedRule => "--exclude-rule",
        Reason::Confidence => "--min-confidence",
        Reason::ExcludedPath => "--exclude-path",
        Reason::IgnoreFile => return printable(file.unwrap_or("ignore file")),
        Reason::Mark => "marks deployguard:ignore",
        Reason::Baseline => return format!("baseline {}", printable(file.unwrap_or_default())),
    };
    what.to_owned()
}

/// How much a reason or a baseline left out, for a person.
pub(crate) fn account(account: &Account) -> String {
    let secrets = count(account.findings, "secret");
    let mut remarks = Vec::new();
    if account.places > 0 {
        let places = count(account.places, "place");
        remarks.push(format!("and {places} of others"));
    }
    if let Some(approximate @ 1..) = account.approximate {
        remarks.push(format!("{approximate} known by place alone"));
    }
    if let Some(stale @ 1..) = account.stale {
        remarks.push(format!("{stale} stale"));
    }
    let remarks = match remarks.join(", ") {
        none if none.is_empty() => none,
        some => format!(" ({some})"),
    };
    let by = suppressed_by(account.by, account.file.as_deref());
    format!("{secrets} by {by}{remarks}")
}

/// What does not suppress any more, for a person.
pub(crate) fn expired(expired: &Expired) -> String {
    let (file, line, until) = (printable(&expired.file), expired.line, expired.until);
    let what = match expired.by {
        Reason::Mark => "the mark at ",
        _ => "",
    };
    format!("{what}{file}:{line} held until {until} and suppresses nothing any more")
}

/// Whether a secret is still good, for a person.
pub(crate) fn validity(validity: &Validity) -> String {
    format!("{}: {validity}", validity.state().as_str())
}

/// How many secrets are still good, for a person.
pub(crate) fn verification(verification: &Verification) -> String {
    let Counts {
        active,
        inactive,
        unknown,
        error,
        not_supported,
    } = verification.counts;
    let errors = count(error, "error");
    let nobody = match not_supported {
        0 => String::new(),
        some => format!(" ({some} that nobody can be asked about)"),
    };
    format!("{active} active, {inactive} inactive, {unknown} unknown{nobody}, {errors}")
}

/// `1 place`, `2 places`.
pub(crate) fn count(number: u64, noun: &str) -> String {
    let plural = if number == 1 { "" } else { "s" };
    format!("{number} {noun}{plural}")
}

/// The first digits of an id, enough to recognise it.
pub(crate) fn short(id: &str) -> &str {
    id.get(..10).unwrap_or(id)
}

#[cfg(test)]
mod tests {
    use super::{count, printable, short};

    #[test]
    fn names_cannot_steer_the_terminal() {
        assert_eq!(
            printable("a\u{1b}[2Jb\u{202e}c\nd"),
            "a\u{fffd}[2Jb\u{fffd}c\u{fffd}d"
        );
        assert_eq!(printable("größe/ファイル.txt"), "größe/ファイル.txt");
    }

    #[test]
    fn small_words() {
        assert_eq!(
            (count(1, "ref").as_str(), count(2, "ref").as_str()),
            ("1 ref", "2 refs")
        );
        assert_eq!(
            (short("0123456789abcdef"), short("abc")),
            ("0123456789", "abc")
        );
    }
}
