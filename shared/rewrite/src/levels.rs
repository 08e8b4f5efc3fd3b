//! An order for what waits for others.

use std::collections::HashMap;

use git::ObjectNo;

/// Objects level by level: each stands behind all that it waits for. `waiting` says of each for how many, and `holders` who waits
/// for one; holders that are not waiting are left out.
pub(crate) fn levels<I: IntoIterator<Item = ObjectNo>>(
    mut waiting: HashMap<ObjectNo, usize>,
    holders: impl Fn(ObjectNo) -> I,
) -> Vec<Vec<ObjectNo>> {
    let ready = waiting.iter().filter(|(_, count)| **count == 0);
    let mut level: Vec<ObjectNo> = ready.map(|(object, _)| *object).collect();
    let mut levels = Vec::new();
    while !level.is_empty() {
        let mut next = Vec::new();
        for holder in level.iter().flat_map(|object| holders(*object)) {
            if let Some(count) = waiting.get_mut(&holder) {
                *count -= 1;
                next.extend((*count == 0).then_some(holder));
            }
        }
        levels.push(std::mem::replace(&mut level, next));
    }
    levels
}
