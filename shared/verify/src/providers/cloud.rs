//! Clouds and hosting.

use crate::beside::Beside;
use crate::definition::{Definition, Fits, GET, Place, has, says, text};

/// What Cloudflare answers about a token; an account's own tokens are asked about at another place, with the account's id.
const CLOUDFLARE: Definition = Definition {
    hosts: &["api.cloudflare.com"],
    path: "/client/v4/user/tokens/verify",
    active: &[says(200, "/result/status", "active")],
    // The code: there is another for an address that a token is not for.
    inactive: &[has(400, "/errors/0/code"), has(401, "/errors/0/code")],
    ended: &[
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
        inactive: &[
            says(401, "/id", "Unauthorized"),
            says(401, "/id", "unauthorized"),
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
        inactive: &[has(401, "/msg")],
        // An account may be for some addresses only.
        is_elsewhere: true,
        source: "https://www.fastly.com/documentation/reference/api/auth-tokens/user/#get-token-current",
        ..GET
    },
    Definition {
        rules: &["render-api-key"],
        hosts: &["api.render.com"],
        path: "/v1/users",
        active: &[has(200, "/email")],
        inactive: &[has(401, "/message")],
        source: "https://api-docs.render.com/reference/get-user",
        ..GET
    },
    Definition {
        rules: &["aws-secret-access-key", "aws-key-pair"],
        hosts: &[
            "sts.amazonaws.com",
            "sts.us-gov-west-1.amazonaws.com",
            "sts.cn-north-1.amazonaws.com.cn",
        ],
        path: "/?Action=GetCallerIdentity&Version=2011-06-15",
        place: Place::AwsSignature,
        active: &[text(200, "<GetCallerIdentityResult>")],
        inactive: &[text(403, "<Code>InvalidClientTokenId</Code>")],
        beside: Some(Beside::AwsKeyId),
        source: "https://docs.aws.amazon.com/STS/latest/APIReference/API_GetCallerIdentity.html",
        ..GET
    },
    Definition {
        rules: &["gcp-oauth-access-token"],
        hosts: &["oauth2.googleapis.com"],
        path: "/tokeninfo",
        place: Place::Query("access_token"),
        active: &[has(200, "/expires_in")],
        inactive: &[says(400, "/error", "invalid_token")],
        source: "https://developers.google.com/identity/protocols/oauth2",
        ..GET
    },
    Definition {
        rules: &["azure-devops-token"],
        hosts: &["app.vssps.visualstudio.com"],
        path: "/_apis/profile/profiles/me?api-version=7.1",
        place: Place::Basic(""),
        active: &[has(200, "/id")],
        inactive: &[text(401, "Access Denied")],
        // A token may be for other parts of the API only, or of a server of one's own.
        is_elsewhere: true,
        source: "https://learn.microsoft.com/rest/api/azure/devops/profile/profiles/get",
        ..GET
    },
    Definition {
        rules: &["vultr-api-key"],
        hosts: &["api.vultr.com"],
        path: "/v2/account",
        active: &[has(200, "/account")],
        inactive: &[says(401, "/error", "Invalid API token.")],
        source: "https://www.vultr.com/api/#tag/account/operation/get-account",
        ..GET
    },
    Definition {
        rules: &["supabase-key"],
        fits: Fits::Starts(&["sbp_"]),
        hosts: &["api.supabase.com"],
        path: "/v1/organizations",
        active: &[has(200, "/0/id")],
        inactive: &[has(401, "/message")],
        source: "https://supabase.com/docs/reference/api/v1-list-all-organizations",
        ..GET
    },
    Definition {
        rules: &["neon-key"],
        hosts: &["console.neon.tech"],
        path: "/api/v2/auth",
        active: &[has(200, "/account_id")],
        inactive: &[has(401, "/message")],
        source: "https://neon.com/docs/reference/api/users/get-auth-details",
        ..GET
    },
    Definition {
        rules: &["tailscale-key"],
        fits: Fits::Starts(&["tskey-api-"]),
        hosts: &["api.tailscale.com"],
        path: "/api/v2/tailnet/-/devices",
        active: &[has(200, "/devices")],
        inactive: &[has(401, "/message")],
        source: "https://tailscale.com/api#tag/devices/GET/tailnet/{tailnet}/devices",
        ..GET
    },
    Definition {
        rules: &["dnsimple-token"],
        hosts: &["api.dnsimple.com"],
        path: "/v2/whoami",
        active: &[has(200, "/data")],
        inactive: &[says(401, "/message", "Authentication failed")],
        // There is a sandbox as well.
        is_elsewhere: true,
        source: "https://developer.dnsimple.com/v2/identity/",
        ..GET
    },
];
