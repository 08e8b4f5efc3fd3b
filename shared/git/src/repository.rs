//! A repository on disk: found, checked for what can be read, and opened.

use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::{
    GitError, HashKind, Head, Inflater, Kind, ObjectId, ObjectNo, ObjectTable, Pack, Ref, RefStore,
    loose,
};

/// An open repository. Reads only; what another program adds after it was opened is not seen.
pub struct Repository {
    git_dir: PathBuf,
    hash: HashKind,
    refs: RefStore,
    packs: Arc<[Pack]>,
    loose: Vec<(PathBuf, ObjectId)>,
    table: ObjectTable,
    gaps: Vec<&'static str>,
}

/// One decoded object.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Object {
    /// What it is.
    pub kind: Kind,
    /// Its content.
    pub data: Vec<u8>,
}

impl Repository {
    /// Opens the repository at `path`: a work tree, a linked work tree, or a bare repository.
    pub fn open(path: &Path) -> Result<Self, GitError> {
        let repo = Self::open_for_few(path)?;
        repo.packs.iter().try_for_each(Pack::check_index)?;
        Ok(repo)
    }

    /// The same, for who reads few of its objects: checksums of whole indexes are not asked. Where an index is wrong about an object that
    /// is read, that object's own checksum tells, or it is missing.
    pub fn open_for_few(path: &Path) -> Result<Self, GitError> {
        let git_dir = discover(path)?;
        let common_dir = common_dir(&git_dir)?;
        let config = Config::read(&common_dir)?;
        let hash = config.check()?;
        let refs = RefStore::read(&git_dir, &common_dir, hash)?;
        let folders = object_folders(&common_dir)?;
        let (mut packs, mut loose) = (Vec::new(), Vec::new());
        for folder in &folders {
            for pack in pack_files(&folder.join("pack"))? {
                packs.push(Pack::open(&pack, hash)?);
            }
            loose.extend(
                loose::list(folder, hash)?
                    .into_iter()
                    .map(|id| (folder.clone(), id)),
            );
        }
        let ids: Vec<ObjectId> = loose.iter().map(|(_, id)| *id).collect();
        let packs: Arc<[Pack]> = packs.into();
        let table = ObjectTable::new(Arc::clone(&packs), &ids, hash).ok_or_else(too_many)?;
        let gaps = config.gaps(&common_dir);
        Ok(Self {
            git_dir,
            hash,
            refs,
            packs,
            loose,
            table,
            gaps,
        })
    }

    /// The repository's own folder (`.git`, or the bare repository).
    pub fn git_dir(&self) -> &Path {
        &self.git_dir
    }

    /// Its hash function.
    pub fn hash_kind(&self) -> HashKind {
        self.hash
    }

    /// Its refs, in order of name.
    pub fn refs(&self) -> &[Ref] {
        &self.refs.refs
    }

    /// Its HEAD.
    pub fn head(&self) -> &Head {
        &self.refs.head
    }

    /// Refs and HEAD together.
    pub fn ref_store(&self) -> &RefStore {
        &self.refs
    }

    /// Distinct objects.
    pub fn object_count(&self) -> u32 {
        self.table.len()
    }

    /// Its packs.
    pub fn packs(&self) -> &[Pack] {
        &self.packs
    }

    /// Ids and numbers of its objects.
    pub fn table(&self) -> &ObjectTable {
        &self.table
    }

    /// Why parts of the history are known not to be here (a shallow or a partial clone). Empty for a whole one.
    pub fn gaps(&self) -> &[&'static str] {
        &self.gaps
    }

    /// The id of an object.
    pub fn id(&self, no: ObjectNo) -> ObjectId {
        self.table.id(no)
    }

    /// The kind of a packed object; none for a loose or damaged one, which must be read to know.
    pub fn kind(&self, no: ObjectNo) -> Option<Kind> {
        let (pack, rank) = self.table.home(no)?;
        self.packs[pack].kind(rank)
    }

    /// Decodes one object. Prefer [`Repository::walk`] for many.
    pub fn read(&self, no: ObjectNo, limit: u64) -> Result<Object, GitError> {
        let (kind, data) = match self.table.home(no) {
            Some((pack, rank)) => self.packs[pack].read(rank, limit)?,
            None => self
                .read_loose(no, limit, &mut Inflater::new())
                .map_err(|reason| GitError::corrupt(format!("object {}", self.id(no)), reason))?,
        };
        Ok(Object { kind, data })
    }

    /// Decodes the object with this id; none if it is not here.
    pub fn find(&self, id: &ObjectId) -> Result<Option<Object>, GitError> {
        self.table
            .find(id)
            .map(|no| self.read(no, u64::MAX))
            .transpose()
    }

    pub(crate) fn read_loose(
        &self,
        no: ObjectNo,
        limit: u64,
        inflater: &mut Inflater,
    ) -> Result<(Kind, Vec<u8>), &'static str> {
        let id = self.id(no);
        let (folder, _) = self
            .table
            .loose_place(no)
            .and_then(|place| self.loose.get(place))
            .ok_or("it is gone")?;
        let (kind, data) = loose::read(&loose::path(folder, &id), limit, inflater)?;
        if self.hash.object_id(kind, &data) == id {
            Ok((kind, data))
        } else {
            Err("its content does not match its id")
        }
    }
}

fn too_many() -> GitError {
    GitError::Unsupported {
        feature: "more than 4,294,967,294 objects".to_owned(),
        remedy: "split the repository",
    }
}

/// The repository's folder for a path that a user gave.
fn discover(path: &Path) -> Result<PathBuf, GitError> {
    let not_a_repository = || GitError::NotARepository {
        path: path.to_owned(),
    };
    let inside = path.join(".git");
    if inside.is_file() {
        let text = fs::read_to_string(&inside).map_err(GitError::io(&inside))?;
        let target = text
            .trim()
            .strip_prefix("gitdir:")
            .ok_or_else(not_a_repository)?
            .trim();
        return Ok(path.join(target));
    }
    let is_repository = |folder: &Path| {
        folder.join("HEAD").is_file()
            && (folder.join("objects").is_dir() || folder.join("commondir").is_file())
    };
    [inside, path.to_owned()]
        .into_iter()
        .find(|folder| is_repository(folder))
        .ok_or_else(not_a_repository)
}

/// Where a linked work tree keeps what it shares with the others.
fn common_dir(git_dir: &Path) -> Result<PathBuf, GitError> {
    let file = git_dir.join("commondir");
    if !file.is_file() {
        return Ok(git_dir.to_owned());
    }
    let text = fs::read_to_string(&file).map_err(GitError::io(&file))?;
    Ok(git_dir.join(text.trim()))
}

/// The `objects` folder and its alternates. Alternates outside the repository are refused: they are
/// somebody else's files, which a path in an untrusted repository must not open.
fn object_folders(common_dir: &Path) -> Result<Vec<PathBuf>, GitError> {
    let objects = common_dir.join("objects");
    let list = objects.join("info/alternates");
    let mut folders = vec![objects.clone()];
    if !list.is_file() {
        return Ok(folders);
    }
    let root = common_dir
        .canonicalize()
        .map_err(GitError::io(common_dir))?;
    let text = fs::read_to_string(&list).map_err(GitError::io(&list))?;
    for line in text
        .lines()
        .filter(|line| !line.is_empty() && !line.starts_with('#'))
    {
        let folder = objects
            .join(line)
            .canonicalize()
            .map_err(GitError::io(&list))?;
        if !folder.starts_with(&root) {
            return Err(GitError::Unsupported {
                feature: "objects of another repository (objects/info/alternates)".to_owned(),
                remedy: "make it whole with `git repack -a -d && rm objects/info/alternates`, or clone it with --no-shared",
            });
        }
        folders.push(folder);
    }
    Ok(folders)
}

fn pack_files(folder: &Path) -> Result<Vec<PathBuf>, GitError> {
    let entries = match fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(GitError::io(folder)(error)),
    };
    let mut packs = Vec::new();
    for entry in entries {
        let path = entry.map_err(GitError::io(folder))?.path();
        let is_pack = path.extension() == Some(OsStr::new("pack"));
        if is_pack
            && path
                .file_name()
                .is_some_and(|name| name.to_string_lossy().starts_with("pack-"))
        {
            packs.push(path);
        }
    }
    packs.sort();
    Ok(packs)
}

/// The few settings that say how a repository is stored.
struct Config {
    object_format: String,
    ref_storage: String,
    is_partial: bool,
}

impl Config {
    fn read(common_dir: &Path) -> Result<Self, GitError> {
        let file = common_dir.join("config");
        let text = match fs::read(&file) {
            Ok(bytes) => String::from_utf8_lossy(&bytes).to_lowercase(),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => String::new(),
            Err(error) => return Err(GitError::io(&file)(error)),
        };
        let mut config = Self {
            object_format: "sha1".to_owned(),
            ref_storage: "files".to_owned(),
            is_partial: false,
        };
        let mut section = "";
        for line in text.lines().map(str::trim) {
            if let Some(name) = line.strip_prefix('[') {
                section = name.split(']').next().unwrap_or_default().trim();
            } else if let Some((key, value)) = line.split_once('=') {
                config.set(section, key.trim(), value.trim().trim_matches('"'));
            }
        }
        Ok(config)
    }

    fn set(&mut self, section: &str, key: &str, value: &str) {
        match (section, key) {
            ("extensions", "objectformat") => value.clone_into(&mut self.object_format),
            ("extensions", "refstorage") => value.clone_into(&mut self.ref_storage),
            ("extensions", "partialclone") => self.is_partial = true,
            (_, "promisor") if section.starts_with("remote") => self.is_partial |= value != "false",
            _ => {}
        }
    }

    fn check(&self) -> Result<HashKind, GitError> {
        if self.ref_storage != "files" {
            return Err(GitError::Unsupported {
                feature: format!("the ref storage `{}`", self.ref_storage),
                remedy: "convert it with `git refs migrate --ref-format=files`",
            });
        }
        HashKind::from_name(&self.object_format).ok_or_else(|| GitError::Unsupported {
            feature: format!("the object format `{}`", self.object_format),
            remedy: "only sha1 and sha256 exist so far",
        })
    }

    fn gaps(&self, common_dir: &Path) -> Vec<&'static str> {
        let mut gaps = Vec::new();
        if common_dir.join("shallow").is_file() {
            gaps.push("the clone is shallow: older commits are not here (fetch them with `git fetch --unshallow`)");
        }
        if self.is_partial {
            gaps.push("the clone is partial: objects may be missing (clone it without --filter)");
        }
        gaps
    }
}
