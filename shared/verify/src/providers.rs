//! Every question, by what the provider is for.

mod ai;
mod building;
mod cloud;
mod commerce;
mod messaging;
mod observability;
mod registries;
mod source_hosts;
mod work;

use crate::definition::Definition;

const GROUPS: [&[Definition]; 9] = [
    ai::ALL,
    building::ALL,
    cloud::ALL,
    commerce::ALL,
    messaging::ALL,
    observability::ALL,
    registries::ALL,
    source_hosts::ALL,
    work::ALL,
];

/// Every question.
pub fn definitions() -> impl Iterator<Item = &'static Definition> {
    GROUPS.into_iter().flatten()
}

/// The question about a rule's value, with its number.
pub(crate) fn find(rule: &str, value: &str) -> Option<(usize, &'static Definition)> {
    let mut all = definitions().enumerate();
    all.find(|(_, one)| one.rules.contains(&rule) && one.fits.takes(value))
}
