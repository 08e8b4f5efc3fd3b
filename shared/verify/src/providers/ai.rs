//! Services of language models, and what belongs to them.

use crate::definition::{Definition, Fits, GET, Method, Place, has, says, status};

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
        source: "https://docs.mistral.ai/api/endpoint/models",
        ..GET
    },
    Definition {
        rules: &["cohere-key"],
        hosts: &["api.cohere.com"],
        method: Method::Post(""),
        path: "/v1/check-api-key",
        active: &[says(200, "/valid", "true")],
        inactive: &[status(401), says(200, "/valid", "false")],
        source: "https://docs.cohere.com/reference/checkapikey",
        ..GET
    },
    Definition {
        rules: &["replicate-token"],
        hosts: &["api.replicate.com"],
        path: "/v1/account",
        active: &[has(200, "/username")],
        source: "https://replicate.com/docs/reference/http#account.get",
        ..GET
    },
    Definition {
        rules: &["openrouter-key"],
        hosts: &["openrouter.ai"],
        path: "/api/v1/key",
        active: &[has(200, "/data/label")],
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
        source: "https://docs.pinecone.io/reference/api/latest/control-plane/list_indexes",
        ..GET
    },
];
