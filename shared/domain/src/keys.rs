//! Where a job's things lie in the bucket. One place, so that deletion can name them all.

use crate::{JobId, TenantId};

/// The folders that hold what belongs to jobs: one folder per job below each. In this order a list of all of them
/// never shows a job's things without its [`owner`], which is written first.
pub const ROOTS: [&str; 3] = ["cleaned/", "reports/", "repos/"];

/// `repos/{job}/source/`: the fetched repository, deleted once the job is clean.
pub fn source_prefix(job: &JobId) -> String {
    format!("repos/{job}/source/")
}

/// `reports/{job}/`: everything below is deleted with the job.
pub fn report_prefix(job: &JobId) -> String {
    format!("reports/{job}/")
}

/// The report that the owner may read: previews only.
pub fn report(job: &JobId) -> String {
    format!("reports/{job}/scan_report.json")
}

/// The full values: written by the scan stage, read by the clean stage, by nobody else.
pub fn values(job: &JobId) -> String {
    format!("reports/{job}/secret_values.json")
}

/// `cleaned/{job}/`: deleted with the job.
pub fn cleaned_prefix(job: &JobId) -> String {
    format!("cleaned/{job}/")
}

/// The clean history as a zipped bare repository.
pub fn cleaned_zip(job: &JobId) -> String {
    format!("cleaned/{job}/cleaned_repo.zip")
}

/// The clean history as a Git bundle.
pub fn cleaned_bundle(job: &JobId) -> String {
    format!("cleaned/{job}/cleaned_repo.bundle")
}

/// The proof of the rewrite.
pub fn certificate(job: &JobId) -> String {
    format!("cleaned/{job}/deployguard-certificate.json")
}

/// What is left to do after the rewrite.
pub fn checklist(job: &JobId) -> String {
    format!("cleaned/{job}/CHECKLIST.md")
}

/// The hook that keeps the old history out.
pub fn hook(job: &JobId) -> String {
    format!("cleaned/{job}/deployguard-pre-receive")
}

/// `repos/{job}/owner/{tenant}`: an empty object that says whose job it is, so that whoever sweeps the bucket
/// can look the job up. Written before anything else of the job.
pub fn owner(job: &JobId, tenant: &TenantId) -> String {
    let name = crate::hex(tenant.as_str().as_bytes());
    format!("repos/{job}/owner/{name}")
}

/// The job that a key belongs to.
pub fn job_of(key: &str) -> Option<JobId> {
    let rest = ROOTS.iter().find_map(|root| key.strip_prefix(root))?;
    let (job, _) = rest.split_once('/')?;
    JobId::is_well_formed(job).then(|| JobId::new(job))
}

/// The tenant that an [`owner`] key names.
pub fn owner_of(key: &str) -> Option<TenantId> {
    let (_, name) = key.strip_prefix("repos/")?.split_once("/owner/")?;
    let pairs = name.as_bytes().chunks(2);
    let byte = |pair: &[u8]| u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok();
    let bytes: Option<Vec<u8>> = pairs.map(byte).collect();
    String::from_utf8(bytes?).ok().map(TenantId::new)
}

/// Every prefix that belongs to a job.
pub fn all_prefixes(job: &JobId) -> [String; 3] {
    [
        format!("repos/{job}/"),
        report_prefix(job),
        cleaned_prefix(job),
    ]
}

#[cfg(test)]
mod tests {
    use super::{all_prefixes, job_of, owner, owner_of, source_prefix, values};
    use crate::{JobId, TenantId};

    #[test]
    fn an_owners_key_names_job_and_tenant_whatever_the_tenants_name() {
        let job = JobId::generate();
        for name in ["user-1", "a/b#c%2F", "Zoë", ""] {
            let tenant = TenantId::new(name);
            let key = owner(&job, &tenant);
            assert_eq!(job_of(&key), Some(job.clone()));
            assert_eq!(owner_of(&key), Some(tenant));
        }
        assert_eq!(owner_of(&values(&job)), None);
        assert_eq!(job_of("repos/readme.txt"), None);
        assert_eq!(job_of("elsewhere/1/2"), None);
    }

    #[test]
    fn the_prefixes_of_a_job_hold_all_of_its_keys() {
        let job = JobId::generate();
        let keys = [
            owner(&job, &TenantId::new("a")),
            source_prefix(&job),
            values(&job),
        ];
        for key in keys {
            let held = all_prefixes(&job);
            assert!(held.iter().any(|prefix| key.starts_with(prefix)), "{key}");
        }
    }
}
