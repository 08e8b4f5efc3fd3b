//! The demo's story: a small shop whose history has a secret in each of the places where they hide.

use std::path::Path;

use git::GitError;

use super::planted::Planted;
use super::writer::{Files, HistoryWriter};

/// The branch that HEAD names.
pub(crate) const MAIN: &str = "refs/heads/main";

/// Writes the demo's repository to `folder`, which must not exist.
pub(crate) fn write(folder: &Path, planted: &Planted) -> Result<(), GitError> {
    let mut history = HistoryWriter::default();
    let mut files = Files::new();
    put(
        &mut files,
        "README.md",
        "# Corner shop\n\nSells things.\n".into(),
    );
    put(&mut files, "src/shop.py", shop(0));
    put(&mut files, "src/stock/table.csv", stock());
    let first = history.commit(&files, &[], "Open the shop");
    history.tag("v0.1", first, "Version 0.1");

    put(
        &mut files,
        "config/production.env",
        format!(
            "DEBUG=false\nDATABASE_URL=postgres://shop:{}@db.example.com:5432/shop\n",
            planted.database
        ),
    );
    let second = history.commit(&files, &[first], "Keep orders in a database");

    files.remove("config/production.env");
    let third = history.commit(
        &files,
        &[second],
        "Take the settings from the environment instead",
    );

    let branch = payments(&mut history, &files, third, planted);
    put(&mut files, "src/shop.py", shop(1));
    let fourth = history.commit(&files, &[third], "New prices");
    put(&mut files, "src/payments.py", payment_client(None));
    let merge = history.commit(
        &files,
        &[fourth, branch],
        "Merge branch 'feature/payments' into main",
    );

    files.insert("backup/session.bin".into(), dump(planted));
    let message = format!(
        "Report sold-out goods in the chat\n\nTried with SLACK_TOKEN={} and it works.",
        planted.chat
    );
    let binary = history.commit(&files, &[merge], &message);
    put(&mut files, "deploy/server.key", planted.private_key.clone());
    put(&mut files, "src/shop.py", shop(2));
    let tip = history.commit(&files, &[binary], "Deploy from the pipeline");

    history.point(MAIN, tip);
    history.point("refs/heads/feature/payments", branch);
    history.point("refs/heads/stable", first);
    let notes = format!(
        "Version 1.0\n\nPublished with NPM_TOKEN={}",
        planted.registry
    );
    history.tag("v1.0", tip, &notes);
    history.write(folder, MAIN)
}

/// A branch that puts a key in and takes it out again; merging it keeps both commits.
fn payments(
    history: &mut HistoryWriter,
    files: &Files,
    base: git::ObjectId,
    planted: &Planted,
) -> git::ObjectId {
    let mut files = files.clone();
    put(
        &mut files,
        "src/payments.py",
        payment_client(Some(&planted.payment)),
    );
    let with = history.commit(&files, &[base], "Accept cards");
    put(&mut files, "src/payments.py", payment_client(None));
    history.commit(&files, &[with], "Do not keep the key in the source")
}

fn put(files: &mut Files, path: &str, text: String) {
    files.insert(path.to_owned(), text.into_bytes());
}

fn payment_client(key: Option<&str>) -> String {
    let key = key.map_or_else(
        || "os.environ[\"STRIPE_KEY\"]".to_owned(),
        |key| format!("\"{key}\""),
    );
    format!("import os\n\nAPI_KEY = {key}\n\n\ndef pay(cents):\n    return post(API_KEY, cents)\n")
}

fn shop(version: u32) -> String {
    let price = |n: u32| format!("    \"article {n}\": {},\n", n * 7 + version);
    let goods = (0..40).map(price).collect::<Vec<_>>().concat();
    format!("PRICES = {{\n{goods}}}\n")
}

fn stock() -> String {
    let row = |n| format!("{n},shelf {},{}\n", n % 17, n * 3 % 101);
    let rows = (0..400).map(row).collect::<Vec<_>>().concat();
    format!("article,place,pieces\n{rows}")
}

/// Bytes that are no text, with a pair of keys in the middle.
fn dump(planted: &Planted) -> Vec<u8> {
    let mut data: Vec<u8> = (0..=255).cycle().take(2048).collect();
    let text = format!(
        "\0aws_access_key_id={}\0aws_secret_access_key={}\0",
        planted.cloud_id, planted.cloud_secret
    );
    data.extend_from_slice(text.as_bytes());
    data.extend((0..=255).rev().cycle().take(2048));
    data
}

#[cfg(test)]
mod tests {
    use domain::{Carrier, TenantId, Unwatched, Verdict, WorkspaceKey};
    use git::Repository;
    use scan::{RuleSet, ScanOptions, scan_history};

    use super::{Planted, write};

    #[test]
    fn every_planted_secret_is_found_and_nothing_else() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("shop.git");
        let planted = Planted::new();
        write(&path, &planted).unwrap();
        let repo = Repository::open(&path).unwrap();
        let key = WorkspaceKey::derive(b"test", &TenantId::new("demo"));
        let rules = RuleSet::builtin().unwrap();
        let options = ScanOptions::default();
        let report = scan_history(&repo, &rules, &key, &options, &Unwatched).unwrap();
        assert_eq!(report.verdict(), Verdict::Findings);
        let values: Vec<&[u8]> = report
            .values
            .values()
            .map(|v| v.first().expose().as_slice())
            .collect();
        for needle in planted.needles() {
            let holds = |value: &&&[u8]| {
                value
                    .windows(needle.len())
                    .any(|part| part == needle.as_bytes())
            };
            assert_eq!(values.iter().filter(holds).count(), 1, "{needle}");
        }
        let names: Vec<_> = report.findings.iter().map(|f| &f.rule).collect();
        assert_eq!(report.findings.len(), planted.needles().len(), "{names:?}");
        for carrier in [Carrier::Blob, Carrier::CommitMessage, Carrier::TagMessage] {
            let places = report.findings.iter().flat_map(|f| &f.occurrences);
            assert!(places.clone().any(|place| place.carrier == carrier));
        }
    }
}
