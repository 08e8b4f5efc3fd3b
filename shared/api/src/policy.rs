//! Policies in requests: the field `policy`, what a scan looks for besides and what it leaves out; and which one a new job gets.

use domain::ports::{PolicyStore, PortError};
use domain::{FindingId, PolicyCheck, PolicyVersion, ScanPolicy, TenantId};

use crate::fields::Fields;
use crate::{ApiError, Fault};

/// Rules have at most so many characters: they are stored with the job,
pub(crate) const RULES: usize = 32 << 10;
/// a list at most so many entries,
pub(crate) const ENTRIES: usize = 200;
/// a baseline so many,
pub(crate) const ACCEPTED: usize = 1000;
/// an entry so many characters,
const ENTRY: usize = 512;
/// and all of it, as JSON, so many bytes: an item of the table has room for three times that.
pub(crate) const DOCUMENT: usize = 128 << 10;

/// Which policy a new job is to have.
pub(crate) enum Wanted {
    /// One that was sent along.
    Own(Box<ScanPolicy>),
    /// A stored version.
    Stored(PolicyVersion),
    /// The workspace's active one, if there is any.
    Active,
    /// None, whatever is active.
    None,
}

/// Takes `policy` and `policy_version`, of which one may be sent.
pub(crate) fn take_wanted(fields: &mut Fields, check: &dyn PolicyCheck) -> Wanted {
    let own = take(fields, check);
    match (own, take_named(fields, "policy_version")) {
        (Some(_), Some(_)) => {
            fields.fault(
                "policy_version",
                "contradicts policy",
                "send one of the two",
            );
            Wanted::None
        }
        (Some(policy), None) => Wanted::Own(Box::new(policy)),
        (None, Some(Named::Version(version))) => Wanted::Stored(version),
        (None, Some(Named::Nothing)) => Wanted::None,
        (None, None) => Wanted::Active,
    }
}

/// What is called by a name: a version, or `none`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Named {
    /// A version; whether it is stored is another question.
    Version(PolicyVersion),
    /// No policy.
    Nothing,
}

impl Named {
    /// What `text` names; nothing if it is no name.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        if text == "none" {
            return Some(Self::Nothing);
        }
        PolicyVersion::parse(text).map(Self::Version)
    }

    /// The version, if it is one.
    pub(crate) const fn version(&self) -> Option<&PolicyVersion> {
        match self {
            Self::Version(version) => Some(version),
            Self::Nothing => None,
        }
    }
}

/// Takes such a name, if it was sent.
pub(crate) fn take_named(fields: &mut Fields, name: &str) -> Option<Named> {
    let named = Named::parse(&fields.text(name, ENTRY)?);
    if named.is_none() {
        let message = "is neither a version of a policy nor none";
        fields.fault(name, message, "take a version from GET /policies");
    }
    named
}

impl Wanted {
    /// The policy itself. One that was stored under other rules than today's must still fit.
    pub(crate) async fn find(
        self,
        policies: &dyn PolicyStore,
        tenant: &TenantId,
        check: &dyn PolicyCheck,
    ) -> Result<Option<ScanPolicy>, ApiError> {
        let (version, missing) = match self {
            Self::None => return Ok(None),
            Self::Own(policy) => return Ok(Some(*policy)),
            Self::Stored(version) => (version, unknown()),
            Self::Active => match policies.catalog(tenant).await?.active() {
                None => return Ok(None),
                // Replaced and dropped since the catalog was read.
                Some(version) => (version.clone(), ApiError::ChangedMeanwhile),
            },
        };
        let policy = match policies.policy(tenant, &version).await {
            Err(PortError::NotFound) => return Err(missing),
            policy => policy?,
        };
        recheck("policy_version", &policy, check)?;
        Ok(Some(policy))
    }
}

fn unknown() -> ApiError {
    ApiError::Invalid(vec![Fault::new(
        "policy_version",
        "is not a stored version of this workspace",
        "take a version from GET /policies",
    )])
}

/// Refuses, under the field `name`, a policy that was right when it was stored and is not any more.
pub(crate) fn recheck(
    name: &str,
    policy: &ScanPolicy,
    check: &dyn PolicyCheck,
) -> Result<(), ApiError> {
    let told = check.faults(policy).into_iter().map(|fault| {
        let (field, message) = (fault.field, fault.message);
        let message = format!("no longer fits the built-in rules: {field}: {message}");
        Fault::new(
            name,
            message,
            "store one that fits, and activate that, or none",
        )
    });
    match told.collect::<Vec<_>>() {
        none if none.is_empty() => Ok(()),
        faults => Err(ApiError::Invalid(faults)),
    }
}

/// Takes `policy`; whatever is wrong with it is noted under the name of its field, `policy.rules` and the like.
pub(crate) fn take(fields: &mut Fields, check: &dyn PolicyCheck) -> Option<ScanPolicy> {
    let mut inner = fields.object("policy")?;
    let mut flag = |name| inner.flag(name).unwrap_or_default();
    let (no_builtin_rules, no_ignore) = (flag("no_builtin_rules"), flag("no_ignore"));
    let policy = ScanPolicy {
        rules: inner.text("rules", RULES),
        no_builtin_rules,
        min_confidence: inner
            .number("min_confidence", 0, 100)
            .and_then(|number| u8::try_from(number).ok()),
        exclude_paths: entries(&mut inner, "exclude_paths", ENTRIES),
        exclude_rules: entries(&mut inner, "exclude_rules", ENTRIES),
        only_rules: entries(&mut inner, "only_rules", ENTRIES),
        baseline: entries(&mut inner, "baseline", ACCEPTED)
            .into_iter()
            .map(FindingId::new)
            .collect(),
        no_ignore,
    };
    for fault in check.faults(&policy) {
        inner.fault(fault.field, fault.message, fault.remedy);
    }
    fields.absorb("policy", inner);
    if serde_json::to_vec(&policy).is_ok_and(|json| json.len() > DOCUMENT) {
        let message = format!("has more than {DOCUMENT} bytes as JSON");
        fields.fault("policy", message, "shorten its rules and lists");
    }
    Some(policy)
}

fn entries(inner: &mut Fields, name: &str, most: usize) -> Vec<String> {
    let texts = inner.texts(name, most);
    let fits = |text: &String| (1..=ENTRY).contains(&text.len());
    if !texts.iter().all(fits) {
        let message = format!("has an entry that is empty or longer than {ENTRY} bytes");
        inner.fault(name, message, "shorten it, or leave it out");
    }
    texts
}
