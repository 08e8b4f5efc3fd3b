//! Writes the result: a new bare repository with one pack. A fresh folder, so that nothing old can survive in a reflog, a loose object
//! or an index of commits.

use std::collections::{BTreeMap, HashSet};
use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use domain::Watch;
use git::{
    Base, Deflater, FinishedPack, GitError, HashKind, Head, Kind, ObjectId, ObjectNo, Pack,
    PackWriter, Repository,
};

use crate::encoder::{encode, is_beside};
use crate::mapping::{Mapping, mask};
use crate::{CleanOptions, RewriteError};

/// Bytes that are written between two times that memory is given back.
const STEP: u64 = 16 << 20;

/// Writes everything; gives the pack.
pub(crate) fn write(
    repo: &Repository,
    mapping: &Mapping,
    out: &Path,
    options: &CleanOptions,
    watch: &dyn Watch,
) -> Result<FinishedPack, RewriteError> {
    let mut dropped = duplicates(repo, mapping);
    dropped.extend(&mapping.gone);
    let needed = needed(repo, mapping, &dropped);
    repo.packs().iter().for_each(Pack::release);
    let payloads = encode(repo, mapping, &dropped, &needed, options, watch)?;
    let size = |length| u32::try_from(length).unwrap_or(u32::MAX);
    let count = repo.object_count() - size(dropped.len()) + size(mapping.made.len());
    let mut writer = PackWriter::create(&out.join("objects/pack"), repo.hash_kind(), count)?;
    let id = |object: ObjectNo| {
        mapping
            .new_ids
            .get(&object)
            .copied()
            .unwrap_or_else(|| repo.id(object))
    };
    watch.progress("writing", 0, u64::from(count));
    let mut released = 0;
    for (number, pack) in repo.packs().iter().enumerate() {
        let mut offsets = vec![0; pack.len()];
        for rank in 0..u32::try_from(pack.len()).unwrap_or(u32::MAX) {
            let object = repo.table().number(number, rank);
            if dropped.contains(&object) || repo.table().home(object) != Some((number, rank)) {
                continue;
            }
            let here = writer.position();
            // What was copied is not needed again soon.
            if here - released > STEP {
                pack.release();
                released = here;
            }
            let near = |base: u32| Base::Offset(here - offsets[base as usize]);
            offsets[rank as usize] = if let Some(payload) = payloads.get(&object) {
                let base = payload.base.map_or(Base::None(payload.kind), near);
                writer.add(id(object), base, payload.size, &payload.data)?
            } else {
                let (base, size, data) = pack.stored(rank);
                let base = match (base, pack.base(rank)) {
                    (Base::Offset(_), Some(rank)) => near(rank),
                    (other, _) => other,
                };
                writer.add(id(object), base, size, data)?
            };
        }
    }
    for object in (0..repo.object_count())
        .filter(|object| repo.table().home(*object).is_none() && !dropped.contains(object))
    {
        if let Some(payload) = payloads.get(&object) {
            writer.add(
                id(object),
                Base::None(payload.kind),
                payload.size,
                &payload.data,
            )?;
        }
    }
    let mut deflater = Deflater::new();
    for (id, tree) in &mapping.made {
        let data = deflater.deflate(tree);
        writer.add(*id, Base::None(Kind::Tree), tree.len() as u64, &data)?;
    }
    let pack = writer.finish()?;
    write_refs(repo, mapping, out)?;
    Ok(pack)
}

/// Changed objects that become what another object is already: one copy is enough.
fn duplicates(repo: &Repository, mapping: &Mapping) -> HashSet<ObjectNo> {
    let mut seen = HashSet::new();
    let mut changed: Vec<_> = mapping.new_ids.iter().collect();
    changed.sort();
    let stays = |id: &ObjectId| {
        repo.table().find(id).is_some_and(|object| {
            !mapping.new_ids.contains_key(&object) && !mapping.gone.contains(&object)
        })
    };
    changed
        .into_iter()
        .filter(|(_, id)| stays(id) || !seen.insert(**id))
        .map(|(object, _)| *object)
        .collect()
}

/// Entries that cannot be copied as they are: changed objects, differences from an object that changes or is not written
/// in the same pack, and loose objects.
fn needed(repo: &Repository, mapping: &Mapping, dropped: &HashSet<ObjectNo>) -> Vec<bool> {
    let changes = |object: ObjectNo| mapping.new_ids.contains_key(&object);
    let is_needed = |object: &ObjectNo| {
        if dropped.contains(object) {
            return false;
        }
        let Some((number, rank)) = repo.table().home(*object) else {
            return true;
        };
        let base = repo.packs()[number].base(rank);
        changes(*object)
            || base.is_some_and(|base| {
                !is_beside(repo, number, base, dropped)
                    || changes(repo.table().number(number, base))
            })
    };
    mask(repo, (0..repo.object_count()).filter(is_needed))
}

fn write_refs(repo: &Repository, mapping: &Mapping, out: &Path) -> Result<(), RewriteError> {
    let write = |name: &str, text: &str| {
        let file = out.join(name);
        fs::write(&file, text).map_err(GitError::io(&file))
    };
    fs::create_dir_all(out.join("refs")).map_err(GitError::io(out))?;
    let (version, extension) = match repo.hash_kind() {
        HashKind::Sha1 => (0, ""),
        HashKind::Sha256 => (1, "[extensions]\n\tobjectformat = sha256\n"),
    };
    write(
        "config",
        &format!(
            "[core]\n\trepositoryformatversion = {version}\n\tfilemode = true\n\tbare = true\n{extension}"
        ),
    )?;
    let new = |id: ObjectId| mapping.new_id(repo, &id).unwrap_or(id);
    let mut packed = "# pack-refs with: peeled fully-peeled sorted \n".to_owned();
    let now = |name: &str| mapping.names.get(name).cloned().unwrap_or(name.to_owned());
    let refs = repo.refs().iter().map(|r| (now(&r.name), r.target));
    for (name, target) in refs.collect::<BTreeMap<_, _>>() {
        let _ = writeln!(packed, "{} {name}", new(target));
        if let Some(end) = peel(repo, target)? {
            let _ = writeln!(packed, "^{}", new(end));
        }
    }
    write("packed-refs", &packed)?;
    let head = match repo.head() {
        Head::Branch(name) => format!("ref: {}\n", now(name)),
        Head::Detached(id) => format!("{}\n", new(*id)),
    };
    write("HEAD", &head)?;
    Ok(())
}

/// What a tag names in the end; none for anything that is not a tag.
fn peel(repo: &Repository, id: ObjectId) -> Result<Option<ObjectId>, GitError> {
    let (mut at, mut is_tag) = (id, false);
    while let Some(object) = repo.table().find(&at) {
        if repo.kind(object).is_some_and(|kind| kind != Kind::Tag) {
            break;
        }
        let read = repo.read(object, u64::MAX)?;
        let target = git::Headers::of(&read.data).find(|header| header.name == b"object");
        match target
            .and_then(|header| ObjectId::from_hex(header.value))
            .filter(|_| read.kind == Kind::Tag)
        {
            Some(next) => (at, is_tag) = (next, true),
            None => break,
        }
    }
    Ok(is_tag.then_some(at))
}
