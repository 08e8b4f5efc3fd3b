//! The file that remembers what was searched.

use std::io::ErrorKind;
use std::path::Path;

use domain::WorkspaceKey;
use scan::Record;

use crate::CliError;
use crate::commands::Session;
use crate::sink::Sink;

/// Reads the record in `file`; none if there is none yet, or none that is of use, which is said.
pub(crate) fn load(file: &Path, session: &Session) -> Result<Option<Record>, CliError> {
    let bytes = match std::fs::read(file) {
        Ok(bytes) => bytes,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
        Err(error) => {
            let file = file.display();
            return Err(CliError::usage(format!("cannot read {file}: {error}")));
        }
    };
    let record = Record::from_bytes(&bytes, &session.key);
    if let Err(reason) = &record {
        let file = file.display();
        session.progress.warn(&format!(
            "{file} is not used, everything is searched: {reason}"
        ));
    }
    Ok(record.ok())
}

/// Writes the record, at once or not at all.
pub(crate) fn store(record: &Record, file: &Path, key: &WorkspaceKey) -> Result<(), CliError> {
    let sink = Sink {
        file: Some(file),
        confidential: true,
    };
    sink.put(|out| out.write_all(&record.to_bytes(key)))
}
