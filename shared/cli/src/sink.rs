//! Where data goes: standard output, or a file that appears whole or not at all.

use std::fs::{self, Permissions};
use std::io::{self, BufWriter, ErrorKind, Write};
use std::path::{Path, PathBuf};

use crate::CliError;

/// A place for the data of one command.
pub(crate) struct Sink<'a> {
    /// The file; standard output without one.
    pub(crate) file: Option<&'a Path>,
    /// Whether the data is for its owner's eyes only.
    pub(crate) confidential: bool,
}

/// Where data goes if no file is named.
pub(crate) const STANDARD_OUTPUT: Sink<'static> = Sink {
    file: None,
    confidential: false,
};

impl Sink<'_> {
    /// Writes what `write` writes.
    pub(crate) fn put(
        &self,
        write: impl FnOnce(&mut dyn Write) -> io::Result<()>,
    ) -> Result<(), CliError> {
        let Some(file) = self.file else {
            return to_standard_output(write);
        };
        match fs::metadata(file) {
            Ok(found) if found.is_dir() => Err(CliError::usage(format!(
                "{} is a folder; name a file",
                file.display()
            ))),
            // A pipe or a device: there is nothing to replace.
            Ok(found) if !found.is_file() => {
                let mut open = fs::OpenOptions::new()
                    .write(true)
                    .open(file)
                    .map_err(CliError::output(file))?;
                write(&mut open).map_err(CliError::output(file))
            }
            _ => self.replace(file, write).map_err(CliError::output(file)),
        }
    }

    /// Writes beside `file` and gives the result its name in one step.
    fn replace(
        &self,
        file: &Path,
        write: impl FnOnce(&mut dyn Write) -> io::Result<()>,
    ) -> io::Result<()> {
        // Behind a link, the file itself is replaced, not the link.
        let target = file.canonicalize().unwrap_or_else(|_| file.to_owned());
        let folder = match target.parent() {
            Some(parent) if parent != Path::new("") => parent.to_owned(),
            _ => PathBuf::from("."),
        };
        let mut builder = tempfile::Builder::new();
        builder.prefix(".deployguard-");
        let permissions = self.permissions();
        if let Some(permissions) = permissions {
            builder.permissions(permissions);
        }
        let mut temporary = builder.tempfile_in(folder)?;
        let mut buffered = BufWriter::new(&mut temporary);
        write(&mut buffered)?;
        buffered.flush()?;
        drop(buffered);
        temporary.as_file().sync_all()?;
        temporary.persist(target).map_err(|error| error.error)?;
        Ok(())
    }

    #[cfg(unix)]
    fn permissions(&self) -> Option<Permissions> {
        use std::os::unix::fs::PermissionsExt as _;
        // The system's mask is applied to what a file usually gets.
        (!self.confidential).then(|| Permissions::from_mode(0o666))
    }

    #[cfg(not(unix))]
    fn permissions(&self) -> Option<Permissions> {
        None
    }
}

fn to_standard_output(
    write: impl FnOnce(&mut dyn Write) -> io::Result<()>,
) -> Result<(), CliError> {
    let mut out = BufWriter::new(io::stdout().lock());
    match write(&mut out).and_then(|()| out.flush()) {
        // The reader has gone, as `head` does: it has seen what it wanted.
        Err(error) if error.kind() == ErrorKind::BrokenPipe => Ok(()),
        other => other.map_err(CliError::output("standard output")),
    }
}

#[cfg(test)]
mod tests {
    use std::io;

    use super::Sink;

    #[test]
    fn a_file_is_replaced_only_by_a_whole_one() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("report");
        std::fs::write(&file, "old").unwrap();
        let sink = Sink {
            file: Some(&file),
            confidential: false,
        };
        let broken = sink.put(|out| {
            out.write_all(b"half")?;
            Err(io::Error::other("full"))
        });
        assert!(broken.is_err());
        assert_eq!(std::fs::read_to_string(&file).unwrap(), "old");
        sink.put(|out| out.write_all(b"new")).unwrap();
        assert_eq!(std::fs::read_to_string(&file).unwrap(), "new");
        assert_eq!(folder.path().read_dir().unwrap().count(), 1);
    }
}
