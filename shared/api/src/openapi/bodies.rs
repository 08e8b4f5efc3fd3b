//! What clients send: the schemas of bodies and the parameters of queries.

use domain::{JobStatus, Platform};
use serde_json::{Map, Value, json};

use crate::policy::{ACCEPTED, ENTRIES, RULES};

/// The schema of a route's body, and whether there must be one.
pub(super) fn of(slug: &str) -> Option<(&'static str, bool)> {
    Some(match slug {
        "api-jobs-create" => ("NewJob", true),
        "api-secrets-select" => ("Choice", true),
        "api-secrets-update" => ("SecretUpdate", true),
        "api-jobs-clean" => ("Nothing", false),
        "api-jobs-push" => ("Push", true),
        "api-policies-create" => ("NewPolicy", true),
        "api-policies-activate" => ("Activation", false),
        _ => return None,
    })
}

/// The parameters of a route's query.
pub(super) fn query(slug: &str) -> Vec<(&'static str, Value)> {
    let paging = [
        (
            "limit",
            json!({ "type": "integer", "minimum": 1, "maximum": 100, "default": 50 }),
        ),
        (
            "cursor",
            json!({ "type": "string", "description": "`next_cursor` of the page before" }),
        ),
    ];
    let mut list = match slug {
        "api-jobs-list" => vec![("status", json!({ "enum": JobStatus::ALL }))],
        "api-secrets-list" => vec![(
            "include_false_positives",
            json!({ "type": "boolean", "default": false }),
        )],
        "api-events-list" => Vec::new(),
        "api-jobs-get" => {
            let wait =
                "Answer after so many seconds, or as soon as the job is no longer at `version`";
            let version =
                "What the caller has seen; by default what the job is at when the request comes";
            return vec![
                (
                    "wait",
                    json!({ "type": "integer", "minimum": 0, "maximum": 25, "default": 0, "description": wait }),
                ),
                (
                    "version",
                    json!({ "type": "integer", "minimum": 0, "description": version }),
                ),
            ];
        }
        "api-jobs-download" => {
            return vec![(
                "format",
                json!({ "enum": ["zip", "bundle", "certificate", "checklist", "hook"], "default": "zip" }),
            )];
        }
        _ => return Vec::new(),
    };
    list.extend(paging);
    list
}

/// The schemas.
pub(super) fn schemas() -> Map<String, Value> {
    let ids = json!({ "type": "array", "items": { "type": "string" }, "maxItems": 10_000 });
    let flag = json!({ "type": "boolean" });
    let mut new_job = place("source");
    new_job.insert(
        "kind".to_owned(),
        json!({ "enum": ["migrate", "check", "review"], "default": "migrate" }),
    );
    let own = "For this job alone; without it and `policy_version`, the workspace's active one";
    let own = json!({ "$ref": "#/components/schemas/Policy", "description": own });
    new_job.insert("policy".to_owned(), own);
    let stored = "A stored version, or `none` for no policy; not together with `policy`";
    new_job.insert("policy_version".to_owned(), version(stored));
    let mut push = place("target");
    push.insert(
        "force_push".to_owned(),
        json!({ "type": "boolean", "default": false }),
    );
    push.insert(
        "push_all_branches".to_owned(),
        json!({ "type": "boolean", "default": true }),
    );
    let schemas = [
        (
            "NewJob",
            object(&["source_platform", "source_url"], new_job),
        ),
        ("Push", object(&["target_platform", "target_url"], push)),
        (
            "Choice",
            object(
                &[],
                fields([("secret_ids", ids.clone()), ("mark_false_positives", ids)]),
            ),
        ),
        (
            "SecretUpdate",
            object(
                &[],
                fields([
                    ("selected_for_cleaning", flag.clone()),
                    ("is_false_positive", flag),
                    (
                        "reason",
                        json!({ "type": "string", "minLength": 1, "maxLength": 500 }),
                    ),
                ]),
            ),
        ),
        ("Nothing", object(&[], Map::new())),
        ("Policy", policy()),
        (
            "NewPolicy",
            object(
                &["policy"],
                fields([("policy", json!({ "$ref": "#/components/schemas/Policy" }))]),
            ),
        ),
        (
            "Activation",
            object(
                &[],
                fields([(
                    "expected_active_version",
                    version("Change nothing (409) unless this version is active, or `none`"),
                )]),
            ),
        ),
    ];
    fields(schemas)
}

/// The name of a version of a policy.
fn version(what: &str) -> Value {
    json!({ "type": ["string", "null"], "pattern": "^(none|policy-[0-9a-f]{16})$", "description": what })
}

/// What a scan looks for and leaves out.
fn policy() -> Value {
    let texts = |what: &str, most: usize| json!({ "type": "array", "items": { "type": "string" }, "maxItems": most, "description": what });
    let flag = |what: &str| json!({ "type": "boolean", "default": false, "description": what });
    let rules = "The text of a YAML (or JSON) file of rules, in the schema of the built-in ones; each must find its examples";
    object(
        &[],
        fields([
            (
                "rules",
                json!({ "type": ["string", "null"], "minLength": 1, "maxLength": RULES, "description": rules }),
            ),
            ("no_builtin_rules", flag("Search with `rules` alone")),
            (
                "min_confidence",
                json!({ "type": ["integer", "null"], "minimum": 0, "maximum": 100, "default": 50 }),
            ),
            (
                "exclude_paths",
                texts("Patterns as in a .gitignore", ENTRIES),
            ),
            ("exclude_rules", texts("Ids of rules", ENTRIES)),
            (
                "only_rules",
                texts("Ids of rules; not together with exclude_rules", ENTRIES),
            ),
            (
                "baseline",
                texts("Ids of findings that are known and accepted", ACCEPTED),
            ),
            (
                "no_ignore",
                flag("Take no notice of marks in the repository's files, nor of its ignore file"),
            ),
        ]),
    )
}

/// The fields that name a repository.
fn place(prefix: &str) -> Map<String, Value> {
    let optional =
        |longest: u32| json!({ "type": ["string", "null"], "minLength": 1, "maxLength": longest });
    let url = "http or https, without user name, password, query and fragment";
    let list = [
        ("platform", json!({ "enum": Platform::NAMES })),
        (
            "url",
            json!({ "type": "string", "format": "uri", "maxLength": 2048, "description": url }),
        ),
        ("branch", optional(255)),
        ("credentials_id", optional(128)),
    ];
    let list = list.into_iter();
    list.map(|(part, schema)| (format!("{prefix}_{part}"), schema))
        .collect()
}

fn object(required: &[&str], properties: Map<String, Value>) -> Value {
    let mut schema =
        json!({ "type": "object", "additionalProperties": false, "required": required });
    schema["properties"] = Value::Object(properties);
    schema
}

fn fields<const N: usize>(list: [(&str, Value); N]) -> Map<String, Value> {
    let list = list.into_iter();
    list.map(|(name, schema)| (name.to_owned(), schema))
        .collect()
}
