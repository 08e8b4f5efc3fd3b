//! What S3's answers mean to a caller. Codes and request ids only: keys name jobs, objects hold secrets.

use aws_sdk_s3::error::{ProvideErrorMetadata, SdkError};
use aws_sdk_s3::operation::RequestId;
use domain::ports::PortError;

/// Why the bucket could not do its work; the cause inside [`PortError::Unavailable`].
#[derive(Debug, thiserror::Error)]
pub enum BucketError {
    /// S3 did not do what it was asked to.
    #[error("S3 {operation} failed: {code} (request {request})")]
    Call {
        /// Which call.
        operation: &'static str,
        /// S3's code, or what kept the call from arriving.
        code: String,
        /// For AWS's support.
        request: String,
    },
    /// The file on this side could not be read or written.
    #[error("a local file failed while S3 {operation} ran")]
    File {
        /// Which call.
        operation: &'static str,
        /// Why.
        #[source]
        cause: std::io::Error,
    },
    /// The object broke off on its way.
    #[error("S3 {operation} broke off")]
    BrokeOff {
        /// Which call.
        operation: &'static str,
    },
    /// S3 kept some objects that it was told to delete.
    #[error("S3 did not delete {count} objects: {code}")]
    NotDeleted {
        /// How many.
        count: usize,
        /// The first one's code.
        code: String,
    },
    /// A request lacks something that S3 needs.
    #[error("a request for S3 {operation} cannot be made")]
    Request {
        /// Which call.
        operation: &'static str,
    },
}

impl From<BucketError> for PortError {
    fn from(error: BucketError) -> Self {
        Self::unavailable(error)
    }
}

/// Maps a failed call, for `map_err`.
pub(crate) fn call<E, R>(operation: &'static str) -> impl FnOnce(SdkError<E, R>) -> PortError
where
    E: ProvideErrorMetadata,
    SdkError<E, R>: RequestId,
{
    move |error| {
        let request = error.request_id().unwrap_or("none").to_owned();
        let code = match &error {
            SdkError::ServiceError(answer) => answer.err().code().unwrap_or("unknown"),
            SdkError::TimeoutError(_) => "timeout",
            SdkError::DispatchFailure(_) => "not reached",
            SdkError::ResponseError(_) => "broken answer",
            _ => "not sent",
        };
        match code {
            "NoSuchKey" => PortError::NotFound,
            "AccessDenied"
            | "InvalidAccessKeyId"
            | "SignatureDoesNotMatch"
            | "KMS.DisabledException" => {
                tracing::error!(operation, code, request, "S3 refuses");
                PortError::Denied
            }
            code => BucketError::Call {
                operation,
                code: code.to_owned(),
                request,
            }
            .into(),
        }
    }
}

/// For a request that lacks something.
pub(crate) fn request<E>(operation: &'static str) -> impl FnOnce(E) -> PortError {
    move |_| BucketError::Request { operation }.into()
}

/// For a local file that fails.
pub(crate) fn file(operation: &'static str) -> impl FnOnce(std::io::Error) -> PortError {
    move |cause| BucketError::File { operation, cause }.into()
}
