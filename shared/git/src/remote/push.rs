//! Pushes a repository's refs with all that they lead to, and nothing else. What is stored compressed is sent as it is stored.
//!
//! Every update names the object that the ref must still have on the server, so that a commit which came in between is
//! never lost. What a server never takes (`refs/pull/*`, the stash) is left out and listed. Objects that no pushed ref leads
//! to stay here: what was staged and never committed, or amended away, is nobody else's business.

mod plan;
mod reach;
mod report;

use std::fs::File;
use std::io::Read;

use domain::Watch;

use super::advertisement::Advertisement;
use super::http::{Client, Service};
use super::lookout::stoppable;
use super::{Remote, RemoteError, packet};
use crate::pack::stream::PackStream;
use crate::{GitError, Head, ObjectId, Repository};

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
    /// The branch that is the default one here. On the target its owner chooses; a push cannot.
    pub head: Option<String>,
}

/// Pushes `repo` to `remote`. Pushing again what is there already does nothing. `watch` may stop it even while the server
/// is silent; the target may have taken the push all the same, which pushing again shows.
pub fn push(
    remote: &Remote,
    repo: &Repository,
    options: &PushOptions,
    watch: &dyn Watch,
) -> Result<PushReport, RemoteError> {
    if !repo.gaps().is_empty() {
        return Err(RemoteError::Git(GitError::Unsupported {
            feature: "a clone that is not whole".to_owned(),
            remedy: "fetch the rest with `git fetch --unshallow --refetch --no-filter`",
        }));
    }
    let mut client = Client::new(remote)?;
    let agent = client.agent().clone();
    stoppable(&agent, watch, || {
        let target = client.advertisement(Service::ReceivePack)?;
        let (pushed, mut report) = plan::choose(repo, &target, options)?;
        if let Head::Branch(name) = repo.head() {
            report.head = Some(name.clone());
        }
        if pushed.is_empty() {
            return Ok(report);
        }
        plan::check(repo, &target, &pushed, options.force)?;
        report.pack_bytes = send(&client, repo, &target, &pushed, watch)
            .map_err(|error| overtaken(error, &mut client, &pushed, options.force))?;
        report.pushed = pushed;
        Ok(report)
    })
}

/// Sends commands and pack, and reads what became of them; gives the pack's size.
fn send(
    client: &Client,
    repo: &Repository,
    target: &Advertisement,
    pushed: &[PushedRef],
    watch: &dyn Watch,
) -> Result<u64, RemoteError> {
    let commands = commands(pushed, target, repo)?;
    let commands_length = commands.len() as u64;
    let tips: Vec<ObjectId> = pushed.iter().map(|update| update.new).collect();
    let mut watched = Watched {
        sent: 0,
        length: 0,
        watch,
    };
    let (answer, sent) = match reach::to_send(repo, &tips, watch)? {
        None => {
            let pack = &repo.packs()[0];
            let file = File::open(pack.path()).map_err(GitError::io(pack.path()))?;
            watched.length = commands_length + pack.bytes();
            let length = Some(watched.length);
            let body = watched.reader(commands.as_slice().chain(file));
            (
                client.post(Service::ReceivePack, length, body)?,
                pack.bytes(),
            )
        }
        Some(objects) => {
            let mut pack = PackStream::new(repo, objects)?;
            let body = watched.reader(commands.as_slice().chain(&mut pack));
            let answer = client.post(Service::ReceivePack, None, body);
            if let Some(error) = pack.failure() {
                return Err(error.into());
            }
            (answer?, watched.sent.saturating_sub(commands_length))
        }
    };
    report::read(answer, client.host(), target, pushed)?;
    Ok(sent)
}

/// A refusal because a ref is no longer what it was is a conflict. The target's reasons do not tell; its refs do.
fn overtaken(
    error: RemoteError,
    client: &mut Client,
    pushed: &[PushedRef],
    force: bool,
) -> RemoteError {
    if force || !matches!(error, RemoteError::Rejected { .. }) {
        return error;
    }
    let Ok(now) = client.advertisement(Service::ReceivePack) else {
        return error;
    };
    let has_moved = |update: &&PushedRef| {
        let id = now.refs.get(&update.name).copied();
        id != update.old && id != Some(update.new)
    };
    let moved = pushed.iter().filter(has_moved);
    let refs: Vec<String> = moved.map(|update| update.name.clone()).collect();
    if refs.is_empty() {
        return error;
    }
    RemoteError::Conflict { refs }
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
        let old = update.old.unwrap_or(none);
        let mut line = format!("{old} {} {}", update.new, update.name);
        if n == 0 {
            line.push('\0');
            line.push_str(&capabilities.join(" "));
        }
        packet::write(line.as_bytes(), &mut out);
    }
    packet::flush(&mut out);
    Ok(out)
}

/// Tells how much of a body has been sent, and breaks off when it should.
struct Watched<'w> {
    sent: u64,
    /// 0 if it is not known.
    length: u64,
    watch: &'w dyn Watch,
}

impl<'w> Watched<'w> {
    fn reader<R>(&mut self, inner: R) -> WatchedReader<'_, 'w, R> {
        WatchedReader {
            inner,
            watched: self,
        }
    }
}

struct WatchedReader<'a, 'w, R> {
    inner: R,
    watched: &'a mut Watched<'w>,
}

impl<R: Read> Read for WatchedReader<'_, '_, R> {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        let watched = &mut *self.watched;
        if let Some(stop) = watched.watch.stop() {
            return Err(std::io::Error::other(stop));
        }
        let count = self.inner.read(buffer)?;
        watched.sent += count as u64;
        watched
            .watch
            .progress("sending", watched.sent, watched.length);
        Ok(count)
    }
}
