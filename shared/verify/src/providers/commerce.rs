//! Payment and shops.

use crate::beside::Beside;
use crate::definition::{Definition, Fits, GET, Method, Place, has, says};

pub(super) const ALL: &[Definition] = &[
    Definition {
        rules: &["stripe-secret-key"],
        fits: Fits::Starts(&["sk_live_", "sk_test_", "rk_live_", "rk_test_"]),
        hosts: &["api.stripe.com"],
        path: "/v1/balance",
        // A restricted key that may not read the balance is told so.
        active: &[says(200, "/object", "balance"), has(403, "/error/type")],
        inactive: &[says(401, "/error/type", "invalid_request_error")],
        ended: &[says(401, "/error/code", "api_key_expired")],
        source: "https://docs.stripe.com/api/balance/balance_retrieve",
        ..GET
    },
    Definition {
        rules: &["square-access-token"],
        hosts: &["connect.squareup.com", "connect.squareupsandbox.com"],
        method: Method::Post(""),
        path: "/oauth2/token/status",
        active: &[has(200, "/client_id")],
        inactive: &[
            says(401, "/errors/0/code", "UNAUTHORIZED"),
            says(401, "/type", "service.not_authorized"),
        ],
        ended: &[
            says(401, "/errors/0/code", "ACCESS_TOKEN_EXPIRED"),
            says(401, "/errors/0/code", "ACCESS_TOKEN_REVOKED"),
        ],
        source: "https://developer.squareup.com/reference/square/o-auth-api/RetrieveTokenStatus",
        ..GET
    },
    Definition {
        rules: &["paystack-key"],
        hosts: &["api.paystack.co"],
        path: "/balance",
        active: &[says(200, "/status", "true")],
        inactive: &[says(401, "/message", "Invalid key")],
        source: "https://paystack.com/docs/api/transfer-control/#balance",
        ..GET
    },
    Definition {
        rules: &["mollie-key"],
        fits: Fits::Starts(&["live_", "test_"]),
        hosts: &["api.mollie.com"],
        path: "/v2/methods",
        active: &[has(200, "/_embedded/methods")],
        inactive: &[says(401, "/title", "Unauthorized Request")],
        source: "https://docs.mollie.com/reference/list-methods",
        ..GET
    },
    Definition {
        rules: &["lemon-squeezy-key"],
        hosts: &["api.lemonsqueezy.com"],
        path: "/v1/users/me",
        headers: &[("Accept", "application/vnd.api+json")],
        active: &[has(200, "/data/id")],
        inactive: &[has(401, "/errors/0/detail")],
        source: "https://docs.lemonsqueezy.com/api/users/retrieve-user",
        ..GET
    },
    Definition {
        rules: &["shopify-token"],
        // The other forms are no tokens: they make them, or sign.
        fits: Fits::Starts(&["shpat_", "shpca_", "shppa_"]),
        hosts: &["myshopify.com"],
        path: "/admin/oauth/access_scopes.json",
        place: Place::Header("X-Shopify-Access-Token"),
        active: &[has(200, "/access_scopes")],
        inactive: &[has(401, "/errors")],
        beside: Some(Beside::Shop),
        source: "https://shopify.dev/docs/api/admin-rest/latest/resources/accessscope",
        ..GET
    },
];
