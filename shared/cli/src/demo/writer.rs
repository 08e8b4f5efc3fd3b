//! Writes a small history as a bare repository: one pack, packed refs.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use git::{Base, Deflater, GitError, HashKind, Kind, ObjectId, PackWriter};

/// The files of one commit, by path.
pub(crate) type Files = BTreeMap<String, Vec<u8>>;

/// Everyone who works on the demo's repository.
const PERSON: &str = "Dana Demo <dana@example.com>";
/// When the history begins, in seconds since 1970; each commit is a day later.
const BEGIN: u64 = 1_735_721_000;

/// A history in memory.
#[derive(Default)]
pub(crate) struct HistoryWriter {
    objects: BTreeMap<ObjectId, (Kind, Vec<u8>)>,
    refs: BTreeMap<String, ObjectId>,
    day: u64,
}

impl HistoryWriter {
    /// Adds a commit of `files` after `parents`.
    pub(crate) fn commit(
        &mut self,
        files: &Files,
        parents: &[ObjectId],
        message: &str,
    ) -> ObjectId {
        let files: Vec<_> = files
            .iter()
            .map(|(path, data)| (path.as_str(), data))
            .collect();
        let tree = self.tree(&files);
        let person = self.person();
        let parents = parents.iter().map(|id| format!("parent {id}\n"));
        let parents = parents.collect::<Vec<_>>().concat();
        let text =
            format!("tree {tree}\n{parents}author {person}\ncommitter {person}\n\n{message}\n");
        self.add(Kind::Commit, text.into_bytes())
    }

    /// Adds an annotated tag of a commit.
    pub(crate) fn tag(&mut self, name: &str, target: ObjectId, message: &str) {
        let person = self.person();
        let text =
            format!("object {target}\ntype commit\ntag {name}\ntagger {person}\n\n{message}\n");
        let id = self.add(Kind::Tag, text.into_bytes());
        self.point(&format!("refs/tags/{name}"), id);
    }

    /// Lets a ref name an object.
    pub(crate) fn point(&mut self, name: &str, target: ObjectId) {
        self.refs.insert(name.to_owned(), target);
    }

    /// Writes everything to `folder`, which must not exist, with HEAD on `branch`.
    pub(crate) fn write(&self, folder: &Path, branch: &str) -> Result<(), GitError> {
        let packs = folder.join("objects/pack");
        for needed in [
            &packs,
            &folder.join("refs/heads"),
            &folder.join("refs/tags"),
        ] {
            fs::create_dir_all(needed).map_err(GitError::io(needed))?;
        }
        if !self.objects.is_empty() {
            self.write_pack(&packs)?;
        }
        let refs = self.refs.iter().map(|(name, id)| format!("{id} {name}\n"));
        let refs = refs.collect::<Vec<_>>().concat();
        let files = [
            ("packed-refs", format!("# pack-refs with: sorted\n{refs}")),
            (
                "config",
                "[core]\n\trepositoryformatversion = 0\n\tbare = true\n".to_owned(),
            ),
            ("HEAD", format!("ref: {branch}\n")),
        ];
        for (name, text) in files {
            let file = folder.join(name);
            fs::write(&file, text).map_err(GitError::io(&file))?;
        }
        Ok(())
    }

    fn write_pack(&self, folder: &Path) -> Result<(), GitError> {
        let count = u32::try_from(self.objects.len()).unwrap_or(u32::MAX);
        let mut pack = PackWriter::create(folder, HashKind::Sha1, count)?;
        let mut deflater = Deflater::new();
        for (id, (kind, data)) in &self.objects {
            pack.add(
                *id,
                Base::None(*kind),
                data.len() as u64,
                &deflater.deflate(data),
            )?;
        }
        pack.finish()?;
        Ok(())
    }

    /// Adds the folder that holds `files`, in order of path, and its folders.
    fn tree(&mut self, files: &[(&str, &Vec<u8>)]) -> ObjectId {
        let mut entries: Vec<(String, &str, ObjectId)> = Vec::new();
        let top = |path: &str| path.split('/').next().unwrap_or_default().to_owned();
        for group in files.chunk_by(|a, b| top(a.0) == top(b.0)) {
            let name = top(group[0].0);
            if group[0].0 == name {
                let blob = self.add(Kind::Blob, group[0].1.clone());
                entries.push((name, "100644", blob));
                continue;
            }
            let inner: Vec<_> = group
                .iter()
                .map(|(path, data)| (&path[name.len() + 1..], *data))
                .collect();
            let tree = self.tree(&inner);
            entries.push((name, "40000", tree));
        }
        // Git sorts a folder as if its name ended in a slash.
        let key = |(name, mode, _): &(String, &str, ObjectId)| {
            name.clone() + if *mode == "40000" { "/" } else { "" }
        };
        entries.sort_by_key(key);
        let mut data = Vec::new();
        for (name, mode, id) in entries {
            data.extend_from_slice(format!("{mode} {name}\0").as_bytes());
            data.extend_from_slice(id.as_bytes());
        }
        self.add(Kind::Tree, data)
    }

    fn add(&mut self, kind: Kind, data: Vec<u8>) -> ObjectId {
        let id = HashKind::Sha1.object_id(kind, &data);
        self.objects.insert(id, (kind, data));
        id
    }

    fn person(&mut self) -> String {
        self.day += 1;
        format!("{PERSON} {} +0000", BEGIN + self.day * 86_400)
    }
}
