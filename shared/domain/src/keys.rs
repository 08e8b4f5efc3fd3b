//! Where a job's things lie in the bucket. One place, so that deletion can name them all.

use crate::JobId;

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

/// The proof of the rewrite.
pub fn certificate(job: &JobId) -> String {
    format!("reports/{job}/certificate.json")
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

/// Every prefix that belongs to a job.
pub fn all_prefixes(job: &JobId) -> [String; 3] {
    [source_prefix(job), report_prefix(job), cleaned_prefix(job)]
}
