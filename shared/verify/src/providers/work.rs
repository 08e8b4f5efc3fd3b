//! What people work together with.

use crate::definition::{Definition, Fits, GET, Method, Place, has, says};

pub(super) const ALL: &[Definition] = &[
    Definition {
        rules: &["notion-token"],
        hosts: &["api.notion.com"],
        path: "/v1/users/me",
        headers: &[("Notion-Version", "2022-06-28")],
        active: &[says(200, "/object", "user")],
        inactive: &[says(401, "/code", "unauthorized")],
        source: "https://developers.notion.com/reference/get-self",
        ..GET
    },
    Definition {
        rules: &["linear-key"],
        fits: Fits::Starts(&["lin_api_"]),
        hosts: &["api.linear.app"],
        method: Method::Post(r#"{"query":"{ viewer { id } }"}"#),
        path: "/graphql",
        place: Place::Authorization(""),
        active: &[has(200, "/data/viewer/id")],
        inactive: &[
            says(401, "/errors/0/extensions/code", "AUTHENTICATION_ERROR"),
            says(400, "/errors/0/extensions/code", "AUTHENTICATION_ERROR"),
        ],
        source: "https://linear.app/developers/graphql",
        ..GET
    },
    Definition {
        rules: &["figma-token"],
        fits: Fits::Starts(&["figd_"]),
        hosts: &["api.figma.com"],
        path: "/v1/me",
        place: Place::Header("X-Figma-Token"),
        active: &[has(200, "/id")],
        inactive: &[says(403, "/err", "Invalid token")],
        ended: &[says(403, "/err", "Token expired")],
        // 403 is also what a token gets that may not ask who it is of.
        source: "https://developers.figma.com/docs/rest-api/users-endpoints/",
        ..GET
    },
    Definition {
        rules: &["airtable-token"],
        fits: Fits::Starts(&["pat"]),
        hosts: &["api.airtable.com"],
        path: "/v0/meta/whoami",
        active: &[has(200, "/id")],
        inactive: &[says(401, "/error/type", "AUTHENTICATION_REQUIRED")],
        source: "https://airtable.com/developers/web/api/get-user-id-scopes",
        ..GET
    },
    Definition {
        rules: &["asana-token"],
        hosts: &["app.asana.com"],
        path: "/api/1.0/users/me",
        active: &[has(200, "/data/gid")],
        inactive: &[has(401, "/errors/0/message")],
        source: "https://developers.asana.com/reference/getuser",
        ..GET
    },
    Definition {
        rules: &["dropbox-token"],
        fits: Fits::Starts(&["sl."]),
        hosts: &["api.dropboxapi.com"],
        method: Method::Post(r#"{"query":"deployguard"}"#),
        path: "/2/check/user",
        active: &[
            says(200, "/result", "deployguard"),
            says(401, "/error/.tag", "missing_scope"),
        ],
        inactive: &[says(401, "/error/.tag", "invalid_access_token")],
        ended: &[says(401, "/error/.tag", "expired_access_token")],
        source: "https://www.dropbox.com/developers/documentation/http/documentation#check-user",
        ..GET
    },
    Definition {
        rules: &["clickup-token"],
        hosts: &["api.clickup.com"],
        path: "/api/v2/user",
        place: Place::Authorization(""),
        active: &[has(200, "/user/id")],
        inactive: &[has(401, "/ECODE")],
        source: "https://developer.clickup.com/reference/getauthorizeduser",
        ..GET
    },
    Definition {
        rules: &["contentful-token"],
        hosts: &["api.contentful.com", "api.eu.contentful.com"],
        path: "/users/me",
        active: &[says(200, "/sys/type", "User")],
        inactive: &[says(401, "/sys/id", "AccessTokenInvalid")],
        source: "https://www.contentful.com/developers/docs/references/content-management-api/#/reference/users",
        ..GET
    },
    Definition {
        rules: &["mapbox-secret-token"],
        hosts: &["api.mapbox.com"],
        path: "/tokens/v2",
        place: Place::Query("access_token"),
        active: &[says(200, "/code", "TokenValid")],
        inactive: &[
            says(200, "/code", "TokenInvalid"),
            says(200, "/code", "TokenMalformed"),
        ],
        ended: &[
            says(200, "/code", "TokenExpired"),
            says(200, "/code", "TokenRevoked"),
        ],
        source: "https://docs.mapbox.com/api/accounts/tokens/#retrieve-a-token",
        ..GET
    },
    Definition {
        rules: &["shortcut-token"],
        hosts: &["api.app.shortcut.com"],
        path: "/api/v3/member",
        place: Place::Header("Shortcut-Token"),
        active: &[has(200, "/id")],
        inactive: &[has(401, "/message")],
        source: "https://developer.shortcut.com/api/rest/v3#Get-Current-Member-Info",
        ..GET
    },
    Definition {
        rules: &["monday-token"],
        hosts: &["api.monday.com"],
        method: Method::Post(r#"{"query":"{ me { id } }"}"#),
        path: "/v2",
        place: Place::Authorization(""),
        active: &[has(200, "/data/me/id")],
        inactive: &[has(401, "/errors/0")],
        source: "https://developer.monday.com/api-reference/docs/authentication",
        ..GET
    },
    Definition {
        rules: &["miro-token"],
        hosts: &["api.miro.com"],
        path: "/v1/oauth-token",
        active: &[says(200, "/type", "oAuthToken")],
        inactive: &[has(401, "/code")],
        source: "https://developers.miro.com/reference/token-info",
        ..GET
    },
    Definition {
        rules: &["typeform-token"],
        hosts: &["api.typeform.com"],
        path: "/me",
        active: &[has(200, "/user_id")],
        inactive: &[says(401, "/code", "AUTHENTICATION_FAILED")],
        // Accounts in the EU have another host.
        is_elsewhere: true,
        source: "https://www.typeform.com/developers/accounts/reference/retrieve-own-account/",
        ..GET
    },
    Definition {
        rules: &["calendly-token"],
        hosts: &["api.calendly.com"],
        path: "/users/me",
        active: &[has(200, "/resource/uri")],
        inactive: &[says(401, "/title", "Unauthenticated")],
        source: "https://developer.calendly.com/api-docs/005832c83aeae-get-current-user",
        ..GET
    },
    Definition {
        rules: &["pipedrive-token"],
        hosts: &["api.pipedrive.com"],
        path: "/v1/users/me",
        place: Place::Header("x-api-token"),
        active: &[has(200, "/data/id")],
        inactive: &[has(401, "/error")],
        source: "https://developers.pipedrive.com/docs/api/v1/Users#getCurrentUser",
        ..GET
    },
];
