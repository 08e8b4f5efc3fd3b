//! Clouds and hosting.

use crate::definition::{Definition, Fits, GET, Place, has, says};

/// What Cloudflare answers about a token; an account's own tokens are asked about at another place, with the account's id.
const CLOUDFLARE: Definition = Definition {
    hosts: &["api.cloudflare.com"],
    path: "/client/v4/user/tokens/verify",
    active: &[says(200, "/result/status", "active")],
    inactive: &[
        says(400, "/success", "false"),
        says(401, "/success", "false"),
        says(200, "/result/status", "disabled"),
        says(200, "/result/status", "expired"),
    ],
    source: "https://developers.cloudflare.com/api/resources/user/subresources/tokens/methods/verify/",
    ..GET
};

pub(super) const ALL: &[Definition] = &[
    Definition {
        rules: &["cloudflare-scannable-token"],
        fits: Fits::Starts(&["cfut_"]),
        ..CLOUDFLARE
    },
    Definition {
        rules: &["cloudflare-api-token"],
        fits: Fits::Long(40),
        is_elsewhere: true,
        ..CLOUDFLARE
    },
    Definition {
        rules: &["digitalocean-token"],
        fits: Fits::Starts(&["dop_v1_", "doo_v1_"]),
        hosts: &["api.digitalocean.com"],
        path: "/v2/account",
        active: &[
            has(200, "/account"),
            says(403, "/id", "Forbidden"),
            says(403, "/id", "forbidden"),
        ],
        source: "https://docs.digitalocean.com/reference/api/digitalocean/#operation/account_get",
        ..GET
    },
    Definition {
        rules: &["heroku-api-key"],
        hosts: &["api.heroku.com"],
        path: "/account",
        headers: &[("Accept", "application/vnd.heroku+json; version=3")],
        active: &[has(200, "/email"), says(403, "/id", "forbidden")],
        inactive: &[says(401, "/id", "unauthorized")],
        source: "https://devcenter.heroku.com/articles/platform-api-reference#account",
        ..GET
    },
    Definition {
        rules: &["linode-token"],
        hosts: &["api.linode.com"],
        path: "/v4/profile",
        active: &[has(200, "/username")],
        // 401 is also what a token gets that may not read the profile.
        inactive: &[says(401, "/errors/0/reason", "Invalid Token")],
        source: "https://techdocs.akamai.com/linode-api/reference/get-profile",
        ..GET
    },
    Definition {
        rules: &["hetzner-token"],
        hosts: &["api.hetzner.cloud"],
        path: "/v1/locations",
        active: &[has(200, "/locations")],
        inactive: &[says(401, "/error/code", "unauthorized")],
        source: "https://docs.hetzner.cloud/reference/cloud#locations",
        ..GET
    },
    Definition {
        rules: &["fastly-token"],
        hosts: &["api.fastly.com"],
        path: "/tokens/self",
        place: Place::Header("Fastly-Key"),
        active: &[has(200, "/id")],
        source: "https://www.fastly.com/documentation/reference/api/auth-tokens/user/#get-token-current",
        ..GET
    },
    Definition {
        rules: &["render-api-key"],
        hosts: &["api.render.com"],
        path: "/v1/users",
        active: &[has(200, "/email")],
        source: "https://api-docs.render.com/reference/get-user",
        ..GET
    },
];
