//! One test's world: the deployed service, a Git server with a password, a history with planted secrets, and a user of its own.

use std::path::PathBuf;
use std::sync::atomic::{AtomicU32, Ordering};

use serde_json::{Value, json};
use tempfile::TempDir;
use testkit::GitServer;
use testkit::script::{planted, tokens};
use testkit::stock::git;

use crate::service::Service;

/// The Git server's user and password: canaries as much as the planted secrets.
pub(crate) const GIT_USER: &str = "mirror-robot";
pub(crate) const GIT_PASSWORD: &str = "pw-9f1c27d4e8b35a60";

pub(crate) struct World {
    pub(crate) service: Service,
    pub(crate) stack_file: PathBuf,
    pub(crate) git: GitServer,
    pub(crate) root: TempDir,
    pub(crate) user: String,
    pub(crate) secrets: [String; 7],
}

/// A world, if a stack is up.
#[allow(clippy::print_stdout)] // a test that is left out says so
pub(crate) fn world() -> Option<World> {
    static USERS: AtomicU32 = AtomicU32::new(1);
    let Some(stack_file) = std::env::var_os("DEPLOYGUARD_TEST_STACK").map(PathBuf::from) else {
        println!("skipped: no stack is up; `make test` brings one up");
        return None;
    };
    let number = USERS.fetch_add(1, Ordering::Relaxed);
    let stack: Value = serde_json::from_slice(&std::fs::read(&stack_file).unwrap()).unwrap();
    let root = tempfile::tempdir().unwrap();
    let secrets = tokens(std::process::id().wrapping_add(number * 1000));
    let world = World {
        service: Service::new(&stack),
        stack_file,
        git: GitServer::start(root.path(), Some((GIT_USER, GIT_PASSWORD))).unwrap(),
        user: format!("user-{}-{number}", std::process::id()),
        secrets,
        root,
    };
    let source = world.repository("source.git");
    std::fs::create_dir(&source).unwrap();
    planted(&source, &world.secrets);
    world.keep_credential(
        stack["auth_service_url"].as_str().unwrap(),
        "good",
        GIT_PASSWORD,
    );
    world.keep_credential(
        stack["auth_service_url"].as_str().unwrap(),
        "wrong",
        "no-such-password",
    );
    Some(world)
}

impl World {
    /// A repository on the Git server.
    pub(crate) fn repository(&self, name: &str) -> PathBuf {
        self.root.path().join(name)
    }

    /// An empty bare repository on the Git server.
    pub(crate) fn bare(&self, name: &str) -> PathBuf {
        git(
            self.root.path(),
            &["init", "-q", "--bare", "-b", "main", name],
        );
        self.repository(name)
    }

    fn keep_credential(&self, service: &str, id: &str, password: &str) {
        let url = format!("{service}/api/credentials/{id}");
        let body = json!({ "username": GIT_USER, "token": password }).to_string();
        ureq::put(&url)
            .header("X-User-ID", &self.user)
            .send(body)
            .unwrap();
    }

    /// Starts a job; gives its id.
    pub(crate) fn start(&self, body: &Value) -> String {
        let answer = self.service.post(&self.user, "/jobs", body);
        assert_eq!(answer.status, 201, "{}", answer.body);
        assert_eq!(answer.body["status"], "pending");
        let id = answer.body["id"].as_str().unwrap().to_owned();
        assert!(answer.location.unwrap().ends_with(&id));
        id
    }

    /// The body that starts a job on a repository of the Git server.
    pub(crate) fn job(&self, repository: &str, credential: &str) -> Value {
        json!({ "source_platform": "generic", "source_url": self.git.url(repository), "source_credentials_id": credential })
    }

    /// A job on the planted history, scanned.
    pub(crate) fn scanned(&self) -> String {
        let id = self.start(&self.job("source.git", "good"));
        self.service.wait(&self.user, &id, "awaiting_selection");
        id
    }

    pub(crate) fn get(&self, path: &str) -> crate::service::Answer {
        self.service.get(&self.user, path)
    }

    pub(crate) fn post(&self, path: &str, body: &Value) -> crate::service::Answer {
        self.service.post(&self.user, path, body)
    }
}
