//! Where the next page begins: the last item's place, opaque, worthless in another list.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use domain::ports::{Page, PortError};

/// Cuts a page out of a list in its order. `scope` names the list; `place` of an item is unique.
pub(crate) fn page<'a, T: Clone + 'a>(
    items: impl Iterator<Item = &'a T>,
    scope: &str,
    place: impl Fn(&T) -> &str,
    newest_first: bool,
    limit: usize,
    cursor: Option<&str>,
) -> Result<Page<T>, PortError> {
    let after = cursor.map(|cursor| decode(cursor, scope)).transpose()?;
    // The item of the cursor may be gone: what counts is its place.
    let follows = |item: &&T| {
        after.as_deref().is_none_or(|after| {
            let order = place(item).cmp(after);
            if newest_first {
                order.is_lt()
            } else {
                order.is_gt()
            }
        })
    };
    let mut rest = items.filter(follows);
    let taken: Vec<T> = rest.by_ref().take(limit.max(1)).cloned().collect();
    let last = taken.last().filter(|_| rest.next().is_some());
    Ok(Page {
        next: last.map(|last| encode(scope, place(last))),
        items: taken,
    })
}

fn encode(scope: &str, place: &str) -> String {
    URL_SAFE_NO_PAD.encode(format!("{scope}\n{place}"))
}

fn decode(cursor: &str, scope: &str) -> Result<String, PortError> {
    let bytes = URL_SAFE_NO_PAD.decode(cursor).ok();
    let text = bytes.and_then(|bytes| String::from_utf8(bytes).ok());
    match text.as_deref().and_then(|text| text.split_once('\n')) {
        Some((found, place)) if found == scope => Ok(place.to_owned()),
        _ => Err(PortError::InvalidCursor),
    }
}
