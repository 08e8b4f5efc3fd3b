//! Fetches a whole history into a new bare repository: every ref that the server shows, in one pack.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::fs::{self, File};
use std::io::{BufWriter, Write as _};
use std::path::Path;

use domain::Watch;

use super::advertisement::Advertisement;
use super::http::{Client, Service};
use super::packet::{self, Packet};
use super::{Remote, RemoteError, sideband};
use crate::{GitError, HashKind, Pack, index_pack};

/// What to insist on, and how much may come.
#[derive(Clone, Debug)]
pub struct FetchLimits {
    /// A branch that must exist: asked for before anything is received.
    pub branch: Option<String>,
    /// Bytes of the pack.
    pub max_bytes: u64,
    /// Bytes of one object.
    pub max_object_bytes: u64,
    /// Threads that name the objects.
    pub threads: usize,
}

impl Default for FetchLimits {
    fn default() -> Self {
        let threads = std::thread::available_parallelism().map_or(1, usize::from);
        Self {
            branch: None,
            max_bytes: 5 << 30,
            max_object_bytes: 2 << 30,
            threads,
        }
    }
}

/// What was fetched.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FetchReport {
    /// Refs, HEAD not counted.
    pub refs: usize,
    /// Objects.
    pub objects: u32,
    /// Bytes of the pack.
    pub pack_bytes: u64,
    /// The branch that HEAD names.
    pub head: Option<String>,
}

/// Fetches everything into `into`, which must not exist or be empty.
/// When this fails, nothing is left at `into` that could be taken for a repository.
pub fn fetch(
    remote: &Remote,
    into: &Path,
    limits: &FetchLimits,
    watch: &dyn Watch,
) -> Result<FetchReport, RemoteError> {
    let mut client = Client::new(remote)?;
    let advertised = client.advertisement(Service::UploadPack)?;
    if advertised.refs.is_empty() {
        return Err(RemoteError::Empty);
    }
    let is_missing = |branch: &&String| {
        !advertised
            .refs
            .contains_key(&format!("refs/heads/{branch}"))
    };
    if let Some(branch) = limits.branch.as_ref().filter(is_missing) {
        return Err(RemoteError::BranchNotFound {
            branch: branch.clone(),
        });
    }
    let folder = into.join("objects/pack");
    fs::create_dir_all(&folder).map_err(GitError::io(&folder))?;
    let outcome =
        receive(&client, &advertised, &folder, limits, watch).and_then(|(pack, pack_bytes)| {
            let objects = check_refs(&advertised, &pack, into)?;
            write_repository(&advertised, into)?;
            Ok(FetchReport {
                refs: advertised.refs.len(),
                objects,
                pack_bytes,
                head: advertised.head_branch.clone(),
            })
        });
    if outcome.is_err() {
        // Best effort: without HEAD it is no repository anyway.
        let _ = fs::remove_dir_all(into);
    }
    outcome
}

/// Receives the pack, checks and indexes it; gives it and its size.
fn receive(
    client: &Client,
    advertised: &Advertisement,
    folder: &Path,
    limits: &FetchLimits,
    watch: &dyn Watch,
) -> Result<(Pack, u64), RemoteError> {
    let request = request(advertised)?;
    let mut answer = client.post(Service::UploadPack, request.len() as u64, &request[..])?;
    match packet::read(&mut answer) {
        Ok(Some(Packet::Data(line))) if line.starts_with(b"NAK") => {}
        Ok(Some(Packet::Data(line))) if line.starts_with(b"ERR ") => {
            return Err(RemoteError::Protocol {
                what: "refused the request",
            });
        }
        Ok(Some(_)) => {
            return Err(RemoteError::Protocol {
                what: "does not keep to the protocol",
            });
        }
        Ok(None) | Err(_) => {
            return Err(RemoteError::Corrupt {
                reason: "the connection broke off before everything had come".to_owned(),
            });
        }
    }
    let temporary = folder.join("tmp_pack_incoming");
    let mut file = BufWriter::with_capacity(
        1 << 20,
        File::create(&temporary).map_err(GitError::io(&temporary))?,
    );
    let mut received = 0;
    sideband::read(&mut answer, |data| {
        received += data.len() as u64;
        watch.progress("receiving", received, 0);
        if let Some(stop) = watch.stop() {
            return Err(stop.into());
        }
        if received > limits.max_bytes {
            return Err(RemoteError::TooLarge {
                limit: limits.max_bytes,
            });
        }
        Ok(file.write_all(data).map_err(GitError::io(&temporary))?)
    })?;
    file.flush().map_err(GitError::io(&temporary))?;
    drop(file);
    let name = folder.join("pack-incoming.pack");
    fs::rename(&temporary, &name).map_err(GitError::io(&name))?;
    let summary = index_pack(
        &name,
        advertised.hash,
        limits.threads,
        limits.max_object_bytes,
        watch,
    )
    .map_err(damaged)?;
    // The index first: a pack without one is no pack yet.
    let last = folder.join(format!("pack-{}.pack", summary.checksum));
    for extension in ["idx", "pack"] {
        fs::rename(
            name.with_extension(extension),
            last.with_extension(extension),
        )
        .map_err(GitError::io(&last))?;
    }
    Ok((
        Pack::open(&last, advertised.hash).map_err(damaged)?,
        received,
    ))
}

fn request(advertised: &Advertisement) -> Result<Vec<u8>, RemoteError> {
    if !advertised.offers("side-band-64k") {
        return Err(RemoteError::Protocol {
            what: "is too old: it does not offer side-band-64k",
        });
    }
    let format = format!("object-format={}", advertised.hash.name());
    let wanted = ["side-band-64k", "ofs-delta", "no-progress", &format];
    let capabilities: Vec<&str> = wanted
        .into_iter()
        .filter(|c| advertised.offers(c))
        .collect();
    let ids: BTreeSet<_> = advertised.refs.values().chain(&advertised.head).collect();
    let mut request = Vec::with_capacity(ids.len() * 50);
    for (n, id) in ids.into_iter().enumerate() {
        let line = if n == 0 {
            format!("want {id} {}\n", capabilities.join(" "))
        } else {
            format!("want {id}\n")
        };
        packet::write(line.as_bytes(), &mut request);
    }
    packet::flush(&mut request);
    packet::write(b"done\n", &mut request);
    Ok(request)
}

/// Damage in a pack that has just come is the server's.
fn damaged(error: GitError) -> RemoteError {
    match error {
        GitError::Corrupt { reason, .. } => RemoteError::Corrupt {
            reason: reason.to_owned(),
        },
        GitError::TooLarge { limit, .. } => RemoteError::TooLarge { limit },
        other => other.into(),
    }
}

/// Every ref must name an object that came.
fn check_refs(advertised: &Advertisement, pack: &Pack, into: &Path) -> Result<u32, RemoteError> {
    let named = advertised.refs.values().chain(&advertised.head);
    if named.into_iter().any(|id| pack.find(id).is_none()) {
        return Err(RemoteError::Corrupt {
            reason: "it left out an object that a ref names".to_owned(),
        });
    }
    u32::try_from(pack.len()).map_err(|_| RemoteError::Corrupt {
        reason: format!("too many objects in {}", into.display()),
    })
}

/// Writes all but the objects; HEAD last, since it makes the folder a repository.
fn write_repository(advertised: &Advertisement, into: &Path) -> Result<(), RemoteError> {
    let write = |name: &str, text: &str| {
        let file = into.join(name);
        fs::write(&file, text).map_err(GitError::io(&file))
    };
    fs::create_dir_all(into.join("refs")).map_err(GitError::io(into))?;
    let extension = match advertised.hash {
        HashKind::Sha1 => "",
        HashKind::Sha256 => "[extensions]\n\tobjectformat = sha256\n",
    };
    let version = u8::from(advertised.hash == HashKind::Sha256);
    write(
        "config",
        &format!(
            "[core]\n\trepositoryformatversion = {version}\n\tfilemode = true\n\tbare = true\n{extension}"
        ),
    )?;
    let mut packed = "# pack-refs with: peeled fully-peeled sorted \n".to_owned();
    for (name, id) in &advertised.refs {
        let _ = writeln!(packed, "{id} {name}");
        if let Some(peeled) = advertised.peeled.get(name) {
            let _ = writeln!(packed, "^{peeled}");
        }
    }
    write("packed-refs", &packed)?;
    let head = match (&advertised.head_branch, &advertised.head) {
        (Some(branch), _) => format!("ref: {branch}\n"),
        (None, Some(id)) => format!("{id}\n"),
        (None, None) => "ref: refs/heads/main\n".to_owned(),
    };
    Ok(write("HEAD", &head)?)
}
