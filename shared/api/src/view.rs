//! How jobs, secrets, policies and events look in JSON: the contract with clients.

use domain::{Deed, Event, Finding, Job, PolicyCatalog, PolicyEntry, ScanPolicy, Selection};
use serde_json::{Value, json};

/// A job.
pub(crate) fn job(job: &Job) -> Value {
    json!({
        "id": job.id,
        "kind": job.kind,
        "status": job.status,
        "status_message": job.status_message,
        "error_code": job.error_code,
        "progress_percent": job.progress_percent,
        "version": job.version,
        "source_platform": job.source.platform,
        "source_url": job.source.url,
        "source_branch": job.source.branch,
        "source_credentials_id": job.source.credentials_id,
        "target_platform": job.target.as_ref().map(|target| target.platform),
        "target_url": job.target.as_ref().map(|target| &target.url),
        "target_branch": job.target.as_ref().and_then(|target| target.branch.as_ref()),
        "target_credentials_id": job.target.as_ref().and_then(|target| target.credentials_id.as_ref()),
        "force_push": job.target.as_ref().map(|target| target.force),
        "push_all_branches": job.target.as_ref().map(|target| target.all_branches),
        "policy_version": job.policy.as_ref().map(ScanPolicy::version),
        "total_secrets_found": job.total_secrets_found,
        "total_secrets_suppressed": job.total_secrets_suppressed,
        "secrets_selected_for_cleaning": job.secrets_selected_for_cleaning,
        "secrets_cleaned": job.secrets_cleaned,
        "verdict": job.verdict(),
        "coverage": job.coverage,
        "correlation_id": job.correlation_id,
        "created_at": job.created_at,
        "updated_at": job.updated_at,
        "scan_completed_at": job.scan_completed_at,
        "clean_completed_at": job.clean_completed_at,
        "completed_at": job.completed_at,
        "expires_at": job.expires_at,
    })
}

/// A finding, with what was chosen for it.
pub(crate) fn secret(finding: &Finding, selection: &Selection) -> Value {
    let mut secret = serde_json::to_value(finding).unwrap_or_default();
    secret["selected_for_cleaning"] = json!(selection.is_selected(&finding.id));
    secret["is_false_positive"] = json!(selection.is_false_positive(&finding.id));
    secret["false_positive_reason"] = json!(selection.reason(&finding.id));
    secret
}

/// A stored version of a policy, without its document.
pub(crate) fn policy(entry: &PolicyEntry, catalog: &PolicyCatalog) -> Value {
    json!({
        "version": entry.version,
        "is_active": catalog.active() == Some(&entry.version),
        "created_at": entry.created.at,
        "created_by": entry.created.by,
    })
}

/// Which policy a workspace's jobs use, and what to go back to.
pub(crate) fn active_policy(catalog: &PolicyCatalog) -> Value {
    let activated: Option<&Deed> = catalog.activated();
    json!({
        "active_version": catalog.active(),
        "previous_version": catalog.previous(),
        "activated_at": activated.map(|deed| deed.at),
        "activated_by": activated.map(|deed| &deed.by),
    })
}

/// Something that happened.
pub(crate) fn event(event: &Event) -> Value {
    let mut value = serde_json::to_value(event).unwrap_or_default();
    if let Some(object) = value.as_object_mut() {
        object.remove("tenant");
    }
    value
}
