//! Building, registries, and what deploys.

use crate::definition::{Definition, Fits, GET, Place, has, says};

pub(super) const ALL: &[Definition] = &[
    Definition {
        rules: &["circleci-token"],
        fits: Fits::Starts(&["CCIPAT_"]),
        hosts: &["circleci.com"],
        path: "/api/v2/me",
        place: Place::Header("Circle-Token"),
        active: &[has(200, "/id")],
        inactive: &[has(401, "/message")],
        // Installations of one's own give out the same form.
        is_elsewhere: true,
        source: "https://circleci.com/docs/api/v2/#operation/getCurrentUser",
        ..GET
    },
    Definition {
        rules: &["buildkite-token"],
        fits: Fits::Starts(&["bkua_"]),
        hosts: &["api.buildkite.com"],
        path: "/v2/access-token",
        active: &[has(200, "/uuid")],
        inactive: &[has(401, "/message")],
        // A token may be for some addresses only.
        is_elsewhere: true,
        source: "https://buildkite.com/docs/apis/rest-api/access-token",
        ..GET
    },
    Definition {
        rules: &["terraform-cloud-token"],
        hosts: &["app.terraform.io"],
        path: "/api/v2/account/details",
        active: &[has(200, "/data/id")],
        inactive: &[has(401, "/errors/0/title")],
        is_elsewhere: true,
        source: "https://developer.hashicorp.com/terraform/cloud-docs/api-docs/account",
        ..GET
    },
    Definition {
        rules: &["pulumi-token"],
        hosts: &["api.pulumi.com"],
        path: "/api/user",
        place: Place::Authorization("token "),
        active: &[has(200, "/githubLogin")],
        inactive: &[has(401, "/message")],
        is_elsewhere: true,
        source: "https://www.pulumi.com/docs/reference/cloud-rest-api/",
        ..GET
    },
    Definition {
        rules: &["doppler-token"],
        fits: Fits::Except(&["dp.scim.", "dp.audit."]),
        hosts: &["api.doppler.com"],
        path: "/v3/me",
        active: &[has(200, "/type")],
        inactive: &[says(401, "/messages/0", "Invalid Auth token")],
        source: "https://docs.doppler.com/reference/auth-me",
        ..GET
    },
    Definition {
        rules: &["snyk-token"],
        fits: Fits::Long(36),
        hosts: &[
            "api.snyk.io",
            "api.us.snyk.io",
            "api.eu.snyk.io",
            "api.au.snyk.io",
        ],
        path: "/rest/self?version=2024-10-15",
        place: Place::Authorization("token "),
        active: &[has(200, "/data/id")],
        inactive: &[has(401, "/errors/0/detail")],
        // There are installations for one customer.
        is_elsewhere: true,
        source: "https://docs.snyk.io/snyk-api/reference/users",
        ..GET
    },
    Definition {
        rules: &["launchdarkly-key"],
        fits: Fits::Starts(&["api-"]),
        hosts: &[
            "app.launchdarkly.com",
            "app.eu.launchdarkly.com",
            "app.launchdarkly.us",
        ],
        path: "/api/v2/caller-identity",
        place: Place::Authorization(""),
        active: &[has(200, "/accountId")],
        inactive: &[says(401, "/code", "unauthorized")],
        source: "https://launchdarkly.com/docs/api/other/get-caller-identity",
        ..GET
    },
    Definition {
        rules: &["postman-key"],
        hosts: &["api.getpostman.com"],
        path: "/me",
        place: Place::Header("X-Api-Key"),
        active: &[has(200, "/user")],
        inactive: &[says(401, "/error/name", "AuthenticationError")],
        // Accounts in the EU have another host.
        is_elsewhere: true,
        source: "https://www.postman.com/postman/postman-public-workspace/documentation/12959542-c8142d51-e97c-46b6-bd77-52bb66712c9a",
        ..GET
    },
    Definition {
        rules: &["netlify-token"],
        fits: Fits::Starts(&["nfp_"]),
        hosts: &["api.netlify.com"],
        path: "/api/v1/user",
        active: &[has(200, "/id")],
        inactive: &[says(401, "/message", "Access Denied")],
        source: "https://open-api.netlify.com/#tag/user/operation/getCurrentUser",
        ..GET
    },
    Definition {
        rules: &["vercel-token", "vercel-prefixed-token"],
        fits: Fits::Except(&["vca_", "vci_", "vck_", "vcr_"]),
        hosts: &["api.vercel.com"],
        path: "/v2/user",
        active: &[has(200, "/user")],
        inactive: &[says(403, "/error/invalidToken", "true")],
        source: "https://vercel.com/docs/rest-api/reference/endpoints/user/get-the-user",
        ..GET
    },
    Definition {
        rules: &["bitrise-token"],
        hosts: &["api.bitrise.io"],
        path: "/v0.1/me",
        place: Place::Authorization(""),
        active: &[has(200, "/data/slug")],
        inactive: &[has(401, "/message")],
        source: "https://docs.bitrise.io/en/bitrise-ci/api/authenticating-with-the-bitrise-api.html",
        ..GET
    },
    Definition {
        rules: &["webflow-token"],
        hosts: &["api.webflow.com"],
        path: "/v2/token/introspect",
        active: &[has(200, "/authorization/id")],
        inactive: &[says(401, "/code", "not_authorized")],
        source: "https://developers.webflow.com/data/reference/token/introspect",
        ..GET
    },
];
