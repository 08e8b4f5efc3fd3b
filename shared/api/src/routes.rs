//! Every route of `/api/v2`: the one table that the edge, the template, the OpenAPI document and the tests go by.

use crate::Role;

/// Who may ask.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Access {
    /// Anybody.
    Public,
    /// Members with at least this role.
    AtLeast(Role),
}

/// One route.
#[derive(Clone, Copy, Debug)]
pub struct Route {
    /// The method.
    pub method: &'static str,
    /// The path, with `{name}` for values.
    pub path: &'static str,
    /// The function's folder, and [`crate::Endpoint::NAME`].
    pub slug: &'static str,
    /// Who may ask.
    pub access: Access,
    /// The status of success.
    pub success: u16,
    /// What it is for.
    pub summary: &'static str,
}

const LOOK: Access = Access::AtLeast(Role::Readonly);
const ACT: Access = Access::AtLeast(Role::User);

const fn route(
    method: &'static str,
    path: &'static str,
    slug: &'static str,
    access: Access,
    success: u16,
    summary: &'static str,
) -> Route {
    Route {
        method,
        path,
        slug,
        access,
        success,
        summary,
    }
}

/// Every route.
pub const ROUTES: &[Route] = &[
    route(
        "GET",
        "/api/v2/health",
        "api-health-live",
        Access::Public,
        200,
        "Alive; touches nothing",
    ),
    route(
        "GET",
        "/api/v2/health/ready",
        "api-health-ready",
        Access::Public,
        200,
        "Queues, table and bucket answer",
    ),
    route(
        "POST",
        "/api/v2/jobs",
        "api-jobs-create",
        ACT,
        201,
        "Start a job: fetch a repository and scan its history",
    ),
    route(
        "GET",
        "/api/v2/jobs",
        "api-jobs-list",
        LOOK,
        200,
        "Your jobs, newest first",
    ),
    route(
        "GET",
        "/api/v2/jobs/{id}",
        "api-jobs-get",
        LOOK,
        200,
        "A job with its first secrets and links",
    ),
    route(
        "DELETE",
        "/api/v2/jobs/{id}",
        "api-jobs-cancel",
        ACT,
        204,
        "Cancel the job and delete what was stored",
    ),
    route(
        "GET",
        "/api/v2/jobs/{id}/secrets",
        "api-secrets-list",
        LOOK,
        200,
        "What the scan found",
    ),
    route(
        "POST",
        "/api/v2/jobs/{id}/secrets/select",
        "api-secrets-select",
        ACT,
        200,
        "Choose which secrets to clean",
    ),
    route(
        "PATCH",
        "/api/v2/jobs/{id}/secrets/{secret_id}",
        "api-secrets-update",
        ACT,
        200,
        "Select or mark one secret",
    ),
    route(
        "POST",
        "/api/v2/jobs/{id}/clean",
        "api-jobs-clean",
        ACT,
        202,
        "Rewrite the history without the selected secrets",
    ),
    route(
        "GET",
        "/api/v2/jobs/{id}/download",
        "api-jobs-download",
        LOOK,
        302,
        "The clean history",
    ),
    route(
        "GET",
        "/api/v2/jobs/{id}/report",
        "api-jobs-report",
        LOOK,
        302,
        "The scan's report",
    ),
    route(
        "POST",
        "/api/v2/jobs/{id}/push",
        "api-jobs-push",
        ACT,
        202,
        "Push the clean history to its new home",
    ),
    route(
        "GET",
        "/api/v2/jobs/{id}/events",
        "api-events-list",
        LOOK,
        200,
        "What happened to the job",
    ),
    route(
        "POST",
        "/api/v2/policies",
        "api-policies-create",
        ACT,
        201,
        "Store a version of the workspace's policy, without using it yet",
    ),
    route(
        "GET",
        "/api/v2/policies",
        "api-policies-list",
        LOOK,
        200,
        "The stored versions, newest first, and which one is active",
    ),
    route(
        "GET",
        "/api/v2/policies/{version}",
        "api-policies-get",
        LOOK,
        200,
        "One version of the policy",
    ),
    route(
        "POST",
        "/api/v2/policies/{version}/activate",
        "api-policies-activate",
        ACT,
        200,
        "Have jobs without a policy of their own use this version, or with `none` no policy",
    ),
    route("GET", "/api/v2/stats", "api-stats-get", LOOK, 200, "Totals"),
];

impl Route {
    /// The route of the function `slug`.
    pub fn of(slug: &str) -> Option<&'static Self> {
        ROUTES.iter().find(|route| route.slug == slug)
    }
}
