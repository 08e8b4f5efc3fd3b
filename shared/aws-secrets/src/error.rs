//! What Secrets Manager's answers mean to a caller. Never a byte of a secret, never its length.

use aws_sdk_secretsmanager::error::ProvideErrorMetadata as _;
use aws_sdk_secretsmanager::error::SdkError;
use aws_sdk_secretsmanager::operation::RequestId as _;
use aws_sdk_secretsmanager::operation::get_secret_value::GetSecretValueError;
use domain::ports::PortError;

/// Why a secret could not be had; the cause inside [`PortError::Unavailable`].
#[derive(Debug, thiserror::Error)]
pub enum SecretsError {
    /// Secrets Manager did not give it.
    #[error("GetSecretValue failed for the {secret} secret: {code} (request {request})")]
    Call {
        /// Which secret.
        secret: &'static str,
        /// The service's code, or what kept the call from arriving.
        code: String,
        /// For AWS's support.
        request: String,
    },
    /// It does not have the form that the stack gives it.
    #[error("the {secret} secret is malformed; it must be {form}")]
    Malformed {
        /// Which secret.
        secret: &'static str,
        /// What it should be.
        form: &'static str,
    },
}

/// Maps a failed call, for `map_err`.
pub(crate) fn call<R>(
    secret: &'static str,
) -> impl FnOnce(SdkError<GetSecretValueError, R>) -> PortError
where
    SdkError<GetSecretValueError, R>: aws_sdk_secretsmanager::operation::RequestId,
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
        if code.starts_with("AccessDenied") {
            tracing::error!(secret, code, request, "Secrets Manager refuses");
            return PortError::Denied;
        }
        PortError::unavailable(SecretsError::Call {
            secret,
            code: code.to_owned(),
            request,
        })
    }
}
