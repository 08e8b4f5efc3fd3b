//! What the files in which a value stands make of its confidence: less if all are of tests, examples or documentation, more for
//! what is unlikely but stands in a file that holds nothing but credentials.

use crate::matcher::Step;
use crate::placeholder::letter_runs;
use crate::rules::{Rule, Screen};

/// Findings that are less sure are, by default, counted and not reported.
pub const LIKELY: u8 = 50;

/// How much less a value is believed that was most likely made for a test, and that nobody gave out who could be asked.
const TRIAL: u8 = 15;
/// How much more an entry of a file of credentials is believed if the file has the name of one.
const KEPT: u8 = 20;

/// Folders and files with such a word in their name are of tests or examples.
const TRIALS: &str = " test tests testing testdata testcase testcases testsuite testsuites unittest unittests libtest fixture \
    fixtures mock mocks spec specs example examples sample samples tutorial tutorials ";
/// Folders of documentation and tests, and the ends of names of files to be filled in or read.
const FOLDERS: &str = " doc docs documentation t e2e ";
const FILES: &str = " template tmpl tpl dist md rst adoc ";

/// What programs call the files in which they keep credentials.
const STORES: &str = " .netrc _netrc .pgpass pgpass.conf .git-credentials .esmtprc esmtprc .msmtprc msmtprc .mpoprc .fetchmailrc \
    fetchmailrc wp-config.php .ftpconfig sftp.json sftp-config.json .remote-sync.json ftpsync.settings ";

/// What a file is for, as its path says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Purpose {
    Trial,
    Store,
    Other,
}

/// What the files make of a value's confidence; nothing if they make nothing of it.
pub fn placed<'p>(
    rule: &Rule,
    confidence: u8,
    paths: impl Iterator<Item = &'p str>,
) -> Option<Step> {
    let (mut is_trial, mut is_store) = (rule.provider().is_none(), false);
    for path in paths {
        let purpose = purpose(path);
        is_trial &= purpose == Purpose::Trial;
        is_store |= purpose == Purpose::Store;
    }
    let (check, confidence) = if is_store && rule.screen() == Screen::Store && confidence < LIKELY {
        (
            "its file has the name of one that holds credentials",
            confidence + KEPT,
        )
    } else if is_trial {
        (
            "its files are of tests, examples or documentation",
            confidence.saturating_sub(TRIAL),
        )
    } else {
        return None;
    };
    Some(Step {
        check: check.to_owned(),
        confidence: Some(confidence),
    })
}

/// What a value's confidence comes to, where it stands.
pub(crate) fn confidence<'p>(rule: &Rule, before: u8, paths: impl Iterator<Item = &'p str>) -> u8 {
    let step = placed(rule, before, paths);
    step.and_then(|step| step.confidence).unwrap_or(before)
}

/// A path in an archive follows that of the archive and `!`.
fn purpose(path: &str) -> Purpose {
    // Java's own example of a package's name is that of many an application
    let path = path.replace('!', "/");
    let path = path.replace("com/example/", "").replace("org/example/", "");
    let (folders, file) = path.rsplit_once('/').unwrap_or(("", &path));
    let is_one_of = |list: &str, word: &str| {
        let word = word.to_ascii_lowercase();
        list.contains(&format!(" {word} "))
    };
    let has_word = |name: &str, list: &str| {
        let mut words = letter_runs(name.as_bytes());
        words.any(|word| is_one_of(list, &String::from_utf8_lossy(word)))
    };
    let is_trial = has_word(&path, TRIALS)
        || file.split('.').skip(1).any(|end| is_one_of(FILES, end))
        || folders.split('/').any(|folder| is_one_of(FOLDERS, folder));
    if is_trial {
        Purpose::Trial
    } else if is_one_of(STORES, file) {
        Purpose::Store
    } else {
        Purpose::Other
    }
}

#[cfg(test)]
mod tests {
    use super::{LIKELY, Purpose, placed, purpose};
    use crate::rules::RuleSet;

    #[test]
    fn a_path_says_what_a_file_is_for() {
        let all = [
            (
                Purpose::Trial,
                "src/testdata/key.pem t/lib.sh docs/a.txt a_test.go src/LoginTest.java app.spec.ts .env.example .env.template README.md a/fixtures.zip!key x/tests/.netrc",
            ),
            (Purpose::Store, ".netrc home/.pgpass web/wp-config.php"),
            (
                Purpose::Other,
                "src/latest.c contest/app.py src/main/java/com/example/App.java .env src/document.c attest.rs",
            ),
        ];
        for (expected, paths) in all {
            for path in paths.split(' ') {
                assert_eq!(purpose(path), expected, "{path}");
            }
        }
    }

    #[test]
    fn only_values_without_a_provider_lose_in_tests_and_only_unlikely_entries_gain_in_stores() {
        let rules = RuleSet::builtin().unwrap();
        let rule = |id: &str| rules.rules().iter().find(|rule| rule.id() == id).unwrap();
        let after = |id: &str, before: u8, paths: &[&str]| {
            let step = placed(rule(id), before, paths.iter().copied());
            step.map_or(before, |step| step.confidence.unwrap())
        };
        assert_eq!(after("private-key", 95, &["tests/a.pem"]), 80);
        assert_eq!(after("private-key", 95, &["tests/a.pem", "a.pem"]), 95);
        assert_eq!(after("github-token", 95, &["tests/a"]), 95);
        assert!(after("netrc-password", 40, &["home/.netrc"]) >= LIKELY);
        assert_eq!(after("netrc-password", 90, &["home/.netrc"]), 90);
        assert_eq!(after("netrc-password", 40, &["notes"]), 40);
    }
}
