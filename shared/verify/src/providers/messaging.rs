//! Mail, chat and bots.

use crate::definition::{Definition, Fits, GET, Method, Place, has, says};

pub(super) const ALL: &[Definition] = &[
    Definition {
        rules: &["slack-token"],
        fits: Fits::Starts(&["xoxb-", "xoxp-", "xoxe.xox"]),
        hosts: &["slack.com"],
        method: Method::Post(""),
        path: "/api/auth.test",
        active: &[says(200, "/ok", "true")],
        inactive: &[
            says(200, "/error", "invalid_auth"),
            says(200, "/error", "account_inactive"),
            says(200, "/error", "token_revoked"),
            says(200, "/error", "token_expired"),
        ],
        source: "https://docs.slack.dev/reference/methods/auth.test",
        ..GET
    },
    Definition {
        rules: &["discord-bot-token"],
        hosts: &["discord.com"],
        path: "/api/v10/users/@me",
        place: Place::Authorization("Bot "),
        active: &[has(200, "/id")],
        source: "https://discord.com/developers/docs/resources/user#get-current-user",
        ..GET
    },
    Definition {
        rules: &["telegram-bot-token"],
        hosts: &["api.telegram.org"],
        path: "/bot{}/getMe",
        place: Place::Path,
        active: &[says(200, "/ok", "true")],
        inactive: &[says(401, "/ok", "false"), says(404, "/ok", "false")],
        source: "https://core.telegram.org/bots/api#getme",
        ..GET
    },
    Definition {
        rules: &["sendgrid-key"],
        hosts: &["api.sendgrid.com", "api.eu.sendgrid.com"],
        path: "/v3/scopes",
        active: &[has(200, "/scopes")],
        source: "https://www.twilio.com/docs/sendgrid/api-reference/api-key-permissions/retrieve-a-list-of-scopes-for-which-this-user-has-access",
        ..GET
    },
    Definition {
        rules: &["mailgun-key"],
        hosts: &["api.mailgun.net", "api.eu.mailgun.net"],
        path: "/v3/domains",
        place: Place::Basic("api"),
        active: &[has(200, "/items")],
        // A key for sending alone may not list domains.
        is_elsewhere: true,
        source: "https://documentation.mailgun.com/docs/mailgun/api-reference/send/mailgun/domains/get-v4-domains",
        ..GET
    },
    Definition {
        rules: &["brevo-key"],
        fits: Fits::Starts(&["xkeysib-"]),
        hosts: &["api.brevo.com"],
        path: "/v3/account",
        place: Place::Header("api-key"),
        active: &[has(200, "/email")],
        // 401 is also what an unknown address of the network gets.
        inactive: &[says(401, "/message", "Key not found")],
        source: "https://developers.brevo.com/reference/getaccount",
        ..GET
    },
    Definition {
        rules: &["intercom-token"],
        hosts: &[
            "api.intercom.io",
            "api.eu.intercom.io",
            "api.au.intercom.io",
        ],
        path: "/me",
        active: &[has(200, "/id")],
        source: "https://developers.intercom.com/docs/references/rest-api/api.intercom.io/admins/identifyadmin",
        ..GET
    },
    Definition {
        rules: &["hubspot-token"],
        hosts: &["api.hubapi.com"],
        path: "/account-info/v3/details",
        active: &[
            has(200, "/portalId"),
            says(403, "/category", "MISSING_SCOPES"),
        ],
        inactive: &[
            says(401, "/category", "INVALID_AUTHENTICATION"),
            says(401, "/category", "EXPIRED_AUTHENTICATION"),
        ],
        source: "https://developers.hubspot.com/docs/api-reference/account-account-info-v3/guide",
        ..GET
    },
];
