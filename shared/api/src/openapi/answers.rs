//! What clients get: the schemas of answers. Every field is always there; what is not known yet is null.

use domain::{JobStatus, Platform};
use serde_json::{Map, Value, json};

/// The schema of a route's answer, if it has a body.
pub(super) fn of(slug: &str) -> Option<&'static str> {
    Some(match slug {
        "api-health-live" => "Health",
        "api-health-ready" => "Readiness",
        "api-jobs-create" | "api-jobs-clean" | "api-jobs-push" => "Job",
        "api-jobs-list" => "JobPage",
        "api-jobs-get" => "JobDetails",
        "api-secrets-list" => "SecretPage",
        "api-secrets-select" => "Chosen",
        "api-secrets-update" => "Secret",
        "api-events-list" => "EventPage",
        "api-policies-create" => "PolicyVersion",
        "api-policies-list" => "PolicyList",
        "api-policies-get" => "PolicyDetails",
        "api-policies-activate" => "ActivePolicy",
        "api-stats-get" => "Stats",
        _ => return None,
    })
}

/// The schemas.
pub(super) fn schemas() -> Map<String, Value> {
    let services = object(json!({ "queue": flag(), "storage": flag(), "database": flag() }));
    let mut readiness =
        object(json!({ "status": { "enum": ["ready", "not_ready"] }, "services": services }));
    readiness["properties"]["message"] = text();
    let list = [
        (
            "Health",
            object(json!({ "status": { "enum": ["healthy"] }, "service": text() })),
        ),
        ("Readiness", readiness),
        ("Job", job()),
        ("JobPage", page("jobs", "Job")),
        (
            "JobDetails",
            object(json!({
                "job": reference("Job"),
                "secrets": array(reference("Secret")),
                "next_cursor": or_null("string"),
                "download_url": or_null("string"),
                "report_url": or_null("string"),
            })),
        ),
        ("Coverage", coverage()),
        (
            "Tally",
            object(json!({ "objects": number(), "bytes": number() })),
        ),
        ("Secret", secret()),
        ("Occurrence", occurrence()),
        ("SecretPage", page("secrets", "Secret")),
        (
            "Chosen",
            object(json!({ "message": text(), "selected_count": number() })),
        ),
        ("Event", event()),
        ("EventPage", page("events", "Event")),
        (
            "Stats",
            object(json!({
                "total_jobs": number(),
                "completed_jobs": number(),
                "total_secrets_found": number(),
                "total_secrets_cleaned": number(),
            })),
        ),
        ("PolicyVersion", policy_version()),
        ("PolicyDetails", policy_details()),
        ("ActivePolicy", active_policy()),
        ("PolicyList", policy_list()),
        ("Problem", problem()),
    ];
    let list = list.into_iter();
    list.map(|(name, schema)| (name.to_owned(), schema))
        .collect()
}

fn job() -> Value {
    object(json!({
        "id": text(),
        "kind": { "enum": ["migrate", "check", "review"] },
        "status": { "enum": JobStatus::ALL },
        "status_message": text(),
        "error_code": or_null("string"),
        "progress_percent": number(),
        "version": number(),
        "source_platform": { "enum": Platform::NAMES },
        "source_url": text(),
        "source_branch": or_null("string"),
        "source_credentials_id": or_null("string"),
        "target_platform": or_null("string"),
        "target_url": or_null("string"),
        "target_branch": or_null("string"),
        "target_credentials_id": or_null("string"),
        "force_push": or_null("boolean"),
        "push_all_branches": or_null("boolean"),
        "policy_version": or_null("string"),
        "total_secrets_found": number(),
        "total_secrets_suppressed": number(),
        "secrets_selected_for_cleaning": number(),
        "secrets_cleaned": number(),
        "verdict": { "enum": ["clean", "findings", "incomplete", null] },
        "coverage": { "oneOf": [reference("Coverage"), { "type": "null" }] },
        "correlation_id": text(),
        "created_at": time(),
        "updated_at": time(),
        "scan_completed_at": time_or_null(),
        "clean_completed_at": time_or_null(),
        "completed_at": time_or_null(),
        "expires_at": time(),
    }))
}

fn policy_version() -> Value {
    object(json!({
        "version": text(),
        "is_active": flag(),
        "created_at": time(),
        "created_by": text(),
    }))
}

fn policy_details() -> Value {
    let mut details = policy_version();
    details["properties"]["policy"] = reference("Policy");
    details
}

fn active_policy() -> Value {
    object(json!({
        "active_version": or_null("string"),
        "previous_version": or_null("string"),
        "activated_at": time_or_null(),
        "activated_by": or_null("string"),
    }))
}

fn policy_list() -> Value {
    let mut list = active_policy();
    list["properties"]["policies"] = array(reference("PolicyVersion"));
    list
}

fn coverage() -> Value {
    object(json!({
        "total": reference("Tally"),
        "scanned": reference("Tally"),
        "skipped": array(object(json!({ "policy": text(), "reason": text(), "objects": number(), "bytes": number() }))),
        "failed": reference("Tally"),
        "failures": array(object(json!({ "what": text(), "reason": text() }))),
    }))
}

fn secret() -> Value {
    object(json!({
        "id": text(),
        "rule": text(),
        "secret_name": text(),
        "secret_type": { "enum": [
            "password", "api_key", "token", "private_key", "certificate", "connection_string", "encryption_key",
            "credential", "other", "aws_key", "azure_key", "gcp_key", "ssh_key", "jwt",
        ] },
        "severity": { "enum": ["info", "low", "medium", "high", "critical"] },
        "secret_value_preview": text(),
        "secret_value_hash": text(),
        "confidence": number(),
        "file_path": text(),
        "line_number": number(),
        "commit_hash": text(),
        "author": text(),
        "commit_date": time_or_null(),
        "occurrence_count": number(),
        "occurrences": array(reference("Occurrence")),
        "in_tree": flag(),
        "refs": array(text()),
        "ref_count": number(),
        "selected_for_cleaning": flag(),
        "is_false_positive": flag(),
        "false_positive_reason": or_null("string"),
    }))
}

fn occurrence() -> Value {
    let place = object(json!({
        "carrier": { "enum": ["blob", "commit_message", "commit_header", "tag_message", "tag_header", "path", "ref_name"] },
        "file_path": text(),
        "in_archive": flag(),
        "encoding": array(json!({ "enum": ["base64", "hex", "percent", "escapes", "html", "utf16"] })),
        "line_number": number(),
        "commit_hash": text(),
        "author": text(),
        "commit_date": time_or_null(),
        "object_id": text(),
        "versions": number(),
        "in_tree": flag(),
    }));
    with_optional(place, &["in_archive", "encoding"])
}

/// What there is besides depends on `type`.
fn event() -> Value {
    let mut event = object(json!({
        "id": text(),
        "job_id": text(),
        "correlation_id": text(),
        "at": time(),
        "type": { "enum": [
            "job_created", "job_status_changed", "scan_completed", "secrets_selected", "job_failed", "job_expired",
        ] },
    }));
    let besides = [
        ("from", text()),
        ("to", text()),
        ("secrets_found", number()),
        ("selected", number()),
        ("false_positives", number()),
        ("code", text()),
        ("message", text()),
    ];
    for (name, schema) in besides {
        event["properties"][name] = schema;
    }
    event
}

fn problem() -> Value {
    let mut problem = object(json!({
        "type": text(),
        "title": text(),
        "status": number(),
        "detail": text(),
        "instance": text(),
        "code": text(),
        "correlation_id": text(),
    }));
    problem["properties"]["errors"] = array(object(
        json!({ "field": text(), "message": text(), "remedy": text() }),
    ));
    problem
}

fn page(name: &str, item: &str) -> Value {
    object(json!({ name: array(reference(item)), "next_cursor": or_null("string") }))
}

/// An object with exactly these fields.
fn object(properties: Value) -> Value {
    let names = properties.as_object().into_iter().flat_map(Map::keys);
    let mut required: Vec<&String> = names.collect();
    required.sort_unstable();
    let mut schema =
        json!({ "type": "object", "additionalProperties": false, "required": required });
    schema["properties"] = properties;
    schema
}

/// The same object; these properties may be missing.
fn with_optional(mut object: Value, names: &[&str]) -> Value {
    if let Some(required) = object["required"].as_array_mut() {
        required.retain(|name| !names.iter().any(|optional| name == optional));
    }
    object
}

fn reference(name: &str) -> Value {
    json!({ "$ref": format!("#/components/schemas/{name}") })
}

fn array(items: Value) -> Value {
    let mut schema = json!({ "type": "array" });
    schema["items"] = items;
    schema
}

fn text() -> Value {
    json!({ "type": "string" })
}

fn number() -> Value {
    json!({ "type": "integer", "minimum": 0 })
}

fn flag() -> Value {
    json!({ "type": "boolean" })
}

fn time() -> Value {
    json!({ "type": "string", "format": "date-time" })
}

fn time_or_null() -> Value {
    json!({ "type": ["string", "null"], "format": "date-time" })
}

fn or_null(kind: &str) -> Value {
    json!({ "type": [kind, "null"] })
}
