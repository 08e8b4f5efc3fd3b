//! The selection of a job: one JSON document, cut into pieces since it may outgrow an item.
//! All pieces are written in the transaction that writes the job, and carry its version.

use domain::ports::PortError;
use domain::{Job, JobId, Selection, TenantId};

use crate::JobTable;
use crate::error::TableError;
use crate::item::{number, text, ttl};
use crate::keys::{Item, Key, SELECTION, job_partition};
use crate::query::{Range, whole, words};

/// Bytes in a piece: an item may have 400 KB.
const PIECE: usize = 300_000;
/// Pieces in a transaction, which may have 100 items and 4 MB: some 80,000 findings chosen one by one.
const MAX_PIECES: usize = 9;
/// How often a document that changes while it is read is read again.
const ATTEMPTS: u32 = 5;

/// The items of a selection written with `job`.
pub(crate) fn pieces(job: &Job, selection: &Selection) -> Result<Vec<Item>, PortError> {
    let document = serde_json::to_string(selection);
    let document = document.map_err(|_| TableError::Unwritable { what: "selection" })?;
    let parts = cut(&document);
    if parts.len() > MAX_PIECES {
        tracing::error!(
            bytes = document.len(),
            "a selection is too large to be stored"
        );
        return Err(PortError::Denied);
    }
    let piece = |(place, part): (usize, &&str)| {
        let mut item = Key::selection(&job.tenant, &job.id, place).attributes();
        item.insert("pieces".to_owned(), number(parts.len()));
        item.insert("version".to_owned(), number(job.version));
        item.insert("document".to_owned(), text(*part));
        item.insert("ttl".to_owned(), ttl(job.expires_at));
        item
    };
    Ok(parts.iter().enumerate().map(piece).collect())
}

/// Cuts between characters, into at least one piece.
fn cut(mut document: &str) -> Vec<&str> {
    let mut parts = Vec::new();
    while document.len() > PIECE {
        let (part, rest) = document.split_at(document.floor_char_boundary(PIECE));
        parts.push(part);
        document = rest;
    }
    parts.push(document);
    parts
}

impl JobTable {
    /// Reads the pieces until all are of one write.
    pub(crate) async fn read_selection(
        &self,
        tenant: &TenantId,
        id: &JobId,
    ) -> Result<Selection, PortError> {
        let range = Range::all(job_partition(tenant, id), SELECTION);
        for _ in 0..ATTEMPTS {
            let items = self.everything(&range).await?;
            if let Some(selection) = join(&items)? {
                return Ok(selection);
            }
        }
        Err(TableError::Exhausted {
            what: "read a selection",
            attempts: ATTEMPTS,
        }
        .into())
    }
}

/// Puts the pieces together; `None` if they are of different writes.
fn join(items: &[Item]) -> Result<Option<Selection>, PortError> {
    let what = "selection";
    let Some(first) = items.first() else {
        return Ok(Some(Selection::default()));
    };
    let version = whole(first, "version", what)?;
    let count = usize::try_from(whole(first, "pieces", what)?).unwrap_or(usize::MAX);
    // A former, longer selection may have left pieces behind these.
    let Some(items) = items.get(..count) else {
        return Ok(None);
    };
    let mut document = String::new();
    for item in items {
        if whole(item, "version", what)? != version {
            return Ok(None);
        }
        document.push_str(words(item, "document").unwrap_or_default());
    }
    let selection = serde_json::from_str(&document);
    selection
        .map(Some)
        .map_err(|_| TableError::Unreadable { what }.into())
}

#[cfg(test)]
mod tests {
    use super::{MAX_PIECES, join, pieces};
    use crate::keys::Item;
    use domain::ports::PortError;
    use domain::{FindingId, Job, Selection};

    /// A selection of `count` findings, written with `job` at `version`.
    fn written(job: &mut Job, version: u64, count: usize) -> Result<Vec<Item>, PortError> {
        job.version = version;
        let ids = (0..count).map(|n| FindingId::new(format!("secret-{n:024x}")));
        let mut selection = Selection::default();
        selection.replace(ids.collect(), []);
        pieces(job, &selection)
    }

    #[test]
    fn pieces_of_two_writes_are_never_put_together() {
        let mut job = testkit::contracts::samples::job(&domain::TenantId::new("a"));
        let long = written(&mut job, 1, 30_000).unwrap();
        let short = written(&mut job, 2, 20_000).unwrap();
        assert!(short.len() > 1 && short.len() < long.len());
        assert!(join(&long).unwrap().is_some());
        // A shorter selection leaves the end of a longer one behind.
        let left = [&short[..], &long[short.len()..]].concat();
        assert_eq!(join(&left).unwrap(), join(&short).unwrap());
        for torn in [
            [&long[..1], &short[1..]].concat(),
            [&short[..1], &long[1..]].concat(),
            long[..long.len() - 1].to_vec(),
        ] {
            assert_eq!(join(&torn).unwrap(), None);
        }
    }

    #[test]
    fn a_selection_that_no_transaction_takes_is_refused() {
        let mut job = testkit::contracts::samples::job(&domain::TenantId::new("a"));
        assert_eq!(written(&mut job, 1, 75_000).unwrap().len(), MAX_PIECES);
        let refused = written(&mut job, 1, 90_000);
        assert!(matches!(refused, Err(PortError::Denied)));
    }
}
