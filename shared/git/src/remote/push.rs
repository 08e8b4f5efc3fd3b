//! Pushes a repository's refs, and its one pack as it is: nothing is compressed again.
//!
//! Every update names the object that the ref must still have on the server, so that a commit which came in between is
//! never lost. What a server never takes (`refs/pull/*`, the stash) is left out and listed.

use std::fs::File;
use std::io::Read;

use domain::Watch;

use super::advertisement::Advertisement;
use super::http::{Client, Service};
use super::packet::{self, Packet};
use super::{Remote, RemoteError, sideband};
use crate::{CommitView, GitError, Kind, ObjectId, Repository};

/// What to push.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PushOptions {
    /// Whether a ref may be moved so that commits of the target are no longer in it.
    pub force: bool,
    /// Which refs.
    pub refs: PushRefs,
}

/// Which refs to push.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PushRefs {
    /// All that servers take.
    All,
    /// One branch, by its short name.
    Branch(String),
}

/// A ref that was pushed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PushedRef {
    /// Its name.
    pub name: String,
    /// What it was on the target; none if it is new there.
    pub old: Option<ObjectId>,
    /// What it is now.
    pub new: ObjectId,
}

/// A ref that was left out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SkippedRef {
    /// Its name.
    pub name: String,
    /// Why.
    pub reason: &'static str,
}

/// What a push did.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PushReport {
    /// Refs that were made or moved.
    pub pushed: Vec<PushedRef>,
    /// Refs that were as they should be already.
    pub unchanged: usize,
    /// Refs that were left out.
    pub skipped: Vec<SkippedRef>,
    /// Bytes of the pack that was sent.
    pub pack_bytes: u64,
}

/// Name and reason of what servers do not take, or keep for themselves.
const NEVER_PUSHED: &[(&str, &str)] = &[
    ("refs/pull/", "pull requests belong to the host"),
    ("refs/merge-requests/", "merge requests belong to the host"),
    ("refs/pipelines/", "pipelines belong to the host"),
    ("refs/environments/", "environments belong to the host"),
    ("refs/keep-around/", "the host keeps these for itself"),
    ("refs/changes/", "changes under review belong to the host"),
    (
        "refs/remotes/",
        "what another host had is not part of this history",
    ),
    ("refs/stash", "servers do not take a stash"),
];

/// Pushes `repo` to `remote`. Pushing again what is there already does nothing.
pub fn push(
    remote: &Remote,
    repo: &Repository,
    options: &PushOptions,
    watch: &dyn Watch,
) -> Result<PushReport, RemoteError> {
    let mut client = Client::new(remote)?;
    let target = client.advertisement(Service::ReceivePack)?;
    if !target.refs.is_empty() && target.hash != repo.hash_kind() {
        return Err(RemoteError::Protocol {
            what: "uses another object format",
        });
    }
    let (pushed, mut report) = choose(repo, &target, options)?;
    if !options.force {
        refuse_overwrites(repo, &pushed)?;
    }
    if pushed.is_empty() {
        return Ok(report);
    }
    let commands = commands(&pushed, &target, repo)?;
    let [pack] = repo.packs() else {
        return Err(several_packs());
    };
    if pack.len() != repo.object_count() as usize {
        return Err(several_packs());
    }
    let file = File::open(pack.path()).map_err(GitError::io(pack.path()))?;
    let length = commands.len() as u64 + pack.bytes();
    let body = Watched {
        inner: commands.as_slice().chain(file),
        sent: 0,
        length,
        watch,
    };
    let answer = client
        .post(Service::ReceivePack, length, body)
        .map_err(|error| watch.stop().map_or(error, RemoteError::Stopped))?;
    read_report(answer, &target, &pushed, options.force)?;
    report.pack_bytes = pack.bytes();
    report.pushed = pushed;
    Ok(report)
}

fn several_packs() -> RemoteError {
    RemoteError::Git(GitError::Unsupported {
        feature: "several packs, or objects outside its pack".to_owned(),
        remedy: "put everything into one pack with `git repack -a -d`",
    })
}

/// What must move on the target, what need not, and what is left out.
fn choose(
    repo: &Repository,
    target: &Advertisement,
    options: &PushOptions,
) -> Result<(Vec<PushedRef>, PushReport), RemoteError> {
    let only = match &options.refs {
        PushRefs::All => None,
        PushRefs::Branch(branch) => Some(format!("refs/heads/{branch}")),
    };
    let (mut pushed, mut report) = (Vec::new(), PushReport::default());
    for reference in repo
        .refs()
        .iter()
        .filter(|reference| only.as_ref().is_none_or(|only| *only == reference.name))
    {
        if let Some((_, reason)) = NEVER_PUSHED
            .iter()
            .find(|(prefix, _)| reference.name.starts_with(prefix))
        {
            report.skipped.push(SkippedRef {
                name: reference.name.clone(),
                reason,
            });
            continue;
        }
        let old = target.refs.get(&reference.name).copied();
        if old == Some(reference.target) {
            report.unchanged += 1;
        } else {
            pushed.push(PushedRef {
                name: reference.name.clone(),
                old,
                new: reference.target,
            });
        }
    }
    match only {
        Some(only) if pushed.is_empty() && report.unchanged == 0 => {
            let branch = only.trim_start_matches("refs/heads/").to_owned();
            Err(RemoteError::BranchNotFound { branch })
        }
        _ => Ok((pushed, report)),
    }
}

/// Without force, a branch may only go forward, and nothing else may move at all.
fn refuse_overwrites(repo: &Repository, pushed: &[PushedRef]) -> Result<(), RemoteError> {
    let mut refs = Vec::new();
    for update in pushed {
        let Some(old) = update.old else { continue };
        if !update.name.starts_with("refs/heads/") || !is_ancestor(repo, old, update.new)? {
            refs.push(update.name.clone());
        }
    }
    if refs.is_empty() {
        Ok(())
    } else {
        Err(RemoteError::Conflict { refs })
    }
}

fn is_ancestor(repo: &Repository, old: ObjectId, new: ObjectId) -> Result<bool, GitError> {
    let Some(old) = repo.table().find(&old) else {
        return Ok(false);
    };
    let mut seen = vec![false; repo.object_count() as usize];
    let mut open: Vec<u32> = repo.table().find(&new).into_iter().collect();
    while let Some(commit) = open.pop() {
        if commit == old {
            return Ok(true);
        }
        if std::mem::replace(&mut seen[commit as usize], true) {
            continue;
        }
        let object = repo.read(commit, u64::MAX)?;
        if object.kind == Kind::Commit {
            let parents = CommitView::parse(&object.data).parents;
            open.extend(
                parents
                    .iter()
                    .filter_map(|parent| repo.table().find(parent)),
            );
        }
    }
    Ok(false)
}

fn commands(
    pushed: &[PushedRef],
    target: &Advertisement,
    repo: &Repository,
) -> Result<Vec<u8>, RemoteError> {
    if !target.offers("report-status") {
        return Err(RemoteError::Protocol {
            what: "is too old: it does not report what became of a push",
        });
    }
    let format = format!("object-format={}", repo.hash_kind().name());
    let wanted = ["report-status", "side-band-64k", "atomic", "quiet", &format];
    let capabilities: Vec<&str> = wanted.into_iter().filter(|c| target.offers(c)).collect();
    let none = ObjectId::zero(repo.hash_kind());
    let mut out = Vec::with_capacity(pushed.len() * 120);
    for (n, update) in pushed.iter().enumerate() {
        let mut line = format!(
            "{} {} {}",
            update.old.unwrap_or(none),
            update.new,
            update.name
        );
        if n == 0 {
            line.push('\0');
            line.push_str(&capabilities.join(" "));
        }
        packet::write(line.as_bytes(), &mut out);
    }
    packet::flush(&mut out);
    Ok(out)
}

/// Reads what the server says became of each ref.
fn read_report(
    mut answer: impl Read,
    target: &Advertisement,
    pushed: &[PushedRef],
    force: bool,
) -> Result<(), RemoteError> {
    let mut report = Vec::new();
    if target.offers("side-band-64k") {
        sideband::read(&mut answer, |data| {
            report.extend_from_slice(data);
            Ok(())
        })?;
    } else {
        answer.read_to_end(&mut report).map_err(|_| cut_off())?;
    }
    let (mut input, mut unpacked, mut accepted, mut refused) = (&report[..], false, 0, Vec::new());
    while let Ok(Some(packet)) = packet::read(&mut input) {
        let Packet::Data(line) = packet else { break };
        let line = String::from_utf8_lossy(&line);
        match line.trim_end().split_once(' ') {
            Some(("unpack", state)) => unpacked = state == "ok",
            Some(("ok", _)) => accepted += 1,
            Some(("ng", rest)) => {
                let (name, reason) = rest.split_once(' ').unwrap_or((rest, "no reason given"));
                refused.push((printable(name), printable(reason)));
            }
            _ => {
                return Err(RemoteError::Protocol {
                    what: "sent a report that cannot be read",
                });
            }
        }
    }
    if !refused.is_empty() {
        return Err(refusal(refused, force));
    }
    if !unpacked || accepted < pushed.len() {
        Err(cut_off())
    } else {
        Ok(())
    }
}

fn cut_off() -> RemoteError {
    RemoteError::Protocol {
        what: "did not confirm the push",
    }
}

/// With `atomic`, one refusal refuses all: the ones that only follow from it are not worth a word.
fn refusal(refused: Vec<(String, String)>, force: bool) -> RemoteError {
    let (following, own): (Vec<_>, Vec<_>) = refused
        .into_iter()
        .partition(|(_, reason)| reason.contains("atomic"));
    let refs = if own.is_empty() { following } else { own };
    let moved = |reason: &str| {
        [
            "fetch first",
            "non-fast-forward",
            "incorrect old value",
            "but expected",
            "failed to update ref",
        ]
        .iter()
        .any(|r| reason.contains(r))
    };
    if !force && refs.iter().all(|(_, reason)| moved(reason)) {
        return RemoteError::Conflict {
            refs: refs.into_iter().map(|(name, _)| name).collect(),
        };
    }
    RemoteError::Rejected { refs }
}

fn printable(text: &str) -> String {
    text.chars()
        .filter(|c| c.is_ascii_graphic() || *c == ' ')
        .take(200)
        .collect()
}

/// A body that tells how far it is and breaks off when it should.
struct Watched<'a, R> {
    inner: R,
    sent: u64,
    length: u64,
    watch: &'a dyn Watch,
}

impl<R: Read> Read for Watched<'_, R> {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        if let Some(stop) = self.watch.stop() {
            return Err(std::io::Error::other(stop));
        }
        let count = self.inner.read(buffer)?;
        self.sent += count as u64;
        self.watch.progress("sending", self.sent, self.length);
        Ok(count)
    }
}
