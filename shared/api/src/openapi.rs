//! The OpenAPI document, made from [`ROUTES`] and the shapes of bodies and answers.

use serde_json::{Map, Value, json};

use crate::routes::{Access, ROUTES, Route};

/// The document (OpenAPI 3.1).
pub fn openapi() -> Value {
    let mut paths = Map::new();
    for route in ROUTES {
        let item = paths.entry(route.path).or_insert_with(|| json!({}));
        item[route.method.to_lowercase()] = operation(route);
    }
    json!({
        "openapi": "3.1.0",
        "info": { "title": "DeployGuard", "version": env!("CARGO_PKG_VERSION"), "description": "Finds every secret in a Git history and delivers the history without them." },
        "paths": paths,
        "components": {
            "securitySchemes": {
                "gateway": { "type": "apiKey", "in": "header", "name": "X-Gateway-Secret", "description": "Sent by the gateway, together with X-User-ID." }
            },
            "schemas": schemas(),
        },
    })
}

fn operation(route: &Route) -> Value {
    let mut responses = Map::new();
    responses.insert(route.success.to_string(), success(route));
    let problem = json!({ "description": "A problem (RFC 9457)", "content": { "application/problem+json": { "schema": { "$ref": "#/components/schemas/Problem" } } } });
    responses.insert("default".to_owned(), problem);
    let mut operation = json!({
        "operationId": route.slug,
        "summary": route.summary,
        "parameters": parameters(route),
        "responses": responses,
        "security": match route.access { Access::Public => json!([]), Access::AtLeast(_) => json!([{ "gateway": [] }]) },
    });
    if let Access::AtLeast(role) = route.access {
        operation["x-role"] = json!(role.as_str());
    }
    if let Some(schema) = body(route.slug) {
        operation["requestBody"] = json!({ "required": true, "content": { "application/json": { "schema": { "$ref": format!("#/components/schemas/{schema}") } } } });
    }
    operation
}

fn success(route: &Route) -> Value {
    match route.success {
        204 => json!({ "description": "Done" }),
        302 => json!({ "description": "At the address in Location, valid for one hour" }),
        _ => {
            json!({ "description": route.summary, "content": { "application/json": { "schema": { "type": "object" } } } })
        }
    }
}

fn parameters(route: &Route) -> Value {
    let in_path = route
        .path
        .split('/')
        .filter_map(|part| part.strip_prefix('{')?.strip_suffix('}'));
    let mut list: Vec<Value> = in_path.map(|name| json!({ "name": name, "in": "path", "required": true, "schema": { "type": "string" } })).collect();
    let query: &[&str] = match route.slug {
        "api-jobs-list" => &["status", "limit", "cursor"],
        "api-jobs-get" => &["wait", "version"],
        "api-secrets-list" => &["limit", "cursor", "include_false_positives"],
        "api-events-list" => &["limit", "cursor"],
        "api-jobs-download" => &["format"],
        _ => &[],
    };
    list.extend(query.iter().map(|name| json!({ "name": name, "in": "query", "required": false, "schema": { "type": "string" } })));
    if route.method == "POST" {
        list.push(json!({ "name": "Idempotency-Key", "in": "header", "required": false, "schema": { "type": "string", "maxLength": 255 } }));
    }
    Value::Array(list)
}

fn body(slug: &str) -> Option<&'static str> {
    Some(match slug {
        "api-jobs-create" => "NewJob",
        "api-secrets-select" => "Selection",
        "api-secrets-update" => "SecretUpdate",
        "api-jobs-push" => "Push",
        _ => return None,
    })
}

fn schemas() -> Value {
    let text = json!({ "type": "string" });
    let flag = json!({ "type": "boolean" });
    let ids = json!({ "type": "array", "items": { "type": "string" }, "maxItems": 10_000 });
    let platform = json!({ "enum": domain::Platform::NAMES });
    let object = |required: &[&str], properties: Value| json!({ "type": "object", "additionalProperties": false, "required": required, "properties": properties });
    json!({
        "NewJob": object(&["source_platform", "source_url"], json!({ "source_platform": platform, "source_url": text, "source_branch": text, "source_credentials_id": text, "kind": { "enum": ["migrate", "check", "review"] } })),
        "Selection": object(&[], json!({ "secret_ids": ids, "mark_false_positives": ids })),
        "SecretUpdate": object(&[], json!({ "selected_for_cleaning": flag, "is_false_positive": flag, "reason": text })),
        "Push": object(&["target_platform", "target_url"], json!({ "target_platform": platform, "target_url": text, "target_branch": text, "target_credentials_id": text, "force_push": flag, "push_all_branches": flag })),
        "Problem": { "type": "object", "properties": { "type": text, "title": text, "status": { "type": "integer" }, "detail": text, "instance": text, "code": text, "correlation_id": text, "errors": { "type": "array", "items": { "type": "object", "properties": { "field": text, "detail": text } } } } },
    })
}
