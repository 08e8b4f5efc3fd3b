//! Blocks of base64 or hex: a run, and the lines that follow it, all of one length but the last.

use domain::Encoding;

use super::Region;
use super::alphabet::is_base64;
use super::runs::{Reading, Run, Runs};

/// How far a line of a block may be indented.
const INDENT: usize = 64;

/// Appends the blocks of `data`.
pub(super) fn find(data: &[u8], runs: &Runs, out: &mut Vec<Region>) {
    let mut taken_to = 0;
    for run in runs.list() {
        if run.start < taken_to {
            continue;
        }
        let region = block(data, run);
        taken_to = u32::try_from(region.end).unwrap_or(u32::MAX);
        out.push(region);
    }
}

fn block(data: &[u8], run: &Run) -> Region {
    let start = run.start as usize + usize::from(run.skip);
    let (mut end, width) = (run.end as usize, run.end as usize - start);
    let encoding = match run.reading {
        Reading::Hex => Encoding::Hex,
        Reading::Base64 => Encoding::Base64,
    };
    while let Some(next) = next_line(data, end).filter(|_| width.is_multiple_of(4)) {
        let line = data[next..].iter().take(width + 1);
        let length = line.take_while(|byte| is_base64(**byte)).count();
        if length == 0 || length > width {
            break;
        }
        end = next + length;
        if length < width {
            break;
        }
    }
    Region {
        start,
        end,
        encoding,
    }
}

/// Where the text of the line after this one starts: a line of the data, or one of a string in it.
fn next_line(data: &[u8], end: usize) -> Option<usize> {
    let rest = data.get(end..)?;
    let escaped = [&b"\\r\\n"[..], b"\\n"].into_iter();
    if let Some(mark) = escaped.clone().find(|mark| rest.starts_with(mark)) {
        return Some(end + mark.len());
    }
    let is_break = |byte: &&u8| matches!(**byte, b'\r' | b'\n');
    let breaks = rest.iter().take(2).take_while(is_break).count();
    let is_one = matches!(&rest[..breaks], b"\n" | b"\r\n");
    let indent = rest[breaks..].iter().take(INDENT);
    let indent = indent.take_while(|byte| matches!(**byte, b' ' | b'\t'));
    is_one.then(|| end + breaks + indent.count())
}
