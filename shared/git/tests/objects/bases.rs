//! A walk over some of the objects of a pack, with what these are built on.

use std::collections::{BTreeMap, BTreeSet};

use domain::Unwatched;
use git::delta::Delta;
use git::{
    FamilyVisitor, HashKind, ObjectId, ObjectNo, Repository, Visit, WalkFailure, WalkOptions,
};

use crate::oracle::{Layout, git, history};

/// Keeps what comes, wanted and not.
#[derive(Default)]
struct Families {
    wanted: BTreeSet<ObjectNo>,
    bases: BTreeSet<ObjectNo>,
    /// What is built on what, as it was given.
    built: BTreeMap<ObjectNo, ObjectNo>,
}

struct Kept(ObjectNo, Vec<u8>);

impl Families {
    fn keep(&mut self, object: Visit<'_>, base: Option<&Kept>) -> Kept {
        if let Some(Kept(number, base)) = base {
            let mut rebuilt = Vec::new();
            let delta = Delta::parse(object.delta.unwrap()).unwrap();
            delta.apply(base, u64::MAX, &mut rebuilt).unwrap();
            assert_eq!(rebuilt, object.data);
            self.built.insert(object.no, *number);
        }
        Kept(object.no, object.data.to_vec())
    }
}

impl FamilyVisitor for Families {
    type Kept = Kept;

    fn visit_from(&mut self, object: Visit<'_>, base: Option<&Kept>) -> Kept {
        assert!(self.wanted.insert(object.no));
        self.keep(object, base)
    }

    fn visit_base(&mut self, object: Visit<'_>, base: Option<&Kept>) -> Option<Kept> {
        assert!(self.bases.insert(object.no));
        Some(self.keep(object, base))
    }

    fn failed(&mut self, failure: WalkFailure) {
        panic!("{failure:?}");
    }
}

#[test]
fn what_several_wanted_objects_are_built_on_comes_too() {
    let repository = history(HashKind::Sha1, Layout::OnePack);
    let repo = Repository::open(repository.path()).unwrap();
    let format = "--batch-check=%(objectname) %(deltabase)";
    let listed = git(
        repository.path(),
        &["cat-file", "--batch-all-objects", format],
    );
    let number = |id: &str| repo.table().find(&ObjectId::from_hex(id.as_bytes())?);
    let built: BTreeMap<ObjectNo, ObjectNo> = listed
        .lines()
        .filter_map(|line| line.split_once(' '))
        .filter_map(|(id, base)| Some((number(id)?, number(base)?)))
        .collect();
    let mut several = 0;
    for (step, first) in (2..6).flat_map(|step| (0..step).map(move |first| (step, first))) {
        let only: Vec<bool> = (0..repo.object_count())
            .map(|number| number % step == first)
            .collect();
        let options = WalkOptions {
            only: Some(&only),
            threads: 1,
            ..WalkOptions::default()
        };
        let walked = repo.walk(&options, Families::default, &Unwatched).unwrap();
        let [walked] = &walked[..] else { panic!() };
        let mut children: BTreeMap<ObjectNo, usize> = BTreeMap::new();
        let wanted = |object: &ObjectNo| only[*object as usize];
        for (_, base) in built.iter().filter(|(object, _)| wanted(object)) {
            *children.entry(*base).or_default() += 1;
        }
        children.retain(|base, count| !wanted(base) && *count > 1);
        assert!(walked.bases.iter().eq(children.keys()));
        assert!(
            walked
                .wanted
                .iter()
                .copied()
                .eq((0..repo.object_count()).filter(wanted))
        );
        let all = &walked.wanted | &walked.bases;
        let given = built
            .iter()
            .filter(|(object, base)| all.contains(object) && all.contains(base));
        assert!(walked.built.iter().eq(given));
        several += walked.bases.len();
    }
    assert!(several > 10, "{several}");
}
