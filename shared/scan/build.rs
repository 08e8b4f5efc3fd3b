//! Makes one JSON document of the rule files, and one of their examples: every start of the program reads the first, and
//! TOML takes ten times as long. What the files say is checked by the tests.

use std::error::Error;
use std::path::Path;

use toml::{Table, Value};

const FILES: &[&str] = &include!("rules/files.in");

fn main() -> Result<(), Box<dyn Error>> {
    println!("cargo::rerun-if-changed=rules");
    let (mut rules, mut examples) = (Vec::new(), Table::new());
    for name in FILES {
        let text = std::fs::read_to_string(Path::new("rules").join(name))?;
        let file: Table = toml::from_str(&text).map_err(|error| format!("{name}: {error}"))?;
        for rule in file
            .get("rule")
            .and_then(Value::as_array)
            .into_iter()
            .flatten()
        {
            let mut rule = rule.as_table().cloned().unwrap_or_default();
            let id = rule
                .get("id")
                .and_then(Value::as_str)
                .unwrap_or_default()
                .to_owned();
            let kept = ["examples", "counter_examples"]
                .map(|field| (field.to_owned(), rule.remove(field)));
            let kept = kept
                .into_iter()
                .filter_map(|(field, list)| Some((field, list?)));
            examples.insert(id, Value::Table(kept.collect()));
            rules.push(rule);
        }
    }
    let out = std::env::var("OUT_DIR")?;
    std::fs::write(
        Path::new(&out).join("rules.json"),
        serde_json::to_string(&rules)?,
    )?;
    std::fs::write(
        Path::new(&out).join("examples.json"),
        serde_json::to_string(&examples)?,
    )?;
    Ok(())
}
