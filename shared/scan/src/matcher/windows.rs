//! The stretches of the data in which a rule's pattern is run: around its keywords, merged where they touch.

use std::ops::Range;

const NONE: usize = usize::MAX;

/// Windows of all rules over one piece of data, in the order in which they were opened.
#[derive(Debug, Default)]
pub(super) struct Windows {
    list: Vec<(u16, Range<usize>)>,
    /// For each rule its latest window's place in `list`.
    latest: Vec<usize>,
}

impl Windows {
    pub(super) fn new(rules: usize) -> Self {
        Self {
            list: Vec::new(),
            latest: vec![NONE; rules],
        }
    }

    /// Adds a window. For one rule starts and ends must come in increasing order.
    pub(super) fn add(&mut self, rule: u16, window: Range<usize>) {
        let latest = &mut self.latest[usize::from(rule)];
        if let Some((_, open)) = self.list.get_mut(*latest)
            && window.start <= open.end
        {
            open.end = open.end.max(window.end);
            return;
        }
        *latest = self.list.len();
        self.list.push((rule, window));
    }

    /// Takes all windows out.
    pub(super) fn drain(&mut self) -> impl Iterator<Item = (u16, Range<usize>)> {
        for (rule, _) in &self.list {
            self.latest[usize::from(*rule)] = NONE;
        }
        self.list.drain(..)
    }
}

#[cfg(test)]
mod tests {
    use super::Windows;

    #[test]
    fn windows_of_one_rule_merge_where_they_touch() {
        let mut windows = Windows::new(2);
        for (rule, window) in [(0, 0..10), (1, 5..9), (0, 10..12), (0, 13..20), (1, 6..8)] {
            windows.add(rule, window);
        }
        let all: Vec<_> = windows.drain().collect();
        assert_eq!(all, [(0, 0..12), (1, 5..9), (0, 13..20)]);
        windows.add(0, 1..2);
        assert_eq!(windows.drain().collect::<Vec<_>>(), [(0, 1..2)]);
    }
}
