//! Values in encodings: gone in each, and what is around them can still be decoded and parsed.

use base64::Engine as _;
use base64::prelude::{BASE64_STANDARD, BASE64_URL_SAFE};
use domain::{FindingId, Secret, Unwatched};
use git::Repository;
use rewrite::{CleanOptions, ProofVerdict, Replacement, Request, clean};
use testkit::script::{Script, token};
use testkit::stock::{fsck, git_bytes};

/// Cleans a history of one commit with these files; gives them as they are then.
pub(crate) fn cleaned(files: &[(&str, Vec<u8>)], replacement: Replacement) -> Vec<Vec<u8>> {
    let folder = tempfile::tempdir().unwrap();
    let (source, out) = (
        folder.path().join("source.git"),
        folder.path().join("out.git"),
    );
    std::fs::create_dir(&source).unwrap();
    let contents: Vec<_> = files
        .iter()
        .map(|(name, data)| (*name, Some(data.as_slice())))
        .collect();
    Script::default()
        .commit("main", "one", None, &contents)
        .make(&source);
    let repo = Repository::open(&source).unwrap();
    let request = Request::from(vec![replacement]);
    let outcome = clean(&repo, &request, &out, &CleanOptions::default(), &Unwatched).unwrap();
    assert_eq!(outcome.certificate.verdict, ProofVerdict::Proven);
    assert_eq!(fsck(&out), Ok(()));
    files
        .iter()
        .map(|(name, _)| git_bytes(&out, &["cat-file", "blob", &format!("main:{name}")]))
        .collect()
}

pub(crate) fn replacement(value: &str) -> Replacement {
    Replacement::new(FindingId::new("x"), Secret::new(value.as_bytes().to_vec()))
}

pub(crate) fn utf16(text: &str, bytes: fn(u16) -> [u8; 2]) -> Vec<u8> {
    text.encode_utf16().flat_map(bytes).collect()
}

fn wrapped(text: &str, width: usize, line_break: &str) -> Vec<u8> {
    let lines: Vec<&str> = (0..text.len())
        .step_by(width)
        .map(|at| &text[at..text.len().min(at + width)])
        .collect();
    lines.join(line_break).into_bytes()
}

/// The value's own bytes, in a row, but for the two at the ends of which base64 may leave some bits.
pub(crate) fn is_gone(decoded: &[u8], value: &str) -> bool {
    let inner = &value.as_bytes()[1..value.len() - 1];
    !decoded
        .windows(4)
        .any(|part| inner.windows(4).any(|own| own == part))
}

#[test]
fn base64_in_every_alignment_alphabet_and_width() {
    let value = format!("{}?>~?>~", token(77));
    for before in 0..3 {
        let around = format!("{}{value} and so on, and so on", "a".repeat(before));
        let (standard, url) = (
            BASE64_STANDARD.encode(&around),
            BASE64_URL_SAFE.encode(&around),
        );
        let mut files = vec![
            ("std", standard.clone().into_bytes()),
            ("url", url.into_bytes()),
        ];
        for (name, width, line_break) in [
            ("a", 16, "\n"),
            ("b", 64, "\r\n"),
            ("c", 76, "\n    "),
            ("d", 20, "\\n"),
            ("e", 7, "\n"),
        ] {
            // Git's own stream has names of its own; the widths put the break at every place of a half.
            files.push((name, wrapped(&standard, width, line_break)));
        }
        for ((name, old), new) in files.iter().zip(cleaned(&files, replacement(&value))) {
            if *name == "e" {
                continue; // a break in both halves: below
            }
            assert_eq!(old.len(), new.len(), "{name}");
            let kept = |text: &[u8]| -> Vec<u8> {
                let text = String::from_utf8(text.to_vec()).unwrap().replace("\\n", "");
                text.bytes()
                    .filter(|byte| !byte.is_ascii_whitespace())
                    .collect()
            };
            let decoded = if *name == "url" {
                BASE64_URL_SAFE.decode(kept(&new))
            } else {
                BASE64_STANDARD.decode(kept(&new))
            };
            let decoded = decoded.unwrap();
            assert!(decoded.ends_with(b" and so on, and so on"), "{name}");
            assert!(decoded.starts_with("a".repeat(before).as_bytes()), "{name}");
            assert!(is_gone(&decoded, &value), "{name} {before}");
        }
    }
}

#[test]
fn utf16_hexadecimal_percent_and_json_escapes() {
    let value = format!("{}/\"p@ss\"\u{e9}", token(78));
    let json = serde_json::json!({ "token": value, "after": 1 });
    let hex: String = value.bytes().map(|byte| format!("{byte:02x}")).collect();
    let percent: String = value
        .bytes()
        .map(|b| {
            if b.is_ascii_alphanumeric() || b == b'_' {
                char::from(b).to_string()
            } else {
                format!("%{b:02X}")
            }
        })
        .collect();
    let ascii: String = value
        .encode_utf16()
        .map(|unit| format!("\\u{unit:04x}"))
        .collect();
    let files = [
        (
            "le",
            utf16(&format!("\u{feff}a {value}\r\n"), u16::to_le_bytes),
        ),
        ("be", utf16(&format!("a {value}\r\n"), u16::to_be_bytes)),
        ("hex", format!("key {hex}.").into_bytes()),
        ("HEX", format!("key {}.", hex.to_uppercase()).into_bytes()),
        ("url", format!("https://host/?t={percent}&u=1").into_bytes()),
        ("json", json.to_string().into_bytes()),
        (
            "json-in-json",
            serde_json::json!(json.to_string()).to_string().into_bytes(),
        ),
        ("escapes", format!("[\"{ascii}\"]").into_bytes()),
    ];
    let new = cleaned(&files, replacement(&value));
    assert_eq!(
        new[0],
        utf16("\u{feff}a ***REMOVED***\r\n", u16::to_le_bytes)
    );
    assert_eq!(new[1], utf16("a ***REMOVED***\r\n", u16::to_be_bytes));
    for (old, new) in files[2..4].iter().zip(&new[2..4]) {
        assert!(old.1.len() == new.len() && new.starts_with(b"key ") && new.ends_with(b"."));
        assert!(old.1[4..30] != new[4..30]);
    }
    assert_eq!(new[4], b"https://host/?t=%2A%2A%2AREMOVED%2A%2A%2A&u=1");
    let expected = serde_json::json!({ "token": "***REMOVED***", "after": 1 });
    assert_eq!(
        serde_json::from_slice::<serde_json::Value>(&new[5]).unwrap(),
        expected
    );
    let inner: String = serde_json::from_slice(&new[6]).unwrap();
    assert_eq!(
        serde_json::from_str::<serde_json::Value>(&inner).unwrap(),
        expected
    );
    assert_eq!(new[7], b"[\"***REMOVED***\"]");
}

#[test]
fn a_key_of_many_lines_is_found_where_json_escapes_its_line_breaks() {
    let lines: String = (0..20).map(|n| format!("{}\n", token(n))).collect();
    let key = format!("-----BEGIN SOMETHING-----\n{lines}-----END SOMETHING-----\n");
    let json = serde_json::json!({ "private_key": key })
        .to_string()
        .into_bytes();
    let files = [
        ("key.pem", key.clone().into_bytes()),
        ("key.json", json),
        ("dos.txt", b"\r\nx\r\n".to_vec()),
    ];
    let new = cleaned(&files, replacement(key.trim_end()));
    assert_eq!(new[0], b"***REMOVED***\n");
    assert_eq!(new[1], b"{\"private_key\":\"***REMOVED***\\n\"}");
    assert_eq!(new[2], b"\r\nx\r\n");
}

#[test]
fn json_yaml_and_env_files_can_still_be_parsed() {
    let value = token(79);
    let yaml = format!(
        "a: {value}\nb: \"{value}\"\nc: '{value}'\nd:\n  - {value}\n  - x: {value} # why\ne: [1, {value}]\nf: {{g: {value}}}\nh: Bearer {value}\ni: {value}-more\nj: |\n  {value}\n  line\nk: https://u:{value}@host\n"
    );
    let json = format!("{{\"a\": \"{value}\", \"b\": [\"x{value}\"]}}");
    let env = format!("A={value}\nB=\"{value}\"\nexport C='{value}'\n");
    let files = [
        ("a.yaml", yaml.clone().into_bytes()),
        ("a.json", json.into_bytes()),
        (".env", env.clone().into_bytes()),
    ];
    let parse = |text: &[u8]| serde_saphyr::from_slice::<serde_json::Value>(text).unwrap();
    let before = parse(yaml.as_bytes());
    for (with, keep_length) in [
        ("***REMOVED***", false),
        ("", false),
        ("***REMOVED***", true),
        ("- a", false),
        ("gone", false),
    ] {
        let with = Replacement {
            with: with.into(),
            keep_length,
            ..replacement(&value)
        };
        let new = cleaned(&files, with);
        let after = parse(&new[0]);
        // An empty item of a list in brackets is none.
        let is_same = shape(&before) == shape(&after);
        assert!(
            is_same || new[0].windows(3).any(|part| part == b", ]"),
            "{}",
            String::from_utf8_lossy(&new[0])
        );
        serde_json::from_slice::<serde_json::Value>(&new[1]).unwrap();
        let keys = |text: &[u8]| -> Vec<String> {
            let text = String::from_utf8(text.to_vec()).unwrap();
            text.lines()
                .map(|line| line.split_once('=').unwrap().0.to_owned())
                .collect()
        };
        assert_eq!(keys(&new[2]), keys(env.as_bytes()));
        if keep_length {
            assert!(
                new.iter()
                    .zip(&files)
                    .all(|(new, (_, old))| new.len() == old.len())
            );
        }
    }
    let number = "8817263544";
    let files = [(
        "n.json",
        format!("{{\"pin\":{number},\"id\": {number}, \"l\":[1]}}").into_bytes(),
    )];
    for keep_length in [false, true] {
        let new = cleaned(
            &files,
            Replacement {
                keep_length,
                ..replacement(number)
            },
        );
        let value: serde_json::Value = serde_json::from_slice(&new[0]).unwrap();
        assert_eq!(value["pin"].is_number(), keep_length, "{value}");
    }
}

/// Keys and the number of items; an empty value may be none.
fn shape(value: &serde_json::Value) -> String {
    match value {
        serde_json::Value::Object(map) => map
            .iter()
            .map(|(key, value)| format!("{key}({})", shape(value)))
            .collect(),
        serde_json::Value::Array(items) => items
            .iter()
            .map(|item| format!("[{}]", shape(item)))
            .collect(),
        _ => String::new(),
    }
}
