//! What must hold of any bytes that are taken for a commit, a tag or a tree.

use crate::{CommitView, HashKind, Header, Headers, ObjectId, person, tree_entries};

/// A tree's entries, written again, are the tree, up to where it is malformed.
pub fn tree(input: &[u8]) {
    for hash in [HashKind::Sha1, HashKind::Sha256] {
        let (mut written, mut is_broken) = (Vec::new(), false);
        for entry in tree_entries(input, hash) {
            assert!(!is_broken, "nothing follows an error");
            let Ok(entry) = entry else {
                is_broken = true;
                continue;
            };
            assert!(!entry.mode.contains(&b' ') && !entry.name.contains(&0));
            assert!(!(entry.is_tree() && entry.is_submodule()));
            written.extend([entry.mode, b" ", entry.name, b"\0"].concat());
            assert_eq!((entry.id_at, entry.id.len()), (written.len(), hash.len()));
            written.extend_from_slice(entry.id);
        }
        assert!(input.starts_with(&written));
        assert!(is_broken || written == input);
    }
}

/// A commit's headers are all that stands before its message; new ids written over the old ones are read again, and nothing
/// else changes.
pub fn commit(input: &[u8]) {
    let headers = headers(input);
    let view = CommitView::parse(input);
    let parents = headers.iter().filter(|header| header.name == b"parent");
    let parents: Vec<_> = parents
        .filter_map(|header| ObjectId::from_hex(header.value))
        .collect();
    assert_eq!(view.parents, parents);
    let (changed, count) = with_other_ids(input, &headers, &[b"tree", b"parent"]);
    let again = CommitView::parse(&changed);
    let ids = || again.parents.iter().chain(&again.tree);
    assert!(ids().all(|id| id.to_string().bytes().all(|digit| digit == b'a')));
    assert!(ids().count() <= count);
    assert_eq!(again.parents.len(), view.parents.len());
    assert_eq!(again.tree.is_some(), view.tree.is_some());
    let people = |view: &CommitView<'_>| (view.author.to_vec(), view.author_time, view.commit_time);
    assert_eq!(people(&again), people(&view));
}

/// As for a commit: a tag's headers, and what it names.
pub fn tag(input: &[u8]) {
    let headers = headers(input);
    let target = |data| {
        let object = Headers::of(data).find(|header| header.name == b"object");
        object.and_then(|header| ObjectId::from_hex(header.value))
    };
    let (changed, _) = with_other_ids(input, &headers, &[b"object"]);
    assert_eq!(target(&changed).is_some(), target(input).is_some());
    let names = |data| {
        Headers::of(data)
            .map(|header| header.name.to_vec())
            .collect::<Vec<_>>()
    };
    assert_eq!(names(&changed), names(input));
}

/// The headers, which are checked to be the whole text before the message, and no word of the message.
fn headers(data: &[u8]) -> Vec<Header<'_>> {
    let headers: Vec<_> = Headers::of(data).collect();
    let mut at = 0;
    for header in &headers {
        assert_eq!(header.start, at);
        at = header.end;
        let line = &data[header.start..header.end];
        let line = line.strip_suffix(b"\n").unwrap_or(line);
        let is_bare = header.name.len() == line.len();
        let blank: &[u8] = if is_bare { b"" } else { b" " };
        assert_eq!([header.name, blank, header.value].concat(), line);
        check_person(header.value);
    }
    let message = Headers::message_start(data);
    let is_over = at == data.len() && message == at;
    assert!(is_over || (data[at] == b'\n' && message == at + 1));
    let other = [&data[..message], b"tree of another message\n"].concat();
    assert!(is_over || Headers::of(&other).eq(headers.iter().copied()));
    headers
}

/// The name and address are the beginning; they and the time, written as Git does, are read again.
fn check_person(value: &[u8]) {
    let (who, time) = person(value);
    assert!(value.starts_with(who));
    if who.ends_with(b">") {
        let written = [who, format!(" {time} +0000").as_bytes()].concat();
        assert_eq!(person(&written), (who, time));
    }
}

/// The text with every id in these headers written over, and how many those are.
fn with_other_ids(data: &[u8], headers: &[Header<'_>], names: &[&[u8]]) -> (Vec<u8>, usize) {
    let (mut changed, mut count) = (data.to_vec(), 0);
    let is_id = |header: &&Header<'_>| {
        names.contains(&header.name) && ObjectId::from_hex(header.value).is_some()
    };
    for header in headers.iter().filter(is_id) {
        let at = header.start + header.name.len() + 1;
        changed[at..at + header.value.len()].fill(b'a');
        count += 1;
    }
    (changed, count)
}
