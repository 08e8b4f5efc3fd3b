//! Archives of every kind, made at run time.

#![allow(clippy::missing_panics_doc, clippy::unwrap_used)] // a test that cannot be set up has failed

use std::io::{Cursor, Write};

use zip::write::SimpleFileOptions;

/// A file of the zip family.
pub fn zip(files: &[(&str, &[u8])]) -> Vec<u8> {
    let mut writer = zip::ZipWriter::new(Cursor::new(Vec::new()));
    for (name, content) in files {
        let options = SimpleFileOptions::default();
        writer.start_file(*name, options).unwrap();
        writer.write_all(content).unwrap();
    }
    writer.finish().unwrap().into_inner()
}

/// A file of the zip family in which everything stands as it is.
pub fn stored_zip(files: &[(&str, &[u8])]) -> Vec<u8> {
    let mut writer = zip::ZipWriter::new(Cursor::new(Vec::new()));
    for (name, content) in files {
        let stored =
            SimpleFileOptions::default().compression_method(zip::CompressionMethod::Stored);
        writer.start_file(*name, stored).unwrap();
        writer.write_all(content).unwrap();
    }
    writer.finish().unwrap().into_inner()
}

/// A tar archive.
pub fn tar(files: &[(&str, &[u8])]) -> Vec<u8> {
    let mut builder = tar::Builder::new(Vec::new());
    for (name, content) in files {
        let mut header = tar::Header::new_ustar();
        header.set_size(content.len() as u64);
        header.set_mode(0o644);
        builder.append_data(&mut header, name, *content).unwrap();
    }
    builder.into_inner().unwrap()
}

/// One file, made smaller.
pub fn gzip(content: &[u8]) -> Vec<u8> {
    let mut writer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    writer.write_all(content).unwrap();
    writer.finish().unwrap()
}

/// One file, made smaller.
pub fn bzip2(content: &[u8]) -> Vec<u8> {
    let mut writer = bzip2::write::BzEncoder::new(Vec::new(), bzip2::Compression::default());
    writer.write_all(content).unwrap();
    writer.finish().unwrap()
}

/// One file, made smaller.
pub fn xz(content: &[u8]) -> Vec<u8> {
    let options = lzma_rust2::XzOptions::with_preset(6);
    let mut writer = lzma_rust2::XzWriter::new(Vec::new(), options).unwrap();
    writer.write_all(content).unwrap();
    writer.finish().unwrap()
}

/// A database of `SQLite` with one table of one row: two pages of 4096 bytes, as its file format is documented.
pub fn sqlite(text: &str) -> Vec<u8> {
    const PAGE: usize = 4096;
    let mut header = b"SQLite format 3\0".to_vec();
    header.extend([0x10, 0, 1, 1, 0, 64, 32, 32]);
    for number in [1, 2, 0, 0, 1, 4, 0, 0, 1] {
        header.extend(u32::to_be_bytes(number));
    }
    header.resize(92, 0);
    header.extend(u32::to_be_bytes(1));
    header.extend(u32::to_be_bytes(3_040_000));
    let schema = "CREATE TABLE t(v TEXT)";
    let table = record(&[
        Column::Text("table"),
        Column::Text("t"),
        Column::Text("t"),
        Column::Byte(2),
        Column::Text(schema),
    ]);
    let row = record(&[Column::Text(text)]);
    [page(&header, &table, PAGE), page(&[], &row, PAGE)].concat()
}

enum Column<'a> {
    Text(&'a str),
    Byte(u8),
}

fn record(columns: &[Column<'_>]) -> Vec<u8> {
    let (mut types, mut body) = (Vec::new(), Vec::new());
    for column in columns {
        match column {
            Column::Text(text) => {
                types.extend(varint(text.len() * 2 + 13));
                body.extend_from_slice(text.as_bytes());
            }
            Column::Byte(byte) => {
                types.push(1);
                body.push(*byte);
            }
        }
    }
    let mut record = varint(types.len() + 1);
    record.extend(types);
    record.extend(body);
    record
}

fn varint(number: usize) -> Vec<u8> {
    let low = u8::try_from(number & 0x7f).unwrap();
    let high = u8::try_from(number >> 7).unwrap();
    if high == 0 {
        vec![low]
    } else {
        vec![high | 0x80, low]
    }
}

/// A leaf page with one cell.
fn page(header: &[u8], record: &[u8], size: usize) -> Vec<u8> {
    let cell = [varint(record.len()), vec![1], record.to_vec()].concat();
    let start = u16::try_from(size - cell.len()).unwrap().to_be_bytes();
    let mut page = header.to_vec();
    page.extend([13, 0, 0, 0, 1, start[0], start[1], 0, start[0], start[1]]);
    page.resize(size - cell.len(), 0);
    page.extend(cell);
    page
}
