//! Who depends on whom, as the manifests say it.

use crate::files;

/// The names in one table of a manifest, for example `dependencies`.
pub(crate) fn names(folder: &str, table: &str) -> Vec<String> {
    let manifest = files::text(format!("{folder}/Cargo.toml"));
    let lines = manifest
        .lines()
        .skip_while(|line| *line != format!("[{table}]"));
    let body = lines.skip(1).take_while(|line| !line.starts_with('['));
    let name = |line: &str| {
        let word = line.split(['.', ' ', '=']).next()?;
        (!word.is_empty() && !word.starts_with('#')).then(|| word.to_owned())
    };
    body.filter_map(name).collect()
}

/// What a crate is built from.
pub(crate) fn dependencies(folder: &str) -> Vec<String> {
    names(folder, "dependencies")
}

/// Every crate's folder.
pub(crate) fn crates() -> Vec<String> {
    let below = |parent: &str| -> Vec<String> {
        let folders = files::folders(parent).into_iter();
        folders.map(|name| format!("{parent}/{name}")).collect()
    };
    [
        below("functions"),
        below("shared"),
        vec!["tests".to_owned()],
    ]
    .concat()
}

#[test]
fn versions_and_features_stand_in_the_root_alone() {
    // `sam build` builds each function alone: a feature that only one of them asks for would compile a shared crate twice.
    for folder in crates() {
        for table in ["dependencies", "dev-dependencies"] {
            let manifest = files::text(format!("{folder}/Cargo.toml"));
            for name in names(&folder, table) {
                let wanted = format!("{name}.workspace = true");
                assert!(
                    manifest.lines().any(|line| line.trim() == wanted),
                    "{folder}: `{name}` must be taken from the workspace, without features of its own"
                );
            }
        }
    }
}

#[test]
fn a_function_is_one_binary_of_its_folders_name() {
    for slug in files::slugs() {
        let manifest = files::text(format!("functions/{slug}/Cargo.toml"));
        let named = manifest
            .lines()
            .filter(|line| *line == format!("name = \"{slug}\""));
        assert_eq!(named.count(), 2, "{slug}: package and binary");
    }
}
