//! An object to a file, as it comes.

use std::path::Path;

use domain::ports::PortError;
use tokio::fs::File;
use tokio::io::{AsyncWriteExt as _, BufWriter};

use crate::Bucket;
use crate::error::{BucketError, call, file};

const OPERATION: &str = "GetObject";
/// Bytes between two writes to the disk.
const BUFFER: usize = 1 << 20;

impl Bucket {
    /// Writes the object to `path`. A half-written file is removed.
    pub(crate) async fn download(&self, key: &str, path: &Path) -> Result<(), PortError> {
        let request = self.client.get_object().bucket(&self.bucket).key(key);
        let answer = request.send().await.map_err(call(OPERATION))?;
        let written = write(answer.body, path).await;
        if written.is_err() {
            // What counts is why it broke off.
            let _ = tokio::fs::remove_file(path).await;
        }
        written
    }
}

async fn write(mut body: aws_sdk_s3::primitives::ByteStream, path: &Path) -> Result<(), PortError> {
    let target = File::create(path).await.map_err(file(OPERATION))?;
    let mut target = BufWriter::with_capacity(BUFFER, target);
    while let Some(chunk) = body.next().await {
        let operation = OPERATION;
        let chunk = chunk.map_err(|_| BucketError::BrokeOff { operation })?;
        target.write_all(&chunk).await.map_err(file(OPERATION))?;
    }
    target.flush().await.map_err(file(OPERATION))
}
