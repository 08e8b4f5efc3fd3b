//! The rule files that are part of the program, as `build.rs` makes them fit to be read at every start.

use std::collections::HashMap;
use std::sync::OnceLock;

use serde::Deserialize;

use super::RuleError;
use super::text::RuleText;

const RULES: &str = include_str!(concat!(env!("OUT_DIR"), "/rules.json"));
const OUTLINES: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/outlines.bin"));
const EXAMPLES: &str = include_str!(concat!(env!("OUT_DIR"), "/examples.json"));

/// What a rule must find, and what it must not.
#[derive(Debug, Default, Deserialize)]
pub(super) struct Examples {
    pub(super) examples: Vec<String>,
    #[serde(default)]
    pub(super) counter_examples: Vec<String>,
}

/// Every rule, in the order in which they count, without examples.
pub(super) fn rules() -> Result<Vec<RuleText>, RuleError> {
    let mut rules: Vec<RuleText> =
        serde_json::from_str(RULES).map_err(|error| RuleError::File {
            file: "the program's own rules".to_owned(),
            reason: error.to_string(),
        })?;
    // Without outlines they are worked out when they are needed.
    let outlines: Vec<&'static [u8]> = postcard::from_bytes(OUTLINES).unwrap_or_default();
    for (rule, outline) in rules.iter_mut().zip(outlines) {
        rule.outline = Some(outline);
    }
    Ok(rules)
}

/// The examples of a rule.
pub(super) fn examples(id: &str) -> Option<&'static Examples> {
    static ALL: OnceLock<HashMap<String, Examples>> = OnceLock::new();
    // Whoever cannot read them finds none: the tests tell.
    let all = ALL.get_or_init(|| serde_json::from_str(EXAMPLES).unwrap_or_default());
    all.get(id)
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use crate::rules::RuleSet;

    const FILES: &[&str] = &include!("../../rules/files.in");

    #[test]
    fn what_is_read_at_the_start_is_what_the_files_say_and_passes_every_check() {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("rules");
        let text = |name: &&str| std::fs::read_to_string(folder.join(name)).unwrap();
        let texts: Vec<String> = FILES.iter().map(text).collect();
        let files: Vec<(&str, &str)> = FILES
            .iter()
            .zip(&texts)
            .map(|(name, text)| (*name, text.as_str()))
            .collect();
        let (parsed, builtin) = (RuleSet::parse(&files).unwrap(), RuleSet::builtin().unwrap());
        assert_eq!(parsed.fingerprint(), builtin.fingerprint());
        for (parsed, builtin) in parsed.rules().iter().zip(builtin.rules()) {
            assert!(builtin.text.outline.is_some(), "{}", builtin.id());
            let known = [parsed, builtin].map(|rule| format!("{:?}", rule.compiled().known()));
            assert_eq!(known[0], known[1], "{}", parsed.id());
            assert!(parsed.examples().eq(builtin.examples()), "{}", parsed.id());
            assert!(
                parsed.counter_examples().eq(builtin.counter_examples()),
                "{}",
                parsed.id()
            );
        }
        let listed = std::fs::read_dir(folder).unwrap();
        let names = listed.map(|entry| entry.unwrap().path());
        let count = names
            .filter(|name| name.extension().is_some_and(|is| is == "toml"))
            .count();
        assert_eq!(count, FILES.len(), "a file is not listed in rules/files.in");
    }
}
