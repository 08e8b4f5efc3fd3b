//! Services of language models, and what belongs to them.

use crate::definition::{Definition, Fits, GET, Method, Place, has, says, text};

pub(super) const ALL: &[Definition] = &[
    Definition {
        rules: &["openai-key"],
        // Keys of administrators open another part of the API.
        fits: Fits::Except(&["sk-admin-"]),
        hosts: &["api.openai.com"],
        path: "/v1/models",
        active: &[has(200, "/data")],
        // 401 is also what a key gets that may not list models.
        inactive: &[says(401, "/error/code", "invalid_api_key")],
        source: "https://platform.openai.com/docs/api-reference/models/list",
        ..GET
    },
    Definition {
        rules: &["anthropic-key"],
        fits: Fits::Starts(&["sk-ant-api"]),
        hosts: &["api.anthropic.com"],
        path: "/v1/models",
        place: Place::Header("x-api-key"),
        headers: &[("anthropic-version", "2023-06-01")],
        active: &[has(200, "/data")],
        inactive: &[says(401, "/error/type", "authentication_error")],
        source: "https://docs.anthropic.com/en/api/models-list",
        ..GET
    },
    Definition {
        rules: &["huggingface-token"],
        hosts: &["huggingface.co"],
        path: "/api/whoami-v2",
        active: &[has(200, "/name")],
        inactive: &[has(401, "/error")],
        source: "https://huggingface.co/docs/hub/api",
        ..GET
    },
    Definition {
        rules: &["groq-key"],
        hosts: &["api.groq.com"],
        path: "/openai/v1/models",
        active: &[has(200, "/data")],
        inactive: &[says(401, "/error/code", "invalid_api_key")],
        source: "https://console.groq.com/docs/api-reference",
        ..GET
    },
    Definition {
        rules: &["mistral-key"],
        hosts: &["api.mistral.ai"],
        path: "/v1/models",
        active: &[has(200, "/data")],
        inactive: &[has(401, "/message"), has(401, "/detail")],
        source: "https://docs.mistral.ai/api/endpoint/models",
        ..GET
    },
    Definition {
        rules: &["cohere-key"],
        hosts: &["api.cohere.com"],
        method: Method::Post(""),
        path: "/v1/check-api-key",
        active: &[says(200, "/valid", "true")],
        inactive: &[has(401, "/message"), says(200, "/valid", "false")],
        source: "https://docs.cohere.com/reference/checkapikey",
        ..GET
    },
    Definition {
        rules: &["replicate-token"],
        hosts: &["api.replicate.com"],
        path: "/v1/account",
        active: &[has(200, "/username")],
        inactive: &[says(401, "/title", "Unauthenticated")],
        source: "https://replicate.com/docs/reference/http#account.get",
        ..GET
    },
    Definition {
        rules: &["openrouter-key"],
        hosts: &["openrouter.ai"],
        path: "/api/v1/key",
        active: &[has(200, "/data/label")],
        inactive: &[has(401, "/error/message")],
        source: "https://openrouter.ai/docs/api-reference/limits",
        ..GET
    },
    Definition {
        rules: &["elevenlabs-key"],
        hosts: &["api.elevenlabs.io"],
        path: "/v1/user",
        place: Place::Header("xi-api-key"),
        active: &[
            has(200, "/subscription"),
            says(401, "/detail/status", "missing_permissions"),
        ],
        inactive: &[says(401, "/detail/status", "invalid_api_key")],
        source: "https://elevenlabs.io/docs/api-reference/user/get",
        ..GET
    },
    Definition {
        rules: &["deepgram-key"],
        hosts: &["api.deepgram.com"],
        path: "/v1/projects",
        place: Place::Authorization("Token "),
        active: &[has(200, "/projects")],
        inactive: &[says(401, "/err_code", "INVALID_AUTH")],
        source: "https://developers.deepgram.com/reference/management-api/projects/list",
        ..GET
    },
    Definition {
        rules: &["pinecone-key"],
        hosts: &["api.pinecone.io"],
        path: "/indexes",
        place: Place::Header("Api-Key"),
        active: &[has(200, "/indexes")],
        inactive: &[text(401, "Invalid API Key")],
        source: "https://docs.pinecone.io/reference/api/latest/control-plane/list_indexes",
        ..GET
    },
    Definition {
        rules: &["xai-key"],
        hosts: &["api.x.ai"],
        path: "/v1/api-key",
        active: &[has(200, "/api_key_id")],
        inactive: &[has(400, "/code"), has(401, "/code")],
        source: "https://docs.x.ai/docs/api-reference#get-api-key-information",
        ..GET
    },
    Definition {
        rules: &["together-key"],
        hosts: &["api.together.xyz"],
        path: "/v1/models",
        active: &[has(200, "/0/id")],
        inactive: &[says(401, "/error/code", "invalid_api_key")],
        source: "https://docs.together.ai/reference/models-1",
        ..GET
    },
    Definition {
        rules: &["deepl-key"],
        hosts: &["api-free.deepl.com", "api.deepl.com"],
        path: "/v2/usage",
        place: Place::Authorization("DeepL-Auth-Key "),
        active: &[has(200, "/character_limit")],
        inactive: &[has(403, "/message")],
        source: "https://developers.deepl.com/api-reference/usage-and-quota",
        ..GET
    },
    Definition {
        rules: &["apify-token"],
        fits: Fits::Starts(&["apify_api_"]),
        hosts: &["api.apify.com"],
        path: "/v2/users/me",
        active: &[has(200, "/data/id")],
        inactive: &[says(401, "/error/type", "user-or-token-not-found")],
        source: "https://docs.apify.com/api/v2/users-me-get",
        ..GET
    },
];
