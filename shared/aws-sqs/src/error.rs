//! What the queue service's answers mean to a caller. Codes and request ids only.

use aws_sdk_sqs::error::{ProvideErrorMetadata, SdkError};
use aws_sdk_sqs::operation::RequestId;
use domain::Stage;
use domain::ports::PortError;

/// Why a message could not be handed over; the cause inside [`PortError::Unavailable`].
#[derive(Debug, thiserror::Error)]
pub enum QueueError {
    /// SQS did not do what it was asked to.
    #[error("SQS {operation} failed for the queue of stage {}: {code} (request {request})", stage.as_str())]
    Call {
        /// Which call.
        operation: &'static str,
        /// Whose queue.
        stage: Stage,
        /// SQS's code, or what kept the call from arriving.
        code: String,
        /// For AWS's support.
        request: String,
    },
    /// A request lacks something.
    #[error("the message cannot be written")]
    Unwritable,
}

/// Maps a failed call, for `map_err`. A queue that is gone may come back: that is `Unavailable`.
pub(crate) fn call<E, R>(
    operation: &'static str,
    stage: Stage,
) -> impl FnOnce(SdkError<E, R>) -> PortError
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
        if code.starts_with("AccessDenied") || code.starts_with("Kms") {
            tracing::error!(operation, code, request, "SQS refuses");
            return PortError::Denied;
        }
        PortError::unavailable(QueueError::Call {
            operation,
            stage,
            code: code.to_owned(),
            request,
        })
    }
}
