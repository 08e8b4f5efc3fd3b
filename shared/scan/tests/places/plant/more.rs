//! Places that are not among the 43.

use domain::{Carrier, Encoding};

use super::setting;
use crate::encodings::{base64, base64_unpadded, each, hex, percent, utf16, wrapped};
use crate::nursery::Nursery;
use testkit::archives::{bzip2, gzip, tar, zip};

/// More ways of writing, ways inside ways, and other archives.
pub(crate) fn more(nursery: &mut Nursery) {
    encoded(nursery);
    let content = |token: &str| utf16(&format!("token={token}\n"), false, u16::to_be_bytes);
    nursery
        .file("UTF-16 BE without BOM", "encoded/be.txt", 1, content)
        .encoding = vec![Encoding::Utf16];
    nursery.write("news.txt", b"3\n");
    let message = format!("News\n\n{}", base64(nursery.token().as_bytes()));
    nursery.commit_all(&message);
    let place = nursery.note("base64 in a commit message", "", 8);
    (place.carrier, place.encoding) = (Carrier::CommitMessage, vec![Encoding::Base64]);
    for (name, path) in [("whl", "a/app-1.0-py3.whl"), ("apk", "a/app.apk")] {
        nursery.archive(name, path, "res/app.ini", |text| {
            zip(&[("res/app.ini", text)])
        });
    }
    nursery.archive("zip in tar.gz", "a/three.tgz", "b.zip!app.ini", |text| {
        gzip(&tar(&[("b.zip", &zip(&[("app.ini", text)]))]))
    });
    nursery.archive("bz2 in tar", "a/four.tar", "app.ini.bz2", |text| {
        tar(&[("app.ini.bz2", &bzip2(text))])
    });
    nursery.archive("base64 in zip", "a/five.zip", "app.ini", |text| {
        zip(&[(
            "app.ini",
            [&b"#\n"[..], base64(text).as_bytes()].concat().as_slice(),
        )])
    });
    nursery.places.last_mut().unwrap().encoding = vec![Encoding::Base64];
    nursery.file("base64 of gzip", "encoded/release.yaml", 1, |token| {
        format!("release: {}\n", base64(&gzip(&setting(token)))).into_bytes()
    });
    let place = nursery.places.last_mut().unwrap();
    (place.encoding, place.in_archive) = (vec![Encoding::Base64], true);
}

fn encoded(nursery: &mut Nursery) {
    use Encoding::{Base64, Escapes, Hex, Percent, Utf16};
    let long = |token: &str| format!("{}\ntoken={token}\n", "before ".repeat(20));
    nursery.encoded("base64 wrapped at 64", &[Base64], |token| {
        wrapped(&base64(long(token).as_bytes()), 64)
    });
    nursery.places.last_mut().unwrap().line = 6;
    nursery.encoded("base64 in lines of JSON", &[Base64], |token| {
        let lines = wrapped(&base64(long(token).as_bytes()), 64);
        format!("{:?}", format!("-\n{lines}"))
    });
    nursery.encoded("base64 unpadded", &[Base64], |token| {
        base64_unpadded(format!("{token}.").as_bytes())
    });
    nursery.encoded("base64 behind a path", &[Base64], |token| {
        format!("https://a.dev/b/{}", base64(token.as_bytes()))
    });
    nursery.encoded("base64 of UTF-16", &[Base64, Utf16], |token| {
        let text = utf16(&format!("$t = '{token}'"), false, u16::to_le_bytes);
        base64(&text)
    });
    nursery.encoded("base64 of hex", &[Base64, Hex], |token| {
        base64(hex(token).as_bytes())
    });
    nursery.encoded("x escapes", &[Escapes], |token| {
        format!("\"{}\"", each(token, |byte| format!("\\x{byte:02x}")))
    });
    nursery.encoded("percent in a query", &[], |token| {
        format!("/login?next=%2Fa%3Ftoken%3D{token}%26b")
    });
    nursery.encoded("percent of base64", &[Percent, Base64], |token| {
        percent(&base64(token.as_bytes()))
    });
}

/// What only the clone has in which it was made: 4 places.
pub(crate) fn clone_only(nursery: &mut Nursery) {
    nursery.git(&["gc", "-q"]);
    nursery.git(&["checkout", "-q", "--detach"]);
    nursery.file("reflog-only", "reflog.ini", 2, setting);
    nursery.git(&["checkout", "-q", "main"]);
    let blob = nursery.blob(&setting(&nursery.token()));
    nursery.note("unreachable", "", 2).commit = String::new();
    assert!(nursery.folder.join(loose(&blob)).is_file());
    nursery.file("loose", "loose.ini", 2, setting);
    nursery.write("staged/app.ini", &setting(&nursery.token()));
    nursery.git(&["add", "staged/app.ini"]);
    nursery.note("index-only", "staged/app.ini", 2).commit = String::new();
}

fn loose(id: &str) -> String {
    format!(".git/objects/{}/{}", &id[..2], &id[2..])
}
