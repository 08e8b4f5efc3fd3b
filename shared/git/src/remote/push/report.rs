//! What the target says became of a push (gitprotocol-pack, "report status").

use std::io::Read;

use super::super::advertisement::Advertisement;
use super::super::packet::{self, Packet};
use super::super::{RemoteError, sideband};
use super::PushedRef;

/// The longest report: two lines for each of a million refs.
const MAX: u64 = 256 << 20;

/// Reads the report; anything but a success of every ref is an error.
pub(super) fn read(
    answer: impl Read,
    host: &str,
    target: &Advertisement,
    pushed: &[PushedRef],
) -> Result<(), RemoteError> {
    let unconfirmed = || RemoteError::Unreachable {
        host: host.to_owned(),
        reason: "the connection broke off before the push was confirmed; push again to see whether it was taken",
    };
    let (mut answer, mut report) = (answer.take(MAX), Vec::new());
    let all = if target.offers("side-band-64k") {
        sideband::read(&mut answer, host, |data| {
            report.extend_from_slice(data);
            Ok(())
        })
    } else {
        answer
            .read_to_end(&mut report)
            .map(drop)
            .map_err(|_| unconfirmed())
    };
    match all {
        // What was to come is lost, not damaged.
        Err(RemoteError::Corrupt { .. }) => return Err(unconfirmed()),
        other => other?,
    }
    let outcome = Outcome::parse(&report).ok_or(RemoteError::Protocol {
        what: "sent a report that cannot be read",
    })?;
    if !outcome.refused.is_empty() {
        return Err(refusal(outcome.refused));
    }
    match outcome.unpacked {
        Some(true) if outcome.accepted >= pushed.len() => Ok(()),
        Some(false) => {
            let first = pushed.iter().take(1);
            let reason = "the target could not unpack what was sent";
            let refs = first.map(|update| (update.name.clone(), reason.to_owned()));
            Err(RemoteError::Rejected {
                refs: refs.collect(),
            })
        }
        _ => Err(unconfirmed()),
    }
}

#[derive(Debug, Default, PartialEq, Eq)]
struct Outcome {
    /// None if the report does not say.
    unpacked: Option<bool>,
    accepted: usize,
    /// Ref and reason.
    refused: Vec<(String, String)>,
}

impl Outcome {
    fn parse(mut report: &[u8]) -> Option<Self> {
        let mut outcome = Self::default();
        while let Some(Packet::Data(line)) = packet::read(&mut report).ok()? {
            let line = String::from_utf8_lossy(&line);
            match line.trim_end().split_once(' ')? {
                ("unpack", state) => outcome.unpacked = Some(state == "ok"),
                ("ok", _) => outcome.accepted += 1,
                ("ng", rest) => {
                    let (name, reason) = rest.split_once(' ').unwrap_or((rest, "no reason given"));
                    outcome.refused.push((printable(name), printable(reason)));
                }
                _ => return None,
            }
        }
        Some(outcome)
    }
}

/// With `atomic`, one refusal refuses all: the ones that only follow from it are not worth a word.
fn refusal(refused: Vec<(String, String)>) -> RemoteError {
    let (following, own): (Vec<_>, Vec<_>) = refused
        .into_iter()
        .partition(|(_, reason)| reason.contains("atomic"));
    let refs = if own.is_empty() { following } else { own };
    RemoteError::Rejected { refs }
}

fn printable(text: &str) -> String {
    text.chars()
        .filter(|c| c.is_ascii_graphic() || *c == ' ')
        .take(200)
        .collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::super::packet::write;
    use super::{Outcome, RemoteError, refusal};

    fn report(lines: &[&str]) -> Option<Outcome> {
        let mut bytes = Vec::new();
        lines
            .iter()
            .for_each(|line| write(line.as_bytes(), &mut bytes));
        Outcome::parse(&bytes)
    }

    #[test]
    fn a_report_is_read_line_by_line() {
        let outcome = report(&[
            "unpack ok\n",
            "ok refs/heads/a\n",
            "ng refs/heads/b no\x1b[1m way\n",
        ])
        .unwrap();
        assert_eq!((outcome.unpacked, outcome.accepted), (Some(true), 1));
        assert_eq!(
            outcome.refused,
            [("refs/heads/b".to_owned(), "no[1m way".to_owned())]
        );
        assert_eq!(report(&["whatever\n"]), None);
    }

    #[test]
    fn what_only_follows_from_another_refusal_is_left_out() {
        let refused = |reasons: &[&str]| {
            let refused = reasons.iter();
            refusal(
                refused
                    .map(|reason| ("r".to_owned(), (*reason).to_owned()))
                    .collect(),
            )
        };
        let first = refused(&["hook declined", "atomic push failure"]);
        assert!(matches!(first, RemoteError::Rejected { refs } if refs.len() == 1));
        let only = refused(&["atomic transaction failed"]);
        assert!(matches!(only, RemoteError::Rejected { refs } if refs.len() == 1));
    }

    proptest! {
        #[test]
        fn nothing_panics(bytes in proptest::collection::vec(any::<u8>(), 0..100), lines in proptest::collection::vec("(unpack|ok|ng)?[ a-z]{0,9}", 0..4)) {
            let _ = Outcome::parse(&bytes);
            let _ = report(&lines.iter().map(String::as_str).collect::<Vec<_>>());
        }
    }
}
