//! A file to an object: small ones at once, large ones in parts, several at a time.

use std::path::{Path, PathBuf};

use aws_sdk_s3::primitives::{ByteStream, Length};
use aws_sdk_s3::types::{CompletedMultipartUpload, CompletedPart};
use domain::ports::PortError;
use tokio::task::JoinSet;

use crate::Bucket;
use crate::error::{BucketError, call, file, request};

/// The largest file that goes at once, in bytes.
const AT_ONCE: u64 = 64 << 20;
/// The smallest part, in bytes: S3 wants 5 MB.
const PART: u64 = 32 << 20;
/// S3 takes 10,000 parts.
const MAX_PARTS: u64 = 9_000;
/// Parts on their way at the same time.
const LANES: usize = 4;

/// One part of a file on its way.
struct Part {
    number: i32,
    offset: u64,
    length: u64,
}

impl Bucket {
    /// Stores the file under `key`.
    pub(crate) async fn upload(&self, key: &str, path: &Path) -> Result<(), PortError> {
        const OPERATION: &str = "PutObject";
        let meta = tokio::fs::metadata(path).await.map_err(file(OPERATION))?;
        if meta.len() > AT_ONCE {
            return self.upload_in_parts(key, path, meta.len()).await;
        }
        let body = ByteStream::from_path(path).await;
        let body = body.map_err(request(OPERATION))?;
        let put = self.client.put_object().bucket(&self.bucket).key(key);
        put.body(body).send().await.map_err(call(OPERATION))?;
        Ok(())
    }

    async fn upload_in_parts(&self, key: &str, path: &Path, bytes: u64) -> Result<(), PortError> {
        const OPERATION: &str = "CreateMultipartUpload";
        let create = self.client.create_multipart_upload();
        let create = create.bucket(&self.bucket).key(key);
        let answer = create.send().await.map_err(call(OPERATION))?;
        let operation = OPERATION;
        let upload = answer.upload_id.ok_or(BucketError::Request { operation })?;
        let sent = self.send_parts(key, path, bytes, &upload).await;
        let done = match sent {
            Ok(parts) => self.complete(key, &upload, parts).await,
            Err(error) => Err(error),
        };
        if done.is_err() {
            // Otherwise the parts stay, unseen and paid for, until the bucket's lifecycle ends them.
            let abort = self.client.abort_multipart_upload();
            let abort = abort.bucket(&self.bucket).key(key).upload_id(&upload);
            let _ = abort.send().await;
        }
        done
    }

    /// Sends every part, at most [`LANES`] at a time.
    async fn send_parts(
        &self,
        key: &str,
        path: &Path,
        bytes: u64,
        upload: &str,
    ) -> Result<Vec<CompletedPart>, PortError> {
        let mut waiting = cut(bytes).into_iter();
        let (mut lanes, mut done) = (JoinSet::new(), Vec::new());
        loop {
            while lanes.len() < LANES {
                let Some(part) = waiting.next() else { break };
                let (bucket, key) = (self.clone(), key.to_owned());
                let (path, upload) = (path.to_owned(), upload.to_owned());
                lanes.spawn(async move { bucket.send_part(key, path, upload, part).await });
            }
            // Dropping the set on an error stops the other lanes.
            match lanes.join_next().await {
                None => break,
                Some(Ok(part)) => done.push(part?),
                Some(Err(_)) => {
                    let operation = "UploadPart";
                    return Err(BucketError::BrokeOff { operation }.into());
                }
            }
        }
        done.sort_unstable_by_key(CompletedPart::part_number);
        Ok(done)
    }

    async fn send_part(
        &self,
        key: String,
        path: PathBuf,
        upload: String,
        part: Part,
    ) -> Result<CompletedPart, PortError> {
        const OPERATION: &str = "UploadPart";
        let body = ByteStream::read_from().path(path).offset(part.offset);
        let body = body.length(Length::Exact(part.length)).build().await;
        let send = self.client.upload_part().bucket(&self.bucket).key(key);
        let send = send.upload_id(upload).part_number(part.number);
        let send = send.body(body.map_err(request(OPERATION))?);
        let answer = send.send().await.map_err(call(OPERATION))?;
        Ok(CompletedPart::builder()
            .part_number(part.number)
            .set_e_tag(answer.e_tag)
            .set_checksum_crc32(answer.checksum_crc32)
            .build())
    }

    async fn complete(
        &self,
        key: &str,
        upload: &str,
        parts: Vec<CompletedPart>,
    ) -> Result<(), PortError> {
        let parts = CompletedMultipartUpload::builder().set_parts(Some(parts));
        let complete = self.client.complete_multipart_upload();
        let complete = complete.bucket(&self.bucket).key(key).upload_id(upload);
        let answer = complete.multipart_upload(parts.build()).send().await;
        answer.map_err(call("CompleteMultipartUpload"))?;
        Ok(())
    }
}

/// Parts that cover `bytes` bytes without gap or overlap.
fn cut(bytes: u64) -> Vec<Part> {
    let size = PART.max(bytes.div_ceil(MAX_PARTS));
    let part = |(number, offset): (i32, u64)| Part {
        number,
        offset,
        length: size.min(bytes - offset),
    };
    let offsets = (0..bytes.div_ceil(size)).map(|place| place * size);
    (1..).zip(offsets).map(part).collect()
}

#[cfg(test)]
mod tests {
    use super::{MAX_PARTS, PART, cut};

    #[test]
    fn parts_cover_the_file_and_are_never_too_many() {
        for bytes in [1, PART - 1, PART, PART + 1, 5_000_000_000, 5 << 40] {
            let parts = cut(bytes);
            assert!(parts.len() as u64 <= MAX_PARTS + 1);
            let mut next = 0;
            for part in &parts {
                assert_eq!(part.offset, next);
                next += part.length;
            }
            assert_eq!(next, bytes);
        }
    }
}
