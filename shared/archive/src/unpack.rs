//! The formats, each read by a library of its own.

use std::borrow::Cow;
use std::io::{Cursor, Read};

use zip::CompressionMethod;
use zip::read::ZipFile;

use crate::{Budget, Entry, Format, Unopened};

/// What xz may take of memory, in KiB.
const XZ_MEMORY: u32 = 256 << 10;

/// Hands out the files of an archive, one after the other, those that can be read before one that cannot included.
pub fn unpack(
    data: &[u8],
    format: Format,
    budget: &mut Budget,
    each: &mut dyn FnMut(Entry<'_>, &mut Budget),
) -> Result<(), Unopened> {
    match format {
        Format::Zip => unzip(data, budget, each),
        Format::Tar => untar(data, budget, each),
        Format::Gzip => inflate(flate2::read::MultiGzDecoder::new(data), budget, each),
        Format::Bzip2 => inflate(bzip2::read::MultiBzDecoder::new(data), budget, each),
        Format::Pointer => Err(Unopened::Elsewhere),
        Format::Xz => {
            let reader = lzma_rust2::XzReader::new_mem_limit(data, true, XZ_MEMORY);
            inflate(reader, budget, each)
        }
    }
}

/// A single file.
fn inflate(
    reader: impl Read,
    budget: &mut Budget,
    each: &mut dyn FnMut(Entry<'_>, &mut Budget),
) -> Result<(), Unopened> {
    let (content, end) = read(reader, budget);
    let entry = Entry {
        name: String::new(),
        content: Cow::Owned(content),
        is_stored: false,
    };
    each(entry, budget);
    end
}

/// As much as can be read, and why that is not all.
fn read(reader: impl Read, budget: &mut Budget) -> (Vec<u8>, Result<(), Unopened>) {
    let mut content = Vec::new();
    let outcome = reader.take(budget.bytes + 1).read_to_end(&mut content);
    let taken = budget.take(content.len() as u64);
    let read = outcome.map_err(|_| Unopened::Damaged);
    (content, taken.and(read.map(|_| ())))
}

fn unzip(
    data: &[u8],
    budget: &mut Budget,
    each: &mut dyn FnMut(Entry<'_>, &mut Budget),
) -> Result<(), Unopened> {
    let archive = zip::ZipArchive::new(Cursor::new(data));
    let mut archive = archive.map_err(|_| Unopened::Damaged)?;
    let mut worst = Ok(());
    for number in 0..archive.len() {
        let Ok(file) = archive.by_index_raw(number) else {
            return Err(Unopened::Damaged);
        };
        if file.is_dir() {
            continue;
        }
        if let Some(reason) = why_not(&file) {
            worst = Err(reason);
            continue;
        }
        let (name, is_stored) = (
            String::from_utf8_lossy(file.name_raw()).into_owned(),
            file.compression() == CompressionMethod::Stored,
        );
        drop(file);
        let Ok(file) = archive.by_index(number) else {
            return Err(Unopened::Damaged);
        };
        let (content, end) = read(file, budget);
        let content = Cow::Owned(content);
        let entry = Entry {
            name,
            content,
            is_stored,
        };
        each(entry, budget);
        match end {
            Err(Unopened::Damaged) => worst = end,
            end => end?,
        }
    }
    worst
}

/// Why a file of a zip cannot be read.
fn why_not<R: Read>(file: &ZipFile<'_, R>) -> Option<Unopened> {
    let is_known = matches!(
        file.compression(),
        CompressionMethod::Stored | CompressionMethod::Deflated
    );
    match (file.encrypted(), is_known) {
        (true, _) => Some(Unopened::Encrypted),
        (false, false) => Some(Unopened::Unknown),
        (false, true) => None,
    }
}

fn untar(
    data: &[u8],
    budget: &mut Budget,
    each: &mut dyn FnMut(Entry<'_>, &mut Budget),
) -> Result<(), Unopened> {
    let mut archive = tar::Archive::new(data);
    for file in archive.entries().map_err(|_| Unopened::Damaged)? {
        let file = file.map_err(|_| Unopened::Damaged)?;
        if !file.header().entry_type().is_file() {
            continue;
        }
        let name = String::from_utf8_lossy(&file.path_bytes()).into_owned();
        budget.take(0)?; // its bytes are those of the archive
        let place = |number: u64| usize::try_from(number).ok();
        let start = place(file.raw_file_position());
        let end = start
            .zip(place(file.size()))
            .map(|(start, size)| start.saturating_add(size));
        let content = start.zip(end).and_then(|(start, end)| data.get(start..end));
        let entry = Entry {
            name,
            content: Cow::Borrowed(content.ok_or(Unopened::Damaged)?),
            is_stored: true,
        };
        each(entry, budget);
    }
    Ok(())
}
