//! From hits to findings: one for each distinct secret, with all its places.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet, HashMap};

use domain::secret::Preview;
use domain::{Carrier, Encoding, Finding, FindingId, Occurrence, WorkspaceKey};
use git::{CommitView, GitError, Headers, ObjectNo, Repository};
use jiff::Timestamp;

use crate::attribution::{Attribution, Start, reaching_tips};
use crate::graph::{Graph, Place};
use crate::hits::{Gathered, Hit};
use crate::mask::Mask;
use crate::names::{Names, Paths};
use crate::places::Places;
use crate::placing;
use crate::report::Marks;
use crate::seeker::joined;
use crate::spelling::{Spellings, unindented};
use crate::suppress::Mark;
use crate::tips::Tip;
use crate::{Rule, RuleSet};

/// Everything that the passes gathered.
pub(crate) struct Assembly<'a> {
    pub(crate) repo: &'a Repository,
    pub(crate) rules: &'a RuleSet,
    pub(crate) key: &'a WorkspaceKey,
    pub(crate) gathered: &'a Gathered,
    pub(crate) graph: &'a Graph,
    pub(crate) tips: &'a [Tip],
    pub(crate) places: &'a Places,
    pub(crate) attribution: &'a Attribution,
    pub(crate) names: &'a Names,
    pub(crate) paths: &'a Paths,
}

/// One place of one hit, before it is written out.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Sighting {
    /// Sorts what no ref reaches behind the rest, and the rest by history.
    unreachable: bool,
    commit: Option<Place>,
    carrier: Carrier,
    path: String,
    object: ObjectNo,
    line: u64,
    /// Which of the lines of the object that hold the value, from 0.
    nth: usize,
    in_archive: bool,
    encoding: Vec<Encoding>,
    in_tree: bool,
}

/// So many lines of one object are occurrences of their own; the last one stands for all that follow.
const LINES_OF_AN_OBJECT: usize = 1000;

/// What is one occurrence.
type Group<'a> = (Carrier, &'a str, bool, &'a [Encoding], usize);

impl Sighting {
    fn group(&self) -> Group<'_> {
        (
            self.carrier,
            &self.path,
            self.in_archive,
            &self.encoding,
            self.nth,
        )
    }
}

/// What is shown of a commit or tag.
#[derive(Clone, Debug, Default)]
struct Signature {
    hash: String,
    author: String,
    date: Option<Timestamp>,
}

type Values = BTreeMap<FindingId, Spellings>;

impl Assembly<'_> {
    /// All findings, the worst first, their values, and the marks beside them.
    pub(crate) fn findings(&self) -> Result<(Vec<Finding>, Values, Marks), GitError> {
        let mut by_value: HashMap<u32, Vec<Hit>> = HashMap::new();
        self.gathered
            .hits
            .iter()
            .for_each(|hit| by_value.entry(hit.value).or_default().push(*hit));
        let pairs = self.gathered.values.pairs();
        // Two rules of one family may find the same value, and one may find it indented in several ways: one finding.
        let mut groups: BTreeMap<FindingId, Vec<u32>> = BTreeMap::new();
        let found = (0..)
            .zip(&pairs)
            .filter(|(number, _)| by_value.contains_key(number));
        for (number, (rule, value)) in found {
            let value = unindented(value.expose());
            let id = self.key.finding_id(self.rule(*rule).family(), &value);
            groups.entry(id).or_default().push(number);
        }
        let mut signatures = HashMap::new();
        let (mut findings, mut values, mut starts) = (Vec::new(), Values::new(), Vec::new());
        let mut marks = Marks::new();
        for (id, numbers) in groups {
            let best = numbers.iter().max_by_key(|n| {
                let (rule, value) = pairs[**n as usize];
                let confidence = self.gathered.values.confidence[**n as usize];
                (confidence, Reverse((rule, value.expose())))
            });
            let Some(best) = best.copied() else { continue };
            let (rule, value) = &pairs[best as usize];
            let hits: BTreeSet<Hit> = numbers
                .iter()
                .flat_map(|n| by_value.get(n).into_iter().flatten())
                .map(|hit| Hit {
                    value: best,
                    ..*hit
                })
                .collect();
            let sightings = self.sightings(&hits, &Preview::of(value.expose()));
            starts.push(self.start(&hits));
            let confidence = self.gathered.values.confidence[best as usize];
            findings.push(self.finding(
                id.clone(),
                self.rule(*rule),
                value.expose(),
                confidence,
                &hits,
                &sightings,
                &mut signatures,
            )?);
            let beside = self.marks(&sightings, self.rule(*rule));
            if beside.iter().any(Option::is_some) {
                marks.insert(id.clone(), beside);
            }
            let spellings = numbers.iter().map(|n| pairs[*n as usize].1.clone());
            values.extend(Some(id).zip(Spellings::new(spellings.collect())));
        }
        for (finding, reaching) in
            findings
                .iter_mut()
                .zip(reaching_tips(self.graph, self.tips, self.places, &starts))
        {
            finding.ref_count = reaching.len() as u64;
            finding.refs = reaching
                .iter()
                .take(Finding::MAX_REFS)
                .map(|tip| self.tips[*tip].name.clone())
                .collect();
        }
        Mask::of(&findings, &values).apply(&mut findings);
        findings.sort_by(|a, b| b.severity.cmp(&a.severity).then_with(|| a.id.cmp(&b.id)));
        Ok((findings, values, marks))
    }

    fn rule(&self, rule: u32) -> &Rule {
        &self.rules.rules()[rule as usize]
    }

    #[allow(clippy::too_many_arguments)] // the parts of one record, used once
    fn finding(
        &self,
        id: FindingId,
        rule: &Rule,
        value: &[u8],
        confidence: u8,
        hits: &BTreeSet<Hit>,
        sightings: &[Sighting],
        signatures: &mut HashMap<ObjectNo, Signature>,
    ) -> Result<Finding, GitError> {
        let occurrences = self.occurrences(sightings, signatures)?;
        let first = occurrences.first();
        let paths = sightings.iter().map(|sighting| sighting.path.as_str());
        Ok(Finding {
            id,
            rule: rule.id().to_owned(),
            secret_name: rule.name().to_owned(),
            secret_type: rule.secret_type(),
            severity: rule.severity(),
            secret_value_preview: Preview::of(value).as_str().to_owned(),
            secret_value_hash: self.key.value_hash(&unindented(value)),
            confidence: placing::confidence(rule, confidence, paths),
            file_path: first.map(|o| o.file_path.clone()).unwrap_or_default(),
            line_number: first.map_or(0, |o| o.line_number),
            commit_hash: first.map(|o| o.commit_hash.clone()).unwrap_or_default(),
            author: first.map(|o| o.author.clone()).unwrap_or_default(),
            commit_date: first.and_then(|o| o.commit_date),
            occurrence_count: hits.len() as u64,
            in_tree: occurrences.iter().any(|o| o.in_tree),
            occurrences,
            refs: Vec::new(),
            ref_count: 0,
        })
    }

    /// Every place of every hit, oldest first.
    fn sightings(&self, hits: &BTreeSet<Hit>, preview: &Preview) -> Vec<Sighting> {
        let mut all = Vec::new();
        let mut counts: HashMap<(ObjectNo, Carrier, u32), usize> = HashMap::new();
        for hit in hits {
            let count = counts
                .entry((hit.object, hit.carrier, hit.inside))
                .or_default();
            let nth = (*count).min(LINES_OF_AN_OBJECT);
            *count += 1;
            let inside = &self.gathered.insides[hit.inside as usize];
            let at = |commit: Option<Place>, path: String, in_tree: bool| Sighting {
                unreachable: commit.is_none_or(|place| !self.attribution.reachable[place as usize]),
                commit,
                carrier: hit.carrier,
                path: joined(&path, &inside.path),
                object: hit.object,
                line: hit.line,
                nth,
                in_archive: inside.in_archive,
                encoding: inside.encoding.clone(),
                in_tree,
            };
            match hit.carrier {
                Carrier::Blob | Carrier::Path => {
                    let before = all.len();
                    for (path, commits) in self.attribution.spots(hit.object) {
                        let mut text = self.paths.text(path, self.names);
                        if hit.carrier == Carrier::Path {
                            text = if text.is_empty() {
                                preview.as_str().to_owned()
                            } else {
                                format!("{text}/{}", preview.as_str())
                            };
                        }
                        all.push(at(
                            commits.first().copied(),
                            text,
                            self.attribution.is_in_tip(path, hit.object),
                        ));
                    }
                    if all.len() == before {
                        all.push(at(None, String::new(), false));
                    }
                }
                Carrier::CommitMessage | Carrier::CommitHeader => {
                    all.push(at(self.graph.place(hit.object), String::new(), false));
                }
                Carrier::TagMessage | Carrier::TagHeader => {
                    let tip = self
                        .tips
                        .iter()
                        .find(|tip| tip.direct.contains(&hit.object));
                    let mut sighting = at(tip.and_then(|tip| tip.commit), String::new(), false);
                    sighting.unreachable = tip.is_none();
                    all.push(sighting);
                }
                Carrier::RefName => {
                    let mut sighting = at(None, String::new(), false);
                    sighting.unreachable = false;
                    all.push(sighting);
                }
            }
        }
        all.sort();
        all
    }

    /// The mark beside each occurrence. What stands at the tip counts; where nothing does any more, the newest version.
    fn marks(&self, sightings: &[Sighting], rule: &Rule) -> Vec<Option<Mark>> {
        let newest = |group: &Vec<&Sighting>| {
            let reachable = group.iter().rfind(|sighting| !sighting.unreachable);
            reachable.or(group.last()).map(|sighting| sighting.object)
        };
        let mark = |group: Vec<&Sighting>| {
            let has_tip = group.iter().any(|sighting| sighting.in_tree);
            let newest = newest(&group);
            let counts = |sighting: &&&Sighting| {
                sighting.in_tree || (!has_tip && Some(sighting.object) == newest)
            };
            let beside = group.iter().filter(counts).map(|sighting| {
                let mark = self.gathered.marks.get(&(sighting.object, sighting.line));
                let is_text = matches!(
                    sighting.carrier,
                    Carrier::Blob | Carrier::CommitMessage | Carrier::TagMessage
                );
                mark.filter(|mark| is_text && !sighting.in_archive && mark.speaks_of(rule.id()))
                    .cloned()
            });
            let all: Option<Vec<Mark>> = beside.collect();
            Mark::weakest(all?.into_iter())
        };
        groups(sightings).into_iter().map(mark).collect()
    }

    /// One occurrence for each carrier, path, way of writing and line: the oldest, with the number of objects that it stands for.
    fn occurrences(
        &self,
        sightings: &[Sighting],
        signatures: &mut HashMap<ObjectNo, Signature>,
    ) -> Result<Vec<Occurrence>, GitError> {
        let mut occurrences = Vec::new();
        for group in groups(sightings) {
            let Some(first) = group.first() else { continue };
            let objects: BTreeSet<ObjectNo> = group.iter().map(|s| s.object).collect();
            let signature = self.signature(first, signatures)?;
            let object_id = match first.carrier {
                Carrier::RefName => self.repo.refs()[first.object as usize].target,
                _ => self.repo.id(first.object),
            };
            occurrences.push(Occurrence {
                carrier: first.carrier,
                file_path: first.path.clone(),
                in_archive: first.in_archive,
                encoding: first.encoding.clone(),
                line_number: first.line,
                commit_hash: signature.hash,
                author: signature.author,
                commit_date: signature.date,
                object_id: object_id.to_string(),
                versions: objects.len() as u64,
                in_tree: group.iter().any(|s| s.in_tree),
            });
        }
        Ok(occurrences)
    }

    /// Author and date of the commit (for a tag: of the tag, with the commit that it names).
    fn signature(
        &self,
        sighting: &Sighting,
        known: &mut HashMap<ObjectNo, Signature>,
    ) -> Result<Signature, GitError> {
        let commit = sighting
            .commit
            .map(|place| self.graph.commits[place as usize].object);
        let is_tag = matches!(sighting.carrier, Carrier::TagMessage | Carrier::TagHeader);
        let Some(object) = Some(sighting.object).filter(|_| is_tag).or(commit) else {
            return Ok(Signature::default());
        };
        if let Some(signature) = known.get(&object) {
            return Ok(signature.clone());
        }
        let data = self.repo.read(object, u64::MAX)?.data;
        let (author, time) = if is_tag { tagger(&data) } else { author(&data) };
        let signature = Signature {
            hash: commit
                .map(|object| self.repo.id(object).to_string())
                .unwrap_or_default(),
            author,
            date: Timestamp::from_second(time).ok(),
        };
        known.insert(object, signature.clone());
        Ok(signature)
    }

    /// Where the refs that reach a finding meet it first.
    fn start(&self, hits: &BTreeSet<Hit>) -> Start {
        let mut start = Start::default();
        for hit in hits.iter().filter(|hit| hit.carrier != Carrier::RefName) {
            start.objects.insert(hit.object);
            start.commits.extend(self.graph.place(hit.object));
            let spots = self.attribution.spots(hit.object);
            start
                .commits
                .extend(spots.flat_map(|(_, commits)| commits.iter().copied()));
        }
        start
    }
}

/// The sightings of each occurrence, in the order of the first.
fn groups(sightings: &[Sighting]) -> Vec<Vec<&Sighting>> {
    let mut order: HashMap<Group<'_>, usize> = HashMap::new();
    let mut groups: Vec<Vec<&Sighting>> = Vec::new();
    for sighting in sightings {
        let next = groups.len();
        let place = *order.entry(sighting.group()).or_insert(next);
        match groups.get_mut(place) {
            Some(group) => group.push(sighting),
            None => groups.push(vec![sighting]),
        }
    }
    groups
}

fn author(commit: &[u8]) -> (String, i64) {
    let view = CommitView::parse(commit);
    (
        String::from_utf8_lossy(view.author).into_owned(),
        view.author_time,
    )
}

fn tagger(tag: &[u8]) -> (String, i64) {
    let header = Headers::of(tag).find(|header| header.name == b"tagger");
    let (who, time) = header.map_or((&b""[..], 0), |header| git::person(header.value));
    (String::from_utf8_lossy(who).into_owned(), time)
}
