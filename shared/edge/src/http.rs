//! API Gateway in, one [`Endpoint`] in the middle, API Gateway out.

use api::{Access, ApiError, Caller, Endpoint, Reply, Request, Role, Route};
use domain::{CorrelationId, JobId, TenantId};
use jiff::Timestamp;
use lambda_http::request::RequestContext;
use lambda_http::{Body, RequestExt as _, Response, service_fn};
use tracing::Instrument as _;

use crate::StartError;

/// On every answer (OWASP REST security cheat sheet).
const SECURITY_HEADERS: [(&str, &str); 5] = [
    ("cache-control", "no-store"),
    (
        "content-security-policy",
        "default-src 'none'; frame-ancestors 'none'",
    ),
    ("referrer-policy", "no-referrer"),
    (
        "strict-transport-security",
        "max-age=31536000; includeSubDomains",
    ),
    ("x-content-type-options", "nosniff"),
];

/// Serves one endpoint until Lambda shuts the environment down.
pub async fn serve<E: Endpoint>(endpoint: E) -> Result<(), StartError> {
    telemetry::init();
    let endpoint = &endpoint;
    lambda_http::run(service_fn(move |request| respond(endpoint, request))).await
}

/// Answers one event as API Gateway sends it (`events/api-*.json`): what [`serve`] does, without Lambda around it. For
/// tests.
pub async fn answer_event<E: Endpoint>(
    endpoint: &E,
    event: &str,
) -> Result<Response<Body>, StartError> {
    respond(endpoint, lambda_http::request::from_str(event)?).await
}

async fn respond<E: Endpoint>(
    endpoint: &E,
    request: lambda_http::Request,
) -> Result<Response<Body>, StartError> {
    let request = decode(&request);
    let span = span::<E>(&request);
    let reply = answer(endpoint, &request).instrument(span).await;
    encode(reply, &request.correlation_id)
}

/// What every line of a request's log shows: who asked for what. No query, no body, no header: any of them may hold a
/// secret that was sent by mistake.
fn span<E: Endpoint>(request: &Request) -> tracing::Span {
    let span = tracing::info_span!(
        "request",
        endpoint = E::NAME,
        correlation_id = %request.correlation_id,
        tenant = tracing::field::Empty,
        actor = tracing::field::Empty,
        job = tracing::field::Empty,
    );
    if let Some(caller) = &request.caller {
        span.record("tenant", caller.tenant.as_str());
        span.record("actor", &caller.actor);
    }
    let job = request.path.get("id");
    if let Some(job) = job.filter(|id| JobId::is_well_formed(id)) {
        span.record("job", job);
    }
    span
}

/// Checks the caller against the route, asks the endpoint, logs once.
async fn answer<E: Endpoint>(endpoint: &E, request: &Request) -> Reply {
    let started = std::time::Instant::now();
    let outcome = match admit(E::NAME, request.caller.as_ref()) {
        Ok(()) => endpoint.call(request).await,
        Err(error) => Err(error),
    };
    let reply = outcome.unwrap_or_else(|error| {
        if let ApiError::Internal(cause) | ApiError::Unavailable(cause) = &error {
            tracing::error!(error = ?cause, "failed");
        }
        error.to_reply(&request.correlation_id)
    });
    let milliseconds = u64::try_from(started.elapsed().as_millis()).unwrap_or(u64::MAX);
    tracing::info!(status = reply.status.as_u16(), milliseconds, "answered");
    reply
}

/// Whether this caller may use the route of `slug`.
fn admit(slug: &str, caller: Option<&Caller>) -> Result<(), ApiError> {
    match (Route::of(slug).map(|route| route.access), caller) {
        (Some(Access::Public), _) => Ok(()),
        (Some(Access::AtLeast(role)), Some(caller)) if caller.role >= role => Ok(()),
        (Some(Access::AtLeast(_)), Some(_)) => Err(ApiError::Forbidden),
        (Some(Access::AtLeast(_)), None) | (None, _) => Err(ApiError::Unauthenticated),
    }
}

fn decode(request: &lambda_http::Request) -> Request {
    let header = |name: &str| {
        request
            .headers()
            .get(name)
            .and_then(|value| value.to_str().ok())
            .map(str::to_owned)
    };
    let pairs = |map: lambda_http::aws_lambda_events::query_map::QueryMap| {
        map.iter()
            .map(|(key, value)| (key.to_owned(), value.to_owned()))
            .collect()
    };
    let (context, path) = match request.request_context_ref() {
        Some(RequestContext::ApiGatewayV2(context)) => {
            (Some(context), request.raw_http_path().to_owned())
        }
        _ => (None, request.uri().path().to_owned()),
    };
    Request {
        caller: context.and_then(|context| caller(context.authorizer.as_ref()?)),
        correlation_id: header("x-correlation-id")
            .filter(|id| is_sane(id))
            .map_or_else(CorrelationId::generate, CorrelationId::new),
        now: Timestamp::now(),
        target: format!("{} {path}", request.method()),
        path: pairs(request.path_parameters()),
        query: pairs(request.query_string_parameters()),
        idempotency_key: header("idempotency-key"),
        body: request.body().as_ref().to_vec(),
    }
}

/// What the authorizer established. Nothing that a client sends gets here.
fn caller(
    authorizer: &lambda_http::aws_lambda_events::apigw::ApiGatewayRequestAuthorizer,
) -> Option<Caller> {
    let text = |name: &str| authorizer.fields.get(name).and_then(|value| value.as_str());
    Some(Caller {
        tenant: TenantId::new(text("tenant").filter(|tenant| !tenant.is_empty())?),
        actor: text("actor")?.to_owned(),
        role: Role::parse(text("role")?)?,
    })
}

/// A correlation id ends up in logs and messages: only what cannot do harm there is taken over.
fn is_sane(id: &str) -> bool {
    (8..=64).contains(&id.len())
        && id
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || b"-_.".contains(&b))
}

fn encode(reply: Reply, correlation_id: &CorrelationId) -> Result<Response<Body>, StartError> {
    let mut response = Response::builder()
        .status(reply.status)
        .header("x-correlation-id", correlation_id.as_str());
    for (name, value) in SECURITY_HEADERS {
        response = response.header(name, value);
    }
    if let Some(location) = reply.location {
        response = response.header("location", location);
    }
    if let Some(seconds) = reply.retry_after {
        response = response.header("retry-after", seconds);
    }
    let body = match reply.body {
        Some(body) => {
            response = response.header("content-type", reply.content_type);
            Body::Text(body.to_string())
        }
        None => Body::Empty,
    };
    Ok(response.body(body)?)
}
