//! A coarse form of a pattern, that matches wherever the pattern does, and in more places.
//!
//! Around most keywords there is nothing. To know that, a pattern's bounds are not needed: where `[a-z]{0,48}` is read as
//! `[a-z]*`, and `[a-z]{10,256}` as eight letters or more, the automaton has a hundredth of the states, and takes a hundredth of
//! the time to build while it runs. It is compiled and run only where the pattern's witness (`witness.rs`) is, the pattern itself only
//! where its coarse form matches.

use std::sync::Mutex;

use regex_automata::Input;
use regex_automata::hybrid::dfa::{Cache, DFA};
use regex_automata::nfa::thompson::{self, WhichCaptures};
use regex_syntax::hir::{Hir, HirKind, Repetition};

/// How many of at least so many characters are counted.
const COUNTED: u32 = 8;

/// The same of what is more than one character: its parts are counted, too.
const COUNTED_PARTS: u32 = 2;

/// The coarse form.
#[derive(Debug, Default)]
pub(crate) struct Coarse {
    /// Without one it matches everywhere.
    dfa: Option<DFA>,
    /// What of the automaton is built by now: threads share it, since each would build the same.
    built: Mutex<Option<Cache>>,
}

impl Coarse {
    /// That of a pattern.
    pub(super) fn of(pattern: Hir) -> Self {
        Self {
            dfa: compile(&coarsened(pattern)),
            built: Mutex::default(),
        }
    }

    /// Whether the pattern may match in `input`; if not, it does not. `own`: what this thread has built, where another one was using
    /// what they share.
    pub(crate) fn may_match(&self, own: &mut Option<Cache>, input: &Input<'_>) -> bool {
        let Some(dfa) = &self.dfa else {
            return true;
        };
        let mut shared = self.built.try_lock();
        let built = shared.as_deref_mut().unwrap_or(own);
        let built = built.get_or_insert_with(|| dfa.create_cache());
        let outcome = dfa.try_search_fwd(built, &input.clone().earliest(true));
        !matches!(outcome, Ok(None))
    }

    /// Whether it is more than a form that matches everywhere.
    #[cfg(test)]
    pub(crate) fn is_compiled(&self) -> bool {
        self.dfa.is_some()
    }
}

fn compile(coarse: &Hir) -> Option<DFA> {
    let config = thompson::Config::new()
        .utf8(false)
        .which_captures(WhichCaptures::None);
    let mut compiler = thompson::Compiler::new();
    let nfa = compiler.configure(config).build_from_hir(coarse).ok()?;
    let config = DFA::config().skip_cache_capacity_check(true);
    DFA::builder().configure(config).build_from_nfa(nfa).ok()
}

/// Everything that `pattern` matches is matched by this.
fn coarsened(pattern: Hir) -> Hir {
    match pattern.into_kind() {
        HirKind::Empty => Hir::empty(),
        HirKind::Literal(literal) => Hir::literal(literal.0),
        HirKind::Class(class) => Hir::class(class),
        HirKind::Look(look) => Hir::look(look),
        HirKind::Capture(capture) => coarsened(*capture.sub),
        HirKind::Concat(parts) => Hir::concat(parts.into_iter().map(coarsened).collect()),
        HirKind::Alternation(parts) => Hir::alternation(parts.into_iter().map(coarsened).collect()),
        HirKind::Repetition(repetition) => Hir::repetition(unbounded(repetition)),
    }
}

fn unbounded(repetition: Repetition) -> Repetition {
    let counted = match repetition.sub.kind() {
        HirKind::Class(_) => COUNTED,
        _ => COUNTED_PARTS,
    };
    let sub = Box::new(coarsened(*repetition.sub));
    let is_choice = repetition.max.is_some_and(|max| max <= 1);
    Repetition {
        min: repetition.min.min(counted),
        max: repetition.max.filter(|_| is_choice),
        sub,
        ..repetition
    }
}

#[cfg(test)]
mod tests {
    use regex_automata::Input;
    use regex_syntax::parse;

    use super::Coarse;

    #[test]
    fn a_thread_that_finds_the_shared_automaton_in_use_builds_its_own() {
        let coarse = Coarse::of(parse("key-[0-9]{4,20}").unwrap());
        let texts = [("key-0123", true), ("key-012", false)];
        let check = |is_in_use: bool| {
            let mut own = None;
            for (text, may_match) in texts {
                assert_eq!(
                    coarse.may_match(&mut own, &Input::new(text)),
                    may_match,
                    "{text}"
                );
            }
            assert_eq!(own.is_some(), is_in_use);
        };
        check(false);
        let _in_use = coarse.built.lock().unwrap();
        check(true);
    }
}
