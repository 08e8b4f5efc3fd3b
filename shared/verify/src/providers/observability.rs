//! Watching what runs.

use crate::definition::{Definition, Fits, GET, Method, Place, has, says};

pub(super) const ALL: &[Definition] = &[
    Definition {
        rules: &["datadog-key"],
        // Keys of applications are longer, and mean nothing without a key of the API.
        fits: Fits::Long(32),
        hosts: &[
            "api.datadoghq.com",
            "api.datadoghq.eu",
            "api.us3.datadoghq.com",
            "api.us5.datadoghq.com",
            "api.ap1.datadoghq.com",
            "api.ap2.datadoghq.com",
            "api.ddog-gov.com",
        ],
        path: "/api/v1/validate",
        place: Place::Header("DD-API-KEY"),
        active: &[says(200, "/valid", "true")],
        inactive: &[has(403, "/errors")],
        source: "https://docs.datadoghq.com/api/latest/authentication/#validate-api-key",
        ..GET
    },
    Definition {
        rules: &["newrelic-key"],
        fits: Fits::Starts(&["NRAK-"]),
        hosts: &["api.newrelic.com", "api.eu.newrelic.com"],
        method: Method::Post(r#"{"query":"{ actor { user { id } } }"}"#),
        path: "/graphql",
        place: Place::Header("API-Key"),
        active: &[has(200, "/data/actor/user/id")],
        inactive: &[has(401, "/errors/0/message")],
        source: "https://docs.newrelic.com/docs/apis/nerdgraph/get-started/introduction-new-relic-nerdgraph/",
        ..GET
    },
    Definition {
        rules: &["sentry-token"],
        hosts: &["sentry.io"],
        path: "/api/0/",
        active: &[has(200, "/auth/scopes")],
        inactive: &[has(401, "/detail")],
        is_elsewhere: true,
        source: "https://docs.sentry.io/api/auth/",
        ..GET
    },
    Definition {
        rules: &["pagerduty-key"],
        fits: Fits::Long(20),
        hosts: &["api.pagerduty.com", "api.eu.pagerduty.com"],
        path: "/abilities",
        place: Place::Authorization("Token token="),
        active: &[has(200, "/abilities")],
        inactive: &[has(401, "/error/message")],
        source: "https://developer.pagerduty.com/api-reference/e2a42c6b25d5f-list-abilities",
        ..GET
    },
    Definition {
        rules: &["honeycomb-key"],
        fits: Fits::Starts(&["hcaik_", "hcbik_", "hccik_"]),
        hosts: &["api.honeycomb.io", "api.eu1.honeycomb.io"],
        path: "/1/auth",
        place: Place::Header("X-Honeycomb-Team"),
        active: &[has(200, "/team")],
        inactive: &[has(401, "/error")],
        source: "https://api-docs.honeycomb.io/api/auth/getauth",
        ..GET
    },
    Definition {
        rules: &["posthog-key"],
        fits: Fits::Starts(&["phx_"]),
        hosts: &["us.posthog.com", "eu.posthog.com"],
        path: "/api/users/@me/",
        active: &[has(200, "/uuid"), says(403, "/code", "permission_denied")],
        inactive: &[says(401, "/code", "authentication_failed")],
        // Installations of one's own give out the same form.
        is_elsewhere: true,
        source: "https://posthog.com/docs/api/user",
        ..GET
    },
];
