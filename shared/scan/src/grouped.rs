//! Lists of numbers, one for each number from 0 on, in two arrays.

/// For each of the first numbers a list of others.
pub(crate) struct Grouped {
    starts: Vec<u32>,
    values: Vec<u32>,
}

impl Grouped {
    /// Groups pairs by their first number, all of which are below `count`. The order within a list is that of the pairs. They are
    /// asked for twice, and must be fewer than 2^32.
    pub(crate) fn new<I: Iterator<Item = (u32, u32)>>(count: u32, pairs: impl Fn() -> I) -> Self {
        let count = count as usize;
        let mut starts = vec![0_u32; count + 2];
        pairs().for_each(|(group, _)| starts[group as usize + 2] += 1);
        for group in 2..starts.len() {
            starts[group] += starts[group - 1];
        }
        // While the lists are filled, `starts` is one place ahead of what it will be.
        let mut values = vec![0; starts[count + 1] as usize];
        for (group, value) in pairs() {
            let next = &mut starts[group as usize + 1];
            values[*next as usize] = value;
            *next += 1;
        }
        starts.pop();
        Self { starts, values }
    }

    /// How many lists there are.
    pub(crate) fn count(&self) -> u32 {
        u32::try_from(self.starts.len() - 1).unwrap_or(u32::MAX)
    }

    /// The list of a number.
    pub(crate) fn of(&self, group: u32) -> &[u32] {
        let at = group as usize;
        &self.values[self.starts[at] as usize..self.starts[at + 1] as usize]
    }
}

#[cfg(test)]
mod tests {
    use super::Grouped;

    #[test]
    fn each_number_has_its_own_in_order() {
        let pairs = [(2, 7), (0, 1), (2, 5), (3, 9), (2, 7)];
        let grouped = Grouped::new(5, || pairs.into_iter());
        let lists: [&[u32]; 5] = [&[1], &[], &[7, 5, 7], &[9], &[]];
        assert!(
            (0..)
                .zip(lists)
                .all(|(group, list)| grouped.of(group) == list)
        );
    }
}
