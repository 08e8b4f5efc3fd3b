//! Fetches a whole history into a new bare repository: every ref that the server shows, in one pack.

use std::collections::BTreeSet;
use std::fs::{self, File};
use std::io::{BufWriter, Read, Write as _};
use std::path::Path;

use domain::Watch;

use super::advertisement::Advertisement;
use super::http::{Client, Service};
use super::landing::Landing;
use super::lookout::stoppable;
use super::packet::{self, Packet, PacketError};
use super::{Remote, RemoteError, ls_refs, sideband};
use crate::{GitError, ObjectId, Pack, index_pack};

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

/// Fetches everything into `into`, which must not exist or be empty. The repository appears there when it is whole;
/// a fetch that fails leaves nothing. `watch` may stop it even while the server is silent.
pub fn fetch(
    remote: &Remote,
    into: &Path,
    limits: &FetchLimits,
    watch: &dyn Watch,
) -> Result<FetchReport, RemoteError> {
    let mut client = Client::new(remote)?;
    let agent = client.agent().clone();
    stoppable(&agent, watch, || {
        let mut server = list(&mut client, limits)?;
        let landing = Landing::new(into)?;
        let (pack, pack_bytes) = receive(&client, &mut server, &landing, limits, watch)?;
        let objects = check_refs(&server, &pack)?;
        drop(pack);
        landing.finish(&server)?;
        Ok(FetchReport {
            refs: server.refs.len(),
            objects,
            pack_bytes,
            head: server.head_branch,
        })
    })
}

/// Asks for the refs; an empty repository and a missing branch show here already.
fn list(client: &mut Client, limits: &FetchLimits) -> Result<Advertisement, RemoteError> {
    let mut server = client.advertisement(Service::UploadPack)?;
    if server.is_version_2 {
        let mut answer = client.ask(&ls_refs::request(&server))?;
        ls_refs::read(&mut answer, &mut server, client.host())
            .map_err(|error| answer.exceeded().unwrap_or(error))?;
    }
    let objects = server.objects();
    if objects.is_empty() {
        return Err(RemoteError::Empty);
    }
    if objects
        .iter()
        .any(|id| id.as_bytes().len() != server.hash.len())
    {
        return Err(PacketError::Malformed.in_answer(client.host()));
    }
    match &limits.branch {
        Some(branch) if !server.refs.contains_key(&format!("refs/heads/{branch}")) => {
            let branch = branch.clone();
            Err(RemoteError::BranchNotFound { branch })
        }
        _ => Ok(server),
    }
}

/// Receives the pack, checks and indexes it; gives it and its size.
fn receive(
    client: &Client,
    server: &mut Advertisement,
    landing: &Landing,
    limits: &FetchLimits,
    watch: &dyn Watch,
) -> Result<(Pack, u64), RemoteError> {
    let request = request(server)?;
    let mut answer = client.post(
        Service::UploadPack,
        Some(request.len() as u64),
        &request[..],
    )?;
    if server.is_version_2 {
        skip_to_pack(&mut answer, &mut server.shallow, client.host())?;
    } else {
        skip_negotiation(&mut answer, client.host())?;
    }
    let folder = landing.pack_folder()?;
    let incoming = folder.join("incoming.pack");
    let file = File::create(&incoming).map_err(GitError::io(&incoming))?;
    let mut file = BufWriter::with_capacity(1 << 20, file);
    let mut received = 0;
    sideband::read(&mut answer, client.host(), |data| {
        received += data.len() as u64;
        watch.progress("receiving", received, 0);
        if let Some(stop) = watch.stop() {
            return Err(stop.into());
        }
        if received > limits.max_bytes {
            let limit = limits.max_bytes;
            return Err(RemoteError::TooLarge { limit });
        }
        Ok(file.write_all(data).map_err(GitError::io(&incoming))?)
    })?;
    file.flush().map_err(GitError::io(&incoming))?;
    drop(file);
    let (threads, limit) = (limits.threads, limits.max_object_bytes);
    let summary = index_pack(&incoming, server.hash, threads, limit, watch).map_err(damaged)?;
    let last = folder.join(format!("pack-{}.pack", summary.checksum));
    for extension in ["idx", "pack"] {
        let from = incoming.with_extension(extension);
        fs::rename(from, last.with_extension(extension)).map_err(GitError::io(&last))?;
    }
    let pack = Pack::open(&last, server.hash).map_err(damaged)?;
    Ok((pack, received))
}

/// The request for everything, in the version that the server speaks.
fn request(server: &Advertisement) -> Result<Vec<u8>, RemoteError> {
    let ids = server.objects();
    let mut request = Vec::with_capacity(ids.len() * 50 + 200);
    if server.is_version_2 {
        ls_refs::command("fetch", server, &mut request);
        packet::write(b"ofs-delta\n", &mut request);
        packet::write(b"no-progress\n", &mut request);
        for id in ids {
            packet::write(format!("want {id}\n").as_bytes(), &mut request);
        }
        packet::write(b"done\n", &mut request);
        packet::flush(&mut request);
        return Ok(request);
    }
    if !server.offers("side-band-64k") {
        return Err(RemoteError::Protocol {
            what: "is too old: it does not offer side-band-64k",
        });
    }
    let format = format!("object-format={}", server.hash.name());
    // Nothing is negotiated, but some hosts (Azure Repos) serve only clients that could.
    let wanted = [
        "multi_ack_detailed",
        "side-band-64k",
        "ofs-delta",
        "no-progress",
        &format,
    ];
    let capabilities: Vec<&str> = wanted.into_iter().filter(|c| server.offers(c)).collect();
    for (n, id) in ids.into_iter().enumerate() {
        let line = match n {
            0 => format!("want {id} {}\n", capabilities.join(" ")),
            _ => format!("want {id}\n"),
        };
        packet::write(line.as_bytes(), &mut request);
    }
    packet::flush(&mut request);
    packet::write(b"done\n", &mut request);
    Ok(request)
}

/// Version 0: the client has nothing, which the server acknowledges with `NAK`.
fn skip_negotiation(answer: &mut impl Read, host: &str) -> Result<(), RemoteError> {
    match packet::read(answer).map_err(|error| error.in_answer(host))? {
        Some(Packet::Data(line)) if line.starts_with(b"NAK") => Ok(()),
        Some(Packet::Data(line)) if line.starts_with(b"ERR ") => Err(refused()),
        Some(_) => Err(PacketError::Malformed.in_answer(host)),
        None => Err(PacketError::Ended.in_answer(host)),
    }
}

/// Version 2: the pack is the last of several sections. One of the others says where the server's own history ends.
fn skip_to_pack(
    answer: &mut impl Read,
    shallow: &mut BTreeSet<ObjectId>,
    host: &str,
) -> Result<(), RemoteError> {
    loop {
        match packet::read(answer).map_err(|error| error.in_answer(host))? {
            Some(Packet::Data(line)) if line.starts_with(b"packfile") => return Ok(()),
            Some(Packet::Data(line)) if line.starts_with(b"ERR ") => return Err(refused()),
            Some(Packet::Data(line)) => {
                let id = line.trim_ascii_end().strip_prefix(b"shallow ");
                shallow.extend(id.and_then(ObjectId::from_hex));
            }
            Some(Packet::Delimiter) => {}
            Some(Packet::Flush) => return Err(PacketError::Malformed.in_answer(host)),
            None => return Err(PacketError::Ended.in_answer(host)),
        }
    }
}

fn refused() -> RemoteError {
    RemoteError::Protocol {
        what: "refused the request",
    }
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
fn check_refs(server: &Advertisement, pack: &Pack) -> Result<u32, RemoteError> {
    let corrupt = |reason: &str| RemoteError::Corrupt {
        reason: reason.to_owned(),
    };
    if server.objects().iter().any(|id| pack.find(id).is_none()) {
        return Err(corrupt("it left out an object that a ref names"));
    }
    u32::try_from(pack.len()).map_err(|_| corrupt("it has too many objects"))
}
