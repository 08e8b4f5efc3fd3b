//! The OpenAPI document, made from [`ROUTES`] and the shapes of bodies and answers. It lies in `openapi.json` beside
//! this crate's manifest; `UPDATE=1 cargo test -p api` writes it anew.
//!
//! Written by hand rather than derived: what endpoints take and give is JSON put together field by field. The tests in
//! `tests/api` hold every body that they send and every answer that they get against it.

mod answers;
mod bodies;

use serde_json::{Map, Value, json};

use crate::routes::{Access, ROUTES, Route};

/// The document (OpenAPI 3.1).
pub fn openapi() -> Value {
    let mut paths = Map::new();
    for route in ROUTES {
        let item = paths.entry(route.path).or_insert_with(|| json!({}));
        item[route.method.to_lowercase()] = operation(route);
    }
    let mut schemas = answers::schemas();
    schemas.append(&mut bodies::schemas());
    json!({
        "openapi": "3.1.0",
        "info": {
            "title": "DeployGuard",
            "version": env!("CARGO_PKG_VERSION"),
            "description": "Finds every secret in a Git history and delivers the history without them.",
            "license": { "name": "MIT OR Apache-2.0", "identifier": "MIT OR Apache-2.0" },
        },
        "servers": [{ "url": "/" }],
        "paths": paths,
        "components": { "securitySchemes": security_schemes(), "schemas": schemas },
    })
}

fn security_schemes() -> Value {
    let header = |name: &str, description: &str| json!({ "type": "apiKey", "in": "header", "name": name, "description": description });
    json!({
        "user": header("X-User-ID", "Who asks. Set by the gateway that has checked it."),
        "gateway": header("X-Gateway-Secret", "Shows that the gateway is the gateway."),
    })
}

fn operation(route: &Route) -> Value {
    let mut operation = json!({
        "operationId": route.slug,
        "summary": route.summary,
        "parameters": parameters(route),
        "responses": responses(route),
        "security": match route.access {
            Access::Public => json!([]),
            Access::AtLeast(_) => json!([{ "user": [], "gateway": [] }]),
        },
    });
    if let Access::AtLeast(role) = route.access {
        operation["x-role"] = json!(role.as_str());
    }
    if let Some((schema, required)) = bodies::of(route.slug) {
        operation["requestBody"] =
            json!({ "required": required, "content": content("application/json", schema) });
    }
    operation
}

fn content(media_type: &str, schema: &str) -> Value {
    json!({ media_type: { "schema": { "$ref": format!("#/components/schemas/{schema}") } } })
}

fn responses(route: &Route) -> Value {
    let mut responses = Map::new();
    let success = match (route.success, answers::of(route.slug)) {
        (302, _) => {
            let location = json!({ "schema": { "type": "string", "format": "uri" }, "description": "Works for one hour" });
            json!({ "description": "At the address in Location", "headers": { "Location": location } })
        }
        (_, None) => json!({ "description": "Done" }),
        (_, Some(schema)) => {
            json!({ "description": route.summary, "content": content("application/json", schema) })
        }
    };
    responses.insert(route.success.to_string(), success);
    if route.slug == "api-health-ready" {
        let answer = json!({ "description": "Something does not answer", "content": content("application/json", "Readiness") });
        responses.insert("503".to_owned(), answer);
    }
    for (status, description) in problems(route) {
        let answer = json!({ "description": description, "content": content("application/problem+json", "Problem") });
        responses.insert(status.to_owned(), answer);
    }
    Value::Object(responses)
}

/// What can go wrong, by route: status and reason.
fn problems(route: &Route) -> Vec<(&'static str, &'static str)> {
    if route.access == Access::Public {
        return Vec::new();
    }
    let names_something = route.path.contains('{');
    let is_post = route.method == "POST";
    let needs_state = is_post || matches!(route.method, "PATCH" | "DELETE") || route.success == 302;
    let mut list = vec![
        ("401", "Nobody known is calling"),
        ("403", "The caller's role does not allow it"),
        (
            "422",
            "A field, parameter or header is not acceptable; `errors` names each",
        ),
        ("500", "The service made a mistake"),
        ("503", "The service cannot take this now"),
    ];
    if is_post || route.method == "PATCH" {
        list.push(("400", "The body is not a JSON object"));
    }
    if names_something {
        list.push((
            "404",
            "There is no such job, secret or policy in the caller's workspace",
        ));
    }
    if needs_state {
        list.push((
            "409",
            "The state does not allow it, or somebody else changed it at the same time",
        ));
    }
    list
}

fn parameters(route: &Route) -> Value {
    let names = route.path.split('/');
    let names = names.filter_map(|part| part.strip_prefix('{')?.strip_suffix('}'));
    let in_path = names.map(|name| json!({ "name": name, "in": "path", "required": true, "schema": { "type": "string" } }));
    let in_query = bodies::query(route.slug).into_iter();
    let in_query = in_query.map(|(name, schema)| json!({ "name": name, "in": "query", "required": false, "schema": schema }));
    let mut list: Vec<Value> = in_path.chain(in_query).collect();
    let header = |name: &str, schema: Value| json!({ "name": name, "in": "header", "required": false, "schema": schema });
    if route.method == "POST" {
        list.push(header(
            "Idempotency-Key",
            json!({ "type": "string", "minLength": 1, "maxLength": 255 }),
        ));
    }
    list.push(header(
        "X-Correlation-ID",
        json!({ "type": "string", "minLength": 8, "maxLength": 64 }),
    ));
    Value::Array(list)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::path::Path;

    use serde_json::Value;

    use super::openapi;
    use crate::ROUTES;

    #[test]
    fn the_document_has_exactly_the_routes() {
        let document = openapi();
        let paths = document["paths"].as_object().unwrap();
        let documented: BTreeSet<(String, String)> = paths
            .iter()
            .flat_map(|(path, item)| {
                let methods = item.as_object().unwrap().keys();
                methods.map(|method| (method.to_uppercase(), path.clone()))
            })
            .collect();
        let served: BTreeSet<(String, String)> = ROUTES
            .iter()
            .map(|route| (route.method.to_owned(), route.path.to_owned()))
            .collect();
        assert_eq!(documented, served);
        assert_eq!(served.len(), ROUTES.len(), "two routes are the same");
    }

    #[test]
    fn every_reference_leads_somewhere() {
        let document = openapi();
        let text = document.to_string();
        for part in text.split("#/components/schemas/").skip(1) {
            let name = part.split('"').next().unwrap();
            assert!(
                document["components"]["schemas"].get(name).is_some(),
                "{name}"
            );
        }
    }

    #[test]
    fn the_document_is_the_one_that_is_kept() {
        let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("openapi.json");
        let made = openapi();
        if std::env::var_os("UPDATE").is_some() {
            let text = serde_json::to_string_pretty(&made).unwrap() + "\n";
            std::fs::write(&file, text).unwrap();
        }
        let kept = std::fs::read_to_string(&file).unwrap_or_default();
        // The order of keys is no matter: it depends on what else is built along.
        let kept: Value = serde_json::from_str(&kept).unwrap_or_default();
        assert!(
            made == kept,
            "run UPDATE=1 cargo test -p api, and look at what changed"
        );
    }
}
