//! The places, planted one after the other.

mod more;

use domain::{Carrier, Encoding};
use testkit::stock::command;

use crate::encodings::{
    base64, base64_for_urls, each, hex, html, json_in_json, percent, utf16, wrapped,
};
use crate::nursery::Nursery;
use testkit::archives::{bzip2, gzip, sqlite, tar, xz, zip};

pub(crate) use more::{clone_only, more};

/// The 43 places that scanners were compared by.
pub(crate) fn history(nursery: &mut Nursery) {
    commits(nursery);
    encoded(nursery);
    files(nursery);
    packed(nursery);
}

fn setting(token: &str) -> Vec<u8> {
    format!("# settings\ntoken = \"{token}\"\n").into_bytes()
}

/// Where git itself keeps things: 14.
fn commits(nursery: &mut Nursery) {
    nursery.file("worktree", "config/app.ini", 2, setting);
    nursery.file("deleted file", "old/app.ini", 2, setting);
    nursery.git(&["rm", "-q", "old/app.ini"]);
    nursery.commit_all("Delete it");
    nursery.file("changed line", "lib/app.ini", 2, setting);
    nursery.commit("lib/app.ini", b"# settings\ntoken = none\n");
    nursery.git(&["checkout", "-q", "--orphan", "other"]);
    nursery.git(&["rm", "-rfq", "."]);
    nursery.file("orphan root", "orphan.ini", 2, setting);
    nursery.git(&["checkout", "-q", "main"]);
    merge(nursery);
    messages(nursery);
    let blob = nursery.blob(&setting(&nursery.token()));
    nursery.git(&["tag", "of-a-blob", &blob]);
    nursery.note("tag of a blob", "", 2).commit = String::new();
    let path = format!("keys/{}.pem", nursery.token());
    nursery.write(&path, b"nothing\n");
    nursery.commit_all("Add a key");
    let preview = domain::secret::Preview::of(nursery.token().as_bytes());
    nursery
        .note("file path", &format!("keys/{}", preview.as_str()), 1)
        .carrier = Carrier::Path;
    let target = format!("/run/keys/{}", nursery.token());
    std::os::unix::fs::symlink(target, nursery.folder.join("link")).unwrap();
    nursery.commit_all("Link");
    nursery.note("symlink target", "link", 1);
    nursery.write("README.md", &setting(&nursery.token()));
    nursery.git(&["stash", "-q"]);
    let stash = nursery.git(&["rev-parse", "refs/stash"]);
    nursery.note("stash", "README.md", 2).commit = stash;
    nursery.git(&["checkout", "-q", "-b", "pull"]);
    nursery.file("refs/pull", "pull.ini", 2, setting);
    nursery.git(&["update-ref", "refs/pull/7/head", "pull"]);
    nursery.git(&["checkout", "-q", "main"]);
    nursery.git(&["branch", "-q", "-D", "pull"]);
}

/// Content that neither side of a merge has.
fn merge(nursery: &mut Nursery) {
    nursery.git(&["checkout", "-q", "-b", "side"]);
    nursery.commit("side.txt", b"side\n");
    nursery.git(&["checkout", "-q", "main"]);
    nursery.commit("main.txt", b"main\n");
    nursery.git(&["merge", "-q", "--no-ff", "--no-commit", "side"]);
    nursery.file("merge commit", "merged.ini", 2, setting);
}

fn messages(nursery: &mut Nursery) {
    nursery.write("news.txt", b"1\n");
    let message = format!("News\n\nsent with token={}", nursery.token());
    nursery.commit_all(&message);
    // tree, parent, author, committer, an empty line, then the message's third
    nursery.note("commit message", "", 8).carrier = Carrier::CommitMessage;
    let message = format!("Release\n\nsent with token={}", nursery.token());
    nursery.git(&["tag", "-a", "-m", &message, "v1"]);
    nursery.note("tag message", "", 8).carrier = Carrier::TagMessage;
    let note = format!("a note\ntoken={}", nursery.token());
    nursery.git(&["notes", "add", "-m", &note]);
    let (of, by) = (
        nursery.head(),
        nursery.git(&["rev-parse", "refs/notes/commits"]),
    );
    nursery.note("note", &of, 2).commit = by;
    nursery.write("news.txt", b"2\n");
    nursery.git(&["add", "-A"]);
    let mut command = command(&nursery.folder, &["commit", "-q", "-m", "More news"]);
    command.env("GIT_AUTHOR_NAME", nursery.token());
    assert!(command.status().unwrap().success());
    nursery.note("author name", "", 3).carrier = Carrier::CommitHeader;
}

type Unit = fn(u16) -> [u8; 2];

/// What is written in another way: 14.
fn encoded(nursery: &mut Nursery) {
    use Encoding::{Base64, Escapes, Hex, Html, Percent, Utf16};
    nursery.encoded("base64", &[Base64], |token| base64(token.as_bytes()));
    let long = |token: &str| {
        let before = "a file of several lines, ".repeat(4);
        format!("{before}token={token} and more behind it {before}")
    };
    // its first byte is in the second line of the encoded text
    nursery.encoded("base64 wrapped at 76", &[Base64], |token| {
        format!("|\n{}", wrapped(&base64(long(token).as_bytes()), 76))
    });
    nursery.places.last_mut().unwrap().line = 5;
    nursery.encoded("base64 twice", &[Base64, Base64], |token| {
        base64(base64(token.as_bytes()).as_bytes())
    });
    nursery.encoded("base64 for URLs", &[Base64], |token| {
        base64_for_urls(format!("~~~???>>>{{token}}: {token}").as_bytes())
    });
    nursery.encoded("hex", &[Hex], hex);
    nursery.encoded("percent", &[Percent], percent);
    let units: [(&str, bool, Unit); 3] = [
        ("UTF-16 LE", true, u16::to_le_bytes),
        ("UTF-16 BE", true, u16::to_be_bytes),
        ("UTF-16 without BOM", false, u16::to_le_bytes),
    ];
    for (name, mark, unit) in units {
        let path = format!("encoded/{name}.reg");
        let content =
            |token: &str| utf16(&format!("[key]\r\n\"token\"=\"{token}\"\r\n"), mark, unit);
        nursery.file(name, &path, 2, content).encoding = vec![Utf16];
    }
    nursery.encoded("unicode escapes", &[Escapes], |token| {
        each(token, |byte| format!("\\u{byte:04x}"))
    });
    nursery.encoded("HTML entities", &[Html], html);
    nursery.encoded("JSON in JSON", &[], json_in_json);
    nursery.file("Latin-1", "encoded/latin1.txt", 2, |token| {
        let text = format!("token={token} # gr\u{fc}\u{df}e\n");
        [
            b"caf\xe9\n".to_vec(),
            text.chars().map(|c| c as u8).collect(),
        ]
        .concat()
    });
    nursery.file("CRLF", "encoded/crlf.txt", 3, |token| {
        format!("one\r\ntwo\r\ntoken={token}\r\nfour\r\n").into_bytes()
    });
}

/// Odd files: 6.
fn files(nursery: &mut Nursery) {
    nursery.file("binary with NUL", "bin/tool", 1, |token| {
        [b"\x7fELF\0\0\x01\xff", token.as_bytes(), b"\0\0"].concat()
    });
    nursery.file("a line of 1 MB", "dist/app.min.js", 1, |token| {
        let code = "a(b,c);".repeat(75_000);
        format!("{code}t=\"{token}\";{code}\n").into_bytes()
    });
    for (name, path, megabytes) in [
        ("a file of 12 MB", "data/12.csv", 12),
        ("a file of 60 MB", "data/60.csv", 60),
    ] {
        let line = format!("{}\n", "1,2,3,four".repeat(10));
        let lines = megabytes * 1_000_000 / line.len();
        let content = |token: &str| {
            let tail = format!("token,{token}\n").into_bytes();
            [line.repeat(lines).into_bytes(), tail].concat()
        };
        nursery.file(name, path, lines as u64 + 1, content);
    }
    nursery.file("notebook cell", "study.ipynb", 6, |token| {
        let cell = format!("    \"os.environ['GH'] = '{token}'\\n\"");
        let open = "{\"cells\": [{\n  \"cell_type\": \"code\",\n  \"metadata\": {},\n  \"outputs\": [],\n  \"source\": [";
        format!("{open}\n{cell}\n]}}], \"nbformat\": 4}}\n").into_bytes()
    });
    nursery.file("SQLite", "data/app.db", 1, |token| {
        sqlite(&format!("token={token}"))
    });
}

/// Archives: 9.
fn packed(nursery: &mut Nursery) {
    nursery.archive("zip", "a/one.zip", "etc/app.ini", |text| {
        zip(&[("readme", b"hello"), ("etc/app.ini", text)])
    });
    nursery.file("tar", "a/one.tar", 3, |token| {
        // a tar is what it holds, with a header before each file
        tar(&[("readme", b"hello\n"), ("app.ini", &setting(token))])
    });
    nursery.archive("tar.gz", "a/one.tar.gz", "etc/app.ini", |text| {
        gzip(&tar(&[("readme", b"hello"), ("etc/app.ini", text)]))
    });
    nursery.archive("gz", "a/app.ini.gz", "", gzip);
    nursery.archive("jar", "a/app.jar", "app.properties", |text| {
        zip(&[
            ("META-INF/MANIFEST.MF", b"Main-Class: A\n"),
            ("app.properties", text),
        ])
    });
    nursery.archive("docx", "a/letter.docx", "word/document.xml", |text| {
        zip(&[
            ("[Content_Types].xml", b"<Types/>"),
            ("word/document.xml", text),
        ])
    });
    nursery.archive("tar.xz", "a/two.tar.xz", "app.ini", |text| {
        xz(&tar(&[("app.ini", text)]))
    });
    nursery.archive("tar.bz2", "a/two.tar.bz2", "app.ini", |text| {
        bzip2(&tar(&[("app.ini", text)]))
    });
    nursery.archive("nested zip", "a/outer.zip", "inner.zip!app.ini", |text| {
        zip(&[("inner.zip", &zip(&[("app.ini", text)]))])
    });
}
