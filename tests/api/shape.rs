//! Holds what endpoints take and give against the OpenAPI document, so that the document cannot say anything else.

use std::sync::LazyLock;

use api::{Reply, Request, Route};
use serde_json::Value;

static DOCUMENT: LazyLock<Value> = LazyLock::new(api::openapi);

/// The answer must be documented, and so must what was sent if it was accepted.
pub(crate) fn check(route: &Route, request: &Request, reply: &Reply) {
    let operation = &DOCUMENT["paths"][route.path][route.method.to_lowercase()];
    let status = reply.status.as_str();
    let documented = &operation["responses"][status];
    assert!(
        !documented.is_null(),
        "{} answers {status}, which is not documented: {:?}",
        route.slug,
        reply.body
    );
    match &reply.body {
        Some(body) => {
            let content = &documented["content"][reply.content_type];
            assert!(!content.is_null(), "{}: {}", route.slug, reply.content_type);
            hold(body, &content["schema"], route.slug);
        }
        None => assert!(documented["content"].is_null(), "{}: no body", route.slug),
    }
    if reply.status.is_success() || reply.status.is_redirection() {
        check_request(operation, request, route.slug);
    }
}

fn check_request(operation: &Value, request: &Request, slug: &str) {
    let parameters = operation["parameters"].as_array().unwrap();
    let is_known = |name: &str, place: &str| {
        let is = |one: &&Value| one["name"] == name && one["in"] == place;
        parameters.iter().any(|one| is(&one))
    };
    for name in request.path.keys() {
        assert!(is_known(name, "path"), "{slug}: {name}");
    }
    // PATCH takes from the query what older clients send there.
    if slug != "api-secrets-update" {
        for name in request.query.keys() {
            assert!(is_known(name, "query"), "{slug}: {name}");
        }
    }
    if !request.body.is_empty() {
        let body = serde_json::from_slice(&request.body).unwrap();
        let schema = &operation["requestBody"]["content"]["application/json"]["schema"];
        assert!(!schema.is_null(), "{slug} takes no body");
        hold(&body, schema, slug);
    }
}

/// Holds a value against a schema: as much of JSON Schema as the document uses.
fn hold(value: &Value, schema: &Value, place: &str) {
    let schema = match schema["$ref"].as_str() {
        Some(path) => DOCUMENT.pointer(path.strip_prefix('#').unwrap()).unwrap(),
        None => schema,
    };
    if let Some(choices) = schema["oneOf"].as_array() {
        let is_null = |one: &&Value| one["type"] == "null";
        let wanted = choices.iter().find(|one| is_null(one) == value.is_null());
        return hold(value, wanted.unwrap(), place);
    }
    if let Some(values) = schema["enum"].as_array() {
        assert!(values.contains(value), "{place}: {value} is not documented");
        return;
    }
    let kinds = match &schema["type"] {
        Value::Array(kinds) => kinds.clone(),
        kind => vec![kind.clone()],
    };
    let kind = kind(value);
    assert!(kinds.iter().any(|one| one == kind), "{place}: {value}");
    if let Some(list) = value.as_array() {
        let items = list.iter().enumerate();
        items.for_each(|(n, item)| hold(item, &schema["items"], &format!("{place}[{n}]")));
    }
    if let Some(object) = value.as_object() {
        let required = schema["required"].as_array().unwrap();
        for name in required {
            let name = name.as_str().unwrap();
            assert!(object.contains_key(name), "{place}: {name} is not there");
        }
        for (name, value) in object {
            let known = &schema["properties"][name];
            assert!(!known.is_null(), "{place}: {name} is not documented");
            hold(value, known, &format!("{place}.{name}"));
        }
    }
}

fn kind(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "boolean",
        Value::Number(_) => "integer",
        Value::String(_) => "string",
        Value::Array(_) => "array",
        Value::Object(_) => "object",
    }
}
