//! Places where source code lives.

use crate::definition::{Definition, Fits, GET, Place, has, says};

pub(super) const ALL: &[Definition] = &[
    Definition {
        rules: &["github-token", "github-fine-grained-token"],
        // ghr_ renews a token and is no token itself.
        fits: Fits::Except(&["ghr_"]),
        hosts: &["api.github.com"],
        // Every kind of token may ask, and it counts against no limit.
        path: "/rate_limit",
        headers: &[("Accept", "application/vnd.github+json")],
        active: &[has(200, "/resources/core/limit")],
        inactive: &[says(401, "/message", "Bad credentials")],
        // Installations of one's own give out the same form.
        is_elsewhere: true,
        source: "https://docs.github.com/rest/rate-limit/rate-limit",
        ..GET
    },
    Definition {
        rules: &["gitlab-token"],
        fits: Fits::Starts(&["glpat-"]),
        hosts: &["gitlab.com"],
        path: "/api/v4/personal_access_tokens/self",
        place: Place::Header("PRIVATE-TOKEN"),
        active: &[has(200, "/id"), says(403, "/error", "insufficient_scope")],
        inactive: &[has(401, "/message")],
        is_elsewhere: true,
        source: "https://docs.gitlab.com/api/personal_access_tokens/",
        ..GET
    },
];
