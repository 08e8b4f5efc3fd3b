//! What a piece of work took: wall time, processor time, memory, as the kernel counts them.

use std::time::Instant;

/// The kernel counts processor time in hundredths of a second (`USER_HZ`, the same on every Linux that Lambda runs).
const TICK_MS: u64 = 10;

/// A reading of the counters; or, from [`Usage::since`], a difference of two.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Usage {
    taken: Instant,
    /// Milliseconds of wall time.
    pub(crate) wall_ms: u64,
    /// Milliseconds of processor time, user and system, all threads.
    pub(crate) cpu_ms: u64,
    /// The most memory that the process has had resident so far, in megabytes.
    pub(crate) peak_mb: u64,
}

impl Usage {
    /// Reads the counters. What cannot be read is 0: this is for people, nothing depends on it.
    pub(crate) fn now() -> Self {
        let stat = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
        let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
        Self {
            taken: Instant::now(),
            wall_ms: 0,
            cpu_ms: ticks(&stat) * TICK_MS,
            peak_mb: peak_kb(&status) / 1024,
        }
    }

    /// What was used since an earlier reading.
    pub(crate) fn since(&self, earlier: &Self) -> Self {
        let wall = self.taken.duration_since(earlier.taken).as_millis();
        Self {
            wall_ms: u64::try_from(wall).unwrap_or(u64::MAX),
            cpu_ms: self.cpu_ms.saturating_sub(earlier.cpu_ms),
            ..*self
        }
    }
}

/// Fields 14 and 15 of /proc/self/stat (proc(5)), counted behind the name, which may hold spaces.
fn ticks(stat: &str) -> u64 {
    let behind = stat.rsplit_once(')').map_or("", |(_, behind)| behind);
    behind
        .split_whitespace()
        .skip(11)
        .take(2)
        .filter_map(|field| field.parse::<u64>().ok())
        .sum()
}

fn peak_kb(status: &str) -> u64 {
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    line.and_then(|line| line.split_whitespace().next()?.parse().ok())
        .unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::{peak_kb, ticks};

    #[test]
    fn the_kernels_text_is_read() {
        assert_eq!(ticks("7 (a b) c) S 1 2 3 4 5 6 7 8 9 10 40 2 0 0 20"), 42);
        assert_eq!(peak_kb("Name:\tx\nVmHWM:\t  2048 kB\n"), 2048);
        assert_eq!((ticks(""), peak_kb("")), (0, 0));
    }
}
