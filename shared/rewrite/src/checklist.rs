//! What a rewrite alone does not do: a list of it for a person, and a hook that keeps the old history out.

use std::fmt::Write as _;

use crate::Certificate;

/// Below these, hosts keep what others proposed: their owners cannot change it, only the host can.
const PROPOSALS: [&str; 3] = ["refs/pull/", "refs/merge-requests/", "refs/changes/"];

/// A secret to be rotated.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Rotation {
    /// What it is, for a person.
    pub name: String,
    /// The finding's id.
    pub id: String,
    /// The page on which it is revoked.
    pub page: Option<String>,
}

/// Refs of pull requests among `names`.
pub fn proposals<'a>(names: impl Iterator<Item = &'a str>) -> Vec<&'a str> {
    let is_proposal = |name: &&str| PROPOSALS.iter().any(|prefix| name.starts_with(prefix));
    names.filter(is_proposal).collect()
}

/// The checklist, in Markdown.
pub fn checklist(certificate: &Certificate, rotations: &[Rotation]) -> String {
    let mut out = "# After the clean\n\nThe most urgent first.\n\n## 1. Rotate\nWhoever has a copy of the old history still has the secrets. \
                   Revoke and replace each before anything else.\n\n"
        .to_owned();
    for one in rotations {
        let page = one
            .page
            .as_ref()
            .map(|page| format!(": <{page}>"))
            .unwrap_or_default();
        let _ = writeln!(
            out,
            "- [ ] {} (`{}`){page}",
            plain(&one.name),
            plain(&one.id)
        );
    }
    let plan = &certificate.plan;
    if let Some(removal) = &plan.removal {
        let _ = writeln!(
            out,
            "- [ ] Whatever was secret in the {} removed files",
            removal.blobs
        );
    }
    let moved = plan.changed_refs.iter().map(|moved| moved.name.as_str());
    let proposals = proposals(moved);
    let first = list(plan.first_changed_commits.iter().map(String::as_str));
    let _ = write!(
        out,
        "\n## 2. Put the clean history in its place\n\
         - [ ] Push it over the old one: `deployguard push --force --repo-path … --target-url …`\n\
         - [ ] Keep the old one out: install `deployguard-pre-receive` as the server's hook `pre-receive`, or have the host refuse these \
         commits, with which the old history begins:\n\n{first}\n\
         ## 3. Everybody's clones\n\
         - [ ] Each clone is brought along with the work in it: `deployguard heal --certificate deployguard-certificate.json --execute`\n\
         - [ ] Or clone anew. An old clone that is merged or pushed brings the secrets back.\n\n\
         ## 4. The host\n\
         - [ ] Forks: delete them, or have their owners clean them; they share the old objects.\n\
         - [ ] Pull requests: {} of their refs changed; only the host can delete these.\n\
         - [ ] Caches: old commits stay readable by id until the host drops what no ref reaches.\n\
         - [ ] CI caches, artifacts, mirrors, packages and backups made from the old history.\n\
         - [ ] {} commits and tags lost a signature that no longer held.\n\n\
         Text for the host's support:\n\n{}",
        proposals.len(),
        plan.signatures_dropped.len(),
        support(certificate, &proposals)
    );
    out
}

/// What GitHub's support asks for, ready to be sent; others need the same.
fn support(certificate: &Certificate, proposals: &[&str]) -> String {
    let text = format!(
        "Repository: OWNER/NAME\n\
         Credentials were removed from the history of this repository, and the new history was pushed with force. \
         The credentials are revoked. Please remove what still shows the old history:\n\
         - references of {} affected pull requests\n{}\
         - cached views of the old commits\n\
         - objects that no reference reaches (garbage collection), here and in the network of forks\n\
         First changed commits:\n{}\
         Objects of Git LFS were not changed.",
        proposals.len(),
        list(proposals.iter().copied()),
        list(
            certificate
                .plan
                .first_changed_commits
                .iter()
                .map(String::as_str)
        ),
    );
    lines(text.lines().map(|line| ("> ", line, "")))
}

fn list<'a>(all: impl Iterator<Item = &'a str>) -> String {
    let all: Vec<String> = all.map(plain).collect();
    lines(all.iter().map(|one| ("  - `", one.as_str(), "`")))
}

fn lines<'a>(all: impl Iterator<Item = (&'a str, &'a str, &'a str)>) -> String {
    all.fold(String::new(), |text, (before, line, after)| {
        text + before + line + after + "\n"
    })
}

/// Nothing that Markdown or a terminal would take for more than text.
fn plain(text: &str) -> String {
    let is_plain = |c: &char| !c.is_control() && !matches!(c, '`' | '<' | '>');
    text.chars().filter(is_plain).collect()
}

/// A hook for servers, `pre-receive`: refuses a push that brings in a commit with which the old history begins.
pub fn pre_receive_hook(certificate: &Certificate) -> String {
    let banned = certificate.plan.first_changed_commits.join("\n");
    format!(
        "#!/bin/sh\n\
         # Refuses pushes that bring back the history from which deployguard removed secrets.\n\
         # Install as hooks/pre-receive in the repository on the server.\n\
         banned='{banned}'\n\
         [ -n \"$banned\" ] || exit 0\n\
         status=0\n\
         while read -r _ new ref; do\n\
         \tcase \"$new\" in *[!0]*) ;; *) continue ;; esac\n\
         \tgit rev-parse -q --verify \"$new^{{commit}}\" >/dev/null || continue\n\
         \tif ! commits=$(git rev-list \"$new\" --not --all); then\n\
         \t\techo \"deployguard: $ref cannot be checked\" >&2\n\
         \t\tstatus=1\n\
         \telif found=$(printf '%s\\n' \"$commits\" | grep -F -x -e \"$banned\"); then\n\
         \t\techo \"deployguard: $ref brings back commits from which secrets were removed:\" >&2\n\
         \t\techo \"$found\" >&2\n\
         \t\techo \"deployguard: bring the clone to the clean history with 'deployguard heal', or clone anew\" >&2\n\
         \t\tstatus=1\n\
         \tfi\n\
         done\n\
         exit $status\n"
    )
}
