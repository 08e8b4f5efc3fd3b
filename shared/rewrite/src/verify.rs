//! Whether a repository is what a certificate says: by ids alone, so that any clone of the result can be checked, however it is packed.
//!
//! Ids are hashes: who has the certified ids, each object hashed anew and none missing, has what was proven. What came
//! later stands on top of that and is named, since nobody has proven it.

mod objects;
mod refs;

use std::collections::BTreeMap;

use domain::Watch;
use git::Repository;

use crate::certificate::Certificate;
use crate::proof::plain::Plain;
use crate::{CleanOptions, Request, RewriteError};

/// What speaks against a repository.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Difference {
    /// Its ids are made with another hash function.
    ObjectFormat,
    /// None of the certified refs is in it: it is another repository.
    Unrelated,
    /// An object that the rewrite replaced or removed is still, or again, here.
    OldObject {
        /// Its id.
        id: String,
    },
    /// An object is not what its id says, or cannot be read.
    Damaged {
        /// Its id.
        id: String,
    },
    /// An object is not here.
    Missing {
        /// Its id.
        id: String,
    },
    /// A ref names something that is not built on what it was certified to name.
    Ref {
        /// Its name.
        name: String,
        /// What it should name.
        certified: String,
        /// What it names.
        found: String,
    },
    /// One of the values that were searched for stands here.
    Value {
        /// In this object.
        id: String,
    },
}

/// How a repository stands to a certificate.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Verification {
    /// Objects, each hashed anew.
    pub objects: u64,
    /// Certified refs that name what they should.
    pub same: u64,
    /// Refs that name something newer: built on what was certified, or not certified at all.
    pub newer: Vec<String>,
    /// Certified refs that are not here.
    pub absent: Vec<String>,
    /// Parts of the history that are known not to be here (a shallow or partial clone).
    pub gaps: Vec<String>,
    /// By reason: how many archives were not looked into to their end, if values were searched for.
    pub unopened: BTreeMap<&'static str, u64>,
    /// What speaks against it.
    pub differences: Vec<Difference>,
}

impl Verification {
    /// Whether everything here is certified, and all of that was looked at.
    pub fn is_exact(&self) -> bool {
        self.holds() && self.newer.is_empty()
    }

    /// Whether nothing speaks against it, and all was looked at.
    pub fn holds(&self) -> bool {
        self.differences.is_empty() && self.gaps.is_empty()
    }
}

/// Checks a repository against a certificate, and that none of these values is in it.
pub fn verify(
    repo: &Repository,
    certificate: &Certificate,
    values: &Request,
    options: &CleanOptions,
    watch: &dyn Watch,
) -> Result<Verification, RewriteError> {
    let mut verification = Verification {
        gaps: repo.gaps().iter().map(|gap| (*gap).to_owned()).collect(),
        ..Verification::default()
    };
    if repo.hash_kind().name() != certificate.object_format {
        verification.differences.push(Difference::ObjectFormat);
        return Ok(verification);
    }
    let plain = Plain::new(&values.replacements, &values.patterns);
    let look = objects::Check {
        repo,
        certificate,
        plain: &plain,
    };
    look.run(&mut verification, options, watch)?;
    refs::check(repo, certificate, &mut verification)?;
    Ok(verification)
}
