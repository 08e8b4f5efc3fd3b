//! The key that certificates are signed with.

use std::ffi::OsString;
use std::fs::{self, DirBuilder};
use std::io::{ErrorKind, Write as _};
use std::path::{Path, PathBuf};

use domain::Secret;
use rewrite::{CertificateError, Signer};

use crate::args::SigningArgs;
use crate::commands::Session;
use crate::{CliError, key};

/// The key that was asked for; else the workspace's, if it is a secret; else this person's, which is made when it is first needed.
pub(crate) fn signer(args: &SigningArgs, session: &Session) -> Result<Signer, CliError> {
    if let Some(file) = &args.signing_key {
        return of_file(file, session);
    }
    if !key::is_public() {
        return Ok(Signer::from_seed(&session.key.signing_seed()));
    }
    let folder = config_folder(&|name| std::env::var_os(name)).ok_or_else(|| {
        CliError::usage("there is no folder for the key that signs the certificate; name a file with --signing-key")
    })?;
    of_file(&folder.join("deployguard/signing-key.pem"), session)
}

/// A new key.
fn fresh() -> Result<Signer, CliError> {
    let mut seed = [0; 32];
    getrandom::fill(&mut seed)
        .map_err(|error| CliError::Internal(format!("no random numbers: {error}")))?;
    Ok(Signer::from_seed(&Secret::new(seed)))
}

fn of_file(file: &Path, session: &Session) -> Result<Signer, CliError> {
    match fs::read_to_string(file) {
        Ok(text) => Signer::from_pem(&text).map_err(|error| refused(file, &error.to_string())),
        Err(error) if error.kind() == ErrorKind::NotFound => {
            let signer = fresh()?;
            write(file, &signer.to_pem()?).map_err(CliError::output(file))?;
            session
                .progress
                .say(&format!("made a key to sign with: {}", file.display()));
            Ok(signer)
        }
        Err(error) => Err(refused(file, &error.to_string())),
    }
}

fn refused(file: &Path, reason: &str) -> CliError {
    CliError::usage(format!("the signing key {}: {reason}", file.display()))
}

/// For its owner's eyes only, and whole or not at all.
fn write(file: &Path, pem: &Secret<String>) -> std::io::Result<()> {
    let folder = file
        .parent()
        .filter(|folder| *folder != Path::new(""))
        .unwrap_or(Path::new("."));
    DirBuilder::new().recursive(true).create(folder)?;
    let mut temporary = tempfile::Builder::new()
        .prefix(".deployguard-")
        .tempfile_in(folder)?;
    temporary.write_all(pem.expose().as_bytes())?;
    temporary.as_file().sync_all()?;
    // Somebody else may have made one meanwhile; that one must stay.
    temporary
        .persist_noclobber(file)
        .map_err(|error| error.error)?;
    Ok(())
}

/// Where this person's settings are.
fn config_folder(variable: &dyn Fn(&str) -> Option<OsString>) -> Option<PathBuf> {
    let set = |name| {
        variable(name)
            .filter(|value| !value.is_empty())
            .map(PathBuf::from)
    };
    set("XDG_CONFIG_HOME")
        .or_else(|| set("APPDATA"))
        .or_else(|| Some(set("HOME")?.join(".config")))
}

impl From<CertificateError> for CliError {
    fn from(error: CertificateError) -> Self {
        Self::Certificate {
            what: "the certificate".to_owned(),
            error,
        }
    }
}

#[cfg(test)]
mod tests {
    use std::ffi::OsString;
    use std::path::PathBuf;

    use super::config_folder;

    #[test]
    fn settings_are_where_the_system_has_them() {
        let folder = |set: &[(&str, &str)]| {
            let set: Vec<_> = set
                .iter()
                .map(|(name, value)| ((*name).to_owned(), OsString::from(value)))
                .collect();
            config_folder(&|name| {
                set.iter()
                    .find(|one| one.0 == name)
                    .map(|one| one.1.clone())
            })
        };
        assert_eq!(folder(&[("HOME", "/h")]), Some(PathBuf::from("/h/.config")));
        assert_eq!(
            folder(&[("HOME", "/h"), ("XDG_CONFIG_HOME", "/x")]),
            Some(PathBuf::from("/x"))
        );
        assert_eq!(folder(&[("XDG_CONFIG_HOME", "")]), None);
    }
}
