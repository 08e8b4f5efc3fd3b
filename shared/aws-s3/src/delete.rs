//! Deleting many objects, a thousand at a time.

use aws_sdk_s3::types::{Delete, ObjectIdentifier};
use domain::ports::PortError;

use crate::Bucket;
use crate::error::{BucketError, call, request};

/// S3's limit for one request.
const BATCH: usize = 1000;
const OPERATION: &str = "DeleteObjects";

impl Bucket {
    /// Deletes these objects. S3 reports each one's failure in an answer that looks like success.
    pub(crate) async fn delete(&self, keys: Vec<String>) -> Result<(), PortError> {
        for batch in keys.chunks(BATCH) {
            let name = |key: &String| ObjectIdentifier::builder().key(key).build();
            let names: Result<Vec<_>, _> = batch.iter().map(name).collect();
            let names = names.map_err(request(OPERATION))?;
            let delete = Delete::builder().set_objects(Some(names)).quiet(true);
            let delete = delete.build().map_err(request(OPERATION))?;
            let call_it = self.client.delete_objects().bucket(&self.bucket);
            let answer = call_it
                .delete(delete)
                .send()
                .await
                .map_err(call(OPERATION))?;
            if let [first, ..] = answer.errors() {
                return Err(BucketError::NotDeleted {
                    count: answer.errors().len(),
                    code: first.code().unwrap_or("unknown").to_owned(),
                }
                .into());
            }
        }
        Ok(())
    }
}
