//! What the tests work with: repositories made by stock git with made-up secrets, and runs of the program.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use tempfile::TempDir;

/// Cleans `repo` of all that is found.
pub(crate) const CLEAN: [&str; 5] = ["clean", "--repo-path", "repo", "--all", "--execute"];

/// A made-up password, put together so that no scanner finds it in this file.
pub(crate) fn password() -> String {
    ["q7Vw", "93zk", "Lm4T", "x8Rb"].concat()
}

/// A made-up access key id.
pub(crate) fn key_id() -> String {
    ["AK", "IA", "Q3EG", "RWM5", "TZX2", "LJ7B"].concat()
}

/// A folder with one repository in it, whose history holds [`password`] and [`key_id`].
pub(crate) struct Bench {
    folder: TempDir,
    /// The user's own settings, apart from what is worked on.
    settings: TempDir,
}

impl Bench {
    /// An empty folder.
    pub(crate) fn new() -> Self {
        Self {
            folder: tempfile::tempdir().unwrap(),
            settings: tempfile::tempdir().unwrap(),
        }
    }

    /// A work tree at `repo`: a file with both secrets was added and deleted again; a tag's message has the password.
    pub(crate) fn with_secrets() -> Self {
        let bench = Self::with_commit();
        let text = format!(
            "DATABASE_URL=postgres://app:{}@db.example.com/app\nAWS_ACCESS_KEY_ID={}\n",
            password(),
            key_id()
        );
        fs::create_dir(bench.repo().join("config")).unwrap();
        fs::write(bench.repo().join("config/app.env"), text).unwrap();
        bench.commit("Keep orders in a database");
        bench.git(&["rm", "-q", "config/app.env"]);
        bench.commit("Take the settings from the environment");
        let message = format!("Version 1\n\nDATABASE_PASSWORD={}", password());
        bench.git(&["tag", "-a", "-m", &message, "v1"]);
        bench
    }

    /// A work tree at `repo` with one harmless commit on `main`.
    pub(crate) fn with_commit() -> Self {
        let bench = Self::new();
        fs::create_dir(bench.repo()).unwrap();
        bench.git(&["init", "-q", "-b", "main"]);
        fs::write(bench.repo().join("README.md"), "# A shop\n").unwrap();
        bench.commit("Open the shop");
        bench
    }

    /// The folder.
    pub(crate) fn path(&self) -> &Path {
        self.folder.path()
    }

    /// The repository.
    pub(crate) fn repo(&self) -> PathBuf {
        self.path().join("repo")
    }

    /// Commits everything in the work tree.
    pub(crate) fn commit(&self, message: &str) {
        self.git(&["add", "-A"]);
        self.git(&["commit", "-q", "--allow-empty", "-m", message]);
    }

    /// Writes something else in the place of an object, which is loose; gives its id.
    pub(crate) fn break_object(&self, name: &str) -> String {
        let id = self.git(&["rev-parse", name]).trim().to_owned();
        let (folder, name) = id.split_at(2);
        let file = self.repo().join(".git/objects").join(folder).join(name);
        fs::remove_file(&file).unwrap();
        fs::write(&file, "no object").unwrap();
        id
    }

    /// Runs stock git in the repository, which must succeed; says what it printed.
    pub(crate) fn git(&self, args: &[&str]) -> String {
        git(&self.repo(), args)
    }

    /// Runs the program in the folder.
    pub(crate) fn run(&self, args: &[&str]) -> Run {
        finish(self.command(args).output().unwrap())
    }

    /// The program, ready to be run in the folder, in an environment without surprises.
    pub(crate) fn command(&self, args: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_deployguard"));
        command
            .args(args)
            .current_dir(self.path())
            .stdin(Stdio::null());
        for name in [
            "DEPLOYGUARD_KEY",
            "DEPLOYGUARD_TOKEN",
            "DEPLOYGUARD_USERNAME",
        ] {
            command.env_remove(name);
        }
        command.env("XDG_CONFIG_HOME", self.settings.path());
        command
    }

    /// Every file below the folder with its content.
    pub(crate) fn files(&self) -> BTreeMap<PathBuf, Vec<u8>> {
        let (mut files, mut folders) = (BTreeMap::new(), vec![self.path().to_owned()]);
        while let Some(folder) = folders.pop() {
            for entry in fs::read_dir(folder).unwrap() {
                let path = entry.unwrap().path();
                if path.is_dir() {
                    folders.push(path);
                } else {
                    files.insert(path.clone(), fs::read(&path).unwrap());
                }
            }
        }
        files
    }
}

/// Runs stock git in `folder`, which must succeed; says what it printed.
pub(crate) fn git(folder: &Path, args: &[&str]) -> String {
    let date = "2024-05-06T07:08:09Z";
    let person = [
        ("NAME", "Jane Doe"),
        ("EMAIL", "jane@example.com"),
        ("DATE", date),
    ];
    let mut command = Command::new("git");
    command.args(args).current_dir(folder);
    command
        .env("GIT_CONFIG_GLOBAL", "/dev/null")
        .env("GIT_CONFIG_SYSTEM", "/dev/null");
    for (name, value) in person {
        command.env(format!("GIT_AUTHOR_{name}"), value);
        command.env(format!("GIT_COMMITTER_{name}"), value);
    }
    let output = command.output().unwrap();
    let talk = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "git {args:?}: {talk}");
    String::from_utf8_lossy(&output.stdout).into_owned()
}

/// How a run of the program went.
#[derive(Debug)]
pub(crate) struct Run {
    /// Its exit code.
    pub(crate) code: Option<i32>,
    /// Its data.
    pub(crate) stdout: String,
    /// Its talk.
    pub(crate) stderr: String,
}

impl Run {
    /// The data as JSON.
    pub(crate) fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.stdout).unwrap_or_else(|error| panic!("{error} in {self:?}"))
    }

    /// The ids of the findings in the data.
    pub(crate) fn ids(&self) -> Vec<String> {
        let json = self.json();
        let findings = json["findings"].as_array().unwrap().iter();
        let ids = findings.map(|finding| finding["id"].as_str().unwrap().to_owned());
        ids.collect()
    }
}

/// Checks that no secret was shown and takes the output apart.
pub(crate) fn finish(output: Output) -> Run {
    let run = finish_unchecked(output);
    for secret in [password(), key_id()] {
        let shown = run.stdout.contains(&secret) || run.stderr.contains(&secret);
        assert!(!shown, "{run:?}");
    }
    run
}

/// Takes the output of a run apart that may show secrets.
pub(crate) fn finish_unchecked(output: Output) -> Run {
    Run {
        code: output.status.code(),
        stdout: String::from_utf8(output.stdout).unwrap(),
        stderr: String::from_utf8(output.stderr).unwrap(),
    }
}
