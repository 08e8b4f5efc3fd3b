//! A finding: one distinct secret, and every place where it stands.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::FindingId;

/// What kind of secret it is, in the words of the API.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[allow(missing_docs)] // each variant is its own name
pub enum SecretType {
    Password,
    ApiKey,
    Token,
    PrivateKey,
    Certificate,
    ConnectionString,
    EncryptionKey,
    Credential,
    Other,
    AwsKey,
    AzureKey,
    GcpKey,
    SshKey,
    Jwt,
}

/// How bad it is that the secret is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[allow(missing_docs)] // each variant is its own name
pub enum Severity {
    Info,
    Low,
    Medium,
    High,
    Critical,
}

/// The part of a history that holds the secret.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Carrier {
    /// The content of a file.
    Blob,
    /// A commit's message.
    CommitMessage,
    /// A commit's author, committer or another header.
    CommitHeader,
    /// An annotated tag's message.
    TagMessage,
    /// An annotated tag's tagger or another header.
    TagHeader,
    /// The name of a file or folder.
    Path,
    /// The name of a branch, tag or other ref.
    RefName,
}

/// How a secret is written where it does not stand as it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Encoding {
    /// Base64: either alphabet, padded or not, in one line or several.
    Base64,
    /// Two hexadecimal digits for each byte.
    Hex,
    /// `%67%68`, as in a URL.
    Percent,
    /// `\u0067`, `\x67`, `\n`, `\"`, as in a string of a program or of JSON.
    Escapes,
    /// `&#103;`, `&quot;`, as in HTML or XML.
    Html,
    /// Two bytes for each character, in either order.
    Utf16,
}

impl Encoding {
    /// Its name, as in the report.
    pub fn name(self) -> &'static str {
        match self {
            Self::Base64 => "base64",
            Self::Hex => "hex",
            Self::Percent => "percent",
            Self::Escapes => "escapes",
            Self::Html => "html",
            Self::Utf16 => "utf16",
        }
    }
}

/// One place where a secret stands: the oldest, for each carrier, path and way of writing.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Occurrence {
    /// In what.
    pub carrier: Carrier,
    /// The file's path at `commit_hash`; empty where the carrier has none. Bytes that are not
    /// UTF-8 are shown as U+FFFD. A file inside an archive: `lib/a.zip!inner/file.txt`.
    pub file_path: String,
    /// Whether it is inside an archive, where it cannot be rewritten.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub in_archive: bool,
    /// How the value is written there, the outermost encoding first; empty where it stands as it is.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub encoding: Vec<Encoding>,
    /// The line, from 1, inside the object, or inside the file in the archive; of a value in several lines of an encoded
    /// text, the one in which it starts.
    pub line_number: u64,
    /// The commit that brought it in; empty when no ref reaches the object.
    pub commit_hash: String,
    /// That commit's author, `Name <address>`.
    pub author: String,
    /// That commit's author date.
    pub commit_date: Option<Timestamp>,
    /// The object that holds it.
    pub object_id: String,
    /// How many objects (versions of the file) hold it at this path.
    pub versions: u64,
    /// Whether the tip of a branch or tag still holds it here.
    pub in_tree: bool,
}

/// One distinct secret. Holds no byte of the secret but the preview.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Finding {
    /// Keyed hash of rule family and value: the same secret has the same id in every scan of a workspace.
    pub id: FindingId,
    /// The rule that found it.
    pub rule: String,
    /// The rule's name for a person.
    pub secret_name: String,
    /// What kind of secret it is.
    pub secret_type: SecretType,
    /// How bad it is.
    pub severity: Severity,
    /// The first and last characters.
    pub secret_value_preview: String,
    /// Keyed hash of the value alone, hexadecimal.
    pub secret_value_hash: String,
    /// How sure the rule is, 0 to 100.
    pub confidence: u8,
    /// The oldest place's path.
    pub file_path: String,
    /// The oldest place's line.
    pub line_number: u64,
    /// The oldest place's commit.
    pub commit_hash: String,
    /// That commit's author.
    pub author: String,
    /// That commit's author date.
    pub commit_date: Option<Timestamp>,
    /// How many matches there are in distinct objects and lines.
    pub occurrence_count: u64,
    /// Every place, oldest first.
    pub occurrences: Vec<Occurrence>,
    /// Whether the tip of a branch or tag still holds it.
    pub in_tree: bool,
    /// The refs whose history holds it: branches first, then tags, then others, each in order of
    /// name; at most [`Finding::MAX_REFS`] are listed.
    pub refs: Vec<String>,
    /// How many refs hold it, listed or not.
    pub ref_count: u64,
}

impl Finding {
    /// How many places a store keeps; the report has them all.
    pub const STORED_OCCURRENCES: usize = 20;
    /// How many refs a finding lists. A mirror of a large project has thousands, and an old secret is in all.
    pub const MAX_REFS: usize = 50;
    /// How many bytes of a path, a name or an author a store keeps.
    pub const STORED_TEXT: usize = 1024;

    /// What a store keeps of it, so that it never outgrows a table's item: at most 100 KB whatever
    /// the history holds. The oldest places stay, and `occurrence_count` stays true.
    #[must_use]
    pub fn condensed(&self) -> Self {
        let mut kept = self.clone();
        kept.occurrences.truncate(Self::STORED_OCCURRENCES);
        kept.refs.truncate(Self::MAX_REFS);
        let places = kept.occurrences.iter_mut();
        let nested = places.flat_map(|place| [&mut place.file_path, &mut place.author]);
        for text in nested
            .chain(&mut kept.refs)
            .chain([&mut kept.file_path, &mut kept.author])
        {
            text.truncate(text.floor_char_boundary(Self::STORED_TEXT));
        }
        kept
    }
}
