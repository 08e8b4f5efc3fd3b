//! The scan of a whole history: two passes over the objects, then the way back from objects to commits.

use std::collections::{BTreeMap, BTreeSet};

use domain::{Carrier, Coverage, Failure, Skip, Tally, Watch, WorkspaceKey};
use git::{Kind, KindSet, ObjectId, ObjectNo, Repository, WalkOptions, staging};

use crate::archive::Unopened;
use crate::assemble::Assembly;
use crate::attribution::Attribution;
use crate::graph::Graph;
use crate::hits::{Gathered, HitVisitor};
use crate::names::{HERE, Names, Paths};
use crate::places::Places;
use crate::range::{MISSING, Range};
use crate::record::{Known, Record};
use crate::trees::TreePass;
use crate::{RuleSet, ScanError, ScanOptions, ScanReport, tips};

/// Searches every object of `repo`, reachable or not, and attributes what it finds. The report
/// depends on the repository's objects and refs, the rules and the key, and on nothing else.
pub fn scan_history(
    repo: &Repository,
    rules: &RuleSet,
    key: &WorkspaceKey,
    options: &ScanOptions,
    watch: &dyn Watch,
) -> Result<ScanReport, ScanError> {
    let scan = Scan {
        repo,
        rules,
        options,
        watch,
    };
    Ok(scan.run(&Part::All, key)?.0)
}

/// As [`scan_history`], with the same report, but searches only what `record` does not know to hold nothing. A record of other
/// rules, or of a repository that had objects that are gone, is of no use: everything is searched.
///
/// Gives a record for the next time as well; none if something could not be searched.
pub fn scan_history_again(
    repo: &Repository,
    record: Option<&Record>,
    rules: &RuleSet,
    key: &WorkspaceKey,
    options: &ScanOptions,
    watch: &dyn Watch,
) -> Result<(ScanReport, Option<Record>), ScanError> {
    let options = &ScanOptions {
        remember: true,
        ..*options
    };
    let known = record.and_then(|record| record.of(repo, rules, options));
    let part = known.as_ref().map_or(Part::All, Part::Rest);
    let scan = Scan {
        repo,
        rules,
        options,
        watch,
    };
    scan.run(&part, key)
}

/// Searches what the commits of `range` brought in. Findings are values that did not stand at the changed places before.
/// The rest of the repository is counted as skipped.
pub fn scan_range(
    repo: &Repository,
    range: &Range,
    rules: &RuleSet,
    key: &WorkspaceKey,
    options: &ScanOptions,
    watch: &dyn Watch,
) -> Result<ScanReport, ScanError> {
    let scan = Scan {
        repo,
        rules,
        options,
        watch,
    };
    Ok(scan.run(&Part::Range(range), key)?.0)
}

/// Which part of a repository is searched.
enum Part<'a> {
    All,
    Range(&'a Range),
    /// All but what is known to hold nothing.
    Rest(&'a Known),
}

impl Part<'_> {
    /// The objects but for trees that are searched; none for all.
    fn contents(&self, repo: &Repository) -> Option<Vec<bool>> {
        match self {
            Self::All => None,
            Self::Range(range) => Some(range.contents(repo)),
            Self::Rest(known) => Some(known.unknown()),
        }
    }

    /// The trees that are searched; none for all.
    fn trees(&self, repo: &Repository) -> Option<Vec<bool>> {
        match self {
            Self::Range(range) => Some(range.trees(repo)),
            _ => self.contents(repo),
        }
    }
}

/// What to scan, and how.
#[derive(Clone, Copy)]
pub(crate) struct Scan<'a> {
    pub(crate) repo: &'a Repository,
    pub(crate) rules: &'a RuleSet,
    pub(crate) options: &'a ScanOptions,
    pub(crate) watch: &'a dyn Watch,
}

impl<'a> Scan<'a> {
    fn run(
        self,
        part: &Part<'_>,
        key: &WorkspaceKey,
    ) -> Result<(ScanReport, Option<Record>), ScanError> {
        let Self { repo, rules, .. } = self;
        let mut gathered = self.first_pass(part.contents(repo).as_deref())?;
        let hold_content = holders(repo, &gathered);
        let mut trees = self.second_pass(part.trees(repo).as_deref(), &hold_content)?;
        gathered.absorb(trees.take_hits());
        let matters = holders(repo, &gathered);
        match part {
            Part::All => gathered.absorb(look_at_ref_names(repo, rules)),
            Part::Range(range) => gathered.keep_new(&|object| range.is_old(object)),
            Part::Rest(known) => {
                known.join(&mut gathered, &mut trees);
                gathered.absorb(look_at_ref_names(repo, rules));
            }
        }

        let commits = self.options.remember.then(|| gathered.commits.clone());
        let graph = Graph::new(std::mem::take(&mut gathered.commits), repo.object_count());
        let (tips, lost_tips) = tips::follow(repo, &graph, &gathered.tags);
        let lost = match part {
            // What lies before a range may be missing: a clone of a few commits is enough to look at them.
            Part::Range(range) => range.failures.clone(),
            _ => lost(repo, &gathered, &trees, lost_tips),
        };
        let mut coverage = account(repo, &gathered, &trees, lost);
        if let Part::Range(range) = part {
            coverage.skip_rest("since", &range.reason());
        }
        skip_unopened(&mut coverage, &gathered);
        let mut paths = Paths::default();
        let places = Places::new(&trees.edges, &matters, &mut paths);
        let mut attribution = Attribution::new(&graph, &places, &tips);
        if !matches!(part, Part::Range(_)) {
            attribution.add_staged(staged_files(repo, &matters, &mut trees.names, &mut paths));
        }
        let assembly = Assembly {
            repo,
            rules,
            key,
            gathered: &gathered,
            graph: &graph,
            tips: &tips,
            places: &places,
            attribution: &attribution,
            names: &trees.names,
            paths: &paths,
        };
        let (findings, values, marks) = assembly.findings()?;
        let commits = commits.filter(|_| coverage.complete().is_ok());
        let record =
            commits.map(|commits| Record::new(&self, &gathered, &trees, &commits, &matters));
        let report = ScanReport {
            findings,
            values,
            coverage,
            marks,
        };
        Ok((report, record))
    }

    /// Every object but trees.
    pub(crate) fn first_pass(self, only: Option<&[bool]>) -> Result<Gathered, ScanError> {
        let walk = WalkOptions {
            kinds: KindSet::of(&[Kind::Blob, Kind::Commit, Kind::Tag]),
            only,
            threads: self.options.threads,
            thread_bytes: thread_bytes(only),
            max_object_bytes: self.options.max_object_bytes,
            phase: "searching",
        };
        let make = || HitVisitor::new(self.repo.table(), self.rules, self.options);
        let visitors = self.repo.walk(&walk, make, self.watch)?;
        let mut all = Gathered::default();
        visitors
            .into_iter()
            .for_each(|visitor| all.absorb(visitor.gathered));
        Ok(all)
    }

    /// Every tree. `matters`: the objects whose places are looked for.
    fn second_pass(
        self,
        only: Option<&[bool]>,
        matters: &'a [bool],
    ) -> Result<TreePass<'a>, ScanError> {
        let walk = WalkOptions {
            kinds: KindSet::of(&[Kind::Tree]),
            only,
            threads: self.options.threads,
            thread_bytes: thread_bytes(only),
            max_object_bytes: self.options.max_object_bytes,
            phase: "reading folders",
        };
        let make = || TreePass::new(self.repo, matters, self.rules, self.options);
        let mut visitors = self.repo.walk(&walk, make, self.watch)?.into_iter();
        let mut all = visitors.next().unwrap_or_else(make);
        for mut visitor in visitors {
            let hits = visitor.take_hits();
            all.absorb_hits(hits);
            all.absorb(visitor);
        }
        Ok(all)
    }
}

/// How much there must be for each thread: a part of a history is mostly so little that one does it in a tenth less CPU time.
fn thread_bytes(only: Option<&[bool]>) -> u64 {
    if only.is_some() { 16 << 20 } else { 1 }
}

/// Which objects hold something.
fn holders(repo: &Repository, gathered: &Gathered) -> Vec<bool> {
    let mut hold = vec![false; repo.object_count() as usize];
    for hit in &gathered.hits {
        hold[hit.object as usize] = true;
    }
    hold
}

/// The staged files that matter, and their paths. An index that cannot be read hides nothing: its files are objects, too.
fn staged_files(
    repo: &Repository,
    matters: &[bool],
    names: &mut Names,
    paths: &mut Paths,
) -> Vec<(ObjectNo, u32)> {
    let files = staging::files(repo).unwrap_or_default().into_iter();
    let files = files.filter_map(|file| Some((repo.table().find(&file.id)?, file.path)));
    files
        .filter(|(object, _)| matters[*object as usize])
        .map(|(object, path)| (object, paths.number(names.number(&path), HERE)))
        .collect()
}

fn look_at_ref_names(repo: &Repository, rules: &RuleSet) -> Gathered {
    let mut names = HitVisitor::new(repo.table(), rules, &ScanOptions::IN_FULL);
    for (number, reference) in (0..).zip(repo.refs()) {
        names.look_at_name(number, reference.name.as_bytes(), Carrier::RefName);
    }
    names.gathered
}

/// Accounts for every object: searched, or failed and why. Nothing is skipped by policy.
fn account(
    repo: &Repository,
    gathered: &Gathered,
    trees: &TreePass<'_>,
    lost: Vec<Failure>,
) -> Coverage {
    let mut coverage = Coverage::of(u64::from(repo.object_count()));
    coverage.scan(gathered.searched.tally);
    coverage.scan(trees.searched.tally);
    let mut failed: BTreeSet<(ObjectNo, ObjectId, &str, u64)> = BTreeSet::new();
    for failure in gathered.failures.iter().chain(&trees.failures) {
        failed.insert((failure.no, failure.id, failure.reason, 0));
    }
    for (object, bytes) in &trees.malformed {
        failed.insert((*object, repo.id(*object), "a malformed tree", *bytes));
    }
    for (_, id, reason, bytes) in failed {
        let (what, reason) = (id.to_string(), reason.to_owned());
        coverage.fail(Failure { what, reason }, bytes);
    }
    lost.into_iter().for_each(|failure| coverage.miss(failure));
    coverage
}

/// Archives that were not looked at to their end do not count as looked at.
pub(crate) fn skip_unopened(coverage: &mut Coverage, gathered: &Gathered) {
    let mut tallies: BTreeMap<Unopened, Tally> = BTreeMap::new();
    for (_, reason, bytes) in &gathered.unopened {
        tallies.entry(*reason).or_default().add(*bytes);
    }
    for (reason, tally) in tallies {
        coverage.set_aside(Skip {
            policy: reason.policy().to_owned(),
            reason: reason.reason().to_owned(),
            tally,
        });
    }
}

/// What is named and not here: it belongs to the history too.
fn lost(
    repo: &Repository,
    gathered: &Gathered,
    trees: &TreePass<'_>,
    tips: Vec<Failure>,
) -> Vec<Failure> {
    let missing = gathered.missing.iter().chain(&trees.missing).copied();
    let missing: BTreeSet<ObjectId> = missing.collect();
    let missing = missing.iter().map(|id| Failure {
        what: id.to_string(),
        reason: MISSING.to_owned(),
    });
    let gaps = repo.gaps().iter().map(|gap| Failure {
        what: "history".to_owned(),
        reason: (*gap).to_owned(),
    });
    gaps.chain(tips).chain(missing).collect()
}
