//! Payment and shops.

use crate::definition::{Definition, Fits, GET, Method, has, says};

pub(super) const ALL: &[Definition] = &[
    Definition {
        rules: &["stripe-secret-key"],
        fits: Fits::Starts(&["sk_live_", "sk_test_", "rk_live_", "rk_test_"]),
        hosts: &["api.stripe.com"],
        path: "/v1/balance",
        // A restricted key that may not read the balance is told so.
        active: &[says(200, "/object", "balance"), has(403, "/error/type")],
        inactive: &[has(401, "/error/type")],
        source: "https://docs.stripe.com/api/balance/balance_retrieve",
        ..GET
    },
    Definition {
        rules: &["square-access-token"],
        hosts: &["connect.squareup.com", "connect.squareupsandbox.com"],
        method: Method::Post(""),
        path: "/oauth2/token/status",
        active: &[has(200, "/client_id")],
        source: "https://developer.squareup.com/reference/square/o-auth-api/RetrieveTokenStatus",
        ..GET
    },
    Definition {
        rules: &["paystack-key"],
        hosts: &["api.paystack.co"],
        path: "/balance",
        active: &[says(200, "/status", "true")],
        inactive: &[says(401, "/status", "false")],
        source: "https://paystack.com/docs/api/transfer-control/#balance",
        ..GET
    },
];
