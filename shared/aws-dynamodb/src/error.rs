//! What DynamoDB's answers mean to a caller. Never repeats an item, a key or a message of the
//! service: codes and request ids only, since errors end in logs.

use aws_sdk_dynamodb::error::{BuildError, ProvideErrorMetadata, SdkError};
use aws_sdk_dynamodb::operation::RequestId as _;
use aws_sdk_dynamodb::operation::transact_write_items::TransactWriteItemsError;
use domain::ports::PortError;

/// Why the table could not do its work; the cause inside [`PortError::Unavailable`].
#[derive(Debug, thiserror::Error)]
pub enum TableError {
    /// DynamoDB did not do what it was asked to.
    #[error("DynamoDB {operation} failed: {code} (request {request})")]
    Call {
        /// Which call.
        operation: &'static str,
        /// DynamoDB's code, or what kept the call from arriving.
        code: String,
        /// For AWS's support.
        request: String,
    },
    /// An item does not have the form that this version writes.
    #[error("a stored {what} cannot be read")]
    Unreadable {
        /// Which kind of item.
        what: &'static str,
    },
    /// Something cannot be made into an item or a request.
    #[error("a {what} cannot be written")]
    Unwritable {
        /// Which kind of item.
        what: &'static str,
    },
    /// DynamoDB kept handing writes back, or a document kept changing while it was read.
    #[error("gave up after {attempts} attempts to {what}")]
    Exhausted {
        /// What was tried.
        what: &'static str,
        /// How often.
        attempts: u32,
    },
}

impl From<TableError> for PortError {
    fn from(error: TableError) -> Self {
        Self::unavailable(error)
    }
}

/// For requests whose required parts are all set.
#[allow(clippy::needless_pass_by_value)] // the shape that `map_err` wants
pub(crate) fn build(_: BuildError) -> PortError {
    TableError::Unwritable { what: "request" }.into()
}

/// Maps a failed call, for `map_err`.
pub(crate) fn call<E, R>(operation: &'static str) -> impl FnOnce(SdkError<E, R>) -> PortError
where
    E: ProvideErrorMetadata,
    SdkError<E, R>: aws_sdk_dynamodb::operation::RequestId,
{
    move |error| {
        let request = error.request_id().unwrap_or("none").to_owned();
        by_code(operation, &code(&error), request)
    }
}

/// Maps a failed transaction by its worst reason.
pub(crate) fn transaction<R>(error: SdkError<TransactWriteItemsError, R>) -> PortError
where
    SdkError<TransactWriteItemsError, R>: aws_sdk_dynamodb::operation::RequestId,
{
    const OPERATION: &str = "TransactWriteItems";
    let Some(TransactWriteItemsError::TransactionCanceledException(cancelled)) =
        error.as_service_error()
    else {
        return call(OPERATION)(error);
    };
    let reasons = cancelled.cancellation_reasons();
    let codes = reasons.iter().filter_map(|reason| reason.code());
    let worst = codes.filter(|code| *code != "None").max_by_key(|code| {
        // A refusal must not hide behind a conflict that a retry would cure.
        match *code {
            "ValidationError" | "ItemCollectionSizeLimitExceeded" => 2,
            "ConditionalCheckFailed" => 1,
            _ => 0,
        }
    });
    let request = error.request_id().unwrap_or("none").to_owned();
    by_code(OPERATION, worst.unwrap_or("TransactionCanceled"), request)
}

fn by_code(operation: &'static str, code: &str, request: String) -> PortError {
    match code {
        "ConditionalCheckFailedException"
        | "ConditionalCheckFailed"
        | "TransactionConflictException"
        | "TransactionConflict" => PortError::Conflict,
        "AccessDeniedException"
        | "UnrecognizedClientException"
        | "InvalidSignatureException"
        | "ValidationException"
        | "ValidationError"
        | "ItemCollectionSizeLimitExceeded" => {
            tracing::error!(operation, code, request, "DynamoDB refuses");
            PortError::Denied
        }
        code => TableError::Call {
            operation,
            code: code.to_owned(),
            request,
        }
        .into(),
    }
}

fn code<E: ProvideErrorMetadata, R>(error: &SdkError<E, R>) -> String {
    match error {
        SdkError::ServiceError(answer) => answer.err().code().unwrap_or("unknown"),
        SdkError::TimeoutError(_) => "timeout",
        SdkError::DispatchFailure(_) => "not reached",
        SdkError::ResponseError(_) => "broken answer",
        _ => "not sent",
    }
    .to_owned()
}

#[cfg(test)]
mod tests {
    use super::transaction;
    use aws_sdk_dynamodb::config::http::HttpResponse;
    use aws_sdk_dynamodb::error::SdkError;
    use aws_sdk_dynamodb::operation::transact_write_items::TransactWriteItemsError;
    use aws_sdk_dynamodb::types::CancellationReason;
    use aws_sdk_dynamodb::types::error::TransactionCanceledException;
    use domain::ports::PortError;

    fn cancelled(codes: &[&str]) -> PortError {
        let reason = |code: &&str| {
            let reason = CancellationReason::builder().code(*code);
            reason.message("canary").build()
        };
        let exception = TransactionCanceledException::builder()
            .set_cancellation_reasons(Some(codes.iter().map(reason).collect()))
            .message("canary")
            .build();
        let error = TransactWriteItemsError::TransactionCanceledException(exception);
        let answer = HttpResponse::new(400_u16.try_into().unwrap(), "canary".into());
        transaction(SdkError::service_error(error, answer))
    }

    #[test]
    fn a_transaction_fails_by_its_worst_reason() {
        let conflict = cancelled(&["None", "ConditionalCheckFailed", "None"]);
        assert!(matches!(conflict, PortError::Conflict));
        assert!(matches!(
            cancelled(&["TransactionConflict"]),
            PortError::Conflict
        ));
        let refused = cancelled(&["ConditionalCheckFailed", "ValidationError"]);
        assert!(matches!(refused, PortError::Denied));
        let busy = cancelled(&["None", "ThrottlingError"]);
        let text = format!("{busy:?}");
        assert!(matches!(busy, PortError::Unavailable(_)));
        assert!(text.contains("ThrottlingError") && !text.contains("canary"));
    }
}
