//! Writes the labelled corpus of the tests into a folder, for `make bench-quality`: `files/`, and the labels in `labels.json`.

#[path = "../tests/quality/corpus.rs"]
mod corpus;

use std::error::Error;
use std::fs;
use std::path::PathBuf;

use serde_json::{Map, Value, json};

fn main() -> Result<(), Box<dyn Error>> {
    let folder = PathBuf::from(std::env::args_os().nth(1).ok_or("which folder?")?);
    let mut labels = Map::<String, Value>::new();
    for file in corpus::files() {
        let path = folder.join("files").join(&file.path);
        fs::create_dir_all(path.parent().ok_or("a file of no folder")?)?;
        fs::write(path, &file.text)?;
        let secrets: Vec<_> = file.secrets.iter().map(|s| (s.start(), s.end())).collect();
        let label = json!({
            "kind": file.kind,
            "kept_back": file.is_kept_back(),
            "secrets": secrets,
            "others": file.look_alikes(),
        });
        labels.insert(file.path, label);
    }
    fs::write(folder.join("labels.json"), serde_json::to_vec(&labels)?)?;
    Ok(())
}
