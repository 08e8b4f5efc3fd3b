//! Mail, chat and bots.

use crate::beside::Beside;
use crate::definition::{Definition, Fits, GET, Method, Place, has, says, text};

pub(super) const ALL: &[Definition] = &[
    Definition {
        rules: &["slack-token"],
        fits: Fits::Starts(&["xoxb-", "xoxp-", "xoxe.xox"]),
        hosts: &["slack.com", "slack-gov.com"],
        method: Method::Post(""),
        path: "/api/auth.test",
        active: &[says(200, "/ok", "true")],
        inactive: &[says(200, "/error", "invalid_auth")],
        ended: &[
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
        inactive: &[says(401, "/message", "401: Unauthorized")],
        source: "https://discord.com/developers/docs/resources/user#get-current-user",
        ..GET
    },
    Definition {
        rules: &["telegram-bot-token"],
        hosts: &["api.telegram.org"],
        path: "/bot{}/getMe",
        place: Place::Path,
        active: &[says(200, "/ok", "true")],
        inactive: &[
            says(401, "/description", "Unauthorized"),
            says(404, "/description", "Not Found"),
        ],
        source: "https://core.telegram.org/bots/api#getme",
        ..GET
    },
    Definition {
        rules: &["sendgrid-key"],
        hosts: &["api.sendgrid.com", "api.eu.sendgrid.com"],
        path: "/v3/scopes",
        active: &[has(200, "/scopes")],
        inactive: &[has(401, "/errors/0/message")],
        // An account may be for some addresses only.
        is_elsewhere: true,
        source: "https://www.twilio.com/docs/sendgrid/api-reference/api-key-permissions/retrieve-a-list-of-scopes-for-which-this-user-has-access",
        ..GET
    },
    Definition {
        rules: &["mailgun-key"],
        hosts: &["api.mailgun.net", "api.eu.mailgun.net"],
        path: "/v3/domains",
        place: Place::Basic("api"),
        active: &[has(200, "/items")],
        inactive: &[has(401, "/message"), text(401, "Forbidden")],
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
        inactive: &[
            says(401, "/errors/0/code", "unauthorized"),
            says(401, "/errors/0/code", "token_unauthorized"),
            says(401, "/errors/0/code", "token_not_found"),
        ],
        ended: &[
            says(401, "/errors/0/code", "token_revoked"),
            says(401, "/errors/0/code", "token_expired"),
        ],
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
        inactive: &[says(401, "/category", "INVALID_AUTHENTICATION")],
        ended: &[says(401, "/category", "EXPIRED_AUTHENTICATION")],
        source: "https://developers.hubspot.com/docs/api-reference/account-account-info-v3/guide",
        ..GET
    },
    Definition {
        rules: &["twilio-auth-token", "twilio-account-pair"],
        hosts: &["api.twilio.com"],
        path: "/2010-04-01/Accounts/{beside}.json",
        place: Place::BasicBeside,
        active: &[says(200, "/status", "active")],
        inactive: &[says(401, "/code", "20003")],
        beside: Some(Beside::TwilioAccount),
        // The same is said of a suspended account, and to a token of another region.
        is_elsewhere: true,
        source: "https://www.twilio.com/docs/iam/api/account",
        ..GET
    },
    Definition {
        rules: &["telnyx-key"],
        hosts: &["api.telnyx.com"],
        path: "/v2/balance",
        active: &[has(200, "/data")],
        inactive: &[has(401, "/errors/0/code")],
        source: "https://developers.telnyx.com/api/account/get-user-balance",
        ..GET
    },
    Definition {
        rules: &["resend-key"],
        hosts: &["api.resend.com"],
        path: "/domains",
        active: &[has(200, "/data"), says(401, "/name", "restricted_api_key")],
        inactive: &[
            says(403, "/name", "invalid_api_key"),
            says(400, "/message", "API key is invalid"),
        ],
        source: "https://resend.com/docs/api-reference/errors",
        ..GET
    },
    Definition {
        rules: &["postmark-token"],
        hosts: &["api.postmarkapp.com"],
        path: "/server",
        place: Place::Header("X-Postmark-Server-Token"),
        headers: &[("Accept", "application/json")],
        active: &[has(200, "/ApiTokens")],
        inactive: &[says(401, "/ErrorCode", "10")],
        // An account's token opens another part of the API.
        is_elsewhere: true,
        source: "https://postmarkapp.com/developer/api/server-api",
        ..GET
    },
    Definition {
        rules: &["mailchimp-key"],
        hosts: &["api.mailchimp.com"],
        path: "/3.0/ping",
        place: Place::Basic("key"),
        active: &[has(200, "/health_status")],
        inactive: &[says(401, "/title", "API Key Invalid")],
        beside: Some(Beside::MailchimpCentre),
        source: "https://mailchimp.com/developer/marketing/api/ping/",
        ..GET
    },
    Definition {
        rules: &["klaviyo-key"],
        hosts: &["a.klaviyo.com"],
        path: "/api/accounts",
        place: Place::Authorization("Klaviyo-API-Key "),
        headers: &[("revision", "2024-10-15")],
        active: &[
            has(200, "/data"),
            says(403, "/errors/0/code", "permission_denied"),
        ],
        inactive: &[
            says(401, "/errors/0/code", "not_authenticated"),
            says(401, "/errors/0/code", "authentication_failed"),
        ],
        source: "https://developers.klaviyo.com/en/reference/get_accounts",
        ..GET
    },
    Definition {
        rules: &["line-channel-token"],
        hosts: &["api.line.me"],
        path: "/v2/bot/info",
        active: &[has(200, "/userId")],
        inactive: &[has(401, "/message")],
        source: "https://developers.line.biz/en/reference/messaging-api/#get-bot-info",
        ..GET
    },
    Definition {
        rules: &["facebook-token"],
        fits: Fits::Starts(&["EAA"]),
        hosts: &["graph.facebook.com"],
        path: "/me",
        active: &[has(200, "/id")],
        inactive: &[says(400, "/error/code", "190")],
        source: "https://developers.facebook.com/docs/graph-api/guides/error-handling",
        ..GET
    },
];
